"""The law of a month, looked up once: every quantity that judging reads, as plain values.

Dates between which nothing changes share one RulesInForce, and so one MonthLaw: a month costs a few look-ups instead
of a hundred. What a verdict names as read is the set of quantities of the parts that were applied.

Promise: values and readings are those of the rules given. Not promised: that a programme existed; see `exists`.
"""

from datetime import date, timedelta
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from ledger.rulebook import Reading, ReadingSet, Rulebook, RulesInForce, activity_standing

_CCM: Final = "medicare.ccm"
ACTIVITIES: Final = f"{_CCM}.activities"

TIME_NAMES: Final = (
    f"{_CCM}.consent.required",
    f"{_CCM}.consent.new_practitioner_needs_own",
    f"{_CCM}.consent.per_programme",
    f"{_CCM}.performers.clinical_roles",
    f"{_CCM}.performers.clinical_credentials",
    f"{_CCM}.performers.other_roles_count",
    f"{_CCM}.performers.programs_count",
    f"{_CCM}.performers.other_practitioner_counts",
    f"{_CCM}.performers.work_countries",
    f"{_CCM}.performers.excluded_counts",
    f"{_CCM}.performers.licence_lapsed_counts",
    f"{_CCM}.performers.practitioner_counts_as_staff",
    f"{_CCM}.time.fields_required",
    f"{_CCM}.time.one_code_per_minute",
    f"{_CCM}.time.persons_at_once_max",
    f"{_CCM}.time.patients_at_once_max",
    f"{_CCM}.time.staff_day_hours_max",
    f"{_CCM}.time.after_death_counts",
    f"{_CCM}.time.after_coverage_counts",
    f"{_CCM}.time.late_hours",
    f"{_CCM}.time.late_reason_days",
    f"{_CCM}.time.late_raise_counts",
    f"{_CCM}.time.rounding",
    f"{_CCM}.time.no_contact_effect",
)
"""What counting time reads, whatever the entries; the lists of their activities are added."""
READINESS_NAMES: Final = (
    f"{_CCM}.billing_practitioner.per_month_max",
    f"{_CCM}.billing_practitioner.credentials",
    f"{_CCM}.billing_practitioner.other_programmes",
    f"{_CCM}.billing_practitioner.other_programmes_effect",
    f"{_CCM}.billing_practitioner.anybodys_programmes",
    f"{_CCM}.performers.exclusion_check_effect",
    f"{_CCM}.performers.other_practice_effect",
    f"{_CCM}.performers.supervisor_roles",
    f"{_CCM}.initiating_visit.qualifying_codes",
    f"{_CCM}.initiating_visit.missing_effect",
    f"{_CCM}.initiating_visit.not_discussed_effect",
    f"{_CCM}.initiating_visit.same_group_effect",
    f"{_CCM}.initiating_visit.other_practitioner_effect",
    f"{_CCM}.eligibility.conditions_min",
    f"{_CCM}.eligibility.condition_months_min",
    f"{_CCM}.eligibility.conditions_missing_effect",
    f"{_CCM}.eligibility.conditions_managed_max",
    f"{_CCM}.eligibility.conditions_managed_effect",
    f"{_CCM}.eligibility.diagnoses_min",
    f"{_CCM}.initiating_visit.renewal_years",
    f"{_CCM}.eligibility.risk_missing_effect",
    f"{_CCM}.eligibility.same_category_characters",
    f"{_CCM}.eligibility.coverage_missing_effect",
    "medicare.claims.diagnoses_min",
    "medicare.claims.date_of_service",
    f"{_CCM}.care_plan.required",
    f"{_CCM}.care_plan.elements_required",
    f"{_CCM}.care_plan.intervention_owners_required",
    f"{_CCM}.care_plan.review_date_required",
    f"{_CCM}.care_plan.elements_expected",
    f"{_CCM}.care_plan.goals_per_condition_min",
    f"{_CCM}.care_plan.signed_by",
    f"{_CCM}.care_plan.copy_required",
    f"{_CCM}.care_plan.review_months",
    f"{_CCM}.practice.cehrt_year_required",
    f"{_CCM}.practice.access_24x7_required",
    f"{_CCM}.practice.cehrt_holds_all_required",
    f"{_CCM}.practice.plan_access_24h_required",
    f"{_CCM}.families.choice_required",
    f"{_CCM}.policy.suggested_first",
)
"""What readiness for release reads."""
CONSENT_NAMES: Final = (
    f"{_CCM}.consent.methods",
    f"{_CCM}.consent.items_required",
    f"{_CCM}.consent.fields_required",
    f"{_CCM}.consent.evidence_counts_from_occurrence",
    f"{_CCM}.consent.evidence_counts_from_recording",
    f"{_CCM}.consent.decline_stops",
)
"""What a consent is judged by: the rules of its own day."""
START_NAMES: Final = (f"{_CCM}.initiating_visit.required_for", f"{_CCM}.initiating_visit.lookback_years")
"""What the programme's first day decides."""
UNTIMED_NAME: Final = f"{_CCM}.policy.untimed_counts"
"""Read where an entry has no clock times."""
IN_PERSON_NAME: Final = f"{_CCM}.policy.staff_in_person_counts"
"""Read where an entry's activity needs a reviewer."""
IN_PERSON_REVIEW_NAME: Final = f"{_CCM}.time.in_person_reviewed"
"""Read there too, where the edition has it."""
VISIT_DAY_NAMES: Final = (
    f"{_CCM}.time.visit_day_counts",
    f"{_CCM}.time.visit_day_codes",
    f"{_CCM}.time.visit_day_effect",
)
"""Read where the billing practitioner held a visit in the month."""


