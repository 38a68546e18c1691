"""The facts behind every notice: which kinds of facts each code rests on, and what was looked for and is not there."""

import ast
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

import pytest

import ledger.judging
from ledger.judging.evidence import OF_ENTRIES, OF_MONTHS, of_line, of_month
from ledger.judging.ground import Evidence, Ground
from ledger.streams.patient import PracticeAssigned
from ledger.streams.practice import PracticeRegistered
from ledger.streams.staff import ExclusionChecked, LicenceRecorded, StaffDeparted
from ledger.streams.time_changes import LateEntryApproved, TimeAddended, TimeDisputed
from ledger.streams.wrong_patient import ConditionStruck
from ledger.terms.notices import KINDS
from ledger.terms.people import Programme, Role
from tests.facts import Chart, day, law, opaque
from tests.months import attested_twice, corrected, late_raise, merged, moved_here

MORNING = "2026-03-10 10:00"
Build = Callable[[], Chart]


def with_time(*told: Callable[[Chart], object], without: Iterable[str] = (), start: str = MORNING) -> Build:
    """A chart with twenty-five minutes by the nurse, and whatever else is told of it first."""

    def build() -> Chart:
        chart = Chart(without=without)
        for tell in told:
            tell(chart)
        chart.time(start, 25)
        return chart

    return build


def only(*told: Callable[[Chart], object], without: Iterable[str] = ()) -> Build:
    """A chart of nothing but what is told."""

    def build() -> Chart:
        chart = Chart(without=without)
        for tell in told:
            tell(chart)
        return chart

    return build


def check(result: str, on: str, who: str = "S1") -> Callable[[Chart], None]:
    return lambda chart: chart.tell(
        ExclusionChecked(staff=opaque("st", who), checked_on=day(on), source="leie", result=result)  # type: ignore[arg-type]
    )


def licence_until(until: str, who: str = "S1") -> Callable[[Chart], None]:
    return lambda chart: chart.tell(
        LicenceRecorded(staff=opaque("st", who), kind="rn", state="IL", from_on=day("2020-01-01"), until_on=day(until))
    )


def left(on: str, who: str = "MD") -> Callable[[Chart], None]:
    return lambda chart: chart.tell(StaffDeparted(staff=opaque("st", who), last_on=day(on), reason="retired"))


def elsewhere(chart: Chart) -> None:
    other = opaque("pr", "other")
    chart.tell(PracticeRegistered(practice=other, name="Other", tin="987654321", zone="America/Chicago"))
    chart.person("S9", Role.CLINICAL_STAFF, "rn", practice=other)
    chart.tell(PracticeAssigned(patient=chart.patient, practice=other, from_on=day("2026-03-01")))
    chart.practice = other
    chart.time(MORNING, 25, by="S9")
    chart.practice = opaque("pr", "office")


def disputed(chart: Chart) -> None:
    entry = chart.time(MORNING, 25)
    chart.tell(TimeDisputed(patient=chart.patient, entry=entry, months=(chart.month,), by=opaque("st", "MD")))


def late_with_reason(chart: Chart) -> None:
    entry = chart.time(MORNING, 25, late=timedelta(days=20))
    said = {"patient": chart.patient, "entry": entry, "months": (chart.month,), "by": opaque("st", "S1")}
    chart.tell(TimeAddended(kind="late_reason", **said))  # type: ignore[arg-type]


def time(start: str = MORNING, length: int = 25, **said: object) -> Callable[[Chart], object]:
    return lambda chart: chart.time(start, length, **said)  # type: ignore[arg-type]


ENTRY = ("time_logged",)
ROLES = ("role_granted", "staff_registered")
CONSENT = ("consent_recorded",)

