"""Rules as a person asks for them: by name, by the beginning of a name, or by rule id."""

import json
from datetime import date

import pytest

from ledger.rulebook import NoSuchRule, Rulebook, describe, list_names
from ledger.rulebook.describe import shown_value


def names_found(book: Rulebook, key: str) -> list[str]:
    return [description.quantity.name for description in describe(book, key)]


def test_a_quantity_is_found_by_its_name(book: Rulebook) -> None:
    assert names_found(book, "medicare.ccm.99490.minutes_minimum") == ["medicare.ccm.99490.minutes_minimum"]


def test_quantities_are_found_by_the_beginning_of_their_name(book: Rulebook) -> None:
    assert names_found(book, "medicare.ccm.99490") == [
        "medicare.ccm.99490.minutes_minimum",
        "medicare.ccm.99490.units_max",
    ]


@pytest.mark.parametrize("key", ["CCM-CODE-07", "CODE-07", "ccm-code-07", "code-07"])
def test_quantities_are_found_by_rule_id(book: Rulebook, key: str) -> None:
    assert names_found(book, key) == [
        "medicare.ccm.99487.decision_making_by",
        "medicare.ccm.99487.decision_making_levels",
        "medicare.ccm.99487.minutes_minimum",
    ]


def test_an_unknown_name_is_answered_with_the_near_ones(book: Rulebook) -> None:
    with pytest.raises(NoSuchRule) as caught:
        describe(book, "medicare.ccm.99490.minute_minimum")

    assert caught.value.near[0] == "medicare.ccm.99490.minutes_minimum"


def test_an_unknown_rule_id_is_answered_with_the_near_ones(book: Rulebook) -> None:
    with pytest.raises(NoSuchRule) as caught:
        describe(book, "CODE-77")

    assert "CODE-07" in caught.value.near


def test_a_description_on_a_date_says_what_was_in_force(book: Rulebook) -> None:
    (written_only,) = describe(book, "medicare.ccm.consent.methods", date(2016, 12, 31))
    (verbal_too,) = describe(book, "medicare.ccm.consent.methods", date(2017, 1, 1))

    assert written_only.in_force is not None
    assert verbal_too.in_force is not None
    assert written_only.in_force.value == ("written", "electronic")
    assert verbal_too.in_force.value == ("verbal", "written", "electronic")


def test_a_description_without_a_date_has_all_values_and_none_in_force(book: Rulebook) -> None:
    (description,) = describe(book, "medicare.pfs.conversion_factor.nonqp")

    assert len(description.quantity.readings) == 4
    assert description.in_force is None


def test_a_description_on_a_date_without_a_value_has_none_in_force(book: Rulebook) -> None:
    (description,) = describe(book, "medicare.pfs.conversion_factor.nonqp", date(2027, 1, 1))

    assert description.in_force is None


def test_a_description_is_ready_for_json(book: Rulebook) -> None:
    (description,) = describe(book, "medicare.pfs.rvu_facility.G0506", date(2026, 3, 31))

    assert json.loads(json.dumps(description.as_dict())) == {
        "name": "medicare.pfs.rvu_facility.G0506",
        "says": "Total relative value units of one unit, in a facility: "
        "assessment and planning beside the initiating visit.",
        "note": None,
        "unit": "rvu",
        "rules": ["CCM-RATE-10", "CCM-RATE-12"],
        "file": "medicare/pfs/rvu_facility.toml",
        "values": [
            {
                "name": "medicare.pfs.rvu_facility.G0506",
                "effective": "2025-01-01",
                "until": "2025-12-31",
                "published": "2025-09-11",
                "value": "1.29",
                "cite": "PPRRVU2025_Oct [S01]",
                "confidence": "CONFIRMED",
            },
            {
                "name": "medicare.pfs.rvu_facility.G0506",
                "effective": "2026-01-01",
                "until": "2026-12-31",
                "published": "2026-06-30",
                "value": "1.15",
                "cite": "PPRRVU2026_Jul_nonQPP [S02]",
                "confidence": "CONFIRMED",
            },
        ],
        "on": "2026-03-31",
        "in_force": {
            "name": "medicare.pfs.rvu_facility.G0506",
            "effective": "2026-01-01",
            "until": "2026-12-31",
            "published": "2026-06-30",
            "value": "1.15",
            "cite": "PPRRVU2026_Jul_nonQPP [S02]",
            "confidence": "CONFIRMED",
        },
        "sources": {
            "S01": "CMS, 2025 National Physician Fee Schedule Relative Value File, October release "
            "(PPRRVU2025_Oct, released 2025-09-11)",
            "S02": "CMS, 2026 National Physician Fee Schedule Relative Value File, July release, non-QPP "
            "(PPRRVU2026_Jul_nonQPP, released 2026-06-30)",
        },
        "exceptions": ["medicare.pfs.rvu_facility.G0506@seed_strict"],
    }


def test_words_and_answers_are_ready_for_json(book: Rulebook) -> None:
    (methods,) = describe(book, "medicare.ccm.performers.work_countries")
    (required,) = describe(book, "medicare.ccm.consent.required")

    assert methods.as_dict()["values"][0]["value"] == ["US"]
    assert required.as_dict()["values"][0]["value"] is True


def test_names_are_listed_in_order(book: Rulebook) -> None:
    names = list_names(book)

    assert list(names) == sorted(names)
    assert "medicare.ccm.G2058.units_max" in names


def test_names_on_a_date_are_those_with_a_value_on_it(book: Rulebook) -> None:
    names = list_names(book, date(2026, 3, 31))

    assert "medicare.ccm.99439.units_max" in names
    assert "medicare.ccm.G2058.units_max" not in names


def test_values_are_shown_as_a_person_reads_them(book: Rulebook) -> None:
    rules = book.in_force(date(2026, 3, 31))

    assert shown_value(rules.value("medicare.ccm.consent.required")) == "yes"
    assert shown_value(rules.value("medicare.ccm.consent.renewal_required")) == "no"
    assert shown_value(rules.value("medicare.ccm.99487.decision_making_levels")) == "moderate, high"
    assert shown_value(rules.value("medicare.pfs.conversion_factor.qp")) == "33.5675"
    assert shown_value(rules.value("medicare.ccm.99490.minutes_minimum")) == "20"
