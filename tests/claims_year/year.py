"""The year of the other simulation, with a billing office and a payer: who speaks when, what the office remembers."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from interfaces.simulator.dice import Dice
from interfaces.simulator.payer import Payer
from interfaces.simulator.payer_files import Parties, Writer
from interfaces.simulator.payer_money import Terms
from interfaces.simulator.payer_post import Post
from interfaces.simulator.payer_words import AnswerFile, ClaimSent, LineSent
from interfaces.x12.acknowledgment_277 import read_acknowledgments
from interfaces.x12.answer_shapes import Payee, PayerParty
from interfaces.x12.remittance_835 import read_remittances
from interfaces.x12.writing import Correspondent
from ledger.streams.claims import ClaimReleased
from ledger.streams.claims_state import Claim, Claims
from ledger.terms.identity import claims_tag
from tests.claims_year.watch import ClaimsWatch
from tests.house import House
from tests.year.year import BEGINS, Year

CHARGES: Final = {"99490": "85.00", "99439": "70.00", "99491": "120.00", "99437": "90.00", "99487": "190.00"}
ADD_ONS: Final = {"99489": "105.00"}
PRICES: Final = {
    "99490": "66.13",
    "99439": "50.10",
    "99491": "88.18",
    "99437": "62.80",
    "99487": "144.29",
    "99489": "78.16",
}
"""What this payer pays for one unit; never what the ledger expects, so that nothing agrees by chance."""
SYSTEM: Final = "clearinghouse"
LINE: Final = ("command", "data", "key", "source")


class ClaimsYear(Year):
    """One year under way, with money."""

    WATCH = ClaimsWatch
    watch: ClaimsWatch

    def __init__(self, it: House, seed: int, clients: int) -> None:
        super().__init__(it, seed, clients)
        dice = Dice(seed)
        terms = Terms(
            price=lambda code, on: Decimal(PRICES[code]),
            coinsurance_percent=Decimal(20),
            deductible=Decimal("90.00"),
            sequestration_percent=Decimal(2),
        )
        self.payer = Payer(dice.fork("payer"), terms)
        parties = Parties(
            PayerParty("SIMULATED PAYER", "99999"),
            Payee("YEAR COMPANY", "1245319599"),
            Correspondent("ZZ", "SIMPAYER", "SIMPAYER"),
            Correspondent("ZZ", "YEARCOMPANY", "YEARCOMPANY"),
        )
        self.sent: dict[str, ClaimSent] = {}
        """By control number: what went to the payer."""
        self.writer = Writer(parties, self.sent)
        self.post = Post(self.payer, dice.fork("post"), since=BEGINS)
        self.to_release: dict[tuple[str, str], str | None] = {}
        """Months that the office means to release, and the claim that a new one is to stand for."""
        self.told_of: Counter[str] = Counter()
        """Outcomes of the payer's answers, and refusals of what the office asked for."""
        for practice in self.company.practices:
            for code, amount in (CHARGES | ADD_ONS).items():
                charge = {"practice": practice, "code": code, "amount": amount, "from_on": "2026-01-01"}
                self.told("adopt_charge", charge, "bill")
        self.told("register_source", {"system": SYSTEM})

    # --- what the ledger says ------------------------------------------------------------------------------------

    def claims_of(self, patient: str) -> Claims:
        """The claims of a patient as they stand in the ledger."""
        state: Claims = self.it.handler.state_cache.at_head(claims_tag(patient)).state
        return state

    def claim(self, claim: str) -> Claim:
        """One claim as it stands in the ledger."""
        found = self.claims_of(self.watch.read.claims[claim]["patient"]).claim(claim)
        assert found is not None
        return found

    def status(self, claim: str) -> str:
        """Where one claim stands in the ledger."""
        claims = self.claims_of(self.watch.read.claims[claim]["patient"])
        return claims.status(self.claim(claim))

    # --- between the office and the payer ------------------------------------------------------------------------

    @property
    def today(self) -> date:
        """The day."""
        return self.now.date()

    def hand_over(self, released: ClaimReleased) -> None:
        """What was released goes to the payer, who knows the member behind merged charts."""
        lines = tuple(LineSent(line.code, line.units, line.charge) for line in released.lines)
        member = self.watch.seconds.group(released.patient)
        sent = ClaimSent(released.control_number, member, released.date_of_service, lines, released.frequency)
        self.sent[sent.control_number] = sent._replace(stands_for=released.payer_number)
        self.payer.receive(self.sent[sent.control_number], self.today + timedelta(days=1))

    def deliver(self, file: AnswerFile) -> None:
        """A file of the payer's answers is read and told to the ledger, line by line."""
        self.tick()
        reads = read_acknowledgments if file.kind == "acknowledgment" else read_remittances
        said = reads(self.writer.written(file)).answers
        sent = [each.line(SYSTEM) for each in said]
        lines = [self.it.line(actor="feed", **{name: each[name] for name in LINE}) for each in sent]
        for answer, each in zip(self.it.send_lines(*lines), said, strict=True):
            code = answer.refusal.code if answer.refusal is not None else ""
            self.told_of[f"{file.kind} {answer.outcome} {code}".strip()] += 1
            for notice in answer.notices:
                self.told_of[f"notice {notice.code}"] += 1
            is_stranger = each.data["control_number"] in self.post.strangers
            assert (answer.outcome == "parked") is is_stranger, answer
            assert answer.outcome in ("accepted", "unchanged", "parked"), answer

    def asked(self, command: str, data: dict[str, Any], actor: str, *refusals: str) -> dict[str, str] | None:
        """Somebody of the office asks for something that may be refused in certain ways; the ids that came of it."""
        answer = self.say(command, data, actor)
        code = answer.refusal.code if answer.refusal is not None else ""
        self.told_of[f"{command} {answer.outcome} {code}".strip()] += 1
        assert answer.outcome in ("accepted", "unchanged") or code in refusals, (command, answer)
        return dict(answer.ids) if answer.outcome == "accepted" else None
