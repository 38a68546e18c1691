"""A long campaign can be repeated from its report."""

import json
from pathlib import Path

import pytest

from tests.campaign import Campaign

pytest_plugins = ["pytester"]


def test_the_same_seed_makes_the_same_choices() -> None:
    first, second = Campaign("crash", seed=7), Campaign("crash", seed=7)

    assert [first.random.random() for _ in range(9)] == [second.random.random() for _ in range(9)]


def test_a_report_names_seed_commit_outcome_and_figures(tmp_path: Path) -> None:
    run = Campaign("crash", seed=7)
    run.note(kills=200, lost=0)

    report = json.loads(run.report("passed", tmp_path / "reports").read_text(encoding="utf-8"))

    assert (report["seed"], report["outcome"], report["figures"]) == (7, "passed", {"kills": 200, "lost": 0})
    assert report["commit"]


@pytest.mark.parametrize(("condition", "outcome"), [("True", "passed"), ("False", "failed")])
def test_the_report_says_whether_the_campaign_failed(
    condition: str, outcome: str, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    monkeypatch.setattr(Campaign, "report", lambda self, outcome: written.append(f"{self.seed} {outcome}"))
    pytester.makeconftest("from tests.conftest import campaign, pytest_addoption")
    pytester.makepyfile(f"def test_long(campaign): assert {condition}")

    pytester.inline_run("--seed", "5", "-p", "no:cacheprovider")

    assert written == [f"5 {outcome}"]
