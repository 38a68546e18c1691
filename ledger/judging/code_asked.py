"""Why a code is not among a month's charges, or has no more units: what it needs, what is there, what is against it.

Any code of a family of the month's programme that is in force on the date of service: a first unit or a further one.
Which families and codes there are is read from the verdict and from the rulebook. Promise: every reason is the judge's
own. Not promised: that what is asked for in `remedies` is true of the patient; nobody is to make it so.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from ledger.judging import evidence_of_time as time
from ledger.judging.citing import PRICE_UNITS, Citing
from ledger.judging.code_elsewhere import (
    PARTS,
    elsewhere,
    elsewhere_json,
    elsewhere_reasons,
    parts_of,
    said_of_planning,
)
from ledger.judging.evidence import of_month
from ledger.judging.explain import charges_json, dollars, notices_json
from ledger.judging.ground import NOTHING, Ground
from ledger.judging.payers import book_of
from ledger.judging.reason import Opening, Reason
from ledger.judging.reasons import pools_of
from ledger.judging.reasons_of_levels import LEVELS, level_asked, level_of, level_says
from ledger.judging.reasons_of_time import TimeReasons, notice_says
from ledger.judging.shapes import FamilyResult, MonthFacts, Verdict
from ledger.rulebook import Reading, Rulebook, RulesInForce
from ledger.terms.outcome import Notice


class _Code(NamedTuple):
    """A code in its family, and its own quantities on the date of service."""

    family: str
    part: str
    code: str
    minimum: int
    """Minutes of the family's first unit; 0 where its codes are not timed."""
    step: int
    units_max: int | None
    """None where nothing limits them."""

    def is_full(self, units: int) -> bool:
        """Whether the code has all the units that it may have."""
        return self.units_max is not None and units >= self.units_max


def why_not(verdict: Verdict, code: str, rulebook: Rulebook, facts: MonthFacts | None = None) -> dict[str, Any]:
    """Why a code is not among a month's charges, or why it has no more units: minutes needed, and what stands against.

    Of a level of APCM, whom it is for and what the month has; `facts` are asked for that, and for nothing else.
    Reads: medicare.ccm.families.* and the code's own quantities, by the rules of the date of service. A code of no
    family of the month in force on that day is answered with the codes that are.
    """
    rules = book_of(verdict, rulebook).in_force(verdict.date_of_service)
    codes = _codes(verdict, rules)
    asked = _asked(verdict, code, codes, rules)
    of = {"code": code, "programme": verdict.programme.value}
    if asked is None:
        return {**of, **_of_no_family(verdict, code, codes, rulebook)}
    result = verdict.result(asked.family)  # type: ignore[arg-type]
    assert result is not None, "only families of the verdict are asked"
    units = next((line.units for line in result.lines if line.code == code), 0)
    needed = _needed(asked, units)
    because = list(result.notices) if not result.is_available or asked.is_full(units) else []
    level = level_of(verdict, asked.part, rulebook, facts) if asked.part in LEVELS and facts is not None else None
    remedies = (*(level.lacks() if level is not None else ()), *_remedies(verdict, asked, result, needed))
    return {
        **of,
        "is_known": True,
        "family": asked.family,
        "billed_units": next((line.units for line in verdict.charges if line.code == code), 0),
        "units_earned": units,
        "units_max": asked.units_max,
        "is_by_minutes": asked.part in PARTS,
        "minutes": result.minutes,
        "minutes_for_next_unit": needed,
        "minutes_missing": None if needed is None else max(needed - result.minutes, 0),
        "other_family_bills": verdict.family if verdict.charges and verdict.family != asked.family else None,
        "uncounted_seconds": sum(line.seconds - line.counted for line in verdict.lines),
        "because": notices_json((*because, *verdict.missing)),
        "level": level_says(level) if level is not None else None,
        "remedies": list(dict.fromkeys(remedies)),
    }


def why_not_reasons(ground: Ground, code: str) -> tuple[Reason, ...]:
    """The same as a tree: what the code needs, the minutes there are, what does not count, and all that is against it.

    Of a code that is none of the month's, where else it is one; nothing where it is none anywhere.
    """
    verdict = ground.verdict
    rules = ground.rulebook.in_force(verdict.date_of_service)
    asked = _asked(verdict, code, _codes(verdict, rules), rules)
    if asked is None:
        return tuple(elsewhere_reasons(ground, code))
    result = verdict.result(asked.family)  # type: ignore[arg-type]
    assert result is not None, "only families of the verdict are asked"
    citing = Citing(verdict, ground.rulebook)
    seconds = TimeReasons(ground, citing, Opening())
    units = next((line.units for line in result.lines if line.code == code), 0)
    against = result.notices if not result.is_available or asked.is_full(units) else ()
    said = (
        Reason(f"against.{n.code}", n.seconds, citing.of_notice(n), of_month(n, ground), more=notice_says(n))
        for n in (*against, *verdict.missing)
    )
    if asked.part in LEVELS:
        return (*level_asked(ground, citing, asked.part, code), *said)
    pools = tuple(seconds.pool(pool) for pool in pools_of(asked.family))
    rounding = citing.of(".time.rounding")
    return (
        Reason(
            f"needed.{code}", _needed(asked, units), _quantities(asked, rules, citing), time.limits_of(ground, code)
        ),
        Reason(f"minutes.{asked.family}", result.minutes, rounding, NOTHING, pools),
        seconds.not_counted(),
        *_instead(ground, asked, citing),
        *said,
    )


