"""A code that is none of the month's: of which programme or of which time it is one, who may bill it, what it rides on.

Promise: what is said is read from the rulebook as the month's payer has it. Not promised: that the patient's month of
the other programme has the code; that is asked there.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from ledger.judging import evidence_of_patients as patients
from ledger.judging import evidence_of_people as people
from ledger.judging.citing import Citing
from ledger.judging.evidence import of_month
from ledger.judging.extra_planning import CODE, PARENTS
from ledger.judging.ground import NOTHING, Evidence, Ground
from ledger.judging.other_families import FAMILIES_OF
from ledger.judging.reason import Reason
from ledger.judging.reasons import with_visits
from ledger.judging.reasons_of_levels import FAMILY, LEVELS
from ledger.judging.reasons_of_time import notice_says
from ledger.judging.shapes import Verdict
from ledger.rulebook import Reading, Rulebook
from ledger.streams.extra_planning import ExtraPlanningAttested
from ledger.streams.practice import CapabilityAttested
from ledger.terms.outcome import Notice
from ledger.terms.people import Programme

PARTS: Final = ("base", "addon")
"""The codes of a family that minutes measure: the first unit's, and that of further ones."""
_OF_CLINICS: Final = "rhc"
_NOT_BILLED: Final = "extra_planning_"
"""How the codes begin of what is said against planning beyond a visit."""


class Elsewhere(NamedTuple):
    """Where a code is one: programme, family, the rule that says so, and whether it holds on the date of service."""

    programme: Programme
    family: str
    reading: Reading
    is_in_force: bool
    since: date
    until: date | None


def parts_of(family: str) -> tuple[tuple[str, str], ...]:
    """(part, quantity below medicare.ccm.families) of a family's codes."""
    if family == FAMILY:
        return tuple((level, level) for level in LEVELS)
    return tuple((part, f"{family}_{part}") for part in PARTS)


def elsewhere(verdict: Verdict, code: str, rulebook: Rulebook) -> tuple[Elsewhere, ...]:
    """Where else a code is one of a family: in another programme, at another time, in a clinic."""
    on = verdict.date_of_service
    found: list[Elsewhere] = []
    for programme, families in FAMILIES_OF.items():
        book = rulebook.view(programme=programme.value, payer=verdict.payer, kind=verdict.payer_kind)
        for family in families:
            for _, name in parts_of(family):
                quantity = book.quantities.get(f"medicare.ccm.families.{name}")
                own = [r for r in quantity.readings if r.value == code] if quantity is not None else []
                if own and quantity is not None:
                    held = quantity.on(on)
                    is_held = held is not None and held.value == code
                    reading = held if held is not None and is_held else own[-1]
                    found.append(Elsewhere(programme, family, reading, is_held, own[0].effective, own[-1].until))
    # A clinic's bundle is one of both programmes: the month's own says enough.
    return tuple(each for each in found if each.programme is verdict.programme) or tuple(found)


def elsewhere_json(found: tuple[Elsewhere, ...]) -> list[dict[str, Any]]:
    """The same as JSON knows it."""
    return [
        {"programme": each.programme.value, "family": each.family, **_dates(each), "in_force": each.is_in_force}
        for each in found
    ]


def said_of_planning(verdict: Verdict, code: str) -> tuple[Notice, ...]:
    """What the month says against planning beyond its visits, where that is what was asked for."""
    if code != CODE or any(line.code == code for line in verdict.with_visits):
        return ()
    return tuple(each for each in verdict.notices if each.code.startswith(_NOT_BILLED))


def elsewhere_reasons(ground: Ground, code: str) -> Iterator[Reason]:
    """Why a code is none of the month's; nothing of a code that no family and no visit knows."""
    citing = Citing(ground.verdict, ground.rulebook)
    yield from (each for each in with_visits(ground) if each.what == f"with_visit.{code}")
    if code == CODE and ground.programme is Programme.CCM:
        yield from _on_visit(ground, citing)
    for each in elsewhere(ground.verdict, code, ground.rulebook):
        yield _elsewhere(ground, citing, code, each)


def _elsewhere(ground: Ground, citing: Citing, code: str, each: Elsewhere) -> Reason:
    because: tuple[Reading, ...] = (each.reading,)
    evidence = NOTHING
    is_for_clinics = each.family == _OF_CLINICS and each.programme is ground.programme and each.is_in_force
    if is_for_clinics:
        because += citing.of(".rhc.capabilities")
        evidence = people.clinic(ground).and_(Evidence((), (CapabilityAttested.TOPIC,)))
    more = (
        ("family", each.family),
        *_dates(each).items(),
        ("in_force", each.is_in_force),
        ("is_for_clinics", is_for_clinics),
    )
    return Reason(f"elsewhere.{code}", each.programme.value, because, evidence, more=more)


def _on_visit(ground: Ground, citing: Citing) -> Iterator[Reason]:
    """That nobody attested planning beyond a visit of the month, or what is against what somebody did."""
    verdict, parents = ground.verdict, ground.law.rules.find(PARENTS)
    if parents is None or any(line.code == CODE for line in verdict.with_visits):
        return
    evidence = patients.visits_of_month(ground).and_(patients.extra_planning(ground))
    remedy = "Whoever held a visit of the month whose code carries it attests the planning (attest_extra_planning)."
    absent = Evidence((), (ExtraPlanningAttested.TOPIC,))
    yield Reason(f"on_visit.{CODE}", None, (parents,), evidence.and_(absent), more=(("remedy", remedy),))
    for said in said_of_planning(verdict, CODE):
        because, facts = citing.of_notice(said), of_month(said, ground)
        yield Reason(f"against.{said.code}", said.seconds, because, facts, more=notice_says(said))


def _dates(each: Elsewhere) -> dict[str, str | None]:
    until = each.until.isoformat() if each.until is not None else None
    return {"from": each.since.isoformat(), "until": until}
