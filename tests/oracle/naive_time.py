"""The naive reading of countable time; naive_status.py says on which of it, naive.py ends it in codes and dollars."""

from datetime import date

from tests.oracle.naive_status import Dict, NaiveStatus

COUNTED_ACTIVITIES = {
    "phone_call", "video_call", "portal_message", "caregiver_call", "patient_education", "self_management_support",
    "contact_attempt", "care_plan_development", "care_plan_update", "goal_review", "chart_review", "results_review",
    "symptom_monitoring", "adherence_tracking", "preventive_service_tracking", "medication_reconciliation",
    "medication_management", "refill_clinical_review", "specialist_coordination", "pharmacy_coordination",
    "home_health_coordination", "community_resources", "transportation_arrangements", "referral_management",
    "follow_up_coordination", "transition_management",
}  # fmt: skip
CLINICAL = {"rn", "lpn", "lvn", "cma", "rma", "ma", "cna", "lcsw", "pharmacist"}


class NaiveTime(NaiveStatus):
    """The time of one patient-month, each second by itself."""

    # --- time --------------------------------------------------------------------------------------------------

    def pool(self, entry: Dict, on: date) -> str | None:
        """Whose minutes an entry's are: staff, personal, or nobody's."""
        person = self.person(entry["performer"])
        if person is None or not person["is_person"] or entry["programme"] != self.programme or not entry["described"]:
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
        spans, stays = self.spans(), self.stays()
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
            open_days = {on for on in open_days if self.pool(entry, on)}
            for second, on in seconds.items():
                free = second not in taken and second not in with_others
                here = free and on in open_days and not self.is_away(stays, second, on)
                if here and self.agrees(spans, second, on):
                    counted[on] = counted.get(on, 0) + 1
            if entry["on"] is not None and self.untimed_counts(entry):
                counted[entry["on"]] = entry["seconds"]
            worked = sorted(on for on in {*days, entry["on"]} if on and self.first <= on <= self.last)
            pools = {self.pool(entry, on) for on in worked}
            pool = "staff" if "staff" in pools else "personal" if "personal" in pools else None
            taken |= set(seconds)
            if not pool:
                counted = {}
            if worked:
                line = {"entry": entry["entry"], "counted": sum(counted.values()), "pool": pool, "days": set(counted)}
                answer.append({**line, "last": max(counted) if counted else None})
        return answer

    def untimed_counts(self, entry: Dict) -> bool:
        """Whether an entry with a date and minutes counts."""
        on = entry["on"]
        if not self.first <= on <= self.last or self.policy("untimed_counts", "yes", on) != "yes":
            return False
        if self.is_over(on) or not self.agrees_untimed(on, entry["order"]):
            return False
        if self.is_away_untimed(on, entry["order"]):
            return False
        return not (on in (self.death(), self.coverage_end()) and entry["order"] != "before")
