"""The append, before the lock: a group of proposals checked, its data keys durable, its facts as bytes.

Promise of every append: a proposal is recorded whole or not at all. Under one lock, in order: a key that is bound
already, a stream of the read set that moved, a stream that an earlier failed proposal of the group would have moved, or
a proposal that follows a failed one, answer Moved; all others get gapless positions, gapless sequence numbers per tag,
`recorded_at` = max(clock, last) and their leaf. What was answered is on the disk. What happens under the lock is the
engine's: sqlite/append.py and postgres/migrations.
Not promised: that a fact is true or allowed; that was decided before.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple

from ledger.store.mapper import Mapper, Packed
from ledger.streams.base import Proposal
from ledger.terms.identity import UNDECIDABLE_PREFIXES

KEY: Final = "key"
"""What Moved names when the key was bound meanwhile."""


class Prepared(NamedTuple):
    """A proposal with the bytes of its facts."""

    proposal: Proposal
    facts: tuple[Packed, ...]


def prepare(group: Sequence[Proposal], mapper: Mapper, *, simulated: bool) -> list[Prepared]:
    """What needs no lock: checks (AssertionError for a program's errors), new data keys made durable, and bytes."""
    drafts = []
    for proposal in group:
        _check(proposal, simulated=simulated)
        drafts.append([mapper.draft(event, proposal.envelope, proposal.origin) for event in proposal.events])
    mapper.vault.ensure(sealable.sealing.scope for facts in drafts for draft in facts for sealable in draft.sealables)
    prepared = []
    for proposal, facts in zip(group, drafts, strict=True):
        envelope = proposal.envelope.model_dump_json(exclude_none=True).encode() if facts else b""
        digest = sha256(envelope).digest()
        prepared.append(Prepared(proposal, tuple(mapper.pack(draft, envelope, digest) for draft in facts)))
    return prepared


def _check(proposal: Proposal, *, simulated: bool) -> None:
    assert proposal.clock is None or simulated, "only a simulated ledger takes its clock from the input"
    assert not any(tag.startswith(UNDECIDABLE_PREFIXES) for tag, _ in proposal.read_set), (
        "no decision may rest on who looked or who acted"
    )
    assert proposal.events or not proposal.once, "only a fact can be unique"
    assert proposal.readings is None or reading_set_digest(proposal.readings).hex() == proposal.envelope.readings, (
        "the envelope names the reading set by its digest"
    )


@lru_cache(maxsize=256)
def reading_set_digest(content: bytes) -> bytes:
    """The digest of a reading set: thousands of decisions rest on the same one, which is some kilobytes long."""
    return sha256(content).digest()
