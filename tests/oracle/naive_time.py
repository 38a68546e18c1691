"""The naive reading of who bills, coverage, consent and countable time; naive.py ends it in codes and dollars."""

from calendar import monthrange
from datetime import date, datetime
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
ITEMS = ("availability", "cost_sharing", "one_practitioner", "right_to_stop")


class NaiveTime:
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
