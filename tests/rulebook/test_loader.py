"""Bad rule files are refused at load with file, line and remedy; each test has one fault."""

from datetime import date
from decimal import Decimal

import pytest

from ledger.rulebook import Diagnostic, RulebookError, load_rulebook
from ledger.terms.errors import LedgerError
from tests.rulebook.tiny import FILES

HEAD = 'implements = ["CCM-CODE-01"]\nchecked = 2026-11-21\n\n'
MINUTES = '[minutes]\nunit = "minutes"\nsays = "Minutes."\nrules = ["CCM-CODE-01"]\n'
TWENTY = '{effective = 2015-01-01, value = 20, cite = "CY 2015", confidence = "CONFIRMED"}'


def diagnostics(text: str, name: str = "toy/bad.toml", **others: bytes) -> tuple[Diagnostic, ...]:
    with pytest.raises(RulebookError) as caught:
        load_rulebook({name: text.encode(), **others})
    return caught.value.diagnostics


def fault(text: str, name: str = "toy/bad.toml") -> tuple[int, str, str, str]:
    """Line, table, problem and remedy of the one fault that a file has."""
    found = diagnostics(text, name)
    assert len(found) == 1, found
    assert found[0].file == name
    return found[0][1:]


def with_values(*values: str) -> str:
    rows = "".join(f"  {value},\n" for value in values)
    return f"{HEAD}{MINUTES}values = [\n{rows}]\n"


def dated(effective: str, until: str = "", value: str = "20") -> str:
    end = f" until = {until}," if until else ""
    return f'{{effective = {effective},{end} value = {value}, cite = "CY 2015", confidence = "CONFIRMED"}}'


def test_a_sound_file_loads() -> None:
    book = load_rulebook({"toy/good.toml": with_values(TWENTY).encode()})

    assert book.in_force(date(2026, 3, 31)).value("toy.good.minutes") == 20


def test_two_values_at_once_are_refused() -> None:
    text = with_values(dated("2015-01-01", "2020-12-31"), dated("2020-07-01", value="25"))

    assert fault(text) == (
        10,
        "minutes",
        "Two values hold from 2020-07-01 to 2020-12-31.",
        "End the earlier value on 2020-06-30, or begin this one after 2020-12-31.",
    )


def test_a_gap_between_values_is_refused() -> None:
    text = with_values(dated("2015-01-01", "2019-12-31"), dated("2021-01-01", value="25"))

    assert fault(text) == (
        10,
        "minutes",
        "No value holds from 2020-01-01 to 2020-12-31.",
        "Leave out `until` of the earlier value, or add the value that held in between.",
    )


def test_values_that_touch_are_accepted() -> None:
    text = with_values(dated("2015-01-01", "2020-12-31"), dated("2021-01-01", value="25"))
    book = load_rulebook({"toy/good.toml": text.encode()})

    assert book.in_force(date(2020, 12, 31)).value("toy.good.minutes") == 20
    assert book.in_force(date(2021, 1, 1)).value("toy.good.minutes") == 25


def test_a_value_without_an_end_holds_until_the_next_one_begins() -> None:
    text = with_values(dated("2015-01-01"), dated("2021-01-01", value="25"))
    first, second = load_rulebook({"toy/good.toml": text.encode()}).quantity("toy.good.minutes").readings

    assert first.until == date(2020, 12, 31)
    assert second.until is None


@pytest.mark.parametrize("second", ["2014-01-01", "2015-01-01"])
def test_dates_out_of_order_are_refused(second: str) -> None:
    text = with_values(dated("2015-01-01"), dated(second))

    assert fault(text) == (
        10,
        "minutes",
        f"{second} does not come after 2015-01-01.",
        "Put values in order, oldest first, each once.",
    )


def test_an_end_before_its_beginning_is_refused() -> None:
    assert fault(with_values(dated("2015-01-01", "2014-12-31"))) == (
        9,
        "minutes",
        "Until 2014-12-31 is before effective 2015-01-01.",
        "Mend one of the dates.",
    )


