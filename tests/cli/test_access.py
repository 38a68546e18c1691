"""`accounting` and `elevate` on the command line: what the patient is told, and reading elsewhere for some hours."""

import json
from typing import Any

import pytest

from tests.cli.conftest import Ran, World

NOW = "2026-02-01T12:30:00Z"


pytestmark = pytest.mark.usefixtures("in_this_process")


def told(world: World, command: str, by: str, **data: Any) -> dict[str, str]:
    """One accepted line of `submit`; its ids."""
    line = world.line(command, data, key=f"{command}/{len(json.dumps(data))}", actor={"id": world.ids[by]})
    ran = world.process("submit", "-", "--json", given=line.encode())
    answer = json.loads(ran.out.splitlines()[0])
    assert answer["outcome"] == "accepted", answer
    ids: dict[str, str] = answer["ids"]
    return ids


def disclosed(world: World, **changes: Any) -> None:
    sent = {"recipient": "State AG", "address": "500 Second Street", "what": "The chart of January."}
    why = {"purpose": "investigation", "basis": "law_enforcement", "on": "2026-01-30"}
    told(world, "disclose", "fay", patient=world.ids["patient"], **{**sent, **why, **changes})


def elsewhere(world: World) -> tuple[str, str]:
    """A patient of another practice, and that practice."""
    site = {"name": "Main", "place_of_service": "11"}
    hillside = {"name": "Hillside", "tin": "987654321", "zone": "America/Denver", "sites": [site]}
    practice = told(world, "register_practice", "admin", **hillside)["practice"]
    told(world, "grant_role", "admin", staff=world.ids["feed"], role="integration", from_on="2025-01-01")
    told(world, "grant_role", "admin", staff=world.ids["cora"], role="compliance", from_on="2025-01-01")
    new = {"identifiers": [{"system": "mrn", "value": "mrn-4"}], "demographics": {}, "practice": practice}
    return told(world, "register_patient", "feed", **new)["patient"], practice


def elevated(world: World, whom: tuple[str, str], hours: int = 4) -> Ran:
    """Bea opens the records of the other patient for so many hours."""
    until = f"2026-02-01T{12 + hours:02}:30:00Z" if hours < 12 else "2026-02-02T01:00:00Z"
    start = ("elevate", "start", "--reason", "emergency", "--case", "ER-7", "--until", until, "--clock", NOW)
    return world.process(*start, *whom, "--as", world.ids["bea"], given=b"Found at the bus stop.")


# --- accounting ---------------------------------------------------------------------------------------------------


def test_the_patient_is_told_who_received_what_and_the_telling_is_recorded(world: World) -> None:
    disclosed(world)
    disclosed(world, recipient="Northern Payer", basis="payment", purpose="claim")
    ran = world.process("accounting", world.ids["patient"], "--as", world.ids["fay"])
    audit = world.process("audit", "--action", "read_accounting", "--as", world.ids["cora"])

    assert ran.code == 0, ran
    assert "1 disclosure." in ran.out
    assert "2026-01-30  to State AG, 500 Second Street\n    The chart of January.\n    for an investigation" in ran.out
    assert "Northern Payer" not in ran.out
    assert "Left out, as the law allows: treatment, payment" in ran.out
    assert "1 fact" in audit.out


def test_for_programs_it_is_the_same(world: World) -> None:
    disclosed(world)
    answer = world.process("accounting", world.ids["patient"], "--json", "--as", world.ids["fay"]).json
    (line,) = answer["disclosures"]

    assert answer["patient"] == world.ids["patient"]
    assert "scope" in answer
    assert (line["on"], line["recipient"], line["purpose"]) == ("2026-01-30", "State AG", "investigation")


def test_what_an_agency_suspends_is_told_neither_in_words_nor_in_json(world: World) -> None:
    ask = ("accounting", world.ids["patient"], "--as", world.ids["fay"])
    disclosed(world, suspended_until="2199-12-31", suspended_by="Agent Smith")
    ran, answer = world.process(*ask), world.process(*ask, "--json").json

    assert "0 disclosures." in ran.out
    assert answer["disclosures"] == []
    assert "suspend" not in ran.out + json.dumps(answer)


def test_as_of_an_earlier_day_the_six_years_end_there(world: World) -> None:
    disclosed(world)
    ask = ("accounting", world.ids["patient"], "--as", world.ids["fay"], "--json")
    before = world.process(*ask, "--as-of", "2026-01-31T12:00:00Z").json
    after = world.process(*ask, "--as-of", "2026-02-01T12:00:00Z").json

    assert (before["last"], before["disclosures"]) == ("2026-01-31", [])
    assert (after["last"], len(after["disclosures"])) == ("2026-02-01", 1)


