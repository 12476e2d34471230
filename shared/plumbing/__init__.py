"""Framework glue without policy: database, problems, identity, jobs, uploads, health and parameter files."""
