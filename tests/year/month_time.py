"""One patient-month, second by second, from the raw facts: who bills it, until when work counts, which seconds count.

Part of the independent reading (readings, 3 to 6 and 12; CCM-TIME-01 to -18). Slow and obvious: each second has one
reason not to count, the first in the order of the documents.
"""

from calendar import monthrange
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from math import ceil
from typing import Any

from tests.oracle.naive_time import COUNTED_ACTIVITIES
from tests.year.book import END, Book
from tests.year.consents import Consent, Span, Stays, Stop, consents_of, ended, stops_of
from tests.year.entries import Entries, Stand, Wait, spans_of, utc_days
from tests.year.raw import Raw, day, instant

KEPT_ONLY = {
    "visit", "face_to_face", "initiating_assessment", "acute_illness", "preventive_only", "administrative", "billing",
    "training", "supervision", "undocumented", "consent_conversation", "prior_authorization", "appointment_booking",
    "refill_request",
}  # fmt: skip
CONTACTS = {
    "phone_call", "video_call", "portal_message", "caregiver_call", "patient_education", "self_management_support",
    "contact_attempt",
}  # fmt: skip
LATE, VERY_LATE = timedelta(hours=48), timedelta(days=7)


@dataclass
class Line:
    """What becomes of one entry in the month."""

    entry: str
    seconds: int
    counted: int
    pool: str | None
    codes: set[str]
    on: date
    last_on: date | None
    two_way: bool
    practice: str
    performer: str
    is_timed: bool
    reasons: Counter[str] = field(default_factory=Counter)
    """Seconds that do not count, by reason."""


