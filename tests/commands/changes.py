"""A ledger with work on record, and the commands that change how it stands: what tests of corrections start from."""

from typing import Any

from commands.intents.attesting import WithdrawAttestation
from commands.intents.care_month import LogTime
from commands.intents.time_changes import (
    AddToTime,
    AllocateTime,
    ApproveLateEntry,
    CorrectTime,
    DisputeTime,
    MoveTime,
    SettleDispute,
    StrikeTime,
)
from ledger.judging import Verdict, facts_of, judge_month, missing_tags
from ledger.terms.identity import care_month_tag
from tests.commands.test_month_signing import attest
from tests.commands.world import ADA, COMPLIANCE, NURSE, OTHER_PATIENT, PATIENT, assigned, enrolled, patient, utc
from tests.gwt import Given

MONTH = "2026-03"
APRIL = "2026-04-01T18:00:00+00:00"


def two_patients() -> Given:
    """The enrolled patient, and another of the same practice."""
    return enrolled().and_(patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT))


def logged(
    start: str | None = "2026-03-10T15:00",
    end: str = "2026-03-10T15:25",
    *,
    ledger: Given | None = None,
    at: str | None = None,
    **changes: Any,
) -> Given:
    """The nurse worked 25 minutes on 10 March, and recorded it `at` some time; by default when it was done."""
    whole: dict[str, Any] = {
        "patient": PATIENT,
        "performer": NURSE,
        "start": utc(start) if start else None,
        "end": utc(end) if start else None,
        "activity": "phone_call",
        "description": "Glucose log reviewed by phone.",
    }
    command = LogTime(**{**whole, **changes})
    by = (ledger or two_patients()).by(command.performer)  # type: ignore[arg-type]
    return by.at(at or f"{end}:00+00:00").then(command)


def entry_of(ledger: Given, number: int = 0, whose: str = PATIENT, month: str = MONTH) -> str:
    """The id of an entry of a month, in order of place."""
    entry: str = ledger.state(care_month_tag(whose, month)).entries[number].work.entry
    return entry


def verdict(ledger: Given, whose: str = PATIENT, month: str = MONTH) -> Verdict:
    """The month as the judge has it."""
    held: dict[str, Any] = {}
    while absent := missing_tags(whose, month, held):
        held |= {tag: ledger.state(tag) for tag in absent}
    rulebook, edition = ledger.law
    return judge_month(facts_of(whose, month, held), rulebook, edition=edition)


def counted(ledger: Given, whose: str = PATIENT, month: str = MONTH) -> list[int]:
    """The counted seconds of each entry of a month."""
    return [line.counted for line in verdict(ledger, whose, month).lines]


def told(ledger: Given) -> Any:
    """What the newest fact says."""
    return ledger.facts[-1].event


def _named(entry: str, changes: dict[str, Any], **own: Any) -> dict[str, Any]:
    return {"patient": PATIENT, "month": MONTH, "entry": entry, **own, **changes}


def _content(start: str, end: str) -> dict[str, Any]:
    return {
        "performer": NURSE,
        "start": utc(start),
        "end": utc(end),
        "activity": "phone_call",
        "description": "Glucose log reviewed by phone, as the call list shows.",
        "reason": "The call list shows other times.",
    }


def correct(entry: str, start: str = "2026-03-10T15:00", end: str = "2026-03-10T15:10", **changes: Any) -> CorrectTime:
    """By default ten minutes where 25 were said."""
    return CorrectTime(**_named(entry, changes, **_content(start, end)))


def move(entry: str, start: str = "2026-03-10T15:00", end: str = "2026-03-10T15:25", **changes: Any) -> MoveTime:
    """To the other patient, with the same times."""
    return MoveTime(**_named(entry, changes, **_content(start, end), to_patient=OTHER_PATIENT))


def strike(entry: str, **changes: Any) -> StrikeTime:
    return StrikeTime(**_named(entry, changes, reason="not_worked", evidence="The rota shows a day off."))


def add(entry: str, **changes: Any) -> AddToTime:
    return AddToTime(**_named(entry, changes, text="The pharmacy called back at four."))


def dispute(entry: str, **changes: Any) -> DisputeTime:
    return DisputeTime(**_named(entry, changes, reason="I was on leave."))


def settle(entry: str, **changes: Any) -> SettleDispute:
    return SettleDispute(**_named(entry, changes, reason="The phone log shows the call."))


def approve(entry: str, **changes: Any) -> ApproveLateEntry:
    return ApproveLateEntry(**_named(entry, changes, reason="Seen in the phone log."))


def allocate(entry: str, over: str, **changes: Any) -> AllocateTime:
    return AllocateTime(**_named(entry, changes, over=over))


def attested(ledger: Given) -> Given:
    """Dr Ada signed the month on 1 April."""
    by = ledger.by(ADA).at(APRIL)
    return by.then(attest(by))


def withdrawal(ledger: Given, **changes: Any) -> WithdrawAttestation:
    """Of the attestation that stands."""
    standing = ledger.state(care_month_tag(PATIENT, MONTH)).attestations[-1].event.attestation
    whole: dict[str, Any] = {
        "patient": PATIENT,
        "month": MONTH,
        "attestation": standing,
        "reason": "signed_in_error",
        "words": "Two calls were missing.",
    }
    return WithdrawAttestation(**{**whole, **changes})


def as_compliance(ledger: Given) -> Given:
    return ledger.by(COMPLIANCE).at("2026-04-02T15:00:00+00:00")
