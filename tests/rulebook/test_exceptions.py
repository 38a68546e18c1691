"""A payer's exceptions stand in files of their own; bad ones are refused with file, line and remedy, one fault each."""

from datetime import date

import pytest

from ledger.rulebook import Diagnostic, Rulebook, RulebookError, load_rulebook, shipped_edition
from ledger.rulebook.differences import differences

BASE = b"""implements = ["CCM-CONSENT-02", "CCM-CODE-04"]
checked = 2026-11-21

[methods]
unit = "words"
says = "Ways of consenting."
rules = ["CCM-CONSENT-02"]
values = [
  {effective = 2015-01-01, value = ["verbal", "written"], cite = "CY 2017", confidence = "CONFIRMED"},
]

[units_max]
unit = "units"
says = "Units of a month."
rules = ["CCM-CODE-04"]
values = [
  {effective = 2017-01-01, value = 10, cite = "NCCI", confidence = "CONFIRMED"},
]
"""
HEAD = """exception = "Acme asks for writing"
base = "toy"
applies_to = {payer = "acme"}
implements = ["CCM-CONSENT-02"]
checked = 2026-11-22
"""
METHODS = """
["toy.rules.methods"]
says = "Acme accepts only a signature."
values = [
  {effective = 2025-01-01, value = ["written"], cite = "Acme, provider manual 2025, p. 12", confidence = "CONFIRMED"},
]
"""
ACME = "payers/acme/consent.toml"
MARCH = date(2026, 3, 31)


def book(**files: str) -> Rulebook:
    """The base with profiles: their files by the name of the profile."""
    profiles = {f"payers/{name}/rules.toml": text.encode() for name, text in files.items()}
    return load_rulebook({"toy/rules.toml": BASE, **profiles})


def diagnostics(*texts: str, name: str = ACME) -> tuple[Diagnostic, ...]:
    files = {name: texts[0].encode()}
    files |= {f"payers/other{nth}/rules.toml": text.encode() for nth, text in enumerate(texts[1:])}
    with pytest.raises(RulebookError) as caught:
        load_rulebook({"toy/rules.toml": BASE, **files})
    return caught.value.diagnostics


def fault(text: str, *others: str, name: str = ACME) -> tuple[int, str, str, str]:
    """Line, table, problem and remedy of the one fault that a profile has."""
    found = diagnostics(text, *others, name=name)
    assert len(found) == 1, found
    return found[0][1:]


def head(**changed: str) -> str:
    """The head of the file with these lines changed, or taken out where they are empty."""
    lines = dict(line.split(" = ", 1) for line in HEAD.splitlines()) | changed
    return "".join(f"{key} = {value}\n" for key, value in lines.items() if value)


def dated(effective: str, until: str = "", value: str = '["written"]', cite: str = ' cite = "Acme",') -> str:
    end = f" until = {until}," if until else ""
    return f'{{effective = {effective},{end} value = {value},{cite} confidence = "CONFIRMED"}}'


def methods(*values: str) -> str:
    rows = "".join(f"  {value},\n" for value in values)
    return f'\n["toy.rules.methods"]\nsays = "Otherwise."\nvalues = [\n{rows}]\n'


# --- what loads -----------------------------------------------------------------------------------------------


def test_an_exception_is_read_with_its_label_base_and_coverage() -> None:
    (exception,) = book(acme=HEAD + METHODS).exceptions

    assert (exception.profile, exception.label, exception.base) == ("acme", "Acme asks for writing", "toy")
    assert (exception.payer, exception.kind, exception.file) == ("acme", None, "payers/acme/rules.toml")


def test_its_readings_end_in_the_name_of_the_profile_and_have_unit_and_rule_ids_of_the_base() -> None:
    (quantity,) = book(acme=HEAD + METHODS).exceptions[0].quantities
    (reading,) = quantity.readings

    assert reading.name == quantity.name == "toy.rules.methods@acme"
    assert (reading.unit, reading.rules, reading.value) == ("words", ("CCM-CONSENT-02",), ("written",))
    assert reading.cite == "Acme, provider manual 2025, p. 12"


