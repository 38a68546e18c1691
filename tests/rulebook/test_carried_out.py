"""What code carries out by itself: another value is refused when an edition is opened, not adopted and ignored."""

import tomllib
from collections.abc import Mapping
from typing import Any

import pytest

from ledger.rulebook import Edition, Rulebook, UnknownFormulas, rulebook_of, shipped_edition
from ledger.rulebook.carried_out import CARRIED_OUT, not_carried_out
from tests.rulebook.case_months import chart_of, judged, under
from tests.rulebook.cases import FOLDER
from tests.rulebook.tiny import FILES

TIME = "medicare/ccm/time.toml"
MONTHS = [
    case
    for path in sorted(FOLDER.rglob("*.toml"))
    for case in tomllib.loads(path.read_text())["case"]
    if case.get("kind", "month") == "month"
]


def edition_with(file: str, said: bytes, says: bytes) -> Edition:
    files = dict(shipped_edition().files)
    assert files[file].count(said) == 1
    return Edition.of(files | {file: files[file].replace(said, says)})


def test_the_shipped_law_is_carried_out(book: Rulebook) -> None:
    assert list(not_carried_out(book)) == []
    assert CARRIED_OUT.keys() <= book.quantities.keys()


def test_an_edition_with_minutes_that_round_up_is_refused_with_both_values() -> None:
    edition = edition_with(TIME, b'"floor_monthly_total"', b'"ceiling_monthly_total"')

    with pytest.raises(UnknownFormulas, match=r"time\.rounding is ceiling_monthly_total") as refused:
        rulebook_of(edition)

    assert "judges only by floor_monthly_total" in str(refused.value)


def test_an_edition_that_says_nothing_of_it_is_opened() -> None:
    assert "medicare.ccm.time.rounding" not in rulebook_of(Edition.of(FILES)).quantities


def test_a_value_that_is_read_where_it_is_applied_may_be_another() -> None:
    edition = edition_with(TIME, b"value = 48, ", b"value = 72, ")

    assert 72 == rulebook_of(edition).quantity("medicare.ccm.time.late_hours").readings[0].value


@pytest.mark.parametrize("case", MONTHS, ids=[case["says"] for case in MONTHS])
def test_a_notice_has_the_effect_of_the_rule_that_it_quotes(case: Mapping[str, Any], book: Rulebook) -> None:
    facts = chart_of(case).facts()
    verdict = judged(facts, under(book, case.get("if_the_law_said", {})))
    said = [*verdict.missing, *verdict.notices, *(each for line in verdict.lines for each in line.notices)]
    other = {
        (each.code, name)
        for each in said
        for name in each.readings
        if book.quantities[name].unit == "effect" and book.quantities[name].readings[-1].value != each.effect.value
    }

    assert other == set()
