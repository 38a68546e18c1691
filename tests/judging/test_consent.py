"""Consent standing: complete or not, from which moment, and what a month makes of it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.judging.consent import ConsentStanding, consent_notices, consents_of
from ledger.terms.people import Programme
from tests.facts import Chart, codes, instant, law, opaque

AT = "2026-03-05 09:00"


def standing_of(chart: Chart) -> ConsentStanding:
    (standing,) = consents_of(chart.facts().patient, Programme.CCM, law()[0])
    return standing


def told(at: str | None = AT, **said: Any) -> Chart:
    chart = Chart(without=["consent"])
    chart.consent(at, **said)
    return chart


def test_a_complete_consent_counts_from_the_moment_it_was_given() -> None:
    standing = standing_of(told())

    assert (standing.complete_from, standing.lacks) == (instant(AT), ())
    assert consent_notices(standing) == ()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"at": None}, "consent_date_missing"),
        ({"obtained_by": None}, "consent_obtained_by_missing"),
        ({"method": None}, "consent_method_missing"),
        ({"practitioner": None}, "consent_practitioner_missing"),
        ({"given_by": None}, "consent_given_by_missing"),
        ({"evidence": None}, "consent_evidence_missing"),
        ({"given_by": "representative"}, "consent_representative_not_identified"),
        ({"lacks": ["availability"]}, "consent_availability_not_affirmed"),
        ({"lacks": ["cost_sharing"]}, "consent_cost_sharing_not_affirmed"),
        ({"lacks": ["one_practitioner"]}, "consent_one_practitioner_not_affirmed"),
        ({"lacks": ["right_to_stop"]}, "consent_right_to_stop_not_affirmed"),
    ],
)
def test_each_missing_thing_makes_a_consent_incomplete_and_is_named(said: dict[str, Any], code: str) -> None:
    chart = told(**{"at": AT, "recorded": AT, **said})
    standing = standing_of(chart)
    verdict = chart.verdict()

    assert standing.complete_from is None
    assert codes(consent_notices(standing)) == [code]
    assert "consent_incomplete" in codes(verdict.missing)


def test_everything_that_is_missing_is_named() -> None:
    standing = standing_of(told(None, method=None, obtained_by=None, lacks=["cost_sharing", "right_to_stop"]))

    assert codes(consent_notices(standing)) == [
        "consent_date_missing",
        "consent_obtained_by_missing",
        "consent_method_missing",
        "consent_cost_sharing_not_affirmed",
        "consent_right_to_stop_not_affirmed",
    ]


def test_an_identified_representative_may_consent() -> None:
    assert standing_of(told(given_by="representative", representative_identified=True)).lacks == ()


@pytest.mark.parametrize(
    ("at", "method", "lacks"),
    [
        ("2016-12-31 09:00", "verbal", ("consent_method_not_accepted",)),
        ("2016-12-31 09:00", "written", ()),
        ("2017-01-01 09:00", "verbal", ()),
    ],
)
def test_consent_by_word_of_mouth_is_accepted_from_2017(at: str, method: str, lacks: tuple[str, ...]) -> None:
    assert standing_of(told(at, method=method)).lacks == lacks


def test_a_consent_from_before_the_programme_is_read_by_the_programmes_first_rules() -> None:
    assert standing_of(told("2014-12-15 09:00", method="written")).lacks == ()


@pytest.mark.parametrize("evidence", ["signed_form", "recording", "contemporaneous_note"])
def test_a_consent_recorded_late_counts_from_when_it_happened_and_is_for_review(evidence: str) -> None:
    chart = told(recorded="2026-03-20 09:00", evidence=evidence)
    standing = standing_of(chart)

    assert standing.complete_from == instant(AT)
    assert codes(consent_notices(standing)) == ["consent_recorded_late"]
    assert "consent_recorded_late" in codes(chart.verdict().notices)


@pytest.mark.parametrize(
    ("recorded", "expected"), [("2026-03-07 09:00", []), ("2026-03-07 09:01", ["consent_recorded_late"])]
)
def test_two_days_are_not_late_for_a_consent(recorded: str, expected: list[str]) -> None:
    assert codes(consent_notices(standing_of(told(recorded=recorded)))) == expected


def test_recollection_counts_from_when_it_was_recorded() -> None:
    standing = standing_of(told(recorded="2026-03-20 09:00", evidence="recollection"))

    assert standing.complete_from == instant("2026-03-20 09:00")
    assert codes(consent_notices(standing)) == ["consent_from_recollection"]


def test_a_supplement_completes_a_consent_from_its_own_moment() -> None:
    chart = told(lacks=["right_to_stop"])
    chart.supplement("2026-03-12 15:00", affirms=["right_to_stop"])

    assert standing_of(chart).complete_from == instant("2026-03-12 15:00")


def test_a_supplement_that_adds_too_little_completes_nothing() -> None:
    chart = told(lacks=["right_to_stop", "cost_sharing"])
    chart.supplement("2026-03-12 15:00", affirms=["cost_sharing"])

    assert standing_of(chart).lacks == ("consent_right_to_stop_not_affirmed",)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_order_in_which_supplements_were_recorded_does_not_matter(order: tuple[int, int]) -> None:
    chart = told(lacks=["right_to_stop", "cost_sharing"])
    said = [("2026-03-12 15:00", "cost_sharing"), ("2026-03-13 15:00", "right_to_stop")]
    for number in order:
        at, item = said[number]
        chart.supplement(at, affirms=[item], recorded="2026-03-14 09:00")

    assert standing_of(chart).complete_from == instant("2026-03-13 15:00")


def test_a_supplement_by_recollection_counts_from_when_it_was_recorded() -> None:
    chart = told(lacks=["right_to_stop"])
    chart.supplement(
        "2026-03-12 15:00", affirms=["right_to_stop"], evidence="recollection", recorded="2026-03-19 09:00"
    )

    assert standing_of(chart).complete_from == instant("2026-03-19 09:00")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"at": "2016-06-01 09:00"}, "its method was not accepted on that day"),
        ({"at": AT, "given_by": "representative"}, "the representative is not identified"),
        ({"at": AT, "lacks": ["cost_sharing"]}, "cost sharing is not affirmed"),
        ({"at": AT, "obtained_by": None}, "who obtained it is missing"),
    ],
)
def test_the_month_says_in_words_what_the_consent_lacks(said: dict[str, Any], words: str) -> None:
    (found,) = [n for n in told(**said).verdict().missing if n.code == "consent_incomplete"]

    assert words in found.happened


def test_an_incomplete_consent_by_recollection_says_both() -> None:
    standing = standing_of(told(recorded="2026-03-20 09:00", evidence="recollection", method=None))

    assert codes(consent_notices(standing)) == ["consent_method_missing", "consent_from_recollection"]


def test_consent_to_another_programme_starts_no_ccm() -> None:
    chart = told(programme=Programme.RPM)

    assert consents_of(chart.facts().patient, Programme.CCM, law()[0]) == ()
    assert "consent_not_on_file" in codes(chart.verdict().missing)


def test_a_consent_given_after_the_month_serves_it_nothing() -> None:
    chart = told("2026-04-02 09:00")

    assert "consent_not_on_file" in codes(chart.verdict("2026-03").missing)
    assert "consent_not_on_file" not in codes(chart.verdict("2026-04").missing)


def test_minutes_count_only_from_the_consent_that_names_the_months_practitioner() -> None:
    chart = Chart(without=["designation"])
    chart.designate("MD", from_month="2026-01", until_month="2026-02")
    chart.designate("MD2", from_month="2026-03")
    chart.time("2026-03-03 10:00", 20)
    chart.time("2026-03-20 10:00", 20)
    before = chart.verdict()
    chart.consent("2026-03-10 09:00", name="successor", practitioner="MD2")
    after = chart.verdict()

    assert "consent_names_other_practitioner" in codes(before.missing)
    assert [codes(line.notices) for line in before.lines] == [["without_consent"], ["without_consent"]]
    assert [line.counted for line in after.lines] == [0, 1200]
    assert after.consent_from == datetime(2026, 3, 10, 14, 0, tzinfo=UTC)


def test_while_nobody_is_designated_any_complete_consent_counts() -> None:
    chart = Chart(without=["designation", "consent"])
    chart.consent(AT, practitioner="MD2")

    assert chart.verdict().consent_from == instant(AT)


def test_the_earliest_of_two_consents_counts() -> None:
    chart = Chart(without=["consent"])
    chart.consent("2026-03-09 09:00", name="second")
    chart.consent(AT, name="first")

    assert chart.verdict().consent_from == instant(AT)


def test_a_decline_after_consent_changes_nothing_and_is_for_review() -> None:
    chart = told()
    chart.time("2026-03-25 10:00", 20)
    before = chart.verdict()
    chart.decline("2026-03-20 09:00")
    after = chart.verdict()

    assert after.staff_seconds == before.staff_seconds == 1200
    assert codes(after.notices) == ["declined_after_consent"]


def test_a_decline_before_consent_says_nothing() -> None:
    chart = told()
    chart.decline("2026-03-01 09:00")

    assert "declined_after_consent" not in codes(chart.verdict().notices)


def test_a_notice_names_rule_date_and_source_and_nobody() -> None:
    (found,) = consent_notices(standing_of(told(lacks=["one_practitioner"])))

    assert found.happened.startswith(
        "The consent starts no programme: one practitioner is not affirmed. Rule medicare.ccm."
    )
    assert "effective 2015-01-01" in found.happened
    assert found.readings == ("medicare.ccm.consent.items_required",)
    assert opaque("pt", "patient") not in found.happened + found.remedy


def test_a_consent_at_night_belongs_to_the_local_day_of_its_practice() -> None:
    # 23:30 in Chicago on the last of March, and half past midnight on the first of April.
    before, after = told("2026-03-31 23:30", offset=-18_000), told("2026-04-01 00:30", offset=-18_000)

    assert "consent_not_on_file" not in codes(before.verdict().missing)
    assert "consent_not_on_file" in codes(after.verdict().missing)
