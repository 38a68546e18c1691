"""The reference pages and the terms say what the program says."""

from pathlib import Path

import pytest

from interfaces import reference_access
from interfaces.reference import pages
from interfaces.reference_rulebook import page

DOCS = Path(__file__).parents[2] / "docs"
REFERENCE = DOCS / "reference"


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_reference_page_is_what_the_program_says(name: str) -> None:
    expected = pages()[name]
    actual = (REFERENCE / name).read_text(encoding="utf-8")

    assert expected == actual, f"write it anew: python -m interfaces.reference docs/reference ({name})"


def test_the_page_of_the_rulebook_is_what_the_rulebook_says() -> None:
    actual = (DOCS / "rulebook.md").read_text(encoding="utf-8")

    assert page() == actual, "write it anew: python -m interfaces.reference_rulebook"


def test_the_page_of_access_is_what_the_program_allows() -> None:
    actual = (DOCS / "access.md").read_text(encoding="utf-8")

    assert reference_access.page() == actual, "write it anew: python -m interfaces.reference_access"
