"""G0506: planning beyond a visit rides on that visit, beside the month's charges."""

from decimal import Decimal
from typing import Any

from ledger.judging import Ground, explain, judge_month, reasons_of
from ledger.judging.shapes import Verdict
from ledger.rulebook import Rulebook
from ledger.streams.extra_planning import ExtraPlanningRetracted
from ledger.terms.people import Programme
from tests.facts import Chart, codes, law, opaque


def planned(chart: Chart, on: str = "2026-03-12", *, code: str = "99214", by: str = "MD", name: str = "one") -> None:
    """Somebody held a visit and planned beyond it."""
    chart.extra_planning(on, code=code, by=by, name=name)


def taken_back(chart: Chart, name: str = "one") -> None:
    chart.tell(ExtraPlanningRetracted(patient=chart.patient, visit=opaque("vs", name), reason="entered_in_error"))


def shown(verdict: Verdict) -> list[tuple[str, int, str, str]]:
    return [(line.code, line.units, str(line.on), line.parent) for line in verdict.with_visits]


def worked(**parts: Any) -> Chart:
    chart = Chart(**parts)
    chart.time("2026-03-09 10:00", 20)
    return chart


def test_planning_beyond_a_visit_is_shown_with_the_visit_and_is_no_charge_of_the_month() -> None:
    chart = worked()
    before = chart.verdict()
    planned(chart)
    verdict = chart.verdict()

    assert shown(verdict) == [("G0506", 1, "2026-03-12", "99214")]
    assert (verdict.charges, verdict.amount) == (before.charges, before.amount)
    assert codes((*verdict.missing, *verdict.notices)) == codes((*before.missing, *before.notices))


def test_its_dollars_are_those_of_the_day_of_the_visit() -> None:
    chart = worked()
    planned(chart)
    (line,) = chart.verdict().with_visits

    assert line.amount == Decimal("66.47")


def test_it_is_shown_in_the_month_of_the_visit_and_in_no_other() -> None:
    chart = worked()
    planned(chart, "2026-02-27")

    assert shown(chart.verdict()) == []
    assert shown(chart.verdict("2026-02")) == [("G0506", 1, "2026-02-27", "99214")]


def test_a_month_without_time_shows_it_too() -> None:
    chart = Chart()
    planned(chart)

    assert (chart.verdict().standing, len(chart.verdict().with_visits)) == ("nothing_logged", 1)


def test_what_was_taken_back_is_not_shown_and_the_month_is_what_it_was() -> None:
    chart = worked()
    before = chart.verdict()
    planned(chart)
    between = chart.verdict()
    taken_back(chart)

    assert chart.verdict().digest == before.digest
    assert between.digest != before.digest


def test_what_was_attested_again_after_it_was_taken_back_is_shown() -> None:
    chart = worked()
    planned(chart)
    taken_back(chart)
    planned(chart)

    assert len(chart.verdict().with_visits) == 1


def test_an_attested_month_becomes_stale_by_it() -> None:
    chart = worked()
    chart.attest(chart.verdict().digest)
    planned(chart)

    assert chart.verdict().standing == "stale"


def test_a_visit_that_cannot_carry_it_by_these_rules_shows_nothing() -> None:
    chart = worked()
    planned(chart, code="99211")

    assert shown(chart.verdict()) == []


def test_of_two_by_one_practitioner_the_first_recorded_is_billed_and_the_other_is_for_review() -> None:
    chart = worked()
    planned(chart, "2026-03-20")
    planned(chart, "2026-03-12", name="two")
    verdict = chart.verdict()

    assert shown(verdict) == [("G0506", 1, "2026-03-20", "99214")]
    assert codes(verdict.notices) == ["extra_planning_twice"]


def test_two_practitioners_may_each_plan_beyond_a_visit_of_their_own() -> None:
    chart = worked()
    planned(chart)
    planned(chart, "2026-03-13", by="MD2", name="two")

    assert len(chart.verdict().with_visits) == 2


def test_planning_by_somebody_who_does_not_bill_the_month_stands_and_is_for_review() -> None:
    chart = worked()
    planned(chart, by="MD2")
    verdict = chart.verdict()
    (found,) = verdict.notices

    assert len(verdict.with_visits) == 1
    assert found.code == "extra_planning_outside_ccm"
    assert found.happened.startswith("G0506 with the visit of 2026-03-12: its practitioner does not bill the month.")


def test_planning_in_a_month_that_nobody_bills_is_for_review() -> None:
    chart = Chart(without=("designation",))
    planned(chart)
    (found,) = [each for each in chart.verdict().notices if each.code.startswith("extra")]

    assert "nobody is designated for the month." in found.happened


def test_planning_for_a_patient_without_any_ccm_is_for_review() -> None:
    chart = Chart(without=("consent",))
    planned(chart)
    (found,) = [each for each in chart.verdict().notices if each.code.startswith("extra")]

    assert found.code == "extra_planning_outside_ccm"
    assert "no CCM has begun by the end of the month." in found.happened


