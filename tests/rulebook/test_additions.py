"""Parts of relative values come with a folder of one's own; anything else that a folder would add is refused."""

from datetime import date
from decimal import Decimal

import pytest

from ledger.judging.prices import Gpci, PricedAs, price_charges
from ledger.judging.shapes import ChargeLine
from ledger.rulebook import Rulebook, RulebookError, load_rulebook, rulebook_of, shipped_edition
from ledger.rulebook.editions import admitted, profiles_in, with_profiles

SHIPPED = dict(shipped_edition().files)
GPCI = "payers/gpci/parts.toml"
HEAD = """addition = "Parts of relative values"
base = "medicare"
implements = ["CCM-RATE-11"]
checked = 2026-11-22
"""
MARCH = date(2026, 3, 31)
MANHATTAN = Gpci("1320201", Decimal("1.049"), Decimal("1.181"), Decimal("1.624"))


def part(name: str, value: str, since: str = "2026-01-01") -> str:
    """A table that adds one part."""
    return (
        f'\n["medicare.pfs.{name}"]\nunit = "rvu"\nsays = "Invented for a test."\nrules = ["CCM-RATE-11"]\nvalues = [\n'
        f'  {{effective = {since}, until = 2026-12-31, value = {value}, cite = "The file", confidence = "SEED"}},\n]\n'
    )


PARTS = part("rvu_pe_nonfacility.99490", "0.91") + part("rvu_mp.99490", "0.07")


def loaded(text: str, **others: str) -> Rulebook:
    files = {f"payers/{name}/parts.toml": other.encode() for name, other in others.items()}
    return load_rulebook({**SHIPPED, GPCI: text.encode(), **files})


def fault(text: str, name: str = GPCI, **others: str) -> tuple[int, str, str, str]:
    files = {f"payers/{each}/parts.toml": other.encode() for each, other in others.items()}
    with pytest.raises(RulebookError) as caught:
        load_rulebook({**SHIPPED, name: text.encode(), **files})
    assert len(caught.value.diagnostics) == 1, caught.value
    return caught.value.diagnostics[0][1:]


def local(book: Rulebook, *, is_facility: bool = False) -> Decimal | None:
    """What 99490 comes to in Manhattan on 31 March 2026."""
    priced = PricedAs(gpci=MANHATTAN, is_facility=is_facility, credential="md")
    return price_charges([ChargeLine("99490", 1, None)], priced, on=MARCH, rules=book.in_force(MARCH)).schedule


# --- what loads -----------------------------------------------------------------------------------------------


def test_parts_of_ones_own_price_a_locality_to_the_cent() -> None:
    # (1.00 x 1.049 + 0.91 x 1.181 + 0.07 x 1.624) x 33.4009 = 74.7308...
    assert (Decimal("66.13"), Decimal("74.73")) == (local(rulebook_of(shipped_edition())), local(loaded(HEAD + PARTS)))


def test_a_facility_has_its_own_practice_expense() -> None:
    # (1.00 x 1.049 + 0.24 x 1.181 + 0.07 x 1.624) x 33.4009 = 48.3020...; the total in a facility is 1.31.
    assert Decimal("48.30") == local(loaded(HEAD + PARTS + part("rvu_pe_facility.99490", "0.24")), is_facility=True)


def test_what_is_added_is_a_rule_like_any_other_under_its_own_name() -> None:
    book = loaded(HEAD + PARTS)
    reading = book.in_force(MARCH).reading("medicare.pfs.rvu_mp.99490")

    assert (reading.value, reading.unit, reading.rules) == (Decimal("0.07"), "rvu", ("CCM-RATE-11",))
    assert ["gpci"] == [each.profile for each in book.additions]
    assert book.additions[0].label == "Parts of relative values"


def test_it_holds_for_every_payer() -> None:
    view = loaded(HEAD + PARTS).view(payer="seed_strict", kind="commercial")

    assert view.in_force(MARCH).value("medicare.pfs.rvu_mp.99490") == Decimal("0.07")


def test_an_edition_with_additions_is_admitted_and_opened_again() -> None:
    edition = with_profiles({GPCI: (HEAD + PARTS).encode()})

    assert admitted(edition) is rulebook_of(edition)
    assert {"gpci", "seed_strict"} == profiles_in(edition)


def test_parts_that_come_to_the_total_within_its_rounding_load() -> None:
    assert local(loaded(HEAD + PARTS.replace("0.91", "0.905"))) is not None


# --- what is refused ------------------------------------------------------------------------------------------


