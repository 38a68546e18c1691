"""What a month may be released as: its lines with charges, its day, its place, its diagnoses, and what is missing.

Promise: equal verdict, record and rules give an equal claim; what is missing is said all at once, in the order of the
catalogue. Not promised: that the payer takes it.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from ledger.judging.days import earliest_date
from ledger.judging.law import MonthLaw
from ledger.judging.readiness import active_conditions
from ledger.judging.service_date import convention_of, span_from
from ledger.judging.shapes import ChargeLine, Verdict
from ledger.judging.site import charges_there
from ledger.rulebook import Reading, Rules
from ledger.rulebook.claims import faults_of_lines
from ledger.streams.claims import DIAGNOSES_MAX, ClaimLine
from ledger.streams.patient_state import Patient
from ledger.streams.practice import Practice, Site
from ledger.terms.calendar import first_day, last_day

_OFFICE: Final = "11"
_REVIEWED: Final = "medicare.claims.places_reviewed"
_NOT_BILLED: Final = "medicare.claims.places_not_billed"
_PARENT: Final = "medicare.ccm.{code}.parent_code"


class Content(NamedTuple):
    """What a claim says of a month."""

    lines: tuple[ClaimLine, ...]
    diagnoses: tuple[str, ...]
    place_of_service: str | None
    """None: every site of the practice has a place of service that care management is not billed at."""
    service_from: date | None
    """The first day of a range, where the payer's profile asks for one and allows it."""
    uncharged: tuple[str, ...]
    """Codes for which the practice adopted no charge."""
    faults: tuple[tuple[str, str], ...]
    """Codes with what is wrong with their lines, whatever the minutes."""

    @property
    def charge(self) -> Decimal:
        """What all lines ask for."""
        return sum((line.charge for line in self.lines), Decimal(0))


def content_of(
    verdict: Verdict, patient: Patient, practice: Practice, law: MonthLaw, rules: Rules, *, place: str | None = None
) -> Content:
    """A claim's content by a verdict; `law` is that of the month's last day, `rules` those of the date of service.

    What is expected of its lines follows the place of service: `place`, or that of the content where None is given.
    Reads: the codes' parent_code and units_max, medicare.ccm.families.per_month_max, medicare.claims.date_of_service,
    .date_span_allowed, .places_not_billed, what eligibility and charges_there read (CCM-CLAIM-02 to -06, -08,
    CCM-CODE-06, -09).
    """
    convention = convention_of(practice, law, last_day(verdict.month))
    started_on = earliest_date(verdict.consent_from) if verdict.consent_from is not None else None
    default, on = place_of(practice.sites, law.rules), verdict.date_of_service
    charges = charges_there(verdict.charges, practice, place or default, on, rules)
    lines = tuple(_lines(charges, practice, on, rules))
    charged = {line.code for line in lines}
    return Content(
        lines,
        diagnoses_of(patient, verdict.month, law),
        default,
        span_from(convention, started_on, on, law),
        tuple(line.code for line in verdict.charges if line.code not in charged),
        faults_of_lines(((line.code, line.units) for line in verdict.charges), rules, verdict.raised),
    )


def _lines(charges: tuple[ChargeLine, ...], practice: Practice, on: date, rules: Rules) -> Iterator[ClaimLine]:
    """One line a code with its units (CCM-CLAIM-08)."""
    for line in charges:
        asked = practice.charge(line.code, on)
        if asked is None:
            continue
        parent = rules.get(_PARENT.format(code=line.code))
        yield ClaimLine(
            code=line.code,
            units=line.units,
            charge=asked[0].amount * line.units,
            expected=line.amount,
            parent=str(parent) if parent is not None else None,
        )


def diagnoses_of(patient: Patient, month: str, law: MonthLaw) -> tuple[str, ...]:
    """The diagnoses of the chronic conditions in force in a month, each once, the one recorded first first."""
    active = active_conditions(patient, first_day(month), last_day(month), law)
    return tuple(dict.fromkeys(each.icd10 for each in active if each.icd10 is not None))[:DIAGNOSES_MAX]


def place_of(sites: tuple[Site, ...], rules: Rules) -> str | None:
    """The place of service: where the practitioner would see the patient, by default the practice's first site.

    An office where no site is on record; never one at which care management is not billed, such as telehealth: None
    where the practice has no other. Reads: medicare.claims.places_not_billed (CCM-CLAIM-05).
    """
    if not sites:
        return _OFFICE
    never = rules.get(_NOT_BILLED)
    places = (site.place_of_service for site in sites)
    return next((each for each in places if not isinstance(never, tuple) or each not in never), None)


def review_of_place(place: str, rules: Rules) -> Reading | None:
    """The rule by which a place is looked at before a month is billed there; None where none says so.

    Reads: medicare.claims.places_reviewed (CCM-CLAIM-05).
    """
    reviewed = rules.find(_REVIEWED)
    return reviewed if reviewed is not None and isinstance(reviewed.value, tuple) and place in reviewed.value else None
