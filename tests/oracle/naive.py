"""A second, deliberately naive reading of the documents: what one patient-month of CCM comes to.

Written from the rules and readings alone, before the judge was opened: one list of plain dicts in, one dict out, a set
with every worked second in it, no shared code with the judge. Slow and obvious; where the judge differs, one is wrong.
It covers 2021 to 2026, one practice, Medicare FFS, non-facility. What the documents leave open is in `FREEDOMS`.
"""

from calendar import monthrange
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

Dict = dict[str, Any]

COUNTED_ACTIVITIES = {
    "phone_call", "video_call", "portal_message", "caregiver_call", "patient_education", "self_management_support",
    "contact_attempt", "care_plan_development", "care_plan_update", "goal_review", "chart_review", "results_review",
    "symptom_monitoring", "adherence_tracking", "preventive_service_tracking", "medication_reconciliation",
    "medication_management", "refill_clinical_review", "specialist_coordination", "pharmacy_coordination",
    "home_health_coordination", "community_resources", "transportation_arrangements", "referral_management",
    "follow_up_coordination", "transition_management",
}  # fmt: skip
CLINICAL = {"rn", "lpn", "lvn", "cma", "rma", "ma", "cna", "lcsw", "pharmacist"}
MAY_BILL = {"md", "do", "np", "pa", "cns", "cnm"}
VISITS = {
    "99202", "99203", "99204", "99205", "99212", "99213", "99214", "99215",
    "G0438", "G0439", "G0402", "99495", "99496",
}  # fmt: skip
ITEMS = ("availability", "cost_sharing", "one_practitioner", "right_to_stop")

# ccm-rules 2.1 and 2.2: total RVU of a year times the conversion factor of the day, half up to cents, per unit.
RVU = {
    "99490": {2024: "1.88", 2025: "1.87", 2026: "1.98"},
    "99439": {2024: "1.44", 2025: "1.42", 2026: "1.51"},
    "99491": {2024: "2.54", 2025: "2.54", 2026: "2.67"},
    "99437": {2024: "1.79", 2025: "1.78", 2026: "1.89"},
    "99487": {2024: "4.03", 2025: "4.07", 2026: "4.32"},
    "99489": {2024: "2.17", 2025: "2.18", 2026: "2.34"},
}

FREEDOMS = {
    "death or coverage end in a month without counted work": "date of service is the last day alive or covered",
    "untimed work on the last day of coverage": "a boundary day, like the days of consent and death",
    "entry across a midnight within the month": "its service date, for role and policy, is the day on which it begins",
    "condition that abated within the month": "it was in force in that month",
    "signature and copy of the plan after the month": "they serve: what lies before the date of service is the plan",
    "supplement recorded before its consent, or naming another practitioner": "not drawn here",
    "visit without a practitioner on record": "serves, with a review notice; not drawn here",
    "24-hour day": "seconds fill the day as recorded, those of an entry that does not count too; not drawn here",
    "two coverages that end on one day": "the one of lowest rank, then the one recorded last, is the one to confirm",
    "two amounts alike, or no price": "suggested family: not compared without prices",
}
"""What the documents leave open, and how this reading resolves it."""


def day_before_a_year(on: date) -> date:
    """The same day a year earlier; 29 February has 28 February."""
    if (on.month, on.day) == (2, 29):
        return date(on.year - 1, 2, 28)
    return date(on.year - 1, on.month, on.day)


