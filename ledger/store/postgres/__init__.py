"""A ledger in a PostgreSQL schema, for everything that is shared. postgres/engine.py is what the store room calls."""
