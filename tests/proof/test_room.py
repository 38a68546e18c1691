"""The proof room as a whole: short enough to be read in one sitting."""

from pathlib import Path

ROOM = Path(__file__).parents[2] / "ledger" / "proof"


def test_the_whole_room_has_fewer_than_eight_hundred_lines_that_are_not_blank() -> None:
    lines = [line for module in ROOM.glob("*.py") for line in module.read_text("utf-8").splitlines() if line.strip()]

    assert 500 < len(lines) < 800
