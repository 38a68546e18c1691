"""A second, deliberately naive reading of the documents: what one patient-month comes to.

Written from the rules and readings alone, before the judge was opened: one list of plain dicts in, one dict out, time
cut wherever anything begins or ends, no shared code with the judge. Slow and obvious; where they differ, one is wrong.
It covers 2017 to 2026, the three programmes, clinics, Medicare FFS and SEED_STRICT, one practice; the dollars are those
outside a facility, which decides only what is suggested.
What the documents leave open is in `FREEDOMS`, and of other services in `naive_services.FREEDOMS`.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.oracle.naive_law import (
    APCM,
    APPEALABLE,
    CCM,
    CLINICS,
    LEVELS,
    PARENTS,
    UNLIMITED,
    Way,
    price,
    ways,
)
from tests.oracle.naive_missing import NaiveMissing
from tests.oracle.naive_services import NaiveServices
from tests.oracle.naive_status import Dict

FREEDOMS = {
    "two words on how long a condition lasts (ELIG-01, CODE-15)": "the lesser holds",
    "death or coverage end in a month without counted work": "date of service is the last day alive or covered",
    "untimed work on the last day of coverage": "a boundary day, like the days of consent and death",
    "entry across a midnight within the month": "its service date, for role and policy, is the day on which it begins",
    "condition that abated within the month": "it was in force in that month",
    "signature and copy of the plan after the month": "they serve: what lies before the date of service is the plan",
    "supplement recorded before its consent, or naming another practitioner": "not drawn here",
    "visit without a practitioner on record": "serves nobody; anybody where nobody is designated",
    "24-hour day": "seconds fill the day as recorded, those of an entry that does not count too; not drawn here",
    "two coverages that end on one day": "the one of lowest rank, then the one recorded last, is the one to confirm",
    "nobody designated": "the first complete consent and any practitioner's signature serve; the month is blocked",
    "a choice of family in a month that reaches no minimum": "only the minutes are said to be missing",
    "coverage that ended before the month": "nothing counts, no coverage is on file, and Medicare FFS is the estimate",
    "death before coverage ends, in one month": "coverage on the day of death is what matters",
    "one diagnosis recorded twice": "one condition",
    "supplement beside its consent": "rests on it: never complete before the conversation itself counts",
    "two amounts alike": "the family of staff is suggested",
    "a family without a price in the facility": "all are compared outside it",
    "a health center with a policy on its site": "paid as outside a facility",
    "no price on file (UNIT-02)": "the practitioner's own family is suggested where no time of staff counts",
    "consent and revocation on one day": "the revocation is the later word: consent again is needed",
    "supplement after a revocation": "completes what was revoked; the conversation itself decides what came first",
    "consent again after the month in which a programme ended": "it starts anew; in that month or before, it goes on",
    "month after a programme ended, with no consent again": "as without consent: its last day stands for the start",
    "renewal of PCM by a visit after its start (INIT-08)": "a new initiating visit: CCM was discussed at it",
    "day of disenrolment": "counts; a boundary day of untimed work, also where it is the month's last",
    "consent again after a disenrolment": "needed like after a revocation, given on a later day",
    "disenrolment by a practice that does not bill the month": "ends nothing in it",
    "revocation and disenrolment of one consent": "the earlier end holds; on one day the practice's, a border",
    "admission and discharge on one day without clock times": "the day is one of admission: it does not count",
    "admission at a known hour, discharge on that day at an unknown one": "the rest of the day does not count",
    "untimed work on a day of admission and discharge": "never counts, whatever its order",
    "death told again after it was taken back": "the patient is dead again",
    "written consent where a spoken one was supplemented in writing": "stays a spoken one; another is needed",
    "a clinic in which nobody is designated": "judged as no clinic; the month is blocked",
    "a family that is not in force or not for the clinic": "shown with its minutes, none of them paid",
    "two policies from one day": "the one recorded last",
    "APCM of a clinic that chose G0511": "billed by its level: the bundle does not hold it",
    "G0511 of PCM": "staff's and the practitioner's minutes together",
    "G0511 beside other families in the transition, without a choice": "suggested is what pays most",
    "choice of a clinic for G0511 outside the transition": "means nothing",
    "a chosen family that the month does not reach": "other services are read beside it",
    "a chosen family that the month cannot have": "other services are read beside what is suggested",
    "a supplement in 2017 of a consent spoken in 2016": "it had to be written on its day, and another is needed",
    "consent to a programme before its first day": "the programme starts on its first day",
    "plan of complex CCM until 2019, in a month that death or coverage ends": "made in it by the date of service",
    "entries of APCM": "count like others and are shown; no minute of them goes unpaid",
    "QMB in APCM": "by any coverage on the date of service",
    "payer of a month in which coverage or life ends": "that of its last day, by rank; of one rank, recorded last",
    "limit raised below the limit": "nobody may; the limit holds",
    "E/M whose day is looked at": "the biller's, told as a visit or a service; `own` of nobody is theirs",
    "E/M that was told with two days": "a visit on each day between them",
    "work across midnight that does not count on the day of a visit": "looked at where its other day counts",
    "G0506 of a visit in a month of PCM": "its line is the visit's, shown in months of CCM",
    "G0506 of a second visit with one practitioner": "not billed, and stands in no way on its date",
    "capability that lapsed between two days of counted work": "nothing is said of it",
    "capability attested for later days than its end": "the end takes it, until it is attested again",
}
"""What the documents leave open, and how this reading resolves it."""


def last_of(told: Dict) -> date:
    """The last day of a service."""
    return told["until_on"] or told["on"]  # type: ignore[no-any-return]


class NaiveMonth(NaiveMissing):
    """What a patient-month comes to: seconds, codes, units, dollars, what is missing, what rides beside it."""

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
        clinic = self.designation() is not None and any(self.has_capability(name, on) for name in CLINICS)
        choice = self.policy("g0511_billing", "", on) or None
        there, closed = ways(self.programme, self.last, clinic=clinic, choice=choice, strict=self.strict())
        seconds = {"personal": personal, "pcm_personal": personal, "pcm_staff": staff}
        answer: dict[str, Dict] = {}
        for way in there:
            minutes = seconds.get(way.family, staff + personal) // 60
            lines = [] if way.family in closed else self.earned(way, minutes, on)
            paid = sum(way.minutes if code == way.base else way.step * units for code, units in lines)
            paid = minutes if way.programme == APCM else paid  # not timed: no minute goes unpaid
            dollars = [(price(code, on, strict=self.strict()), units) for code, units in lines]
            amount = None
            if dollars and all(one is not None for one, _ in dollars):
                amount = sum((one * units for one, units in dollars if one is not None), Decimal(0))
            answer[way.family] = {"minutes": minutes, "lines": lines, "amount": amount, "unpaid": minutes - paid}
        return answer

    def paid_at_site(self, available: dict[str, Dict], on: date) -> dict[str, Decimal | None]:
        """What each available family pays by the site of the practice; outside a facility where one has no price."""
        office = {name: family["amount"] for name, family in available.items()}
        clinic = any(self.has_capability(name, on) for name in CLINICS)
        if clinic or self.policy("price_site", "office", on) != "facility":
            return office
        there: dict[str, Decimal | None] = {}
        for name, family in available.items():
            dollars = [(price(code, on, strict=self.strict(), facility=True), units) for code, units in family["lines"]]
            if any(one is None for one, _ in dollars):
                return office
            there[name] = sum((one * units for one, units in dollars if one is not None), Decimal(0))
        return there

    def earned(self, way: Way, minutes: int, on: date) -> list[tuple[str, int]]:
        """The codes of a way with their units; none where it is not earned."""
        if way.programme == APCM:
            return [(self.level(on), 1)]
        if minutes < way.minutes or (way.family == "complex" and not self.is_complex(on)):
            return []
        units = 0
        if way.adds:
            units = min((minutes - way.minutes) // way.step, self.limit(way.adds, way.limit))
        return [(way.base, 1), (way.adds, units)] if way.adds and units else [(way.base, 1)]

    def limit(self, code: str, units: int) -> int:
        """How many units of a code a month holds, compliance's word included."""
        if code == "99489" and self.strict():
            return UNLIMITED
        told = [f for f in self.of("limit_raised") if f["month"] == self.month and f["code"] == code]
        return max(units, told[-1]["units"]) if told and code in APPEALABLE else units

    def is_complex(self, on: date) -> bool:
        """Whether decision making, and until 2019 a plan made or revised in the month, make it complex [CODE-08]."""
        made = [self.local(r["revised_at"]) for r in self.of("care_plan_revised")]
        is_made = self.last.year > 2019 or any(self.first <= day <= on for day in made)
        return is_made and self.decision_making() in ("moderate", "high")

    def level(self, on: date) -> str:
        """The level of APCM: by conditions, and whether the patient is a Qualified Medicare Beneficiary."""
        if self.how_many(self.conditions()) < 2:
            return "G0556"
        held = [c for c in self.coverages() if c["from_on"] <= on <= (c["until_on"] or date.max)]
        return "G0558" if any(c["qmb"] for c in held) else "G0557"

    # --- what rides beside it ----------------------------------------------------------------------------------

    def same_day(self, lines: list[Dict]) -> set[str]:
        """Entries with work on the day of a visit with the billing practitioner [TIME-07]; they count."""
        who = self.designee() or "nobody bills"
        days = {v["on"] for v in self.of("visit_recorded") if v["code"] in LEVELS and v["practitioner"] == who}
        for told in self.of("other_service_reported"):
            back = any(f["service"] == told["service"] for f in self.of("other_service_retracted"))
            if told["code"] in LEVELS and not back and self.is_by_the_biller(told):
                days |= {day for line in lines for day in line["worked"] if told["on"] <= day <= last_of(told)}
        return {line["entry"] for line in lines if line["counted"] and days & line["worked"]}

    def is_teaching(self, entry: str) -> bool:
        """Whether an entry is staff teaching in person: where it counts a reviewer looks [TIME-06]."""
        return any(f["entry"] == entry and f["activity"] == "staff_in_person_education" for f in self.of("time_logged"))

    def is_by_the_biller(self, told: Dict) -> bool:
        """Whether a service is the billing practitioner's: by name, by NPI, or told as own without a name."""
        who = self.designee()
        if who is None:
            return False
        if told["by_practitioner"]:
            return bool(told["by_practitioner"] == who)
        person = self.person(who)
        if told["npi"]:
            return person is not None and told["npi"] == person["npi"]
        return bool(told["source"] == "own")

    def extra_planning(self) -> tuple[list[tuple[date, str, Decimal | None]], set[date]]:
        """The lines of G0506 that the month shows, and the days of G0506 in it."""
        first: dict[str, Dict] = {}
        for told in self.of("extra_planning_attested"):
            if told["visit_code"] in PARENTS:
                first.setdefault(told["practitioner"], told)
        planned = [f for f in first.values() if self.first <= f["on"] <= self.last]
        days = {f["on"] for f in planned}
        shown = planned if self.programme == CCM else []
        return [(f["on"], f["practitioner"], price("G0506", f["on"], strict=self.strict())) for f in shown], days

    def services(self, lines: list[Dict], family: str | None, on: date, codes: set[str]) -> NaiveServices:
        """The other services of the month."""
        bills = self.designation()
        here = self.practice(on)
        practice = bills["practice"] if bills else here["practice"] if here else None
        return NaiveServices(
            [f for f in self.facts if f.get("patient", self.patient) == self.patient],
            first=self.first,
            last=self.last,
            served=on,
            worked={day for line in lines for day in line["days"]},
            family=family,
            biller=self.designee(),
            practice=practice,
            strict=self.strict(),
            codes=codes,
        )

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
            pays = self.paid_at_site(available, on)
            suggested = max(available, key=lambda name: (name == "complex", pays[name] or 0))
            priceless = any(each["amount"] is None for each in available.values())
            if priceless and "complex" not in available and "personal" in available and not staff:
                suggested = "personal"  # CCM-UNIT-02: the practitioner's own work, where no price says which pays more
        missing = self.missing(families, on, {day for line in lines for day in line["days"]})
        planned, days = self.extra_planning()
        family = self.chosen() if self.chosen() in families else suggested
        codes = {code for code, _ in families[family]["lines"]} if family in families else set()
        bills = codes if family == (self.chosen() or suggested) else set()
        if on in days and bills & {"99487", "99426"}:
            missing.add("extra_planning_same_date")
        services: tuple[list[Any], bool] = ([], False)
        if self.of("other_service_reported"):
            asked = self.services(lines, family, on, codes)
            services = sorted(asked.answer(), key=str), asked.excluding()
            missing |= {"conflicting_service"} & {found for _, _, found in services[0]}
        return {
            "entries": {line["entry"]: line["counted"] for line in lines},
            "same day": self.same_day(lines),
            "teaching": {line["entry"] for line in lines if line["counted"] and self.is_teaching(line["entry"])},
            "staff": staff,
            "personal": personal,
            "date_of_service": on,
            "families": {n: (f["minutes"], f["lines"], f["amount"], f["unpaid"]) for n, f in families.items()},
            "suggested": suggested,
            "missing": missing,
            "with visits": sorted(planned),
            "services": services,
        }
