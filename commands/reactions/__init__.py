"""Reactions: what the ledger appends by itself, as ordinary commands of a named machine. Nothing else does."""

from commands.reactions.machine import enrol
from commands.reactions.reacting import Ran, Reactor

__all__ = ["Ran", "Reactor", "enrol"]
