"""Runs the whole set on one machine: an embedded PostgreSQL, the services, their workers, and the demo."""
