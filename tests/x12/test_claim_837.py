"""Claims as 837P files: every kind, checked by pyx12 with its own maps and read back by a reader made for tests."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interfaces.x12.claim_837 import file_837
from interfaces.x12.claim_shapes import ClaimToSend, Line, Person, Place, Subscriber
from interfaces.x12.writing import Unwritable, words
from tests.x12.checking import accepted, faults
from tests.x12.claims import (
    BILLER,
    CLINIC,
    HEAD,
    MARCH_END,
    MEDICARE,
    MEDIGAP,
    NUMBER,
    PAT,
    RECEIVER,
    SUBMITTER,
    claim,
    line,
)
from tests.x12.reading_back import claims_in, segments_of


def file_of(*claims: ClaimToSend) -> str:
    return accepted(file_837(HEAD, SUBMITTER, RECEIVER, claims))


def read_of(*claims: ClaimToSend) -> list[dict[str, Any]]:
    return claims_in(file_of(*claims))


def segment_of(text: str, *begins: str) -> list[str]:
    return next(each for each in segments_of(text) if each[: len(begins)] == list(begins))


# --- every kind of claim ------------------------------------------------------------------------------------------


def test_a_first_claim_says_who_bills_whom_for_what() -> None:
    (read,) = read_of(claim())

    assert (read["control"], read["frequency"], read["place"]) == (NUMBER, "1", "11")
    assert (read["biller"]["name"], read["biller"]["number"], read["biller"]["tin"]) == (
        *("LAKESIDE PRIMARY CARE", "1245319599", "361234567"),
    )
    assert (read["subscriber"]["name"], read["subscriber"]["given"]) == ("POE", "PAT")
    assert (read["subscriber"]["born_on"], read["subscriber"]["sex"]) == (date(1950, 2, 3), "F")
    assert read["subscriber"]["payer"]["number"] == "00131"
    assert read["rendering"] == {"name": "ADAMS", "given": "ADA", "number": "1234567893", "taxonomy": "207R00000X"}


def test_an_add_on_is_a_line_of_its_own_with_its_units_and_number() -> None:
    (read,) = read_of(claim(lines=(line(), line("99439", 2, "120.00", 2))))

    assert [(each["code"], each["units"], each["charge"], each["number"]) for each in read["lines"]] == [
        ("99490", 1, Decimal(85), f"{NUMBER}-1"),
        ("99439", 2, Decimal(120), f"{NUMBER}-2"),
    ]
    assert read["charge"] == Decimal(205)


def test_the_first_diagnosis_is_the_principal_one_and_every_line_points_to_all_of_two() -> None:
    (read,) = read_of(claim())

    assert (read["first"], read["diagnoses"]) == ("ABK", ["E119", "I10"])
    assert read["lines"][0]["pointers"] == ["1", "2"]


def test_twelve_diagnoses_are_named_and_four_pointed_to() -> None:
    codes = ("E11.9", "I10", "I50.9", "J44.9", "N18.30", "F32.9", "M81.0", "G20", "I48.91", "E78.5", "K21.9", "E03.9")
    (read,) = read_of(claim(diagnoses=codes))

    assert read["diagnoses"] == [code.replace(".", "") for code in codes]
    assert read["lines"][0]["pointers"] == ["1", "2", "3", "4"]


@pytest.mark.parametrize("frequency", ["7", "8"])
def test_a_replacement_and_a_void_name_the_payers_own_number(frequency: str) -> None:
    (read,) = read_of(claim(frequency=frequency, payer_number="1126001234567"))

    assert (read["frequency"], read["payer_number"]) == (frequency, "1126001234567")


def test_a_day_is_one_date_and_a_span_a_range() -> None:
    (one,) = read_of(claim())
    (span,) = read_of(claim(lines=(line(first=date(2026, 3, 1)),)))

    assert (one["lines"][0]["kind"], one["lines"][0]["first"]) == ("D8", MARCH_END)
    assert (span["lines"][0]["kind"], span["lines"][0]["first"], span["lines"][0]["last"]) == (
        *("RD8", date(2026, 3, 1), MARCH_END),
    )


def test_a_second_coverage_names_the_patient_as_its_subscriber_too() -> None:
    (read,) = read_of(claim(other_plan=MEDIGAP))

    assert read["other"]["filing"] == "CI"
    assert read["other"]["IL"] == {"name": "POE", "given": "PAT", "number": "XW100200300"}
    assert read["other"]["PR"]["number"] == "PS777"
    assert read["subscriber"]["payer"]["number"] == "00131"


def test_a_month_of_principal_care_management_with_one_condition_is_a_claim() -> None:
    (read,) = read_of(claim(diagnoses=("C50.912",), lines=(line("99426", 1, "70.00"), line("99427", 2, "100.00", 2))))

    assert (read["diagnoses"], [each["code"] for each in read["lines"]]) == (["C50912"], ["99426", "99427"])
    assert read["lines"][0]["pointers"] == ["1"]


def test_where_it_was_rendered_is_named_where_that_is_not_the_billing_address() -> None:
    (read,) = read_of(claim(facility=CLINIC))

    assert read["facility"]["name"] == "NORTH CLINIC"
    assert read["facility"]["place"] == ["3 NORTH AVENUE", "SKOKIE", "IL", "600761111"]


# --- several of them ----------------------------------------------------------------------------------------------


def test_claims_of_several_practices_patients_and_payers_stand_in_one_file() -> None:
    other_biller = BILLER._replace(name="RIVERSIDE CLINIC", npi="1558598797", tin="751234562")
    other_patient = PAT._replace(name=Person("ROE", "RAY"))
    made = [
        claim(),
        claim(control_number="B" * 20, biller=other_biller, subscriber=other_patient, plan=MEDIGAP),
        claim(control_number="C" * 20, subscriber=other_patient),
        claim(control_number="D" * 20, biller=other_biller),
        claim(control_number="E" * 20),
    ]
    read = read_of(*made)

    assert [(each["control"][0], each["biller"]["name"][:5], each["subscriber"]["name"]) for each in read] == [
        *(("A", "LAKES", "POE"), ("E", "LAKES", "POE"), ("C", "LAKES", "ROE")),
        *(("B", "RIVER", "ROE"), ("D", "RIVER", "POE")),
    ]


def test_claims_of_one_patient_and_plan_stand_below_one_subscriber() -> None:
    text = file_of(claim(), claim(control_number="B" * 20))

    assert ["20", "22"] == [each[3] for each in segments_of(text) if each[0] == "HL"]


@pytest.mark.slow
def test_a_set_holds_five_thousand_claims_and_the_next_ones_go_into_another() -> None:
    text = file_837(HEAD, SUBMITTER, RECEIVER, [claim(control_number=f"{at:020}") for at in range(5001)])
    sets = [each for each in segments_of(text) if each[0] == "ST"]

    assert (len(sets), sets[1][2], segment_of(text, "GE")[1]) == (2, "0002", "2")


# --- envelopes ----------------------------------------------------------------------------------------------------


def test_the_envelopes_repeat_the_control_number_that_was_handed_in_and_count_what_they_hold() -> None:
    text = file_of(claim(), claim(control_number="B" * 20))
    count = len(segments_of(text)) - 4

    assert segment_of(text, "ISA")[13] == segment_of(text, "IEA")[2] == "000000042"
    assert segment_of(text, "GS")[6] == segment_of(text, "GE")[2] == "42"
    assert segment_of(text, "SE")[1:] == [str(count), "0001"]


def test_a_test_file_and_a_true_one_differ_in_one_mark() -> None:
    true = accepted(file_837(HEAD._replace(is_test=False), SUBMITTER, RECEIVER, [claim()]))

    assert true == file_of(claim()).replace("*0*T*:~", "*0*P*:~")


def test_a_file_that_is_cut_short_is_not_accepted() -> None:
    assert faults(file_of(claim()).replace("IEA*1*", "IEA*2*")) != []


# --- words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_name", "plain"),
    [
        ("O'Hara", "O'HARA"),
        ("O\u2019Hara", "O'HARA"),
        ("Jos\u00e9 Mu\u00f1oz", "JOSE MUNOZ"),
        ("M\u00fcller-Stra\u00dfe", "MULLER-STRASSE"),
        ("S\u00f8ren \u0141\u00f3d\u017a", "SOREN LODZ"),
        ("  Anne \t Marie ", "ANNE MARIE"),
        ("Smith*Jones", "SMITH JONES"),
        ("Suite ~4:b^", "SUITE 4 B"),
    ],
)
def test_names_are_written_in_plain_capitals(given_name: str, plain: str) -> None:
    assert words(given_name, 60) == plain
    (read,) = read_of(claim(subscriber=PAT._replace(name=Person(words(given_name, 60), "PAT"))))
    assert read["subscriber"]["name"] == plain


@pytest.mark.parametrize(
    ("text", "why"),
    [("\u041f\u0435\u0442\u0440\u043e\u0432", "letters"), ("\u5f20", "letters"), ("a_b", "letters"), ("*~", "empty")],
)
def test_what_has_no_plain_form_is_refused(text: str, why: str) -> None:
    with pytest.raises(Unwritable) as refused:
        words(text, 60)

    assert refused.value.why == why


def test_what_is_too_long_is_refused_and_cut_only_where_that_is_asked_for() -> None:
    with pytest.raises(Unwritable) as refused:
        words("A" * 61, 60)

    assert (refused.value.why, words("A" * 61, 60, cut=True)) == ("length", "A" * 60)


def test_an_element_that_would_break_its_segment_is_never_written() -> None:
    with pytest.raises(Unwritable):
        file_837(HEAD, SUBMITTER, RECEIVER, [claim(plan=MEDICARE._replace(number="00*131"))])


# --- any of them --------------------------------------------------------------------------------------------------

_NAMES = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ '-.&", min_size=1, max_size=35).map(str.strip).filter(bool)
_WORDS = st.from_regex(r"[A-Z0-9][A-Z0-9 .#'-]{0,40}[A-Z0-9]", fullmatch=True).map(lambda text: text.replace("#", "-"))
_DAYS = st.dates(date(2015, 1, 1), date(2030, 12, 31))
_CODES = st.sampled_from(["E11.9", "I10", "I50.9", "J44.9", "N18.30", "F32.9", "M81.0", "G20"])
_PLACES = st.builds(
    Place, _WORDS, st.none() | _WORDS, st.sampled_from(["CHICAGO", "NEW YORK"]), st.just("IL"), st.just("606011234")
)
_SUBSCRIBERS = st.builds(
    Subscriber, st.builds(Person, _NAMES, _NAMES), _PLACES, st.dates(date(1920, 1, 1), date(2000, 1, 1)),
    st.sampled_from(["F", "M", "U"]),
)  # fmt: skip


@st.composite
def _claims(draw: st.DrawFn) -> ClaimToSend:
    number = draw(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=20, max_size=20))
    last = draw(_DAYS)
    first = draw(st.sampled_from([last, last.replace(day=1)]))
    charges = st.decimals(Decimal("0.01"), Decimal("99999.99"), places=2)
    count = draw(st.integers(1, 12))
    units = st.integers(1, 999)
    codes = st.sampled_from(["99490", "99439", "99487", "99489", "99491", "99426", "G0556"])
    frequency = draw(st.sampled_from(["1", "7", "8"]))
    return claim(
        control_number=number,
        subscriber=draw(_SUBSCRIBERS),
        plan=draw(st.sampled_from([MEDICARE, MEDIGAP])),
        other_plan=draw(st.sampled_from([None, MEDIGAP])),
        facility=draw(st.sampled_from([None, CLINIC])),
        frequency=frequency,
        payer_number=None if frequency == "1" else draw(_WORDS),
        diagnoses=tuple(draw(st.lists(_CODES, min_size=1, max_size=8, unique=True))),
        lines=tuple(
            Line(f"{number}-{at}", draw(codes), draw(units), draw(charges), first, last) for at in range(1, count + 1)
        ),
    )


def _said(sent: ClaimToSend) -> tuple[Any, ...]:
    lines = [(each.code, each.units, each.charge, each.first, each.last, each.number) for each in sent.lines]
    person, place = sent.subscriber, sent.subscriber.place
    where = [part for part in (place.line, place.second, place.city, place.state, place.zip_code) if part]
    diagnoses = [code.replace(".", "") for code in sent.diagnoses]
    return (
        *(sent.control_number, sent.charge, sent.frequency, sent.payer_number, diagnoses, lines),
        *(person.name.family, person.name.given, person.born_on, person.sex, where, sent.plan.member),
    )


def _heard(read: dict[str, Any]) -> tuple[Any, ...]:
    lines = [
        tuple(each[name] for name in ("code", "units", "charge", "first", "last", "number")) for each in read["lines"]
    ]
    person = read["subscriber"]
    return (
        *(read["control"], read["charge"], read["frequency"], read.get("payer_number"), read["diagnoses"], lines),
        *(person["name"], person["given"], person["born_on"], person["sex"], person["place"], person["number"]),
    )


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(_claims(), min_size=1, max_size=4, unique_by=lambda each: each.control_number))
def test_whatever_is_written_is_accepted_and_read_back_as_it_was(claims: list[ClaimToSend]) -> None:
    read = {each["control"]: _heard(each) for each in read_of(*claims)}

    assert {each.control_number: _said(each) for each in claims} == read


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_written_so_that_it_can_be_read_back_or_refused(text: str) -> None:
    try:
        written = words(text, 60)
    except Unwritable:
        return

    assert 0 < len(written) <= 60
    assert words(written, 60) == written
    assert not set("*:^~") & set(written)
