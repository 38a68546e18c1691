"""What holds of claims after every step, whatever is done in whatever order: random lives, each by its seed.

Two patients, of whom each has a signed month, are released, withdrawn, answered, replaced, voided, signed anew, merged
and unmerged; their work is corrected, struck, logged late and approved, and the machine reports what claims lose by it.
Answers come late, out of order and for claims that nobody asks for any more.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any, Final

import pytest

from commands.claim_numbers import NUMBERS
from commands.intents.attesting import WithdrawAttestation
from commands.intents.base import Command
from commands.intents.care_month import AttestMonth, LogTime
from commands.intents.claims import (
    AdjustmentGiven,
    LineGiven,
    RecordAcknowledgment,
    RecordRemittance,
    ReleaseClaim,
    SettleCompetition,
    VoidClaim,
    WaiveCostShare,
    WithdrawClaim,
)
from commands.intents.designation import WithdrawDesignation
from commands.intents.overpayments import ReportLostGround
from commands.intents.wrong_patient import MergePatients, UnmergePatients
from ledger.claims.erosion import has_money
from ledger.streams.base import Event, Fact
from ledger.streams.claims import ClaimReleased
from ledger.streams.claims_state import Claim, Claims
from ledger.streams.joining import group_of
from ledger.streams.overpayments_state import Overpayment
from ledger.terms.identity import care_month_tag, claims_tag
from ledger.terms.outcome import Accepted
from tests.commands.changes import approve, correct, strike, verdict
from tests.commands.test_claim_changes import TAKEN
from tests.commands.test_claims import set_up
from tests.commands.test_payers import covered
from tests.commands.world import ADA, BILLER, COMPLIANCE, DESIGNATION, NURSE, OTHER_PATIENT, PATIENT, on, utc
from tests.gwt import Given, opaque, token
from tests.reactions.given import MACHINE, machine

STEPS: Final = 40
MONTH: Final = "2026-03"
IDS: Final = (PATIENT, OTHER_PATIENT)


def two_patients() -> Given:
    """Two patients of one practice and payer, each with twenty-five minutes of March and a letter of the same kind."""
    one = covered(set_up(), "acme")
    said = [fact.event for fact in one.facts]
    mine = [event for event in said if getattr(event, "patient", None) == PATIENT]
    theirs = [type(each)(**{**_fields(each), **_of_the_other(each)}) for each in mine]
    both = one.and_(*theirs)
    return Given(facts=both.facts, now=both.now, law=TAKEN, first_number=2_000)


def _fields(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in type(event).model_fields}


def _of_the_other(event: Any) -> dict[str, Any]:
    """The same fact about the other patient, under ids of its own, later in the day."""
    found: dict[str, Any] = {"patient": OTHER_PATIENT}
    if hasattr(event, "links"):
        found["links"] = tuple(link.model_copy(update={"token": "ab" * 16}) for link in event.links)
    if event.TOPIC == "time_logged":
        found["entry"] = opaque("te", 999)
        found["segments"] = tuple(
            each.model_copy(update={"start": each.start.replace(hour=19), "end": each.end.replace(hour=19)})
            for each in event.segments
        )
    return found


@dataclass
class Life:
    """One random life of two patients' claims."""

    dice: random.Random
    ledger: Given
    steps: list[str] = field(default_factory=list)

    def tried(self, by: str, command: Command) -> None:
        """A command that may be refused; what it did is kept."""
        self.ledger = self.ledger.by(by)
        then = self.ledger.when(command)
        outcome = then.outcome
        self.steps.append(f"{command.NAME}: {getattr(outcome, 'code', type(outcome).__name__)}")
        if isinstance(outcome, Accepted):
            before = len(self.ledger.facts)
            grown = self.ledger.and_(*(self._numbered(event) for event in outcome.events), at=self.ledger.now)
            read = tuple((tag, 1) for tag in sorted(then.read))
            new = [_resting_on(fact, read) for fact in grown.facts[before:]]
            first = self.ledger.first_number + 50
            self.ledger = replace(grown, facts=(*grown.facts[:before], *new), first_number=first)

    def _numbered(self, event: Event) -> Event:
        """A claim with a control number of its own: ids of the harness differ only behind what makes one."""
        if not isinstance(event, ClaimReleased):
            return event
        number = opaque("cl", len(self.ledger.facts))[-20:].upper()
        return event.model_copy(update={"control_number": number, "link": token(NUMBERS, number)})

    def claims(self) -> list[tuple[Claims, Claim]]:
        """Every claim of either patient."""
        of_all: list[Claims] = [self.ledger.state(claims_tag(each)) for each in IDS]
        return [(claims, each) for claims in of_all for each in claims.claims]

    def any_claim(self) -> Claim | None:
        """One of them."""
        found = self.claims()
        return self.dice.choice(found)[1] if found else None


