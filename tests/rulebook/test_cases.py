"""Every case of tests/rulebook/cases is answered by the shipped law as the case says."""

from collections import Counter

import pytest

from ledger.rulebook import Rulebook
from tests.rulebook.cases import Case, all_cases, read_case

A_MONTH = {"says": "A month.", "rules": ["CCM-CODE-01"], "time": [], "codes": {}}


@pytest.mark.parametrize("case", all_cases(), ids=[f"{case.file}: {case.says}" for case in all_cases()])
def test_a_case_is_answered_as_it_says(case: Case, book: Rulebook) -> None:
    assert case.question.expected == case.answer(book)


def test_no_two_cases_say_the_same() -> None:
    twice = [says for says, count in Counter(case.says for case in all_cases()).items() if count > 1]

    assert twice == []


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