def test_a_view_finds_it_under_the_name_of_the_base() -> None:
    it = book(acme=HEAD + METHODS)

    assert it.view(payer="acme").in_force(MARCH).words("toy.rules.methods") == ("written",)
    assert it.in_force(MARCH).words("toy.rules.methods") == ("verbal", "written")


def test_a_profile_may_have_several_files() -> None:
    units = HEAD.replace("CCM-CONSENT-02", "CCM-CODE-04")
    units += f'["toy.rules.units_max"]\nsays = "More."\nvalues = [{dated("2020-01-01", value="12")}]\n'
    files = {"payers/acme/consent.toml": (HEAD + METHODS).encode(), "payers/acme/units.toml": units.encode()}
    rules = load_rulebook({"toy/rules.toml": BASE, **files}).view(payer="acme").in_force(MARCH)

    assert (rules.words("toy.rules.methods"), rules.whole("toy.rules.units_max")) == (("written",), 12)


def test_a_limit_may_be_taken_away() -> None:
    text = head(implements='["CCM-CODE-04"]')
    value = dated("2020-01-01", value='"unlimited"')
    text += f'["toy.rules.units_max"]\nsays = "No limit."\nvalues = [{value}]\n'
    rules = book(acme=text).view(payer="acme").in_force(MARCH)

    assert rules.value("toy.rules.units_max") == "unlimited"


# --- the head of a file ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["", '""', "7"])
def test_an_exception_without_a_label_is_refused(words: str) -> None:
    assert fault(head(exception=words) + METHODS) == (
        1,
        "",
        "`exception` is missing.",
        'Begin with exception = "what it is, in words of your own".',
    )


@pytest.mark.parametrize("base", ["", '"medicaid"', "[]"])
def test_an_exception_to_a_base_that_does_not_exist_is_refused(base: str) -> None:
    problem, remedy = fault(head(base=base) + METHODS)[2:]

    assert (problem, remedy) == ("`base` names no rules that exist.", 'Write base = "toy".')


@pytest.mark.parametrize("applies", ["", "{}", '"acme"'])
def test_an_exception_that_applies_to_nobody_is_refused(applies: str) -> None:
    assert fault(head(applies_to=applies) + METHODS) == (
        3 if applies else 1,
        "",
        "`applies_to` does not say whom the exception applies to.",
        'Write applies_to = {payer = "acme"}, {kind = "medicare_advantage"}, or both.',
    )


@pytest.mark.parametrize(
    ("applies", "problem"),
    [
        ('{payer = "Acme Health"}', "`payer` is not a payer's word."),
        ("{payer = 7}", "`payer` is not a payer's word."),
        ('{kind = "hmo"}', "`kind` is not a kind of coverage."),
        ('{payer = "acme", plan = "gold"}', "Key `plan` is not known."),
    ],
)
def test_a_coverage_that_cannot_be_recorded_is_refused(applies: str, problem: str) -> None:
    assert fault(head(applies_to=applies) + METHODS)[2] == problem


def test_an_exception_to_all_of_medicare_ffs_is_refused() -> None:
    assert fault(head(applies_to='{kind = "medicare_ffs"}') + METHODS)[2:] == (
        "Medicare FFS is the base itself; an exception to all of it would replace the law.",
        'Name a payer as well: applies_to = {payer = "acme", kind = "medicare_ffs"}.',
    )


def test_an_exception_without_the_day_it_was_checked_is_refused() -> None:
    assert fault(head(checked="") + METHODS)[2] == "`checked` is missing or not a date."


@pytest.mark.parametrize("implements", ["", '["CONSENT-02"]', '"CCM-CONSENT-02"'])
def test_an_exception_without_rule_ids_is_refused(implements: str) -> None:
    assert fault(head(implements=implements) + METHODS)[2] == "`implements` is not a list of rule ids."


def test_a_rule_id_that_no_overridden_quantity_has_is_refused() -> None:
    assert fault(head(implements='["CCM-CONSENT-02", "CCM-CODE-04"]') + METHODS)[2:] == (
        "No quantity here implements CCM-CODE-04.",
        "Take it out; rule ids are those of the base.",
    )