def price(code: str, on: date) -> Decimal | None:
    """Dollars of one unit on a date of service."""
    if on.year not in (2024, 2025, 2026):
        return None
    factor = {2024: "32.7442" if on <= date(2024, 3, 8) else "33.2875", 2025: "32.3465", 2026: "33.4009"}[on.year]
    return (Decimal(RVU[code][on.year]) * Decimal(factor)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


class NaiveMonth:
    """One patient-month of a list of facts, each `{"topic": .., "recorded_at": .., fields}` in order of recording."""

    def __init__(self, facts: list[Dict], patient: str, month: str) -> None:
        self.facts = facts
        self.patient = patient
        self.month = month
        year, number = int(month[:4]), int(month[5:])
        self.first = date(year, number, 1)
        self.last = date(year, number, monthrange(year, number)[1])

    def of(self, topic: str) -> list[Dict]:
        """The facts of one kind, of this patient where they are a patient's."""
        return [f for f in self.facts if f["topic"] == topic and f.get("patient", self.patient) == self.patient]

    # --- who bills, for whom -----------------------------------------------------------------------------------

    def practice(self, on: date | None = None) -> Dict | None:
        """The practice to which the patient belongs on the date of service, or at the end of the month."""
        told = [f for f in self.of("practice_assigned") if f["from_on"] <= (on or self.last)]
        if not told:
            return None
        name = told[-1]["practice"]
        return next(f for f in self.of("practice_registered") if f["practice"] == name)

    def designee(self) -> str | None:
        """The billing practitioner whose designation occupies the month."""
        for told in self.of("practitioner_designated"):
            if told["from_month"] > self.month or (told["until_month"] and told["until_month"] < self.month):
                continue
            withdrawn = [
                w for w in self.of("designation_withdrawn")
                if w["designation"] == told["designation"] and w["from_month"] <= self.month
            ]  # fmt: skip
            if not withdrawn:
                return str(told["practitioner"])
        return None

    def person(self, who: str) -> Dict | None:
        """A staff member as registered."""
        return next((f for f in self.of("staff_registered") if f["staff"] == who), None)

    def holds(self, who: str, role: str, on: date) -> bool:
        """Whether somebody holds a role on a day."""
        for told in self.of("role_granted"):
            is_it = told["staff"] == who and told["role"] == role
            if is_it and told["from_on"] <= on and (told["until_on"] is None or on <= told["until_on"]):
                return True
        return False

    def death(self) -> date | None:
        """The day of death, as said last."""
        told = self.of("death_recorded")
        return told[-1]["on"] if told else None

    # --- coverage ----------------------------------------------------------------------------------------------

    def coverages(self) -> list[Dict]:
        """Coverages on file; one said again under its name replaces what was said."""
        newest: dict[str, Dict] = {}
        for told in self.of("coverage_recorded"):
            newest.pop(told["coverage"], None)
            newest[told["coverage"]] = told
        return list(newest.values())

    def coverage_end(self) -> date | None:
        """The last day of coverage, where it ended before the month (or the patient's life) did; else None."""
        until = self.last
        death = self.death()
        if death and self.first <= death < self.last:
            until = death
        begun = [c for c in self.coverages() if c["from_on"] <= until]
        if not begun or any(c["until_on"] is None or c["until_on"] >= until for c in begun):
            return None
        end: date = max(c["until_on"] for c in begun)
        return end

    # --- consent -----------------------------------------------------------------------------------------------

    def consents(self) -> list[tuple[datetime | None, str | None]]:
        """Each consent to CCM: the moment from which it is complete (None: never), and whom it names."""
        answer = []
        for told in self.of("consent_recorded"):
            if told["programme"] != "CCM":
                continue
            parts = [told] + [s for s in self.of("consent_supplemented") if s["consent"] == told["consent"]]
            dated = []
            for part in parts:
                moment = part["occurred_at"]
                if moment is not None and part["evidence"] == "recollection":
                    moment = max(moment, part["recorded_at"])
                dated.append((moment, part))
            # What completes a consent rests on it: the conversation comes first, then what was added, as it counts.
            answer.append(self._complete_from(dated[:1] + sorted(dated[1:], key=lambda pair: pair[0])))
        return answer

    def _complete_from(self, dated: list[tuple[Any, Dict]]) -> tuple[datetime | None, str | None]:
        whole: Dict = dict.fromkeys(ITEMS, False)
        for moment, part in dated:
            for item in ITEMS:
                whole[item] = whole[item] or part["items"][item]
            for field in ("method", "obtained_by", "practitioner", "given_by", "evidence"):
                whole[field] = whole.get(field) or part[field]
            whole["known"] = whole.get("known", False) or part["representative_identified"]
            moments = [at for at in (whole.get("moment"), moment) if at]
            whole["moment"] = max(moments) if moments else None
            identified = whole["given_by"] == "self" or whole["known"]
            fields = ("method", "obtained_by", "practitioner", "given_by", "evidence", "moment", *ITEMS)
            if identified and all(whole[field] for field in fields):
                return whole["moment"], whole["practitioner"]
        return None, whole.get("practitioner")

    def consent_from(self) -> datetime | None:
        """The moment from which minutes may count: the first complete consent that names the designee."""
        who = self.designee()
        mine = [at for at, names in self.consents() if at is not None and who in (None, names)]
        mine = [at for at in mine if self.local(at) <= self.last]
        return min(mine) if mine else None

    def local(self, at: datetime) -> date:
        """The local date of an instant in the practice."""
        practice = self.practice()
        return at.astimezone(ZoneInfo(practice["zone"] if practice else "America/Chicago")).date()

    # --- time --------------------------------------------------------------------------------------------------

    def pool(self, entry: Dict, on: date) -> str | None:
        """Whose minutes an entry's are: staff, personal, or nobody's."""
        person = self.person(entry["performer"])
        if person is None or not person["is_person"] or entry["programme"] != "CCM" or not entry["described"]:
            return None
        if (entry["work_country"] or person["work_country"] or "US") != "US":
            return None
        if not self.activity_counts(entry["activity"], on):
            return None
        if self.holds(entry["performer"], "practitioner", on):
            return "personal" if entry["performer"] == self.designee() else None
        if self.holds(entry["performer"], "clinical_staff", on) and person["credential"] in CLINICAL:
            return "staff"
        return None

    def activity_counts(self, activity: str | None, on: date) -> bool:
        """Whether the work was of a kind that counts."""
        if activity == "staff_in_person_education":
            return self.policy("staff_in_person_counts", "no", on) == "yes"
        return activity in COUNTED_ACTIVITIES

    def policy(self, name: str, otherwise: str, on: date) -> str:
        """The practice's policy on a day."""
        told = [f for f in self.of("policy_adopted") if f["policy"] == name and f["from_on"] <= on]
        return str(max(told, key=lambda f: f["from_on"])["value"]) if told else otherwise

    def is_over(self, on: date) -> bool:
        """Whether a day lies after death or after the end of coverage."""
        ends = [end for end in (self.death(), self.coverage_end()) if end is not None]
        return any(on > end for end in ends)

    def count(self) -> list[Dict]:
        """Each entry of the month, in order of recording, with the seconds of it that count and the last such day."""
        consent = self.consent_from()
        taken: set[int] = set()  # seconds of this patient's that an entry recorded earlier holds
        elsewhere: dict[str, set[int]] = {}  # seconds in which a performer is with another patient
        answer = []
        for entry in [f for f in self.facts if f["topic"] == "time_logged"]:
            seconds = {
                second: piece["on"]
                for piece in entry["segments"]
                for second in range(int(piece["start"].timestamp()), int(piece["end"].timestamp()))
            }
            if entry["patient"] != self.patient:
                elsewhere.setdefault(entry["performer"], set()).update(seconds)
                continue
            counted: dict[date, int] = {}
            with_others = elsewhere.get(entry["performer"], set())
            days = {*seconds.values()}
            open_days = {on for on in days if self.first <= on <= self.last and not self.is_over(on)}
            begins = consent.timestamp() if consent else float("inf")
            for second, on in seconds.items():
                if on in open_days and second >= begins and second not in taken and second not in with_others:
                    counted[on] = counted.get(on, 0) + 1
            if entry["on"] is not None and self.untimed_counts(entry, consent):
                counted[entry["on"]] = entry["seconds"]
            worked = sorted(on for on in {*days, entry["on"]} if on and self.first <= on <= self.last)
            pool = self.pool(entry, worked[0]) if worked else None
            taken |= set(seconds)
            if not pool:
                counted = {}
            if worked:
                line = {"entry": entry["entry"], "counted": sum(counted.values()), "pool": pool}
                answer.append({**line, "last": max(counted) if counted else None})
        return answer

    def untimed_counts(self, entry: Dict, consent: datetime | None) -> bool:
        """Whether an entry with a date and minutes counts."""
        on = entry["on"]
        if not self.first <= on <= self.last or self.policy("untimed_counts", "yes", on) != "yes":
            return False
        if consent is None or on < self.local(consent) or self.is_over(on):
            return False
        if on == self.local(consent) and entry["order"] != "after":
            return False
        return not (on in (self.death(), self.coverage_end()) and entry["order"] != "before")

    # --- codes, units, dollars ---------------------------------------------------------------------------------

    def date_of_service(self, lines: list[Dict]) -> date:
        """The last day of the month; where death or the end of coverage comes before it, the last counted day."""
        ends = [end for end in (self.death(), self.coverage_end()) if end is not None and end < self.last]
        if not ends or min(ends) < self.first:
            return self.last
        counted = [line["last"] for line in lines if line["last"]]
        return max(counted) if counted else min(ends)

    def decision_making(self) -> str | None:
        """The level that the billing practitioner attested last for the month."""
        told = [f for f in self.of("decision_making_attested") if f["month"] == self.month]
        told = [f for f in told if f["practitioner"] == self.designee()]
        return told[-1]["level"] if told else None

    def families(self, staff: int, personal: int, on: date) -> dict[str, Dict]:
        """What each family makes of the month: minutes, codes with units, dollars, minutes not paid."""
        both = (staff + personal) // 60
        own = personal // 60
        answer: dict[str, Dict] = {}
        lines: list[tuple[str, int]] = []
        if both >= 20:
            lines = [("99490", 1), ("99439", min(2, (both - 20) // 20))]
        answer["noncomplex"] = {"minutes": both, "lines": lines, "steps": (20, 20)}
        lines = []
        if both >= 60 and self.decision_making() in ("moderate", "high"):
            lines = [("99487", 1), ("99489", min(10, (both - 60) // 30))]
        answer["complex"] = {"minutes": both, "lines": lines, "steps": (60, 30)}
        lines = []
        if own >= 30:
            lines = [("99491", 1), ("99437", min(2, (own - 30) // 30))]
        answer["personal"] = {"minutes": own, "lines": lines, "steps": (30, 30)}
        for family in answer.values():
            family["lines"] = [(code, units) for code, units in family["lines"] if units]
            base, step = family["steps"]
            paid = sum((base if index == 0 else step * units) for index, (_, units) in enumerate(family["lines"]))
            family["unpaid"] = family["minutes"] - paid
            dollars = [(price(code, on), units) for code, units in family["lines"]]
            family["amount"] = None
            if dollars and all(one is not None for one, _ in dollars):
                family["amount"] = sum((one * units for one, units in dollars if one is not None), Decimal(0))
        return answer

    def chosen(self) -> str | None:
        """The family that the billing practitioner chose last."""
        told = [f for f in self.of("family_chosen") if f["month"] == self.month]
        told = [f for f in told if f["practitioner"] == self.designee()]
        return told[-1]["family"] if told else None

    # --- what is missing ---------------------------------------------------------------------------------------

    def missing(self, families: dict[str, Dict], on: date) -> set[str]:
        """The codes of what blocks release."""
        said = self._missing_people(on) | self._missing_consent() | self._missing_patient(on) | self._missing_plan(on)
        available = [name for name, family in families.items() if family["lines"]]
        if not available:
            said.add("minutes_below_minimum")
        elif self.chosen() and self.chosen() not in available:
            said.add("chosen_family_not_available")
        if len(available) > 1 and not self.chosen():
            said.add("family_not_chosen")
        return said

    def _missing_people(self, on: date) -> set[str]:
        said = set()
        if self.practice(on) is None:
            said.add("practice_not_assigned")
        who = self.designee()
        if who is None:
            said.add("practitioner_not_designated")
        elif not self.holds(who, "practitioner", on) or (self.person(who) or {}).get("credential") not in MAY_BILL:
            said.add("practitioner_may_not_bill")
        for name, code in (("cehrt_year", "cehrt_not_attested"), ("access_24x7", "access_24x7_not_attested")):
            told = [f for f in self.of("capability_attested") if f["capability"] == name and f["from_on"] <= on]
            bills = who is not None or self.practice(on) is not None
            if not bills or not any(f["until_on"] is None or on <= f["until_on"] for f in told):
                said.add(code)
        return said

    def _missing_consent(self) -> set[str]:
        if self.consent_from() is not None:
            return set()
        by_then = [(at, who) for at, who in self.consents() if at is not None and self.local(at) <= self.last]
        if by_then and self.designee():
            return {"consent_names_other_practitioner"}
        if by_then:
            return set()
        return {"consent_incomplete"} if any(at is None for at, _ in self.consents()) else {"consent_not_on_file"}

    def _missing_patient(self, on: date) -> set[str]:
        said = set()
        death = self.death()
        if death and death < self.first:
            said.add("month_after_death")
        if not self._has_visit():
            said.add("initiating_visit_missing")
        newest = {c["condition"]: c for c in self.of("condition_recorded")}
        held = [
            c for c in newest.values()
            if c["expected_12_months"] and (c["onset_on"] is None or c["onset_on"] <= self.last)
            and (c["abated_on"] is None or c["abated_on"] >= self.first)
        ]  # fmt: skip
        diagnoses = {c["icd10"] for c in held if c["icd10"]}
        if len(diagnoses) + len([c for c in held if not c["icd10"]]) < 2:
            said.add("conditions_below_minimum")
        if len(diagnoses) < 2:
            said.add("diagnoses_below_minimum")
        if not any(f["on"] <= self.last for f in self.of("risk_attested")):
            said.add("risk_not_attested")
        end = self.coverage_end()
        at_all = [
            c for c in self.coverages() if c["from_on"] <= (death if death and self.first <= death else self.last)
        ]
        at_all = [c for c in at_all if c["until_on"] is None or c["until_on"] >= self.first]
        if not at_all:
            said.add("coverage_not_on_file")
        ended = [c for c in at_all if c["until_on"] == end]
        ended = [c for c in ended if c["rank"] == min(one["rank"] for one in ended)][-1:]
        confirmed = [c for c in ended if c["verified_at"] and self.local(c["verified_at"]) >= on]
        if end is not None and at_all and not confirmed:
            said.add("coverage_ended_in_month")
        return said

    def _has_visit(self) -> bool:
        starts = [self.local(at) for at, _ in self.consents() if at is not None and self.local(at) <= self.last]
        earliest = day_before_a_year(min(starts) if starts else self.last)
        visits = [v for v in self.of("visit_recorded") if v["code"] in VISITS and earliest <= v["on"] <= self.last]
        who = self.designee()
        # With the billing practitioner, or with another practitioner of the practice: there is one practice here.
        return any(who in (None, v["practitioner"]) or self.holds(str(who), "practitioner", v["on"]) for v in visits)

    def _missing_plan(self, on: date) -> set[str]:
        revisions = [r for r in self.of("care_plan_revised") if self.local(r["revised_at"]) <= on]
        if not revisions:
            return {"care_plan_missing"}
        who = self.designee()
        signed = {s["revision"] for s in self.of("care_plan_signed") if who in (None, s["practitioner"])}
        plan = max(revisions, key=lambda r: (r["revised_at"], r["revision"]))
        said = set() if any(r["revision"] in signed for r in revisions) else {"care_plan_not_signed"}
        if not {"problem_list", "goals", "interventions", "medications"} <= set(plan["elements"]):
            said.add("care_plan_element_missing")
        if not plan["intervention_owners"]:
            said.add("care_plan_owners_missing")
        if plan["review_on"] is None:
            said.add("care_plan_review_date_missing")
        if not self.of("care_plan_copy_given"):
            said.add("care_plan_copy_not_given")
        return said

    # --- all of it ---------------------------------------------------------------------------------------------

    def answer(self) -> Dict:
        """The whole answer in plain values."""
        lines = self.count()
        staff = sum(line["counted"] for line in lines if line["pool"] == "staff")
        personal = sum(line["counted"] for line in lines if line["pool"] == "personal")
        on = self.date_of_service(lines)
        families = self.families(staff, personal, on)
        available = {name: family for name, family in families.items() if family["lines"]}
        suggested = None
        if available:
            suggested = max(available, key=lambda name: (name == "complex", available[name]["amount"] or 0))
        return {
            "entries": {line["entry"]: line["counted"] for line in lines},
            "staff": staff,
            "personal": personal,
            "date_of_service": on,
            "families": {n: (f["minutes"], f["lines"], f["amount"], f["unpaid"]) for n, f in families.items()},
            "suggested": suggested,
            "missing": self.missing(families, on),
        }
