"""In which parts two verdicts on the same facts differ, where two editions of the law gave them.

Promise: words of findings are not compared, and neither are the bytes that are signed, in which the edition stands.
"""

from collections.abc import Sequence
from typing import Final

from ledger.judging.shapes import FamilyResult, Standing, Verdict
from ledger.terms.outcome import Notice

PARTS: Final = (
    *("standing", "entries", "seconds", "families", "codes", "dollars", "expected", "with_visits", "suggested"),
    *("findings", "practice", "date_of_service", "consent", "profiles"),
)
"""The parts of a month in which two editions are compared; the expected payment is no part of a verdict."""
_OF_VERDICT: Final = tuple(name for name in PARTS if name != "expected")


def changed_parts(before: Verdict, after: Verdict) -> tuple[str, ...]:
    """The parts in which two verdicts on the same facts differ, in the order of `PARTS`."""
    if (
        before.lines == after.lines
        and before.missing == after.missing
        and before.notices == after.notices
        and _heads(before) == _heads(after)
        and _are_same(before.families, after.families)
    ):
        return ()
    first, second = _parts(before), _parts(after)
    return tuple(name for name in _OF_VERDICT if first[name] != second[name])


def with_expected(changed: Sequence[str]) -> tuple[str, ...]:
    """The same parts and the expected payment, in the order of `PARTS`."""
    return tuple(name for name in PARTS if name == "expected" or name in changed)


def _heads(verdict: Verdict) -> tuple[object, ...]:
    """What does not follow from entries, families and findings."""
    dates = verdict.date_of_service, verdict.consent_from
    beside = verdict.with_visits, verdict.untimed_seconds, verdict.profiles
    return *dates, verdict.suggested, verdict.practice, *beside


def _parts(verdict: Verdict) -> dict[str, object]:
    return {
        "standing": unsigned_standing(verdict),
        "entries": tuple((line.entry, line.counted, line.pool, codes_of(line.notices)) for line in verdict.lines),
        "seconds": (verdict.staff_seconds, verdict.personal_seconds, verdict.untimed_seconds),
        "families": tuple(map(_family, verdict.families)),
        "codes": tuple((line.code, line.units) for line in verdict.charges),
        "dollars": verdict.amount,
        "with_visits": verdict.with_visits,
        "suggested": verdict.suggested,
        "findings": tuple((notice.code, notice.effect) for notice in (*verdict.missing, *verdict.notices)),
        "practice": verdict.practice,
        "date_of_service": verdict.date_of_service,
        "consent": verdict.consent_from,
        "profiles": verdict.profiles,
    }


def _are_same(before: Sequence[FamilyResult], after: Sequence[FamilyResult]) -> bool:
    if len(before) != len(after):
        return False
    return all(was == now or _family(was) == _family(now) for was, now in zip(before, after, strict=True))


def _family(result: FamilyResult) -> tuple[object, ...]:
    """A family as it is compared: one that is not available by neither edition says only why."""
    minutes = result.minutes if result.is_available else None
    return result.family, result.is_available, minutes, result.lines, result.amount, codes_of(result.notices)


def unsigned_standing(verdict: Verdict) -> Standing | None:
    """Where a month stands as far as two editions may differ in it; None of a month that was signed."""
    # The edition stands in the bytes that are signed: that they are others by another edition says nothing.
    return None if verdict.attested is not None else verdict.standing


def codes_of(notices: Sequence[Notice]) -> tuple[str, ...]:
    """The codes of findings, in their order."""
    return tuple([notice.code for notice in notices])
