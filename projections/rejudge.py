"""The months of CCM of a calendar month by another edition: which answers would differ, by which readings of the law.

Promise: a month is judged by the edition that it stands under now (the one that its attestation pins, otherwise the
one adopted last) and by the other one, on the same facts as of one position; it is named if codes, units, dollars,
seconds, families or findings differ, and nothing is written. Words of findings are not compared: a month that stays
below its minimum is the same month under another minimum. Not promised: what a payer would say; months of PCM and APCM.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from ledger.judging.needs import gather
from ledger.judging.shapes import ChargeLine, EntryLine, FamilyResult, MonthFacts, Standing, Verdict
from ledger.judging.verdict import judge_month
from ledger.rulebook import Edition, Rulebook
from ledger.rulebook.formulas import mean_the_same
from ledger.streams.governance import Adoption, Governance
from ledger.terms.identity import LEDGER_TAG
from ledger.terms.outcome import Notice
from projections.base import Rows
from projections.judged import RulebookOf, edition_for
from projections.month_answer import AsAttested, attested
from projections.month_billing import is_begun
from projections.month_chunks import ChunkStates
from projections.patient_history import StreamsLog
from projections.rule_changes import Because, Mixtures
from projections.tables.layout import MONTH_BILLING, MONTH_READS

PATIENTS_AT_ONCE: Final = 400
"""How many months are read together: their states are in memory at once."""
_ZERO: Final = Decimal(0)


class Law(NamedTuple):
    """An edition to judge by."""

    edition: str
    """Its digest."""
    rulebook: Rulebook
    formulas_version: int


class Asked(NamedTuple):
    """What is asked: a calendar month as of a position; of the months billed by one practice, where it is named."""

    month: str
    position: int
    practice: str | None = None


class Answer(NamedTuple):
    """What a month says by one edition."""

    edition: str
    standing: Standing | None
    """None by another edition than the one that a signature pins: by any other a signed month is only called stale."""
    family: str | None
    """The family that bills."""
    charges: tuple[ChargeLine, ...]
    """What that family bills."""
    amount: Decimal | None
    staff_seconds: int
    personal_seconds: int


class EntryMoved(NamedTuple):
    """An entry that counts otherwise, or for other reasons."""

    entry: str
    position: int
    seconds: int
    counted_before: int
    counted_after: int
    notices_before: tuple[str, ...]
    notices_after: tuple[str, ...]


class RejudgedMonth(NamedTuple):
    """A patient-month whose answer would differ."""

    patient: str
    month: str
    practice: str | None
    as_attested: AsAttested | None
    before: Answer
    after: Answer
    changed: tuple[str, ...]
    """Which parts differ, in the order of `PARTS`."""
    entries: tuple[EntryMoved, ...]
    findings_added: tuple[Notice, ...]
    """What would block release or be looked at, and is not now."""
    findings_removed: tuple[Notice, ...]
    because: Because


class Rejudged(NamedTuple):
    """What became of some patients' months."""

    looked_at: int
    attested: int
    """How many of those looked at are signed."""
    amount_before: Decimal
    """Of all that were looked at; months without codes, or without a price, add nothing."""
    amount_after: Decimal
    differing: tuple[RejudgedMonth, ...]


PARTS: Final = (
    *("standing", "entries", "seconds", "families", "codes", "dollars", "with_visits", "suggested"),
    *("findings", "practice", "date_of_service", "consent", "profiles"),
)
"""The parts of a month in which two editions are compared."""


