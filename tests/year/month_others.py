"""Other services of one patient-month, from the raw facts: which row each meets, whose it is, and what that means.

Part of the independent reading (ccm-rules, section 9; readings, 12), for the codes that the year tells of, in 2026.
"""

from datetime import date, timedelta

from tests.year.month_bill import MonthBill
from tests.year.raw import Raw, day

BLOCKS, LOOK, NOTHING = "blocks", "look", "nothing"
TABLE = {
    "G0181": ("home_health", "tin", BLOCKS, LOOK),
    "90961": ("esrd", "tin", BLOCKS, LOOK),
    "99495": ("tcm", "tin", LOOK, LOOK),
    "G0557": ("apcm", "any", BLOCKS, BLOCKS),
    "99457": ("rpm", "any", NOTHING, NOTHING),
    "99091": ("99091", "npi", LOOK, NOTHING),
    "99421": ("evisit", "npi", LOOK, NOTHING),
    "99490": ("ccm", "npi", LOOK, BLOCKS),
    "99374": ("cpo", "nobody", NOTHING, NOTHING),
}
"""Row, whose services are meant, what the month's own mean, what another biller's mean."""


def other_services(month: MonthBill) -> set[tuple[str, str]]:
    """The rows that services of the month meet, each with the code of what it leads to."""
    back = {fact["service"] for fact in month.told("other_service_retracted")}
    told = [fact for fact in month.told("other_service_reported") if fact["service"] not in back]
    within = [fact for fact in told if _lies_in(fact, month)]
    known = {(fact["code"], fact["on"]) for fact in within if _biller(fact, month) != (None, None)}
    found = set()
    for fact in within:
        whose = _biller(fact, month)
        if fact["code"] in TABLE and (whose != (None, None) or (fact["code"], fact["on"]) not in known):
            code = _means(fact, whose, month)
            if code is not None:
                found.add((TABLE[fact["code"]][0], code))
    return found


def _lies_in(fact: Raw, month: MonthBill) -> bool:
    first, last = _days(fact)
    if fact["code"] == "99495" and not fact["until_on"]:
        last = first + timedelta(days=29)
    return first <= month.last and last >= month.first


def _days(fact: Raw) -> tuple[date, date]:
    first = day(fact["on"])
    assert first is not None
    return first, day(fact["until_on"]) or first


def _biller(fact: Raw, month: MonthBill) -> tuple[bool | None, bool | None]:
    """Whether NPI and TIN are the month's; None where nobody can tell."""
    npi: bool | None = None
    if month.designee is not None:
        person = month.book.person(month.designee, month.at)
        own = person["npi"] if person is not None else None
        if month.designee == fact["by_practitioner"]:
            npi = True
        elif fact["npi"] and own:
            npi = fact["npi"] == own
        elif fact["by_practitioner"]:
            npi = False
    if month.practice is None:
        return npi, None
    here = month.book.of("practice_registered", month.practice)[0]["tin"]
    if fact["tin"]:
        return npi, fact["tin"] == here
    who = fact["by_practitioner"]
    if who:
        on, _ = _days(fact)
        every = [f["practice"] for f in month.book.all_of("practice_registered", month.at)]
        works = {practice for practice in every if month.book.roles(who, on, practice, month.at)}
        if not works:
            return npi, None
        return npi, True if works == {month.practice} else (None if month.practice in works else False)
    return npi, True if fact["source"] == "own" and not fact["npi"] else None


def _means(fact: Raw, whose: tuple[bool | None, bool | None], month: MonthBill) -> str | None:
    row, scope, own, other = TABLE[fact["code"]]
    if row == "cpo":
        return "service_not_payable"
    first, last = _days(fact)
    if row == "evisit" and first <= month.on <= last:
        own = BLOCKS
    if row == "99091" and (month.chosen or month.suggested) == "personal":
        own = BLOCKS
    npi, tin = whose
    is_own = npi
    if scope == "any" or npi or (scope == "tin" and tin):
        is_own = True
    elif tin is False and npi is None:
        is_own = False
    elif scope == "tin" and npi is False:
        is_own = tin
    if is_own is None and own != other:
        return "service_biller_unknown"
    means = other if is_own is False else own
    if means == LOOK:
        return "service_of_other_biller" if is_own is False else "service_to_look_at"
    return "conflicting_service" if means == BLOCKS else None
