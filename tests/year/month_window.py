"""The window of one patient-month, from the raw facts: who bills it, until when work counts, whose consent holds.

Part of the independent reading (readings, 3, 4, 6 and 12; CCM-CONSENT-01 to -08, CCM-TIME-17, -18).
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from tests.year.book import END, Book
from tests.year.consents import Consent, Span, Stays, Stop, consents_of, ended, stops_of
from tests.year.entries import Entries
from tests.year.raw import Raw, day

AFTER = {"revoked": "after_revocation", "disenrolled": "after_disenrolment"}
"""Why seconds after an end do not count."""
VISITS = {"99213", "99214", "99215", "99495"}
"""Visits that the year tells of and whose day is looked at."""


@dataclass
class MonthWindow:
    """One month of a patient, as known at a position."""

    book: Book
    entries: Entries
    patient: str
    month: str
    at: int = END

    def __post_init__(self) -> None:
        year, number = int(self.month[:4]), int(self.month[5:])
        self.first = date(year, number, 1)
        self.last = date(year, number, monthrange(year, number)[1])
        self.who = self.book.one_person(self.patient, self.at)
        self._told: dict[str, list[Raw]] = {}
        self._days: dict[tuple[str, int], tuple[dict[str, set[int]], set[str]]] = {}

    def told(self, topic: str) -> list[Raw]:
        """The facts of a topic about the person, in order."""
        if topic not in self._told:
            found = {f["position"]: f for who in self.who for f in self.book.of(topic, who, self.at)}
            self._told[topic] = [found[position] for position in sorted(found)]
        return self._told[topic]

    def in_month(self, topic: str) -> list[Raw]:
        """The facts of a topic about the month."""
        return [fact for fact in self.told(topic) if fact["month"] == self.month]

    # --- who bills, and until when work counts --------------------------------------------------------------------

    @cached_property
    def designations(self) -> list[Raw]:
        """The designations that occupy the month, the first one first: it bills."""
        found = []
        for told in self.told("practitioner_designated"):
            ends = told["until_month"] or "9999-12"
            for gone in self.told("designation_withdrawn"):
                if gone["designation"] == told["designation"]:
                    ends = min(ends, _month_before(gone["from_month"]))
            is_it = (told["programme"], told["side"]) == ("CCM", "practitioner")
            if is_it and told["from_month"] <= self.month <= ends:
                found.append(told)
        return found

    @property
    def designee(self) -> str | None:
        """The month's billing practitioner."""
        return self.designations[0]["practitioner"] if self.designations else None

    def practice_on(self, on: date) -> str | None:
        """The practice that the patient belongs to on a day: the newest assignment begun by then."""
        begun = [a for a in self.told("practice_assigned") if a_day(a["from_on"]) <= on]
        newest = max(begun, key=lambda a: (a["from_on"], a["position"]), default=None)
        return newest["practice"] if newest is not None else None

    @cached_property
    def died_on(self) -> date | None:
        """The day of death, as told last and not taken back, where it is not after the month."""
        back = max((fact["position"] for fact in self.told("death_retracted")), default=0)
        told = [fact for fact in self.told("death_recorded") if fact["position"] > back]
        on = day(told[-1]["on"]) if told else None
        return on if on is not None and on <= self.last else None

    @cached_property
    def coverages(self) -> list[Raw]:
        """Coverages as told last under each id, the newest first."""
        newest = {told["coverage"]: told for told in self.told("coverage_recorded")}
        return sorted(newest.values(), key=lambda c: -c["position"])

    @cached_property
    def coverage(self) -> tuple[Raw | None, date | None]:
        """The coverage of the month, and the day on which it ended where it ended too early."""
        settled = self.died_on if self.died_on is not None and self.died_on >= self.first else self.last
        in_force = [c for c in self.coverages if a_day(c["from_on"]) <= settled and until(c) >= settled]
        if in_force:
            return min(in_force, key=lambda c: c["rank"] or 1), None
        over = [c for c in self.coverages if until(c) < settled]
        if not over:
            return None, None
        newest = max(over, key=lambda c: (until(c), -(c["rank"] or 1)))
        return (newest if until(newest) >= self.first else None), until(newest)

    # --- consent --------------------------------------------------------------------------------------------------

    @cached_property
    def consents(self) -> list[tuple[Consent, Stop | None]]:
        """Complete consents by the end of the month, each with what ended it."""
        stops = stops_of(self.told, self.designations[0]["practice"] if self.designations else None)
        complete = [c for c in consents_of(self.told) if c.days is not None and c.days[0] <= self.last]
        return [(consent, ended(consent, stops)) for consent in complete]

    @cached_property
    def named(self) -> list[tuple[Consent, Stop | None]]:
        """Those that name the month's practitioner; all, where nobody is designated."""
        return [(c, stop) for c, stop in self.consents if self.designee in (None, c.names)]

    @cached_property
    def spans(self) -> list[Span]:
        """Those that hold on some day of the month or later, by their moments."""
        spans = [Span(c, c.moment, c.days, stop) for c, stop in self.named if c.moment is not None and c.days]
        standing = [s for s in spans if s.stop is None or s.stop.last_on >= max(self.first, s.days[0])]
        return sorted(standing, key=lambda s: (s.moment, s.consent.position))

    @cached_property
    def ended_before(self) -> Stop | None:
        """What ended the practitioner's consent before the month."""
        over = [stop for _, stop in self.named if stop is not None and stop.last_on < self.first]
        return max(over, key=lambda s: (s.said_on, s.kind == "revoked"), default=None)

    @property
    def code_before(self) -> str:
        """Why seconds before the month's first consent do not count."""
        stop = self.ended_before
        return "before_consent" if stop is None else AFTER[stop.kind]

    @cached_property
    def pauses(self) -> list[tuple[date, tuple[date, date] | None, Stop]]:
        """Days within the month between an end and a consent again: the last day before, the days of the consent."""
        found: list[tuple[date, tuple[date, date] | None, Stop]] = []
        running = self.spans[0].stop if self.spans else None
        for span in self.spans[1:]:
            if running is None:
                break
            if span.days[0] > running.last_on:
                found.append((running.last_on, span.days, running))
                running = span.stop
            elif span.stop is None or span.stop.last_on > running.last_on:
                running = span.stop
        if running is not None and running.kind == "disenrolled" and running.last_on <= self.last:
            found.append((running.last_on, None, running))
        return found

    @property
    def left_on(self) -> date | None:
        """The day of a disenrolment in the month upon which no consent followed."""
        return self.pauses[-1][0] if self.pauses and self.pauses[-1][1] is None else None

    @cached_property
    def stays(self) -> Stays:
        """The person's stays."""
        return Stays(self.told)

    def consent_code(self, second: int, on: date) -> str | None:
        """Why a second does not count for want of consent; None where it is covered."""
        if any(span.holds(second, on) for span in self.spans):
            return None
        begun = [span.stop for span in self.spans if second >= span.moment.timestamp()]
        if not begun:
            return self.code_before
        return AFTER[max((stop for stop in begun if stop is not None), key=lambda s: s.last_on).kind]

    @cached_property
    def visit_days(self) -> set[date]:
        """The days on which the billing practitioner held a visit, told as one or as a service."""
        if self.designee is None:
            return set()
        person = self.book.person(self.designee, self.at)
        back = {fact["service"] for fact in self.told("other_service_retracted")}
        held = [v for v in self.told("visit_recorded") if v["practitioner"] == self.designee]
        for fact in self.told("other_service_reported"):
            named = fact["by_practitioner"], fact["npi"], fact["source"]
            own = (self.designee, person["npi"] if person is not None else None, "own")
            whose = next((mine == said for mine, said in zip(own, named, strict=True) if said is not None), False)
            if whose and fact["service"] not in back:
                held.append(fact)
        return {on for fact in held if fact["code"] in VISITS for on in _days_of(fact)}


def a_day(text: Any) -> date:
    """A stored day that is there."""
    found = day(text)
    assert found is not None
    return found


def until(coverage: Raw) -> date:
    """The last day of a coverage; the last day that there is, where it has no end."""
    return day(coverage["until_on"]) or date.max


def _month_before(month: str) -> str:
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 2, 12)
    return f"{year:04d}-{number + 1:02d}"


def _days_of(fact: Raw) -> list[date]:
    first, last = a_day(fact["on"]), a_day(fact.get("until_on") or fact["on"])
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
