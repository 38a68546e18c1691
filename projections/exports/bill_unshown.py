"""What of the time behind a claim's release a bill leaves to its maker's word: he could have kept something back.

A stream is whole where a map of completeness says that all of the patient's facts, or the month's, are in the file, the
stream's own stand there under the numbers 1, 2, 3 without a gap, all that came behind the release say what they are,
and no header behind the map could be the stream's next fact: a header hides the names of its streams, and shows its
number in each. Promise: pure, and no proof is taken for wider than it is. Not promised: that the map's own proof is
right, which the offline verifier says; nor that the checkpoint is the newest, which nothing in a file can say.
"""

import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Final, Literal, NamedTuple

from ledger.proof.leaf import MalformedHeader, TagSeq, blinded
from ledger.streams.base import FactClass
from ledger.streams.upcast import EVENTS
from ledger.terms.identity import claims_tag, patient_tag
from projections.exports.bill_file import BadBill, Bill, BillFact, Completeness

Unshown = Literal["month_since", "claim_since", "ground_since", "log_since"]
"""month_since: nothing proves that of what came into the month behind the release all is there. claim_since: the same
of what was said of the claim (it was withdrawn, replaced, paid). ground_since: behind the release something came that
may take from an earlier month, such as a consent found void, and is not shown so that it can be judged. log_since: the
reader holds a newer checkpoint than the one that the file ends with."""
CLAIM_TOPICS: Final = frozenset(
    {
        "claim_acknowledged",
        "claim_explained",
        "claim_exported",
        "claim_lost_ground",
        "claim_released",
        "claim_remitted",
        "claim_reopened",
        "claim_withdrawn",
        "competition_settled",
        "cost_share_waived",
        "overpayment_cause_swept",
        "overpayment_dismissed",
        "overpayment_identified",
        "overpayment_investigation_begun",
        "overpayment_investigation_ended",
        "overpayment_noticed",
        "overpayment_returned",
        "overpayment_triaged",
    }
)
"""The facts that a claims stream may hold."""
MONTH_TOPICS: Final = frozenset(
    {
        "attestation_withdrawn",
        "decision_making_attested",
        "dispute_settled",
        "family_chosen",
        "late_entry_approved",
        "limit_raised",
        "month_attested",
        "month_excepted",
        "other_service_reported",
        "other_service_retracted",
        "time_addended",
        "time_allocated",
        "time_corrected",
        "time_disputed",
        "time_logged",
        "time_moved",
        "time_struck",
    }
)
"""The facts that a month's stream may hold."""
LOOKS_BACK: Final = frozenset(
    {
        "care_plan_revised",
        "condition_moved",
        "condition_recorded",
        "condition_struck",
        "consent_invalidated",
        "consent_recorded",
        "consent_revoked",
        "consent_supplemented",
        "coverage_recorded",
        "death_recorded",
        "designation_withdrawn",
        "disenrolment_retracted",
        "extra_planning_attested",
        "extra_planning_retracted",
        "patient_disenrolled",
        "patients_merged",
        "patients_unmerged",
        "plan_revision_moved",
        "plan_revision_struck",
        "practice_assigned",
        "practitioner_designated",
        "revocation_retracted",
        "stay_recorded",
        "visit_recorded",
    }
)
"""The facts of a patient's record, beside month and claims, that may take something from a month that is over.

Also those that seem to give: a condition is recorded anew as over since before the month, a revision of the plan was
made in it and lacks an element, somebody is designated for a programme that may not stand beside the claim's, an older
consent moves the first day and with it the visits that serve."""
GIVES_BACK: Final = frozenset(
    {
        "care_plan_copy_given",
        "care_plan_signed",
        "death_retracted",
        "risk_attested",
        "signature_attested",
        "stay_retracted",
    }
)
"""The facts of a patient's record that take nothing, and may give what such a fact takes."""
TAKES_NOTHING: Final = frozenset(
    {"consent_declined", "demographics_reported", "identifier_linked", "patient_registered"}
)
"""The others, which move no month."""
_JOINS: Final = frozenset({"patients_merged", "patients_unmerged"})
"""What makes others' streams part of the ground, which no bill holds: they are judged by none."""
_PATIENT: Final = "patient/"
_PLAN: Final = "care_plan/"
_OF_PLAN: Final = frozenset({"care_plan_revised", "plan_revision_moved", "plan_revision_struck"})
JUDGED_IN: Final = (_PATIENT, _PLAN)
"""The streams in which what looks back stands, and is judged."""
_MAP: Final = "completeness_mapped"


class GroundLater(NamedTuple):
    """A fact behind the release that may take from an earlier month, as its header tells of it."""

    position: int
    kind: str
    recorded_at: datetime
    is_judged: bool
    """Whether what it says is in the file and was judged; else its header alone counts."""


class _Stream(NamedTuple):
    """A stream that must be whole, and whose map says so."""

    tag: str
    subject: str
    topics: frozenset[str]


def unshown(bill: Bill, months: Sequence[str], patient: str, released: int) -> Iterator[Unshown]:
    """What is unproven of what came behind the position of the release.

    `months` are the streams of the month, of each who is one person with the patient.
    """
    people = people_of(months)
    counted = {proof.subject for proof in bill.completeness if proof.fact_class == "record"}
    others = {patient_tag(each) for each in people if each != patient}
    if others - counted or not all(each.is_judged for each in ground_later(bill, people, released)):
        yield "ground_since"
    if not all(_is_whole(bill, _Stream(month, month, MONTH_TOPICS), released) for month in months):
        yield "month_since"
    if not _is_whole(bill, _Stream(claims_tag(patient), patient_tag(patient), CLAIM_TOPICS), released):
        yield "claim_since"


