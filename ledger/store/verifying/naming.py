"""The names that a verification gives to what happened to a ledger, and the finding that bears one.

A Verdict (ledger/store/fsck_fact.py) says which bytes do not agree; a Named says, as far as the evidence at hand
carries, what somebody did. docs/threats.md has the table of which name can be given on which evidence.
Promise: a name never changes its meaning. Not promised: who did it, or that it was done on purpose.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from ledger.store.fsck_fact import Verdict


class Named(StrEnum):
    """What happened. The order is that of precedence where one place could bear two of them."""

    FOREIGN = "foreign"
    """It belongs to another ledger."""
    UNKNOWN_KEY = "unknown_key"
    """It is signed by a key that the ledger never adopted and nobody named."""
    REWRITTEN = "rewritten"
    """The ledger agrees with itself and not with a checkpoint that was kept."""
    ROLLED_BACK = "rolled_back"
    """The ledger is an earlier state of itself: what was kept is newer and agrees as far as both go."""
    TRUNCATED = "truncated"
    """The end is gone, and something that is still there knows of it."""
    REORDERED = "reordered"
    """The same facts stand in another order."""
    DELETED = "deleted"
    """Something that was there is gone."""
    INSERTED = "inserted"
    """Something that was not there came between."""
    EDITED = "edited"
    """Something that is there was changed after it was written."""
    PROJECTION_DRIFT = "projection_drift"
    """A read model is not what the facts give."""
    UNSEALED = "unsealed"
    """No checkpoint covers it yet. A notice and no damage."""


NOTICES: Final = frozenset({Named.UNSEALED})
"""Names that are told and are no damage."""

_NAMED: Final[Mapping[Verdict, Named | None]] = {
    Verdict.ANOTHER_LEDGER: Named.FOREIGN,
    Verdict.BODY_DAMAGED: Named.EDITED,
    Verdict.CHECKPOINT_DIFFERS: Named.REWRITTEN,
    Verdict.CLASS_RULE: Named.EDITED,
    Verdict.COMMITMENT_DIFFERS: Named.EDITED,
    Verdict.COUNT_DIFFERS: Named.EDITED,
    Verdict.FILE_DAMAGED: Named.EDITED,
    Verdict.HEAD_DIFFERS: Named.EDITED,
    Verdict.HEADER_DIFFERS: Named.EDITED,
    Verdict.HOME_DIFFERS: Named.EDITED,
    Verdict.KEY_ALIVE: Named.ROLLED_BACK,
    Verdict.KEY_DANGLES: Named.TRUNCATED,
    Verdict.KEY_DESTROYED: Named.DELETED,
    Verdict.KEY_DIFFERS: Named.EDITED,
    Verdict.KEY_MISSING: Named.DELETED,
    Verdict.KEY_UNBOUND: Named.DELETED,
    Verdict.KEY_UNREADABLE: Named.EDITED,
    Verdict.LEAF_DIFFERS: Named.EDITED,
    Verdict.LOG_DIFFERS: Named.EDITED,
    Verdict.MAP_DIFFERS: Named.EDITED,
    Verdict.NEWER_PROGRAM: None,
    Verdict.NOTE_DAMAGED: Named.EDITED,
    Verdict.POSITION_GAP: Named.DELETED,
    Verdict.READING_SET_DIFFERS: Named.EDITED,
    Verdict.READING_SET_MISSING: Named.DELETED,
    Verdict.SCHEMA_DIFFERS: Named.EDITED,
    Verdict.SIGNER_UNKNOWN: Named.UNKNOWN_KEY,
    Verdict.SIMULATED_DIFFERS: Named.EDITED,
    Verdict.STREAM_GAP: Named.EDITED,
    Verdict.TAGS_DIFFER: Named.EDITED,
    Verdict.TILE_DIFFERS: Named.EDITED,
    Verdict.TIMESTAMP_DIFFERS: Named.EDITED,
    Verdict.TIME_RUNS_BACK: Named.EDITED,
    Verdict.WORDS_DO_NOT_OPEN: Named.EDITED,
}
assert _NAMED.keys() == set(Verdict), "every verdict has its usual name"


class Finding(NamedTuple):
    """One thing that does not agree: the verdict, where, and what it means, in words without identifiers."""

    verdict: Verdict
    position: int | None
    tag: str | None
    words: str
    named: Named | None = None
    """What happened, as far as the evidence says; None where only a newer program could tell."""


class Bracket(NamedTuple):
    """Between which checkpoints history was rewritten: sizes of trees, which are positions as well."""

    last_consistent: int
    """The largest tree that still agrees; 0 where none of those at hand does."""
    first_inconsistent: int
    """The smallest tree that does not agree."""


def usual_name(verdict: Verdict) -> Named | None:
    """What a verdict means where nothing but the rows is known."""
    return _NAMED[verdict]


def foremost(names: frozenset[Named]) -> tuple[Named, ...]:
    """Names in the order of precedence."""
    return tuple(name for name in Named if name in names)
