"""Claims to send as values: one clean claim, and what a test changes in it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from interfaces.x12.claim_shapes import (
    BillingProvider,
    ClaimToSend,
    Facility,
    Line,
    Person,
    Place,
    Plan,
    Receiver,
    Rendering,
    Submitter,
    Subscriber,
)
from interfaces.x12.writing import Correspondent, Head

SUBMITTER = Submitter("LAKESIDE PRIMARY CARE", "SUB123", "BILLING OFFICE", "3125550100")
RECEIVER = Receiver("NORTHERN CLEARING", "CLR99")
HEAD = Head(
    Correspondent("ZZ", "SUB123", "SUB123"),
    Correspondent("ZZ", "CLR99", "CLR99"),
    datetime(2026, 4, 2, 15, 4, tzinfo=UTC),
    42,
    is_test=True,
)
OFFICE = Place("12 LAKE STREET", "SUITE 4", "CHICAGO", "IL", "606011234")
HOME = Place("7 ELM ROAD", None, "EVANSTON", "IL", "60201")
BILLER = BillingProvider("LAKESIDE PRIMARY CARE", "1245319599", "361234567", "207Q00000X", OFFICE)
PAT = Subscriber(Person("POE", "PAT"), HOME, date(1950, 2, 3), "F")
MEDICARE = Plan("MEDICARE PART B ILLINOIS", "00131", "MB", "1EG4TE5MK73")
MEDIGAP = Plan("PRAIRIE SUPPLEMENT", "PS777", "CI", "XW100200300")
ADA = Rendering(Person("ADAMS", "ADA"), "1234567893", "207R00000X")
CLINIC = Facility("NORTH CLINIC", "1558598797", Place("3 NORTH AVENUE", None, "SKOKIE", "IL", "600761111"))
NUMBER = "ABCDEFGHIJKLMNOPQRST"
MARCH_END = date(2026, 3, 31)


def line(code: str = "99490", units: int = 1, charge: str = "85.00", number: int = 1, **changes: Any) -> Line:
    """One line on the last day of March."""
    whole = Line(f"{NUMBER}-{number}", code, units, Decimal(charge), MARCH_END, MARCH_END)
    return whole._replace(**changes)


def claim(**changes: Any) -> ClaimToSend:
    """A first claim of 99490 to Medicare with two diagnoses."""
    whole = ClaimToSend(NUMBER, BILLER, PAT, MEDICARE, None, ADA, None, "11", "1", None, ("E11.9", "I10"), (line(),))
    return whole._replace(**changes)
