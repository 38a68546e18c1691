"""What a consistent rewrite cannot hide: the facts no longer follow from their commands.

Every byte, digest and leaf agrees after these forgeries, so that verifying the bytes finds nothing.
"""

from pathlib import Path
from typing import Any

import pytest

from interfaces.redeciding import Redecided
from interfaces.system import SimulatedClock, SystemIds
from ledger.store.connection import Ledger, open_ledger
from ledger.streams.base import CommandKey, Envelope, Event, Proposal, Vouched
from ledger.streams.designation import PractitionerDesignated
from ledger.terms.identity import id_from, patient_tag, staff_tag
from tests.house import KEY, LOGIN, house
from tests.reactions.company import digest_of
from tests.redeciding.forging import found_in, position_of, rewritten

FORGED_KEY = "ab" * 16


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """January on 25 minutes and another 16, signed."""
    with house(tmp_path / "ledger") as it:
        it.clock = "2026-01-20T18:00:00Z"
        it.log_time("2026-01-08T15:00:00Z", "2026-01-08T15:25:00Z")
        it.log_time("2026-01-09T15:00:00Z", "2026-01-09T15:16:00Z")
        it.clock = "2026-02-03T15:00:00Z"
        signed = {"patient": it.ids["patient"], "month": "2026-01", "digest": digest_of(it)}
        it.accepted("attest_month", signed, actor="ada")
    return tmp_path / "ledger"


def test_an_honest_ledger_decides_as_recorded(place: Path) -> None:
    found = found_in(place)

    assert (found.differences, found.is_same) == ((), True)
    assert dict(found.by_command)["log_time"] == 2


def differing(found: Redecided) -> dict[str, tuple[str, ...]]:
    return {each.command: each.what for each in found.differences}


def test_a_code_that_the_minutes_do_not_earn_is_found(place: Path) -> None:
    at = position_of(place, "month_attested")

    def two_units(said: dict[str, Any]) -> None:
        said["lines"][-1]["units"] = 2

    rewritten(place, at, two_units)
    (found,) = found_in(place).differences

    assert (found.position, found.command, found.what) == (at, "attest_month", ("month_attested.lines",))
    assert found.verdict == "redecided_differently"


def test_minutes_put_up_later_are_found_in_what_was_signed_over_them(place: Path) -> None:
    """The entry by itself may follow from a command: that nobody signed these minutes shows."""
    at = position_of(place, "time_logged")

    def longer(said: dict[str, Any]) -> None:
        said["segments"][0]["end"] = "2026-01-08T15:45:00Z"
        said["seconds"] = 45 * 60

    rewritten(place, at, longer)

    assert differing(found_in(place)) == {"attest_month": ("refused (month_changed) instead of accepted",)}


def test_seconds_that_do_not_follow_from_the_clock_times_are_found(place: Path) -> None:
    rewritten(place, position_of(place, "time_logged"), lambda said: said.update(seconds=3_000))

    assert differing(found_in(place))["log_time"] == ("time_logged.seconds",)


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("capacity", "biller", "envelope.capacity"),
        ("vouched", "login", "envelope.vouched"),
        ("edition", "0" * 64, "envelope.edition"),
        ("readings", None, "envelope.readings"),
        ("command", "record_visit", "command (on)"),
        ("command", "sign_month", "command (unknown)"),
    ],
)
def test_an_envelope_that_says_otherwise_is_found(place: Path, field: str, value: str, what: str) -> None:
    at = position_of(place, "practitioner_designated")
    rewritten(place, at, envelope=lambda said: said.update({field: value}))
    (found,) = found_in(place).differences

    assert (found.position, found.what) == (at, (what,))


def test_a_count_of_what_was_read_that_the_stream_never_held_is_found(place: Path) -> None:
    def fewer(said: dict[str, Any]) -> None:
        said["read_set"] = [[tag, seq - (tag.startswith("patient/"))] for tag, seq in said["read_set"]]

    rewritten(place, position_of(place, "month_attested"), envelope=fewer)

    assert differing(found_in(place)) == {"attest_month": ("read_set (patient)",)}


def test_a_designation_for_a_month_that_is_another_practitioners_is_found(place: Path) -> None:
    """Put in by hand at the end, as one with the program's own code and keys may."""
    with _opened(place) as log:
        facts = log.follow(0, 1_000)
        first = next(fact for fact in facts if isinstance(fact.event, PractitionerDesignated))
        dot = next(f.event for f in facts if getattr(f.event, "npi", None) == "1558598797")
        other = {"designation": id_from("dg", bytes(16)), "practitioner": dot.staff}  # type: ignore[attr-defined]
        read = tuple((tag, log.head(tag)) for tag in ("ledger", staff_tag(dot.staff), patient_tag(first.event.patient)))  # type: ignore[attr-defined]
        envelope = first.envelope.model_copy(update={"actor": dot.staff, "read_set": read, "key": FORGED_KEY})  # type: ignore[attr-defined]
        _appended(log, first.event.model_copy(update=other), envelope)

    assert differing(found_in(place)) == {
        "designate_practitioner": ("refused (month_occupied) instead of accepted",),
    }


def test_a_fact_put_behind_those_of_another_command_under_its_envelope_is_found(place: Path) -> None:
    with _opened(place) as log:
        *_, signed = log.follow(0, 1_000)
        _appended(log, signed.event, signed.envelope, clock=signed)

    found = found_in(place, is_whole=False)  # its key is bound to the facts before alone

    assert differing(found) == {"attest_month": ("month_attested is not what follows",) * 2}


def test_a_fact_without_a_command_is_found(place: Path) -> None:
    with _opened(place) as log:
        *_, signed = log.follow(0, 1_000)
        nobody = Envelope(authenticated_as=LOGIN, actor="program", vouched=Vouched.PROGRAM, command="init")
        _appended(log, signed.event, nobody)

    assert differing(found_in(place)) == {"init": ("month_attested is not what follows",)}


def _opened(place: Path) -> Ledger:
    return open_ledger(place, master_key=KEY, clock=SimulatedClock(), ids=SystemIds())


def _appended(log: Ledger, event: Event, envelope: Envelope, clock: Any = None) -> None:
    log.refresh()
    now = clock.recorded_at if clock is not None else None
    key = CommandKey(envelope.key, bytes(32)) if envelope.key == FORGED_KEY else None
    log.append([Proposal((event,), envelope, (), key, clock=now)])
