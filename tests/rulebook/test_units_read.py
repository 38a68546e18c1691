"""Each quantity that something reads has the unit in which it is read; another is refused at its line."""

import pytest

from ledger.rulebook import Diagnostic, Rulebook, RulebookError, load_rulebook, shipped_edition
from ledger.rulebook.units_read import unit_read

SHIPPED = dict(shipped_edition().files)


def faults_of(file: str, old: str, new: str) -> list[Diagnostic]:
    """The faults of the shipped edition with one line of it changed."""
    text = SHIPPED[file].decode()
    assert old in text
    with pytest.raises(RulebookError) as caught:
        load_rulebook({**SHIPPED, file: text.replace(old, new, 1).encode()})
    return list(caught.value.diagnostics)


def test_every_quantity_of_the_shipped_edition_has_the_unit_in_which_it_is_read(book: Rulebook) -> None:
    assert {} == {name: q.unit for name, q in book.quantities.items() if unit_read(name) != q.unit}


def test_hours_where_minutes_are_read_are_refused() -> None:
    assert faults_of("medicare/ccm/99490.toml", 'unit = "minutes"', 'unit = "hours"') == [
        Diagnostic(
            "medicare/ccm/99490.toml",
            5,
            "minutes_minimum",
            "medicare.ccm.99490.minutes_minimum is read in minutes, and its unit is hours.",
            'Write unit = "minutes", with its values in minutes.',
        )
    ]


@pytest.mark.parametrize(
    ("file", "unit", "other"),
    [
        ("medicare/ccm/99490.toml", "minutes", "count"),
        ("medicare/ccm/99439.toml", "minutes", "days"),
        ("medicare/pcm/99427.toml", "minutes", "hours"),
        ("medicare/pfs/rvu_nonfacility.toml", "rvu", "percent"),
        ("medicare/pfs/practitioner_percent.toml", "percent", "rvu"),
        ("medicare/ccm/families.toml", "code", "word"),
        ("medicare/conflicts/tcm.toml", "effect", "word"),
        ("medicare/claims.toml", "years", "months"),
    ],
)
def test_another_unit_than_that_in_which_a_quantity_is_read_is_refused(file: str, unit: str, other: str) -> None:
    (fault,) = faults_of(file, f'unit = "{unit}"', f'unit = "{other}"')

    assert fault[0] == file
    assert fault[1] > 0
    assert f"is read in {unit}, and its unit is {other}." in fault[3]


def test_a_quantity_that_nothing_reads_may_have_any_unit() -> None:
    own = b"""implements = ["CCM-CODE-01"]
checked = 2026-11-21

[visits_wanted]
unit = "hours"
says = "Kept for ourselves."
rules = ["CCM-CODE-01"]
values = [
  {effective = 2015-01-01, value = 3, cite = "Our own wish", confidence = "DESIGN"},
]
"""

    book = load_rulebook({**SHIPPED, "medicare/ccm/ours.toml": own})

    assert book.quantity("medicare.ccm.ours.visits_wanted").unit == "hours"
