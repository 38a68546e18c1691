"""What holds of claims after every step, whatever is done in whatever order: random lives, each by its seed.

Two patients, of whom each has a signed month, are released, withdrawn, answered, replaced, voided, corrected, signed
anew, merged and unmerged. Answers come late, out of order and for claims that nobody asks for any more.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import combinations
from typing import Any, Final

import pytest

from commands.intents.attesting import WithdrawAttestation
from commands.intents.base import Command
from commands.intents.care_month import AttestMonth
from commands.intents.claims import ReleaseClaim, SettleCompetition, VoidClaim, WaiveCostShare, WithdrawClaim
from commands.intents.wrong_patient import MergePatients, UnmergePatients
from ledger.streams.base import Event, Fact
from ledger.streams.claims import Adjustment, ClaimAcknowledged, ClaimReleased, ClaimRemitted, RemittedLine
from ledger.streams.claims_state import Claim, Claims
from ledger.streams.joining import group_of
from ledger.terms.identity import claims_tag
from ledger.terms.outcome import Accepted
from tests.commands.changes import verdict
from tests.commands.test_claim_changes import TAKEN
from tests.commands.test_claims import set_up
from tests.commands.test_payers import covered
from tests.commands.world import ADA, BILLER, COMPLIANCE, OTHER_PATIENT, PATIENT, on
from tests.gwt import Given, opaque

STEPS: Final = 25
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
        return event.model_copy(update={"control_number": f"{len(self.ledger.facts):A>20}".replace("0", "Z")})

    def claims(self) -> list[tuple[Claims, Claim]]:
        """Every claim of either patient."""
        of_all: list[Claims] = [self.ledger.state(claims_tag(each)) for each in IDS]
        return [(claims, each) for claims in of_all for each in claims.claims]

    def any_claim(self) -> Claim | None:
        """One of them."""
        found = self.claims()
        return self.dice.choice(found)[1] if found else None


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
        answer = ClaimAcknowledged(
            patient=claim.event.patient,
            claim=claim.event.claim,
            outcome=life.dice.choice(["accepted", "accepted", "rejected"]),
            received_on=on("2026-04-05"),
            payer_number=f"N{claim.position}",
        )
        life.steps.append(f"{answer.outcome}")
        life.ledger = life.ledger.and_(answer, at=life.ledger.now)


def remit(life: Life) -> None:
    if claim := life.any_claim():
        kind = life.dice.choice(["paid", "denied", "competing", "reversed"])
        life.steps.append(kind)
        life.ledger = life.ledger.and_(_remitted(claim, kind), at=life.ledger.now)


def _remitted(claim: Claim, kind: str) -> ClaimRemitted:
    sign = -1 if kind == "reversed" else 1
    is_money = kind in ("paid", "reversed")
    paid, left = (Decimal(text) * sign if is_money else Decimal("0.00") for text in ("52.90", "13.23"))
    charge = claim.event.charge * sign
    reason = "B20" if kind == "competing" else "45"
    line = RemittedLine(
        code=claim.event.lines[0].code,
        units=1,
        charge=charge,
        paid=paid,
        adjustments=(Adjustment(group="CO", reason=reason, amount=charge - paid),),
    )
    return ClaimRemitted(
        patient=claim.event.patient,
        claim=claim.event.claim,
        status="denied" if kind == "competing" else kind,  # type: ignore[arg-type]
        on=on("2026-04-20"),
        charge=charge,
        paid=paid,
        patient_share=left,
        lines=(line,),
    )


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
    (acknowledge, 6),
    (remit, 4),
    (merge, 1),
    (unmerge, 1),
)


def _was_rejected(claim: Claim) -> bool:
    """Whether a payer rejected it once: what it accepts behind a merge is not looked for under the other id."""
    return any(heard.event.outcome == "rejected" for heard in claim.acknowledged)


def check(life: Life) -> None:
    """What must hold after a step."""
    for (one, a), (other, b) in combinations(life.claims(), 2):
        if one.is_live(a) and other.is_live(b) and a.guard == b.guard:
            group = group_of(a.event.patient, life.ledger.state)
            if a.event.patient == b.event.patient:
                raise AssertionError(f"two live claims of one month: {life.steps}")
            told = any(each.lost or each.overpaid or _was_rejected(each) for each in (a, b))
            assert b.event.patient not in group or told, f"a merge said nothing of two: {life.steps}"
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
    life = Life(random.Random(seed), two_patients().at("2026-04-02T15:00:00+00:00"))
    for who in IDS:
        life.tried(ADA, AttestMonth(patient=who, month=MONTH, digest=verdict(life.ledger, who).digest))
    what, weights = zip(*WHAT, strict=True)
    for _ in range(STEPS):
        life.dice.choices(what, weights)[0](life)
        check(life)

    assert life.claims(), life.steps