def people_of(months: Iterable[str]) -> frozenset[str]:
    """Everybody who is one person with the patient, by the streams of the month."""
    return frozenset(each.split("/")[1] for each in months)


def ground_later(bill: Bill, people: frozenset[str], released: int) -> Iterator[GroundLater]:
    """What came behind the release into these people's record, or perhaps did, and may take from an earlier month."""
    free = {kind: _first_free(bill, {f"{kind}{each}" for each in people}) for kind in JUDGED_IN}
    for fact in sorted(bill.facts, key=lambda each: each.position):
        if fact.position <= released or not _looks_back(fact) or not _may_be_of(fact, people, free):
            continue
        kind, named = fact.header_parts()[0].topic, {each.tag for each in fact.tags}
        is_read = fact.clear is not None and kind in LOOKS_BACK - _JOINS
        is_judged = is_read and judged_streams(fact.event().tags(), people) <= named
        yield GroundLater(fact.position, kind, fact.recorded_at(), is_judged)


def _looks_back(fact: BillFact) -> bool:
    """Whether a fact is of a kind that may take from an earlier month; of one that is not known here it may be."""
    prefix, _ = fact.header_parts()
    return prefix.topic in LOOKS_BACK or (prefix.topic not in EVENTS and prefix.fact_class == FactClass.RECORD)


def _first_free(bill: Bill, streams: Iterable[str]) -> int:
    """The first number that in one of these streams no fact in the file has: a fact that hides in one has no lower."""
    held: dict[str, set[int]] = {stream: set() for stream in streams}
    for tag in (tag for fact in bill.facts for tag in fact.tags if tag.tag in held):
        held[tag.tag].add(tag.seq)
    return min(next(number for number in count(1) if number not in numbers) for numbers in held.values())


def _may_be_of(fact: BillFact, people: Container[str], free: Mapping[str, int]) -> bool:
    """Whether a fact is of these people's own streams, or could be by a number in one that it does not name."""
    if any(_is_of(each.tag, people) for each in fact.tags):
        return True
    kind = fact.header_parts()[0].topic
    if fact.clear is not None and kind in EVENTS:
        return any(_is_of(each, people) for each in fact.event().tags())
    lowest = free[_PLAN] if kind in _OF_PLAN else min(free.values()) if kind not in EVENTS else free[_PATIENT]
    try:
        return any(each.seq >= lowest for each in _unnamed(fact))
    except MalformedHeader:
        return True


def _unnamed(fact: BillFact) -> set[TagSeq]:
    """The streams of a fact that its header blinds and the file does not name."""
    named = {TagSeq(blinded(each.tag, bytes.fromhex(each.salt)), each.seq) for each in fact.tags}
    return set(fact.header_parts()[1].tags) - named


def judged_streams(streams: Iterable[str], people: Container[str]) -> frozenset[str]:
    """Those of a fact's streams by which a month of these people is judged."""
    return frozenset(each for each in streams if each.startswith(JUDGED_IN) and _is_of(each, people))


def _is_of(stream: str, people: Container[str]) -> bool:
    return any(who in people for who in stream.split("/")[1:2])


def _is_whole(bill: Bill, stream: _Stream, released: int) -> bool:
    return any(_stands_for(bill, each, stream, released) for each in bill.completeness)


def _stands_for(bill: Bill, proof: Completeness, stream: _Stream, released: int) -> bool:
    """Whether by a map's proof all of a stream is there, and all that came behind the release can be read."""
    if (proof.subject, proof.fact_class) != (stream.subject, FactClass.RECORD):
        return False
    up_to = next((_covered(each) for each in bill.of_topic(_MAP) if each.position == proof.map), None)
    held = {tag.seq: each for each in bill.facts for tag in each.tags if tag.tag == stream.tag}
    has_gap = set(held) != set(range(1, len(held) + 1))
    if up_to is None or has_gap or any(each.clear is None for each in held.values() if each.position > released):
        return False
    behind = (each for each in bill.facts if each.position > up_to)
    return not any(_may_be_next(each, stream, len(held) + 1) for each in behind)


def _covered(fact: BillFact) -> int | None:
    try:
        up_to = json.loads(fact.clear or "{}").get("up_to")
    except (ValueError, AttributeError, RecursionError):
        return None
    return up_to if isinstance(up_to, int) else None


def _may_be_next(fact: BillFact, stream: _Stream, seq: int) -> bool:
    """Whether a record could be the stream's fact of this number, and is not named as one.

    Of a kind that this program does not know nobody can say whose it is.
    """
    prefix, _ = fact.header_parts()
    is_other = prefix.topic in EVENTS and prefix.topic not in stream.topics
    if prefix.fact_class != FactClass.RECORD or is_other or any(each.tag == stream.tag for each in fact.tags):
        return False
    try:
        return any(each.seq == seq for each in _unnamed(fact)) and not _is_told(fact, stream)
    except MalformedHeader:
        return True


def _is_told(fact: BillFact, stream: _Stream) -> bool:
    """Whether a fact says itself that it is of other streams."""
    try:
        return fact.clear is not None and stream.tag not in fact.event().tags()
    except BadBill:
        return False
