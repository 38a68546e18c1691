"""A ledger with claims in it: one patient, a month partly paid, one accepted, one ready, and what each of them says.

January: 41:30 minutes, 99490 and 99439, released, accepted, paid but for what CO-45 reduced. February: released,
rejected, resent and accepted, no remittance. March: attested, not released. April: nothing. May: released, paid less
than is expected, and compliance struck its call since. July: a month of PCM by Dr Dot, released. At the end an
acknowledgment came of a claim that nobody knows.
"""

from pathlib import Path
from typing import Any

from ledger.rulebook import Edition
from ledger.terms.people import Programme
from tests.cli.conftest import World
from tests.house import KEY, House, consent_of, house

NPI = "1245319599"
CHARGES = (("99490", "85.00"), ("99439", "60.00"), ("99426", "80.00"))
JANUARY, FEBRUARY, MARCH, APRIL, MAY, JULY = (f"2026-{month:02d}" for month in (1, 2, 3, 4, 5, 7))


def world_with_claims(folder: Path, edition: Edition | None = None) -> World:
    """The closed ledger, its key, and who is who; by the shipped edition, unless another one is given."""
    key_file = folder / "ledger.key"
    key_file.write_text(KEY.hex() + "\n")
    key_file.chmod(0o600)
    with house(folder / "ledger", practice_npi=NPI, edition=edition) as it:
        fill_with_claims(it)
        return World(folder / "ledger", key_file, dict(it.ids))


def fill_with_claims(it: House) -> None:
    """Everything that this module tells, in a house whose practice has an NPI."""
    for code, amount in CHARGES:
        asked = {"practice": it.ids["practice"], "code": code, "amount": amount, "from_on": "2026-01-01"}
        it.accepted("adopt_charge", asked, actor="bill")
    _january(it)
    _february(it)
    _march(it)
    _may(it)
    july_of_pcm(it)
    unknown = {"control_number": "A" * 20, "outcome": "accepted", "received_on": "2026-06-20"}
    assert it.send("record_acknowledgment", unknown, actor="bill").outcome == "parked"
    other = {"name": "Riverside", "tin": "123456780", "zone": "America/Chicago"}
    it.ids["other practice"] = dict(it.accepted("register_practice", other).ids)["practice"]


def _january(it: House) -> None:
    it.clock = "2026-01-20T18:00:00Z"
    it.log_time("2026-01-08T15:00:00Z", "2026-01-08T15:25:00Z")
    it.log_time("2026-01-09T15:00:00Z", "2026-01-09T15:16:30Z", activity="phone_call")
    it.clock = "2026-02-03T15:00:00Z"
    attest(it, JANUARY)
    release(it, JANUARY, "january")
    it.clock = "2026-02-04T15:00:00Z"
    acknowledge(it, "january", "2026-02-04")
    it.ids["accepted"] = str(it.log.refresh())
    it.clock = "2026-02-20T15:00:00Z"
    lines = [
        line("99490", 1, "85.00", "52.90", ("CO", "45", "18.87"), ("PR", "2", "13.23")),
        line("99439", 1, "60.00", "40.35", ("CO", "45", "9.56"), ("PR", "2", "10.09")),
    ]
    remit(it, "january", "paid", "145.00", "93.25", "23.32", lines)


def _february(it: House) -> None:
    it.log_time("2026-02-18T15:00:00Z", "2026-02-18T15:25:00Z")
    it.clock = "2026-03-03T15:00:00Z"
    attest(it, FEBRUARY)
    release(it, FEBRUARY, "rejected")
    it.clock = "2026-03-04T15:00:00Z"
    acknowledge(it, "rejected", "2026-03-04", "rejected")
    release(it, FEBRUARY, "february", replaces=it.ids["rejected"])
    it.clock = "2026-03-05T15:00:00Z"
    acknowledge(it, "february", "2026-03-05")


def _march(it: House) -> None:
    it.clock = "2026-03-20T15:00:00Z"
    it.log_time("2026-03-18T15:00:00Z", "2026-03-18T15:25:00Z")
    it.clock = "2026-04-03T15:00:00Z"
    attest(it, MARCH)


