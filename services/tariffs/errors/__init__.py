"""Business errors, one module per resource; each knows its HTTP status."""
