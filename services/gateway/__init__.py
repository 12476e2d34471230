"""The gateway: one address for clients; routes to the services, composes them, and explains them."""
