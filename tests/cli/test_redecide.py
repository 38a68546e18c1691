"""`verify --redecide`: every recorded command put to the deciders, in words and as JSON, exit 3 where one differs."""

from typing import Any

from tests.cli.conftest import Run, World, in_a_folder
from tests.redeciding.forging import position_of, rewritten


def test_every_command_of_an_honest_ledger_decides_as_recorded(run: Run) -> None:
    ran = run("verify", "--redecide", "--json")
    again = ran.json["redecided"]

    assert (ran.code, ran.json["is_sound"], again["is_same"], again["differences"]) == (0, True, True, [])
    assert again["by_command"]["log_time"] >= 1
    assert again["commands"] == sum(again["by_command"].values())


def test_the_words_say_what_was_decided_again_and_what_was_not(run: Run) -> None:
    ran = run("verify", "--redecide")

    assert "Every one of them decides as recorded, on what it had read and under its own edition." in ran.out


def test_without_the_choice_nothing_is_decided_again(run: Run) -> None:
    assert "redecided" not in run("verify", "--json").json


@in_a_folder
def test_a_fact_that_does_not_follow_is_named_with_its_position_and_fields(run_on_copy: Run, world: World) -> None:
    def less(said: dict[str, Any]) -> None:
        said["goals"] = 0
        said["revision"] = 7

    at = position_of(world.folder, "care_plan_revised")
    rewritten(world.folder, at, less)
    ran = run_on_copy("verify", "--redecide")

    assert ran.code == 3
    assert f"redecided_differently at position {at}: revise_care_plan: care_plan_revised.revision" in ran.out