def _noticed(claims: Claims, claim: Claim) -> list[Overpayment]:
    return [each for each in claims.overpayments if each.event.claim == claim.event.claim]


def _resting_on(fact: Fact, read: tuple[tuple[str, int], ...]) -> Fact:
    """The fact with what its decision has read, as the door of every command writes it into the envelope."""
    envelope = fact.envelope.model_copy(update={"read_set": read})
    return Fact(fact.position, fact.recorded_at, fact.home, fact.version, fact.event, envelope)


def release(life: Life) -> None:
    who, claim = life.dice.choice(IDS), life.any_claim()
    named = claim.event.claim if claim is not None and life.dice.random() < 0.5 else None
    life.tried(BILLER, ReleaseClaim(patient=who, month=MONTH, replaces=named))


def sign(life: Life) -> None:
    who = group_of(life.dice.choice(IDS), life.ledger.state)[0]
    life.tried(ADA, AttestMonth(patient=who, month=MONTH, digest=verdict(life.ledger, who).digest))


def unsign(life: Life) -> None:
    who = life.dice.choice(IDS)
    signed = [f.event for f in life.ledger.facts if f.event.TOPIC == "month_attested"]
    if signed:
        newest: Any = life.dice.choice(signed)
        asked = WithdrawAttestation(
            patient=who, month=MONTH, attestation=newest.attestation, reason="wrong_content", words="Not so."
        )
        life.tried(COMPLIANCE, asked)


def withdraw(life: Life) -> None:
    if claim := life.any_claim():
        asked = WithdrawClaim(
            patient=claim.event.patient, claim=claim.event.claim, reason="month_changed", words="Not so."
        )
        life.tried(BILLER, asked)


def void(life: Life) -> None:
    if claim := life.any_claim():
        life.tried(BILLER, VoidClaim(patient=claim.event.patient, claim=claim.event.claim, words="Not so."))


def waive(life: Life) -> None:
    if claim := life.any_claim():
        life.tried(BILLER, WaiveCostShare(patient=claim.event.patient, claim=claim.event.claim, words="A fire."))


def settle(life: Life) -> None:
    if claim := life.any_claim():
        asked = SettleCompetition(
            patient=claim.event.patient, claim=claim.event.claim, outcome="payer_erred", words="Spoken with both."
        )
        life.tried(BILLER, asked)


def acknowledge(life: Life) -> None:
    if claim := life.any_claim():
        answer = RecordAcknowledgment(
            control_number=claim.event.control_number,
            outcome=life.dice.choice(["accepted", "accepted", "rejected"]),
            received_on=on("2026-04-05"),
            payer_number=f"N{claim.position}",
        )
        life.tried(BILLER, answer)


def remit(life: Life) -> None:
    if claim := life.any_claim():
        life.tried(BILLER, _remitted(claim, life.dice.choice(["paid", "denied", "competing", "reversed"])))


def _remitted(claim: Claim, kind: str) -> RecordRemittance:
    sign = -1 if kind == "reversed" else 1
    is_money = kind in ("paid", "reversed")
    paid, left = (Decimal(text) * sign if is_money else Decimal("0.00") for text in ("52.90", "13.23"))
    charge = claim.event.charge * sign
    off = AdjustmentGiven(group="CO", reason="B20" if kind == "competing" else "45", amount=charge - paid - left)
    share = AdjustmentGiven(group="PR", reason="2", amount=left)
    first = claim.event.lines[0]
    line = LineGiven(code=first.code, units=first.units, charge=charge, paid=paid, adjustments=(off, share))
    return RecordRemittance(
        control_number=claim.event.control_number,
        status="denied" if kind == "competing" else kind,  # type: ignore[arg-type]
        on=on("2026-04-20"),
        charge=charge,
        paid=paid,
        patient_share=left,
        lines=(line,),
    )