def patients_to_ask(models: Rows, asked: Asked, *, is_now: bool) -> tuple[str, ...]:
    """The patients of whom something stands in the month, those of one performer together: their days are shared.

    As of an earlier position, `is_now` being False, the practice that billed then is not known before judging.
    """
    where, bound = "WHERE month = ?", [asked.month]
    if is_now and asked.practice is not None:
        where, bound = f"{where} AND practice = ?", [asked.month, asked.practice]
    known = [str(patient) for (patient,) in models.rows(f"SELECT patient FROM {MONTH_BILLING.name} {where}", bound)]
    first_days = (
        f"SELECT patient, MIN(tag) FROM {MONTH_READS.name} WHERE tag >= ? AND tag < ? AND month = ? GROUP BY patient"
    )
    beside = {str(p): str(day) for p, day in models.rows(first_days, ("staff_day/", "staff_day0", asked.month))}
    return tuple(sorted(known, key=lambda patient: (beside.get(patient, ""), patient)))


class Rejudge:
    """Judges the months of a calendar month twice, a chunk of patients at a time."""

    def __init__(self, log: StreamsLog, rulebook_of: RulebookOf, asked: Asked, against: Law) -> None:
        self._states = ChunkStates(log, asked.month, position=asked.position)
        self._rulebook_of = rulebook_of
        self._asked = asked
        self._against = against
        self._governance: Governance = self._states.state(LEDGER_TAG)
        self._mixtures: dict[str, Mixtures] = {}

    def of(self, patients: Sequence[str]) -> Rejudged:
        """What the other edition makes of the months of these patients, in their order."""
        found: list[RejudgedMonth] = []
        looked_at = signed = 0
        before_all = after_all = _ZERO
        self._states.take(patients)
        for facts, adoption, before, after in self._judged(patients):
            looked_at += 1
            signed += before.attested is not None
            before_all += before.amount or _ZERO
            after_all += after.amount or _ZERO
            if before is not after and (changed := changed_parts(before, after)):
                found.append(self._differing(facts, adoption, changed))
        return Rejudged(looked_at, signed, before_all, after_all, tuple(found))

    def _judged(self, patients: Sequence[str]) -> Iterator[tuple[MonthFacts, Adoption, Verdict, Verdict]]:
        month, practice, state = self._asked.month, self._asked.practice, self._states.state
        for patient in patients:
            # Of merged patients the month is that of whoever goes on; behind the position nothing had begun.
            if not is_begun(self._states.at, patient, month):
                continue
            facts = gather(patient, month, state)
            adoption = edition_for(self._governance, facts.month)
            before = after = judge_month(facts, self._rulebook_of(adoption), edition=adoption.edition, record=False)
            if adoption.edition != self._against.edition:
                after = judge_month(facts, self._against.rulebook, edition=self._against.edition, record=False)
            if practice in (None, before.practice, after.practice):
                yield facts, adoption, before, after

    def _differing(self, facts: MonthFacts, adoption: Adoption, changed: tuple[str, ...]) -> RejudgedMonth:
        """The same month again, its readings named."""
        against, book = self._against, self._rulebook_of(adoption)
        before = judge_month(facts, book, edition=adoption.edition)
        after = judge_month(facts, against.rulebook, edition=against.edition)
        because = self._between(adoption, book).because(
            before,
            after,
            lambda mixed, edition: judge_month(facts, mixed, edition=edition, record=False),
            lambda verdict: not changed_parts(verdict, after),
        )
        standing = facts.month.standing_attestation()
        findings = [(*verdict.missing, *verdict.notices) for verdict in (before, after)]
        return RejudgedMonth(
            patient=before.patient,
            month=before.month,
            practice=before.practice,
            as_attested=attested(standing) if standing is not None else None,
            before=_answer(before, before.standing),
            after=_answer(after, _standing(after)),
            changed=changed,
            entries=tuple(_moved(before, after)),
            findings_added=_beyond(findings[1], findings[0]),
            findings_removed=_beyond(findings[0], findings[1]),
            because=because,
        )

    def _between(self, adoption: Adoption, book: Rulebook) -> Mixtures:
        found = self._mixtures.get(adoption.edition)
        if found is None:
            formulas = Edition.from_bytes(adoption.content).formulas_version
            differ = not mean_the_same(formulas, self._against.formulas_version)
            found = self._mixtures[adoption.edition] = Mixtures(book, self._against.rulebook, formulas_differ=differ)
        return found