class Activity(NamedTuple):
    """What the catalogue says of one category."""

    standing: Literal["counted", "not_counted", "needs_reviewer"]
    reading: Reading
    name: str
    """The name under which the list is looked up; where another rule stands for it, not the reading's own."""


class MonthLaw:
    """The quantities of one RulesInForce that a month is judged by."""

    __slots__ = (
        "activities",
        "asks_for_risk",
        "billing_credentials",
        "care_plan_elements",
        "care_plan_expected",
        "clinical_credentials",
        "condition_months_min",
        "conditions_managed_max",
        "conditions_min",
        "consent_fields",
        "consent_items",
        "consent_methods",
        "counted",
        "diagnoses_min",
        "diagnoses_name",
        "evidence_known",
        "excluded_counts",
        "exists",
        "goals_per_condition_min",
        "in_person_counts",
        "late",
        "late_raise",
        "late_reason",
        "licence_lapsed_counts",
        "pools_practitioner",
        "qualifying_codes",
        "readiness_names",
        "recalling_evidence",
        "review_months",
        "rules",
        "same_category_characters",
        "service_date",
        "time_names",
        "untimed_counts",
        "visit_day_codes",
        "visit_day_counts",
        "visit_lists",
        "visit_renewal_years",
        "work_countries",
    )

    def __init__(self, rules: RulesInForce) -> None:
        self.rules: Final = rules
        self.exists: Final = rules.find(f"{_CCM}.consent.required") is not None
        self.time_names: Final = _present(rules, TIME_NAMES)
        self.readiness_names: Final = _present(rules, READINESS_NAMES)
        self.activities: Final = _activities(rules) if self.exists else {}
        months = rules.get(f"{_CCM}.eligibility.condition_months_min")
        self.condition_months_min: Final = months if isinstance(months, int) else None
        self.counted: Final = frozenset(a for a, found in self.activities.items() if found.standing == "counted")
        if not self.exists:
            return
        self.consent_fields: Final = rules.words(f"{_CCM}.consent.fields_required")
        self.consent_methods: Final = frozenset(rules.words(f"{_CCM}.consent.methods"))
        self.consent_items: Final = rules.words(f"{_CCM}.consent.items_required")
        self.recalling_evidence: Final = frozenset(rules.words(f"{_CCM}.consent.evidence_counts_from_recording"))
        written = rules.words(f"{_CCM}.consent.evidence_counts_from_occurrence")
        self.evidence_known: Final = self.recalling_evidence.union(written)
        self.clinical_credentials: Final = frozenset(rules.words(f"{_CCM}.performers.clinical_credentials"))
        self.billing_credentials: Final = frozenset(rules.words(f"{_CCM}.billing_practitioner.credentials"))
        self.work_countries: Final = frozenset(rules.words(f"{_CCM}.performers.work_countries"))
        self.excluded_counts: Final = rules.yes(f"{_CCM}.performers.excluded_counts")
        # Editions that were adopted before this was a rule say nothing of licences: then a lapsed one changes nothing.
        self.licence_lapsed_counts: Final = rules.get(f"{_CCM}.performers.licence_lapsed_counts") is not False
        self.pools_practitioner: Final = rules.yes(f"{_CCM}.performers.practitioner_counts_as_staff")
        self.late: Final = timedelta(hours=rules.whole(f"{_CCM}.time.late_hours"))
        self.late_reason: Final = timedelta(days=rules.whole(f"{_CCM}.time.late_reason_days"))
        late_raise = rules.find(f"{_CCM}.time.late_raise_counts")
        self.late_raise: Final = late_raise if late_raise is not None and late_raise.value is False else None
        """By which rule what raises an attested month waits; None where the edition has no such rule."""
        self.untimed_counts: Final = rules.yes(UNTIMED_NAME)
        self.in_person_counts: Final = rules.yes(IN_PERSON_NAME)
        self.service_date: Final = rules.reading("medicare.claims.date_of_service")
        """By which convention the month's lines are dated, as base or payer say."""
        self.visit_day_counts: Final = rules.get(VISIT_DAY_NAMES[0]) is not False
        codes = rules.get(VISIT_DAY_NAMES[1])
        self.visit_day_codes: Final = frozenset(codes if isinstance(codes, tuple) else ())
        """Codes of visits on whose day time is looked at; none where the edition does not list them."""
        self.qualifying_codes: Final = frozenset(rules.words(f"{_CCM}.initiating_visit.qualifying_codes"))
        renewal = rules.get(f"{_CCM}.initiating_visit.renewal_years")
        self.visit_renewal_years: Final = renewal if isinstance(renewal, int) else None
        self.conditions_min: Final = rules.whole(f"{_CCM}.eligibility.conditions_min")
        managed = rules.get(f"{_CCM}.eligibility.conditions_managed_max")
        self.conditions_managed_max: Final = managed if isinstance(managed, int) else None
        self.asks_for_risk: Final = rules.get(f"{_CCM}.eligibility.risk_missing_effect") != "none"
        own = f"{_CCM}.eligibility.diagnoses_min"
        self.diagnoses_name: Final = own if rules.find(own) is not None else "medicare.claims.diagnoses_min"
        self.diagnoses_min: Final = rules.whole(self.diagnoses_name)
        characters = rules.get(f"{_CCM}.eligibility.same_category_characters")
        self.same_category_characters: Final = characters if isinstance(characters, int) else None
        self.care_plan_elements: Final = rules.words(f"{_CCM}.care_plan.elements_required")
        self.care_plan_expected: Final = rules.words(f"{_CCM}.care_plan.elements_expected")
        self.goals_per_condition_min: Final = rules.whole(f"{_CCM}.care_plan.goals_per_condition_min")
        self.review_months: Final = rules.whole(f"{_CCM}.care_plan.review_months")

    def lists(self, activities: frozenset[str], untimed: bool) -> frozenset[str]:
        """The lists in which activities were looked up, and the policies that they, and untimed entries, ask for."""
        unlisted = self.activities["unlisted"]
        found = [self.activities.get(activity, unlisted) for activity in activities]
        names = [one.name for one in found]
        if untimed:
            names.append(UNTIMED_NAME)
        if any(one.standing == "needs_reviewer" for one in found):
            names += _present(self.rules, (IN_PERSON_NAME, IN_PERSON_REVIEW_NAME))
        return frozenset(names)

    def reading(self, name: str) -> Reading:
        """One reading below medicare.ccm, for the text of a notice."""
        return self.rules.reading(f"{_CCM}.{name}")

    def asks(self, name: str) -> bool:
        """Whether a rule asks for something: yes, unless it says no."""
        return self.rules.get(f"{_CCM}.{name}") is not False

    def find(self, name: str) -> Reading | None:
        """The same, or None where the edition has no such quantity."""
        return self.rules.find(f"{_CCM}.{name}")


