"""The register is refused at load with file, line and remedy; each test has one fault."""

import pytest

from ledger.rulebook import Diagnostic, Edition, RulebookError, coverage, load_rulebook, rulebook_of
from ledger.rulebook.coverage import counts
from tests.rulebook.tiny import FILES

REGISTERED = """\
[CCM-CODE-01]
says = "A base code needs its full minutes."
state = "applied"

[CCM-CODE-02]
says = "Nothing is rounded up."
state = "applied"
by = ["ledger/rulebook/formulas.py"]

[CCM-RATE-10]
says = "The date of service sets the price."
state = "applied"
"""
DUE = '\n[CCM-RED-05]\nsays = "Many equal totals."\nstate = "due"\nlives = "projections/red_flags"\ncite = "[S71]"\n'


def diagnostics(register: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(RulebookError) as caught:
        load_rulebook({**FILES, "register.toml": register.encode()})
    return caught.value.diagnostics


def fault(more: str) -> tuple[int, str, str, str]:
    """Line, table, problem and remedy of the one fault that a register with this at its end has."""
    found = diagnostics(REGISTERED + more)
    assert len(found) == 1, found
    assert found[0].file == "register.toml"
    return found[0][1:]


def test_a_sound_register_says_what_is_made_of_each_id() -> None:
    book = load_rulebook({**FILES, "register.toml": (REGISTERED + DUE).encode()})

    assert [(each.id, each.state, each.by, each.lives) for each in coverage(book)] == [
        ("CCM-CODE-01", "applied", (), ""),
        ("CCM-CODE-02", "applied", ("ledger/rulebook/formulas.py",), ""),
        ("CCM-RATE-10", "applied", (), ""),
        ("CCM-RED-05", "due", (), "projections/red_flags"),
    ]


def test_an_id_is_covered_by_the_quantities_that_name_it() -> None:
    book = load_rulebook({**FILES, "register.toml": REGISTERED.encode()})
    first = coverage(book)[0]

    assert [(quantity.name, quantity.file) for quantity in first.quantities] == [
        ("toy.minutes.levels", "toy/minutes.toml"),
        ("toy.minutes.minutes_minimum", "toy/minutes.toml"),
    ]
    assert first.sources == ("S71",)
    assert first.chapter == "Codes and thresholds"


def test_states_are_counted_and_each_is_named() -> None:
    book = load_rulebook({**FILES, "register.toml": (REGISTERED + DUE).encode()})

    assert counts(coverage(book)) == {"applied": 3, "due": 1, "informational": 0, "not_modelled": 0}


def test_an_edition_without_a_register_shows_the_ids_of_its_quantities_in_no_state() -> None:
    book = load_rulebook(FILES)

    assert book.register is None
    assert [(each.id, each.state) for each in coverage(book)] == [
        ("CCM-CODE-01", None),
        ("CCM-CODE-02", None),
        ("CCM-RATE-10", None),
    ]


def test_an_unknown_state_is_a_fault() -> None:
    assert fault('\n[CCM-RED-05]\nsays = "Many equal totals."\nstate = "later"\n') == (
        14,
        "CCM-RED-05",
        "State 'later' is not known.",
        "Use one of applied, due, informational, not_modelled.",
    )


def test_an_entry_without_a_state_is_a_fault() -> None:
    assert fault('\n[CCM-RED-05]\nsays = "Many equal totals."\n')[2] == "State None is not known."


def test_an_entry_without_a_label_is_a_fault() -> None:
    assert fault('\n[CCM-AUD-01]\nstate = "informational"\ncite = "OIG"\n') == (
        14,
        "CCM-AUD-01",
        "`says` is missing or not one line.",
        "Say in one line of our own what the rule asks.",
    )


def test_a_due_rule_without_a_place_is_a_fault() -> None:
    assert fault('\n[CCM-RED-05]\nsays = "Many equal totals."\nstate = "due"\ncite = "[S71]"\n') == (
        14,
        "CCM-RED-05",
        "`lives` is missing: the rule is due.",
        "Say in which room and module it will live.",
    )


def test_a_rule_that_is_left_out_without_a_reason_is_a_fault() -> None:
    assert fault('\n[CCM-NPI-03]\nsays = "Two types."\nstate = "not_modelled"\ncite = "[S71]"\n') == (
        14,
        "CCM-NPI-03",
        "`why` is missing: the rule is not_modelled.",
        "Say why it is left out.",
    )


@pytest.mark.parametrize(
    ("key", "state"),
    [("by", "due"), ("by", "informational"), ("lives", "applied"), ("why", "applied"), ("why", "due")],
)
def test_a_key_of_another_state_is_a_fault(key: str, state: str) -> None:
    value = '["a"]' if key == "by" else '"a"'
    needed = {"due": 'lives = "a"\ncite = "OIG"\n', "applied": 'by = ["a"]\n'}.get(state, 'cite = "OIG"\n')

    assert fault(f'\n[CCM-RED-05]\nsays = "Many."\nstate = "{state}"\n{needed}{key} = {value}\n')[2] == (
        f"`{key}` does not go with the state {state}."
    )


def test_a_rule_that_is_not_applied_names_its_source() -> None:
    assert fault('\n[CCM-AUD-01]\nsays = "Many."\nstate = "informational"\n') == (
        14,
        "CCM-AUD-01",
        "The entry has no citation.",
        "Add `cite`: the rule or paper that says so.",
    )


def test_a_source_of_an_entry_is_spelled_out() -> None:
    assert fault('\n[CCM-AUD-01]\nsays = "Many."\nstate = "informational"\ncite = "[S99]"\n') == (
        14,
        "CCM-AUD-01",
        "Source [S99] is not in sources.toml.",
        "Spell it out there.",
    )


def test_an_unknown_key_is_a_fault_with_the_near_one() -> None:
    assert fault('\n[CCM-AUD-01]\nsays = "Many."\nstate = "informational"\ncite = "OIG"\nnotes = "x"\n')[2:] == (
        "Key `notes` is not known.",
        "Did you mean `note`?",
    )


def test_modules_are_a_list() -> None:
    assert fault('\n[CCM-ONE-09]\nsays = "One."\nstate = "applied"\nby = "commands"\n')[2] == (
        "`by` is not a list of different words."
    )


def test_a_blank_note_is_a_fault() -> None:
    assert (
        fault('\n[CCM-AUD-01]\nsays = "Many."\nstate = "informational"\ncite = "OIG"\nnote = " "\n')[2]
        == "`note` is not text."
    )


def test_an_id_that_stands_twice_is_a_fault_with_its_line() -> None:
    line, _, problem, remedy = fault('\n[CCM-CODE-01]\nsays = "Again."\nstate = "applied"\n')

    assert line == 14
    assert problem.startswith("A table or key stands here twice")
    assert remedy == "Keep one, with all values."


def test_a_table_that_is_no_rule_id_is_a_fault() -> None:
    assert fault('\n[CODE-01]\nsays = "One."\nstate = "informational"\n') == (
        14,
        "CODE-01",
        "CODE-01 is not a rule id.",
        "Write it as [CCM-CODE-01].",
    )


def test_an_id_that_is_no_table_is_a_fault() -> None:
    found = diagnostics('CCM-AUD-01 = "informational"\n' + REGISTERED)

    assert [each.problem for each in found] == ["CCM-AUD-01 is not a table."]


def test_an_applied_id_that_nothing_names_is_a_fault() -> None:
    assert fault('\n[CCM-AMEND-03]\nsays = "Nothing is deleted."\nstate = "applied"\n') == (
        14,
        "CCM-AMEND-03",
        "Nothing names this applied rule.",
        "Name it in `rules` of a quantity, say `by` which module carries it, or give it another state.",
    )


def test_an_id_of_a_rule_file_that_the_register_lacks_is_a_fault_of_that_file() -> None:
    found = diagnostics(REGISTERED.partition("[CCM-RATE-10]")[0])

    assert found == (
        Diagnostic(
            "toy/prices.toml",
            4,
            "factor",
            "CCM-RATE-10 is not in register.toml.",
            "Add [CCM-RATE-10] there with its state.",
        ),
    )


def test_judging_does_not_wait_for_the_register_and_asking_for_it_finds_its_faults() -> None:
    book = rulebook_of(Edition.of({**FILES, "register.toml": b'[CCM-CODE-01]\nsays = "One."\n'}))

    assert book.quantities
    with pytest.raises(RulebookError, match="State None is not known"):
        coverage(book)
