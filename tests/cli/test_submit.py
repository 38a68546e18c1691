"""`submit`: a line in, an answer out, in order and at once; bad lines have their own codes and stop nothing."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import World

START, END = "2026-01-12T15:00:00Z", "2026-01-12T15:10:00Z"


def answers(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def test_accepted_and_unchanged_lines_end_with_0(world: World) -> None:
    line = world.time("t1", START, END)
    ran = world.process("submit", "-", given=f"{line}\n{line}\n".encode())

    assert [answer["outcome"] for answer in answers(ran.out)] == ["accepted", "unchanged"]
    assert ran.code == 0
    assert "2 lines: accepted 1, unchanged 1, refused 0, parked 0." in ran.err


def test_an_answer_has_the_shape_of_the_contract_and_says_that_the_ledger_is_simulated(world: World) -> None:
    ran = world.process("submit", "-", given=world.time("t1", START, END).encode())

    (answer,) = answers(ran.out)
    assert list(answer) == ["line", "key", "outcome", "positions", "ids", "notices", "refusal", "simulated"]
    assert (answer["line"], answer["key"], answer["simulated"]) == (1, "t1", True)


def test_a_parked_line_ends_with_1(world: World) -> None:
    data = {"patient": {"system": "mrn", "value": "nobody"}, "performer": world.ids["bea"], "start": START, "end": END}
    line = world.line("log_time", data, key="p1", actor={"id": world.ids["bea"]})
    ran = world.process("submit", "-", given=line.encode())

    assert (ran.code, answers(ran.out)[0]["outcome"]) == (1, "parked")


def test_every_bad_line_has_its_code_and_the_rest_goes_on(world: World) -> None:
    good = world.time("t1", START, END)
    lines = {
        "line_unreadable": b'{"v":1,',
        "encoding_not_utf8": b'{"v":1,"key":"\xff"}',
        "nul_byte": b'{"v":1,"key":"a\x00"}',
        "nested_too_deeply": b'{"a":' * 200 + b"1" + b"}" * 200,
        "field_repeated": b'{"v":1,"v":1}',
        "command_unknown": world.line("improve_patient", {}, key="x").encode(),
        "field_unknown": world.line("log_time", {"mood": "good"}, key="x").encode(),
        "version_unknown": good.replace('"v": 1', '"v": 2').encode(),
        "end_before_start": world.time("x", END, START).encode(),
        "interval_over_24_hours": world.time("x", "2026-01-12T15:00:00Z", "2026-01-13T16:00:00Z").encode(),
        "in_the_future": world.time("x", "2027-01-12T15:00:00Z", "2027-01-12T15:10:00Z").encode(),
        "field_unreadable": world.time("x", "2026-02-30T15:00:00Z", END).encode(),
    }
    ran = world.process("submit", "-", given=b"\n".join([*lines.values(), good.encode()]))

    found = [answer["refusal"]["code"] if answer["refusal"] else "accepted" for answer in answers(ran.out)]  # type: ignore[index]
    assert found == [*lines, "accepted"]
    assert ran.code == 1


def test_a_line_over_ten_megabytes_is_answered_and_the_next_one_goes_on(world: World) -> None:
    ran = world.process("submit", "-", given=b"x" * 10_000_001 + b"\n" + world.time("t1", START, END).encode())

    first, second = answers(ran.out)
    assert first["refusal"]["code"] == "line_too_long"  # type: ignore[index]
    assert (second["line"], second["outcome"]) == (2, "accepted")


def test_blank_lines_are_counted_and_not_answered(world: World) -> None:
    ran = world.process("submit", "-", given=f"\n\r\n{world.time('t1', START, END)}\n\n".encode())

    assert [answer["line"] for answer in answers(ran.out)] == [3]


def test_a_file_that_is_not_there_is_wrong_usage(world: World) -> None:
    ran = world.process("submit", "Gonzalez.jsonl")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "The file cannot be read: No such file or directory. Check its name and who owns it.\n"


def test_a_folder_is_wrong_usage(world: World, tmp_path: Path) -> None:
    assert world.process("submit", str(tmp_path)).code == 2


def test_the_summary_is_json_where_json_was_asked_for(world: World) -> None:
    ran = world.process("submit", "-", "--json", given=b"{}\n")

    summary = json.loads(ran.err)["summary"]
    assert (summary["lines"], summary["refusals"]) == (1, {"field_missing": 1})


@contextmanager
def submitting(world: World) -> Iterator[subprocess.Popen[bytes]]:
    """`submit -` as a process that is spoken to line by line."""
    words = [sys.executable, "-m", "interfaces.cli.main", "submit", "-"]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe, env=world.environment()) as process:
        try:
            yield process
        finally:
            process.kill()


def say_and_hear(process: subprocess.Popen[bytes], line: str) -> dict[str, object]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(line.encode() + b"\n")
    process.stdin.flush()
    assert select.select([process.stdout], [], [], 30)[0], "the answer waits for a group to fill"
    answer: dict[str, object] = json.loads(process.stdout.readline())
    return answer


@pytest.mark.slow
def test_a_writer_who_waits_for_each_answer_gets_it(world: World) -> None:
    with submitting(world) as process:
        heard = [say_and_hear(process, world.time(f"t{n}", START, END))["outcome"] for n in range(5)]

    assert heard == ["accepted"] * 5


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_ends_cleanly_and_what_was_answered_is_recorded(world: World, number: signal.Signals) -> None:
    with submitting(world) as process:
        say_and_hear(process, world.time("t1", START, END))
        process.send_signal(number)
        _, err = process.communicate(timeout=30)

    assert process.returncode == 130
    assert b"Interrupted" in err
    assert b"Traceback" not in err
    again = world.process("submit", "-", given=world.time("t1", START, END).encode())
    assert answers(again.out)[0]["outcome"] == "unchanged"


@pytest.mark.slow
def test_a_reader_who_goes_away_ends_it_without_a_traceback(world: World) -> None:
    lines = "\n".join(world.time(f"t{n}", START, END) for n in range(600))
    reading, writing = os.pipe()
    words = [sys.executable, "-m", "interfaces.cli.main", "submit", "-"]
    os.close(reading)
    done = subprocess.run(
        words, input=lines.encode(), stdout=writing, stderr=subprocess.PIPE, env=world.environment(), check=False
    )
    os.close(writing)

    assert done.returncode == 141
    assert b"Traceback" not in done.stderr
