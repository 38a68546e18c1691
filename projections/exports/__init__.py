"""What leaves a ledger with its proofs, for people who need not trust whoever made it."""