def changed_parts(before: Verdict, after: Verdict) -> tuple[str, ...]:
    """The parts in which two verdicts on the same facts differ, in the order of `PARTS`."""
    if (
        before.lines == after.lines
        and before.missing == after.missing
        and before.notices == after.notices
        and _heads(before) == _heads(after)
        and _are_same(before.families, after.families)
    ):
        return ()
    first, second = _parts(before), _parts(after)
    return tuple(name for name in PARTS if first[name] != second[name])


def _heads(verdict: Verdict) -> tuple[object, ...]:
    """What does not follow from entries, families and findings."""
    dates = verdict.date_of_service, verdict.consent_from
    beside = verdict.with_visits, verdict.untimed_seconds, verdict.profiles
    return *dates, verdict.suggested, verdict.practice, *beside


def _parts(verdict: Verdict) -> dict[str, object]:
    return {
        "standing": _standing(verdict),
        "entries": tuple((line.entry, line.counted, line.pool, _codes(line.notices)) for line in verdict.lines),
        "seconds": (verdict.staff_seconds, verdict.personal_seconds, verdict.untimed_seconds),
        "families": tuple(map(_family, verdict.families)),
        "codes": tuple((line.code, line.units) for line in verdict.charges),
        "dollars": verdict.amount,
        "with_visits": verdict.with_visits,
        "suggested": verdict.suggested,
        "findings": tuple((notice.code, notice.effect) for notice in (*verdict.missing, *verdict.notices)),
        "practice": verdict.practice,
        "date_of_service": verdict.date_of_service,
        "consent": verdict.consent_from,
        "profiles": verdict.profiles,
    }


def _are_same(before: Sequence[FamilyResult], after: Sequence[FamilyResult]) -> bool:
    if len(before) != len(after):
        return False
    return all(was == now or _family(was) == _family(now) for was, now in zip(before, after, strict=True))


def _family(result: FamilyResult) -> tuple[object, ...]:
    """A family as it is compared: one that is not available by neither edition says only why."""
    minutes = result.minutes if result.is_available else None
    return result.family, result.is_available, minutes, result.lines, result.amount, _codes(result.notices)


def _standing(verdict: Verdict) -> Standing | None:
    # The edition stands in the bytes that are signed: that they are others by another edition says nothing.
    return None if verdict.attested is not None else verdict.standing


def _answer(verdict: Verdict, standing: Standing | None) -> Answer:
    return Answer(
        edition=verdict.edition,
        standing=standing,
        family=verdict.family if verdict.charges else None,
        charges=verdict.charges,
        amount=verdict.amount,
        staff_seconds=verdict.staff_seconds,
        personal_seconds=verdict.personal_seconds,
    )


def _moved(before: Verdict, after: Verdict) -> Iterator[EntryMoved]:
    for was, now in zip(before.lines, after.lines, strict=True):
        assert was.entry == now.entry, "the same facts have the same entries in the same order"
        if (was.counted, was.pool, _codes(was.notices)) != (now.counted, now.pool, _codes(now.notices)):
            yield _entry(was, now)


def _entry(was: EntryLine, now: EntryLine) -> EntryMoved:
    codes = _codes(was.notices), _codes(now.notices)
    return EntryMoved(was.entry, was.position, was.seconds, was.counted, now.counted, *codes)


def _codes(notices: Sequence[Notice]) -> tuple[str, ...]:
    return tuple([notice.code for notice in notices])


def _beyond(notices: Sequence[Notice], known: Sequence[Notice]) -> tuple[Notice, ...]:
    """The findings whose code or effect the other side does not have."""
    others = {(notice.code, notice.effect) for notice in known}
    return tuple(notice for notice in notices if (notice.code, notice.effect) not in others)
