"""What the tests of reviews start from: the machine, a month that was signed, and one that went stale since."""

from typing import Any

from commands.intents.care_month import AttestMonth, LogTime
from ledger.judging import Verdict, facts_of, judge_month, missing_tags
from ledger.streams.access import CommandRefused
from ledger.streams.base import Event
from ledger.streams.care_month import MonthAttested
from ledger.streams.reviews import MonthWentStale
from ledger.terms.people import Role
from tests.commands.world import ADA, NURSE, PATIENT, enrolled, on, person, utc
from tests.gwt import Given, opaque

MACHINE = opaque("st", 40)
MONTH = "2026-03"


def machine() -> tuple[Event, ...]:
    """The named machine actor."""
    return person(MACHINE, Role.MACHINE, None, is_person=False)


def worked(ledger: Given, start: str = "2026-03-10T15:00", end: str = "2026-03-10T15:25", **changes: Any) -> Given:
    """The ledger with work of the nurse in it."""
    entry = LogTime(
        patient=PATIENT,
        performer=NURSE,
        start=utc(start),
        end=utc(end),
        activity=changes.pop("activity", "phone_call"),
        description="Call about glucose.",
        **changes,
    )
    return ledger.at("2026-04-01T18:00:00+00:00").by(NURSE).then(entry)


def verdict(ledger: Given, month: str = MONTH) -> Verdict:
    """What the month says now."""
    held: dict[str, Any] = {}
    while absent := missing_tags(PATIENT, month, held):
        held |= {tag: ledger.state(tag) for tag in absent}
    rulebook, edition = ledger.law
    return judge_month(facts_of(PATIENT, month, held), rulebook, edition=edition)


def signed(ledger: Given | None = None) -> Given:
    """A month with 25 minutes that Dr Ada signed on 1 April; the machine asks."""
    begun = worked((ledger or enrolled()).and_(*machine()))
    attested = begun.by(ADA).then(AttestMonth(patient=PATIENT, month=MONTH, digest=verdict(begun).digest))
    return attested.by(MACHINE).at("2026-04-02T06:00:00+00:00")


def stale() -> Given:
    """The same after a late entry of ten minutes."""
    later = worked(signed(), "2026-03-20T15:00", "2026-03-20T15:10")
    return later.by(MACHINE).at("2026-04-02T06:00:00+00:00")


def attestation(ledger: Given) -> MonthAttested:
    """The newest signature under the month."""
    return [fact.event for fact in ledger.facts if isinstance(fact.event, MonthAttested)][-1]


def found(ledger: Given) -> MonthWentStale:
    """The newest finding that a month went stale."""
    return [fact.event for fact in ledger.facts if isinstance(fact.event, MonthWentStale)][-1]


def refusal(day: str = "2026-03-31", **changes: Any) -> CommandRefused:
    """A refusal about the patient that an auditor would ask about."""
    whole = {"subject": PATIENT, "command": "attest_month", "code": "month_changed", "because": "readings 6"}
    return CommandRefused(**{**whole, "on": on(day), **changes})