def test_parts_that_do_not_come_to_the_total_are_refused() -> None:
    assert fault(HEAD + PARTS.replace("0.91", "0.90")) == (
        11,
        "medicare.pfs.rvu_pe_nonfacility.99490",
        (
            "With medicare.pfs.rvu_work.99490 at medicare/pfs/rvu_work.toml:12, medicare.pfs.rvu_mp.99490 at "
            f"{GPCI}:19 this comes to 0.90 + 1.00 + 0.07 = 1.97, and the total medicare.pfs.rvu_nonfacility.99490 is "
            "1.98."
        ),
        "Take all parts from the file and the year of the total.",
    )


def test_parts_of_2026_are_refused_for_2025_whose_total_is_another() -> None:
    early = part("rvu_pe_nonfacility.99490", "0.91", "2025-01-01") + part("rvu_mp.99490", "0.07", "2025-01-01")

    assert "this comes to 0.91 + 1.00 + 0.07 = 1.98, and the total" in fault(HEAD + early)[2]


@pytest.mark.parametrize(
    "name",
    [
        "rvu_work.99213",
        "rvu_nonfacility.99213",
        "conversion_factor.own",
        "rvu_pe_nonfacility.practice",
        "rvu_pe.99490",
    ],
)
def test_anything_else_than_a_part_is_refused(name: str) -> None:
    line, table, problem, remedy = fault(HEAD + part(name, "0.91"))

    assert (line, table) == (6, f"medicare.pfs.{name}")
    assert problem == "Only parts of relative values may be added."
    assert remedy == (
        "Write one of medicare.pfs.rvu_pe_nonfacility.CODE, medicare.pfs.rvu_pe_facility.CODE, "
        "medicare.pfs.rvu_mp.CODE, all of it in quotes."
    )


def test_a_part_of_a_code_without_a_total_is_refused() -> None:
    assert fault(HEAD + part("rvu_mp.99213", "0.07"))[2:] == (
        "99213 has no total relative value units here.",
        "Add parts of codes that have a price.",
    )


def test_one_part_added_twice_is_refused_and_both_places_are_named() -> None:
    again = HEAD + part("rvu_mp.99490", "0.07")

    assert fault(again, other=again)[2:] == (
        f"medicare.pfs.rvu_mp.99490 is added here and at {GPCI}:6.",
        "Keep one, with all values.",
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        ('unit = "rvu"', 'unit = "percent"', 6, "medicare.pfs.rvu_mp.99490 is read in rvu, and its unit is percent."),
        ('rules = ["CCM-RATE-11"]', "", 6, "`rules` is another rule than that of the parts."),
        ('says = "Invented for a test."', "", 6, "`says` is missing."),
        (' cite = "The file",', "", 11, "The value has no citation."),
        ('"The file"', '"[S999]"', 11, "Source [S999] is not in sources.toml."),
        ("value = 0.07", "value = 7", 11, "The value 7 is not of unit rvu."),
        ("until = 2026-12-31", "until = 2025-12-31", 11, "Until 2025-12-31 is before effective 2026-01-01."),
        ('addition = "Parts of relative values"', 'addition = ""', 1, "`addition` is not text."),
        ('base = "medicare"', 'base = "medicaid"', 2, "`base` names no rules that exist."),
        ('implements = ["CCM-RATE-11"]', 'implements = ["CCM-RATE-10"]', 3, "`implements` is another rule"),
        ("checked = 2026-11-22", "checked = 7", 4, "`checked` is missing or not a date."),
        (
            "checked = 2026-11-22",
            'checked = 2026-11-22\napplies_to = {payer = "a"}',
            5,
            "Key `applies_to` is not known.",
        ),
        ("checked = 2026-11-22", 'checked = 2026-11-22\nkind = "x"', 5, "Key `kind` is not known."),
    ],
)
def test_a_fault_of_an_addition_is_refused_at_its_line(old: str, new: str, line: int, problem: str) -> None:
    text = HEAD + part("rvu_mp.99490", "0.07")
    assert old in text
    found = fault(text.replace(old, new, 1))

    assert found[0] == line
    assert found[2].startswith(problem)


def test_an_addition_outside_the_folder_of_a_profile_is_refused() -> None:
    assert fault(HEAD + PARTS, name="payers/parts.toml")[2] == "The file does not stand in the folder of a profile."


def test_an_addition_that_adds_nothing_is_refused() -> None:
    assert fault(HEAD)[2] == "The addition adds nothing."


def test_an_exception_still_may_not_name_what_does_not_exist() -> None:
    text = HEAD.replace("addition =", "exception =").replace("base", 'applies_to = {payer = "acme"}\nbase', 1)
    remedy = "Add it in a file of its own that begins with `addition`, for every payer."
    with pytest.raises(RulebookError) as caught:
        load_rulebook({**SHIPPED, GPCI: (text + PARTS).encode()})

    assert ("No rule is called medicare.pfs.rvu_mp.99490.", remedy) in {
        (each.problem, each.remedy) for each in caught.value.diagnostics
    }
