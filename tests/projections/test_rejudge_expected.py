"""What a month is expected to pay is a part of its answer: what changes that alone is found, told and named."""

from datetime import date
from decimal import Decimal

import pytest

from ledger.rulebook import rulebook_of, shipped_edition
from ledger.streams.base import Event
from ledger.streams.practice import PolicyAdopted
from ledger.streams.staff import QualifyingStatusRecorded, StaffRegistered
from projections.rejudge import RejudgedMonth
from projections.rejudge_payment import NO_PAYMENT, prices_differ
from tests.projections.company import PRACTICES, PRACTITIONERS
from tests.projections.editions import altered, law, minimum_of
from tests.projections.fake_log import FakeLog
from tests.projections.test_rejudge import BY, log_with, named, rejudged

MONTH = "2026-03"
PAYMENT = "medicare/pfs/payment.toml"
SEQUESTRATION = (PAYMENT, "2024-01-01, value = 2.0,", "2024-01-01, value = 3.0,")
COINSURANCE = (PAYMENT, "2015-01-01, value = 20.0,", "2015-01-01, value = 25.0,")
QP = ("medicare/pfs/conversion_factor.toml", "value = 33.5675", "value = 34.5675")
PRICE = ("medicare/pfs/rvu_nonfacility.toml", "value = 1.98", "value = 2.00")


def within(file: str, quantity: str, old: str, new: str) -> tuple[str, str, str]:
    """A change of one quantity of a file whose values other quantities share."""
    content = dict(shipped_edition().files)[file].decode()
    _, head, rest = content.partition(f"[{quantity}]")
    own = head + rest.partition("\n[")[0]
    return file, own, own.replace(old, new)


def with_credential(credential: str, minutes: dict[int, int]) -> FakeLog:
    """The same months, their practitioners being of that credential."""
    made = FakeLog()
    for fact in log_with(minutes).facts:
        event: Event = fact.event
        if isinstance(event, StaffRegistered) and event.staff in PRACTITIONERS:
            event = event.model_copy(update={"credential": credential})
        made.add(event, fact.envelope, fact.recorded_at)
    return made


def paid(month: RejudgedMonth) -> tuple[Decimal | None, Decimal | None]:
    """What Medicare pays by the edition in use, and by the other one."""
    return month.before.payment.medicare_pays, month.after.payment.medicare_pays


def test_another_sequestration_moves_what_medicare_pays_and_nothing_else() -> None:
    (month,) = rejudged(log_with({1: 20, 2: 13}), law(SEQUESTRATION)).differing

    assert month.changed == ("expected",)
    assert month.before.amount == month.after.amount == Decimal("66.13")
    assert paid(month) == (Decimal("51.84"), Decimal("51.31"))
    assert named(month) == ["medicare.pfs.payment.sequestration_percent"]
    assert month.because.is_found


def test_another_share_of_the_patient_is_told_on_both_sides() -> None:
    (month,) = rejudged(log_with({1: 20}), law(COINSURANCE)).differing

    assert month.changed == ("expected",)
    assert (month.before.payment.patient_billed, month.after.payment.patient_billed) == (
        Decimal("13.23"),
        Decimal("16.53"),
    )
    assert named(month) == ["medicare.pfs.payment.coinsurance_percent"]


PERCENT_OF_NP = within("medicare/pfs/practitioner_percent.toml", "np", "value = 85.0", "value = 80.0")


@pytest.mark.parametrize(("credential", "found"), [("np", 1), ("md", 0)])
def test_the_percent_of_a_credential_moves_the_months_that_it_bills(credential: str, found: int) -> None:
    months = rejudged(with_credential(credential, {1: 20}), law(PERCENT_OF_NP)).differing

    assert [named(month) for month in months] == [["medicare.pfs.practitioner_percent.np"]] * found
    assert [(month.before.payment.allowed, month.after.payment.allowed) for month in months] == [
        (Decimal("56.21"), Decimal("52.90"))
    ] * found


@pytest.mark.parametrize(("is_qualifying", "found"), [(True, 1), (False, 0)])
def test_the_factor_of_qualifying_participants_moves_their_months(is_qualifying: bool, found: int) -> None:
    log = log_with({1: 20})
    said = QualifyingStatusRecorded(staff=PRACTITIONERS[1], payment_year=2026, is_qualifying=is_qualifying)
    log.add(said, BY)
    months = rejudged(log, law(QP)).differing

    assert [(month.changed, named(month)) for month in months] == [
        (("expected",), ["medicare.pfs.conversion_factor.qp"])
    ] * found


IN_A_FACILITY = within("medicare/pfs/rvu_facility.toml", "99490", "value = 1.31", "value = 1.41")
THE_YEAR_BEFORE = within("medicare/pfs/rvu_facility.toml", "99490", "value = 1.48", "value = 1.58")


def test_the_price_in_a_facility_moves_the_months_of_practices_that_are_paid_by_it() -> None:
    log = log_with({1: 20, 2: 20})
    policy = PolicyAdopted(practice=PRACTICES[1], policy="price_site", value="facility", from_on=date(2026, 1, 1))
    log.add(policy, BY)
    (month,) = rejudged(log, law(IN_A_FACILITY)).differing

    assert (month.practice, month.changed) == (PRACTICES[1], ("expected",))
    assert named(month) == ["medicare.pfs.rvu_facility.99490"]


def test_months_of_a_payer_with_rates_of_its_own_are_expected_to_pay_nothing_known() -> None:
    log = FakeLog()
    for fact in log_with({1: 20}).facts:
        is_coverage = fact.event.TOPIC == "coverage_recorded"
        told = fact.event.model_copy(update={"kind": "commercial"}) if is_coverage else fact.event
        log.add(told, fact.envelope, fact.recorded_at)

    assert rejudged(log, law(SEQUESTRATION)).differing == ()


def test_a_month_that_bills_nothing_by_one_edition_is_expected_to_pay_nothing_by_it() -> None:
    (month,) = rejudged(log_with({1: 20}), law(minimum_of(21))).differing

    assert month.changed == ("standing", "families", "codes", "dollars", "expected", "suggested", "findings")
    assert month.before.payment.expected == Decimal("65.07")
    assert month.after.payment == NO_PAYMENT
    assert named(month) == ["medicare.ccm.99490.minutes_minimum"]


def test_a_price_and_a_percent_that_both_changed_are_both_named() -> None:
    (month,) = rejudged(log_with({1: 20}), law(PRICE, SEQUESTRATION, QP)).differing

    assert month.changed == ("families", "dollars", "expected")
    assert named(month) == ["medicare.pfs.payment.sequestration_percent", "medicare.pfs.rvu_nonfacility.99490"]


@pytest.mark.parametrize(
    ("changes", "differ"),
    [
        ((minimum_of(21),), False),
        ((SEQUESTRATION,), True),
        ((THE_YEAR_BEFORE,), False),
    ],
)
def test_prices_are_worked_out_where_editions_differ_in_them_on_days_of_the_month(
    changes: tuple[tuple[str, str, str], ...], differ: bool
) -> None:
    books = rulebook_of(shipped_edition()), rulebook_of(altered(*changes))

    assert prices_differ(*books, MONTH) is differ
