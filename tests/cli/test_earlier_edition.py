"""A ledger that adopted its edition before there were claims: every command answers, or says what to adopt."""

import json
from pathlib import Path

import pytest

from tests.cli.claiming import FEBRUARY, JANUARY, MARCH, MAY, world_with_claims
from tests.cli.conftest import Run, World, _runner
from tests.earlier import earlier_edition

CLOCK = ("--clock", "2026-07-01T15:00:00Z")
ADOPT = "ccm-ledger rules adopt"
ASKERS = {"release": "bill", "rebuild": "admin"}


@pytest.fixture(scope="module")
def claimed(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world_with_claims(tmp_path_factory.mktemp("claimed"), earlier_edition())


@pytest.fixture
def ask(copy: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return _runner(copy, monkeypatch, capsys)


@pytest.mark.parametrize(
    "words",
    [
        "claims",
        "claim show CLAIM",
        "claim show CLAIM --words",
        *(f"ready {month}" for month in (JANUARY, FEBRUARY, MARCH, MAY)),
        *(f"reconcile {month}" for month in (JANUARY, FEBRUARY, MARCH, MAY)),
        f"statement PATIENT {JANUARY}",
        f"charges {JANUARY} -o charges.csv",
        f"month PATIENT {JANUARY} --explain",
        f"months {JANUARY}",
        "history PATIENT",
        "overpayments",
        "readiness",
        "reviews",
        "parked list",
        "rules list",
        "rules coverage",
        "audit",
        f"release --all-ready {MARCH} --dry-run",
        f"release --all-ready {MARCH}",
        "react",
        "rebuild",
        "verify",
    ],
)
def test_every_question_is_answered(words: str, ask: Run, copy: World, tmp_path: Path) -> None:
    named = {"PATIENT": copy.ids["patient"], "CLAIM": copy.ids["may"], "charges.csv": str(tmp_path / "charges.csv")}
    asker = ASKERS.get(words.split(maxsplit=1)[0], "cora")
    done = ask(*(named.get(word, word) for word in words.split()), actor=asker)

    assert (done.code, done.err) == (0, "")


def test_what_is_overpaid_is_listed_without_deadlines_until_the_shipped_edition_is_adopted(ask: Run) -> None:
    ask("react", *CLOCK)
    told = ask("overpayments")
    (item,) = ask("overpayments", "--json").json["items"]
    ask("rules", "adopt", "--reason", "Claims.", actor="admin")
    after = ask("overpayments", "--json").json

    assert "no deadlines in the edition in use" in told.out
    assert ADOPT in " ".join(told.out.split())
    assert (item["deadlines"], item["next"], item["status"]) == (None, None, "noticed")
    assert after["without_rules"] == 0
    assert (after["items"][0]["next"]["step"], after["items"][0]["amount"]) == ("triage", item["amount"])


def test_a_release_says_which_rules_the_ledger_has_not_adopted(ask: Run, copy: World, tmp_path: Path) -> None:
    data = {"patient": copy.ids["patient"], "month": MARCH}
    line = copy.line("release_claim", data, key="m", actor={"id": copy.ids["bill"]}, clock="2026-07-01T15:00:00Z")
    (tmp_path / "lines").write_text(line)
    answer = json.loads(ask("submit", str(tmp_path / "lines")).out.splitlines()[0])

    (notice,) = answer["notices"]
    assert notice["code"] == "rules_not_adopted"
    assert ADOPT in notice["remedy"]
