"""Deciders about claims: released, answered, changed, written into files, and what was overpaid."""