def _of_no_family(
    verdict: Verdict, code: str, codes: tuple[tuple[str, str, str], ...], rulebook: Rulebook
) -> dict[str, Any]:
    """A code that is none of the month's families: those that are, and where else it is one."""
    rides = {"with_visit": True} if any(line.code == code for line in verdict.with_visits) else {}
    return {
        "is_known": False,
        "known": sorted({known for _, _, known in codes}),
        "elsewhere": elsewhere_json(elsewhere(verdict, code, rulebook)),
        "because": notices_json(said_of_planning(verdict, code)),
        **rides,
    }


def _codes(verdict: Verdict, rules: RulesInForce) -> tuple[tuple[str, str, str], ...]:
    """(family, part, code) of the families of the verdict that are in force."""
    families: list[str] = [result.family for result in verdict.families]
    named = ((family, part, name) for family in families for part, name in parts_of(family))
    found = ((family, part, rules.get(f"medicare.ccm.families.{name}")) for family, part, name in named)
    return tuple((family, part, str(code)) for family, part, code in found if code is not None)


def _asked(verdict: Verdict, code: str, codes: tuple[tuple[str, str, str], ...], rules: RulesInForce) -> _Code | None:
    """The code in its family: of several families the one that bills."""
    own = [(family, part) for family, part, known in codes if known == code]
    if not own:
        return None
    family, part = next((each for each in own if each[0] == verdict.family), own[0])
    if part in LEVELS:
        return _Code(family, part, code, 0, 0, 1)
    base = next(c for f, p, c in codes if f == family and p == "base")
    minimum = _whole(rules, base, "minutes_minimum", 0)
    step = _whole(rules, code, "minutes_step", 0) if part == "addon" else 0
    return _Code(family, part, code, minimum, step, _most(code, verdict, rules))


def _most(code: str, verdict: Verdict, rules: RulesInForce) -> int | None:
    """The units that a code may have in the month: its limit, or what compliance raised it to where that may be."""
    limit = f"medicare.ccm.{code}.units_max"
    most = rules.limit(limit) if rules.find(limit) is not None else 1
    raised, may_be = dict(verdict.raised).get(code, 0), f"medicare.ccm.{code}.limit_may_be_overridden"
    return raised if most is not None and raised > most and rules.get(may_be) is True else most


def _whole(rules: RulesInForce, code: str, name: str, default: int) -> int:
    value = rules.get(f"medicare.ccm.{code}.{name}")
    return value if isinstance(value, int) else default


def _needed(asked: _Code, units: int) -> int | None:
    """Minutes that the next unit needs; None where the code has all the units that it may have."""
    if asked.is_full(units) or asked.part in LEVELS:
        return None
    return asked.minimum + asked.step * (units + 1) if asked.part == "addon" else asked.minimum


def _quantities(asked: _Code, rules: RulesInForce, citing: Citing) -> tuple[Reading, ...]:
    """The rules of the code: that it is one of its family, its minutes, steps and units."""
    family = rules.find(f"medicare.ccm.families.{asked.family}_{asked.part}")
    names = [f"medicare.ccm.{asked.code}.{name}" for name in ("minutes_step", "units_max")]
    own = (rules.find(name) for name in names)
    base = rules.get(f"medicare.ccm.families.{asked.family}_base")
    minimum = rules.find(f"medicare.ccm.{base}.minutes_minimum")
    read = (r for r in citing.of_units(asked.code, base=str(base)) if r.unit not in PRICE_UNITS)
    return tuple(dict.fromkeys(r for r in (family, minimum, *own, *read) if r is not None))


def _instead(ground: Ground, asked: _Code, citing: Citing) -> Iterator[Reason]:
    """The family that bills in the place of the asked one, and why it does; one chosen that the month has not."""
    verdict = ground.verdict
    if verdict.family in {asked.family, None}:
        return
    if not verdict.charges:
        yield Reason("chosen", verdict.chosen, citing.of(".families.choice_required"), time.choices(ground))
        return
    billing = next((result for result in verdict.families if result.family == verdict.family), None)
    assert billing is not None, "the family that bills is one of the verdict"
    how = ".families.choice_required" if verdict.chosen else ".policy.suggested_first"
    more = (
        ("is_chosen", verdict.chosen is not None),
        ("lines", charges_json(billing.lines)),
        ("amount", dollars(billing.amount)),
    )
    yield Reason("bills_instead", verdict.family, citing.of(how), time.choices(ground), more=more)


def _remedies(verdict: Verdict, asked: _Code, result: FamilyResult, needed: int | None) -> Iterator[str]:
    """What would have to be true, or to happen, for the code to have its next unit."""
    if needed is not None and needed > result.minutes:
        lacking = needed - result.minutes
        yield f"{lacking} more qualifying minutes; work that is not logged can be, with its service dates."
    if verdict.family not in {asked.family, None} and result.is_available:
        yield f"The billing practitioner chooses the family {asked.family} (choose_family)."
    said = (*(() if result.is_available else result.notices), *verdict.missing)
    yield from (notice.remedy for notice in said if _asks_for_something(notice))
    if needed is not None and needed > result.minutes:
        for line in verdict.lines:
            yield from (n.remedy for n in line.notices if n.seconds and _asks_for_something(n))


def _asks_for_something(notice: Notice) -> bool:
    return bool(notice.remedy) and not notice.remedy.startswith("Nothing to do")
