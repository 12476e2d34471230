"""Addresses of the gateway itself: HTTP in, HTTP out."""
