"""Keys for programs on the command line: shown once, listed without their secrets, revoked by their id."""

import pytest

from interfaces.cli.api_keys import REASONS, SCOPES
from ledger.terms import api_keys
from ledger.terms.api_keys import presented
from tests.cli.conftest import Ran, Run, World

UNTIL = ("--expires", "2026-12-31")


def new(run: Run, world: World, *words: str, actor: str = "admin") -> Ran:
    whom = () if "--source" in words else ("--staff", world.ids["bea"])
    return run("api-key", "new", "--name", "night-batch", *whom, "--scope", "append", *UNTIL, *words, actor=actor)


def test_the_words_of_the_command_line_are_those_of_the_ledger() -> None:
    assert api_keys.SCOPES == SCOPES
    assert api_keys.RevocationReason.__args__ == REASONS  # type: ignore[attr-defined]


def test_a_key_stands_alone_on_standard_output_and_the_ledger_has_its_digest(run_on_copy: Run, world: World) -> None:
    made = new(run_on_copy, world, "--scope", "read", "--practice", world.ids["practice"])
    (listed,) = run_on_copy("api-key", "list", "--json").json["api_keys"]
    found = presented(made.out.removesuffix("\n"))

    assert found is not None
    assert (found.key, world.ids["bea"], None) == (listed["api_key"], listed["staff"], listed["source"])
    assert (["append", "read"], [world.ids["practice"]]) == (listed["scopes"], listed["practices"])
    assert "2027-01-01T00:00:00+00:00" == listed["expires_at"]
    assert "shown this once" in made.err


def test_no_part_of_a_secret_is_listed_or_in_the_ledger(run_on_copy: Run, world: World) -> None:
    made = new(run_on_copy, world, "--json").json
    secret = made["key"].rpartition("_")[2]
    shown = [run_on_copy("api-key", "list", *words).out for words in ((), ("--json",))]
    trail = run_on_copy("audit", "--action", "api_key_issued", "--json").out

    assert '"api_key_issued"' in trail
    assert not [text for text in (*shown, trail) if secret in text]


def test_a_source_has_a_key_of_its_own(run_on_copy: Run, world: World) -> None:
    new(run_on_copy, world, "--source", "clinic-timer")
    (listed,) = run_on_copy("api-key", "list", "--json").json["api_keys"]

    assert (None, "clinic-timer") == (listed["staff"], listed["source"])


def test_a_revoked_key_is_listed_with_its_reason(run_on_copy: Run, world: World) -> None:
    key = new(run_on_copy, world, "--json").json["api_key"]
    revoked = run_on_copy("api-key", "revoke", key, "--reason", "not_needed", actor="admin")
    again = run_on_copy("api-key", "revoke", key, "--reason", "lost", actor="admin")

    assert (0, 0) == (revoked.code, again.code)
    assert "revoked (not needed)" in run_on_copy("api-key", "list").out


def test_a_refused_key_is_not_printed(run_on_copy: Run, world: World) -> None:
    refused = new(run_on_copy, world, actor="cora")

    assert 1 == refused.code
    assert "" == refused.out, "whoever sends the key into a file gets no file of words instead"
    assert "capacity_missing" in refused.err
    assert "ccm_" not in refused.err
    assert [] == run_on_copy("api-key", "list", "--json").json["api_keys"]
    assert {"capacity_missing": 1} == new(run_on_copy, world, "--json", actor="cora").json["refused"]


def test_a_ledger_without_keys_says_how_to_make_one(run_on_copy: Run) -> None:
    assert "`ccm-ledger api-key new` issues one" in run_on_copy("api-key", "list").out


@pytest.mark.parametrize(
    "words",
    [
        ("new", "--name", "x", "--scope", "append", *UNTIL),
        ("new", "--name", "x", "--staff", "st_x", "--scope", "append", *UNTIL),
        ("new", "--name", "x", "--source", "timer", *UNTIL),
        ("new", "--name", "x", "--source", "timer", "--scope", "all", *UNTIL),
        ("new", "--name", "x", "--source", "timer", "--scope", "append", "--expires", "soon"),
        ("revoke", "ak_aaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("revoke", "ccm_secret", "--reason", "exposed"),
    ],
)
def test_wrong_usage_is_told_without_what_was_typed(run: Run, words: tuple[str, ...]) -> None:
    ran = run("api-key", *words)

    assert 2 == ran.code
    assert "ccm_secret" not in ran.out + ran.err
