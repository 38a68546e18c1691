"""A company with one released claim and all that its file is made of, in a real ledger."""

from typing import Any

from projections.judged import AdoptedRulebooks
from projections.questions import month_of
from tests.house import House

NPI = "1245319599"
MONTH = "2026-01"
MBI = "1EG4TE5MK73"
ADDRESS = {"line": "12 Lake Street", "second": "Suite 4", "city": "Chicago", "state": "IL", "zip_code": "606011234"}
HOME = {"line": "7 Elm Road", "city": "Evanston", "state": "IL", "zip_code": "60201"}


def billing(it: House, **changes: Any) -> None:
    """Under which name and from where the practice bills."""
    data = {
        "practice": it.ids["practice"],
        "name": "Lakeside Primary Care",
        "taxonomy": "207Q00000X",
        "address": ADDRESS,
        "signatures_on_file": True,
        "from_on": "2026-01-01",
    }
    it.accepted("record_billing_details", data | changes)


def payer(it: House, **changes: Any) -> None:
    """Medicare's name and number for the practice."""
    data = {
        "practice": it.ids["practice"],
        "payer": "medicare",
        "name": "Medicare Part B Illinois",
        "number": "00131",
        "filing": "MB",
        "from_on": "2026-01-01",
    }
    it.accepted("record_payer_identity", data | changes)


def sender(it: House, **changes: Any) -> None:
    """Who sends the practice's files, and to whom."""
    data = {
        "practice": it.ids["practice"],
        "sender_name": "Lakeside Primary Care",
        "sender_number": "SUB123",
        "contact": "Billing office",
        "phone": "3125550100",
        "receiver_name": "Northern Clearing",
        "receiver_number": "CLR99",
        "from_on": "2026-01-01",
    }
    it.accepted("record_interchange", data | changes)


def rendering(it: House, **changes: Any) -> None:
    """Dr Ada as claims name her; another practitioner where changes say so."""
    data = {"staff": it.ids["ada"], "family": "Adams", "given": "Ada", "taxonomy": "207R00000X"}
    it.accepted("record_rendering_details", data | changes)


def patient(it: House, **changes: Any) -> None:
    """The patient's name, sex and address in parts, and the MBI."""
    said = {"given": "Pat", "family": "Poe", "born_on": "1950-02-03", "sex": "female", "postal": HOME} | changes
    data = {
        "identifiers": [{"system": "mrn", "value": "mrn-1"}, {"system": "mbi", "value": MBI}],
        "demographics": {name: value for name, value in said.items() if value is not None},
    }
    it.accepted("register_patient", data, actor="fay")


def everything(it: House) -> None:
    """All that the file of a claim is made of, whichever claims there are."""
    billing(it)
    payer(it)
    sender(it)
    rendering(it)
    patient(it)


def released(it: House, *times: tuple[str, str]) -> str:
    """The claim of the patient's January, attested and released; by default 25 minutes."""
    for code, amount in (("99490", "85.00"), ("99439", "60.00")):
        charge = {"practice": it.ids["practice"], "code": code, "amount": amount, "from_on": "2026-01-01"}
        it.send("adopt_charge", charge)
    it.clock = "2026-01-20T18:00:00Z"
    for start, end in times or (("2026-01-08T15:00:00Z", "2026-01-08T15:25:00Z"),):
        it.log_time(start, end)
    it.clock = "2026-02-02T16:00:00Z"
    digest = month_of(it.log, AdoptedRulebooks(), it.ids["patient"], MONTH).digest
    it.accepted("attest_month", {"patient": it.ids["patient"], "month": MONTH, "digest": digest}, actor="ada")
    answer = it.accepted("release_claim", {"patient": it.ids["patient"], "month": MONTH}, actor="bill")
    it.ids["claim"] = dict(answer.ids)["claim"]
    return it.ids["claim"]