def _present(rules: RulesInForce, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if rules.find(name) is not None)


def _activities(rules: RulesInForce) -> dict[str, Activity]:
    found: dict[str, Activity] = {}
    prefix = f"{ACTIVITIES}."
    for name, reading in rules.by_name.items():
        if name.startswith(prefix) and isinstance(reading.value, tuple):
            for activity in reading.value:
                standing = activity_standing(activity, rules)
                first = rules.list_name(ACTIVITIES, activity)
                assert standing is not None
                assert first is not None
                found[activity] = Activity(standing, rules.reading(first), first)
    return found


@lru_cache(maxsize=512)
def law_of(rules: RulesInForce) -> MonthLaw:
    """The law of a span of dates, looked up once."""
    return MonthLaw(rules)


def law_on(rulebook: Rulebook, on: date) -> MonthLaw:
    """The law on a day."""
    return law_of(rulebook.in_force(on))


Reads = tuple[tuple[date, tuple[str, ...]], ...]
"""What was read: a day, and the names of the quantities that were read as of it."""


class Readings(NamedTuple):
    """What a verdict has read."""

    reads: Reads
    names: tuple[str, ...]
    """The names, each once, in order of reading."""
    digest: str
    """The digest of the reading set."""


class Applied(NamedTuple):
    """Which parts of the law a month was judged by."""

    time: date
    """A day whose rules count time and judge readiness: those of the month's last."""
    lists: frozenset[str]
    """The lists in which the activities of entries stand, and the policies that they ask for."""
    on: date
    """A day whose rules give units and dollars: those of the date of service."""
    families: tuple[str, ...]
    """What units and dollars have read."""
    consents: tuple[date, ...]
    """Days whose rules consents were read by."""
    started: date
    """A day whose rules say which visit the programme's first day asked for."""
    conflicts: tuple[str, ...] = ()
    """What was read of the table of other services, by the rules of the date of service."""
    visits: Reads = ()
    """What was read of days of visits, where something rides on their claims."""


@lru_cache(maxsize=2048)
def readings_of(rulebook: Rulebook, applied: Applied) -> Readings:
    """Everything that was read, by day; months that apply the same parts share one answer."""
    law = law_on(rulebook, applied.time)
    parts = [(applied.time, (*law.time_names, *sorted(applied.lists), *law.readiness_names))]
    parts += [(on, CONSENT_NAMES) for on in applied.consents]
    parts += [(applied.started, _present(rulebook.in_force(applied.started), START_NAMES))]
    parts += [(applied.on, applied.families + applied.conflicts)]
    parts += applied.visits
    names = tuple(dict.fromkeys(name for _, group in parts for name in group))
    reads = tuple(parts)
    return Readings(reads, names, ReadingSet.of(reading_list(rulebook, reads)).digest)


def reading_list(rulebook: Rulebook, reads: Reads) -> tuple[Reading, ...]:
    """What was read: each reading once, in order."""
    found = {(r.name, r.effective): r for on, names in reads for r in map(rulebook.in_force(on).reading, names)}
    return tuple(found.values())
