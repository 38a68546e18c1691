"""A month, a deadline and an act are of the day where the practice is: Hawaii's evening, Guam's morning."""

from datetime import date

import pytest

from commands.intents.billing import ExportClaim
from commands.intents.claims import WithdrawClaim
from ledger.terms.outcome import Accepted
from tests.commands.test_claims import APRIL, NPI, claim_of, release, set_up
from tests.commands.test_month_signing import attest
from tests.commands.world import ADA, BILLER, PATIENT, practice
from tests.gwt import Given

HAWAII, GUAM = "Pacific/Honolulu", "Pacific/Guam"


def signed(zone: str, instant: str) -> Given:
    """The month of a practice in a zone, signed by Dr Ada; the biller at an instant."""
    there = practice(zone=zone).model_copy(update={"npi": NPI})
    told = set_up().and_(there).by(ADA)
    return told.then(attest(told)).by(BILLER).at(instant)


@pytest.mark.parametrize(
    ("zone", "instant", "refusal"),
    [
        (HAWAII, "2026-04-01T09:59:59+00:00", "month_not_over"),
        (HAWAII, "2026-04-01T10:00:00+00:00", None),
        (GUAM, "2026-03-31T13:59:59+00:00", "month_not_over"),
        (GUAM, "2026-03-31T14:00:00+00:00", None),
    ],
)
def test_a_month_is_over_when_it_is_where_the_practice_is(zone: str, instant: str, refusal: str | None) -> None:
    found = signed(zone, instant).when(release())

    assert (None if isinstance(found.outcome, Accepted) else found.refused) == refusal


@pytest.mark.parametrize(
    ("zone", "instant", "refusal"),
    [
        (HAWAII, "2027-04-01T09:59:59+00:00", None),
        (HAWAII, "2027-04-01T10:00:00+00:00", "filing_deadline_over"),
        (GUAM, "2027-03-31T13:59:59+00:00", None),
        (GUAM, "2027-03-31T14:00:00+00:00", "filing_deadline_over"),
    ],
)
def test_the_last_day_of_filing_ends_where_the_practice_is(zone: str, instant: str, refusal: str | None) -> None:
    found = signed(zone, instant).when(release())

    assert (None if isinstance(found.outcome, Accepted) else found.refused) == refusal


@pytest.mark.parametrize(
    ("zone", "instant", "day"),
    [
        (HAWAII, "2026-04-04T02:00:00+00:00", date(2026, 4, 3)),
        (GUAM, "2026-04-03T22:00:00+00:00", date(2026, 4, 4)),
    ],
)
def test_what_is_done_with_a_claim_is_done_on_the_practices_day(zone: str, instant: str, day: date) -> None:
    ledger = signed(zone, APRIL).then(release()).at(instant)
    claim = claim_of(ledger)

    assert ledger.when(ExportClaim(patient=PATIENT, claim=claim)).event.on == day
    withdrawal = WithdrawClaim(patient=PATIENT, claim=claim, reason="other", words="Not ours.")
    assert ledger.when(withdrawal).event.on == day


@pytest.mark.parametrize(
    ("zone", "instant", "told"),
    [
        (HAWAII, "2026-04-01T06:00:00+00:00", ["month_not_ended"]),
        (GUAM, "2026-03-31T22:00:00+00:00", []),
    ],
)
def test_who_signs_hears_that_the_month_goes_on_while_it_does_there(zone: str, instant: str, told: list[str]) -> None:
    ledger = set_up().and_(practice(zone=zone).model_copy(update={"npi": NPI})).by(ADA).at(instant)

    assert ledger.when(attest(ledger)).codes == told