def test_a_value_that_holds_for_one_day_is_accepted() -> None:
    text = with_values(dated("2015-01-01", "2015-01-01"))
    book = load_rulebook({"toy/good.toml": text.encode()})

    assert book.in_force(date(2015, 1, 1)).value("toy.good.minutes") == 20
    assert book.in_force(date(2015, 1, 2)).get("toy.good.minutes") is None


@pytest.mark.parametrize("cite", ["", ' cite = "",', ' cite = "  ",', " cite = 7,"])
def test_a_value_without_a_citation_is_refused(cite: str) -> None:
    text = with_values(f'{{effective = 2015-01-01, value = 20,{cite} confidence = "CONFIRMED"}}')

    assert fault(text) == (
        9,
        "minutes",
        "The value has no citation.",
        "Add `cite`: the rule or paper that says so.",
    )


@pytest.mark.parametrize("confidence", ["", ', confidence = "SURE"'])
def test_a_value_without_its_confidence_is_refused(confidence: str) -> None:
    text = with_values(f'{{effective = 2015-01-01, value = 20, cite = "CY 2015"{confidence}}}')

    assert fault(text) == (
        9,
        "minutes",
        "`confidence` is missing or not known.",
        "Use one of CONFIRMED, CONFIRMED*, SEED, RECALL, DESIGN.",
    )


def test_a_citation_of_an_unknown_source_is_refused() -> None:
    text = with_values(TWENTY.replace("CY 2015", "CY 2015 PFS final rule [S99]"))

    assert fault(text) == (9, "minutes", "Source [S99] is not in sources.toml.", "Spell it out there.")


def test_a_source_that_is_not_spelled_out_is_refused() -> None:
    found = diagnostics('S71 = ""\n', "sources.toml")

    assert [str(d) for d in found] == [
        'sources.toml:1: Source S71 is not spelled out. Write S71 = "title and publisher".'
    ]


def test_an_unknown_key_of_a_value_is_refused_with_the_key_that_is_meant() -> None:
    text = with_values(TWENTY.replace("confidence", "untill = 2020-12-31, confidence"))

    assert fault(text) == (9, "minutes", "Key `untill` is not known.", "Did you mean `until`?")


def test_an_unknown_key_of_a_quantity_is_refused() -> None:
    text = f"{HEAD}{MINUTES}zebra = 1\nvalues = [{TWENTY}]\n"

    assert fault(text) == (
        4,
        "minutes",
        "Key `zebra` is not known.",
        "Keys here are unit, says, rules, values, note.",
    )


def test_an_unknown_key_of_a_file_is_refused() -> None:
    text = f"titel = 1\n{HEAD}{MINUTES}values = [{TWENTY}]\n"

    assert fault(text) == (1, "", "Key `titel` is not known.", "Keys here are implements, checked.")


@pytest.mark.parametrize(
    ("unit", "value", "remedy"),
    [
        ("minutes", '"20"', "Write a whole number from 1 to 44640."),
        ("minutes", "20.0", "Write a whole number from 1 to 44640."),
        ("minutes", "-1", "Write a whole number from 1 to 44640."),
        ("minutes", "true", "Write a whole number from 1 to 44640."),
        ("rvu", "2", "Write a number with a decimal point, from 0.0 to 10000.0."),
        ("rvu", "-1.88", "Write a number with a decimal point, from 0.0 to 10000.0."),
        ("rvu", "nan", "Write a number with a decimal point, from 0.0 to 10000.0."),
        ("dollars_per_rvu", '"33.4009"', "Write a number with a decimal point, from 0.0 to 10000.0."),
        ("yes_no", "1", "Write true or false."),
        ("yes_no", '"yes"', "Write true or false."),
        ("effect", '"reject"', "Write one of not_counted, blocks_release, review, refused, none."),
        ("effect", "[]", "Write one of not_counted, blocks_release, review, refused, none."),
        ("scope", '"npi"', "Write one of same_npi, same_tin, any."),
        ("within", '"year"', "Write one of month, date, period30."),
        ("text", '""', "Write a sentence in quotes."),
        ("word", '"two words"', "Write one word in quotes."),
        ("word", "7", "Write one word in quotes."),
        ("code", '"9949"', "Write a code of five characters."),
        ("code", "99490", "Write a code of five characters."),
        ("words", '"rn"', "Write a list of different words in quotes."),
        ("words", "[]", "Write a list of different words in quotes."),
        ("words", '["rn", "rn"]', "Write a list of different words in quotes."),
        ("words", '["rn", 7]', "Write a list of different words in quotes."),
        ("codes", '["99490", "visit"]', "Write a list of different codes in quotes."),
    ],
)
def test_a_value_of_another_type_than_its_unit_is_refused(unit: str, value: str, remedy: str) -> None:
    text = with_values(dated("2015-01-01", value=value)).replace('"minutes"', f'"{unit}"')
    line, table, problem, advice = fault(text)

    assert (9, "minutes", remedy) == (line, table, advice)
    assert problem.endswith(f"is not of unit {unit}.")


