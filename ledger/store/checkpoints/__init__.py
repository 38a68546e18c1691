"""The log of the ledger: sealing it, proving from it, publishing it, and having others watch it."""
