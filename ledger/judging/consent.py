"""Consent standing: which consents are complete, from which moment, and what the others lack.

A consent is testimony: it is kept complete or not, and starts a programme only when complete (readings, section 4).
What a month makes of consents, and of what ended them, stands in consent_month.py.
Promise: the answer does not depend on the order in which supplements were recorded, except by their own moments.
Not promised: that the patient understood; evidence is what is on record.
"""

from datetime import date, datetime
from typing import Final, NamedTuple

from ledger.judging.days import local_dates
from ledger.judging.law import CONSENT_NAMES, MonthLaw, law_of
from ledger.rulebook import Reading, Rulebook, RulesInForce
from ledger.streams.consent import ConsentSupplemented
from ledger.streams.patient_state import ConsentOnRecord, Learned, Patient
from ledger.terms.notices import in_order, notice
from ledger.terms.outcome import Notice
from ledger.terms.people import Programme

ITEM_CODES: Final = {
    "availability": "consent_availability_not_affirmed",
    "cost_sharing": "consent_cost_sharing_not_affirmed",
    "one_practitioner": "consent_one_practitioner_not_affirmed",
    "right_to_stop": "consent_right_to_stop_not_affirmed",
}
FIELD_CODES: Final = {
    "occurred_at": "consent_date_missing",
    "obtained_by": "consent_obtained_by_missing",
    "method": "consent_method_missing",
    "practitioner": "consent_practitioner_missing",
    "given_by": "consent_given_by_missing",
    "evidence": "consent_evidence_missing",
}
_WORDS: Final = {
    "occurred_at": "date and time",
    "obtained_by": "who obtained it",
    "method": "method",
    "practitioner": "practitioner named",
    "given_by": "who gave it",
    "evidence": "evidence",
}


class ConsentStanding(NamedTuple):
    """What one consent is worth."""

    consent: str
    position: int
    complete_from: datetime | None
    """The moment from which it counts; None while it lacks something."""
    local: tuple[date, date] | None
    """The earliest and latest local date of that moment."""
    practitioner: str | None
    lacks: tuple[str, ...]
    """Codes of what is missing, in the order of the catalogue; empty when complete."""
    by_recollection: bool
    recorded_late: bool
    rules: RulesInForce
    """The rules of the consent's own day."""
    happened_at: datetime | None
    """When the conversation was held; None where nobody said."""
    offset: int | None
    """Seconds from UTC to local time then, where they are known."""

    @property
    def happened_on(self) -> date | None:
        """The earliest local date of the conversation: what was told on that day or later may have ended it."""
        return local_dates(self.happened_at, self.offset)[0] if self.happened_at is not None else None


class _Gathered(NamedTuple):
    """A consent's content with what supplements added so far."""

    occurred_at: datetime | None
    obtained_by: str | None
    method: str | None
    practitioner: str | None
    given_by: str | None
    representative_identified: bool
    affirmed: frozenset[str]
    evidence: str | None


def consents_of(patient: Patient, programme: Programme, rulebook: Rulebook) -> tuple[ConsentStanding, ...]:
    """The standing of each consent of a programme, in order of recording (CCM-CONSENT-11: each needs its own).

    A consent that was found void is none of them.
    """
    found = (c for c in patient.consents if c.event.programme is programme)
    if patient.status.invalidations:
        void = patient.status.void
        return tuple(judge_consent(c, rulebook) for c in found if c.event.consent not in void)
    return tuple(judge_consent(c, rulebook) for c in found)


def judge_consent(consent: ConsentOnRecord, rulebook: Rulebook) -> ConsentStanding:
    """Whether a consent is complete and from which moment it counts.

    What it must show is read by the rules of its own day, whenever it is supplemented. A signed form, a recording or a
    note of the time counts from when it happened; recollection from when it was recorded; what was missing counts from
    its supplement's own moment.
    Reads: medicare.ccm.consent.fields_required, .methods, .items_required, .evidence_counts_from_recording
    (CCM-CONSENT-01, -02, -04, -09, -12).
    """
    event = consent.event
    told_at = (event.occurred_at, event.offset) if event.occurred_at is not None else (consent.recorded_at, None)
    law = law_of(rules_of_day(*told_at, rulebook))
    so_far = _base(consent)
    recollected = event.evidence in law.recalling_evidence
    moment = consent.recorded_at if recollected else event.occurred_at
    offset = event.offset
    lacks = _lacks(so_far, law)
    if lacks and consent.supplements:
        for at, _, supplement in sorted((_counts_at(s, law), s.position, s) for s in consent.supplements):
            so_far = _with(so_far, supplement.event)
            recalls = supplement.event.evidence in law.recalling_evidence
            moment = at if moment is None else max(moment, at)
            offset = supplement.event.offset if supplement.event.offset is not None else offset
            recollected = recollected or recalls
            if event.occurred_at is None and so_far.occurred_at is not None:
                law = law_of(rules_of_day(so_far.occurred_at, offset, rulebook))
            lacks = _lacks(so_far, law)
            if not lacks:
                break
    happened = event.occurred_at
    return ConsentStanding(
        event.consent,
        consent.position,
        None if lacks else moment,
        None if lacks or moment is None else local_dates(moment, offset),
        so_far.practitioner,
        lacks,
        recollected,
        happened is not None and consent.recorded_at - happened > law.late,
        law.rules,
        so_far.occurred_at,
        event.offset if happened is not None else offset,
    )


