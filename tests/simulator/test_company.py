"""The simulated company: repeatable to the byte, in the order of its clocks, and with every fault that it promises."""

import io
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from interfaces.importing import fhir, time_log
from interfaces.importing.mapping import ChartMapping, TimeMapping, read_chart_mapping, read_time_mapping
from interfaces.importing.reading import Delivered, Report, Unread
from interfaces.simulator.company import CHARTS_AT, Company, SimulatedFile
from ledger.terms.people import is_mbi, is_npi
from tests.importing.reading import ROOT, ZONES, chart_sources, is_wire

PRACTICES = {"north": "pr_" + "n" * 26, "lake": "pr_" + "l" * 26}
CONSENT = "cs_" + "c" * 26


class Answering(dict[str, str]):
    """Every consent has been answered with an id."""

    def get(self, key: str, default: Any = None) -> Any:
        return CONSENT


def company(source: str = "simulated") -> Company:
    return Company(7, ZONES, given=None if source == "simulated" else chart_sources()[source])


def answers(source: str = "simulated") -> Iterator[tuple[str, Any]]:
    """Everything that the company sends, file by file: lines, refusals of rows, and lines that are no JSON."""
    made = company(source)
    mappings: dict[str, bytes] = {}
    yield from (("setup", line) for line in made.setup_lines())
    for file in made.files(PRACTICES, Answering()):
        if file.door == "mapping":
            mappings[file.name] = file.content
        else:
            yield from ((file.name, answer) for answer in _read(file, mappings))


def _read(file: SimulatedFile, mappings: dict[str, bytes]) -> Iterator[Any]:
    if file.door == "submit":
        for raw in file.content.splitlines():
            try:
                yield orjson.loads(raw)
            except orjson.JSONDecodeError:
                yield raw
        return
    assert file.mapping is not None
    if file.door == "import fhir":
        charts = read_chart_mapping(mappings[file.mapping], ZONES)
        assert isinstance(charts, ChartMapping)
        found = fhir.translate(file.content, fhir.Setting(charts, clock=file.clock), Report())
    else:
        times = read_time_mapping(mappings[file.mapping], ZONES)
        assert isinstance(times, TimeMapping)
        zone = ZONES.zone(times.source.timezone or "")
        found = time_log.read_time_log(io.BytesIO(file.content), time_log.Setting(times, zone), Report())
    for answer in found:
        yield answer.command if isinstance(answer, Delivered) else answer


@pytest.fixture(scope="module", params=chart_sources())
def sent(request: pytest.FixtureRequest) -> list[tuple[str, Any]]:
    return list(answers(request.param))


@pytest.fixture(scope="module")
def january() -> dict[str, dict[str, Any]]:
    """The lines of the northern practice's first month, by what they describe."""
    return {
        answer["data"].get("description", ""): answer
        for name, answer in answers()
        if name == "time-north-2026-01.csv" and isinstance(answer, dict)
    }


def test_the_same_seed_gives_the_same_bytes_in_another_process() -> None:
    program = (
        "import hashlib, sys\n"
        "from interfaces.simulator.company import Company\n"
        "from interfaces.system import PinnedZones\n"
        "files = Company(7, PinnedZones()).files({'north': 'a', 'lake': 'b'}, {})\n"
        "sys.stdout.write(hashlib.sha256(b''.join(f.content for f in files)).hexdigest())\n"
    )
    digests = [
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    ]

    assert digests[0] == digests[1]
    assert len(digests[0]) == 64


def test_another_seed_gives_another_company() -> None:
    one, other = (list(Company(seed, ZONES).setup_lines()) for seed in (1, 2))

    assert one != other


def test_clocks_go_forward_through_all_files(sent: list[tuple[str, Any]]) -> None:
    clocks = [answer["clock"] for _, answer in sent if isinstance(answer, dict)]

    assert clocks == sorted(clocks)


def test_every_line_but_the_two_faults_can_be_read_by_submit(sent: list[tuple[str, Any]]) -> None:
    unread = [answer["key"] for _, answer in sent if isinstance(answer, dict) and not is_wire(answer)]

    assert unread == ["staff:npi-check-digit", "consent:unknown-field"]
    assert [name for name, answer in sent if isinstance(answer, bytes)] == ["consents.jsonl"]


def test_rows_that_cannot_be_read_have_their_codes(sent: list[tuple[str, Any]]) -> None:
    assert [(name, answer.refusal.code) for name, answer in sent if isinstance(answer, Unread)] == [
        ("time-north-2026-01.csv", code)
        for code in (
            *("source_row_id_required", "clock_times_incomplete"),
            *("encoding_not_utf8", "row_ragged", "quote_not_closed"),
        )
    ]


def test_every_kind_of_consent_is_there(sent: list[tuple[str, Any]]) -> None:
    told = [answer["data"] for _, answer in sent if isinstance(answer, dict) and answer["command"] == "record_consent"]

    assert {data["method"] for data in told} == {"verbal", "written"}
    assert {data["given_by"] for data in told} == {"self", "representative"}
    assert {all(data["items"].values()) for data in told} == {True, False}
    assert {"record_decline", "supplement_consent"} <= {a["command"] for _, a in sent if isinstance(a, dict)}


