"""Measurements of the ledger beside yardsticks of the same run: `python -m benchmarks` (docs/benchmarks.md)."""
