"""Schema changes, one Alembic environment per service; no number of policy stands here."""
