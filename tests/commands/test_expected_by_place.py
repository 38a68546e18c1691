"""What is expected of a claim's lines follows the place of service that it names: that is what its payer reads."""

from decimal import Decimal
from typing import Any

import pytest

from ledger.streams.practice import CapabilityAttested, PolicyAdopted
from tests.commands.test_claim_changes import at_sites
from tests.commands.test_claims import release
from tests.commands.world import ADA, PRACTICE, SINCE


@pytest.mark.parametrize(
    ("places", "named", "policy", "expected"),
    [
        (("11", "22"), None, None, "66.13"),
        (("11", "22"), "22", None, "43.76"),
        (("19",), None, None, "43.76"),
        (("19",), None, "office", "43.76"),
        (("11",), None, "facility", "66.13"),
        (("24",), None, None, "66.13"),
        (("24",), None, "facility", "43.76"),
    ],
)
def test_what_is_expected_of_a_line_follows_the_place_of_the_claim_and_else_the_policy(
    places: tuple[str, ...], named: str | None, policy: Any, expected: str
) -> None:
    said = [] if policy is None else [{"practice": PRACTICE, "policy": "price_site", "value": policy, "from_on": SINCE}]
    ledger = at_sites(*places, beside=tuple(PolicyAdopted(**each) for each in said))
    (line,) = ledger.when(release(place_of_service=named)).event.lines

    assert line.expected == Decimal(expected)


def test_a_health_center_expects_the_amount_outside_a_facility_wherever_it_is() -> None:
    center = CapabilityAttested(practice=PRACTICE, capability="rural_health_clinic", from_on=SINCE, attested_by=ADA)
    (line,) = at_sites("22", beside=(center,)).when(release()).event.lines

    assert line.expected == Decimal("66.13")
