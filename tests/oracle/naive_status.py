"""The naive reading of who bills, coverage, consent with what ended it, stays and death; naive_time.py counts by it."""

from calendar import monthrange
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

Dict = dict[str, Any]

ITEMS = ("availability", "cost_sharing", "one_practitioner", "right_to_stop")
BARRING = ("hospital_inpatient", "snf_part_a")


class NaiveStatus:
    """One patient-month of a list of facts, each `{"topic": .., "recorded_at": .., fields}` in order of recording."""

    def __init__(self, facts: list[Dict], patient: str, month: str, programme: str = "CCM") -> None:
        self.facts = facts
        self.programme = programme
        self.patient = patient
        self.topics: dict[str, list[Dict]] = {}
        for fact in facts:
            if fact.get("patient", patient) == patient:
                self.topics.setdefault(fact["topic"], []).append(fact)
        self.month = month
        year, number = int(month[:4]), int(month[5:])
        self.first = date(year, number, 1)
        self.last = date(year, number, monthrange(year, number)[1])

    def of(self, topic: str) -> list[Dict]:
        """The facts of one kind, of this patient where they are a patient's."""
        return self.topics.get(topic, [])

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
        standing = self.designation()
        return str(standing["practitioner"]) if standing else None

    def designation(self) -> Dict | None:
        """The designation that occupies the month."""
        for told in self.of("practitioner_designated"):
            if told["programme"] != self.programme or told["from_month"] > self.month:
                continue
            if told["until_month"] and told["until_month"] < self.month:
                continue
            withdrawn = [
                w for w in self.of("designation_withdrawn")
                if w["designation"] == told["designation"] and w["from_month"] <= self.month
            ]  # fmt: skip
            if not withdrawn:
                return told
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

    def has_capability(self, name: str, on: date) -> bool:
        """Whether the practice answers for a capability on a day."""
        held: list[Dict] = []  # what was attested so far, each until its end
        for told in self.facts:
            if told["topic"] == "capability_attested" and told["capability"] == name:
                held.append({"from": told["from_on"], "until": told["until_on"] or date.max})
            elif told["topic"] == "capability_ended" and told["capability"] == name:
                held = [{**one, "until": min(one["until"], told["last_on"])} for one in held]
        return any(one["from"] <= on <= one["until"] for one in held)

    def death(self) -> date | None:
        """The day of death, as said last, unless that was taken back since."""
        day: date | None = None
        for told in self.facts:
            if told["topic"] == "death_recorded" and told["patient"] == self.patient:
                day = told["on"]
            elif told["topic"] == "death_retracted" and told["patient"] == self.patient:
                day = None
        return day

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

    def strict(self) -> bool:
        """Whether the payer of the month reads the rules as SEED_STRICT does.

        It is that of the coverage in force on the month's last day, or the last one of life or of coverage; of several
        of the lowest rank, and of those of the one recorded last.
        """
        until = self.last
        death = self.death()
        if death and self.first <= death < self.last:
            until = death
        end = self.coverage_end()
        if end and end < self.first:
            return False  # nobody pays for the month; it is estimated by Medicare FFS [readings, 6]
        until = end or until
        held = [c for c in self.coverages() if c["from_on"] <= until <= (c["until_on"] or date.max)]
        payer = min(reversed(held), key=lambda c: c["rank"], default=None)
        return payer is not None and payer["payer"] == "seed_strict"

    # --- consent -----------------------------------------------------------------------------------------------

    def consents(self) -> list[Dict]:
        """Each consent that is not void: when it was given, from when it is complete (None: never), to whom."""
        answer = []
        void = {f["consent"] for f in self.of("consent_invalidated")}
        for told in self.of("consent_recorded"):
            if told["programme"] != self.programme or told["consent"] in void:
                continue
            parts = [told] + [s for s in self.of("consent_supplemented") if s["consent"] == told["consent"]]
            dated = []
            for part in parts:
                moment = part["occurred_at"]
                if moment is not None and part["evidence"] == "recollection":
                    moment = max(moment, part["recorded_at"])
                dated.append((moment, part))
            # What completes a consent rests on it: the conversation comes first, then what was added, as it counts.
            ordered = dated[:1] + sorted(dated[1:], key=lambda pair: pair[0])
            at, names = self._complete_from(ordered)
            given = next(part["occurred_at"] for _, part in ordered if part["occurred_at"]) if at else None
            answer.append({"at": at, "names": names, "given": given})
        return answer

    def _complete_from(self, dated: list[tuple[Any, Dict]]) -> tuple[datetime | None, str | None]:
        whole: Dict = dict.fromkeys(ITEMS, False)
        written = ("written", "electronic")
        day = next((self.local(part["occurred_at"]) for _, part in dated if part["occurred_at"]), self.first)
        needs_writing = self.strict() or day < date(2017, 1, 1)
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
            if whole["method"] not in written and needs_writing:
                continue
            if identified and all(whole[field] for field in fields):
                return whole["moment"], whole["practitioner"]
        return None, whole.get("practitioner")

    def stops(self) -> list[Dict]:
        """What ended consents: what it is, the day it speaks of, the last day that counts, whose consents."""
        back = {f["revocation"] for f in self.of("revocation_retracted")}
        answer = []
        for told in self.of("consent_revoked"):
            if self.programme in told["scope"] and told["revocation"] not in back:
                on = told["told_on"]
                end = date(on.year, on.month, monthrange(on.year, on.month)[1])
                answer.append({"is": "revoked", "on": on, "end": end, "whose": told["practitioner"]})
        back = {f["disenrolment"] for f in self.of("disenrolment_retracted")}
        for told in self.of("patient_disenrolled"):
            bills = self.designation()
            ours = bills is None or told["practice"] in (None, bills["practice"])
            if told["programme"] == self.programme and told["disenrolment"] not in back and ours:
                answer.append({"is": "disenrolled", "on": told["on"], "end": told["on"], "whose": None})
        return answer

    def stop_of(self, consent: Dict) -> Dict | None:
        """What ended a consent first: revoked or disenrolled on the day it was given, or later."""
        stops = [s for s in self.stops() if s["whose"] in (None, consent["names"])]
        stops = [s for s in stops if self.local(consent["given"]) <= s["on"]]
        return min(stops, key=lambda s: (s["end"], s["is"] == "revoked"), default=None)

    def complete(self) -> list[Dict]:
        """The consents that are complete by the end of the month, each with what ended it."""
        found = [c for c in self.consents() if c["at"] is not None and self.local(c["at"]) <= self.last]
        return [{**c, "stop": self.stop_of(c)} for c in found]

    def stands(self, consent: Dict) -> bool:
        """Whether a complete consent holds on any day of the month."""
        stop = consent["stop"]
        return stop is None or (stop["end"] >= self.first and self.local(consent["at"]) <= stop["end"])

    def began(self) -> date | None:
        """The day on which the programme of the month began [INIT-07; readings, 12]; None: it belongs to none.

        Looked for backwards from the month: whatever ended in a month, or later, is gone on with by a consent of it.
        """
        held = [
            {"on": self.local(c["at"]), "end": c["stop"]["end"] if c["stop"] else date.max} for c in self.complete()
        ]
        held = [c for c in held if c["on"] <= c["end"]]
        began, month = None, self.first
        for consent in sorted(held, key=lambda c: c["on"], reverse=True):
            if (consent["end"].year, consent["end"].month) >= (month.year, month.month):
                began = month = consent["on"]
        return began

    def spans(self) -> list[Dict]:
        """The consents to the designee that hold in the month."""
        who = self.designee()
        held = [c for c in self.complete() if who in (None, c["names"]) and self.stands(c)]
        return [{**c, "second": c["at"].timestamp()} for c in held]

    def left_on(self) -> date | None:
        """The day of a disenrolment in the month upon which no consent followed."""
        stops = [c["stop"] for c in self.spans()]
        if not stops or any(stop is None for stop in stops):
            return None
        final = max(stops, key=lambda stop: stop["end"])
        return final["end"] if final["is"] == "disenrolled" and final["end"] <= self.last else None

    def agrees(self, spans: list[Dict], second: int, on: date) -> bool:
        """Whether one of these consents covers a second."""
        return any(second >= span["second"] and (span["stop"] is None or on <= span["stop"]["end"]) for span in spans)

    def agrees_untimed(self, on: date, order: str | None) -> bool:
        """Whether the patient's consent covers work of a day, in the order that is stated."""
        for span in self.spans():
            begun = on > self.local(span["at"]) or (on == self.local(span["at"]) and order == "after")
            stop = span["stop"]
            over = stop is not None and on > stop["end"]
            border = stop is not None and stop["is"] == "disenrolled" and on == stop["end"] and order != "before"
            if begun and not over and not border:
                return True
        return False

    # --- stays -------------------------------------------------------------------------------------------------

    def stays(self) -> list[Dict]:
        """The stays that bar time, as said last and not taken back since."""
        newest: dict[str, Dict] = {}
        for told in self.facts:
            if told.get("patient") == self.patient and told["topic"] == "stay_recorded":
                newest[told["stay"]] = told
            elif told.get("patient") == self.patient and told["topic"] == "stay_retracted":
                newest.pop(told["stay"], None)
        return [s for s in newest.values() if s["kind"] in BARRING]

    def is_away(self, stays: list[Dict], second: int, on: date) -> bool:
        """Whether a second lies in one of these stays: without clock times their first day does, the last does not."""
        for stay in stays:
            came, went = stay["admitted_at"], stay["discharged_at"]
            begun = second >= came.timestamp() if came else on >= stay["admitted_on"]
            if went:
                over = second >= went.timestamp()
            else:
                over = stay["discharged_on"] is not None and on >= stay["discharged_on"] and on != stay["admitted_on"]
            if begun and not over:
                return True
        return False

    def is_away_untimed(self, on: date, order: str | None) -> bool:
        """Whether work of a day lies in a stay, or on its edge without the right order."""
        for stay in self.stays():
            came, went = stay["admitted_on"], stay["discharged_on"]
            if came == on == went or (on > came and (went is None or on < went)):
                return True
            if (on == came and order != "before") or (on == went and order != "after"):
                return True
        return False

    def local(self, at: datetime) -> date:
        """The local date of an instant in the practice."""
        practice = self.practice()
        return at.astimezone(ZoneInfo(practice["zone"] if practice else "America/Chicago")).date()
