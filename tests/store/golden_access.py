"""One example of every event about who learns of a record, for the golden vectors."""

from datetime import UTC, date, datetime

from ledger.streams.base import Event
from ledger.streams.disclosures import (
    AccountingSuspended,
    DisclosureRetracted,
    DisclosureWords,
    RecordDisclosed,
    SuspensionWords,
)
from ledger.streams.elevations import ElevationEnded, ElevationReviewed, ElevationWords, ReadingElevated
from ledger.streams.endings import EvidenceWords
from tests.store.sample import NURSE, OTHER_PATIENT, PATIENT, PRACTICE

ELEVATION = "el_aaaaaaaaaaaaaaaaaaaaaaaaaa"
WORDS = ElevationWords(words="Found at the bus stop without her list of drugs.")

OF_ACCESS: tuple[Event, ...] = (
    RecordDisclosed(
        patient=PATIENT,
        disclosure="dc_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        on=date(2026, 3, 2),
        purpose="investigation",
        basis="law_enforcement",
        suspended_until=date(2026, 6, 30),
        suspended_orally=True,
        words=DisclosureWords(
            recipient="State Attorney General",
            address="500 Second Street",
            what="The time entries of January.",
            suspended_by="Agent Smith",
        ),
    ),
    AccountingSuspended(
        patient=PATIENT,
        disclosure="dc_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        disclosed_on=date(2026, 3, 2),
        suspended_until=date(2026, 9, 30),
        suspended_orally=False,
        words=SuspensionWords(suspended_by="Agent Smith"),
    ),
    DisclosureRetracted(
        patient=PATIENT,
        disclosure="dc_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        disclosed_on=date(2026, 3, 2),
        reason="entered_in_error",
        words=EvidenceWords(evidence="The letter never left the house."),
    ),
    ReadingElevated(
        elevation=ELEVATION,
        staff=NURSE,
        reason="emergency",
        case="ER-2026-7",
        patients=(PATIENT, OTHER_PATIENT),
        practice=PRACTICE,
        until=datetime(2026, 3, 2, 23, 0, tzinfo=UTC),
        words=WORDS,
    ),
    ElevationEnded(elevation=ELEVATION, staff=NURSE, words=WORDS),
    ElevationReviewed(elevation=ELEVATION, staff=NURSE, outcome="justified", words=WORDS),
)