def test_an_unknown_key_of_an_exception_is_refused_with_the_key_that_is_meant() -> None:
    assert fault("aplies_to = 1\n" + HEAD + METHODS)[2:] == (
        "Key `aplies_to` is not known.",
        "Did you mean `applies_to`?",
    )


def test_an_exception_that_says_nothing_otherwise_is_refused() -> None:
    found = diagnostics(HEAD)

    assert [d.problem for d in found] == ["The exception says nothing otherwise."]


@pytest.mark.parametrize("name", ["payers/consent.toml", "payers/acme/plans/consent.toml", "payers/Acme/consent.toml"])
def test_a_file_outside_the_folder_of_a_profile_is_refused(name: str) -> None:
    assert fault(HEAD + METHODS, name=name)[2:] == (
        "The file does not stand in the folder of a profile.",
        "Put it at payers/NAME/FILE.toml, NAME in lower case with digits and _.",
    )


# --- its quantities -------------------------------------------------------------------------------------------


def test_an_exception_to_a_rule_that_does_not_exist_is_refused_with_the_one_that_is_meant() -> None:
    assert fault(HEAD + METHODS.replace("rules.methods", "rules.method")) == (
        7,
        "toy.rules.method",
        "No rule is called toy.rules.method.",
        "Did you mean `toy.rules.methods`?",
    )


def test_a_name_without_quotes_is_refused() -> None:
    assert fault(HEAD + METHODS.replace('"toy.rules.methods"', "toy.rules.methods"))[2:] == (
        "The name of a quantity is not in quotes.",
        'Write ["toy.ccm..."], all of it in quotes.',
    )


@pytest.mark.parametrize("key", ["unit", "rules"])
def test_unit_and_rule_ids_are_those_of_the_base(key: str) -> None:
    assert fault(HEAD + METHODS.replace("says", f'{key} = "words"\nsays')) == (
        7,
        "toy.rules.methods",
        f"Key `{key}` is not known.",
        "Keys here are says, values, note.",
    )


def test_an_exception_that_does_not_say_what_it_means_is_refused() -> None:
    text = METHODS.replace('says = "Acme accepts only a signature."\n', "")

    assert fault(HEAD + text)[:3] == (7, "toy.rules.methods", "`says` is missing.")


def test_a_value_of_another_unit_than_the_base_is_refused() -> None:
    assert fault(HEAD + methods(dated("2025-01-01", value='"written"'))) == (
        10,
        "toy.rules.methods",
        "The value written is not of unit words.",
        "Write a list of different words in quotes.",
    )


def test_a_value_without_a_citation_is_refused() -> None:
    assert fault(HEAD + methods(dated("2025-01-01", cite="")))[:3] == (
        10,
        "toy.rules.methods",
        "The value has no citation.",
    )


def test_a_citation_of_an_unknown_source_is_refused() -> None:
    assert fault(HEAD + methods(dated("2025-01-01", cite=' cite = "[S99]",')))[:3] == (
        10,
        "toy.rules.methods",
        "Source [S99] is not in sources.toml.",
    )


@pytest.mark.parametrize(
    ("first", "second", "problem"),
    [
        (dated("2025-01-01", "2025-06-30"), dated("2025-08-01"), "No value holds from 2025-07-01 to 2025-07-31."),
        (dated("2025-01-01", "2025-06-30"), dated("2025-06-01"), "Two values hold from 2025-06-01 to 2025-06-30."),
        (dated("2025-01-01"), dated("2024-01-01"), "2024-01-01 does not come after 2025-01-01."),
    ],
)
def test_dates_of_an_exception_are_held_to_the_same_rules(first: str, second: str, problem: str) -> None:
    assert fault(HEAD + methods(first, second))[:3] == (11, "toy.rules.methods", problem)


