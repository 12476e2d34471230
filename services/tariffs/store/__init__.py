"""Queries as named methods, one module per resource; nothing is kept unless an operation says so."""
