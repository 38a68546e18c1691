"""Deciders about two patients who are one person: merge them, and undo that.

Nothing is copied. A merge leads whoever names the one to the other (resolving.py), and what is decided, judged and
billed rests on both together (deciding.States, ledger/judging/needs.py). Compliance decides it: it may raise and lower
months of both, across practices.
"""

from datetime import date
from typing import Any, Final

from commands.deciding import Asked, Law, States
from commands.guards import out_of_reach
from commands.intents.wrong_patient import MergePatients, UnmergePatients
from commands.merged_claims import billed_twice, lost_beside
from ledger.streams.merging import MergeWords, PatientsMerged, PatientsUnmerged
from ledger.streams.patient import DemographicsReported, IdentityWords, PatientRegistered
from ledger.streams.patient_state import Designation
from ledger.terms.identity import patient_tag, staff_tag
from ledger.terms.notices import in_order, notice
from ledger.terms.outcome import Accepted, Need, Notice, Outcome, Unchanged
from ledger.terms.refusals import refused

MBI: Final = "mbi"


def decide_merge_patients(asked: Asked[MergePatients], states: States, law: Law) -> Outcome:
    """Let one patient go on for another, with the evidence that they are one person (readings, 3).

    Where both were billed for a month, what the later claim lost is recorded with the merge. Reads both patients with
    all who are merged with them, their dates of birth among the sealed words, their claims, and the actor. Refuses, in
    order: not_in_this_practice (the merged patient's), merged_with_itself, already_merged. Unchanged where just this
    merge stands. Notices: birth_dates_differ, mbi_differs, designations_collide, billed_twice.
    """
    patient, merged = asked.patient, asked.people["merged"]
    if need := states.missing(patient_tag(patient), patient_tag(merged), staff_tag(asked.actor)):
        return need
    if refusal := out_of_reach(asked, states, merged):
        return refusal
    other = states.alone(merged)
    if other.merged_into == patient:
        return Unchanged((next(m.position for m in reversed(other.merges) if m.ended is None and not m.goes_on),))
    if merged == patient:
        return refused("merged_with_itself")
    if other.merged_into is not None:
        return refused("already_merged", facts=(m.position for m in other.merges if m.ended is None))
    twice = billed_twice(states, patient, merged)
    if isinstance(twice, Need):
        return twice
    lost = lost_beside(asked, states, twice)
    if isinstance(lost, Need):
        return lost
    words = MergeWords(evidence=asked.command.evidence)
    event = PatientsMerged(patient=patient, merged=merged, words=words, words_of_merged=words)
    notices = [*_doubts(asked, states, patient, merged)]
    if twice:
        months = ", ".join(dict.fromkeys(each.first.event.month for each in twice))
        notices.append(notice("billed_twice", f"Both patients have a live claim for {months}."))
    return Accepted((event, *lost), in_order(notices))


def decide_unmerge_patients(asked: Asked[UnmergePatients], states: States, law: Law) -> Outcome:
    """Undo a merge: each of the two is again what stands in the own streams.

    Reads both patients with all who are merged with them, and the actor. Refuses, in order: not_in_this_practice (the
    merged patient's), not_merged. Unchanged where the merge of these two was undone before. Notices:
    stays_with_survivor.
    """
    patient, merged = asked.patient, asked.people["merged"]
    if need := states.missing(patient_tag(patient), patient_tag(merged), staff_tag(asked.actor)):
        return need
    if refusal := out_of_reach(asked, states, merged):
        return refusal
    other = states.alone(merged)
    if other.merged_into != patient:
        ended = [m.ended for m in other.merges if m.other == patient and not m.goes_on and m.ended is not None]
        return Unchanged((ended[-1],)) if ended else refused("not_merged")
    words = MergeWords(evidence=asked.command.evidence)
    event = PatientsUnmerged(patient=patient, merged=merged, words=words, words_of_merged=words)
    happened = "What was recorded for the two since the merge stands in the record of the one who went on."
    return Accepted((event,), (notice("stays_with_survivor", happened),))


def _doubts(asked: Asked[Any], states: States, patient: str, merged: str) -> tuple[Notice, ...]:
    """What speaks against their being one person, and what two records of one person cannot both hold."""
    one, other = states.patient(patient), states.patient(merged)
    found: list[Notice] = []
    births = [_born_on(asked, states, states.group(each)) for each in (patient, merged)]
    if None not in births and births[0] != births[1]:
        found.append(notice("birth_dates_differ", "The two patients are known with different dates of birth."))
    numbers = [{link.token for link in state.links if link.system == MBI} for state in (one, other)]
    if all(numbers) and not numbers[0] & numbers[1]:
        found.append(notice("mbi_differs", "The two patients are known by different Medicare numbers."))
    month = next((m for a in one.designations for b in other.designations if (m := _collision(a, b))), None)
    if month is not None:
        happened = f"Two practitioners are designated from {month} on; the one designated first bills."
        found.append(notice("designations_collide", happened))
    return in_order(found)


def _born_on(asked: Asked[Any], states: States, group: tuple[str, ...]) -> date | None:
    """The date of birth as reported last; None where nobody said it, or the words are gone."""
    told = sorted((at, each) for each in group for _, at in states.alone(each).demographics)
    for position, each in reversed(told):
        event = asked.opened(patient_tag(each), position)
        assert isinstance(event, PatientRegistered | DemographicsReported)
        if isinstance(event.words, IdentityWords) and event.words.demographics.born_on is not None:
            return event.words.demographics.born_on
    return None


def _collision(one: Designation, other: Designation) -> str | None:
    """The first month that designations of two practitioners both occupy."""
    a, b = one.event, other.event
    if a.practitioner == b.practitioner or (a.programme, a.side) != (b.programme, b.side):
        return None
    month = max(a.from_month, b.from_month)
    return month if one.occupies(month) and other.occupies(month) else None