def test_a_missing_value_is_refused() -> None:
    text = with_values('{effective = 2015-01-01, cite = "CY 2015", confidence = "CONFIRMED"}')

    assert fault(text) == (9, "minutes", "The value is missing.", "Write a whole number from 1 to 44640.")


def test_an_unknown_unit_is_refused() -> None:
    line, table, problem, advice = fault(with_values(TWENTY).replace('"minutes"', '"fortnights"'))

    assert (line, table, problem) == (4, "minutes", "Unit 'fortnights' is not known.")
    assert advice.startswith("Use one of minutes, hours, days,")


@pytest.mark.parametrize("unit", ["7", "[]"])
def test_a_unit_that_is_no_word_is_refused(unit: str) -> None:
    problem = fault(with_values(TWENTY).replace('unit = "minutes"', f"unit = {unit}"))[2]

    assert problem == f"Unit {unit} is not known."


@pytest.mark.parametrize("effective", ["2015-01-01T00:00:00", '"2015-01-01"', "20150101"])
def test_a_beginning_that_is_not_a_day_is_refused(effective: str) -> None:
    assert fault(with_values(TWENTY.replace("2015-01-01", effective))) == (
        9,
        "minutes",
        "`effective` is missing or not a date.",
        "Write effective = YYYY-MM-DD.",
    )


@pytest.mark.parametrize("key", ["until", "published"])
def test_another_date_that_is_not_a_day_is_refused(key: str) -> None:
    text = with_values(TWENTY.replace("value", f'{key} = "2016", value'))

    assert fault(text) == (
        9,
        "minutes",
        f"`{key}` is not a date.",
        f"Write {key} = YYYY-MM-DD, or leave it out.",
    )


def test_a_day_that_does_not_exist_is_refused() -> None:
    line, _, problem, remedy = fault(with_values(TWENTY.replace("2015-01-01", "2015-02-30")))

    assert (line, remedy) == (9, "Mend the line.")
    assert problem.startswith("This is not TOML: ")


def test_a_quantity_that_stands_twice_is_refused() -> None:
    table = f"{MINUTES}values = [{TWENTY}]\n"
    line, _, problem, remedy = fault(f"{HEAD}{table}\n{table}")

    assert (line, remedy) == (10, "Keep one, with all values.")
    assert problem.startswith("A table or key stands here twice: ")


def test_a_key_that_stands_twice_is_refused() -> None:
    text = with_values(TWENTY).replace('says = "Minutes."', 'says = "Minutes."\nsays = "Hours."')
    line, _, problem, remedy = fault(text)

    assert (line, remedy) == (7, "Keep one, with all values.")
    assert problem.startswith("A table or key stands here twice: ")


def test_what_is_not_toml_is_refused() -> None:
    line, _, problem, remedy = fault(f"{HEAD}[minutes\n")

    assert (line, remedy) == (4, "Mend the line.")
    assert problem.startswith("This is not TOML: ")


@pytest.mark.parametrize("absurd", ["[" * 100_000, "9" * 5_000])
def test_numbers_and_nesting_without_end_are_refused(absurd: str) -> None:
    line, _, problem, remedy = fault(f"{HEAD}x = {absurd}\n")

    assert (line, remedy) == (1, "Mend the line.")
    assert problem.startswith("This is not TOML: ")


def test_a_file_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(RulebookError, match=r"toy/bad.toml:1: The file is not UTF-8. Save it as UTF-8."):
        load_rulebook({"toy/bad.toml": b'says = "\xff"\n'})