OF_TIME: list[tuple[str, Build, tuple[str, ...], tuple[str, ...]]] = [
    ("other_programme", only(time(programme=Programme.PCM)), ENTRY, ()),
    ("performer_not_registered", only(time(by="stranger")), ENTRY, ("staff_registered",)),
    (
        "performer_not_a_person",
        only(lambda c: c.person("bot", Role.CLINICAL_STAFF, "rn", is_person=False), time(by="bot")),
        ("staff_registered", *ENTRY),
        (),
    ),
    (
        "performer_excluded",
        with_time(check("excluded", "2026-03-02")),
        ("exclusion_checked", "staff_registered", *ENTRY),
        (),
    ),
    (
        "performer_role_not_held",
        only(lambda c: c.person("new", Role.CLINICAL_STAFF, "rn", from_on="2026-03-20"), time(by="new")),
        (*ROLES, *ENTRY),
        ("role_granted",),
    ),
    ("performer_not_clinical", only(time(by="biller")), (*ROLES, *ENTRY), ()),
    ("other_practitioner", only(time(by="MD2")), ("practitioner_designated", *ROLES, *ENTRY), ()),
    (
        "credential_missing",
        only(lambda c: c.person("aide", Role.CLINICAL_STAFF, None), time(by="aide")),
        (*ROLES, *ENTRY),
        (),
    ),
    (
        "credential_not_clinical",
        only(lambda c: c.person("driver", Role.CLINICAL_STAFF, "driver"), time(by="driver")),
        (*ROLES, *ENTRY),
        (),
    ),
    (
        "licence_lapsed",
        with_time(licence_until("2026-03-01")),
        ("licence_recorded", "staff_registered", *ENTRY),
        (),
    ),
    ("work_outside_us", only(time(work_country="PH")), ("staff_registered", *ENTRY), ()),
    ("activity_missing", only(time(activity=None)), ENTRY, ()),
    ("description_missing", only(time(described=False)), ENTRY, ()),
    ("activity_not_listed", only(time(activity="unlisted")), ENTRY, ()),
    ("activity_not_counted", only(time(activity="prior_authorization")), ENTRY, ()),
    ("activity_needs_reviewer", only(time(activity="staff_in_person_education")), ENTRY, ("policy_adopted",)),
    (
        "in_person_counted",
        only(lambda c: c.policy("staff_in_person_counts", "yes"), time(activity="staff_in_person_education")),
        ("policy_adopted", *ENTRY),
        (),
    ),
    (
        "untimed_not_adopted",
        only(lambda c: c.policy("untimed_counts", "no"), lambda c: c.untimed("2026-03-10", 25)),
        ("policy_adopted", *ENTRY),
        (),
    ),
    ("without_consent", with_time(without=("consent",)), ENTRY, ("consent_recorded",)),
    (
        "before_consent",
        with_time(lambda c: c.consent("2026-03-11 09:00"), without=("consent",)),
        (*CONSENT, *ENTRY),
        (),
    ),
    (
        "after_disenrolment",
        only(lambda c: c.disenrol("2026-03-09"), time("2026-03-09 10:00"), time(MORNING)),
        (*CONSENT, "patient_disenrolled", *ENTRY),
        (),
    ),
    ("after_death", with_time(lambda c: c.death("2026-03-05")), ("death_recorded", *ENTRY), ()),
    (
        "after_coverage_end",
        with_time(lambda c: c.coverage(until_on="2026-03-05"), without=("coverage",)),
        ("coverage_recorded", *ENTRY),
        ("coverage_recorded",),
    ),
    ("during_stay", with_time(lambda c: c.stay("2026-03-09", "2026-03-12")), ("stay_recorded", *ENTRY), ()),
    (
        "untimed_on_boundary_day",
        only(
            lambda c: c.consent("2026-03-10 09:00"),
            lambda c: c.untimed("2026-03-10", 25),
            without=("consent", "coverage"),
        ),
        (*CONSENT, *ENTRY),
        (),
    ),
    ("time_already_covered", with_time(time("2026-03-10 10:10", 20, by="S2")), ENTRY, ()),
    ("performer_with_other_patient", with_time(time("2026-03-10 10:10", 20, who="another")), ENTRY, ()),
    ("contested_time", with_time(time("2026-03-10 10:10", 20, who="another")), ENTRY, ()),
    (
        "day_over_24_hours",
        with_time(lambda c: c.untimed("2026-03-10", 1430, who="another")),
        ENTRY,
        (),
    ),
    ("raise_awaits_approval", late_raise, ("month_attested", *ENTRY), ()),
    ("no_clock_times", only(lambda c: c.untimed("2026-03-10", 25)), ENTRY, ()),
    (
        "contact_after_revocation",
        with_time(lambda c: c.revoke("2026-03-02")),
        ("consent_revoked", *ENTRY),
        (),
    ),
    ("stay_edge_day", with_time(lambda c: c.stay("2026-03-08", "2026-03-10")), ("stay_recorded", *ENTRY), ()),
    (
        "work_country_unknown",
        only(lambda c: c.person("S3", Role.CLINICAL_STAFF, "rn", country=None), time(by="S3")),
        ("staff_registered", *ENTRY),
        (),
    ),
    ("recorded_very_late", only(time(late=timedelta(days=20))), ENTRY, ()),
    ("recorded_late", only(late_with_reason), ("time_addended", *ENTRY), ()),
    ("entered_by_biller", only(time(entered_by=opaque("st", "biller"))), ("staff_registered", *ENTRY), ()),
    ("time_corrected", corrected, ("time_corrected", *ENTRY), ()),
    ("time_moved_here", moved_here, ("time_moved",), ()),
    ("time_disputed", only(disputed), ("time_disputed", *ENTRY), ()),
]