def _counts_at(supplement: Learned[ConsentSupplemented], law: MonthLaw) -> datetime:
    """The moment from which a supplement counts: what was recollected late waits its turn behind what was written."""
    recalls = supplement.event.evidence in law.recalling_evidence
    return supplement.recorded_at if recalls else supplement.event.occurred_at


def rules_of_day(instant: datetime, offset: int | None, rulebook: Rulebook) -> RulesInForce:
    """The rules by which a consent of a moment is read, by its local day; before there were any, the first ones.

    Without an offset from UTC the day is the earliest that it may be in the United States.
    """
    on = max(local_dates(instant, offset)[0], rulebook.quantity(CONSENT_NAMES[0]).readings[0].effective)
    return rulebook.in_force(on)


def not_before(began: date, programme: Programme, rulebook: Rulebook, last: date) -> date:
    """The day on which a programme starts that was consented to on a day: no programme starts before there is one."""
    first = rulebook.quantities.get(_BEGINS_WITH.get(programme, ""))
    if first is None or not began < first.readings[0].effective <= last:
        return began
    return first.readings[0].effective


_BEGINS_WITH: Final = {
    Programme.CCM: CONSENT_NAMES[0],
    Programme.PCM: "medicare.ccm.families.pcm_staff_base",
    Programme.APCM: "medicare.ccm.families.level_1",
}
"""The quantity with whose first reading each programme begins."""


def _base(consent: ConsentOnRecord) -> _Gathered:
    e = consent.event
    missing = e.items.missing()
    return _Gathered(
        e.occurred_at,
        e.obtained_by,
        e.method,
        e.practitioner,
        e.given_by,
        e.representative_identified,
        _ALL_ITEMS if not missing else frozenset(ITEM_CODES) - frozenset(missing),
        e.evidence,
    )


_ALL_ITEMS: Final = frozenset(ITEM_CODES)


def _with(so_far: _Gathered, added: object) -> _Gathered:
    from_supplement = {name: getattr(added, name) for name in _FILLED}
    kept = {name: getattr(so_far, name) or from_supplement[name] for name in _FILLED}
    affirmed = so_far.affirmed | (_ALL_ITEMS - frozenset(added.items.missing()))  # type: ignore[attr-defined]
    return so_far._replace(affirmed=affirmed, **kept)


_FILLED: Final = (
    "occurred_at",
    "obtained_by",
    "method",
    "practitioner",
    "given_by",
    "representative_identified",
    "evidence",
)


def _lacks(so_far: _Gathered, law: MonthLaw) -> tuple[str, ...]:
    lacks: list[str] = []
    if None in so_far:
        lacks += [FIELD_CODES[field] for field in law.consent_fields if getattr(so_far, field) is None]
    if so_far.method is not None and so_far.method not in law.consent_methods:
        lacks.append("consent_method_not_accepted")
    if so_far.evidence is not None and so_far.evidence not in law.evidence_known:
        lacks.append(FIELD_CODES["evidence"])
    if so_far.given_by == "representative" and not so_far.representative_identified:
        lacks.append("consent_representative_not_identified")
    if so_far.affirmed is not _ALL_ITEMS:
        lacks += [ITEM_CODES[item] for item in law.consent_items if item not in so_far.affirmed]
    return tuple(lacks)


def consent_notices(standing: ConsentStanding) -> tuple[Notice, ...]:
    """What a person should know of one consent: each missing thing, recollection, late recording."""
    rules = standing.rules
    found = [_lack_notice(code, rules) for code in standing.lacks]
    if standing.by_recollection:
        by = rules.reading("medicare.ccm.consent.evidence_counts_from_recording")
        found.append(notice("consent_from_recollection", _says(standing, "rests on recollection"), by))
    elif standing.recorded_late:
        by = rules.reading("medicare.ccm.consent.evidence_counts_from_occurrence")
        found.append(notice("consent_recorded_late", _says(standing, "was recorded later than it happened"), by))
    return in_order(found)


def _says(standing: ConsentStanding, what: str) -> str:
    if standing.complete_from is None:
        return f"The consent {what}."
    return f"The consent {what}; it counts from {standing.complete_from.isoformat(timespec='seconds')}."


def _lack_notice(code: str, rules: RulesInForce) -> Notice:
    return notice(code, f"The consent starts no programme: {lack_words(code)}.", lack_reading(code, rules))


def lack_words(code: str) -> str:
    """What a consent lacks, in words."""
    for item, known in ITEM_CODES.items():
        if code == known:
            return f"{item.replace('_', ' ')} is not affirmed"
    for field, known in FIELD_CODES.items():
        if code == known:
            return f"{_WORDS[field]} is missing"
    if code == "consent_method_not_accepted":
        return "its method was not accepted on that day"
    return "the representative is not identified"


def lack_reading(code: str, rules: RulesInForce) -> Reading:
    """The rule that asks for what a consent lacks."""
    if code in ITEM_CODES.values():
        return rules.reading("medicare.ccm.consent.items_required")
    if code == "consent_method_not_accepted":
        return rules.reading("medicare.ccm.consent.methods")
    return rules.reading("medicare.ccm.consent.fields_required")
