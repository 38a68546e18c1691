"""The table *verdict by evidence at hand* of docs/threats.md, made from the attacks.

`python -m tests.tamper.table` writes it into the page; test_threats_page.py compares.
"""

from pathlib import Path
from typing import Final

from tests.tamper.attacks import THEMES
from tests.tamper.shape import Attack, Evidence, Power

PAGE: Final = Path(__file__).parents[2] / "docs" / "threats.md"
BEGIN: Final = "<!-- made by python -m tests.tamper.table: begin -->\n"
END: Final = "<!-- made by python -m tests.tamper.table: end -->\n"
UNSEEN: Final = "-"
_WHO: Final = {Power.DATABASE: "1", Power.LOG_KEY: "2", Power.MASTER_KEY: "3"}


def table() -> str:
    """The tables, one a theme."""
    pieces = []
    for theme in THEMES:
        head = ("what is done", "by", *Evidence)
        lines = [f"### {theme.heading}", "", _row(head), _row(["---"] * len(head))]
        lines += [_row(_cells(each)) for each in theme.attacks]
        pieces.append("\n".join(lines))
    return "\n\n".join(pieces) + "\n"


def page() -> str:
    """The page as it should be: the table that stands in it replaced."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def _cells(each: Attack) -> list[str]:
    return [each.does, _WHO[each.by], *(f"`{verdict}`" if verdict else UNSEEN for verdict in each.promise)]


def _row(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
