"""A ledger in one folder: `ledger.db` and `vault.db`, for one desk. sqlite/engine.py is what the store room calls."""
