"""One patient-month on paper, from the raw facts: what blocks it, and what a person should look at.

Part of the independent reading (ccm-rules, sections 3 to 8; readings, 6 and 12).
"""

from datetime import date, timedelta
from functools import cached_property
from typing import Any

from tests.oracle.naive_law import MAY_BILL, VISITS, years_before
from tests.year.consents import consents_of, local_days
from tests.year.entries import Stand
from tests.year.month_bill import MonthBill
from tests.year.month_others import other_services
from tests.year.month_plan import plan_findings
from tests.year.month_window import a_day, until
from tests.year.raw import Raw, day, instant


class MonthPapers(MonthBill):
    """The month with everything that stands in its way."""

    @cached_property
    def others(self) -> set[tuple[str, str]]:
        """What other services of the month lead to, by the row that they meet."""
        return other_services(self)

    # --- what blocks ------------------------------------------------------------------------------------------------

    @cached_property
    def missing(self) -> set[str]:
        """The codes of what blocks release."""
        found = self._of_biller() | self._of_consent() | self._of_patient() | plan_findings(self)[0]
        found |= {code for _, code in self.others} & {"conflicting_service"}
        if not self.available:
            found.add("minutes_below_minimum")
        elif self.chosen is not None and self.chosen not in self.available:
            found.add("chosen_family_not_available")
        elif self.chosen is None and len(self.available) > 1:
            found.add("family_not_chosen")
        return found

    def _of_biller(self) -> set[str]:
        found = set()
        if self.practice_on(self.on) is None:
            found.add("practice_not_assigned")
        if self.designee is None:
            found.add("practitioner_not_designated")
        else:
            found |= self._may_bill(self.designee, self.designations[0]["practice"])
        for capability, code in (("cehrt_year", "cehrt_not_attested"), ("access_24x7", "access_24x7_not_attested")):
            asked = {self.on, *self._worked()}
            if self.practice is None or not all(self.book.has(self.practice, capability, on, self.at) for on in asked):
                found.add(code)
        return found

    def _may_bill(self, who: str, practice: str) -> set[str]:
        found = set()
        served_on, left = self.on, self.book.departed_on(who, self.at)
        holds = "practitioner" in self.book.roles(who, self.on, practice, self.at)
        if left is not None and not holds and left < self.on:
            if left < self.first:
                return {"practitioner_departed"}
            served_on = left
        person = self.book.person(who, self.at)
        credential, npi = (person["credential"], person["npi"]) if person is not None else (None, None)
        held = "practitioner" in self.book.roles(who, served_on, practice, self.at)
        if credential not in MAY_BILL or npi is None or not held or self.book.licence_lapsed(who, served_on, self.at):
            found.add("practitioner_may_not_bill")
        if self.book.excluded(who, self.first, self.on, self.at):
            found.add("practitioner_excluded")
        return found

    def _of_consent(self) -> set[str]:
        if self.spans:
            return set()
        over = [stop for _, stop in self.consents if stop is not None]
        holds = [c for c, stop in self.consents if stop is None or stop.last_on >= max(self.first, _earliest(c))]
        if over and not holds:
            kind = max(over, key=lambda s: (s.said_on, s.kind == "revoked")).kind
            return {"consent_revoked" if kind == "revoked" else "patient_disenrolled"}
        if self.consents:
            return {"consent_names_other_practitioner"}
        return {"consent_incomplete" if any(c.lacks for c in consents_of(self.told)) else "consent_not_on_file"}

    def _of_patient(self) -> set[str]:
        found = set()
        if self.died_on is not None and self.died_on < self.first:
            found.add("month_after_death")
        if self._visit_doubts() is None:
            found.add("initiating_visit_missing")
        diagnoses, others = self._conditions()
        if len(diagnoses) + others < 2:  # CCM-ELIG-01
            found.add("conditions_below_minimum")
        if len(diagnoses) < 2:  # CCM-CLAIM-06
            found.add("diagnoses_below_minimum")
        if not any(a_day(f["on"]) <= self.last for f in self.told("risk_attested")):
            found.add("risk_not_attested")
        coverage, ended_on = self.coverage
        if coverage is None:
            found.add("coverage_not_on_file")
        elif ended_on is not None:
            verified = coverage["verified_at"]
            if verified is None or local_days(instant(verified), None)[0] < self.on:
                found.add("coverage_ended_in_month")
        return found

    def _conditions(self) -> tuple[set[str], int]:
        """The diagnoses in force in the month, and how many conditions without one."""
        newest: dict[str, Raw] = {}
        topics = ("condition_recorded", "condition_moved", "condition_struck")
        for fact in sorted((f for t in topics for f in self.told(t)), key=lambda f: f["position"]):
            if fact["topic"] == "condition_struck" or (fact["from_patient"] and fact["patient"] not in self.who):
                newest.pop(fact["condition"], None)
            else:
                newest[fact["condition"]] = fact
        held = [
            c for c in newest.values()
            if c["expected_12_months"] and (day(c["onset_on"]) or self.first) <= self.last
            and (day(c["abated_on"]) or self.last) >= self.first
        ]  # fmt: skip
        return {c["icd10"] for c in held if c["icd10"]}, len([c for c in held if not c["icd10"]])

    def _is_ill_supervised(self, stand: Stand) -> bool:
        """Whether an entry names a supervisor, not the biller, who was no practitioner of its practice on its day."""
        who = stand.said["supervised_by"]
        if who in (None, self.designee):
            return False
        on = min([of for _, _, of in stand.spans if f"{of:%Y-%m}" == self.month] or [a_day(stand.said["on"])])
        return "practitioner" not in self.book.roles(who, on, stand.said["practice"], self.at)

    def _visit_doubts(self) -> set[str] | None:
        """What is doubtful about the best visit that makes the patient seen; None where there is no such visit."""
        started = self._started()
        doubts: list[set[str]] = []
        for visit in self.told("visit_recorded"):
            on = a_day(visit["on"])
            if visit["code"] not in VISITS or not years_before(started, 1) <= on <= self.last:
                continue
            found = set() if visit["ccm_discussed"] is True else {"initiating_visit_not_discussed"}
            if found and on > started:  # a visit that was required is one at which CCM was discussed (INIT-04)
                continue
            if self.designee is not None and visit["practitioner"] != self.designee:
                if visit["practitioner"] is None or not self._are_colleagues(visit["practitioner"], on):
                    continue
                found.add("initiating_visit_by_colleague")
            doubts.append(found)
        return min(reversed(doubts), key=len, default=None)

    def _started(self) -> date:
        """The first day of the programme that the month goes on with (INIT-07): the last, where there is none."""
        started, month = self.last, self.first.strftime("%Y-%m")
        held = [(_earliest(c), stop.last_on if stop else date.max) for c, stop in self.consents]
        for on, end in sorted(held, reverse=True):
            if on <= end and end.isoformat()[:7] >= month:
                started, month = on, on.isoformat()[:7]
        return started

    def _are_colleagues(self, other: str, on: date) -> bool:
        practices = [f["practice"] for f in self.book.all_of("practice_registered", self.at)]
        return any(
            "practitioner" in self.book.roles(other, on, practice, self.at)
            and "practitioner" in self.book.roles(str(self.designee), on, practice, self.at)
            for practice in practices
        )

    # --- what to look at ----------------------------------------------------------------------------------------------

    @cached_property
    def reviews(self) -> set[str]:
        """The codes of what a person should look at."""
        found = plan_findings(self)[1] | (self._visit_doubts() or set()) | self._about_consent() | self._about_people()
        found |= {code for _, code in self.others} - {"conflicting_service"}
        chosen = self.in_month("family_chosen")
        if chosen and self.chosen is None:
            found.add("choice_by_other")
        diagnoses, _ = self._conditions()
        if len(diagnoses) > 1 and len({code[:3] for code in diagnoses}) == 1:
            found.add("conditions_of_one_family")
        counting = [line for line in self.lines if line.counted]
        if counting and not any(line.two_way for line in counting):
            found.add("no_two_way_contact")
        return found | self._about_coverage(self._worked()) | self._about_families()

    def _worked(self) -> set[date]:
        """The days on which work counts."""
        return {on for line in self.lines if line.counted for on in (line.on, line.last_on or line.on)}

    def _about_coverage(self, days: set[date]) -> set[str]:
        found: set[str] = set()
        coverage, _ = self.coverage
        if coverage is not None:
            on_file = [c for c in self.coverages if a_day(c["from_on"]) <= self.last and until(c) >= self.first]
            if any(not any(a_day(c["from_on"]) <= on <= until(c) for c in on_file) for on in days):
                found.add("coverage_gap")
            if coverage["kind"] != "medicare_ffs":
                found.add("payer_sets_own_rules")
        within = self.stays.touching(self.first, self.last)
        if any(not s["discharged_on"] for s in within):
            found.add("stay_without_discharge")
        others = [s for s in within if s not in self.stays.barring]
        if any(a_day(s["admitted_on"]) <= on <= (day(s["discharged_on"]) or self.last) for s in others for on in days):
            found.add("work_in_other_stay")
        return found

    def _about_families(self) -> set[str]:
        found: set[str] = set()
        billing = self.families.get(self.chosen or self.suggested or "")
        if billing is not None and billing["lines"]:
            units = dict(billing["lines"])
            if billing["capped"]:
                found.add("units_capped")
            if units.get("99489", 0) > 4:  # CCM-CODE-04
                found.add("units_many")
            if billing["amount"] is None:
                found.add("no_price_on_file")
        if self.families["complex"].get("obstacle"):
            told = self.in_month("decision_making_attested")
            if self.level is not None:
                found.add("decision_making_too_low")
            else:
                found.add("decision_making_by_other" if told else "decision_making_missing")
        return found

    def _about_consent(self) -> set[str]:
        found: set[str] = set()
        if self.spans:
            first = self.spans[0].consent
            if first.is_recalled:
                found.add("consent_from_recollection")
            elif first.is_late:
                found.add("consent_recorded_late")
            newest = max(c.moment for c, _ in self.consents if c.moment is not None)
            until = instant(f"{self.last + timedelta(days=1)}T10:00:00Z")
            declines = [f for f in self.told("consent_declined") if f["programme"] == "CCM"]
            if any(newest < instant(f["occurred_at"]) < until for f in declines):
                found.add("declined_after_consent")
        return found | self._about_ends()

    def _about_ends(self) -> set[str]:
        found: set[str] = set()
        final = self._final_stop()
        if final is not None:
            found.add("consent_revoked_in_month" if final == "revoked" else "disenrolled_in_month")
        if final is not None or (not self.spans and any(stop is not None for _, stop in self.consents)):
            for consent, stop in self.consents:
                if stop is not None and stop.kind == "revoked" and consent.given_on == stop.said_on <= self.last:
                    found.add("consent_on_day_of_revocation")
        void = {fact["consent"] for fact in self.told("consent_invalidated")}
        if void:
            every = self.told
            unvoided = consents_of(lambda topic: [] if topic == "consent_invalidated" else every(topic))
            if any(c.id in void and c.days is not None and c.days[0] <= self.last for c in unvoided):
                found.add("consent_invalidated")
        return found

    def _final_stop(self) -> str | None:
        """What ended the last consent of the month by its end, if anything."""
        if not self.spans or any(span.stop is None for span in self.spans):
            return None
        stops = [span.stop for span in self.spans if span.stop is not None]
        newest = max(stops, key=lambda s: s.last_on)
        return newest.kind if newest.last_on <= self.last else None

    def _about_people(self) -> set[str]:
        found: set[str] = set()
        left = self.book.departed_on(self.designee, self.at) if self.designee is not None else None
        if left is not None and self.first <= left < self.on:
            holds = self.book.roles(str(self.designee), self.on, self.designations[0]["practice"], self.at)
            if "practitioner" not in holds:
                found.add("practitioner_left_in_month")
        for who in {line.performer for line in self.lines if line.counted} | {self.designee} - {None}:
            days = [a_day(c["checked_on"]) for c in self.book.checks(str(who), self.at) if c["result"] != "unknown"]
            if any(on < self.first for on in days) and not any(self.first <= on <= self.last for on in days):
                found.add("exclusion_check_missing")
        if self.practice is not None and any(line.counted and line.practice != self.practice for line in self.lines):
            found.add("worked_for_other_practice")
        if any(
            line.counted and self._is_ill_supervised(stand) for stand, line in zip(self.stands, self.lines, strict=True)
        ):
            found.add("supervisor_not_practitioner")
        if len({f["patient"] for f in self.in_month("month_attested")}) > 1:
            found.add("merged_both_attested")
        if len({d["practitioner"] for d in self.designations}) > 1:
            found.add("designations_collide")
        return found


def _earliest(consent: Any) -> date:
    found: date = consent.days[0]
    return found
