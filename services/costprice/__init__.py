"""The cost-price study: forms out, submissions in, checks, allocation, cost prices and the frozen cost base."""