OF_THE_MONTH: list[tuple[str, Build, tuple[str, ...], tuple[str, ...]]] = [
    ("no_rules_in_force", lambda: Chart("2014-03"), (), ()),
    ("month_after_death", only(lambda c: c.death("2026-02-05")), ("death_recorded",), ()),
    ("practice_not_assigned", with_time(without=("assignment",)), (), ("practice_assigned",)),
    ("practitioner_not_designated", with_time(without=("designation",)), (), ("practitioner_designated",)),
    (
        "practitioner_may_not_bill",
        with_time(lambda c: c.designate("S2"), without=("designation",)),
        ("practitioner_designated", *ROLES),
        (),
    ),
    (
        "practitioner_departed",
        with_time(left("2026-02-05")),
        ("practitioner_designated", "staff_departed", "staff_registered"),
        (),
    ),
    (
        "practitioner_left_in_month",
        with_time(left("2026-03-20")),
        ("practitioner_designated", "staff_departed", "staff_registered"),
        (),
    ),
    (
        "practitioner_excluded",
        with_time(check("excluded", "2026-03-02", "MD")),
        ("exclusion_checked", "practitioner_designated", "staff_registered"),
        (),
    ),
    ("consent_not_on_file", with_time(without=("consent",)), (), CONSENT),
    (
        "consent_incomplete",
        with_time(lambda c: c.consent("2026-01-05 09:00", lacks=("right_to_stop",)), without=("consent",)),
        CONSENT,
        ("consent_supplemented",),
    ),
    (
        "consent_names_other_practitioner",
        with_time(lambda c: c.consent("2026-01-05 09:00", practitioner="MD2"), without=("consent",)),
        (*CONSENT, "practitioner_designated"),
        CONSENT,
    ),
    ("consent_revoked", with_time(lambda c: c.revoke("2026-02-02")), (*CONSENT, "consent_revoked"), CONSENT),
    ("consent_revoked_in_month", with_time(lambda c: c.revoke("2026-03-20")), ("consent_revoked",), ()),
    (
        "consent_on_day_of_revocation",
        with_time(lambda c: c.consent("2026-03-05 09:00"), lambda c: c.revoke("2026-03-05"), without=("consent",)),
        (*CONSENT, "consent_revoked"),
        CONSENT,
    ),
    (
        "patient_disenrolled",
        with_time(lambda c: c.disenrol("2026-02-02")),
        (*CONSENT, "patient_disenrolled"),
        CONSENT,
    ),
    ("disenrolled_in_month", with_time(lambda c: c.disenrol("2026-03-20")), ("patient_disenrolled",), ()),
    (
        "consent_from_recollection",
        with_time(lambda c: c.consent("2026-01-05 09:00", evidence="recollection"), without=("consent",)),
        CONSENT,
        (),
    ),
    (
        "consent_recorded_late",
        with_time(lambda c: c.consent("2026-01-05 09:00", recorded="2026-02-01 09:00"), without=("consent",)),
        CONSENT,
        (),
    ),
    (
        "declined_after_consent",
        with_time(lambda c: c.decline("2026-03-02 09:00")),
        ("consent_declined", *CONSENT),
        (),
    ),
    ("consent_invalidated", with_time(lambda c: c.invalidate()), ("consent_invalidated", *CONSENT), ()),
    ("merged_both_attested", attested_twice, ("month_attested", "patients_merged"), ()),
    (
        "designations_collide",
        lambda: merged(lambda c: c.designate("MD2")),
        ("practitioner_designated",),
        (),
    ),
    ("initiating_visit_missing", with_time(without=("visit",)), CONSENT, ("visit_recorded",)),
    (
        "initiating_visit_not_discussed",
        with_time(lambda c: c.visit("2025-12-10", discussed=None), without=("visit",)),
        ("visit_recorded",),
        (),
    ),
    (
        "initiating_visit_by_colleague",
        with_time(lambda c: c.visit("2025-12-10", by="MD2"), without=("visit",)),
        ("visit_recorded",),
        (),
    ),
    (
        "initiating_visit_missing",
        with_time(lambda c: c.visit("2025-12-10", by=None), without=("visit",)),
        (*CONSENT, "visit_recorded"),
        ("visit_recorded",),
    ),
    (
        "initiating_visit_missing",
        with_time(
            lambda c: c.consent("2024-02-05 09:00", name="first"),
            lambda c: c.revoke("2024-03-10"),
            lambda c: c.consent("2026-03-02 09:00", name="again"),
            without=("consent", "visit"),
        ),
        (*CONSENT, "consent_revoked"),
        ("visit_recorded",),
    ),
    (
        "conditions_below_minimum",
        with_time(
            lambda c: c.tell(
                ConditionStruck(patient=c.patient, condition=opaque("cd", "I10"), reason="entered_in_error")
            )
        ),
        ("condition_recorded", "condition_struck"),
        ("condition_recorded",),
    ),
    ("diagnoses_below_minimum", with_time(without=("conditions",)), (), ("condition_recorded",)),
    (
        "conditions_of_one_family",
        with_time(lambda c: c.condition("E11.9"), lambda c: c.condition("E11.65"), without=("conditions",)),
        ("condition_recorded",),
        (),
    ),
    ("risk_not_attested", with_time(without=("risk",)), (), ("risk_attested",)),
    ("coverage_not_on_file", with_time(without=("coverage",)), (), ("coverage_recorded",)),
    (
        "coverage_ended_in_month",
        with_time(lambda c: c.coverage(until_on="2026-03-15"), without=("coverage",)),
        ("coverage_recorded",),
        ("coverage_recorded",),
    ),
    (
        "coverage_gap",
        with_time(lambda c: c.coverage(from_on="2026-03-15"), without=("coverage",)),
        ("coverage_recorded",),
        (),
    ),
    (
        "payer_sets_own_rules",
        with_time(lambda c: c.coverage(kind="commercial", payer="acme"), without=("coverage",)),
        ("coverage_recorded",),
        (),
    ),
    ("stay_without_discharge", with_time(lambda c: c.stay("2026-03-20")), ("stay_recorded",), ("stay_recorded",)),
    (
        "work_in_other_stay",
        with_time(lambda c: c.stay("2026-03-09", "2026-03-12", kind="nursing_facility")),
        ("stay_recorded",),
        (),
    ),
    ("care_plan_missing", with_time(without=("plan",)), (), ("care_plan_revised",)),
    (
        "care_plan_not_signed",
        with_time(lambda c: c.revise_plan("2026-01-05 10:00"), without=("plan",)),
        ("care_plan_revised",),
        ("care_plan_signed", "signature_attested"),
    ),
    (
        "care_plan_element_missing",
        with_time(lambda c: c.revise_plan("2026-01-05 10:00", elements=("goals",)), without=("plan",)),
        ("care_plan_revised",),
        (),
    ),
    (
        "care_plan_copy_not_given",
        with_time(lambda c: c.revise_plan("2026-01-05 10:00"), without=("plan",)),
        ("care_plan_revised",),
        ("care_plan_copy_given",),
    ),
    (
        "care_plan_revision_unsigned",
        with_time(lambda c: c.revise_plan("2026-02-05 10:00", revision=2)),
        ("care_plan_revised", "care_plan_signed"),
        ("care_plan_signed", "signature_attested"),
    ),
    ("cehrt_not_attested", with_time(without=("capabilities",)), (), ("capability_attested",)),
    (
        "access_24x7_not_attested",
        with_time(lambda c: c.end_capability("access_24x7", "2026-02-01")),
        ("capability_attested", "capability_ended"),
        ("capability_attested",),
    ),
    (
        "exclusion_check_missing",
        with_time(check("clear", "2026-02-02")),
        ("exclusion_checked", "staff_registered"),
        ("exclusion_checked",),
    ),
    ("worked_for_other_practice", only(elsewhere), ENTRY, ()),
    (
        "supervisor_not_practitioner",
        only(time(supervised_by=opaque("st", "S2"))),
        ("role_granted", "staff_registered", *ENTRY),
        (),
    ),
    ("no_two_way_contact", only(time(two_way=False)), ENTRY, ()),
    ("minutes_below_minimum", only(time(length=19)), ENTRY, ()),
    ("minutes_below_minimum", only(), (), ENTRY),
    (
        "chosen_family_not_available",
        with_time(lambda c: c.choose("personal")),
        ("family_chosen",),
        (),
    ),
    ("family_not_chosen", with_time(time("2026-03-11 10:00", 30, by="MD")), (), ("family_chosen",)),
    (
        "choice_by_other",
        with_time(lambda c: c.choose("noncomplex", by="MD2")),
        ("family_chosen",),
        ("family_chosen",),
    ),
    (
        "decision_making_missing",
        with_time(time("2026-03-11 10:00", 60)),
        (),
        ("decision_making_attested",),
    ),
    (
        "decision_making_too_low",
        with_time(time("2026-03-11 10:00", 60), lambda c: c.decision_making("low")),
        ("decision_making_attested",),
        (),
    ),
    ("units_capped", only(time(length=120)), ENTRY, ()),
    (
        "programme_excludes_other",
        only(time(length=20), lambda c: c.designate("MD", programme=Programme.PCM)),
        ("practitioner_designated",),
        (),
    ),
    (
        "extra_planning_twice",
        only(lambda c: c.extra_planning("2026-03-12"), lambda c: c.extra_planning("2026-03-13", name="two")),
        ("extra_planning_attested",),
        (),
    ),
    (
        "extra_planning_late",
        only(lambda c: c.consent("2025-03-11 09:00"), lambda c: c.extra_planning("2026-03-12"), without=["consent"]),
        ("consent_recorded", "extra_planning_attested"),
        (),
    ),
    (
        "extra_planning_outside_ccm",
        only(lambda c: c.extra_planning("2026-03-12", by="MD2")),
        ("consent_recorded", "extra_planning_attested", "practitioner_designated"),
        (),
    ),
    (
        "extra_planning_same_date",
        only(
            time(length=60),
            lambda c: c.decision_making("high"),
            lambda c: c.choose("complex"),
            lambda c: c.extra_planning("2026-03-31"),
        ),
        ("extra_planning_attested",),
        (),
    ),
]


