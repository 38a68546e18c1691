"""The months of a calendar month by another edition: which answers would differ, by which readings of the law.

Promise: a month is judged by the edition that it stands under now (the one that its attestation pins, otherwise the
one adopted last) and by the other one, on the same facts as of one position; it is named if codes, units, dollars, the
expected payment, seconds, families or findings differ, and nothing is written. Words of findings are not compared: a
month that stays below its minimum is the same month under another minimum. Of a patient with PCM or APCM that month is
judged too, by its own rules. Not promised: what a payer would say.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from ledger.judging.needs import gather
from ledger.judging.shapes import ChargeLine, EntryLine, MonthFacts, Standing, Verdict, VisitLine
from ledger.judging.verdict import judge_month
from ledger.rulebook import Edition, Rulebook
from ledger.rulebook.formulas import mean_the_same
from ledger.streams.governance import Adoption, Governance
from ledger.terms.identity import LEDGER_TAG
from ledger.terms.outcome import Notice
from ledger.terms.people import Programme
from projections.base import Rows
from projections.judged import RulebookOf, edition_for, programmes_in
from projections.month_answer import AsAttested, attested
from projections.month_billing import is_begun, own_group
from projections.month_chunks import ChunkStates
from projections.patient_history import StreamsLog
from projections.programme_patients import patients_with_other
from projections.rejudge_parts import changed_parts, codes_of, unsigned_standing, with_expected
from projections.rejudge_payment import Paid, Payment, paid, prices_differ, with_price_read
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
    payment: Payment
    with_visits: tuple[VisitLine, ...]
    """What rides on the claims of the month's visits (G0506), beside these."""
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
    programme: Programme
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

    patients: int
    """Of how many it was asked."""
    looked_at: int
    """How many months were judged: of a patient with several programmes, one of each."""
    attested: int
    """How many of those looked at are signed."""
    amount_before: Decimal
    """Of all that were looked at; months without codes, or without a price, add nothing."""
    amount_after: Decimal
    differing: tuple[RejudgedMonth, ...]


class _Twice(NamedTuple):
    """A month judged by the edition that it stands under, and by the other one."""

    facts: MonthFacts
    programme: Programme
    adoption: Adoption
    book: Rulebook
    """Of the edition adopted."""
    before: Verdict
    after: Verdict


class _Payments(NamedTuple):
    """What a month is expected to pay by both editions."""

    before: Paid
    after: Paid


