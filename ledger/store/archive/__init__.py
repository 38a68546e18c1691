"""The archive: a whole ledger as one portable file, out of either database and into either."""
