"""The year of the other simulation, with a billing office and a payer: who speaks when, what the office remembers."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from interfaces.simulator.dice import Dice
from interfaces.simulator.payer import Account, Payer
from interfaces.simulator.payer_files import Parties, Writer
from interfaces.simulator.payer_money import Terms
from interfaces.simulator.payer_post import Post
from interfaces.simulator.payer_words import AnswerFile, ClaimSent, LineSent
from interfaces.x12.acknowledgment_277 import read_acknowledgments
from interfaces.x12.answer_shapes import Payee, PayerParty
from interfaces.x12.remittance_835 import read_remittances
from interfaces.x12.writing import Correspondent
from ledger.rulebook import with_profiles
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


REPLACES: Final = "other_payer"
"""A payer that takes claims in place of others."""
PROFILE_FILE: Final = f"payers/{REPLACES}/claims.toml"
PROFILE: Final = f"""exception = "Contract: replacements"
base = "medicare"
applies_to = {{payer = "{REPLACES}"}}
implements = ["CCM-CLAIM-26"]
checked = 2026-11-22

["medicare.claims.replacements_taken"]
says = "The payer takes claims in place of others."
values = [
  {{effective = 2015-01-01, value = true, cite = "Contract, manual", confidence = "SEED"}},
]
"""


class PayerHouse:
    """A payer with its post and its pen."""

    def __init__(self, name: str, dice: Dice, *, deductible: str, takes_replacements: bool) -> None:
        terms = Terms(
            price=lambda code, on: Decimal(PRICES[code]),
            coinsurance_percent=Decimal(20),
            deductible=Decimal(deductible),
            sequestration_percent=Decimal(2),
            takes_replacements=takes_replacements,
        )
        self.payer = Payer(dice.fork(name), terms)
        self.post = Post(self.payer, dice.fork(f"post of {name}"), since=BEGINS)
        self.sent: dict[str, ClaimSent] = {}
        """By control number: what went to the payer."""
        short = name.replace("_", "").upper()
        parties = Parties(
            PayerParty(f"SIMULATED {short}", short),
            Payee("YEAR COMPANY", "1245319599"),
            Correspondent("ZZ", short, short),
            Correspondent("ZZ", "YEARCOMPANY", "YEARCOMPANY"),
        )
        self.writer = Writer(parties, self.sent)


class ClaimsYear(Year):
    """One year under way, with money."""

    WATCH = ClaimsWatch
    watch: ClaimsWatch

    def __init__(self, it: House, seed: int, clients: int) -> None:
        super().__init__(it, seed, clients)
        self.houses = {
            "medicare": PayerHouse("medicare", Dice(seed), deductible="90.00", takes_replacements=False),
            REPLACES: PayerHouse(REPLACES, Dice(seed), deductible="0.00", takes_replacements=True),
        }
        self.to_release: dict[tuple[str, str], str | None] = {}
        """Months that the office means to release, and the claim that a new one is to stand for."""
        self.told_of: Counter[str] = Counter()
        """Outcomes of the payer's answers, and refusals of what the office asked for."""
        for practice in self.company.practices:
            for code, amount in (CHARGES | ADD_ONS).items():
                charge = {"practice": practice, "code": code, "amount": amount, "from_on": "2026-01-01"}
                self.told("adopt_charge", charge, "bill")
        self.told("register_source", {"system": SYSTEM})
        edition = with_profiles({PROFILE_FILE: PROFILE.encode()})
        profile = {"file": PROFILE_FILE, "text": PROFILE}
        self.told("adopt_rulebook", {"edition": edition.digest, "reason": "A contract.", "profiles": [profile]})
        for client in self.company.clients[::4]:
            there = {"patient": client.id, "payer": REPLACES, "kind": "medicare_advantage", "from_on": "2026-01-01"}
            self.told("record_coverage", there, "fay")

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

    @property
    def accounts(self) -> Iterator[Account]:
        """Every claim in the books of the payers."""
        return (account for house in self.houses.values() for account in house.payer.accounts.values())

    def house_of(self, claim: str) -> PayerHouse:
        """The payer to whom a claim went."""
        return self.houses[self.watch.read.claims[claim]["payer"]]

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
        sent = sent._replace(stands_for=released.payer_number)
        house = self.houses[released.payer]
        house.sent[sent.control_number] = sent
        house.payer.receive(sent, self.today + timedelta(days=1))

    def deliver(self, house: PayerHouse, file: AnswerFile) -> None:
        """A file of the payer's answers is read and told to the ledger, line by line."""
        self.tick()
        reads = read_acknowledgments if file.kind == "acknowledgment" else read_remittances
        said = reads(house.writer.written(file)).answers
        sent = [each.line(SYSTEM) for each in said]
        lines = [self.it.line(actor="feed", **{name: each[name] for name in LINE}) for each in sent]
        for answer, each in zip(self.it.send_lines(*lines), said, strict=True):
            code = answer.refusal.code if answer.refusal is not None else ""
            self.told_of[f"{file.kind} {answer.outcome} {code}".strip()] += 1
            for notice in answer.notices:
                self.told_of[f"notice {notice.code}"] += 1
            is_stranger = each.data["control_number"] in house.post.strangers
            assert (answer.outcome == "parked") is is_stranger, answer
            assert answer.outcome in ("accepted", "unchanged", "parked"), answer

    def asked(self, command: str, data: dict[str, Any], actor: str, *refusals: str) -> dict[str, str] | None:
        """Somebody of the office asks for something that may be refused in certain ways; the ids that came of it."""
        answer = self.say(command, data, actor)
        code = answer.refusal.code if answer.refusal is not None else ""
        self.told_of[f"{command} {answer.outcome} {code}".strip()] += 1
        assert answer.outcome in ("accepted", "unchanged") or code in refusals, (command, answer)
        return dict(answer.ids) if answer.outcome == "accepted" else None
