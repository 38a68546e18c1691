"""What became of the claims, read from the raw facts alone: deliberately naive, with no code of the program.

Plain dictionaries over the facts in their order. Written from readings.md (3 and 7) and ccm-rules.md (10): a claim is
released, accepted or rejected, paid, denied or taken back; withdrawn by us; replaced or voided by a later claim that
names it and that was neither rejected nor withdrawn itself, be it over several claims that were. Money of a reversal is
below zero, so that sums are what the payer has paid.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

Fact = dict[str, Any]
"""The clear fields of a fact, with `topic` and `position`."""
NOT_LIVE = ("rejected", "withdrawn", "replaced", "voided")
CLOSED = ("dismissed", "returned")


class ClaimsRead:
    """All claims and possible overpayments, as told."""

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        self.claims: dict[str, Fact] = {}
        self.said: dict[str, list[Fact]] = defaultdict(list)
        """By claim: what was said of it since, in order."""
        self.of_month: dict[tuple[str | None, str], list[Fact]] = defaultdict(list)
        """By patient and month: the claims in the order of their release."""
        self.overpayments: dict[str, Fact] = {}
        self.about: dict[str, list[Fact]] = defaultdict(list)
        """By possible overpayment: what was said of it."""
        for fact in facts:
            self.learn(fact)

    def learn(self, fact: Fact) -> None:
        """One more fact."""
        match fact["topic"]:
            case "claim_released":
                self.claims[fact["claim"]] = fact
                self.of_month[fact.get("patient"), fact["month"]].append(fact)
            case "overpayment_noticed":
                self.overpayments[fact["overpayment"]] = fact
                self.said[fact["claim"]].append(fact)
            case topic if topic.startswith("claim_") or topic == "cost_share_waived":
                self.said[fact["claim"]].append(fact)
            case _ if fact.get("overpayment") is not None:
                self.about[fact["overpayment"]].append(fact)

    # --- where a claim stands ------------------------------------------------------------------------------------

    def heard(self, claim: str, topic: str) -> list[Fact]:
        """What was said of a claim, of one kind."""
        return [fact for fact in self.said[claim] if fact["topic"] == topic]

    def by_itself(self, claim: str) -> str:
        """Where a claim would stand if no other one stood for it."""
        if self.heard(claim, "claim_withdrawn"):
            return "withdrawn"
        if word := self.newest_word(claim):
            return word
        if acknowledged := self.heard(claim, "claim_acknowledged"):
            return str(acknowledged[-1]["outcome"])
        return "released"

    def stands_for(self, claim: str) -> Fact | None:
        """The first later claim that takes the place of one and came to something.

        It names that one, or another that was to take its place, or the one whose place it was itself to take.
        """
        own = self.claims[claim]
        places = {claim, own.get("replaces") or claim}
        for other in self.of_month[own.get("patient"), own["month"]]:
            if other["position"] > own["position"] and other.get("replaces") in places:
                if self.by_itself(other["claim"]) not in ("rejected", "withdrawn"):
                    return other
                places.add(other["claim"])
        return None

    def status(self, claim: str) -> str:
        """Where a claim stands; a void asks for nothing, and nothing takes its place."""
        own = self.by_itself(claim)
        other = self.stands_for(claim)
        if own == "withdrawn" or self.claims[claim]["frequency"] == "8" or other is None:
            return own
        return "voided" if other["frequency"] == "8" else "replaced"

    def is_live(self, claim: str) -> bool:
        """Whether a claim occupies its month."""
        return self.claims[claim]["frequency"] != "8" and self.status(claim) not in NOT_LIVE

    def live(self, claims: Iterable[str]) -> list[str]:
        """Those of some claims that are live."""
        return [claim for claim in claims if self.is_live(claim)]

    # --- money ---------------------------------------------------------------------------------------------------

    def charge(self, claim: str) -> Decimal:
        """What was asked for it."""
        return sum((Decimal(line["charge"]) for line in self.claims[claim]["lines"]), Decimal(0))

    def units(self, claim: str) -> Counter[str]:
        """Units by code."""
        found: Counter[str] = Counter()
        for line in self.claims[claim]["lines"]:
            found[line["code"]] += line["units"]
        return found

    def paid(self, claim: str) -> Decimal:
        """What the payer paid for it, less what it took back."""
        return sum((Decimal(fact["paid"]) for fact in self.heard(claim, "claim_remitted")), Decimal(0))

    def share(self, claim: str) -> Decimal:
        """What the payer left to the patient."""
        return sum((Decimal(fact["patient_share"]) for fact in self.heard(claim, "claim_remitted")), Decimal(0))

    def reduced(self, claim: str) -> Decimal:
        """What was taken off for other reasons."""
        total = Decimal(0)
        for fact in self.heard(claim, "claim_remitted"):
            every = [*(fact.get("adjustments") or [])]
            for line in fact.get("lines") or []:
                every += line.get("adjustments") or []
            total += sum((Decimal(each["amount"]) for each in every if each["group"] != "PR"), Decimal(0))
        return total

    # --- by month and status -------------------------------------------------------------------------------------

    def by_status(self, month: str) -> dict[str, Fact]:
        """Of the claims of a month, voids left out, by status: how many, their units, and their dollars."""
        found: dict[str, Fact] = {}
        for claim, released in self.claims.items():
            if released["month"] != month:
                continue
            row = found.setdefault(
                self.status(claim),
                {"claims": 0, "units": Counter(), "charge": Decimal(0), "paid": Decimal(0), "share": Decimal(0)},
            )
            row["claims"] += 1
            row["units"] += self.units(claim)
            row["charge"] += self.charge(claim)
            row["paid"] += self.paid(claim)
            row["share"] += self.share(claim)
        return found

    def months(self) -> list[str]:
        """The months of which anything was claimed."""
        return sorted({str(fact["month"]) for fact in self.claims.values()})

    def totals(self, month: str) -> Fact:
        """Of all claims of a month that ask for something: what was released, taken, paid, denied, and is open."""
        found: dict[str, list[Any]] = {name: [0, 0, Decimal(0)] for name in ("released", "accepted")}
        number = {"paid": 0, "denied": 0, "open": 0}
        money = {"paid": Decimal(0), "share": Decimal(0), "off": Decimal(0)}
        for claim, released in self.claims.items():
            if released["month"] != month:
                continue
            money["paid"] += self.paid(claim)
            money["share"] += self.share(claim)
            money["off"] += self.reduced(claim)
            if released["frequency"] == "8":
                continue
            remitted = [fact["status"] for fact in self.heard(claim, "claim_remitted")]
            acknowledged = [fact["outcome"] for fact in self.heard(claim, "claim_acknowledged")]
            is_taken = bool(remitted) or acknowledged[-1:] == ["accepted"]
            for name in ("released", "accepted") if is_taken else ("released",):
                found[name][0] += 1
                found[name][1] += sum(self.units(claim).values())
                found[name][2] += self.charge(claim)
            if self.decided(claim) in ("paid", "denied"):
                number[self.decided(claim)] += 1
            elif is_taken and self.is_live(claim):
                number["open"] += 1
        return {name: tuple(each) for name, each in found.items()} | {"number": number, "money": money}

    def newest_word(self, claim: str) -> str:
        """What the payer said last of a claim, by its days, whoever withdrew it; nothing where it has not spoken."""
        remitted = sorted(self.heard(claim, "claim_remitted"), key=lambda fact: (fact["on"], fact["position"]))
        return str(remitted[-1]["status"]) if remitted else ""

    def decided(self, claim: str) -> str:
        """Paid or denied as the payer said last; where it took something back last, as what is left of all answers.

        Nothing is left where as much of the charge was taken back as was answered, or more: a reversal may come first.
        """
        word = self.newest_word(claim)
        if word != "reversed":
            return word
        answered = sum((Decimal(fact["charge"]) for fact in self.heard(claim, "claim_remitted")), Decimal(0))
        if answered <= 0:
            return word
        return "paid" if self.paid(claim) + self.share(claim) > 0 else "denied"

    # --- possible overpayments -----------------------------------------------------------------------------------

    def overpayment_status(self, overpayment: str) -> str:
        """Where a possible overpayment stands."""
        noticed = self.overpayments[overpayment]
        is_identified, is_dismissed, is_triaged = False, False, False
        for fact in self.about[overpayment]:
            match fact["topic"]:
                case "overpayment_identified":
                    is_identified, is_dismissed = True, False
                case "overpayment_dismissed":
                    is_dismissed = True
                case "overpayment_triaged":
                    is_triaged = True
        if is_identified:
            back, share = self.back(overpayment)
            settled = back >= Decimal(noticed["amount"]) and share >= Decimal(noticed["patient_share"])
            return "returned" if settled else "identified"
        if is_dismissed:
            return "dismissed"
        return "triaged" if is_triaged else "noticed"

    def back(self, overpayment: str) -> tuple[Decimal, Decimal]:
        """What went back of it, to the payer and to the patient."""
        returned = [fact for fact in self.about[overpayment] if fact["topic"] == "overpayment_returned"]
        money = sum((Decimal(fact["amount"]) for fact in returned), Decimal(0))
        return money, sum((Decimal(fact["patient_share"]) for fact in returned), Decimal(0))

    def open_overpayments(self) -> dict[str, tuple[Decimal, Decimal]]:
        """What is noticed and neither settled nor dismissed: the payer's amount and the patient's."""
        return {
            name: (Decimal(fact["amount"]), Decimal(fact["patient_share"]))
            for name, fact in self.overpayments.items()
            if self.overpayment_status(name) not in CLOSED
        }
