"""Which facts each notice rests on, to the last one, where every kind of fact has a neighbour that is none of it.

Any code is asked of the two charts of tests/decoys.py, whether the judge gives it there or not: on one everything is
on record, on the other nothing holds. What a row leaves out was there to be named and was not.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any, NamedTuple

import pytest

from ledger.judging import Ground
from ledger.judging import evidence_of_time as time
from ledger.judging.evidence import OF_ENTRIES, OF_MONTHS, of_line, of_month
from ledger.judging.evidence_of_consents import counting, started_in
from ledger.judging.shapes import EntryLine
from ledger.streams.care_month import Segment
from ledger.streams.time_changes import Brought, TimeAllocated, TimeCorrected, TimeDisputed, TimeStruck
from ledger.terms.notices import notice
from tests.decoys import Named, bare, full
from tests.facts import Chart, day, instant, law, opaque
from tests.months import attested_twice, late_raise

ADOPTION = 999


class Row(NamedTuple):
    """What notices rest on: names of facts on the chart where all is on record, and on the one where nothing holds."""

    codes: str
    full: str
    bare: str
    absent: str = ""
    absent_of_bare: str | None = None
    """None: the same is looked for and not there on both."""


OF_AN_ENTRY: list[Row] = [
    Row(
        "outside_the_rules",
        "adoption",
        "adoption",
    ),
    Row(
        "other_programme "
        "activity_missing "
        "description_missing "
        "activity_not_listed "
        "activity_not_counted "
        "day_over_24_hours "
        "raise_awaits_approval "
        "no_clock_times "
        "recorded_very_late "
        "recorded_late "
        "time_corrected "
        "time_moved_here "
        "time_disputed ",
        "",
        "",
    ),
    Row(
        "performer_not_registered performer_not_a_person work_outside_us work_country_unknown",
        "S1",
        "",
        absent_of_bare="staff_registered",
    ),
    Row(
        "performer_excluded",
        "S1; S1 check",
        "",
        absent_of_bare="staff_registered",
    ),
    Row(
        "performer_role_not_held",
        "S1; S1 role; S1 left",
        "",
        absent="role_granted",
        absent_of_bare="staff_registered, role_granted",
    ),
    Row(
        "performer_not_clinical credential_missing credential_not_clinical",
        "S1; S1 role; S1 left",
        "",
        absent_of_bare="staff_registered",
    ),
    Row(
        "other_practitioner",
        "S1; S1 role; S1 left; MD designated",
        "withdrawn; withdrawn: withdrawal",
        absent_of_bare="staff_registered, practitioner_designated",
    ),
    Row(
        "licence_lapsed",
        "S1; S1 licence",
        "",
        absent_of_bare="staff_registered",
    ),
    Row(
        "activity_needs_reviewer",
        "in person",
        "",
        absent_of_bare="policy_adopted",
    ),
    Row(
        "untimed_not_adopted",
        "untimed",
        "",
        absent_of_bare="policy_adopted",
    ),
    Row(
        "without_consent",
        "consent lacking; consent; supplement; consent to MD2; consent of april; void consent; "
        "supplement of void; invalidation",
        "",
        absent="consent_recorded",
    ),
    Row(
        "before_consent",
        "consent; supplement",
        "",
        absent_of_bare="consent_recorded",
    ),
    Row(
        "after_revocation",
        "consent; supplement; revoked on 03-31",
        "",
        absent_of_bare="consent_recorded",
    ),
    Row(
        "after_disenrolment",
        "consent; supplement; disenrolled on 03-31",
        "",
        absent_of_bare="consent_recorded",
    ),
    Row(
        "consent_revoked",
        "consent lacking; consent; supplement; consent to MD2; consent of april; void consent; "
        "supplement of void; invalidation; revoked on 03-31",
        "",
        absent="consent_recorded",
    ),
    Row(
        "patient_disenrolled",
        "consent lacking; consent; supplement; consent to MD2; consent of april; void consent; "
        "supplement of void; invalidation; disenrolled on 03-31",
        "",
        absent="consent_recorded",
    ),
    Row(
        "after_death",
        "",
        "death",
    ),
    Row(
        "after_coverage_end",
        "ended on 02-28; ended on 03-01; from 03-31; from 04-01; medicare",
        "",
        absent="coverage_recorded",
    ),
    Row(
        "during_stay stay_edge_day",
        "stay to the first; stay from the last; open stay",
        "stay of march",
    ),
    Row(
        "untimed_on_boundary_day",
        "ended on 02-28; ended on 03-01; from 03-31; from 04-01; medicare; stay to the first; "
        "stay from the last; open stay; consent; supplement; revoked on 03-31; disenrolled on 03-31",
        "stay of march; death",
    ),
    Row(
        "time_already_covered",
        "holds from S2",
        "",
    ),
    Row(
        "performer_with_other_patient contested_time",
        "rival; later rival; allocation",
        "",
    ),
    Row(
        "contact_after_revocation",
        "revoked on 03-31",
        "",
    ),
    Row(
        "entered_by_biller",
        "biller",
        "",
    ),
    Row(
        "in_person_counted",
        "in person",
        "",
        absent_of_bare="policy_adopted",
    ),
    Row(
        "visit_day visit_same_day",
        "visit 2026-03-31",
        "",
    ),
]

OF_THE_MONTH: list[Row] = [
    Row(
        "consent_date_missing "
        "consent_obtained_by_missing "
        "consent_method_missing "
        "consent_practitioner_missing "
        "consent_given_by_missing "
        "consent_evidence_missing "
        "consent_availability_not_affirmed "
        "consent_cost_sharing_not_affirmed "
        "consent_one_practitioner_not_affirmed "
        "consent_right_to_stop_not_affirmed "
        "consent_method_not_accepted "
        "consent_representative_not_identified "
        "consent_incomplete ",
        "consent lacking",
        "",
        absent="consent_supplemented",
    ),
    Row(
        "no_rules_in_force no_payment_rules family_not_in_force no_price_on_file",
        "adoption",
        "adoption",
    ),
    Row(
        "month_after_death",
        "",
        "death",
    ),
    Row(
        "practice_not_assigned",
        "assigned; assigned on the last day",
        "assigned later",
        absent_of_bare="practice_assigned",
    ),
    Row(
        "practitioner_not_designated",
        "MD designated",
        "withdrawn; withdrawn: withdrawal",
        absent_of_bare="practitioner_designated",
    ),
    Row(
        "practitioner_may_not_bill",
        "MD; MD role; MD licence; MD left; MD designated",
        "withdrawn; withdrawn: withdrawal",
        absent_of_bare="practitioner_designated, staff_registered",
    ),
    Row(
        "practitioner_departed practitioner_left_in_month",
        "MD; MD left; MD designated",
        "withdrawn; withdrawn: withdrawal",
        absent_of_bare="practitioner_designated, staff_registered",
    ),
    Row(
        "practitioner_excluded",
        "MD; MD check; MD designated",
        "withdrawn; withdrawn: withdrawal",
        absent_of_bare="practitioner_designated, staff_registered",
    ),
    Row(
        "consent_not_on_file",
        "consent lacking; consent; supplement; consent to MD2; consent of april; void consent; "
        "supplement of void; invalidation",
        "",
        absent="consent_recorded",
    ),
    Row(
        "consent_names_other_practitioner",
        "consent; supplement; consent to MD2; consent of april; MD designated",
        "withdrawn; withdrawn: withdrawal",
        absent="consent_recorded",
        absent_of_bare="consent_recorded, practitioner_designated",
    ),
    Row(
        "consent_revoked consent_on_day_of_revocation",
        "consent lacking; consent; supplement; consent to MD2; consent of april; void consent; "
        "supplement of void; invalidation; revoked on 03-31",
        "",
        absent="consent_recorded",
    ),
    Row(
        "consent_revoked_in_month",
        "revoked on 03-31",
        "",
    ),
    Row(
        "patient_disenrolled",
        "consent lacking; consent; supplement; consent to MD2; consent of april; void consent; "
        "supplement of void; invalidation; disenrolled on 03-31",
        "",
        absent="consent_recorded",
    ),
    Row(
        "disenrolled_in_month",
        "disenrolled on 03-31",
        "",
    ),
    Row(
        "consent_from_recollection consent_recorded_late",
        "consent; supplement",
        "",
        absent_of_bare="consent_recorded",
    ),
    Row(
        "declined_after_consent",
        "consent; supplement; declined",
        "",
        absent_of_bare="consent_recorded",
    ),
    Row(
        "consent_invalidated",
        "void consent; supplement of void; invalidation",
        "",
    ),
    Row(
        "merged_both_attested",
        "second signature",
        "merge",
    ),
    Row(
        "designations_collide",
        "MD designated; MD2 designated too",
        "",
    ),
    Row(
        "initiating_visit_missing",
        "visit 2025-01-05; visit 2025-12-10; visit 2026-03-31; consent; supplement; "
        "revoked on 03-31; disenrolled on 03-31",
        "",
        absent="visit_recorded",
    ),
    Row(
        "initiating_visit_not_discussed initiating_visit_by_colleague",
        "visit 2025-01-05; visit 2025-12-10; visit 2026-03-31",
        "",
    ),
    Row(
        "conditions_below_minimum diagnoses_below_minimum",
        "hypertension; diabetes; ended on the first; strike",
        "",
        absent="condition_recorded",
    ),
    Row(
        "conditions_of_one_family",
        "hypertension; diabetes; ended on the first; strike",
        "",
    ),
    Row(
        "risk_not_attested",
        "risk; risk later",
        "",
        absent="risk_attested",
    ),
    Row(
        "coverage_not_on_file",
        "ended on 02-28; ended on 03-01; from 03-31; from 04-01; medicare",
        "",
        absent="coverage_recorded",
    ),
    Row(
        "coverage_ended_in_month",
        "ended on 03-01; from 03-31; medicare",
        "",
        absent="coverage_recorded",
    ),
    Row(
        "coverage_gap payer_sets_own_rules payer_sets_own_rates",
        "ended on 03-01; from 03-31; medicare",
        "",
    ),
    Row(
        "stay_without_discharge",
        "open stay",
        "",
        absent="stay_recorded",
    ),
    Row(
        "work_in_other_stay",
        "stay to the first; stay from the last; open stay",
        "stay of march",
    ),
    Row(
        "care_plan_missing",
        "revision 1; revision 2; revision 3 struck; strike of revision 3; revision 4 of april",
        "revision of april",
        absent="care_plan_revised",
    ),
    Row(
        "care_plan_not_signed care_plan_revision_unsigned",
        "signature; revision 2; answered for",
        "revision of april",
        absent="care_plan_signed, signature_attested",
    ),
    Row(
        "care_plan_element_missing "
        "care_plan_owners_missing "
        "care_plan_review_date_missing "
        "care_plan_element_expected "
        "care_plan_goals_few "
        "care_plan_review_due "
        "conditions_above_maximum "
        "plan_not_revised_for_complex ",
        "revision 2",
        "revision of april",
        absent_of_bare="care_plan_revised",
    ),
    Row(
        "care_plan_copy_not_given",
        "revision 1; revision 2; revision 3 struck; strike of revision 3; revision 4 of april",
        "revision of april",
        absent="care_plan_copy_given",
    ),
    Row(
        "care_plan_signature_attested",
        "signature; revision 2; answered for",
        "revision of april",
    ),
    Row(
        "cehrt_not_attested",
        "cehrt_year",
        "",
        absent="capability_attested",
    ),
    Row(
        "access_24x7_not_attested",
        "access_24x7; access ended",
        "",
        absent="capability_attested",
    ),
    Row(
        "cehrt_holds_all_not_attested",
        "cehrt_holds_all_ccm_records",
        "",
        absent="capability_attested",
    ),
    Row(
        "plan_access_24h_not_attested",
        "plan access",
        "",
        absent="capability_attested",
    ),
    Row(
        "clinic_choice_missing",
        "rural_health_clinic; federal clinic; clinic ended; federal clinic ended; clinic choice",
        "",
        absent="policy_adopted",
    ),
    Row(
        "family_not_for_clinic",
        "rural_health_clinic; federal clinic; clinic ended; federal clinic ended; clinic choice",
        "",
    ),
    Row(
        "limit_raised",
        "limit",
        "",
    ),
    Row(
        "billed_in_other_programme",
        "MD designated; MD for PCM",
        "",
    ),
    Row(
        "programme_excludes_other",
        "MD designated; MD2 designated too; MD for PCM; MD2 for APCM",
        "",
    ),
    Row(
        "extra_planning_twice extra_planning_same_date",
        "planned on the first; planned on the last; planned by MD before",
        "",
    ),
    Row(
        "supervisor_not_practitioner",
        "",
        "",
    ),
    Row(
        "extra_planning_outside_ccm",
        "consent; supplement; revoked on 03-31; disenrolled on 03-31; MD designated; MD2 designated too; "
        "planned on the first; planned on the last; planned by MD before",
        "",
    ),
    Row(
        "extra_planning_late",
        "consent; supplement; revoked on 03-31; disenrolled on 03-31; "
        "planned on the first; planned on the last; planned by MD before",
        "",
    ),
    Row(
        "conflicting_service "
        "service_of_other_biller "
        "service_biller_unknown "
        "service_to_look_at "
        "service_not_payable "
        "services_exclude_each_other ",
        "MD designated; service",
        "",
    ),
    Row(
        "locality_not_priced",
        "locality",
        "",
    ),
    Row(
        "exclusion_check_missing",
        "MD; S1; S2; S9; MD check; S1 check; S2 check",
        "",
        absent="exclusion_checked",
    ),
    Row(
        "worked_for_other_practice",
        "for the other practice",
        "mine",
    ),
    Row(
        "no_two_way_contact minutes_below_minimum family_below_minimum units_capped units_many",
        "across midnight; ends at ten; holds from S2; mine; for the other practice",
        "mine",
    ),
    Row(
        "chosen_family_not_available family_not_chosen choice_by_other",
        "choice; choice by MD2",
        "choice by MD2",
        absent_of_bare="family_chosen",
    ),
    Row(
        "decision_making_missing decision_making_by_other decision_making_too_low",
        "decision making; decision making by MD2",
        "",
        absent_of_bare="decision_making_attested",
    ),
]

ENTRIES = [(code, row) for row in OF_AN_ENTRY for code in row.codes.split()]
MONTHS = [(code, row) for row in OF_THE_MONTH for code in row.codes.split()]


@cache
def asked(build: Callable[[], tuple[Named, str]]) -> tuple[Named, Ground, EntryLine]:
    """A chart, its ground, and the line of the entry that is asked about."""
    chart, entry = build()
    chart.names[ADOPTION] = "adoption"
    ground = Ground(chart.facts(), chart.verdict(), law()[0], adopted=ADOPTION)
    return chart, ground, next(line for line in ground.verdict.lines if line.entry == entry)


def named(chart: Named, names: str) -> tuple[int, ...]:
    """The positions of facts by their names."""
    wanted = set(names.split("; ")) - {""}
    assert wanted <= set(chart.names.values()), wanted - set(chart.names.values())
    return tuple(position for position, name in chart.names.items() if name in wanted)


def absent(row: Row, of: str) -> tuple[str, ...]:
    """The kinds of facts that a row says are not there."""
    said = row.absent if of == "full" or row.absent_of_bare is None else row.absent_of_bare
    return tuple(said.split(", ")) if said else ()


@pytest.mark.parametrize(("code", "row"), MONTHS, ids=[code for code, _ in MONTHS])
def test_a_notice_of_a_month_rests_on_just_its_facts(code: str, row: Row) -> None:
    for build, facts in ((full, row.full), (bare, row.bare)):
        chart, ground, _ = asked(build)
        evidence = of_month(notice(code, "Said."), ground)

        assert (chart.called(named(chart, facts)), absent(row, build.__name__)) == (
            chart.called(evidence.facts),
            evidence.absent,
        )


@pytest.mark.parametrize(("code", "row"), ENTRIES, ids=[code for code, _ in ENTRIES])
def test_a_notice_of_an_entry_rests_on_just_its_facts_and_those_of_the_entry(code: str, row: Row) -> None:
    for build, facts, own in ((full, row.full, "mine; late reason; dispute"), (bare, row.bare, "mine")):
        chart, ground, line = asked(build)
        evidence = of_line(notice(code, "Said."), line, ground)

        assert (chart.called(named(chart, f"{facts}; {own}")), absent(row, build.__name__)) == (
            chart.called(evidence.facts),
            evidence.absent,
        )


def test_every_code_with_a_rule_has_a_row_and_any_other_rests_on_the_adoption_or_on_its_entry() -> None:
    chart, ground, line = asked(full)
    strange = notice("mbi_differs", "Said.")

    assert (sorted(OF_ENTRIES), sorted(OF_MONTHS)) == (sorted(c for c, _ in ENTRIES), sorted(c for c, _ in MONTHS))
    assert (("adoption",), ("mine", "late reason", "dispute")) == (
        chart.called(of_month(strange, ground).facts),
        chart.called(of_line(strange, line, ground).facts),
    )


def test_without_an_adoption_nothing_is_named_in_its_place() -> None:
    _, ground, _ = asked(full)

    assert () == of_month(notice("no_rules_in_force", "Said."), ground._replace(adopted=None)).facts


# --- figures -----------------------------------------------------------------------------------------------------


def test_the_signature_that_stands_is_named_alone() -> None:
    chart, ground, _ = asked(full)

    assert (("second signature",), ()) == (
        chart.called(time.attestations(ground).facts),
        time.attestations(ground).absent,
    )


def test_signatures_that_were_taken_back_are_named_with_what_took_them_back() -> None:
    chart, ground, _ = asked(bare)
    evidence = time.attestations(ground)

    assert (
        ("first signature", "first signature taken back", "second signature", "second signature taken back"),
        ("month_attested",),
    ) == (chart.called(evidence.facts), evidence.absent)


def test_logged_are_all_entries_that_lie_in_the_month() -> None:
    chart, ground, _ = asked(full)
    facts = chart.called(time.logged(ground).facts)

    assert (
        "across midnight",
        "by MD for MD2",
        "ends at ten",
        "holds from S2",
        "mine",
        "of the same patient",
        "not counted",
        "for the other practice",
    ) == facts
    assert () == time.logged(ground).absent


def test_where_nothing_is_logged_that_is_what_is_not_there() -> None:
    chart = Chart()
    ground = Ground(chart.facts(), chart.verdict(), law()[0])

    assert ((), ("time_logged",)) == time.logged(ground) == time.counted(ground)


def test_the_programme_starts_with_the_first_complete_consent_whoever_is_named() -> None:
    chart = Chart(without=("consent",))
    chart.consent("2026-03-20 09:00", name="mine")
    chart.consent("2026-03-31 09:00", name="later")
    chart.consent("2026-03-10 09:00", name="lacking", lacks=("right_to_stop",))
    chart.consent("2026-03-15 09:00", name="other", practitioner="MD2")
    ground = Ground(chart.facts(), chart.verdict(), law()[0])

    assert day("2026-03-15") == started_in(ground)


@pytest.mark.parametrize(
    ("at", "offset", "started"),
    [
        ("2026-03-31 23:59", -18000, "2026-03-31"),
        ("2026-04-01 00:00", -18000, None),
        ("2026-03-31 23:59", None, "2026-03-31"),
    ],
)
def test_a_consent_starts_the_programme_of_a_month_up_to_its_last_day(
    at: str, offset: int | None, started: str | None
) -> None:
    chart = Chart(without=("consent",))
    chart.consent(at, offset=offset)
    ground = Ground(chart.facts(), chart.verdict(), law()[0])

    assert (day(started) if started else None) == started_in(ground)


def two_consents(**second: object) -> Named:
    """Two consents of one moment, the second as told, and a later one."""
    chart = Named()
    chart.say("first", chart.consent, "2026-01-05 09:00", name="first")
    chart.say("second", chart.consent, "2026-01-05 09:00", **{"name": "second", **second})
    chart.say("later", chart.consent, "2026-02-05 09:00", name="later")
    return chart


@pytest.mark.parametrize(
    ("practitioner", "designee", "expected"),
    [("MD", "MD", "first"), ("MD2", "MD2", "second"), ("MD2", "MD", "first"), ("MD2", None, "first")],
)
def test_minutes_count_from_one_consent_that_names_whoever_bills(
    practitioner: str, designee: str | None, expected: str
) -> None:
    chart = two_consents(practitioner=practitioner)
    if designee is not None:
        chart.say("designated", chart.designate, designee)
    if (practitioner, designee) == ("MD2", "MD2"):
        chart.say("again", chart.consent, "2026-02-05 09:00", name="again", practitioner="MD2")
    ground = Ground(chart.facts(), chart.verdict(), law()[0])

    assert (expected,) == chart.called(counting(ground).facts)


def test_where_no_minutes_count_all_consents_are_named_complete_or_not() -> None:
    chart = two_consents(lacks=("right_to_stop",), practitioner="MD2")
    chart.say("designated", chart.designate, "MD2")
    ground = Ground(chart.facts(), chart.verdict(), law()[0])

    assert (None, ("first", "second", "later")) == (
        ground.verdict.consent_from,
        chart.called(counting(ground).facts),
    )


def test_what_holds_any_part_of_an_entry_across_midnight_is_named() -> None:
    chart = Named()
    chart.say("before midnight", chart.time, "2026-03-10 23:50", 5, by="S2")
    entry = chart.say("mine", chart.time, "2026-03-10 23:50", 20)
    ground = Ground(chart.facts(), chart.verdict(), law()[0])
    line = next(each for each in ground.verdict.lines if each.entry == entry)

    assert ("before midnight",) == chart.called(time.covered(ground, line).facts)


@pytest.mark.parametrize(("keeps", "gives_up"), [("mine", "rival"), ("rival", "mine")])
def test_an_allocation_is_named_to_whomever_it_gave_the_seconds(keeps: str, gives_up: str) -> None:
    chart = Named()
    entries = {"rival": chart.say("rival", chart.time, "2026-03-10 10:00", 25, who="another")}
    entries["mine"] = chart.say("mine", chart.time, "2026-03-10 10:00", 25)
    said = TimeAllocated(
        patient=opaque("pt", "another" if keeps == "rival" else "patient"),
        entry=entries[keeps],
        other_patient=opaque("pt", "another" if gives_up == "rival" else "patient"),
        other_entry=entries[gives_up],
        performer=opaque("st", "S1"),
        months=(chart.month,),
        other_months=(chart.month,),
        days=(day("2026-03-10"),),
    )
    chart.say("allocation", chart.tell, said)
    ground = Ground(chart.facts(), chart.verdict(), law()[0])

    assert ("rival", "allocation") == chart.called(time.with_another(ground, ground.verdict.lines[0]).facts)


def test_a_dispute_is_named_in_the_month_to_which_a_correction_brought_it() -> None:
    chart = Named()
    entry = chart.say("logged in april", chart.time, "2026-04-10 10:00", 25)
    place = len(chart.told)
    own: dict[str, Any] = {"patient": chart.patient, "entry": entry, "months": ("2026-04",)}
    chart.say("dispute", chart.tell, TimeDisputed(by=opaque("st", "MD"), **own))
    logged, recorded_at = chart.told[place - 1]
    said = {name: getattr(logged, name) for name in type(logged).model_fields if name in TimeCorrected.model_fields}
    begin = instant("2026-03-10 10:00")
    said["segments"] = (Segment(start=begin, end=begin + timedelta(minutes=25), on=begin.date(), offset=-18000),)
    corrected = TimeCorrected(
        **{k: v for k, v in said.items() if k != "words"},
        left_months=("2026-04",),
        left_days=(day("2026-04-10"),),
        place=place,
        first_recorded_at=recorded_at,
        brings=Brought(disputed_at=place + 1),
    )
    chart.say("correction", chart.tell, corrected)
    ground = Ground(chart.facts(), chart.verdict(), law()[0])
    (line,) = ground.verdict.lines

    assert ["time_disputed"] == [n.code for n in line.notices if n.code == "time_disputed"]
    assert ("logged in april", "dispute", "correction") == chart.called(time.disputed(ground, line).facts)


def test_an_overfull_day_names_the_work_before_the_entry_and_none_behind_it() -> None:
    chart = Named()
    chart.say("before", chart.untimed, "2026-03-10", 1430, who="another")
    entry = chart.say("mine", chart.untimed, "2026-03-10", 20)
    chart.say("behind", chart.untimed, "2026-03-10", 5, who="another")
    chart.say("of another day", chart.untimed, "2026-03-11", 1430, who="another")
    chart.say("mine of another day", chart.untimed, "2026-03-11", 20)
    ground = Ground(chart.facts(), chart.verdict(), law()[0])
    line = next(each for each in ground.verdict.lines if each.entry == entry)

    assert ("before", "mine") == chart.called(time.overfull(ground, line).facts)


def test_a_late_raise_names_the_signature_that_it_came_behind_and_no_other() -> None:
    chart = late_raise()
    signed = [at for at, (event, _) in enumerate(chart.told, start=1) if event.TOPIC == "month_attested"]
    late = len(chart.told)
    chart.attest("0" * 64, name="a later one")
    ground = Ground(chart.facts(), chart.verdict(), law()[0])

    assert (*signed, late) == time.awaiting(ground, ground.verdict.lines[-1]).facts
    assert (ground.verdict.lines[0].position,) == time.awaiting(ground, ground.verdict.lines[0]).facts


def test_a_stale_month_names_what_came_behind_the_signature_and_nothing_before_it() -> None:
    chart = Named()
    chart.say("logged before", chart.time, "2026-03-10 10:00", 25)
    chart.say("chosen before", chart.choose, "noncomplex")
    struck = chart.say("logged in error", chart.time, "2026-03-10 14:00", 10)
    chart.say("signature", chart.attest, "0" * 64)
    chart.say("logged behind", chart.time, "2026-03-11 10:00", 25)
    chart.say("chosen behind", chart.choose, "noncomplex")
    chart.say("decided behind", chart.decision_making, "low")
    strike = TimeStruck(
        patient=chart.patient,
        entry=struck,
        months=(chart.month,),
        performer=opaque("st", "S1"),
        days=(day("2026-03-10"),),
        reason="not_worked",
    )
    chart.say("strike", chart.tell, strike)
    ground = Ground(chart.facts(), chart.verdict(), law()[0])

    assert ("signature", "logged behind", "chosen behind", "decided behind", "strike") == chart.called(
        time.since_attested(ground).facts
    )


def test_two_months_that_became_one_name_both_signatures_and_the_merge() -> None:
    chart = attested_twice()
    ground = Ground(chart.facts(), chart.verdict(), law()[0])
    topics = [chart.told[at - 1][0].TOPIC for at in time.all_attestations(ground).facts]

    assert ["month_attested", "month_attested", "patients_merged"] == topics
