"""Mapping files are read whole or refused with the place of their fault."""

import pytest

from interfaces.importing.mapping import NEVER_IMPORTED, TimeMapping, read_chart_mapping, read_time_mapping
from ledger.terms.outcome import Refused
from tests.importing.reading import ZONES, chart_sources, shipped_mapping

GOOD = b"""
[source]
system = "timer"
timezone = "America/Chicago"
[columns]
patient = "Patient No"
[activities]
"CCM call" = "phone_call"
"""


def refusal(content: bytes) -> Refused:
    answer = read_time_mapping(content, ZONES, categories=("phone_call",))
    assert isinstance(answer, Refused)
    return answer


def test_a_time_mapping_names_columns_words_and_zone() -> None:
    mapping = read_time_mapping(GOOD, ZONES, categories=("phone_call",))

    assert isinstance(mapping, TimeMapping)
    assert (mapping.column("patient"), mapping.column("performer"), mapping.column("clock")) == (
        *("Patient No", "staff_id"),
        None,
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff", "not UTF-8"),
        (b"[columns", "not TOML"),
        (b"[column]\npatient = 'x'", "[column]"),
        (b"[columns]\nnurse = 'x'", "[columns.nurse"),
        (b"[columns]\npatient = 7", "[columns.patient]"),
        (b"[columns]\npatient = 'x'\nperformer = 'x'", "same column"),
        (b"[formats]\ndelimiter = '::'", "[formats.delimiter]"),
        (b"[activities]\nCall = 'no_such'", "no such category: no_such"),
        (b"[source]\nsystem = 'Not A Name'", "[source.system]"),
        (b"[defaults]\nwork_country = 'usa'", "[defaults.work_country]"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_with_its_place(content: bytes, said: str) -> None:
    answer = refusal(content)

    assert answer.code == "mapping_unreadable"
    assert said in answer.happened


def test_a_zone_that_does_not_exist_is_refused() -> None:
    assert refusal(b"[source]\ntimezone = 'America/Nowhere'").code == "timezone_unknown"


@pytest.mark.parametrize("uri", sorted(NEVER_IMPORTED))
def test_no_mapping_lets_a_number_in_that_is_never_imported(uri: str) -> None:
    answer = read_chart_mapping(f'[identifiers]\n"{uri.upper()}" = "mrn"'.encode(), ZONES)

    assert isinstance(answer, Refused)


def test_the_shipped_mapping_gives_no_billing_code_to_a_visit_type() -> None:
    assert shipped_mapping().visits == {"snomed": {}}


def test_the_shipped_mapping_only_names_what_it_calls_chronic() -> None:
    conditions = shipped_mapping().conditions["snomed"].values()

    assert all(condition.chronic and condition.icd10 for condition in conditions)
    assert len(chart_sources()) >= 1
