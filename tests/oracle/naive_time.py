"""The naive reading of countable time; naive_status.py says on which of it, naive.py ends it in codes and dollars."""

from datetime import date
from itertools import pairwise
from math import ceil

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
    """The time of one patient-month, piece by piece."""

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
        newest = max(reversed(told), key=lambda f: f["from_on"], default=None)  # of one day, the one recorded last
        return str(newest["value"]) if newest else otherwise

    def is_over(self, on: date) -> bool:
        """Whether a day lies after death or after the end of coverage."""
        ends = [end for end in (self.death(), self.coverage_end()) if end is not None]
        return any(on > end for end in ends)

    def borders(self) -> list[int]:
        """The seconds at which anything begins or ends: between two of them all seconds are alike."""
        moments = [span["at"] for span in self.spans()]
        moments += [stay[edge] for stay in self.stays() for edge in ("admitted_at", "discharged_at") if stay[edge]]
        for entry in [f for f in self.facts if f["topic"] == "time_logged"]:
            moments += [piece[edge] for piece in entry["segments"] for edge in ("start", "end")]
        return sorted({ceil(moment.timestamp()) for moment in moments})

    def pieces(self, entry: Dict, borders: list[int]) -> list[tuple[int, int, date]]:
        """An entry, cut wherever anything begins or ends: first second, the one after the last, day."""
        answer = []
        for piece in entry["segments"]:
            start, end = int(piece["start"].timestamp()), int(piece["end"].timestamp())
            edges = [start, *(second for second in borders if start < second < end), end]
            answer += [(one, other, piece["on"]) for one, other in pairwise(edges)]
        return answer

    def count(self) -> list[Dict]:
        """Each entry of the month, in order of recording, with the seconds of it that count and the last such day."""
        spans, stays, borders = self.spans(), self.stays(), self.borders()
        taken: set[int] = set()  # where pieces of this patient's begin that an entry recorded earlier holds
        elsewhere: dict[str, set[int]] = {}  # where pieces begin in which a performer is with another patient
        answer = []
        for entry in [f for f in self.facts if f["topic"] == "time_logged"]:
            pieces = self.pieces(entry, borders)
            begun = {start for start, _, _ in pieces}
            if entry["patient"] != self.patient:
                elsewhere.setdefault(entry["performer"], set()).update(begun)
                continue
            counted: dict[date, int] = {}
            barred = taken | elsewhere.get(entry["performer"], set())
            days = {on for _, _, on in pieces}
            open_days = {on for on in days if self.first <= on <= self.last and not self.is_over(on)}
            open_days = {on for on in open_days if self.pool(entry, on)}
            for start, end, on in pieces:
                free = on in open_days and start not in barred
                if free and self.agrees(spans, start, on) and not self.is_away(stays, start, on):
                    counted[on] = counted.get(on, 0) + end - start
            if entry["on"] is not None and self.untimed_counts(entry):
                counted[entry["on"]] = entry["seconds"]
            worked = sorted(on for on in {*days, entry["on"]} if on and self.first <= on <= self.last)
            pools = {self.pool(entry, on) for on in worked}
            pool = "staff" if "staff" in pools else "personal" if "personal" in pools else None
            taken |= begun
            if not pool:
                counted = {}
            if worked:
                line = {"entry": entry["entry"], "counted": sum(counted.values()), "pool": pool, "days": set(counted)}
                answer.append({**line, "worked": set(worked), "last": max(counted) if counted else None})
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
