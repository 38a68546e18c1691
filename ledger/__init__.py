"""The ledger: words, facts, law, judgement, proof and store."""
