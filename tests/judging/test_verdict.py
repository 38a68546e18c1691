"""The verdict as a value: digest, standing, readings, the streams that it needs, and the tree behind it."""

import hashlib
import json
from datetime import timedelta

import pytest

from commands.deciding import Law
from ledger.judging import (
    explain,
    judge_month,
    missing_tags,
    needed_tags,
    pinned_edition,
    reading_list,
    why_not,
)
from ledger.judging.law import readings_of
from ledger.rulebook import ReadingSet
from ledger.streams.folding import initial
from ledger.terms.notices import CATALOGUE, KINDS
from tests.facts import Chart, codes, law, opaque

EDITION = "e" * 64


def busy() -> Chart:
    chart = Chart()
    chart.time("2026-03-03 10:00", 20)
    chart.time("2026-03-03 10:10", 20, by="S2", activity="chart_review")
    chart.untimed("2026-03-20", 15, by="MD", activity="care_plan_update")
    chart.time("2026-03-24 10:00", 10, by="biller")
    chart.decision_making("high")
    chart.choose("noncomplex")
    return chart


GOLDEN = """\
ccm-month-1|{patient}|2026-03|{edition}
bills|{practice}|{MD}|medicare|2026-03-31
seconds|1800|900|900
entry|{one}|2026-03-03|{S1}|phone_call|1200|1200|staff|-
entry|{two}|2026-03-03|{S2}|chart_review|1200|600|staff|time_already_covered
entry|{three}|2026-03-20|{MD}|care_plan_update|900|900|personal|no_clock_times
entry|{four}|2026-03-24|{biller}|phone_call|600|0|-|performer_not_clinical
family|noncomplex|45|yes|99490:1:66.13,99439:1:50.44
family|complex|45|no|-
family|personal|15|no|-
chosen|noncomplex
"""


def test_the_bytes_that_are_signed_are_pinned_for_ever() -> None:
    chart = busy()
    people = {who: opaque("st", who) for who in ("MD", "S1", "S2", "biller")}
    entries = {name: opaque("te", f"entry {n}") for n, name in enumerate(("one", "two", "three", "four"), start=1)}
    spelled = GOLDEN.format(patient=chart.patient, practice=chart.practice, edition=EDITION, **people, **entries)
    verdict = judge_month(chart.facts(), law()[0], edition=EDITION)

    assert hashlib.sha256(spelled.encode()).hexdigest() == verdict.digest
    assert verdict.digest == "be4f288ff1f746888977a14fab7553968ef16edb2097f1877773a15952d07220"


def test_findings_are_part_of_what_is_signed() -> None:
    chart = Chart(without=["risk"])
    before = chart.verdict()
    chart.risk("2026-03-30")

    assert before.digest != chart.verdict().digest


def test_what_is_signed_is_in_the_digest_and_signing_is_not() -> None:
    chart = busy()
    before = chart.verdict()
    chart.attest(before.digest)
    after = chart.verdict()

    assert (after.digest, after.standing, after.attested) == (before.digest, "attested", opaque("at", "attestation"))


def test_a_later_fact_makes_an_attested_month_stale() -> None:
    chart = busy()
    chart.attest(chart.verdict().digest)
    chart.time("2026-03-30 10:00", 1)

    assert chart.verdict().standing == "stale"


def test_the_newest_attestation_speaks() -> None:
    chart = busy()
    chart.attest("0" * 64, name="first")
    stale = chart.verdict()
    chart.attest(stale.digest, name="second")

    assert (stale.standing, chart.verdict().standing) == ("stale", "attested")


def test_another_edition_gives_another_digest() -> None:
    facts, rulebook = busy().facts(), law()[0]

    assert judge_month(facts, rulebook, edition="a").digest != judge_month(facts, rulebook, edition="b").digest