def test_a_quantity_that_stands_twice_in_a_file_is_refused() -> None:
    line, _, problem, remedy = fault(HEAD + METHODS + METHODS)

    assert (line, remedy) == (13, "Keep one, with all values.")
    assert problem.startswith("A table or key stands here twice: ")


def test_faults_of_the_base_do_not_show_as_faults_of_the_exception() -> None:
    with pytest.raises(RulebookError) as caught:
        load_rulebook({"toy/rules.toml": b"checked = 1\n", ACME: (HEAD + METHODS).encode()})

    assert {d.file for d in caught.value.diagnostics} == {"toy/rules.toml"}


# --- two at once ----------------------------------------------------------------------------------------------

OTHER = METHODS.replace("Acme", "Advantage")


def test_two_exceptions_that_one_coverage_can_meet_are_refused_and_both_named() -> None:
    other = head(exception='"Advantage plans"', applies_to='{kind = "medicare_advantage"}') + OTHER

    assert diagnostics(HEAD + METHODS, other) == (
        Diagnostic(
            "payers/other0/rules.toml",
            10,
            "toy.rules.methods",
            "Two exceptions are true at once from 2025-01-01: 'Advantage plans' here, and 'Acme asks for writing' "
            "at payers/acme/consent.toml:10.",
            "End one before the other begins, or narrow `applies_to` so that no coverage falls under both.",
        ),
    )


@pytest.mark.parametrize(
    "applies", ['{payer = "acme"}', '{payer = "acme", kind = "commercial"}', '{kind = "medicaid"}']
)
def test_the_order_of_files_settles_nothing(applies: str) -> None:
    assert len(diagnostics(HEAD + METHODS, head(applies_to=applies) + METHODS)) == 1
    assert len(diagnostics(head(applies_to=applies) + METHODS, HEAD + METHODS)) == 1


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ('{payer = "acme"}', '{payer = "bolt"}'),
        ('{kind = "medicaid"}', '{kind = "commercial"}'),
        ('{payer = "acme", kind = "medicaid"}', '{payer = "acme", kind = "commercial"}'),
        ('{payer = "acme", kind = "medicaid"}', '{kind = "commercial"}'),
    ],
)
def test_exceptions_that_no_coverage_can_meet_together_stand_side_by_side(one: str, another: str) -> None:
    assert len(book(first=head(applies_to=one) + METHODS, second=head(applies_to=another) + METHODS).exceptions) == 2


def test_exceptions_that_follow_each_other_stand_side_by_side() -> None:
    first, second = methods(dated("2024-01-01", "2024-12-31")), methods(dated("2025-01-01", value='["electronic"]'))
    view = book(first=HEAD + first, second=HEAD + second).view(payer="acme")

    assert view.in_force(date(2024, 12, 31)).words("toy.rules.methods") == ("written",)
    assert view.in_force(date(2025, 1, 1)).words("toy.rules.methods") == ("electronic",)


@pytest.mark.parametrize(("begins", "expected"), [("2024-12-31", 1), ("2025-01-01", 0)])
def test_one_day_in_common_is_enough(begins: str, expected: int) -> None:
    files = {
        "payers/first/rules.toml": (HEAD + methods(dated("2024-01-01", "2024-12-31"))).encode(),
        "payers/second/rules.toml": (HEAD + methods(dated(begins))).encode(),
    }
    faults: tuple[Diagnostic, ...] = ()
    try:
        load_rulebook({"toy/rules.toml": BASE, **files})
    except RulebookError as error:
        faults = error.diagnostics

    assert len(faults) == expected


def test_one_profile_does_not_say_two_things_of_one_day_even_to_different_coverages() -> None:
    files = {
        "payers/acme/a.toml": (head(applies_to='{payer = "acme"}') + METHODS).encode(),
        "payers/acme/b.toml": (head(applies_to='{payer = "bolt"}') + METHODS).encode(),
    }

    with pytest.raises(RulebookError, match="Two exceptions are true at once from 2025-01-01"):
        load_rulebook({"toy/rules.toml": BASE, **files})