def test_planning_before_a_consent_of_the_same_month_is_of_that_ccm() -> None:
    chart = Chart(without=("consent",))
    chart.consent("2026-03-20 09:00")
    planned(chart)

    assert "extra_planning_outside_ccm" not in codes(chart.verdict().notices)


def test_within_a_year_of_the_start_it_is_in_time_and_a_day_later_it_is_for_review() -> None:
    in_time, late = Chart("2027-01"), Chart("2027-01")
    for chart, on in ((in_time, "2027-01-05"), (late, "2027-01-06")):
        chart.consent("2026-01-05 09:00", name="first")
        planned(chart, on)

    assert "extra_planning_late" not in codes(in_time.verdict().notices)
    assert "extra_planning_late" in codes(late.verdict().notices)


def complex_month(last_worked: str) -> Chart:
    chart = Chart()
    chart.time("2026-03-09 10:00", 40)
    chart.time(f"{last_worked} 10:00", 20)
    chart.decision_making("high")
    chart.choose("complex")
    return chart


def test_complex_ccm_on_the_date_of_the_visit_blocks_release() -> None:
    chart = complex_month("2026-03-20")
    planned(chart, str(chart.verdict().date_of_service))

    assert codes(chart.verdict().missing) == ["extra_planning_same_date"]


def test_complex_ccm_on_another_date_does_not() -> None:
    chart = complex_month("2026-03-20")
    planned(chart, "2026-03-11")

    assert codes(chart.verdict().missing) == []


def test_non_complex_ccm_on_the_date_of_the_visit_does_not() -> None:
    chart = worked()
    planned(chart, str(chart.verdict().date_of_service))

    assert codes(chart.verdict().missing) == []


def test_the_readings_name_what_was_read_of_the_day_of_the_visit() -> None:
    chart = worked()
    planned(chart)
    verdict = chart.verdict()

    assert "medicare.ccm.G0506.parent_codes" in verdict.readings
    assert "medicare.pfs.rvu_nonfacility.G0506" in verdict.readings
    assert "medicare.ccm.G0506.parent_codes" not in worked().verdict().readings


def test_the_signed_bytes_hold_a_line_for_it() -> None:
    chart = worked()
    planned(chart)
    verdict = chart.verdict()
    (line,) = verdict.with_visits
    bytes_of = verdict.signable._make()

    assert f"visit|2026-03-12|G0506|1|{line.amount}|99214|{opaque('st', 'MD')}\n" in bytes_of.decode()
    assert "visit|" not in worked().verdict().signable._make().decode()


def test_explain_shows_it_for_programs() -> None:
    chart = worked()
    planned(chart)
    (line,) = explain(chart.verdict(), law()[0])["with_visits"]

    assert (line["code"], line["units"], line["on"], line["parent"]) == ("G0506", 1, "2026-03-12", "99214")


def test_its_reasons_are_the_rules_of_the_visits_day_and_what_was_attested() -> None:
    chart = worked()
    planned(chart)
    verdict = chart.verdict()
    tree = reasons_of(Ground.of(chart.facts(), verdict, law()[0]))
    (figure,) = [each for each in tree.figures if each.what == "with_visit.G0506"]

    assert figure.value == "66.47"
    assert "medicare.ccm.G0506.parent_codes" in [reading.name for reading in figure.because]
    assert "medicare.pfs.rvu_nonfacility.G0506" in [reading.name for reading in figure.because]
    assert [chart.told[at - 1][0].TOPIC for at in figure.evidence.facts] == ["extra_planning_attested"]


# --- programmes beside each other -------------------------------------------------------------------------------


def designated(chart: Chart, programme: Programme, who: str = "MD") -> None:
    chart.designate(who, programme=programme)


def test_one_practitioner_designated_for_pcm_too_blocks_the_month() -> None:
    chart = worked()
    designated(chart, Programme.PCM)

    assert codes(chart.verdict().missing) == ["programme_excludes_other"]


def test_by_an_edition_that_does_not_say_that_it_blocks_it_is_looked_at() -> None:
    chart = worked()
    designated(chart, Programme.PCM)
    book = law()[0]
    kept = [each for name, each in book.quantities.items() if not name.endswith(".other_programmes_effect")]
    earlier = Rulebook(kept, book.sources, book.exceptions)
    verdict = judge_month(chart.facts(), earlier, edition="an earlier one")

    assert (codes(verdict.missing), codes(verdict.notices)) == ([], ["billed_in_other_programme"])


def test_anybodys_apcm_blocks_the_month() -> None:
    chart = worked()
    designated(chart, Programme.APCM, "MD2")

    assert codes(chart.verdict().missing) == ["programme_excludes_other"]


def test_one_practitioner_designated_for_remote_monitoring_too_is_not() -> None:
    chart = worked()
    designated(chart, Programme.RPM)

    assert codes(chart.verdict().notices) == []


def test_another_practitioner_designated_for_pcm_is_not() -> None:
    chart = worked()
    designated(chart, Programme.PCM, "MD2")

    assert codes(chart.verdict().notices) == []
