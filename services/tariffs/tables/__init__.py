"""SQLAlchemy tables of the schema tariffs, one module per resource."""
