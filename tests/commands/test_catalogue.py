"""The catalogues: refusals are produced, tested and well written; commands have a decider, notices a test."""

import re
from pathlib import Path
from typing import Any

import pytest

from commands.catalog import CATALOG
from ledger.terms import notices
from ledger.terms.refusals import CATALOGUE, REFUSALS, Refusal, is_audited, precedence, refused

ROOT = Path(__file__).parents[2]
SOURCES = [path for room in ("ledger", "commands", "interfaces") for path in (ROOT / room).rglob("*.py")]
PRODUCERS = "\n".join(path.read_text() for path in SOURCES if not path.name.startswith("refusal"))
_SHARED = (ROOT / "tests" / "commands" / name for name in ("changes.py", "overpaid.py"))
WRITTEN = [*(ROOT / "tests").rglob("test_*.py"), *_SHARED]
TESTS = "\n".join(path.read_text() for path in WRITTEN if path.name != "test_catalogue.py")
FIELDS: dict[str, Any] = {
    "roles": "Front desk",
    "what": "The visit",
    "month": "2026-03",
    "family": "complex",
    "minutes": "13",
    "needed": "20",
    "policy": "untimed_counts",
    "values": "yes or no",
    "waits_for": "patient",
    "capability": "access_24x7",
    "how": "struck",
    "billed": "99437",
    "limit": "2",
    "size": "40",
    "seen": "50",
    "after": "30",
    "codes": "99490",
    "whose": "practice",
    "deadline": "2027-03-31",
    "years": "1",
    "last": "2027-04-20",
    "on": "2026-05-04",
    "status": "returned",
    "paid": "52.90",
    "share": "13.23",
    "since": "2020-05-04",
    "months": "2026-03",
    "until": "2036-12-31",
    "hours": "12",
}


def messages(entry: Refusal) -> tuple[str, str, str]:
    found = refused(entry.code, **FIELDS)
    return found.happened, found.because, found.remedy


# --- refusals ---------------------------------------------------------------------------------------------------


def test_no_code_is_given_twice() -> None:
    assert len(CATALOGUE) == len(REFUSALS)


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.code)
def test_every_refusal_has_a_producer_and_a_test(entry: Refusal) -> None:
    assert f'"{entry.code}"' in PRODUCERS
    assert f'"{entry.code}"' in TESTS


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.code)
def test_every_refusal_says_what_happened_by_which_rule_and_what_to_do(entry: Refusal) -> None:
    for text in messages(entry):
        assert re.match(r"^[A-Z`N]", text), text
        assert text.endswith("."), text
        assert not any(found in text.lower() for found in ("!", "{", "invalid", "please")), text


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.code)
def test_no_refusal_holds_an_identifier(entry: Refusal) -> None:
    for text in messages(entry):
        assert not re.search(r"\b(pt|st|pr|te|cs|cd|vs|cv|dg|at|dv)_[a-z2-7]{8,}", text)
        assert not re.search(r"\d{9,}", text)


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.code)
def test_every_refusal_cites_a_rule_or_a_section(entry: Refusal) -> None:
    assert re.search(r"CCM-[A-Z]+-?\d|readings|architecture|ccm-rules|schema commands", entry.because), entry.because


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.code)
def test_every_code_states_the_broken_condition_in_words(entry: Refusal) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)+", entry.code)


def test_rules_that_are_cited_exist() -> None:
    register = (ROOT / "ledger" / "rulebook" / "register.toml").read_text()
    cited = {rule for entry in CATALOGUE for rule in re.findall(r"CCM-[A-Z]+-\d\d", entry.because)}

    assert set() == {rule for rule in cited if f"[{rule}]" not in register}


def test_unreadable_input_is_no_fact_and_acts_without_capacity_are() -> None:
    audited = {entry.code for entry in CATALOGUE if is_audited(entry.code)}

    assert {"month_occupied", "capacity_missing", "not_in_this_practice", "self_dealing", "month_changed"} <= audited
    assert not {"line_unreadable", "field_missing", "waiting_for_patient", "in_the_future", "mbi_unreadable"} & audited


def test_precedence_is_the_order_of_the_catalogue() -> None:
    stages = ["line_too_long", "field_unknown", "login_not_bound", "no_such_patient", "capacity_missing"]
    stages += ["no_such_practice", "time_shape_unclear", "in_the_future", "after_death", "month_occupied"]

    assert stages == sorted(stages, key=precedence)


def test_a_code_that_is_not_in_the_catalogue_is_a_programmers_error() -> None:
    with pytest.raises(KeyError):
        refused("no_such_code")


# --- commands ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CATALOG)
def test_every_command_has_a_decider_of_its_name_and_a_test(name: str) -> None:
    entry = CATALOG[name]

    assert f"decide_{name}" == entry.decide.__name__
    assert entry.command.__name__ in TESTS or f'"{name}"' in TESTS


@pytest.mark.parametrize("name", CATALOG)
def test_the_docstring_of_a_decider_names_its_refusals_in_order(name: str) -> None:
    said = " ".join((CATALOG[name].decide.__doc__ or "").split()).partition("Notices:")[0]
    found = re.search(r"Refuses(?:, in order)?: (.*?)(?:\. (?:Unchanged|Notices)|\.$|$|; and for)", said)
    codes = [word for word in re.findall(r"[a-z_]+", found.group(1)) if word in REFUSALS] if found else []

    assert codes == sorted(codes, key=precedence)
    assert all(entry in said for entry in ("Reads",)), said


@pytest.mark.parametrize("name", CATALOG)
def test_the_subject_of_a_refusal_is_a_field_of_the_command(name: str) -> None:
    subject = CATALOG[name].subject

    assert subject is None or subject in CATALOG[name].command.model_fields


# --- notices ----------------------------------------------------------------------------------------------------


def test_every_notice_that_a_decider_gives_has_a_test() -> None:
    deciders = "\n".join(path.read_text() for path in (ROOT / "commands").glob("*.py"))
    given = set(re.findall(r'notice\(\s*"([a-z_]+)"', deciders))

    assert given <= set(notices.KINDS)
    assert set() == {code for code in given if f'"{code}"' not in TESTS}
