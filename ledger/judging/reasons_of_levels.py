"""Why a month of APCM has the code of its level: the conditions that were counted, and whether the patient is a QMB.

No minutes measure it (CCM-CONF-APCM). Promise: conditions and status are counted by the functions by which the judge
counted them, and each is shown with the facts that were looked at. Not promised: that a level which the month has not
is one that the patient could have; nobody is to make it so.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from ledger.judging import evidence_of_patients as patients
from ledger.judging.citing import Citing, Readings
from ledger.judging.explain import dollars
from ledger.judging.ground import NOTHING, Ground
from ledger.judging.law import law_on
from ledger.judging.payers import book_of
from ledger.judging.readiness import active_conditions, distinct_conditions
from ledger.judging.reason import Reason
from ledger.judging.shapes import ChargeLine, MonthFacts, Verdict
from ledger.judging.window import is_qmb
from ledger.rulebook import Rulebook, Rules
from ledger.terms.calendar import first_day, last_day

FAMILY: Final = "apcm"
LEVELS: Final = ("level_1", "level_2", "level_3")
"""The parts of APCM, in the place of a base code and further units."""
_FAMILIES: Final = "medicare.ccm.families."
_LEAST: Final = "level_2_conditions_min"
_LASTING: Final = ".eligibility.condition_months_min"
_FIRST: Final = "level_1"


class Level(NamedTuple):
    """Whom a level is for, and what the month has."""

    conditions_min: int | None
    conditions_max: int | None
    asks_qmb: bool | None
    """None where it is the same to the level."""
    conditions: int
    is_qmb: bool
    bills: str | None
    """The code that the month has."""

    def lacks(self) -> Iterator[str]:
        """What would have to be so of the patient for the month to have the level; nothing where it is."""
        least, most = self.conditions_min, self.conditions_max
        if least is not None and self.conditions < least:
            more = least - self.conditions
            named = "condition, with its" if more == 1 else "conditions, with their"
            yield f"{more} more active chronic {named} expected course (record_condition)."
        if most is not None and self.conditions > most:
            yield f"The patient has fewer than {most + 1} active chronic conditions; {self.conditions} are on record."
        if self.asks_qmb and not self.is_qmb:
            yield "The patient is a Qualified Medicare Beneficiary, and a coverage says so (record_coverage)."
        if self.asks_qmb is False and self.is_qmb:
            yield "The patient is no Qualified Medicare Beneficiary; a coverage on record says so."


def level_of(verdict: Verdict, level: str, rulebook: Rulebook, facts: MonthFacts) -> Level:
    """A level beside the month: its rules are those of the date of service, as the code's are.

    Reads: medicare.ccm.families.level_2_conditions_min as medicare.apcm says it, and what counts a condition.
    """
    book = book_of(verdict, rulebook)
    least = book.in_force(verdict.date_of_service).whole(f"{_FAMILIES}{_LEAST}")
    first, last = first_day(verdict.month), last_day(verdict.month)
    active = active_conditions(facts.patient, first, last, law_on(book, last))
    is_first = level == _FIRST
    return Level(
        conditions_min=None if is_first else least,
        conditions_max=least - 1 if is_first else None,
        asks_qmb=None if is_first else level == "level_3",
        conditions=len(distinct_conditions(active)),
        is_qmb=is_qmb(facts.patient, verdict.date_of_service),
        bills=next((line.code for line in verdict.charges), None),
    )


def level_part(code: str, rules: Rules) -> str:
    """Which level a code of APCM is."""
    return next(level for level in LEVELS if rules.get(f"{_FAMILIES}{level}") == code)


def of_level(level: str, citing: Citing) -> Readings:
    """The rules of a level: its code, and from how many conditions on it is another."""
    return citing.of(f".families.{level}", f".families.{_LEAST}")


def level_parts(ground: Ground, citing: Citing, level: str) -> tuple[Reason, ...]:
    """What a level follows from: the conditions of the month; for those who have several, QMB."""
    standing = level_of(ground.verdict, level, ground.rulebook, ground.facts)
    return (_conditions(ground, citing, standing), *(() if level == _FIRST else (_qmb(ground, citing, standing),)))


def level_units(ground: Ground, citing: Citing, line: ChargeLine) -> Reason:
    """The one unit of an APCM month."""
    level = level_part(line.code, ground.rulebook.in_force(ground.verdict.date_of_service))
    parts = level_parts(ground, citing, level)
    return Reason(f"units.{FAMILY}.{line.code}", line.units, of_level(level, citing), NOTHING, parts)


def level_asked(ground: Ground, citing: Citing, level: str, code: str) -> Iterator[Reason]:
    """A level that was asked for, and the one that the month has instead."""
    standing = level_of(ground.verdict, level, ground.rulebook, ground.facts)
    parts = level_parts(ground, citing, level)
    yield Reason(
        f"level.{code}", level, of_level(level, citing), NOTHING, parts, more=tuple(level_says(standing).items())
    )
    for line in ground.verdict.charges:
        if line.code != code:
            rules = ground.rulebook.in_force(ground.verdict.date_of_service)
            more = (("code", line.code), ("units", line.units))
            because = citing.of(f".families.{level_part(line.code, rules)}")
            yield Reason(f"charge.{FAMILY}.{line.code}", dollars(line.amount), because, NOTHING, more=more)


def level_says(level: Level) -> dict[str, Any]:
    """A level as JSON knows it."""
    return level._asdict()


def _conditions(ground: Ground, citing: Citing, level: Level) -> Reason:
    least = level.conditions_min if level.conditions_max is None else level.conditions_max + 1
    is_short = least is not None and level.conditions < least
    evidence = (patients.too_few_conditions if is_short else patients.conditions)(ground)
    return Reason(f"conditions.{FAMILY}", level.conditions, citing.of(_LASTING), evidence)


def _qmb(ground: Ground, citing: Citing, level: Level) -> Reason:
    because = citing.of(".families.level_3")
    return Reason(f"qmb.{FAMILY}", "yes" if level.is_qmb else "no", because, patients.qmb(ground))
