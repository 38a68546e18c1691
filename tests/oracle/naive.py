"""A second, deliberately naive reading of the documents: what one patient-month of CCM comes to.

Written from the rules and readings alone, before the judge was opened: one list of plain dicts in, one dict out, a set
with every worked second in it, no shared code with the judge. Slow and obvious; where the judge differs, one is wrong.
It covers 2021 to 2026, one practice, Medicare FFS, non-facility. What the documents leave open is in `FREEDOMS`.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from tests.oracle.naive_status import Dict
from tests.oracle.naive_time import NaiveTime

MAY_BILL = {"md", "do", "np", "pa", "cns", "cnm"}
VISITS = {
    "99202", "99203", "99204", "99205", "99212", "99213", "99214", "99215",
    "G0438", "G0439", "G0402", "99495", "99496",
}  # fmt: skip

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
    "nobody designated": "the first complete consent and any practitioner's signature serve; the month is blocked",
    "a choice of family in a month that reaches no minimum": "only the minutes are said to be missing",
    "coverage that ended before the month": "nothing counts, and no coverage is on file",
    "death before coverage ends, in one month": "coverage on the day of death is what matters",
    "one diagnosis recorded twice": "one condition",
    "supplement beside its consent": "rests on it: never complete before the conversation itself counts",
    "two amounts alike, or no price": "suggested family: not compared without prices",
    "consent and revocation on one day": "the revocation is the later word: consent again is needed",
    "supplement after a revocation": "completes what was revoked; the conversation itself decides what came first",
    "programme start after a revocation, or a disenrolment": "the first complete consent stays the start",
    "day of disenrolment": "counts; a boundary day of untimed work, also where it is the month's last",
    "consent again after a disenrolment": "needed like after a revocation, given on a later day",
    "disenrolment by a practice that does not bill the month": "ends nothing in it",
    "revocation and disenrolment of one consent": "the earlier end holds; on one day the practice's, a border",
    "admission and discharge on one day without clock times": "the day is one of admission: it does not count",
    "admission at a known hour, discharge on that day at an unknown one": "the rest of the day does not count",
    "untimed work on a day of admission and discharge": "never counts, whatever its order",
    "death told again after it was taken back": "the patient is dead again",
    "capability attested for later days than its end": "the end takes it, until it is attested again",
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


class NaiveMonth(NaiveTime):
    """What the time of a patient-month comes to, and what is missing."""

    # --- codes, units, dollars ---------------------------------------------------------------------------------

    def date_of_service(self, lines: list[Dict]) -> date:
        """The last day of the month; where death, coverage end or disenrolment lies before it, the last counted."""
        ends = [end for end in (self.death(), self.coverage_end(), self.left_on()) if end is not None]
        ends = [end for end in ends if end < self.last]
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
            bills = who is not None or self.practice(on) is not None
            if not bills or not self._has_capability(name, on):
                said.add(code)
        return said

    def _has_capability(self, name: str, on: date) -> bool:
        held: list[Dict] = []  # what was attested so far, each until its end
        for told in self.facts:
            if told["topic"] == "capability_attested" and told["capability"] == name:
                held.append({"from": told["from_on"], "until": told["until_on"] or date.max})
            elif told["topic"] == "capability_ended" and told["capability"] == name:
                held = [{**one, "until": min(one["until"], told["last_on"])} for one in held]
        return any(one["from"] <= on <= one["until"] for one in held)

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
        starts = [self.local(consent["at"]) for consent in self.complete()]
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
