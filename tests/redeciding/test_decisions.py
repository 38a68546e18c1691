"""Every decision of the tests of commands, made again from what it left: a campaign, for it runs all of those tests."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.campaign import unmeasured

ROOT = Path(__file__).parents[2]


@pytest.mark.soak
def test_every_accepted_decision_of_the_tests_of_commands_is_made_again() -> None:
    words = ("-p", "tests.redeciding.again", "-p", "no:cacheprovider", "-q", "--no-header", "tests/commands")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=ROOT,
        env=unmeasured(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert " passed" in done.stdout
    assert "does not decide again as it did" not in done.stdout, done.stdout[-4_000:]