def test_minutes_spread_over_the_levels_and_one_patient_is_a_second_short() -> None:
    stories = company().stories

    assert {story.level for story in stories} == {
        *("below_20", "from_20", "from_40", "from_60", "complex", "personal", "one_second_short"),
    }
    assert 1199 in {seconds for story in stories for seconds in story.seconds}


def test_the_seconds_of_a_story_are_those_of_its_rows() -> None:
    made = company()
    story = next(story for story in made.stories if story.level == "one_second_short")
    worked = [
        (answer["data"]["start"], answer["data"]["end"])
        for name, answer in answers()
        if isinstance(answer, dict)
        and name.startswith("time-")
        and name.endswith("-2026-02.csv")
        and answer["data"]["patient"] == story.member.ref
        and answer["data"]["activity"] not in ("prior_authorization", "contact_attempt", "Misc")
        and "supper" not in answer["data"]["description"]
    ]

    assert sum(_seconds(start, end) for start, end in worked) == 1199


def _seconds(start: str, end: str) -> int:
    from datetime import datetime  # noqa: PLC0415

    return int((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds())


@pytest.mark.parametrize(
    "described",
    [
        "Read the discharge letter.",
        "Read the laboratory sheet.",
        "Case talk, first voice.",
        "Case talk, second voice.",
        "Covering from the other office.",
        "Looked up the last claim.",
        "Night call from the contractor's office.",
        "Typed in from paper.",
        "Timer left running over night.",
        "Start and end exchanged.",
        "Planned for next week.",
        "Ten minutes, from the paper log.",
        "=SUM(B2:B9) pasted from a sheet",
        "Before the talk.",
        "Called back late; breathless after supper.",
    ],
)
def test_a_fault_that_time_logs_have_is_there(january: dict[str, dict[str, Any]], described: str) -> None:
    assert described in january


def test_the_faults_are_what_they_say(january: dict[str, dict[str, Any]]) -> None:
    data = {described: line["data"] for described, line in january.items()}
    first, second = data["Read the discharge letter."], data["Read the laboratory sheet."]

    assert first["performer"] == second["performer"]
    assert first["patient"] != second["patient"]
    assert first["start"] < second["start"] < first["end"]
    assert data["Covering from the other office."]["performer"]["value"] == "N-RN-99"
    assert data["Looked up the last claim."]["performer"]["value"] == "C-BILL-1"
    assert data["Night call from the contractor's office."]["work_country"] == "PH"
    assert _seconds(*_times(data["Timer left running over night."])) == 25 * 3600
    assert _seconds(*_times(data["Start and end exchanged."])) < 0
    assert january["Planned for next week."]["clock"] < data["Planned for next week."]["start"]
    assert _times(data["Called back late; breathless after supper."]) == (
        "2026-02-01T05:52:00Z",
        "2026-02-01T06:08:00Z",
    )


def _times(data: dict[str, Any]) -> tuple[str, str]:
    return data["start"], data["end"]


def test_a_row_comes_twice_and_a_third_time_with_another_end() -> None:
    sent = [a for name, a in answers() if name == "time-north-2026-01.csv" and isinstance(a, dict)]
    keys = [answer["key"] for answer in sent]
    (repeated,) = {key for key in keys if keys.count(key) == 3}
    ends = [answer["data"]["end"] for answer in sent if answer["key"] == repeated]

    assert ends[0] == ends[1] != ends[2]


def test_a_second_practitioner_of_the_other_practice_asks_for_a_patient() -> None:
    (second,) = [a for _, a in answers() if isinstance(a, dict) and a["key"] == "designation:second"]
    (first,) = [
        a
        for _, a in answers()
        if isinstance(a, dict)
        and a["command"] == "designate_practitioner"
        and a["data"]["patient"] == second["data"]["patient"]
        and a is not second
        and a["key"] != "designation:second"
    ]

    assert first["data"]["practitioner"] != second["data"]["practitioner"]


def test_practitioners_have_right_npis_and_cards_right_numbers() -> None:
    sent = [answer for _, answer in answers() if isinstance(answer, dict)]
    npis = [a["data"]["npi"] for a in sent if a["command"] == "register_staff" and "npi" in a["data"]]
    cards = [n["value"] for a in sent for n in a["data"].get("identifiers", ()) if n["system"] == "mbi"]

    assert [npi for npi in npis if not is_npi(npi)] == ["1234567890"]
    assert cards
    assert all(is_mbi(card) for card in cards)


def test_charts_that_are_given_are_not_written_again() -> None:
    charts = company().charts
    given = Company(7, ZONES, given=(charts, company().chart_mapping))

    assert [file.name for file in given.files(PRACTICES, {}) if file.door == "import fhir"] == []
    assert [file.clock for file in company().files(PRACTICES, {}) if file.door == "import fhir"] == [CHARTS_AT] * 24
