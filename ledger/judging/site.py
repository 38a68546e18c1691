"""Where a practice sees its patients, and which family pays more there.

A facility is paid less for each code, and not for each by the same part: what pays more outside one may pay less in it.
Promise: where nobody recorded a facility nothing is looked up that was not looked up before; where a claim names its
place, that place is what counts. Not promised: that a claim that is not released yet will name the place taken here.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from ledger.judging.families import Families, suggest
from ledger.judging.prices import PriceInput
from ledger.judging.shapes import ChargeLine, FamilyResult
from ledger.rulebook import Rules, RulesInForce, amount
from ledger.rulebook.views import base_name
from ledger.streams.practice import CapabilityAttested, Practice

_PRICING: Final = "medicare.pfs.pricing"
_BY_PLACE: Final = (("facility", f"{_PRICING}.facility_places"), ("office", f"{_PRICING}.office_places"))
CLINICS: Final = "medicare.ccm.rhc.capabilities"
"""The words by which a practice attests that it is a health center; an edition without them knows of none."""


def suggested_by_site(families: Families, practice: Practice | None, on: date, rules: RulesInForce) -> Families:
    """The same families, and the suggestion by what they pay where the practice sees its patients (CCM-UNIT-02).

    The amounts stay national and outside a facility. Where one of the families has no price in a facility, all are
    compared outside one. `rules` are those of the date of service, `on`.
    Reads: as site_of; in a facility medicare.pfs.rvu_facility, .conversion_factor.nonqp.
    """
    site = site_of(practice, on, rules)
    if site.value != "facility":
        return families
    trace = rules.trace()
    for name in site.readings:
        trace.find(base_name(name))
    there: list[FamilyResult] = []
    for result in families.results:
        if not result.is_available:
            continue
        amounts = [amount(each.code, each.units, on=on, facility=True, qp=False, rules=trace) for each in result.lines]
        known = [each for each in amounts if each is not None]
        if len(known) < len(amounts):
            return families
        there.append(result._replace(amount=sum(known, Decimal(0))))
    read = tuple(dict.fromkeys((*families.read, *trace.names())))
    return families._replace(suggested=suggest(tuple(there)), read=read)


def site_of(practice: Practice | None, on: date, rules: Rules, place: str | None = None) -> PriceInput:
    """Where services of a day are priced: a health center that attests it, else by policy, sites, or the default.

    Where a claim names its place of service and the rules know it, that place settles it before policy and sites do.
    Reads: medicare.ccm.rhc.capabilities, medicare.pfs.pricing.facility_places, .office_places, .facility_unless_told
    (CCM-RATE-10, CCM-CLAIM-05, CCM-G0511-04).
    """
    return _clinic(practice, on, rules) or _claimed(practice, place, rules) or _site(practice, on, rules)


def charges_there(
    charges: Sequence[ChargeLine], practice: Practice | None, place: str | None, on: date, rules: Rules
) -> tuple[ChargeLine, ...]:
    """Charges with the national amounts of the place that a claim names; `rules` are those of the date of service.

    They come with those outside a facility. A code that health centers alone bill is paid the same everywhere.
    Reads: as site_of; in a facility medicare.pfs.pricing, .rvu_facility, .conversion_factor.nonqp (CCM-RATE-10).
    """
    if site_of(practice, on, rules, place).value != "facility":
        return tuple(charges)
    return tuple(
        each
        if rules.listed(_PRICING, each.code)
        else each._replace(amount=amount(each.code, each.units, on=on, facility=True, qp=False, rules=rules))
        for each in charges
    )


def _clinic(practice: Practice | None, on: date, rules: Rules) -> PriceInput | None:
    """The practice as a rural or federally qualified health center, where it attests that it is one."""
    words = rules.get(CLINICS)
    if practice is None or not isinstance(words, tuple) or not any(practice.has(word, on) for word in words):
        return None
    said = [(e, at) for e, at in practice.said if isinstance(e, CapabilityAttested)]
    attested = [at for e, at in said if e.capability in words and e.from_on <= on]
    says = "the practice attests it: the national amount outside a facility, whoever bills"
    return PriceInput("site", "health_center", attested[-1], says, own_name(rules, CLINICS))


def _claimed(practice: Practice | None, place: str | None, rules: Rules) -> PriceInput | None:
    """By the place of service that a claim names, where a list knows it."""
    for value, name in _BY_PLACE if practice is not None and place is not None else ():
        known = rules.get(name)
        if practice is not None and isinstance(known, tuple) and place in known:
            says = f"the claim names the place of service {place}"
            return PriceInput("site", value, practice.position, says, own_name(rules, name))
    return None


def _site(practice: Practice | None, on: date, rules: Rules) -> PriceInput:
    """Where the patient would be seen: the practice's policy, else the place of service of all of its sites."""
    said = practice.policy_at("price_site", on) if practice is not None else None
    if said is not None:
        return PriceInput("site", said[0], said[1], "the practice adopted it as its policy")
    places = sorted({site.place_of_service for site in practice.sites}) if practice is not None else []
    for value, name in _BY_PLACE:
        known = rules.get(name)
        if practice is not None and places and isinstance(known, tuple) and set(places) <= set(known):
            says = f"the place of service of every site of the practice is {' or '.join(places)}"
            return PriceInput("site", value, practice.position, says, own_name(rules, name))
    name = f"{_PRICING}.facility_unless_told"
    why = f"its sites ({', '.join(places)}) do not settle it" if places else "no policy and no site is on record"
    return PriceInput("site", "facility" if rules.get(name) else "office", None, why, own_name(rules, name))


def own_name(rules: Rules, name: str) -> tuple[str, ...]:
    """What stands under a name, by its own; nothing where the edition has no such rule."""
    reading = rules.find(name)
    return (reading.name,) if reading is not None else ()
