"""What an attack is: what is done, with what in hand, and which verdict is promised with which evidence.

An attack is data. The table of docs/threats.md is made from it, and the harness holds verification to it: the promise
of a verdict must be kept, and that nothing is seen as well, so that the table never says more or less than is so.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from ledger.store.checkpoints.log_keys import SigningKey
from tests.tamper.forging import Book
from tests.tamper.hands import Hands, Table


class Evidence(StrEnum):
    """What a verifier has at hand; each with all that stands before it."""

    ROWS = "rows only"
    TILES = "+ tiles"
    KEPT = "+ kept checkpoints"
    ARCHIVE = "+ archive"


class Power(StrEnum):
    """What the attacker has."""

    DATABASE = "the database"
    LOG_KEY = "and the log key"
    MASTER_KEY = "and the master key"


class Signs(StrEnum):
    """With which key the attacker makes tiles and checkpoints anew when he is done."""

    STOLEN = "the stolen one"
    OWN = "one of his own"


class Promise(NamedTuple):
    """The named verdict that must be among the findings, by evidence; None where nothing is found."""

    rows: str | None
    tiles: str | None
    kept: str | None
    archive: str | None

    def with_evidence(self, evidence: Evidence) -> str | None:
        """The verdict that is promised with this much at hand."""
        return self[tuple(Evidence).index(evidence)]


@dataclass(frozen=True)
class Scene:
    """A ledger that is under attack, and what the attacker has besides."""

    hands: Hands
    size: int
    """How many facts there are."""
    sealed: tuple[int, ...]
    """The sizes of the checkpoints, in order; facts behind the last are not sealed yet."""
    backup: Mapping[str, Table]
    """Every table of facts and of the log as they were earlier."""
    other: Book
    """The facts of another ledger."""
    whole_other: Mapping[str, Table]
    """Every table of that other ledger and its vault."""
    stolen_master_key: bytes
    own_keys: Mapping[str, str]
    """For each public key that the ledger adopted, one whose private key the attacker has."""
    erased_key: bytes
    """The wrapped data key that an erasure took, out of an old backup of the vault."""
    stolen_log_key: SigningKey
    own_stamps: Mapping[int, bytes]
    """For each checkpoint a timestamp of an authority that the attacker runs."""

    def book(self) -> Book:
        """All facts, to be changed at will."""
        return Book.of(self.hands.facts)


Apply = Callable[[random.Random, Scene], None]


class Attack(NamedTuple):
    """One way to tamper with a ledger."""

    name: str
    does: str
    """In words, for the table."""
    by: Power
    promise: Promise
    apply: Apply
    signs: Signs | None = None
    wide: bool = False
    """Whether it needs a log of more than one tile."""


_FOUND: list[Attack] = []


def attack(
    does: str, promise: Promise, *, by: Power = Power.DATABASE, signs: Signs | None = None, wide: bool = False
) -> Callable[[Apply], Apply]:
    """Declare a function to be an attack, named as it is."""

    def declare(apply: Apply) -> Apply:
        name = apply.__name__
        _FOUND.append(Attack(name, does, by, promise, apply, signs, wide))
        return apply

    return declare


def declared() -> tuple[Attack, ...]:
    """The attacks in the order of their declaration."""
    return tuple(_FOUND)


NOTHING: Final = None


def always(verdict: str) -> Promise:
    """Found whatever is at hand."""
    return Promise(verdict, verdict, verdict, verdict)


def by_tiles(verdict: str, archive: str | None = None) -> Promise:
    """Whole in itself, and found by the log."""
    return Promise(NOTHING, verdict, verdict, archive or verdict)


def by_kept(verdict: str, archive: str | None = None) -> Promise:
    """Found only by what left the machine."""
    return Promise(NOTHING, NOTHING, verdict, archive or verdict)


def by_archive(verdict: str) -> Promise:
    """Found only by whoever kept the facts themselves."""
    return Promise(NOTHING, NOTHING, NOTHING, verdict)


UNSEEN: Final = Promise(NOTHING, NOTHING, NOTHING, NOTHING)
"""Nobody can find it: see docs/threats.md."""
