"""Minutes to units at every boundary of the three families: the table of unit boundaries, as literal data."""

from collections.abc import Callable

import pytest

from ledger.rulebook import (
    RulesInForce,
    UnitsEarned,
    decision_making_suffices,
    units_complex,
    units_noncomplex,
    units_personal,
)

Law = Callable[[str], RulesInForce]

NONE = ()
STAFF = (("99490", 1),)
STAFF_1 = (("99490", 1), ("99439", 1))
STAFF_2 = (("99490", 1), ("99439", 2))
OWN = (("99491", 1),)
OWN_1 = (("99491", 1), ("99437", 1))
OWN_2 = (("99491", 1), ("99437", 2))
COMPLEX = (("99487", 1),)


def complex_with(units: int) -> tuple[tuple[str, int], ...]:
    return (("99487", 1), ("99489", units))


# Minutes, then what they earn as non-complex, personal and complex: lines, minutes unpaid, whether capped.
BOUNDARIES = [
    (0, (NONE, 0, False), (NONE, 0, False), (NONE, 0, False)),
    (19, (NONE, 19, False), (NONE, 19, False), (NONE, 19, False)),
    (20, (STAFF, 0, False), (NONE, 20, False), (NONE, 20, False)),
    (28, (STAFF, 8, False), (NONE, 28, False), (NONE, 28, False)),
    (29, (STAFF, 9, False), (NONE, 29, False), (NONE, 29, False)),
    (30, (STAFF, 10, False), (OWN, 0, False), (NONE, 30, False)),
    (39, (STAFF, 19, False), (OWN, 9, False), (NONE, 39, False)),
    (40, (STAFF_1, 0, False), (OWN, 10, False), (NONE, 40, False)),
    (59, (STAFF_1, 19, False), (OWN, 29, False), (NONE, 59, False)),
    (60, (STAFF_2, 0, False), (OWN_1, 0, False), (COMPLEX, 0, False)),
    (79, (STAFF_2, 19, False), (OWN_1, 19, False), (COMPLEX, 19, False)),
    (80, (STAFF_2, 20, True), (OWN_1, 20, False), (COMPLEX, 20, False)),
    (89, (STAFF_2, 29, True), (OWN_1, 29, False), (COMPLEX, 29, False)),
    (90, (STAFF_2, 30, True), (OWN_2, 0, False), (complex_with(1), 0, False)),
    (119, (STAFF_2, 59, True), (OWN_2, 29, False), (complex_with(1), 29, False)),
    (120, (STAFF_2, 60, True), (OWN_2, 30, True), (complex_with(2), 0, False)),
    (150, (STAFF_2, 90, True), (OWN_2, 60, True), (complex_with(3), 0, False)),
    (360, (STAFF_2, 300, True), (OWN_2, 270, True), (complex_with(10), 0, False)),
    (389, (STAFF_2, 329, True), (OWN_2, 299, True), (complex_with(10), 29, False)),
    (390, (STAFF_2, 330, True), (OWN_2, 300, True), (complex_with(10), 30, True)),
]


@pytest.mark.parametrize(("minutes", "staff", "own", "complex_"), BOUNDARIES)
def test_units_at_the_boundaries(
    law_on: Law, minutes: int, staff: UnitsEarned, own: UnitsEarned, complex_: UnitsEarned
) -> None:
    law = law_on("2026-03-31")

    assert staff == units_noncomplex(minutes, law)
    assert own == units_personal(minutes, law)
    assert complex_ == units_complex(minutes, law)


def test_a_minute_is_paid_or_unpaid_and_never_both(law_on: Law) -> None:
    law = law_on("2026-03-31")
    worth = {"99490": 20, "99439": 20, "99491": 30, "99437": 30, "99487": 60, "99489": 30}

    for formula in (units_noncomplex, units_personal, units_complex):
        for minutes in range(500):
            earned = formula(minutes, law)
            paid = sum(units * worth[code] for code, units in earned.lines)

            assert minutes == paid + earned.minutes_unpaid


def test_the_add_on_of_2020_is_g2058(law_on: Law) -> None:
    earned = units_noncomplex(60, law_on("2020-12-31"))

    assert earned == ((("99490", 1), ("G2058", 2)), 0, False)


def test_the_add_on_of_2021_is_99439(law_on: Law) -> None:
    earned = units_noncomplex(60, law_on("2021-01-01"))

    assert earned == (STAFF_2, 0, False)


def test_before_2020_staff_minutes_beyond_the_base_code_were_not_paid(law_on: Law) -> None:
    earned = units_noncomplex(60, law_on("2019-12-31"))

    assert earned == (STAFF, 40, False)


def test_before_2019_there_was_no_code_for_personal_minutes(law_on: Law) -> None:
    assert units_personal(45, law_on("2018-12-31")) == (NONE, 45, False)
    assert units_personal(45, law_on("2019-01-01")) == (OWN, 15, False)


def test_before_2022_personal_minutes_had_no_add_on(law_on: Law) -> None:
    assert units_personal(90, law_on("2021-12-31")) == (OWN, 60, False)
    assert units_personal(90, law_on("2022-01-01")) == (OWN_2, 0, False)


def test_before_2017_there_was_no_complex_code(law_on: Law) -> None:
    assert units_complex(60, law_on("2016-12-31")) == (NONE, 60, False)
    assert units_complex(60, law_on("2017-01-01")) == (COMPLEX, 0, False)


def test_before_2015_there_was_no_ccm(law_on: Law) -> None:
    assert units_noncomplex(60, law_on("2014-12-31")) == (NONE, 60, False)


@pytest.mark.parametrize(
    ("level", "suffices"),
    [(None, False), ("straightforward", False), ("low", False), ("moderate", True), ("high", True)],
)
def test_complex_needs_moderate_or_high_decision_making(law_on: Law, level: str | None, suffices: bool) -> None:
    assert suffices == decision_making_suffices(level, law_on("2026-03-31"))


def test_units_read_the_law_that_they_cite(law_on: Law) -> None:
    law = law_on("2026-03-31").trace()

    units_noncomplex(45, law)

    assert law.names() == (
        "medicare.ccm.families.noncomplex_base",
        "medicare.ccm.99490.minutes_minimum",
        "medicare.ccm.families.noncomplex_addon",
        "medicare.ccm.99439.minutes_step",
        "medicare.ccm.99439.units_max",
    )
