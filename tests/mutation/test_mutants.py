"""The campaign: of the changes that a seed draws, tests of the judge and the deciders notice nineteen of twenty.

Those that nobody need notice, explained in survivors.toml, are left out of that share; the report gives both shares.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.campaign import Campaign
from tests.mutation.targets import ROOT

MUTANTS = 2_000
KILLED_SHARE_MIN = 95


@pytest.mark.soak
def test_nineteen_of_twenty_slips_in_the_judge_and_the_deciders_are_noticed(campaign: Campaign, tmp_path: Path) -> None:
    report = tmp_path / "mutants.json"
    command = [sys.executable, "-m", "tests.mutation", "--seed", str(campaign.seed), "--mutants", str(MUTANTS)]
    subprocess.run([*command, "--report", str(report)], cwd=ROOT, check=True)
    figures = json.loads(report.read_text(encoding="utf-8"))
    campaign.note(**figures)

    asked_for = figures["mutants_run"] - figures["survived_explained"]
    assert 100 * figures["killed"] >= KILLED_SHARE_MIN * asked_for
