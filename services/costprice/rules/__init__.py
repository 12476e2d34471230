"""The rules of the cost-price study: numbers in, numbers out; no file, clock, database, HTTP or setting."""
