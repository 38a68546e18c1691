"""What two editions are compared in: also what rides on a visit's claim, and not formulas that mean the same."""

from interfaces.rejudging import law_of
from ledger.judging import judge_month
from ledger.judging.shapes import Verdict
from ledger.rulebook import Edition, rulebook_of, shipped_edition
from ledger.rulebook.formulas import mean_the_same
from projections.rejudge_parts import changed_parts
from tests.facts import Chart
from tests.projections.editions import CAP, altered, law, minimum_of
from tests.projections.test_rejudge import log_with, named, rejudged

PRICES = "medicare/pfs/rvu_nonfacility.toml"


def planned(edition: Edition) -> Verdict:
    """A month of 20 minutes with planning beyond a visit of the same month."""
    chart = Chart()
    chart.time("2026-03-09 10:00", 20)
    chart.extra_planning("2026-03-12")
    return judge_month(chart.facts(), rulebook_of(edition), edition="a case", record=False)


def with_price(price: str) -> Edition:
    """The shipped edition with another last price of G0506 outside a facility."""
    content = dict(shipped_edition().files)[PRICES].decode()
    head, table, rest = content.partition("[G0506]")
    own, bracket, others = rest.partition("\n[")
    kept, value, last = own.rpartition("value = ")
    content = f"{head}{table}{kept}{value}{price},{last.partition(',')[2]}{bracket}{others}"
    return Edition.of({**dict(shipped_edition().files), PRICES: content.encode()})


def test_another_price_of_a_code_that_rides_on_a_visit_is_a_difference() -> None:
    assert changed_parts(planned(shipped_edition()), planned(with_price("3.00"))) == ("with_visits",)


def test_an_edition_that_leaves_what_rides_on_a_visit_alone_is_none() -> None:
    assert changed_parts(planned(shipped_edition()), planned(altered(minimum_of(19)))) == ()


def test_an_edition_of_formulas_that_mean_the_same_still_names_the_smallest_cause() -> None:
    cap = (CAP, '2021-01-01, value = 2, cite = "NCCI MUE 2', '2021-01-01, value = 3, cite = "NCCI MUE 3')
    older = Edition.of(dict(altered(minimum_of(21), cap).files), formulas_version=1)
    (found,) = rejudged(log_with({1: 20}), law_of(older)).differing

    assert found.because.is_found
    assert named(found) == ["medicare.ccm.99490.minutes_minimum"]


def test_formulas_of_another_meaning_are_told_apart() -> None:
    assert law(minimum_of(21)).formulas_version == 2
    assert mean_the_same(1, 2)
    assert mean_the_same(2, 2)
    assert not mean_the_same(2, 3)