def test_carriage_returns_are_refused_because_they_would_change_the_digest() -> None:
    assert fault(with_values(TWENTY).replace("\n", "\r\n")) == (
        1,
        "",
        "The file has carriage returns.",
        "Save it with plain line feeds.",
    )


@pytest.mark.parametrize("name", ["toy/a.b.toml", "toy/a b.toml", "/toy.toml", "toy//bad.toml", "toy.txt"])
def test_a_path_with_other_characters_is_refused(name: str) -> None:
    assert fault(with_values(TWENTY), name) == (
        1,
        "",
        "The path has other characters than letters, digits and _.",
        "Rename the file.",
    )


def test_a_table_with_other_characters_is_refused() -> None:
    assert fault(with_values(TWENTY).replace("[minutes]", '["min.utes"]')) == (
        4,
        "min.utes",
        "The name has other characters than letters, digits and _.",
        "Rename the table.",
    )


@pytest.mark.parametrize("implements", ["", 'implements = "CCM-CODE-01"\n', 'implements = ["CODE-01"]\n'])
def test_a_file_that_names_no_rule_ids_is_refused(implements: str) -> None:
    assert fault(with_values(TWENTY).replace('implements = ["CCM-CODE-01"]\n', implements)) == (
        1,
        "",
        "`implements` is not a list of rule ids.",
        'Write implements = ["CCM-CODE-01", ...].',
    )


def test_an_empty_file_is_refused() -> None:
    assert [d.problem for d in diagnostics("")] == [
        "`checked` is missing or not a date.",
        "`implements` is not a list of rule ids.",
    ]


def test_a_file_without_the_day_it_was_checked_is_refused() -> None:
    assert fault(with_values(TWENTY).replace("checked = 2026-11-21\n", "")) == (
        1,
        "",
        "`checked` is missing or not a date.",
        "Write checked = YYYY-MM-DD above the tables.",
    )


def test_a_rule_id_that_no_quantity_names_is_refused() -> None:
    text = with_values(TWENTY).replace('implements = ["CCM-CODE-01"]', 'implements = ["CCM-CODE-01", "CCM-CODE-02"]')

    assert fault(text) == (
        1,
        "",
        "No quantity here names CCM-CODE-02.",
        "Name it in `rules`, or take it out.",
    )


@pytest.mark.parametrize("rules", ["", "rules = []", 'rules = ["CCM-CODE-09"]', 'rules = "CCM-CODE-01"'])
def test_a_quantity_without_rule_ids_of_its_file_is_refused(rules: str) -> None:
    assert fault(with_values(TWENTY).replace('rules = ["CCM-CODE-01"]', rules)) == (
        4,
        "minutes",
        "`rules` is not a list of ids from `implements`.",
        "Name the ids of this quantity.",
    )


def test_a_quantity_that_says_nothing_is_refused() -> None:
    assert fault(with_values(TWENTY).replace('says = "Minutes."\n', "")) == (
        4,
        "minutes",
        "`says` is missing.",
        "Say in one sentence of our own what the quantity means.",
    )


def test_a_note_that_is_not_text_is_refused() -> None:
    assert fault(with_values(TWENTY).replace('says = "Minutes."', 'says = "Minutes."\nnote = 7')) == (
        4,
        "minutes",
        "`note` is not text.",
        "Write it in quotes, or leave it out.",
    )


@pytest.mark.parametrize("values", ["", "values = []", "values = 20", "values = [20]"])
def test_a_quantity_without_dated_values_is_refused(values: str) -> None:
    assert fault(f"{HEAD}{MINUTES}{values}\n") == (
        4,
        "minutes",
        "`values` is not a list of dated values.",
        "Write values = [{effective = ..., ...}].",
    )


def test_the_line_is_that_of_the_table_where_values_share_one() -> None:
    text = f"{HEAD}{MINUTES}values = [{TWENTY}, {TWENTY}]\n"

    assert fault(text)[0] == 4