def patients_to_ask(models: Rows, asked: Asked, *, is_now: bool) -> tuple[str, ...]:
    """The patients of whom something stands in the month, those of one performer together: their days are shared.

    And those with PCM or APCM, which is billed in months in which nothing was recorded too. As of an earlier position,
    `is_now` being False, the practice that billed then is not known before judging.
    """
    where, bound = "WHERE month = ?", [asked.month]
    if is_now and asked.practice is not None:
        where, bound = f"{where} AND practice = ?", [asked.month, asked.practice]
    found = models.rows(f"SELECT patient FROM {MONTH_BILLING.name} {where}", bound)
    known = patients_with_other(models, asked.month).union(str(patient) for (patient,) in found)
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
        self._prices_differ: dict[str, bool] = {}

    def of(self, patients: Sequence[str]) -> Rejudged:
        """What the other edition makes of the months of these patients, in their order."""
        found: list[RejudgedMonth] = []
        looked_at = signed = 0
        before_all = after_all = _ZERO
        self._states.take(patients)
        for twice in self._judged(patients):
            before, after = twice.before, twice.after
            looked_at += 1
            signed += before.attested is not None
            before_all += before.amount or _ZERO
            after_all += after.amount or _ZERO
            if before is not after and (differing := self._differing(twice)) is not None:
                found.append(differing)
        return Rejudged(len(patients), looked_at, signed, before_all, after_all, tuple(found))

    def _judged(self, patients: Sequence[str]) -> Iterator[_Twice]:
        month, practice, at = self._asked.month, self._asked.practice, self._states.at
        for patient in patients:
            # Of merged patients the month is that of whoever goes on.
            if not own_group(at, patient):
                continue
            facts = gather(patient, month, self._states.state)
            for programme in self._programmes(facts):
                twice = self._twice(facts, programme)
                if practice in (None, twice.before.practice, twice.after.practice):
                    yield twice

    def _programmes(self, facts: MonthFacts) -> Iterator[Programme]:
        """CCM where anything stands in the month, as in the list of months; every other that is in it."""
        if is_begun(self._states.at, facts.month.patient, facts.month.month):
            yield Programme.CCM
        yield from (each for each in programmes_in(facts) if each is not Programme.CCM)

    def _twice(self, facts: MonthFacts, programme: Programme) -> _Twice:
        adoption, against = edition_for(self._governance, facts.month, programme), self._against
        book = self._rulebook_of(adoption)
        before = after = self._verdict(facts, programme, book, adoption.edition)
        if adoption.edition != against.edition:
            after = self._verdict(facts, programme, against.rulebook, against.edition)
        return _Twice(facts, programme, adoption, book, before, after)

    @staticmethod
    def _verdict(
        facts: MonthFacts, programme: Programme, book: Rulebook, edition: str, *, record: bool = False
    ) -> Verdict:
        return judge_month(facts, book, edition=edition, record=record, programme=programme)

    def _differing(self, twice: _Twice) -> RejudgedMonth | None:
        """What differs of a month; None where nothing does."""
        changed = changed_parts(twice.before, twice.after)
        if not changed and not self._may_pay_otherwise(twice):
            return None
        payments = _Payments(
            self._paid(twice, twice.before, twice.book), self._paid(twice, twice.after, self._against.rulebook)
        )
        if payments.before.payment != payments.after.payment:
            changed = with_expected(changed)
        return self._named(twice, changed, payments) if changed else None

    def _may_pay_otherwise(self, twice: _Twice) -> bool:
        """Whether a month that says the same by both editions may be paid otherwise."""
        edition = twice.adoption.edition
        found = self._prices_differ.get(edition)
        if found is None:
            found = prices_differ(twice.book, self._against.rulebook, self._asked.month)
            self._prices_differ[edition] = found
        return found

    def _paid(self, twice: _Twice, verdict: Verdict, book: Rulebook) -> Paid:
        return paid(twice.facts, verdict, book, self._states.state)

    def _named(self, twice: _Twice, changed: tuple[str, ...], payments: _Payments) -> RejudgedMonth:
        """The same month again, its readings named."""
        facts, programme, adoption, book = twice.facts, twice.programme, twice.adoption, twice.book
        against, expected = self._against, payments.after.payment
        before = self._verdict(facts, programme, book, adoption.edition, record=True)
        after = self._verdict(facts, programme, against.rulebook, against.edition, record=True)
        because = self._between(adoption, book).because(
            with_price_read(before, payments.before),
            with_price_read(after, payments.after),
            lambda mixed, edition: (self._verdict(facts, programme, mixed, edition), mixed),
            lambda said: not changed_parts(said[0], after) and self._paid(twice, *said).payment == expected,
        )
        standing = facts.month.standing_attestation(programme) if before.attested is not None else None
        findings = [(*verdict.missing, *verdict.notices) for verdict in (before, after)]
        return RejudgedMonth(
            patient=before.patient,
            month=before.month,
            programme=programme,
            practice=before.practice,
            as_attested=attested(standing) if standing is not None else None,
            before=_answer(before, before.standing, payments.before),
            after=_answer(after, unsigned_standing(after), payments.after),
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


def _answer(verdict: Verdict, standing: Standing | None, found: Paid) -> Answer:
    return Answer(
        edition=verdict.edition,
        standing=standing,
        family=verdict.family if verdict.charges else None,
        charges=verdict.charges,
        amount=verdict.amount,
        payment=found.payment,
        with_visits=verdict.with_visits,
        staff_seconds=verdict.staff_seconds,
        personal_seconds=verdict.personal_seconds,
    )


def _moved(before: Verdict, after: Verdict) -> Iterator[EntryMoved]:
    for was, now in zip(before.lines, after.lines, strict=True):
        assert was.entry == now.entry, "the same facts have the same entries in the same order"
        if (was.counted, was.pool, codes_of(was.notices)) != (now.counted, now.pool, codes_of(now.notices)):
            yield _entry(was, now)


def _entry(was: EntryLine, now: EntryLine) -> EntryMoved:
    codes = codes_of(was.notices), codes_of(now.notices)
    return EntryMoved(was.entry, was.position, was.seconds, was.counted, now.counted, *codes)


def _beyond(notices: Sequence[Notice], known: Sequence[Notice]) -> tuple[Notice, ...]:
    """The findings whose code or effect the other side does not have."""
    others = {(notice.code, notice.effect) for notice in known}
    return tuple(notice for notice in notices if (notice.code, notice.effect) not in others)
