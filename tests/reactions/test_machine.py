"""The machine is vouched for by the program where its reactions run, and by nobody anywhere else."""

from collections.abc import Iterator

import pytest

from commands.authority import vouched_for
from commands.catalog import CATALOG
from commands.handle import Handler
from commands.reactions.machine import LOGIN, enrol, machine_of
from interfaces.system import PinnedZones, SimulatedClock, SystemIds
from ledger.store.connection import Place
from ledger.streams.base import Vouched
from ledger.streams.governance import Governance
from ledger.terms.identity import staff_tag
from ledger.terms.outcome import Refused
from ledger.terms.people import Role
from tests.house import BEGIN, House, house
from tests.reactions.company import NEXT_DAY
from tests.reactions.given import MACHINE

OF_THE_MACHINE = (
    "report_stale_month",
    "report_lost_ground",
    "raise_review",
    "close_refusal_count",
    "note_reaction_run",
    "finish_erasure",
)
NOTE = {"reaction": "close_refusal_counts", "up_to": 1}


@pytest.fixture
def in_earnest(place: Place) -> Iterator[House]:
    """A company whose ledger keeps its own time."""
    with house(place, simulated=False, with_patient=False) as it:
        yield it


def handler_of(it: House, login: str = "os:cron", machine: str | None = None) -> Handler:
    """Another session on the ledger."""
    clock, zones = SimulatedClock(BEGIN), PinnedZones()
    return Handler(
        log=it.log, ids=SystemIds(), clock=clock, zones=zones, login=login, default_actor=machine, machine=machine
    )


def test_in_earnest_the_program_vouches_for_its_machine_whoever_runs_it(in_earnest: House) -> None:
    machine = enrol(handler_of(in_earnest), BEGIN)
    handler = handler_of(in_earnest, machine=machine)

    (answer,) = handler.handle([handler.read(in_earnest.line("note_reaction_run", NOTE))])

    assert answer.outcome == "accepted"
    (fact,) = in_earnest.log.facts_at(answer.positions)
    assert ("os:cron", machine, Role.MACHINE, Vouched.PROGRAM) == (
        fact.envelope.authenticated_as,
        fact.envelope.actor,
        fact.envelope.capacity,
        fact.envelope.vouched,
    )


def test_a_line_that_names_the_machine_does_not_become_it(in_earnest: House) -> None:
    machine = enrol(handler_of(in_earnest), BEGIN)

    answer = in_earnest.send("note_reaction_run", NOTE, actor={"id": machine})

    assert answer.refusal
    assert "login_not_bound" == answer.refusal.code


def test_a_source_does_not_speak_as_the_machine(in_earnest: House) -> None:
    machine = enrol(handler_of(in_earnest), BEGIN)
    line = in_earnest.line("note_reaction_run", NOTE, actor={"id": machine}, source={"system": "timer"})

    (answer,) = in_earnest.send_lines(line)

    assert answer.refusal
    assert "source_not_trusted_for_acts" == answer.refusal.code


def test_the_program_vouches_for_its_machine_and_for_nobody_else() -> None:
    nobody = Governance()
    asked = {"login": "os:cron", "source": None, "is_act": True, "machine": MACHINE}

    assert Vouched.PROGRAM is vouched_for(nobody, actor=MACHINE, **asked)  # type: ignore[arg-type]
    assert isinstance(vouched_for(nobody, actor="st_other", **asked), Refused)  # type: ignore[arg-type]
    assert isinstance(vouched_for(nobody, actor=None, **asked), Refused)  # type: ignore[arg-type]


def test_nobody_can_log_in_as_the_machine(in_earnest: House) -> None:
    machine = enrol(handler_of(in_earnest), BEGIN)

    assert machine == in_earnest.handler.governance().staff_of(LOGIN)
    assert not LOGIN.startswith("os:")


def test_two_programs_that_register_it_at_once_register_one(place: Place) -> None:
    with house(place, simulated=False, with_patient=False) as it:
        first, second = handler_of(it), handler_of(it)
        # Both look before either registers.
        first.state_cache.at_head("ledger")
        second.state_cache.at_head("ledger")

        assert enrol(first, NEXT_DAY) == enrol(second, NEXT_DAY) == machine_of(it.handler.governance())


def test_the_machine_is_no_person_and_holds_one_role(in_earnest: House) -> None:
    machine = enrol(handler_of(in_earnest), BEGIN)
    staff = in_earnest.handler.state(staff_tag(machine))

    assert not staff.is_person
    assert [(Role.MACHINE, None)] == [(held.role, held.practice) for held in staff.roles]


@pytest.mark.parametrize("name", OF_THE_MACHINE)
def test_the_machine_gives_its_own_commands_and_no_others(name: str) -> None:
    assert (Role.MACHINE,) == CATALOG[name].roles


def test_no_other_command_is_the_machines() -> None:
    shared = {"map_completeness"}  # whoever makes a packet makes its map; at night the machine does

    assert {*OF_THE_MACHINE, *shared} == {name for name, entry in CATALOG.items() if Role.MACHINE in entry.roles}