def topics(chart: Chart, evidence: Evidence) -> tuple[str, ...]:
    """The kinds of facts that evidence names, each once."""
    return tuple(sorted({chart.told[position - 1][0].TOPIC for position in evidence.facts}))


def ground_of(chart: Chart) -> Ground:
    return Ground(chart.facts(), chart.verdict(), law()[0])


@pytest.mark.parametrize(("code", "build", "facts", "absent"), OF_TIME, ids=[case[0] for case in OF_TIME])
def test_what_is_said_of_an_entry_rests_on_facts(
    code: str, build: Build, facts: tuple[str, ...], absent: tuple[str, ...]
) -> None:
    chart = build()
    ground = ground_of(chart)
    line, said = next((line, n) for line in ground.verdict.lines for n in line.notices if n.code == code)
    evidence = of_line(said, line, ground)

    assert (tuple(sorted(facts)), absent) == (topics(chart, evidence), evidence.absent)


@pytest.mark.parametrize(("code", "build", "facts", "absent"), OF_THE_MONTH, ids=[case[0] for case in OF_THE_MONTH])
def test_what_is_said_of_a_month_rests_on_facts_or_on_what_is_not_there(
    code: str, build: Build, facts: tuple[str, ...], absent: tuple[str, ...]
) -> None:
    chart = build()
    ground = ground_of(chart)
    verdict = ground.verdict
    every = (*verdict.missing, *verdict.notices, *(n for result in verdict.families for n in result.notices))
    said = next(n for n in every if n.code == code)
    evidence = of_month(said, ground)

    assert (tuple(sorted(facts)), absent) == (topics(chart, evidence), evidence.absent)


