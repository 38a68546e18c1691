"""The raw facts as a book that can be opened at any page: by topic and subject, up to a position; and the people in it.

Part of the independent reading: written from readings.md and ccm-rules.md, with no code of the program.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.year.raw import Raw, day

END: Final = 1 << 60
"""Behind every position."""
CLINICAL: Final = {"rn", "lpn", "lvn", "cma", "rma", "ma", "cna", "lcsw", "pharmacist"}
SUBJECTS: Final = ("patient", "from_patient", "merged", "other_patient", "staff", "practice")
"""The fields whose value a fact is found by."""


class Book:
    """All facts of a ledger."""

    def __init__(self, facts: Iterable[Raw]) -> None:
        self.facts = list(facts)
        self._told: dict[tuple[str, str], list[Raw]] = {}
        self._by_topic: dict[str, list[Raw]] = {}
        for fact in self.facts:
            self._by_topic.setdefault(fact["topic"], []).append(fact)
            for subject in {fact[name] for name in SUBJECTS if isinstance(fact[name], str)}:
                self._told.setdefault((fact["topic"], subject), []).append(fact)

    def of(self, topic: str, subject: str, at: int = END) -> list[Raw]:
        """The facts of a topic about somebody, up to a position."""
        return [fact for fact in self._told.get((topic, subject), ()) if fact["position"] <= at]

    def all_of(self, topic: str, at: int = END) -> list[Raw]:
        """The facts of a topic, up to a position."""
        return [fact for fact in self._by_topic.get(topic, ()) if fact["position"] <= at]

    # --- patients who turned out to be one (readings, 3) ---------------------------------------------------------

    def into(self, at: int = END) -> dict[str, str]:
        """Who was merged into whom, as it stands."""
        standing: dict[str, str] = {}
        for fact in sorted(
            [*self.all_of("patients_merged", at), *self.all_of("patients_unmerged", at)], key=lambda f: f["position"]
        ):
            if fact["topic"] == "patients_merged":
                standing[fact["merged"]] = fact["patient"]
            else:
                standing.pop(fact["merged"], None)
        return standing

    def one_person(self, patient: str, at: int = END) -> tuple[str, ...]:
        """Everybody who is one person with a patient, whoever goes on first."""
        into = self.into(at)

        def end(who: str) -> str:
            while who in into:
                who = into[who]
            return who

        first = end(patient)
        return (first, *(who for who in into if end(who) == first))

    # --- practices ----------------------------------------------------------------------------------------------

    def zone(self, practice: str) -> ZoneInfo:
        """The zone of a practice."""
        return ZoneInfo(self.of("practice_registered", practice)[0]["zone"])

    def has(self, practice: str, capability: str, on: date, at: int) -> bool:
        """Whether a practice attested a capability for a day, and it had not lapsed by then."""
        holds = False
        told = [*self.of("capability_attested", practice, at), *self.of("capability_ended", practice, at)]
        for fact in sorted(told, key=lambda f: f["position"]):
            if fact["capability"] != capability:
                continue
            if fact["topic"] == "capability_attested":
                holds = holds or (_day(fact, "from_on") <= on and _not_over(fact, "until_on", on))
            elif on > _day(fact, "last_on"):
                holds = False
        return holds

    def policy(self, practice: str, name: str, otherwise: str, on: date, at: int) -> str:
        """The policy of a practice on a day: of those begun by then the newest."""
        begun = [f for f in self.of("policy_adopted", practice, at) if f["policy"] == name and _day(f, "from_on") <= on]
        newest = max(begun, key=lambda f: (f["from_on"], f["position"]), default=None)
        return str(newest["value"]) if newest is not None else otherwise

    # --- people who work here (CCM-STAFF-01 to -07) --------------------------------------------------------------

    def person(self, who: str, at: int) -> Raw | None:
        """A staff member as registered."""
        found = self.of("staff_registered", who, at)
        return found[0] if found else None

    def roles(self, who: str, on: date, practice: str | None, at: int) -> set[str]:
        """The roles that somebody holds on a day in a practice; in any, where none is named."""
        held: list[dict[str, Any]] = []
        topics = ("role_granted", "role_ended", "staff_departed")
        for fact in sorted((f for t in topics for f in self.of(t, who, at)), key=lambda f: f["position"]):
            match fact["topic"]:
                case "role_granted":
                    held.append({**fact, "until_on": fact["until_on"]})
                case "role_ended":
                    for role in _same_role(held, fact):
                        role["until_on"] = fact["last_on"]
                case "staff_departed":
                    for role in held:
                        role["until_on"] = min(role["until_on"] or fact["last_on"], fact["last_on"])
        return {
            role["role"]
            for role in held
            if _day(role, "from_on") <= on
            and _not_over(role, "until_on", on)
            and (practice is None or role.get("practice") in (None, practice))
        }

    def departed_on(self, who: str, at: int) -> date | None:
        """The last day of somebody who left."""
        told = self.of("staff_departed", who, at)
        return day(told[-1]["last_on"]) if told else None

    def checks(self, who: str, at: int) -> list[Raw]:
        """Looks into lists of excluded persons, by day; of one list and day the newest word."""
        newest = {(f["source"], f["checked_on"]): f for f in self.of("exclusion_checked", who, at)}
        return sorted(newest.values(), key=lambda f: str(f["checked_on"]))

    def excluded(self, who: str, first: date, last: date, at: int) -> bool:
        """Whether somebody is excluded on any day of a span: from the day named until a later look was clear."""
        checks = self.checks(who, at)
        for number, check in enumerate(checks):
            if check["result"] != "excluded":
                continue
            begins = _day(check, "excluded_from" if check["excluded_from"] else "checked_on")
            clear = [c for c in checks[number + 1 :] if c["source"] == check["source"] and c["result"] == "clear"]
            if begins <= last and (not clear or first < _day(clear[0], "checked_on")):
                return True
        return False

    def licence_lapsed(self, who: str, on: date, at: int) -> bool:
        """Whether every licence that had begun by a day was over; nothing is said where none had begun."""
        begun = [f for f in self.of("licence_recorded", who, at) if _day(f, "from_on") <= on]
        return bool(begun) and not any(_not_over(f, "until_on", on) for f in begun)

    def pool(self, work: Raw, designee: str | None, on: date, at: int) -> tuple[str | None, str | None]:
        """Whose minutes a day's work is, staff's or the practitioner's own; or why nobody's."""
        who, practice = str(work["performer"]), str(work["practice"])
        person = self.person(who, at)
        if person is None:
            return None, "performer_not_registered"
        pool, why = self._pool(person, practice, designee, on, at)
        country = work["work_country"] or person["work_country"]
        if why is None and country not in (None, "US"):
            return None, "work_outside_us"
        return pool, why

    def _pool(
        self, person: Raw, practice: str, designee: str | None, on: date, at: int
    ) -> tuple[str | None, str | None]:
        who, credential = str(person["staff"]), person["credential"]
        if person["is_person"] is False:
            return None, "performer_not_a_person"
        if self.excluded(who, on, on, at):
            return None, "performer_excluded"
        roles = self.roles(who, on, practice, at)
        if not roles:
            return None, "performer_role_not_held"
        lapsed = "licence_lapsed" if self.licence_lapsed(who, on, at) else None
        if who == designee and "practitioner" in roles:
            return ("personal", None) if lapsed is None else (None, lapsed)
        if "clinical_staff" in roles and credential in CLINICAL:
            return ("staff", None) if lapsed is None else (None, lapsed)
        if "practitioner" in roles:
            return None, "other_practitioner"
        if "clinical_staff" not in roles:
            return None, "performer_not_clinical"
        return None, "credential_missing" if credential is None else "credential_not_clinical"

    def country_unknown(self, work: Raw, at: int) -> bool:
        """Whether nobody said in which country the work was done."""
        person = self.person(str(work["performer"]), at)
        return person is not None and work["work_country"] is None and person["work_country"] is None


def _same_role(held: list[dict[str, Any]], ended: Raw) -> Iterator[dict[str, Any]]:
    for role in held:
        is_it = role["role"] == ended["role"] and role.get("practice") == ended["practice"]
        if is_it and role["from_on"] <= ended["last_on"] and (role["until_on"] or "9999") >= ended["last_on"]:
            yield role


def _day(fact: Any, name: str) -> date:
    found = day(fact[name])
    assert found is not None
    return found


def _not_over(fact: Any, name: str, on: date) -> bool:
    until = day(fact[name])
    return until is None or on <= until