def test_every_fault_of_every_file_is_listed() -> None:
    with pytest.raises(RulebookError) as caught:
        load_rulebook(
            {
                "toy/b.toml": with_values(dated("2015-01-01", value='"20"')).encode(),
                "toy/a.toml": with_values("{effective = 2015-01-01, value = 20}").encode(),
            }
        )

    assert [(d.file, d.line, d.problem) for d in caught.value.diagnostics] == [
        ("toy/a.toml", 9, "The value has no citation."),
        ("toy/a.toml", 9, "`confidence` is missing or not known."),
        ("toy/b.toml", 9, "The value 20 is not of unit minutes."),
    ]


def test_the_error_reads_as_a_list_for_a_person() -> None:
    with pytest.raises(LedgerError) as caught:
        load_rulebook({"toy/bad.toml": with_values(dated("2015-01-01", value='"20"')).encode()})

    assert str(caught.value) == (
        "The rulebook was not loaded: 1 fault.\n"
        "toy/bad.toml:9 [minutes]: The value 20 is not of unit minutes. Write a whole number from 1 to 44640."
    )


def test_decimals_are_read_as_they_are_written() -> None:
    book = load_rulebook(FILES)

    assert Decimal("32.7442") == book.in_force(date(2024, 3, 8)).decimal("toy.prices.factor")


def test_what_breaks_off_before_its_end_is_refused_at_the_last_line() -> None:
    line, _, problem, remedy = fault(f"{HEAD}[minutes]\nsays = ")

    assert (line, remedy) == (5, "Mend the line.")
    assert problem.startswith("This is not TOML: ")


def test_a_byte_that_is_not_utf_8_is_refused_at_its_line() -> None:
    with pytest.raises(RulebookError, match=r"toy/bad.toml:2: The file is not UTF-8."):
        load_rulebook({"toy/bad.toml": b'checked = 2026-11-21\nsays = "\xff"\n'})


def test_a_key_above_the_tables_is_refused_at_its_own_line() -> None:
    text = with_values(TWENTY).replace("checked = 2026-11-21", "checkd = 2026-11-21\nchecked = 2026-11-21")

    assert fault(text) == (2, "", "Key `checkd` is not known.", "Did you mean `checked`?")


# --- what is asked of rules that nobody adopted yet -----------------------------------------------------------------


def test_a_citation_without_letters_is_refused() -> None:
    assert fault(with_values(TWENTY.replace('"CY 2015"', '"?"'))) == (
        9,
        "minutes",
        "The citation has no letters.",
        "Name the rule or paper that says so.",
    )


def test_a_value_that_was_checked_before_its_source_was_published_is_refused() -> None:
    assert fault(with_values(TWENTY.replace("value", "published = 2026-11-22, value"))) == (
        9,
        "minutes",
        "The file was checked on 2026-11-21, before this was published on 2026-11-22.",
        "Mend one of the dates, or compare the value with its source again.",
    )


def test_a_value_that_was_published_on_the_day_it_was_checked_loads() -> None:
    text = with_values(TWENTY.replace("value", "published = 2026-11-21, value"))

    assert load_rulebook({"toy/good.toml": text.encode()}).quantities


def test_more_than_a_hundred_percent_is_refused() -> None:
    text = with_values(dated("2015-01-01", value="100.1")).replace('unit = "minutes"', 'unit = "percent"')

    assert fault(text) == (
        9,
        "minutes",
        "100.1 percent is more than all.",
        "Write a percent from 0.0 to 100.0.",
    )


def test_a_hundred_percent_loads() -> None:
    text = with_values(dated("2015-01-01", value="100.0")).replace('unit = "minutes"', 'unit = "percent"')

    assert load_rulebook({"toy/good.toml": text.encode()}).quantities


def test_less_than_nothing_percent_is_refused() -> None:
    text = with_values(dated("2015-01-01", value="-0.1")).replace('unit = "minutes"', 'unit = "percent"')

    assert fault(text)[2] == "The value -0.1 is not of unit percent."


def test_what_was_adopted_before_is_not_asked_anew() -> None:
    text = with_values(dated("2015-01-01", value="185.0")).replace('unit = "minutes"', 'unit = "percent"')

    assert load_rulebook({"toy/good.toml": text.encode()}, first_time=False).quantities
