"""The naive reading of what a month lacks before it may be released (ccm-rules 3 to 6, 8; readings 6, 9, 12)."""

from datetime import date

from tests.oracle.naive_law import APCM, CCM, MAY_BILL, PCM, VISITS, years_before
from tests.oracle.naive_status import Dict
from tests.oracle.naive_time import NaiveTime

BEGINS = {CCM: date(2015, 1, 1), PCM: date(2020, 1, 1), APCM: date(2025, 1, 1)}
"""The first day of each programme [CODE-01, CODE-15, CONF-APCM]."""


class NaiveMissing(NaiveTime):
    """What is missing of a patient-month."""

    def chosen(self) -> str | None:
        """The family that the billing practitioner chose last."""
        told = [f for f in self.of("family_chosen") if f["month"] == self.month]
        told = [f for f in told if f["practitioner"] == self.designee() and (f["programme"] or CCM) == self.programme]
        return told[-1]["family"] if told else None

    def missing(self, families: dict[str, Dict], on: date, worked: set[date]) -> set[str]:
        """The codes of what blocks release; `worked` are the days of counted work."""
        said = (
            self._missing_people(on, worked)
            | self._missing_consent()
            | self._missing_patient(on)
            | self._missing_plan(on)
        )
        available = [name for name, family in families.items() if family["lines"]]
        if not available:
            said.add("minutes_below_minimum")
        elif self.chosen() and self.chosen() not in available:
            said.add("chosen_family_not_available")
        if len(available) > 1 and not self.chosen():
            said.add("family_not_chosen")
        return said

    def _missing_people(self, on: date, worked: set[date]) -> set[str]:
        said = set()
        if self.practice(on) is None:
            said.add("practice_not_assigned")
        who = self.designee()
        if who is None:
            said.add("practitioner_not_designated")
        elif not self.holds(who, "practitioner", on) or (self.person(who) or {}).get("credential") not in MAY_BILL:
            said.add("practitioner_may_not_bill")
        asked = {"cehrt_year": "cehrt_not_attested", "access_24x7": "access_24x7_not_attested"}
        if self.strict():
            asked["cehrt_holds_all_ccm_records"] = "cehrt_holds_all_not_attested"
            asked["plan_access_24h_other_providers"] = "plan_access_24h_not_attested"
        for name, code in asked.items():
            bills = who is not None or self.practice(on) is not None
            # [ACCESS-01] blocks where it lapsed: on the date of service, or on a day on which the service was given
            if not bills or not all(self.has_capability(name, day) for day in {on, *worked}):
                said.add(code)
        return said

    def _missing_consent(self) -> set[str]:
        if self.spans():
            return set()
        by_then = self.complete()
        if any(self.stands(consent) for consent in by_then):
            return {"consent_names_other_practitioner"}
        if by_then:
            last = max((c["stop"] for c in by_then), key=lambda stop: stop["on"])
            return {"consent_revoked" if last["is"] == "revoked" else "patient_disenrolled"}
        return {"consent_incomplete"} if any(not c["at"] for c in self.consents()) else {"consent_not_on_file"}

    def _missing_patient(self, on: date) -> set[str]:
        said = set()
        death = self.death()
        if death and death < self.first:
            said.add("month_after_death")
        if not self._has_visit():
            said.add("initiating_visit_missing")
        held = self.conditions()
        diagnoses = {c["icd10"] for c in held if c["icd10"]}
        conditions, claimed = {CCM: (2, 2), PCM: (1, 1), APCM: (0, 1)}[self.programme]
        if self.how_many(held) < conditions:
            said.add("conditions_below_minimum")
        if len(diagnoses) < claimed:
            said.add("diagnoses_below_minimum")
        if self.programme != APCM and not any(f["on"] <= self.last for f in self.of("risk_attested")):
            said.add("risk_not_attested")
        return said | self._missing_coverage(on)

    def conditions(self) -> list[Dict]:
        """The chronic conditions in force in the month, each as said last."""
        months = 3 if self.programme == PCM else 12
        newest = {c["condition"]: c for c in self.of("condition_recorded")}
        return [
            c for c in newest.values()
            if self._lasts(c) >= months
            and (c["onset_on"] is None or c["onset_on"] <= self.last)
            and (c["abated_on"] is None or c["abated_on"] >= self.first)
        ]  # fmt: skip

    @staticmethod
    def _lasts(condition: Dict) -> int:
        """Months that a condition is expected to last; of two words that differ the lesser (a freedom)."""
        said, twelve = condition["expected_months"], condition["expected_12_months"]
        if said is None:
            return 12 if twelve else 0
        return min(said, 11) if twelve is False else int(said)

    def how_many(self, held: list[Dict]) -> int:
        """How many conditions those are: one diagnosis is one, and each without a diagnosis."""
        return len({c["icd10"] for c in held if c["icd10"]}) + len([c for c in held if not c["icd10"]])

    def _missing_coverage(self, on: date) -> set[str]:
        said: set[str] = set()
        death = self.death()
        end = self.coverage_end()
        until = death if death and self.first <= death <= self.last else self.last
        at_all = [c for c in self.coverages() if c["from_on"] <= until]
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
        began = self.began()
        start = max(began, BEGINS[self.programme]) if began else self.last
        if start < date(2017, 1, 1):
            return self._has_visit_of_2016()
        going_on = self.last if self.programme == PCM else start  # a year counts while PCM goes on too [INIT-08]
        earliest = years_before(going_on, 3 if self.programme == APCM else 1)
        visits = [v for v in self.of("visit_recorded") if v["code"] in VISITS and earliest <= v["on"] <= self.last]
        # Up to the start the patient was seen, whatever was discussed; what was required is discussed [INIT-04].
        return any(self._opens(visit) for visit in visits if visit["ccm_discussed"] or visit["on"] <= start)

    def _opens(self, visit: Dict) -> bool:
        """With the billing practitioner, or another one of the practice, of which there is one here [INIT-06]."""
        who = self.designee()
        if who is None or visit["practitioner"] == who:
            return True
        return visit["practitioner"] is not None and self.holds(who, "practitioner", visit["on"])

    def _has_visit_of_2016(self) -> bool:
        """Until 2016 everybody needed a visit, however long ago, at which CCM was discussed [INIT-01]."""
        visits = [v for v in self.of("visit_recorded") if v["code"] in VISITS and v["on"] <= self.last]
        return any(self._opens(visit) for visit in visits if visit["ccm_discussed"])

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
