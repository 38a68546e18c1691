"""Every case of tests/rulebook/cases is answered by the shipped law as the case says."""

import re
from collections import Counter

import pytest

from ledger.rulebook import Rulebook
from tests.rulebook.cases import RULE_IDS, Case, all_cases, read_case

SCENARIOS = frozenset(
    {
        1,
        2,
        3,
        4,
        5,
        7,
        8,
        9,
        10,
        11,
        12,
        13,
        15,
        16,
        17,
        19,
        20,
        21,
        23,
        24,
        26,
        27,
        29,
        30,
        31,
        32,
        34,
        36,
        37,
        39,
        41,
        43,
    }
)
"""The worked scenarios of the rules, section 14."""
OF_CLAIMS = frozenset({29, 36, 37, 41})
OF_OTHER_SERVICES = frozenset({23, 24, 26, 30, 39, 43})
"""They ask for services of others, for APCM, G0511 and G0506: their cases come with those."""
INFORMATIONAL = frozenset({"CCM-STAFF-08", "CCM-STAFF-09"})
"""A proposal for other programmes, and what holds in rural health clinics too."""
A_MONTH = {"says": "A month.", "rules": ["CCM-CODE-01"], "time": [], "codes": {}}


@pytest.mark.parametrize("case", all_cases(), ids=[f"{case.file}: {case.says}" for case in all_cases()])
def test_a_case_is_answered_as_it_says(case: Case, book: Rulebook) -> None:
    assert case.question.expected == case.answer(book)


def test_no_two_cases_say_the_same() -> None:
    twice = [says for says, count in Counter(case.says for case in all_cases()).items() if count > 1]

    assert twice == []


def test_every_scenario_of_the_rules_but_those_of_claims_is_a_case() -> None:
    """A scenario's cases begin with its number, and a letter where it has several."""
    found = {re.match(r"(\d+)[a-z]?: ", case.says) for case in all_cases()}
    numbers = {int(match[1]) for match in found if match}

    assert SCENARIOS - OF_CLAIMS - OF_OTHER_SERVICES <= numbers <= SCENARIOS


def test_every_rule_of_counting_time_has_a_case_of_a_month() -> None:
    counting = {rule for rule in RULE_IDS if rule.startswith(("CCM-TIME-", "CCM-STAFF-"))} - INFORMATIONAL
    shown = {rule for case in all_cases() if case.kind in {"month", "units"} for rule in case.rules}

    assert counting - shown == set()


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ({**A_MONTH, "tyme": []}, "a month knows no tyme"),
        ({**A_MONTH, "kind": "week"}, "kind 'week' is none of"),
        ({**A_MONTH, "rules": ["CCM-CODE-99"]}, "`rules` is not a list of known rule ids"),
        ({**A_MONTH, "says": ""}, "does not say in one sentence"),
    ],
)
def test_a_case_that_cannot_be_read_is_refused_with_file_and_sentence(table: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint) as refused:
        read_case(table, "some.toml")

    assert "some.toml" in str(refused.value)
