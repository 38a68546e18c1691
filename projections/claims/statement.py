"""What a patient is told of a month: what was done, by whom, at what cost, and what of it they may be billed.

Promise: told is what counts, entry by entry, as the judge says it, and the patient's share as of the same position.
Names are opened by the opener that is passed in and by nothing else; a name whose key was destroyed is named as erased.
No text that somebody wrote about the patient is shown. Not promised: that the patient remembers it the same way.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from ledger.judging.payers import book_of
from ledger.judging.shapes import Verdict
from ledger.streams.base import ERASED, EventLog
from ledger.streams.governance import Governance
from ledger.streams.joining import group_of, joined_patient
from ledger.streams.patient import Demographics, DemographicsReported, IdentityWords, PatientRegistered
from ledger.streams.practice import Practice
from ledger.streams.staff import StaffRegistered, StaffWords
from ledger.terms.identity import LEDGER_TAG, claims_tag, patient_tag, practice_tag, staff_tag
from ledger.terms.people import Programme
from projections.claims.patient_share import PatientShare, patient_share
from projections.history_line import OpenWords
from projections.judged import RulebookOf, judged
from projections.states import States


class Name(NamedTuple):
    """A person's name as opened."""

    text: str | None
    """None: no name was recorded, or it is not shown to this reader, or it is gone."""
    is_erased: bool = False


class Done(NamedTuple):
    """Work of one person on one day, of one kind."""

    on: date
    activity: str | None
    staff: str
    name: Name
    credential: str | None
    is_biller: bool
    """Whether the billing practitioner did it."""
    seconds: int


class Statement(NamedTuple):
    """One month of a programme, for the patient."""

    patient: str
    month: str
    programme: Programme
    position: int
    name: Name
    practice: str | None
    """The practice's name."""
    biller: Name | None
    biller_credential: str | None
    payer_kind: str | None
    done: tuple[Done, ...]
    seconds: int
    codes: tuple[tuple[str, int], ...]
    """(code, units)."""
    share: PatientShare
    is_empty: bool = False
    """Whether nothing of the month is on record: no work, counted or not, no service, no code and no claim."""


def statement_of(
    log: EventLog,
    rulebook_of: RulebookOf,
    patient: str,
    month: str,
    position: int,
    open_words: OpenWords,
    programme: Programme = Programme.CCM,
) -> Statement:
    """The statement of a patient's month as known at a position; of patients who were merged, of the one person."""
    states = States(log, after=position)

    def state(tag: str) -> Any:
        return states.at(tag).state

    verdict = judged(states.at, rulebook_of, patient, month, programme=programme).verdict
    group = group_of(patient, state)
    governance: Governance = state(LEDGER_TAG)
    adoption = next(each for each in governance.adoptions if each.edition == verdict.edition)
    practice: Practice | None = state(practice_tag(verdict.practice)) if verdict.practice else None
    biller = state(staff_tag(verdict.practitioner)) if verdict.practitioner else None
    share = patient_share(
        verdict,
        book_of(verdict, rulebook_of(adoption)),
        patient=joined_patient([state(patient_tag(each)) for each in group]),
        practice=practice,
        biller=biller,
        of_all=[state(claims_tag(each)) for each in group],
    )
    names = _Names(log, position, open_words)
    done = tuple(_done(verdict, names, state))
    return Statement(
        patient=verdict.patient,
        month=month,
        programme=programme,
        position=position,
        name=names.of_patient(group[0]),
        practice=practice.name if practice is not None else None,
        biller=names.of_staff(verdict.practitioner) if verdict.practitioner else None,
        biller_credential=biller.credential if biller is not None else None,
        payer_kind=verdict.payer_kind,
        done=done,
        seconds=sum(each.seconds for each in done),
        codes=tuple((line.code, line.units) for line in verdict.charges),
        share=share,
        is_empty=not (verdict.lines or verdict.services or verdict.with_visits or verdict.charges or share.charge),
    )


def _done(verdict: Verdict, names: "_Names", state: Any) -> Iterator[Done]:
    """The work that counts: of each day, person and kind together."""
    found: dict[tuple[date, str, str | None], int] = {}
    for line in verdict.lines:
        if line.counted:
            key = (line.on, line.performer, line.activity)
            found[key] = found.get(key, 0) + line.counted
    for (on, staff, activity), seconds in sorted(found.items(), key=lambda each: (each[0][0], each[0][1:])):
        credential = state(staff_tag(staff)).credential
        yield Done(on, activity, staff, names.of_staff(staff), credential, staff == verdict.practitioner, seconds)


class _Names:
    """Names out of sealed words, each opened once."""

    def __init__(self, log: EventLog, position: int, open_words: OpenWords) -> None:
        self._log = log
        self._position = position
        self._open = open_words
        self._staff: dict[str, Name] = {}

    def of_staff(self, staff: str) -> Name:
        """The name under which a staff member was registered."""
        if staff not in self._staff:
            self._staff[staff] = self._opened(staff_tag(staff), (StaffRegistered,))
        return self._staff[staff]

    def of_patient(self, patient: str) -> Name:
        """The newest name that a source gave of a patient."""
        return self._opened(patient_tag(patient), (PatientRegistered, DemographicsReported))

    def _opened(self, tag: str, kinds: tuple[type, ...]) -> Name:
        found = [fact for fact in self._log.read(tag, until=self._position) if isinstance(fact.event, kinds)]
        is_erased = False
        for fact in reversed(found):
            words = getattr(self._open(fact), "words", None)
            is_erased |= words is ERASED
            if text := _named(words):
                return Name(text)
        return Name(None, is_erased)


def _named(words: Any) -> str | None:
    match words:
        case StaffWords():
            return words.name
        case IdentityWords():
            return _whole(words.demographics)
    return None


def _whole(said: Demographics) -> str | None:
    return " ".join(part for part in (said.given, said.family) if part) or None
