"""The page of docs/rulebook.md, written from the shipped rulebook: `python -m interfaces.reference_rulebook [FILE]`.

Promise: the page says what the register and the rule files say; a test compares them, so it cannot drift.
"""

import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from ledger.rulebook import Covered, Quantity, Rulebook, coverage, load_rulebook, shipped_edition
from ledger.rulebook.coverage import counts

_INTRO = """\
# The rulebook: what is made of every rule

Every rule id of the law as this project read it, in one of four states. The page is written from the rulebook that this
program ships; `ccm-ledger rules coverage` shows the same, of the edition that a ledger has adopted, and
`ccm-ledger rules show ID` every value with its dates and sources.

- **applied**: quantities of the rule files name the id, or a module carries it, or both; tests show it.
- **due**: not built yet; the page says where it will live.
- **informational**: context, or a permission by which nothing is decided.
- **not modelled**: left out, and why.

Labels are our own words and no text of a code set. Source keys are spelled out [at the end](#sources). A quantity is
named without its folder `medicare`; `*` stands for all quantities of a file.
"""


def page() -> str:
    """The whole text of the page."""
    book = load_rulebook(dict(shipped_edition().files))
    covered = coverage(book)
    parts = [_INTRO, *_counted(covered)]
    for chapter, ids in groupby(covered, key=lambda each: each.chapter):
        parts += [
            "",
            f"## {chapter}",
            "",
            "| id | what it asks | state | carried by | sources |",
            "|---|---|---|---|---|",
        ]
        parts += [_row(each, book) for each in ids]
    return "\n".join([*parts, "", "## Sources", "", *_sources(book, covered), ""])


def _counted(covered: tuple[Covered, ...]) -> Iterator[str]:
    yield "| state | ids |"
    yield "|---|---:|"
    for state, number in counts(covered).items():
        yield f"| {_words(state)} | {number} |"
    yield f"| all | {len(covered)} |"


def _row(each: Covered, book: Rulebook) -> str:
    assert each.state is not None, "the shipped edition has a register"
    says = f"{each.says} {each.note}".strip()
    return f"| {each.id} | {says} | {_words(each.state)} | {_carried(each, book)} | {', '.join(each.sources)} |"


def _carried(each: Covered, book: Rulebook) -> str:
    """Quantities, modules, the place where it will live, or the reason why not: whatever there is."""
    parts = [", ".join(f"`{name}`" for name in _named(each.quantities, book))]
    parts.append(", ".join(f"`{path}`" for path in each.by))
    parts.append(f"will live in {each.lives}" if each.lives else "")
    parts.append(each.why)
    return "; ".join(part for part in parts if part)


def _named(quantities: Iterable[Quantity], book: Rulebook) -> Iterator[str]:
    """The quantities by their short names, those of a file together where it has no others."""
    for file, of_file in groupby(quantities, key=lambda quantity: quantity.file):
        names = [quantity.name for quantity in of_file]
        whole = sum(quantity.file == file for quantity in book.quantities.values())
        folder = names[0].rsplit(".", 1)[0].removeprefix("medicare.")
        if len(names) == whole > 1:
            yield f"{folder}.*"
        else:
            yield from (f"{folder}.{name.rsplit('.', 1)[1]}" for name in names)


def _sources(book: Rulebook, covered: tuple[Covered, ...]) -> Iterator[str]:
    cited = {key for each in covered for key in each.sources}
    yield from (f"- **{key}**: {title}" for key, title in book.sources.items() if key in cited)


def _words(state: str) -> str:
    return state.replace("_", " ")


def write(file: Path) -> None:
    """Write the page."""
    file.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/rulebook.md"))
