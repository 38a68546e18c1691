"""Fixtures of the tests of verification: those of the log, a ledger on each engine whose keys are adopted."""

from tests.checkpoints.conftest import clock, ledger

__all__ = ["clock", "ledger"]