@pytest.mark.parametrize(("minutes", "standing"), [(0, "nothing_logged"), (19, "below_minimum"), (20, "ready")])
def test_where_a_month_stands(minutes: int, standing: str) -> None:
    chart = Chart()
    if minutes:
        chart.time("2026-03-09 10:00", minutes)

    assert chart.verdict().standing == standing


def test_a_blocked_month_says_so() -> None:
    chart = Chart(without=["risk"])
    chart.time("2026-03-09 10:00", 20)

    assert chart.verdict().standing == "blocked"


def test_readings_are_asked_for_or_left_out_and_change_nothing_else() -> None:
    chart = busy()
    with_readings, without = chart.verdict(), chart.verdict(record=False)

    assert (without.readings, without.reading_set, without.reads) == ((), None, ())
    assert without.digest == with_readings.digest
    assert "medicare.ccm.99490.minutes_minimum" in with_readings.readings
    assert "medicare.pfs.rvu_nonfacility.99490" in with_readings.readings
    assert "medicare.ccm.activities.counted.chart" in with_readings.readings
    assert "medicare.ccm.activities.counted.transitions" not in with_readings.readings


def test_the_reading_set_is_that_of_the_readings_named() -> None:
    rulebook, _ = law()
    verdict = busy().verdict()

    assert verdict.reading_set == ReadingSet.of(reading_list(rulebook, verdict.reads)).digest


def test_every_rule_that_a_notice_names_is_among_the_readings() -> None:
    parts = ("capabilities", "conditions", "risk", "visit", "coverage", "consent", "designation", "plan")
    odd = Chart(without=["consent", "coverage", "plan", "visit"])
    odd.visit("2025-12-10", by=None, discussed=False)
    odd.consent("2026-03-02 09:00", recorded="2026-03-20 09:00")
    odd.decline("2026-03-21 09:00")
    odd.coverage(until_on="2026-03-25")
    odd.revise_plan("2024-01-05 10:00", elements=(), owners=False, review_on=None, goals=0)
    for day, activity in enumerate(("staff_in_person_education", "visit", "nobody_knows", None, "phone_call"), start=1):
        odd.time(f"2026-03-{day:02d} 10:00", 20, activity=activity, late=timedelta(days=day), two_way=False)
    odd.untimed("2026-03-25", 400)
    odd.time("2026-03-12 10:00", 20, by="MD2", work_country="PH", described=False)
    for chart in (busy(), odd, Chart(without=parts)):
        verdict = chart.verdict()
        said = (*verdict.missing, *verdict.notices, *[n for line in verdict.lines for n in line.notices])

        assert {name for n in said for name in n.readings} - set(verdict.readings) == set()


def test_a_decision_names_what_its_verdict_has_read() -> None:
    rulebook, _ = law()
    verdict = busy().verdict()
    decided = Law(rulebook, EDITION)

    decided.note(verdict.reads)

    named = decided.reading_set()
    assert named is not None
    assert {reading.name for reading in named.readings} == set(verdict.readings)


def test_a_verdict_first_needs_the_patients_own_streams() -> None:
    chart = Chart()

    assert needed_tags(chart.patient, "2026-03", {}) == (
        f"patient/{chart.patient}",
        f"care_plan/{chart.patient}",
        f"care_month/{chart.patient}/2026-03",
    )


def test_then_it_needs_practices_people_and_days() -> None:
    chart = busy()
    facts = chart.facts()
    own = needed_tags(chart.patient, "2026-03", {})
    held = dict(zip(own, (facts.patient, facts.plan, facts.month), strict=True))

    assert missing_tags(chart.patient, "2026-03", held) == (
        f"practice/{chart.practice}",
        *(f"staff/{opaque('st', who)}" for who in ("MD", "S1", "S2", "biller")),
        f"staff_day/{opaque('st', 'S1')}/2026-03-03",
        f"staff_day/{opaque('st', 'S2')}/2026-03-03",
        f"staff_day/{opaque('st', 'MD')}/2026-03-20",
        f"staff_day/{opaque('st', 'biller')}/2026-03-24",
    )


