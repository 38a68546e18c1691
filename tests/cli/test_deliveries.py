"""What came from a source on a day: counted, with digests that its sender makes again, and beside the sender's keys."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from interfaces.delivered import KEY_BYTES_MAX
from tests.cli.conftest import Run, World

DAY = "2026-02-01"
HEADER = "patient_id,staff_id,start,end,activity,description,source_row_id\n"
MAPPING = '[source]\nsystem = "timer"\n[identifiers]\npatient = "mrn"\nstaff = "hr"\n[columns]\nclock = "clock"\n'


def row(number: int, patient: str = "mrn-1", hour: int = 9) -> str:
    times = f"2026-01-14T{hour:02}:00:00-06:00,2026-01-14T{hour:02}:10:00-06:00"
    return f"{patient},hr-bea,{times},phone_call,Called about weight.,r{number},{DAY}T12:00:00Z\n"


@pytest.fixture
def deliver(run_on_copy: Run, tmp_path: Path) -> Any:
    """Import rows as the timer, and answer the answers."""
    (tmp_path / "mapping.toml").write_text(MAPPING)

    def delivered(*rows: str) -> list[dict[str, Any]]:
        (tmp_path / "time.csv").write_text(HEADER.replace("\n", ",clock\n") + "".join(rows))
        words = ("import", "time-log", str(tmp_path / "time.csv"), "--mapping", str(tmp_path / "mapping.toml"))
        ran = run_on_copy(*words, "--json", actor="feed")
        return [json.loads(line) for line in ran.out.splitlines()[:-1]]

    return delivered


def digest(answers: list[dict[str, Any]], outcome: str) -> str:
    """As the documentation tells senders to make it."""
    positions = sorted(at for answer in answers if answer["outcome"] == outcome for at in answer["positions"])
    return sha256("".join(f"{at}\n" for at in positions).encode()).hexdigest()


def asked(run: Run, *more: str, day: str = DAY, source: str = "timer", actor: str = "feed") -> dict[str, Any]:
    return run("deliveries", "--source", source, "--day", day, *more, "--json", actor=actor).json


def test_a_sender_makes_the_same_digests_of_the_positions_that_it_was_answered(run_on_copy: Run, deliver: Any) -> None:
    answers = deliver(row(1), row(2, hour=10), row(3, patient="mrn-99", hour=11))
    told = asked(run_on_copy)

    assert (told["source"], told["day"], told["is_over"]) == ("timer", DAY, False)
    assert told["accepted"] == {"deliveries": 2, "facts": 2, "sha256": digest(answers, "accepted")}
    assert told["parked"] == {"deliveries": 1, "facts": 1, "sha256": digest(answers, "parked")}
    assert told["released"] == {"deliveries": 0, "facts": 0, "sha256": sha256(b"").hexdigest()}
    assert all(told["first"] <= at <= told["last"] for answer in answers for at in answer["positions"])


def test_the_documents_of_the_day_tell_what_became_of_their_rows(run_on_copy: Run, deliver: Any) -> None:
    deliver(row(1), "mrn-1,hr-bea,nonsense\n")
    deliver(row(1))
    told = asked(run_on_copy)["documents"]

    assert [(2, 1, 0, 1), (1, 0, 1, 0)] == [
        (each["rows"], each["accepted"], each["unchanged"], each["refused"]) for each in told
    ]
    assert {"time_log"} == {each["kind"] for each in told}


def test_a_day_and_a_source_without_deliveries_are_told_as_such(run_on_copy: Run, deliver: Any) -> None:
    deliver(row(1))
    for told in (asked(run_on_copy, day="2026-01-31"), asked(run_on_copy, source="other")):
        assert (told["accepted"]["facts"], told["parked"]["facts"], told["documents"]) == (0, 0, [])
    assert asked(run_on_copy, day="0001-01-01")["first"] is None
    assert asked(run_on_copy, day="9999-12-31")["last"] is None


def test_what_was_parked_and_released_later_is_told_apart(run_on_copy: Run, deliver: Any, world: World) -> None:
    deliver(row(1, patient="mrn-99"))
    (waiting,) = run_on_copy("parked", "list", "--source", "timer", "--json", actor="feed").json["deliveries"]
    run_on_copy("parked", "resolve", waiting["delivery"], world.ids["patient"], actor="fay")
    run_on_copy("parked", "release", waiting["delivery"], actor="fay")
    told = asked(run_on_copy)

    assert [0, 1, 1] == [told[kind]["facts"] for kind in ("accepted", "parked", "released")]


def test_the_keys_of_a_sender_are_compared_with_those_on_record(run_on_copy: Run, deliver: Any, tmp_path: Path) -> None:
    answers = deliver(row(1), row(2, hour=10), row(3, patient="mrn-99", hour=11))
    (tmp_path / "keys").write_text("r1\nr3\r\nr7\n\nr1\nr8")
    keys = asked(run_on_copy, "--keys", str(tmp_path / "keys"))["keys"]

    assert (4, 1, 1, 0) == (keys["given"], keys["recorded"], keys["waiting"], keys["discarded"])
    assert [3, 6] == keys["unknown"]
    assert answers[1]["positions"] == keys["not_named"]


def test_a_key_that_no_source_could_have_sent_is_told_by_its_line(run_on_copy: Run, tmp_path: Path) -> None:
    for content in (b"r1\n" + b"x" * (KEY_BYTES_MAX + 1), b"r1\n\xff\xfe\n"):
        (tmp_path / "keys").write_bytes(content)
        ran = run_on_copy("deliveries", "--source", "timer", "--day", DAY, "--keys", str(tmp_path / "keys"))

        assert (ran.code, ran.out) == (2, "")
        assert "Line 2 of the keys" in ran.err


def test_people_read_the_same_in_words(run_on_copy: Run, deliver: Any, tmp_path: Path) -> None:
    deliver(row(1), row(3, patient="mrn-99", hour=11))
    (tmp_path / "keys").write_text("r1\nr9\n")
    words = ("--source", "timer", "--day", DAY, "--keys", str(tmp_path / "keys"))
    shown = run_on_copy("deliveries", *words, actor="feed").out

    assert f"timer on {DAY} (UTC, which is not over yet), as of position" in shown
    assert "2 keys named: on record 1, waiting 0, discarded 0, unknown 1.\nUnknown: line 2. Send these again." in shown
    assert "On record that day and not named: position" in shown
    assert "time_log" in shown
    assert "mrn-99" not in shown


def test_an_integration_asks_about_deliveries_and_each_look_is_on_record(run_on_copy: Run, deliver: Any) -> None:
    deliver(row(1))
    asked(run_on_copy)
    (look,) = run_on_copy("audit", "--action", "read_deliveries", "--json").json["facts"]

    assert ("record_read", "integration") == (look["topic"], look["capacity"])


def test_what_waits_is_listed_for_its_source_with_its_age_and_counted(
    run_on_copy: Run, deliver: Any, world: World
) -> None:
    deliver(row(1, patient="mrn-99"), row(2, patient="mrn-99", hour=10), row(3, patient="mrn-98", hour=11))
    told = run_on_copy("parked", "list", "--source", "timer", "--json", actor="feed").json

    assert {"patient": {"deliveries": 3, "distinct": 2}} == told["waiting"]
    assert [0, 0, 0] == [each["days"] for each in told["deliveries"]]
    assert {"timer"} == {each["source"] for each in told["deliveries"]}
    assert "awaited" not in told["deliveries"][0]
    run_on_copy("parked", "resolve", told["deliveries"][0]["delivery"], world.ids["patient"], actor="fay")
    resolved = run_on_copy("parked", "list", "--source", "timer", "--json", actor="feed").json["deliveries"][0]
    assert resolved["subject"] not in (None, world.ids["patient"])


def test_an_integration_lists_what_waits_of_one_source_only(run_on_copy: Run) -> None:
    ran = run_on_copy("parked", "list", "--json", actor="feed")

    assert ran.code == 1
    assert "not_in_this_practice" in ran.err
