"""Verification with evidence: the log against itself and against what others kept, each difference by its name."""