def test_a_month_of_an_unknown_patient_has_a_verdict_too() -> None:
    patient = opaque("pt", "nobody")
    tags = needed_tags(patient, "2026-03", {})
    held = {tag: initial(tag) for tag in tags}

    assert missing_tags(patient, "2026-03", held) == ()


def test_an_entry_across_utc_midnight_needs_both_days() -> None:
    chart = Chart()
    chart.time("2026-03-03 17:50", 20)

    assert sorted(tag[-10:] for tag in chart.facts().staff_days) == ["2026-03-03", "2026-03-04"]


def test_an_attested_month_names_the_edition_that_judges_it() -> None:
    chart = busy()
    before = pinned_edition(chart.facts().month)
    chart.attest("0" * 64)

    assert (before, pinned_edition(chart.facts().month)) == (None, law()[1])


def test_the_tree_is_plain_data_with_every_reading_and_fact() -> None:
    verdict = busy().verdict()
    tree = explain(verdict, law()[0])

    assert json.loads(json.dumps(tree)) == tree
    assert [reading["name"] for reading in tree["readings"]] == list(verdict.readings)
    assert [(e["seconds"], e["counted"], [n["code"] for n in e["because"]]) for e in tree["entries"]] == [
        (1200, 1200, []),
        (1200, 600, ["time_already_covered"]),
        (900, 900, ["no_clock_times"]),
        (600, 0, ["performer_not_clinical"]),
    ]
    assert tree["charges"] == [
        {"code": "99490", "units": 1, "amount": "66.13"},
        {"code": "99439", "units": 1, "amount": "50.44"},
    ]


@pytest.mark.parametrize(
    ("code", "missing", "because"),
    [("99439", 15, []), ("99487", 15, ["family_below_minimum"]), ("99491", 15, ["family_below_minimum"])],
)
def test_why_a_code_is_not_billed(code: str, missing: int, because: list[str]) -> None:
    answer = why_not(busy().verdict(), code, law()[0])

    assert answer["minutes_missing"] == missing
    assert [n["code"] for n in answer["because"]] == because


def test_a_code_that_something_else_holds_back_lacks_no_minutes() -> None:
    chart = Chart()
    chart.time("2026-03-09 09:00", 70)
    answer = why_not(chart.verdict(), "99487", law()[0])

    assert (answer["units_earned"], answer["minutes_for_next_unit"], answer["minutes_missing"]) == (0, 60, 0)
    assert [n["code"] for n in answer["because"]] == ["decision_making_missing"]


def test_a_code_at_its_cap_needs_no_more_minutes() -> None:
    chart = Chart()
    chart.time("2026-03-09 09:00", 80)
    answer = why_not(chart.verdict(), "99439", law()[0])

    assert (answer["units_earned"], answer["minutes_missing"]) == (2, None)
    assert [n["code"] for n in answer["because"]] == ["units_capped"]


def test_a_code_of_no_family_is_answered_with_those_that_are() -> None:
    answer = why_not(busy().verdict(), "G0506", law()[0])

    assert answer["is_known"] is False
    assert answer["known"] == ["99437", "99439", "99487", "99489", "99490", "99491"]


def test_codes_are_listed_once_and_say_rule_and_remedy() -> None:
    assert len(KINDS) == len(CATALOGUE)
    assert [k.code for k in CATALOGUE if not (k.says.endswith(".") and k.remedy.endswith(".") and k.rules)] == []


def test_months_that_read_the_same_share_one_answer() -> None:
    assert busy().verdict().readings is busy().verdict().readings
    assert readings_of.cache_info().hits


def test_no_notice_names_anybody() -> None:
    verdict = busy().verdict()
    said = [n.happened + n.remedy for line in verdict.lines for n in line.notices]

    assert [text for text in said if "pt_" in text or "st_" in text or "te_" in text] == []
    assert codes(verdict.missing) == []
