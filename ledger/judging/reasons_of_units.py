"""What units rest on besides minutes: a raised limit, decision making and plan, what a clinic attested to be.

Promise: only what let the units be is named here; what kept units away is a notice. Not promised: that a limit which
was raised was also reached.
"""

from typing import Final

from ledger.judging import evidence_of_patients as patients
from ledger.judging import evidence_of_people as people
from ledger.judging import evidence_of_time as time
from ledger.judging.citing import Citing, Readings
from ledger.judging.ground import NOTHING, Evidence, Ground
from ledger.judging.shapes import FamilyResult

_REVISED: Final = ".families.complex_plan_revision_required"
_CLINIC: Final = (".rhc.capabilities", ".rhc.families", ".rhc.choice_policy")


def unit_rules(ground: Ground, citing: Citing, result: FamilyResult, code: str) -> Readings:
    """The rules by which a code has its units: its own, and those by which the practice may bill its family."""
    own = citing.of_units(code, base=result.lines[0].code)
    revised = citing.of(_REVISED) if result.family == "complex" else ()
    clinic = citing.read(*_CLINIC) if _is_of_clinic(ground) else ()
    return tuple(dict.fromkeys((*own, *revised, *clinic)))


def unit_facts(ground: Ground, citing: Citing, family: str, code: str) -> Evidence:
    """The facts by which a code has its units, besides the minutes."""
    evidence = time.limits_of(ground, code)
    if family == "complex":
        evidence = evidence.and_(time.decision_making(ground))
        if any(reading.value is True for reading in citing.of(_REVISED)):
            evidence = evidence.and_(patients.plan(ground))
    return evidence.and_(people.clinic(ground) if _is_of_clinic(ground) else NOTHING)


def _is_of_clinic(ground: Ground) -> bool:
    """Whether the month was judged as a clinic's: only then the bundle is one of its families."""
    return any(result.family == "rhc" for result in ground.verdict.families)
