"""Readiness: what blocks the release of a month, and what to look at, besides time and units.

Everything is read as of the month: facts in force in it, not today's. Nothing here refuses anything (readings,
section 6). Promise: every finding is listed, in the order of the catalogue. Not promised: conflicts with other
services; conflicts.py judges them.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

from ledger.judging.law import MonthLaw
from ledger.judging.people import billing_practitioner
from ledger.judging.shapes import FamilyResult, MonthFacts
from ledger.rulebook import RulesInForce
from ledger.streams.care_month import Family
from ledger.streams.care_plan import PlanRevision
from ledger.streams.month_state import CareMonth
from ledger.streams.patient import ConditionContent
from ledger.streams.patient_state import Designation, Patient
from ledger.streams.practice import Practice
from ledger.terms.notices import notice
from ledger.terms.outcome import Notice
from ledger.terms.people import Programme

_CAPABILITIES: Final = (
    ("cehrt_year", "cehrt_not_attested", "certified EHR technology", "cehrt_year_required"),
    ("access_24x7", "access_24x7_not_attested", "access at all hours", "access_24x7_required"),
    (
        "cehrt_holds_all_ccm_records",
        "cehrt_holds_all_not_attested",
        "certified technology that holds all records of CCM",
        "cehrt_holds_all_required",
    ),
    (
        "plan_access_24h_other_providers",
        "plan_access_24h_not_attested",
        "access of other providers to the care plan at any hour",
        "plan_access_24h_required",
    ),
)


def billing_blocks(
    facts: MonthFacts,
    designation: Designation | None,
    practice: str | None,
    on: date,
    law: MonthLaw,
    worked: Callable[[], Iterable[date]],
) -> list[Notice]:
    """Practice, billing practitioner, and what the practice must have attested for the month's days of service.

    `worked` answers with the days of counted work; it is asked only where an attestation does not hold throughout.

    Reads: medicare.ccm.billing_practitioner.per_month_max, what people.py reads of the practitioner,
    medicare.ccm.practice.cehrt_year_required, .access_24x7_required, .cehrt_holds_all_required and
    .plan_access_24h_required (CCM-ONE-01, CCM-REC-01, -02, CCM-ACCESS-01, -02).
    """
    found: list[Notice] = []
    if facts.patient.practice_on(on) is None:
        found.append(notice("practice_not_assigned", "The patient belongs to no practice in this month."))
    if designation is None:
        happened = "No billing practitioner is designated for the month."
        found.append(notice("practitioner_not_designated", happened, law.reading("billing_practitioner.per_month_max")))
    else:
        found += billing_practitioner(facts.staff.get(designation.event.practitioner), designation, on, law)
    held = facts.practices.get(practice) if practice is not None else None
    first = on.replace(day=1)
    for capability, code, words, rule in _CAPABILITIES:
        if held is not None and held.has_throughout(capability, first, on):
            continue
        by = law.find(f"practice.{rule}")
        if by is not None and by.value is True and (without := _days_without(held, capability, worked, on)):
            found.append(notice(code, f"{words[0].upper()}{words[1:]} is not attested for {without}.", by))
    return found


def _days_without(practice: Practice | None, capability: str, worked: Callable[[], Iterable[date]], on: date) -> str:
    """The days that a capability is not attested for, in words: the date of service, else days of counted work."""
    if practice is None or not practice.has(capability, on):
        return on.isoformat()
    days = [day.isoformat() for day in sorted(worked()) if not practice.has(capability, day)]
    return f"{', '.join(days)}, when counted work was done" if days else ""


def active_conditions(patient: Patient, first: date, last: date, law: MonthLaw) -> list[ConditionContent]:
    """The conditions in force in a month, each as last recorded (CCM-ELIG-01).

    Begun by the month's end, not ended before its start, and expected to last as long as the programme asks for, or
    until death: twelve months for CCM, three for PCM (CCM-CODE-15), where less than twelve is said of it in months.
    """
    newest = {c.event.condition: c.event for c in patient.conditions}
    months = law.condition_months_min
    return [
        c
        for c in newest.values()
        if (bool(c.expected_12_months) if months is None else c.lasts(months))
        and (c.onset_on is None or c.onset_on <= last)
        and (c.abated_on is None or c.abated_on >= first)
    ]


def eligibility_findings(
    patient: Patient, plan: PlanRevision | None, first: date, last: date, law: MonthLaw
) -> list[Notice]:
    """Conditions, diagnoses and risk (CCM-ELIG-01, -02, -04, CCM-CLAIM-06).

    Two records of one diagnosis are one condition.
    Reads: medicare.ccm.eligibility.conditions_min, .same_category_characters, .risk_missing_effect,
    medicare.claims.diagnoses_min.
    """
    found: list[Notice] = []
    active = active_conditions(patient, first, last, law)
    codes = {c.icd10 for c in active if c.icd10 is not None}
    distinct = distinct_conditions(active)
    if len(distinct) < law.conditions_min:
        by = law.reading("eligibility.conditions_min")
        happened = f"{len(distinct)} chronic conditions are in force in the month, {law.conditions_min} are needed."
        found.append(notice("conditions_below_minimum", happened, by))
    if len(codes) < law.diagnoses_min:
        happened = f"{len(codes)} conditions of the month have an ICD-10 code, {law.diagnoses_min} are needed."
        found.append(notice("diagnoses_below_minimum", happened, law.rules.reading(law.diagnoses_name)))
    managed = law.conditions_managed_max
    if managed is not None and plan is not None and len(plan.conditions) > managed:
        by = law.reading("eligibility.conditions_managed_effect")
        happened = f"The plan manages {len(plan.conditions)} conditions; the programme is for {managed}."
        found.append(notice("conditions_above_maximum", happened, by))
    characters = law.same_category_characters
    if characters is not None and len(codes) > 1 and len({code[:characters] for code in codes}) == 1:
        by = law.reading("eligibility.same_category_characters")
        found.append(notice("conditions_of_one_family", "All diagnoses of the month share one category.", by))
    if law.asks_for_risk and not any(risk.event.on <= last for risk in patient.risks):
        happened = f"No practitioner attested the patient's risk by {last.isoformat()}."
        found.append(notice("risk_not_attested", happened, law.reading("eligibility.risk_missing_effect")))
    return found


def distinct_conditions(active: Iterable[ConditionContent]) -> frozenset[str]:
    """Conditions by their diagnosis, or by what the source calls them: two records of one diagnosis are one."""
    return frozenset(c.icd10 or str(c.source_code or c.condition) for c in active)


def choice_in_month(
    month: CareMonth, designee: str | None, programme: Programme = Programme.CCM
) -> tuple[Family | None, list[Notice]]:
    """The family of the programme that its billing practitioner chose last; a choice by anybody else is for review."""
    if not month.choices:
        return None, []
    choices = [event for event, _ in month.choices if (event.programme or Programme.CCM) is programme]
    own = [event.family for event in choices if event.practitioner == designee]
    if own:
        return own[-1], []
    if not choices:
        return None, []
    happened = "A family was chosen by somebody who is not the month's billing practitioner; the choice has no effect."
    return None, [notice("choice_by_other", happened)]


def family_blocks(results: tuple[FamilyResult, ...], chosen: Family | None, rules: RulesInForce) -> list[Notice]:
    """Below every minimum, a chosen family that is not supported, or several families and no choice.

    Reads: medicare.ccm.families.choice_required (CCM-CODE-01, -09, CCM-UNIT-02).
    """
    available = [result.family for result in results if result.is_available]
    if not available:
        nearest = results[0].notices[0]
        return [notice("minutes_below_minimum", nearest.happened)._replace(readings=nearest.readings)]
    by = rules.reading("medicare.ccm.families.choice_required")
    if chosen is not None and chosen not in available:
        happened = f"The chosen family, {chosen}, is not supported by the month; available: {', '.join(available)}."
        return [notice("chosen_family_not_available", happened, by)]
    if chosen is None and len(available) > 1 and by.value is not False:
        happened = f"The month supports {' and '.join(available)}, and none is chosen."
        return [notice("family_not_chosen", happened, by)]
    return []