def test_exceptions_to_different_rules_stand_side_by_side() -> None:
    units = head(applies_to='{kind = "commercial"}', implements='["CCM-CODE-04"]')
    units += f'["toy.rules.units_max"]\nsays = "More."\nvalues = [{dated("2020-01-01", value="12")}]\n'
    rules = book(acme=HEAD + METHODS, plans=units).view(payer="acme", kind="commercial").in_force(MARCH)

    assert (rules.words("toy.rules.methods"), rules.whole("toy.rules.units_max")) == (("written",), 12)


# --- what a payer does not have -------------------------------------------------------------------------------

FAMILIES = b"""implements = ["CCM-CODE-09"]
checked = 2026-11-21

[personal_base]
unit = "code"
says = "The code of the first unit."
rules = ["CCM-CODE-09"]
values = [
  {effective = 2019-01-01, value = "99491", cite = "CY 2019", confidence = "CONFIRMED"},
]
"""


def without(value: str, name: str = "toy.families.personal_base") -> Rulebook:
    text = head(implements='["CCM-CODE-09"]') + f'["{name}"]\nsays = "Not paid."\nvalues = [\n  {value}\n]\n'
    return load_rulebook({"toy/rules.toml": BASE, "toy/families.toml": FAMILIES, ACME: text.encode()})


def test_a_payer_may_be_without_a_code_between_two_days() -> None:
    acme = without(dated("2025-01-01", "2025-12-31").replace('value = ["written"]', "absent = true")).view(payer="acme")

    assert acme.in_force(date(2024, 12, 31)).get("toy.families.personal_base") == "99491"
    assert acme.in_force(date(2025, 1, 1)).get("toy.families.personal_base") is None
    assert acme.in_force(date(2026, 1, 1)).get("toy.families.personal_base") == "99491"


def test_what_is_absent_is_cited_too() -> None:
    (reading,) = (
        without(dated("2025-01-01").replace('value = ["written"]', "absent = true"))
        .exceptions[0]
        .quantities[0]
        .readings
    )

    assert (reading.is_absent, reading.cite, reading.name) == (True, "Acme", "toy.families.personal_base@acme")


@pytest.mark.parametrize("absent", ['value = "99491", absent = true', "absent = false", "absent = 1"])
def test_absent_is_true_and_alone(absent: str) -> None:
    with pytest.raises(RulebookError) as caught:
        without(dated("2025-01-01").replace('value = ["written"]', absent))

    assert [d[1:4] for d in caught.value.diagnostics] == [
        (9, "toy.families.personal_base", "`absent` is not true, or has a value beside it.")
    ]


def test_what_judging_needs_cannot_be_absent() -> None:
    text = HEAD + methods(dated("2025-01-01").replace('value = ["written"]', "absent = true"))

    assert fault(text) == (
        10,
        "toy.rules.methods",
        "`absent` is for the codes of families and for prices; judging needs a value here.",
        "Write the value that holds for this payer.",
    )


# --- what differs between two editions ------------------------------------------------------------------------