def test_every_notice_that_the_judge_can_give_has_a_rule() -> None:
    folder = Path(ledger.judging.__file__).parent
    words = {
        node.value
        for path in folder.glob("*.py")
        if not path.name.startswith("evidence")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }

    assert set() == (words & set(KINDS)) - set(OF_ENTRIES) - set(OF_MONTHS)


def test_every_rule_is_of_a_code_that_there_is() -> None:
    assert set() == (set(OF_ENTRIES) | set(OF_MONTHS)) - set(KINDS)


def test_a_consent_is_named_with_what_supplemented_it() -> None:
    chart = Chart(without=("consent",))
    chart.consent("2026-01-05 09:00", lacks=("cost_sharing",))
    chart.supplement("2026-03-11 09:00", affirms=("cost_sharing",))
    chart.time(MORNING, 25)
    ground = ground_of(chart)
    line = ground.verdict.lines[0]

    assert topics(chart, of_line(line.notices[0], line, ground)) == (
        "consent_recorded",
        "consent_supplemented",
        "time_logged",
    )


def test_of_an_entry_about_another_patient_just_the_position_is_told() -> None:
    chart = Chart()
    chart.time("2026-03-10 10:10", 20, who="another")
    rival = len(chart.told)
    chart.time(MORNING, 25)
    ground = ground_of(chart)
    line = ground.verdict.lines[0]

    assert of_line(line.notices[0], line, ground).facts == (rival, rival + 1)


def test_an_approval_is_among_the_facts_of_the_entry_that_it_let_count() -> None:
    chart = late_raise()
    entry = chart.verdict().lines[-1].entry
    chart.tell(LateEntryApproved(patient=chart.patient, entry=entry, months=(chart.month,), by=opaque("st", "MD")))
    ground = ground_of(chart)
    line = ground.verdict.lines[-1]
    reviewed = next(n for n in line.notices if n.code == "recorded_very_late")

    assert (1200, ("late_entry_approved", "time_logged")) == (
        line.counted,
        topics(chart, of_line(reviewed, line, ground)),
    )