def work_late(life: Life) -> None:
    day, minutes = life.dice.randint(1, 30), life.dice.choice([5, 20, 40])
    start = utc(f"2026-03-{day:02d}T{life.dice.randint(13, 20)}:00")
    asked = LogTime(
        patient=life.dice.choice(IDS),
        performer=NURSE,
        start=start,
        end=start + timedelta(minutes=minutes),
        activity="phone_call",
        description="Call.",
    )
    life.tried(NURSE, asked)


def change_work(life: Life) -> None:
    who = life.dice.choice(IDS)
    entries = life.ledger.state(care_month_tag(who, MONTH)).entries
    if not entries:
        return
    entry: str = life.dice.choice(entries).work.entry
    day = f"2026-03-{life.dice.randint(1, 30):02d}"
    by, asked = life.dice.choice(
        [
            (NURSE, correct(entry, f"{day}T15:00", f"{day}T15:{life.dice.choice([5, 25, 50]):02d}", patient=who)),
            (COMPLIANCE, strike(entry, patient=who)),
            (COMPLIANCE, approve(entry, patient=who)),
            (COMPLIANCE, approve(entry, patient=who)),
        ]
    )
    life.tried(by, asked)


def report(life: Life) -> None:
    if claim := life.any_claim():
        life.tried(MACHINE, ReportLostGround(patient=claim.event.patient, claim=claim.event.claim))


def leave(life: Life) -> None:
    patient = life.dice.choice(IDS)
    asked = WithdrawDesignation(
        patient=patient,
        designation=DESIGNATION,
        reason="patient_chose_other",
        from_month=MONTH,
        evidence="A letter.",
    )
    who = group_of(patient, life.ledger.state)
    life.tried(ADA, asked)
    if life.steps[-1].endswith("Accepted"):
        own = [each for claims, each in life.claims() if claims.is_live(each) and each.event.patient in who]
        assert not own, f"a designation was withdrawn from under a live claim: {life.steps}"


def merge(life: Life) -> None:
    one, other = life.dice.sample(IDS, 2)
    life.tried(COMPLIANCE, MergePatients(patient=one, merged=other, evidence="One face."))


def unmerge(life: Life) -> None:
    one, other = life.dice.sample(IDS, 2)
    life.tried(COMPLIANCE, UnmergePatients(patient=one, merged=other, evidence="Two faces."))


WHAT: Final[tuple[tuple[Callable[[Life], None], int], ...]] = (
    (release, 8),
    (sign, 6),
    (unsign, 1),
    (withdraw, 2),
    (void, 3),
    (waive, 1),
    (settle, 1),
    (acknowledge, 10),
    (remit, 4),
    (work_late, 2),
    (change_work, 3),
    (report, 3),
    (leave, 1),
    (merge, 4),
    (unmerge, 2),
)


def check(life: Life) -> None:
    """What must hold after a step."""
    for (one, a), (other, b) in combinations(life.claims(), 2):
        if one.is_live(a) and other.is_live(b) and a.guard == b.guard:
            assert a.event.patient != b.event.patient, f"two live claims of one month: {life.steps}"
            if b.event.patient in group_of(a.event.patient, life.ledger.state):
                later = max(a, b, key=lambda claim: claim.position)
                told = later.overpaid if has_money(later) else (*later.lost, *later.overpaid)
                assert told, f"nothing was said of two: {life.steps}"
    for claims, claim in life.claims():
        noticed = sum((each.event.amount for each in _noticed(claims, claim)), Decimal(0))
        came = sum((max(heard.event.paid, Decimal(0)) for heard in claim.remitted), Decimal(0))
        assert noticed <= came, f"more was noticed than ever came: {life.steps}"
    for _, claim in life.claims():
        if claim.remitted:
            assert claim.read_set, life.steps
            assert claim.event.attestation, life.steps
            assert claim.event.edition, life.steps
            assert claim.event.digest, life.steps
            assert claim.event.as_of >= 1, life.steps


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_no_two_claims_of_a_month_live_and_nothing_is_paid_without_its_ground(seed: int) -> None:
    life = Life(random.Random(seed), two_patients().and_(*machine()).at("2026-05-04T15:00:00+00:00"))
    for who in IDS:
        life.tried(ADA, AttestMonth(patient=who, month=MONTH, digest=verdict(life.ledger, who).digest))
        life.tried(BILLER, ReleaseClaim(patient=who, month=MONTH))
    what, weights = zip(*WHAT, strict=True)
    for _ in range(STEPS):
        life.dice.choices(what, weights)[0](life)
        check(life)

    assert life.claims(), life.steps
