"""Families besides the three of CCM: the bundle of clinics, PCM's two, and APCM, which no minutes measure.

Rural health clinics and federally qualified health centers bill G0511 until their own codes take its place
(CCM-G0511-01 to -04). PCM is one condition's programme (CCM-CODE-15, -16); APCM a bundle by conditions and QMB.
Promise: what a clinic may not bill is shown as not available, with the rule. Not promised: that a choice of the
transition is the same for a clinic's other patients; it is a policy of the practice, and holds for all.
"""

from datetime import date
from typing import Final, NamedTuple

from ledger.judging.families import Families, Judged, Raised, charge_line, family_result, gathered, sum_of
from ledger.judging.law import MonthLaw
from ledger.judging.shapes import FamilyResult
from ledger.rulebook import RulesInForce, code_of_level
from ledger.streams.care_month import Family
from ledger.streams.practice import Practice
from ledger.terms.notices import notice
from ledger.terms.outcome import Notice
from ledger.terms.people import Programme

FAMILIES_OF: Final[dict[Programme, tuple[Family, ...]]] = {
    Programme.CCM: ("noncomplex", "complex", "personal", "rhc"),
    Programme.PCM: ("pcm_staff", "pcm_personal", "rhc"),
    Programme.APCM: ("apcm",),
}
"""Which families a month of each programme is judged in; a programme that is not named here is not judged."""
_CLINICS: Final = "medicare.ccm.rhc.capabilities"
_CLINIC_FAMILIES: Final = "medicare.ccm.rhc.families"
_CHOICE: Final = "medicare.ccm.rhc.choice_policy"
_CHOICE_MISSING: Final = "medicare.ccm.rhc.choice_missing_effect"
_PCM: Final = "medicare.ccm.families.pcm_staff_base"
_POOLS: Final = "medicare.ccm.performers.practitioner_counts_as_staff"


class Pools(NamedTuple):
    """Counted seconds of a month."""

    staff: int
    personal: int


class Clinic(NamedTuple):
    """What a clinic may bill of a programme's families on a day, by which rule, and what there is to say of it."""

    may_bill: frozenset[str]
    read: tuple[str, ...]
    notices: tuple[Notice, ...]
    chosen: str | None = None
    """What the clinic chose for all its patients, where there was a choice."""


def clinic_of(practice: Practice | None, on: date, rules: RulesInForce) -> Clinic | None:
    """What the practice may bill as a clinic on a day; None where it is none, or no rule speaks of clinics.

    Reads: medicare.ccm.rhc.capabilities, .families, .choice_policy, .choice_missing_effect (CCM-G0511-01 to -04).
    """
    families, words = rules.find(_CLINIC_FAMILIES), rules.find(_CLINICS)
    if practice is None or families is None or words is None or not practice.capabilities:
        return None
    assert isinstance(words.value, tuple)
    assert isinstance(families.value, tuple)
    if not any(practice.has(word, on) for word in words.value):
        return None
    may, read = frozenset(families.value), (_CLINICS, _CLINIC_FAMILIES)
    policy = rules.find(_CHOICE)
    if policy is None:
        return Clinic(may, read, ())
    chosen = practice.policy(str(policy.value), on)
    if chosen is not None:
        return Clinic(may & {"rhc"} if chosen == "g0511" else may - {"rhc"}, (*read, _CHOICE), (), chosen)
    happened = "The clinic may bill G0511 or the codes one by one, and has made no choice for all its patients."
    missing = notice("clinic_choice_missing", happened, rules.find(_CHOICE_MISSING))
    return Clinic(may, (*read, _CHOICE, _CHOICE_MISSING), (missing,))


def judge_clinic(
    programme: Programme,
    pools: Pools,
    obstacle: str | None,
    law: MonthLaw,
    rules: RulesInForce,
    raised: Raised,
    clinic: Clinic,
) -> Families:
    """The families of CCM or PCM in a clinic: those that it may bill, the others with the reason why not."""
    if programme is Programme.PCM and rules.find(_PCM) is None:
        return judge_pcm(pools, law, rules, raised)  # the bundle paid for CCM before there was any PCM
    whole = pools.staff + pools.personal
    pooled = whole if law.pools_practitioner else pools.staff
    judged: list[Judged] = []
    for family in FAMILIES_OF[programme]:
        seconds = pools.personal if "personal" in family else whole if family == "rhc" else pooled
        blocked = obstacle if family == "complex" else None
        found = family_result(rules, family, seconds // 60, blocked, raised)
        # What no longer exists is said to be so by the family itself.
        exists = rules.find(f"medicare.ccm.families.{family}_base") is not None
        judged.append(found if family in clinic.may_bill or not exists else _not_for_clinics(found, clinic, rules))
    judged[0] = (judged[0][0], tuple(dict.fromkeys((*judged[0][1], *clinic.read))))
    return gathered(tuple(judged))


def judge_pcm(pools: Pools, law: MonthLaw, rules: RulesInForce, raised: Raised) -> Families:
    """PCM by staff and by the practitioner personally; a month is claimed in one of them (CCM-CODE-15, -16).

    Reads: medicare.pcm.families.*, the codes' own quantities, medicare.pcm.performers.practitioner_counts_as_staff.
    """
    pooled = pools.staff + pools.personal if law.pools_practitioner else pools.staff
    staff = family_result(rules, "pcm_staff", pooled // 60, None, raised)
    personal = family_result(rules, "pcm_personal", pools.personal // 60, None, raised)
    return gathered((staff, personal))


def judge_apcm(pools: Pools, conditions: int, is_qmb: bool, rules: RulesInForce) -> Families:
    """The one code of an APCM month, by the number of chronic conditions and QMB; its minutes are shown, not billed.

    Reads: medicare.apcm.families.level_1 to _3 and .level_2_conditions_min.
    """
    trace = rules.trace()
    code, minutes = code_of_level(conditions, is_qmb, trace), (pools.staff + pools.personal) // 60
    if code is None:
        why = notice("family_not_in_force", "The apcm family has no code on the date of service.")
        return gathered(((FamilyResult("apcm", minutes, (), None, 0, False, (why,)), trace.names()),))
    lines = (charge_line(code, 1, trace),)
    return gathered(((FamilyResult("apcm", minutes, lines, sum_of(lines), 0, True, ()), trace.names()),))


def _not_for_clinics(judged: Judged, clinic: Clinic, rules: RulesInForce) -> Judged:
    result, read = judged
    allowed = rules.reading(_CLINIC_FAMILIES)
    assert isinstance(allowed.value, tuple)
    if clinic.chosen is not None and result.family in allowed.value:
        policy = rules.reading(_CHOICE)
        happened = f"The clinic's policy {policy.value} says {clinic.chosen}: it bills no {result.family} family."
        remedy = "Nothing to do; to bill otherwise the clinic adopts another policy, for all its patients."
        why = notice("family_not_for_clinic", happened, policy, remedy=remedy)
    else:
        happened = f"The practice is a clinic that may not bill the {result.family} family on the date of service."
        why = notice("family_not_for_clinic", happened, allowed)
    return FamilyResult(result.family, result.minutes, (), None, result.minutes, False, (why,)), read
