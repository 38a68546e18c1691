"""Codes, minutes, limits and dollars as the documents have them (ccm-rules 1.1 to 1.4, 2.1, 2.2; readings 9, 12).

Plain rows, copied from the tables by hand; no rule file is read. naive.py makes months of them.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

CCM, PCM, APCM = "CCM", "PCM", "APCM"
EVER = date(9999, 12, 31)
UNLIMITED = 10**6

MAY_BILL = {"md", "do", "np", "pa", "cns", "cnm"}
VISITS = {
    "99202", "99203", "99204", "99205", "99212", "99213", "99214", "99215",
    "G0438", "G0439", "G0402", "99495", "99496",
}  # fmt: skip
PARENTS = VISITS | {"99483"}
"""Visits that carry G0506 [CODE-10], as far as this reading draws them."""
LEVELS = {
    "99202", "99203", "99204", "99205", "99211", "99212", "99213", "99214", "99215",  # office
    "99221", "99222", "99223", "99231", "99232", "99233", "99234", "99235", "99236", "99238", "99239",  # hospital
    "99281", "99282", "99283", "99284", "99285",  # emergency department
    "99304", "99305", "99306", "99307", "99308", "99309", "99310",  # nursing facility
    "99341", "99342", "99344", "99345", "99347", "99348", "99349", "99350",  # home
    "99483", "99495", "99496",  # cognitive assessment, transitional care
}  # fmt: skip
"""E/M: the work of its day is looked at [TIME-07; kinds as in CODE-10]."""
CLINICS = ("rural_health_clinic", "federally_qualified_health_center")

RVU = {
    "99490": ("1.88", "1.87", "1.98"), "99439": ("1.44", "1.42", "1.51"), "99491": ("2.54", "2.54", "2.67"),
    "99437": ("1.79", "1.78", "1.89"), "99487": ("4.03", "4.07", "4.32"), "99489": ("2.17", "2.18", "2.34"),
    "G0506": ("1.88", "1.88", "1.99"), "99424": ("2.48", "2.50", "2.62"), "99425": ("1.80", "1.82", "1.84"),
    "99426": ("1.86", "1.91", "2.03"), "99427": ("1.42", "1.56", "1.62"), "G0556": (None, "0.47", "0.49"),
    "G0557": (None, "1.51", "1.61"), "G0558": (None, "3.31", "3.51"), "G0511": ("2.19", "1.69", None),
}  # fmt: skip
"""Total RVU outside a facility in 2024, 2025, 2026. Other codes and other years have no price on file."""
RVU_IN_FACILITY = {
    "99490": (None, "1.48", "1.31"), "99439": (None, "1.02", "0.92"), "99491": (None, "2.24", "1.96"),
    "99437": (None, "1.48", "1.31"), "99424": (None, None, "1.94"), "99425": (None, None, "1.32"),
    "99426": (None, None, "1.32"), "99427": (None, None, "0.94"),
}  # fmt: skip
"""The same in a facility, of what is compared: complex is suggested whatever it pays."""


def price(code: str, on: date, *, strict: bool = False, facility: bool = False) -> Decimal | None:
    """Dollars of one unit on a date of service; of SEED_STRICT, 2026 is paid as 2025 was."""
    units = RVU_IN_FACILITY if facility else RVU
    if not 2024 <= on.year <= 2026 or code not in units:
        return None
    year = 2025 if strict and on.year == 2026 else on.year
    value = units[code][year - 2024]
    factor = {2024: "32.7442" if on <= date(2024, 3, 8) else "33.2875", 2025: "32.3465", 2026: "33.4009"}[year]
    if value is None:
        return None
    return (Decimal(value) * Decimal(factor)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def years_before(on: date, years: int) -> date:
    """The same day some years earlier; 29 February has 28 February."""
    if (on.month, on.day) == (2, 29) and (on.year - years) % 4:
        return date(on.year - years, 2, 28)
    return date(on.year - years, on.month, on.day)


class Way(NamedTuple):
    """One way to be paid for the minutes of a month: a base code, and one that adds to it."""

    programme: str
    family: str
    begins: date
    ends: date
    base: str
    minutes: int
    adds: str | None = None
    step: int = 1
    limit: int = 0


def _from(year: int) -> date:
    return date(year, 1, 1)


def _to(year: int) -> date:
    return date(year, 12, 31)


END_OF_G0511 = date(2025, 9, 30)
WAYS = (
    Way(CCM, "noncomplex", _from(2015), _to(2019), "99490", 20),
    Way(CCM, "noncomplex", _from(2020), _to(2020), "99490", 20, "G2058", 20, 2),
    Way(CCM, "noncomplex", _from(2021), EVER, "99490", 20, "99439", 20, 2),
    Way(CCM, "complex", _from(2017), EVER, "99487", 60, "99489", 30, 10),
    Way(CCM, "personal", _from(2019), _to(2021), "99491", 30),
    Way(CCM, "personal", _from(2022), EVER, "99491", 30, "99437", 30, 2),
    Way(CCM, "rhc", _from(2018), END_OF_G0511, "G0511", 20),
    Way(PCM, "pcm_staff", _from(2020), _to(2021), "G2065", 30),
    Way(PCM, "pcm_staff", _from(2022), EVER, "99426", 30, "99427", 30, 2),
    Way(PCM, "pcm_personal", _from(2020), _to(2021), "G2064", 30),
    Way(PCM, "pcm_personal", _from(2022), EVER, "99424", 30, "99425", 30, 2),
    Way(PCM, "rhc", _from(2020), END_OF_G0511, "G0511", 30),
    Way(APCM, "apcm", _from(2025), EVER, "", 0),
)
APPEALABLE = ("99437", "99489")
"""Their limits are daily edits that records may lift [readings, 7]; that of 99439 is its definition's."""


def ways(programme: str, on: date, *, clinic: bool, choice: str | None, strict: bool) -> tuple[list[Way], set[str]]:
    """The ways of a programme, as of a day, and those of their families that nothing is earned by on it."""
    there = {way.family: way for way in WAYS if way.programme == programme}
    there |= {way.family: way for way in WAYS if way.programme == programme and way.begins <= on <= way.ends}
    closed = {name for name, way in there.items() if not way.begins <= on <= way.ends}
    others = set(there) - {"rhc"}
    last = date(2025, 6, 30) if strict else END_OF_G0511
    if not clinic or on > last:
        closed |= {"rhc"}
    elif _from(2018) <= on < _from(2025):
        closed |= others
    elif on >= _from(2025) and programme != APCM:
        closed |= {"g0511": others, "individual": {"rhc"}}.get(str(choice), set())
    if not clinic or on < _from(2018):
        there.pop("rhc", None)
    return list(there.values()), closed