def changes(before: Rulebook, after: Rulebook) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Name, kind and days of every change."""
    return [
        (each.name, each.kind, [(span.first.isoformat(), span.last.isoformat()) for span in each.spans])
        for each in differences(before, after)
    ]


def changed_base(old: str, new: str) -> Rulebook:
    assert old in BASE.decode()
    return load_rulebook({"toy/rules.toml": BASE.decode().replace(old, new).encode()})


def test_equal_editions_do_not_differ() -> None:
    assert changes(book(acme=HEAD + METHODS), book(acme=HEAD + METHODS)) == []


def test_an_exception_that_came_is_added_for_its_days() -> None:
    text = HEAD + methods(dated("2025-01-01", "2025-06-30"))

    assert changes(book(), book(acme=text)) == [("toy.rules.methods@acme", "added", [("2025-01-01", "2025-06-30")])]
    assert changes(book(acme=text), book()) == [("toy.rules.methods@acme", "removed", [("2025-01-01", "2025-06-30")])]


def test_a_value_that_changed_is_told_for_the_days_on_which_it_did() -> None:
    two = changed_base(
        "value = 10, ",
        'value = 10, cite = "NCCI", confidence = "CONFIRMED"},\n  {effective = 2026-01-01, value = 12, ',
    )

    assert changes(book(), two) == [("toy.rules.units_max", "changed", [("2026-01-01", "9999-12-31")])]


def test_a_value_that_began_earlier_is_told_for_the_days_between() -> None:
    assert changes(book(), changed_base("2017-01-01, value = 10", "2016-01-01, value = 10")) == [
        ("toy.rules.units_max", "changed", [("2016-01-01", "2016-12-31")])
    ]


def test_days_that_follow_with_the_same_values_are_one_span() -> None:
    first = dated("2025-01-01", "2025-06-30")
    parted = HEAD + methods(first, dated("2025-07-01", "2025-12-31", cite=' cite = "Acme 2",'))

    assert changes(book(), book(acme=parted))[0][2] == [("2025-01-01", "2025-12-31")]


def test_another_citation_is_told_without_days() -> None:
    assert changes(book(), changed_base('cite = "NCCI"', 'cite = "NCCI 2024"')) == [
        ("toy.rules.units_max", "reworded", [])
    ]


def test_an_exception_for_others_is_one_that_went_and_one_that_came() -> None:
    bolt = head(applies_to='{payer = "bolt"}') + METHODS

    assert [(name, kind) for name, kind, _ in changes(book(acme=HEAD + METHODS), book(acme=bolt))] == [
        ("toy.rules.methods@acme", "removed"),
        ("toy.rules.methods@acme", "added"),
    ]


# --- what no month could be judged by -------------------------------------------------------------------------


def shipped_with(name: str, value: str, rule: str, effective: str = "2026-01-01") -> tuple[Diagnostic, ...]:
    """The faults of an exception to a shipped rule."""
    text = head(base='"medicare"', implements=f'["{rule}"]')
    text += f'["{name}"]\nsays = "Otherwise."\nvalues = [\n  {dated(effective, value=value)},\n]\n'
    try:
        load_rulebook({**dict(shipped_edition().files), ACME: text.encode()}, first_time=False)
    except RulebookError as error:
        return error.diagnostics
    return ()


@pytest.mark.parametrize(
    ("name", "value", "rule", "remedy"),
    [
        ("medicare.ccm.consent.required", "false", "CCM-CONSENT-01", "It is true."),
        ("medicare.ccm.time.period", '"thirty_days"', "CCM-TIME-02", "It is calendar_month."),
        ("medicare.ccm.activities.not_counted.unlisted", '["other"]', "CCM-TIME-09", "It is unlisted."),
    ],
)
def test_what_the_program_does_in_one_way_only_cannot_be_otherwise(
    name: str, value: str, rule: str, remedy: str
) -> None:
    assert [d[1:] for d in shipped_with(name, value, rule)] == [
        (9, name, "This program judges by one answer here, and it is another.", remedy)
    ]


@pytest.mark.parametrize(
    ("part", "code", "effective", "faults"),
    [
        ("base", "99490", "2026-01-01", 0),
        ("base", "99439", "2026-01-01", 1),
        ("base", "99999", "2026-01-01", 1),
        ("addon", "99439", "2021-01-01", 0),
        ("addon", "99439", "2020-12-31", 1),
        ("addon", "G2058", "2020-01-01", 1),
        ("addon", "99490", "2026-01-01", 1),
    ],
)
def test_a_family_needs_a_code_with_rules_on_all_of_its_days(part: str, code: str, effective: str, faults: int) -> None:
    found = shipped_with(f"medicare.ccm.families.noncomplex_{part}", f'"{code}"', "CCM-CODE-09", effective)

    assert [d.problem for d in found] == [f"No rules of {code} hold on all of these days."] * faults


def test_a_level_of_apcm_cannot_be_absent() -> None:
    found = shipped_with("medicare.apcm.families.level_1", '"G0556", absent = true', "CCM-CODE-19", "2026-01-01")

    assert [d.problem for d in found][:1] == [
        "`absent` is for the codes of families and for prices; judging needs a value here."
    ]
