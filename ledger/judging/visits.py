"""The initiating visit: whether one is required, whether one is on record, and by whom (CCM-INIT-01 to -07)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, NamedTuple

from ledger.judging.law import MonthLaw
from ledger.rulebook import RulesInForce, lookback_start
from ledger.streams.patient import VisitRecorded
from ledger.streams.patient_state import Patient
from ledger.streams.practice import Practice
from ledger.streams.staff import Staff
from ledger.terms.notices import notice
from ledger.terms.outcome import Notice
from ledger.terms.people import Programme, Role

_NAMES: Final = "medicare.ccm.initiating_visit"
_LOOKBACK: Final = f"{_NAMES}.lookback_years"
_NOBODY: Final = Staff()
_NOWHERE: Final[Mapping[str, Practice]] = {}


def visit_findings(
    patient: Patient,
    *,
    designee: str | None,
    started_on: date,
    last: date,
    staff: Mapping[str, Staff],
    law: MonthLaw,
    start_rules: RulesInForce,
    programme: Programme = Programme.CCM,
    practices: Mapping[str, Practice] = _NOWHERE,
) -> list[Notice]:
    """What the visits on record leave open for a month that ends on `last`.

    A qualifying visit with the billing practitioner from one year before the programme's start (inclusive) up to its
    first day makes the patient seen; then no further visit is required and a missing discussion is for review. One
    from then on up to the month's end serves as the visit that was required, if CCM was discussed at it. Whose
    practitioner is not on record serves nobody.
    A programme may ask for one that is never older than so many years (PCM: CCM-INIT-08).
    Reads: medicare.ccm.initiating_visit.required_for and .lookback_years on the programme's first day, .renewal_years,
    .qualifying_codes, .missing_effect, .not_discussed_effect, .same_group_effect,
    .other_practitioner_effect (readings, section 12).
    """
    everyone = start_rules.word(f"{_NAMES}.required_for") == "everyone"
    since = looked_back_to(started_on, last, start_rules, law)
    best: tuple[int, VisitRecorded, tuple[str, ...]] | None = None
    for learned in patient.visits:
        visit = learned.event
        if not since <= visit.on <= last or visit.code not in law.qualifying_codes:
            continue
        must_discuss = everyone or visit.on > started_on
        doubts = _doubts(visit, designee, staff, must_discuss, practices)
        if doubts is not None and (best is None or (len(doubts), -visit.on.toordinal()) < (best[0], 0)):
            best = (len(doubts), visit, doubts)
            if not doubts:
                return []
    if best is None:
        visits = [v.event for v in patient.visits if since <= v.event.on <= last]
        visits = [v for v in visits if v.code in law.qualifying_codes]
        lacks = _lack_of(visits, designee, staff, practices, discussed_until=date.min if everyone else started_on)
        return [_missing(programme, started_on, since, law, start_rules, lacks)]
    return [_doubt(code, best[1], law) for code in best[2]]


def looked_back_to(started_on: date, last: date, start_rules: RulesInForce, law: MonthLaw) -> date:
    """The first day on which a visit may lie; the first day of all where every patient needs one, however long ago.

    A programme may also ask for one that is never older than so many years before the month's last day.
    """
    since = _before_the_start(started_on, start_rules)
    return since if law.visit_renewal_years is None else max(since, lookback_start(last, law.visit_renewal_years))


def _before_the_start(started_on: date, start_rules: RulesInForce) -> date:
    years = start_rules.get(_LOOKBACK)
    if start_rules.get(f"{_NAMES}.required_for") != "everyone" and isinstance(years, int):
        return lookback_start(started_on, years)
    return date.min


def _doubts(
    visit: VisitRecorded,
    designee: str | None,
    staff: Mapping[str, Staff],
    must_discuss: bool,
    practices: Mapping[str, Practice],
) -> tuple[str, ...] | None:
    """Codes of what is doubtful about a visit of a qualifying code; None where it does not qualify."""
    doubts: list[str] = []
    if visit.ccm_discussed is not True:
        if must_discuss:
            return None
        doubts.append("initiating_visit_not_discussed")
    if designee is not None and visit.practitioner != designee:
        held_by = staff.get(visit.practitioner, _NOBODY) if visit.practitioner is not None else _NOBODY
        if not _are_colleagues(held_by, staff.get(designee, _NOBODY), visit.on, practices):
            return None
        doubts.append("initiating_visit_by_colleague")
    return tuple(doubts)


def _are_colleagues(one: Staff, other: Staff, on: date, practices: Mapping[str, Practice]) -> bool:
    """Whether two practitioners share a practice on a day, or are of two of one TIN, as far as the month knows them."""
    mine = {h.practice for h in one.roles if h.role is Role.PRACTITIONER and h.covers(on)}
    theirs = {h.practice for h in other.roles if h.role is Role.PRACTITIONER and h.covers(on)}
    if not mine or not theirs:
        return False
    return (
        None in mine or None in theirs or bool(mine & theirs) or bool(_tins(mine, practices) & _tins(theirs, practices))
    )


def _tins(named: Iterable[str | None], practices: Mapping[str, Practice]) -> set[str]:
    found = (practices.get(each) for each in named if each is not None)
    return {each.tin for each in found if each is not None and each.tin}


class _Lack(NamedTuple):
    """What the visit that comes nearest lacks: words, what to do, and the rule that asks for it, if it blocks."""

    happened: str
    remedy: str | None
    rule: str | None


_NOTHING_NEAR: Final = _Lack("", None, None)


def _lack_of(
    visits: list[VisitRecorded],
    designee: str | None,
    staff: Mapping[str, Staff],
    practices: Mapping[str, Practice],
    *,
    discussed_until: date,
) -> _Lack:
    """What the newest of these visits lacks that would serve if its practitioner, or the discussion, were on record.

    Up to `discussed_until` a visit serves without the discussion.
    """
    newest = sorted(visits, key=lambda v: v.on, reverse=True)
    for visit in newest:
        if visit.practitioner is None and (visit.ccm_discussed is True or visit.on <= discussed_until):
            happened = f" It is not on record who held the visit of {visit.on.isoformat()} ({visit.code})."
            remedy = "Record that visit again with its practitioner, or hold one."
            return _Lack(happened, remedy, "initiating_visit.other_practitioner_effect")
    for visit in newest:
        if visit.practitioner is not None and _doubts(visit, designee, staff, False, practices) is not None:
            happened = (
                f" That CCM was discussed at the visit of {visit.on.isoformat()} ({visit.code}) is not on record."
            )
            remedy = "Record that visit again with its discussion where there was one, or hold one."
            return _Lack(happened, remedy, None)
    return _NOTHING_NEAR


def _missing(
    programme: Programme, started_on: date, since: date, law: MonthLaw, start_rules: RulesInForce, lacks: _Lack
) -> Notice:
    """That no visit qualifies, with the rule that says since when it may lie: of the start, or of going on."""
    by, window = (
        law.reading("initiating_visit.missing_effect"),
        "" if since == date.min else f" since {since.isoformat()}",
    )
    begun, rule = f"{programme.value} starts on {started_on.isoformat()} and", start_rules.find(_LOOKBACK)
    if since > _before_the_start(started_on, start_rules):
        begun = f"{programme.value} goes on only with a visit of the last {law.visit_renewal_years} years, and"
        if law.visit_renewal_years == 1:
            begun = f"{programme.value} goes on only with a visit of the last year, and"
        rule = law.find("initiating_visit.renewal_years")
    happened = f"{begun} no qualifying visit with the billing practitioner{window} is on record."
    found = notice("initiating_visit_missing", happened + lacks.happened, by, remedy=lacks.remedy)
    if rule is not None and since != date.min:
        found = found._replace(readings=(*found.readings, rule.name))
    if lacks.rule is None:
        return found
    return found._replace(readings=(*found.readings, law.reading(lacks.rule).name))


def _doubt(code: str, visit: VisitRecorded, law: MonthLaw) -> Notice:
    on = visit.on.isoformat()
    happened, name = {
        "initiating_visit_not_discussed": (
            f"The visit of {on} ({visit.code}) makes the patient seen; that CCM was discussed is not on record.",
            "not_discussed_effect",
        ),
        "initiating_visit_by_colleague": (
            f"The visit of {on} ({visit.code}) was with another practitioner of the same practice.",
            "same_group_effect",
        ),
    }[code]
    return notice(code, happened, law.reading(f"initiating_visit.{name}"))