def _may(it: House) -> None:
    it.clock = "2026-05-20T15:00:00Z"
    logged = it.log_time("2026-05-18T15:00:00Z", "2026-05-18T15:25:00Z")
    it.clock = "2026-06-03T15:00:00Z"
    attest(it, MAY)
    release(it, MAY, "may")
    it.clock = "2026-06-20T15:00:00Z"
    less = line("99490", 1, "85.00", "51.57", ("CO", "45", "20.20"), ("PR", "2", "13.23"))
    remit(it, "may", "paid", "85.00", "51.57", "13.23", [less])
    it.ids["paid less"] = str(it.log.refresh())
    it.clock = "2026-06-21T15:00:00Z"
    struck = {
        "patient": it.ids["patient"],
        "month": MAY,
        "entry": dict(logged.ids)["entry"],
        "reason": "not_worked",
        "evidence": "The telephone records know of no call.",
    }
    it.accepted("strike_time", struck, actor="cora")


def july_of_pcm(it: House) -> None:
    """A month of PCM by Dr Dot, released."""
    patient = {"patient": it.ids["patient"], "programme": "PCM"}
    it.clock = "2026-07-03T15:00:00Z"
    consent = consent_of(it, programme="PCM", occurred_at="2026-07-02T15:00:00Z", practitioner=it.ids["dot"])
    it.accepted("record_consent", consent, actor="bea")
    bills = {"practitioner": it.ids["dot"], "side": "practitioner", "from_month": JULY}
    it.accepted("designate_practitioner", patient | bills, actor="dot")
    it.accepted("sign_care_plan", {"patient": it.ids["patient"], "revision": 1}, actor="dot")
    it.clock = "2026-07-20T15:00:00Z"
    it.log_time("2026-07-14T15:00:00Z", "2026-07-14T15:31:00Z", programme="PCM")
    it.clock = "2026-08-04T15:00:00Z"
    attest(it, JULY, "PCM", "dot")
    release(it, JULY, "july", programme="PCM")


def attest(it: House, month: str, programme: str = "CCM", by: str = "ada") -> None:
    """The practitioner signs the month as it stands."""
    from projections.judged import AdoptedRulebooks  # noqa: PLC0415 - of tests with claims alone
    from projections.questions import month_of  # noqa: PLC0415

    verdict = month_of(it.log, AdoptedRulebooks(), it.ids["patient"], month, programme=Programme(programme))
    said = {"patient": it.ids["patient"], "month": month, "programme": programme, "digest": verdict.digest}
    it.accepted("attest_month", said, actor=by)


def release(it: House, month: str, name: str, **changes: Any) -> None:
    """The biller releases the month; its claim and control number go by a name."""
    answer = it.accepted("release_claim", {"patient": it.ids["patient"], "month": month, **changes}, actor="bill")
    it.ids[name] = dict(answer.ids)["claim"]
    it.ids[f"{name} number"] = it.ids[name][3:23].upper()


def acknowledge(it: House, name: str, on: str, outcome: str = "accepted") -> None:
    said = {"control_number": it.ids[f"{name} number"], "outcome": outcome, "received_on": on}
    it.accepted("record_acknowledgment", said, actor="bill")


def line(code: str, units: int, charge: str, paid: str, *adjustments: tuple[str, str, str]) -> dict[str, Any]:
    given = [{"group": group, "reason": reason, "amount": amount} for group, reason, amount in adjustments]
    return {"code": code, "units": units, "charge": charge, "paid": paid, "adjustments": given}


def remit(it: House, name: str, status: str, charge: str, paid: str, share: str, lines: list[dict[str, Any]]) -> None:
    said = {"control_number": it.ids[f"{name} number"], "status": status, "on": it.clock[:10], "lines": lines}
    it.accepted("record_remittance", said | {"charge": charge, "paid": paid, "patient_share": share}, actor="bill")