def test_a_day_ahead_ends_no_suspension(world: World) -> None:
    disclosed(world, suspended_until="2100-12-31", suspended_by="Agent Smith")
    ask = ("accounting", world.ids["patient"], "--as", world.ids["fay"], "--json")

    assert world.process(*ask, "--as-of", "2101-01-01T12:00:00Z").json["disclosures"] == []


def test_the_last_day_of_a_suspension_is_the_practices_own(world: World) -> None:
    """In Chicago the last of January ends six hours after it does in UTC."""
    sent = {"recipient": "State AG", "what": "The chart.", "purpose": "investigation", "basis": "law_enforcement"}
    until = {"on": "2026-01-05", "suspended_until": "2026-01-31", "suspended_by": "Agent Smith"}
    data = {"patient": world.ids["patient"], **sent, **until}
    line = world.line("disclose", data, key="kept", actor={"id": world.ids["fay"]}, clock="2026-01-31T12:00:00Z")
    assert '"accepted"' in world.process("submit", "-", "--json", given=line.encode()).out
    disclosed(world, basis="treatment", purpose="care")  # which no accounting lists: the ledger's clock goes on
    ask = ("accounting", world.ids["patient"], "--as", world.ids["fay"], "--json")
    last, after = (world.process(*ask, "--as-of", f"2026-02-01T{at}Z").json for at in ("05:59:59", "06:00:00"))

    assert (last["last"], len(last["disclosures"])) == ("2026-01-31", 0)
    assert (after["last"], len(after["disclosures"])) == ("2026-02-01", 1)


# --- elevate ------------------------------------------------------------------------------------------------------


def test_break_glass_opens_a_record_and_waits_for_its_review(world: World) -> None:
    theirs, _ = elsewhere(world)
    closed = world.process("history", theirs, "--as", world.ids["bea"])
    begun = elevated(world, ("--patient", theirs))
    opened = world.process("history", theirs, "--as", world.ids["bea"])
    waiting = world.process("reviews", "--as", world.ids["cora"])
    (line,) = world.process("elevate", "list", "--json", "--as", world.ids["cora"]).json["elevations"]

    assert (closed.code, begun.code, opened.code) == (1, 0, 0), begun
    assert "el_" in begun.out
    assert "reading_elevated" in waiting.out
    assert (line["staff"], line["case"], line["state"]) == (world.ids["bea"], "ER-7", "running")
    assert len(line["reads"]) == 1


def test_it_is_ended_and_then_reviewed_by_somebody_else(world: World) -> None:
    theirs, _ = elsewhere(world)
    elevation = elevated(world, ("--patient", theirs)).out.split()[-1]
    bea, cora = ("--as", world.ids["bea"]), ("--as", world.ids["cora"])
    review = ("elevate", "review", elevation, "--outcome", "justified")
    early = world.process(*review, *cora, given=b"Looked at it.")
    ended = world.process("elevate", "end", elevation, *bea, given=b"The ward has them.")
    reviewed = world.process(*review, *cora, given=b"Looked at it.")

    assert (early.code, ended.code, reviewed.code) == (1, 0, 0), (early, ended, reviewed)
    assert "elevation_running" in early.out + early.err
    assert world.process("history", theirs, *bea).code == 1
    assert "reading_elevated" not in world.process("reviews", *cora).out
    assert "justified" in world.process("reviews", "--settled", *cora).out
    assert "0 elevations." in world.process("elevate", "list", "--open", *cora).out


def test_a_whole_practice_is_listed_to_whoever_is_elevated_to_it(world: World) -> None:
    theirs, practice = elsewhere(world)
    ask = ("elevate", "list", "--as", world.ids["bea"])
    elevated(world, ("--practice", practice))

    assert practice in world.process(*ask).out
    assert world.process("history", theirs, "--as", world.ids["bea"]).code == 0


def test_who_may_not_read_the_record_sees_no_elevation_to_it(world: World) -> None:
    theirs, _ = elsewhere(world)
    elevated(world, ("--patient", theirs))

    assert "0 elevations." in world.process("elevate", "list", "--as", world.ids["fay"]).out


def test_one_of_too_many_hours_is_refused_with_what_to_do(world: World) -> None:
    theirs, _ = elsewhere(world)
    ran = elevated(world, ("--patient", theirs), hours=13)

    assert ran.code == 1
    assert "An elevation lasts 12 hours at most." in ran.out + ran.err