@dataclass
class MonthTime:
    """The time of one month of a patient, as known at a position."""

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
        begun = [a for a in self.told("practice_assigned") if _day(a["from_on"]) <= on]
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
        in_force = [c for c in self.coverages if _day(c["from_on"]) <= settled and _until(c) >= settled]
        if in_force:
            return min(in_force, key=lambda c: c["rank"] or 1), None
        over = [c for c in self.coverages if _until(c) < settled]
        if not over:
            return None, None
        newest = max(over, key=lambda c: (_until(c), -(c["rank"] or 1)))
        return (newest if _until(newest) >= self.first else None), _until(newest)

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
        return "before_consent" if stop is None else _AFTER[stop.kind]

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
        return _AFTER[max((stop for stop in begun if stop is not None), key=lambda s: s.last_on).kind]

    # --- entries --------------------------------------------------------------------------------------------------

    @cached_property
    def _all_stands(self) -> list[Stand]:
        return self.entries.standing(self.who, self.at)

    @cached_property
    def stands(self) -> list[Stand]:
        """The person's entries in the month, in order of place."""
        return [stand for stand in self._all_stands if self.month in stand.months]

    @cached_property
    def taken(self) -> dict[int, int]:
        """Every second that an entry of the person holds, with the place of the first one to hold it."""
        held: dict[int, int] = {}
        days = {on for stand in self.stands for on in utc_days(stand.said)}
        for stand in self._all_stands:
            for start, end, _ in stand.spans if days.intersection(utc_days(stand.said)) else ():
                for second in range(start, end):
                    held.setdefault(second, stand.place)
        return held

    @cached_property
    def lines(self) -> list[Line]:
        """What becomes of each entry."""
        return [self._line(stand) for stand in self.stands]

    def _line(self, stand: Stand) -> Line:
        line = self._judged(stand, stand.said)
        signatures = [*self.in_month("month_attested"), *self.in_month("attestation_withdrawn")]
        waits = self.entries.wait(stand.entry, self.month, sorted(signatures, key=lambda f: f["position"]), self.at)
        most = self._most(stand, stand.said, waits)
        if most < line.counted:
            line.codes.add("raise_awaits_approval")
            line.reasons["raise_awaits_approval"] = line.counted - most
            line.counted = most
            within = self._within(stand, stand.said, waits) if most else None
            line.last_on = within.last_on if within is not None else None
            line.pool = line.pool if most else None
        return line

    def _most(self, stand: Stand, said: Raw, waits: Wait | None) -> int:
        """No more than counted when the month was signed, and only of the seconds that were there then."""
        if waits is None:
            return 86_400
        if waits.before is None:
            return 0
        within = self._within(stand, said, waits)
        before = min(self._judged(stand, waits.before).counted, self._most(stand, waits.before, waits.of_before))
        return min(before, within.counted if within is not None else 0)

    def _within(self, stand: Stand, said: Raw, waits: Wait | None) -> Line | None:
        """The entry with only those seconds that it had at every signature that binds it."""
        only: set[int] | None = None
        while waits is not None:
            if waits.before is None:
                return None
            if said["segments"]:
                had = {s for start, end, _ in spans_of(waits.before) for s in range(start, end)}
                only = had if only is None else only & had
            waits = waits.of_before
        return self._judged(stand, said, only)

    def _judged(self, stand: Stand, said: Raw, only: set[int] | None = None) -> Line:
        spans = [span for span in spans_of(said) if f"{span[2]:%Y-%m}" == self.month]
        on = spans[0][2] if spans else _day(said["on"] or said["segments"][0]["on"])
        pool, why = self.book.pool(said, self.designee, on, self.at)
        seconds = sum(end - start for start, end, _ in spans) if said["segments"] else int(said["seconds"])
        two_way = bool(said["contact"] and said["contact"]["two_way"])
        line = Line(
            stand.entry, seconds, 0, None, set(), on, None, two_way, said["practice"], said["performer"], bool(spans)
        )
        line.codes |= self._against_all(said, why, on)
        if line.codes:
            pass
        elif spans:
            self._count_seconds(line, stand, said, spans, only)
        else:
            self._count_untimed(line, stand, said)
        line.pool = pool if line.counted else None
        line.codes |= self._to_look_at(line, stand, said, spans)
        return line

    def _against_all(self, said: Raw, why: str | None, on: date) -> set[str]:
        """Reasons for which nothing of an entry counts."""
        found = set() if why is None else {why}
        if said["programme"] != "CCM":
            found.add("other_programme")
        activity, practice = said["activity"], said["practice"]
        if activity is None:
            found.add("activity_missing")
        elif activity in KEPT_ONLY:
            found.add("activity_not_counted")
        elif activity == "staff_in_person_education":
            if self.book.policy(practice, "staff_in_person_counts", "no", on, self.at) != "yes":
                found.add("activity_needs_reviewer")
        elif activity not in COUNTED_ACTIVITIES:
            found.add("activity_not_listed")
        if not said["described"]:
            found.add("description_missing")
        if not said["segments"] and self.book.policy(practice, "untimed_counts", "yes", on, self.at) != "yes":
            found.add("untimed_not_adopted")
        if not self.spans:
            found.add("without_consent" if self.ended_before is None else _AFTER[self.ended_before.kind])
        return found

    def _count_seconds(
        self, line: Line, stand: Stand, said: Raw, spans: list[tuple[int, int, date]], only: set[int] | None
    ) -> None:
        lost, _ = self.elsewhere(stand, said)
        days = []
        for start, end, on in spans:
            # Between two moments of consents and stays all seconds of a day are alike, but for those that others hold.
            cuts = [start, *(at for at in self.moments if start < at < end), end]
            for low, high in pairwise(cuts):
                alike = self._code(low, on)
                for second in range(low, high):
                    if only is not None and second not in only:
                        continue
                    code = alike or self._held_code(second, stand, lost)
                    if code is None:
                        line.counted += 1
                        days.append(on)
                    else:
                        line.reasons[code] += 1
        over = min(self.overfull(stand, said), line.counted)
        if over:
            line.reasons["day_over_24_hours"] = over
            line.counted -= over
        line.codes |= set(line.reasons)
        line.last_on = max(days) if line.counted else None

    @cached_property
    def moments(self) -> list[int]:
        """The seconds at which a consent begins or a stay begins or ends, in order; the first whole one of each."""
        found = [span.moment for span in self.spans]
        edges = [stay[name] for stay in self.stays.barring for name in ("admitted_at", "discharged_at")]
        found += [instant(edge) for edge in edges if edge]
        return sorted({ceil(at.timestamp()) for at in found})

    def _code(self, second: int, on: date) -> str | None:
        """The first reason for which a second does not count, whoever else holds it."""
        if code := self.consent_code(second, on):
            return code
        if self.died_on is not None and on > self.died_on:
            return "after_death"
        covered_until = self.coverage[1]
        if covered_until is not None and on > covered_until:
            return "after_coverage_end"
        return "during_stay" if self.stays.bars(second, on) else None

    def _held_code(self, second: int, stand: Stand, lost: set[int]) -> str | None:
        """Whether an entry told earlier holds a second: of the patient, or of the performer for another patient."""
        if self.taken.get(second, stand.place) < stand.place:
            return "time_already_covered"
        return "performer_with_other_patient" if second in lost else None

    def _count_untimed(self, line: Line, stand: Stand, said: Raw) -> None:
        code = self._untimed_code(line.on, said["order"])
        if code is not None:
            line.reasons[code] = line.seconds
        else:
            over = min(self.overfull(stand, said), line.seconds)
            line.counted = line.seconds - over
            if over:
                line.reasons["day_over_24_hours"] = over
        line.codes |= set(line.reasons)
        line.last_on = line.on if line.counted else None

    def _untimed_code(self, on: date, order: str | None) -> str | None:
        begins, latest = self.spans[0].days
        needed = {"after"} if on <= latest else set()
        if on < begins or (on <= latest and order == "before"):
            return self.code_before
        for after, again, stop in self.pauses:
            is_in = on > after or (on == after and order == "after")
            if is_in and (again is None or on < again[0] or (on <= again[1] and order == "before")):
                return _AFTER[stop.kind]
            if on == after:
                needed.add("before")
            elif again is not None and again[0] <= on <= again[1]:
                needed.add("after")
        for limit, code in ((self.died_on, "after_death"), (self.coverage[1], "after_coverage_end")):
            if limit is not None and (on > limit or (on == limit and order == "after")):
                return code
            if on == limit:
                needed.add("before")
        if self.stays.bars_untimed(on, order):
            return "during_stay"
        is_border = bool(needed - {order}) or self.stays.needs_order(on, order)
        return "untimed_on_boundary_day" if is_border else None

    # --- the performer's day --------------------------------------------------------------------------------------

    def elsewhere(self, stand: Stand, said: Raw) -> tuple[set[int], bool]:
        """Seconds that the performer gives to another patient, and whether any are contested."""
        lost: set[int] = set()
        contested = False
        for start, end, on in _by_utc_day(said):
            for other in self.entries.day_of(said["performer"], on, self.at):
                if other.said["patient"] in self.who or other.entry == stand.entry or not other.said["segments"]:
                    continue
                shared = {
                    second
                    for other_start, other_end, _ in other.spans
                    for second in range(max(start, other_start), min(end, other_end))
                }
                if not shared:
                    continue
                keeps = self.entries.keeps(said["performer"], stand.entry, other.entry, on, self.at)
                contested = contested or keeps is None
                if keeps == other.entry or (keeps is None and other.place < stand.place):
                    lost |= shared
        return lost, contested

    def overfull(self, stand: Stand, said: Raw) -> int:
        """Seconds by which the entry overfills a day of the performer, timed and untimed work together."""
        over = 0
        for on in {on for _, _, on in _by_utc_day(said)} | ({_epoch_day(said)} if not said["segments"] else set()):
            filled: set[int] = set()
            untimed = 0
            for other in self.entries.day_of(said["performer"], on, self.at):
                before = len(filled) + untimed
                spans = [span for span in _by_utc_day(other.said) if span[2] == on]
                filled |= {second for start, end, _ in spans for second in range(start, end)}
                untimed += 0 if spans else int(other.said["seconds"])
                if other.entry == stand.entry:
                    over += max(0, len(filled) + untimed - max(86_400, before)) if untimed else 0
                    break
        return over

    # --- what to look at ------------------------------------------------------------------------------------------

    def _to_look_at(self, line: Line, stand: Stand, said: Raw, spans: list[tuple[int, int, date]]) -> set[str]:
        found: set[str] = set()
        if not spans and line.counted:
            found.add("no_clock_times")
        if said["segments"] and self.elsewhere(stand, said)[1]:
            found.add("contested_time")
        if line.counted and self.book.country_unknown(said, self.at):
            found.add("work_country_unknown")
        if said["programme"] == "CCM" and said["activity"] in CONTACTS and self._is_unwanted(line.on):
            found.add("contact_after_revocation")
        if any(self.stays.edge(on) for on in ([on for _, _, on in spans] or [line.on])):
            found.add("stay_edge_day")
        worked_until = instant(said["segments"][-1]["end"]) if said["segments"] else _end_of(line.on)
        behind = stand.recorded_at - worked_until
        if behind > LATE:
            found.add("recorded_very_late" if behind > VERY_LATE and not stand.has_late_reason else "recorded_late")
        for is_so, code in (
            (stand.was_corrected, "time_corrected"),
            (stand.was_moved_here, "time_moved_here"),
            (stand.is_disputed, "time_disputed"),
        ):
            if is_so:
                found.add(code)
        entered_by = said["entered_by"]
        if entered_by not in (None, said["performer"]) and "biller" in self.book.roles(
            entered_by, line.on, None, self.at
        ):
            found.add("entered_by_biller")
        return found

    def _is_unwanted(self, on: date) -> bool:
        """Whether the patient had revoked before a day and not consented again by then."""
        revoked = {stop for _, stop in self.named if stop is not None and stop.kind == "revoked"}
        for stop in revoked:
            again = [
                c.days[0]
                for c, _ in self.consents
                if c.days and not (stop.whose in (None, c.names) and (c.given_on or self.first) <= stop.said_on)
            ]
            if stop.said_on < on and (not again or on < min(again)):
                return True
        return False


_AFTER = {"revoked": "after_revocation", "disenrolled": "after_disenrolment"}


def _by_utc_day(said: Raw) -> list[tuple[int, int, int]]:
    """The seconds of a fact, parted at UTC midnights: start, end, day since 1970."""
    return [
        (max(start, on * 86_400), min(end, (on + 1) * 86_400), on)
        for start, end, _ in spans_of(said)
        for on in range(start // 86_400, (end - 1) // 86_400 + 1)
    ]


def _epoch_day(said: Raw) -> int:
    return (_day(said["on"]) - date(1970, 1, 1)).days


def _end_of(on: date) -> datetime:
    """When a local day is over everywhere in the United States."""
    return datetime.combine(on + timedelta(days=1), time(10), tzinfo=UTC)


def _month_before(month: str) -> str:
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 2, 12)
    return f"{year:04d}-{number + 1:02d}"


def _until(coverage: Raw) -> date:
    return day(coverage["until_on"]) or date.max


def _day(text: Any) -> date:
    found = day(text)
    assert found is not None
    return found
