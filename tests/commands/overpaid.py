"""A claim, released, paid, and whose month changed since: what the tests of possible overpayments start from."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from commands.intents.claims import AdjustmentGiven, LineGiven, RecordRemittance
from commands.intents.overpayments import (
    BeginInvestigation,
    EndInvestigation,
    IdentifyOverpayment,
    NoOverpayment,
    RecordSweep,
    ReportLostGround,
    ReportOverpayment,
    ReturnOverpayment,
    TriageOverpayment,
)
from ledger.rulebook import Rulebook
from ledger.streams.claims_state import Claim, Claims
from ledger.streams.overpayments_state import Overpayment
from ledger.terms.identity import claims_tag
from tests.commands.changes import entry_of, logged, strike
from tests.commands.test_claims import NPI, attested, charge, claim_of, release
from tests.commands.world import (
    BILLER,
    COMPLIANCE,
    OTHER_PATIENT,
    PATIENT,
    assigned,
    enrolled,
    on,
    patient,
    practice,
)
from tests.gwt import Given
from tests.reactions.given import MACHINE, machine

MAY = "2026-05-04T15:00:00+00:00"


def released(*minutes: int, law: tuple[Rulebook, str] | None = None) -> Given:
    """March with so many minutes on the tenth, the eleventh and so on, released on the second of April.

    By the shipped edition, unless the `law` of another one is given.
    """
    there = practice().model_copy(update={"npi": NPI})
    other = patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT)
    told = enrolled().and_(there, charge(), charge("99439", "60.00"), *machine(), *other)
    told = replace(told, law=law or told.law)
    for day, each in enumerate(minutes, start=10):
        start, end = f"2026-03-{day}T15:00", f"2026-03-{day}T15:{each:02d}"
        told = logged(start, end, ledger=told)
    told = attested(told.at("2026-04-01T18:00:00+00:00"))
    return told.then(release()).by(BILLER).at(MAY)


def line(code: str, units: int, asked: str, paid: str, left: str = "0.00", off: str = "0.00") -> LineGiven:
    """One line of a remittance."""
    given: tuple[tuple[Any, str, str], ...] = (("CO", "45", off), ("PR", "2", left))
    taken = tuple(
        AdjustmentGiven(group=group, reason=reason, amount=Decimal(amount)) for group, reason, amount in given
    )
    return LineGiven(code=code, units=units, charge=Decimal(asked), paid=Decimal(paid), adjustments=taken)


WHOLE = (line("99490", 1, "85.00", "52.90", "13.23", "18.87"), line("99439", 2, "120.00", "80.01", "20.00", "19.99"))
"""What is paid for a month of an hour: 132.91, and 33.23 left to the patient."""


def remitted(ledger: Given, *lines: LineGiven, **changes: Any) -> RecordRemittance:
    """The payer's answer with these lines."""
    left = (each.amount for each in (a for one in lines for a in one.adjustments) if each.group == "PR")
    whole: dict[str, Any] = {
        "control_number": claim(ledger).event.control_number,
        "status": "paid",
        "on": on("2026-04-20"),
        "charge": sum((each.charge for each in lines), Decimal(0)),
        "paid": sum((each.paid for each in lines), Decimal(0)),
        "patient_share": sum(left, Decimal(0)),
        "lines": lines,
    }
    return RecordRemittance(**{**whole, **changes})


def back(*lines: LineGiven) -> tuple[LineGiven, ...]:
    """The same lines taken back."""
    return tuple(
        each.model_copy(
            update={
                "charge": -each.charge,
                "paid": -each.paid,
                "adjustments": tuple(a.model_copy(update={"amount": -a.amount}) for a in each.adjustments),
            }
        )
        for each in lines
    )


def paid(*minutes: int, lines: tuple[LineGiven, ...] = WHOLE, law: tuple[Rulebook, str] | None = None) -> Given:
    """The same, paid on the twentieth of April."""
    told = released(*(minutes or (22, 20, 20)), law=law)
    return told.then(remitted(told, *lines))


def struck(ledger: Given, *numbers: int) -> Given:
    """Compliance strikes these entries, in order of place as they stand then; the machine asks."""
    told = ledger.by(COMPLIANCE)
    for number in numbers:
        told = told.then(strike(entry_of(told, number)))
    return told.by(MACHINE)


def noticed(ledger: Given | None = None) -> Given:
    """A paid hour of which 20 minutes were struck, noticed on 4 May; compliance asks."""
    told = struck(ledger or paid(), 2)
    return told.then(report(told)).by(COMPLIANCE)


def report(ledger: Given, **changes: Any) -> ReportLostGround:
    return ReportLostGround(**{"patient": PATIENT, "claim": claim_of(ledger), **changes})


def _of(ledger: Given, **changes: Any) -> dict[str, Any]:
    return {"patient": PATIENT, "overpayment": overpayment(ledger).event.overpayment, **changes}


def triage(ledger: Given, day: str = "2026-05-04", **changes: Any) -> TriageOverpayment:
    return TriageOverpayment(**_of(ledger, on=on(day), words="The strike stands.", **changes))


def identify(ledger: Given, day: str = "2026-05-04", **changes: Any) -> IdentifyOverpayment:
    return IdentifyOverpayment(**_of(ledger, on=on(day), basis="The rota shows a day off.", **changes))


def dismiss(ledger: Given, **changes: Any) -> NoOverpayment:
    return NoOverpayment(**_of(ledger, words="The call was for this patient after all.", **changes))


def begin(ledger: Given, day: str = "2026-05-04", **changes: Any) -> BeginInvestigation:
    return BeginInvestigation(**_of(ledger, on=on(day), words="All months of this nurse.", **changes))


def end(ledger: Given, day: str = "2026-05-04", **changes: Any) -> EndInvestigation:
    return EndInvestigation(**_of(ledger, on=on(day), words="Nothing else was found.", **changes))


def sweep(ledger: Given, since: str = "2020-05-04", **changes: Any) -> RecordSweep:
    whole = _of(ledger, on=on("2026-05-04"), since_on=on(since), searched=40, words="Claims with this nurse.")
    return RecordSweep(**{**whole, **changes})


def give_back(ledger: Given, amount: str = "40.01", share: str = "10.00", **changes: Any) -> ReturnOverpayment:
    whole = _of(ledger, on=on("2026-05-04"), route="voluntary_refund", amount=Decimal(amount), reference="CHK-1001")
    return ReturnOverpayment(**{**whole, "patient_share": Decimal(share), "words": "Paid by check.", **changes})


def by_person(ledger: Given, amount: str = "52.90", share: str = "13.23", **changes: Any) -> ReportOverpayment:
    whole = {"patient": PATIENT, "claim": claim_of(ledger), "amount": Decimal(amount), "patient_share": Decimal(share)}
    return ReportOverpayment(**{**whole, "words": "An auditor found no note.", **changes})


def claims(ledger: Given) -> Claims:
    found: Claims = ledger.state(claims_tag(PATIENT))
    return found


def claim(ledger: Given) -> Claim:
    return claims(ledger).claims[-1]


def overpayment(ledger: Given) -> Overpayment:
    """The newest one."""
    return claims(ledger).overpayments[-1]
