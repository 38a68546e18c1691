"""One patient-month, second by second, from the raw facts: which seconds of which entry count, and why others do not.

Part of the independent reading (readings, 3 to 6 and 12; CCM-TIME-01 to -18). Slow and obvious: each second has one
reason not to count, the first in the order of the documents.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from math import ceil

from tests.oracle.naive_time import COUNTED_ACTIVITIES
from tests.year.entries import Stand, Wait, on_day, spans_of, utc_days
from tests.year.month_window import AFTER, MonthWindow, a_day
from tests.year.raw import Raw, instant

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


class MonthTime(MonthWindow):
    """The time of one month of a patient, as known at a position."""

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
        if waits is None or self._is_later_work(stand, said, waits):
            return 86_400
        if waits.before is None:
            return 0
        within = self._within(stand, said, waits)
        before = min(self._judged(stand, waits.before).counted, self._most(stand, waits.before, waits.of_before))
        return min(before, within.counted if within is not None else 0)

    def _is_later_work(self, stand: Stand, said: Raw, waits: Wait) -> bool:
        """Whether an entry is work after the signature that was told in time: that signature does not bind it."""
        return waits.is_later and _behind(stand, said, self._judged(stand, said)) <= LATE

    def _within(self, stand: Stand, said: Raw, waits: Wait | None) -> Line | None:
        """The entry with only those seconds that it had at every signature that binds it."""
        only: set[int] | None = None
        while waits is not None and not self._is_later_work(stand, said, waits):
            if waits.before is None:
                return None
            if said["segments"]:
                had = {s for start, end, _ in spans_of(waits.before) for s in range(start, end)}
                only = had if only is None else only & had
            waits = waits.of_before
        return self._judged(stand, said, only)

    def _judged(self, stand: Stand, said: Raw, only: set[int] | None = None) -> Line:
        spans = [span for span in spans_of(said) if f"{span[2]:%Y-%m}" == self.month]
        on = spans[0][2] if spans else a_day(said["on"] or said["segments"][0]["on"])
        pool, unable = self._performing(said, list(dict.fromkeys(of for _, _, of in spans)) or [on])
        why = unable.get(on) if pool is None else None
        seconds = sum(end - start for start, end, _ in spans) if said["segments"] else int(said["seconds"])
        contact = said["contact"]
        two_way = bool(contact and contact["two_way"] and contact["with_whom"] in ("patient", "caregiver"))
        line = Line(
            stand.entry, seconds, 0, None, set(), on, None, two_way, said["practice"], said["performer"], bool(spans)
        )
        line.codes |= self._against_all(said, why, on)
        if line.codes:
            pass
        elif spans:
            self._count_seconds(line, stand, spans, self._untaught(said) | unable, only)
        else:
            self._count_untimed(line, stand, said)
        line.pool = pool if line.counted else None
        line.codes |= self._to_look_at(line, stand, said, spans)
        return line

    def _performing(self, said: Raw, days: list[date]) -> tuple[str | None, dict[date, str]]:
        """Whose minutes an entry's are, staff's where days differ; and on which days its performer may not count."""
        asked = {on: self.book.pool(said, self.designee, on, self.at) for on in days}
        pools = [pool for pool, _ in asked.values() if pool is not None]
        pool = "staff" if "staff" in pools else (pools[0] if pools else None)
        return pool, {on: why for on, (_, why) in asked.items() if why is not None}

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
            if not any(self._teaches(said, each) for each in self._days_of(said) or [on]):
                found.add("activity_needs_reviewer")
        elif activity not in COUNTED_ACTIVITIES:
            found.add("activity_not_listed")
        if not said["described"]:
            found.add("description_missing")
        if not said["segments"] and self.book.policy(practice, "untimed_counts", "yes", on, self.at) != "yes":
            found.add("untimed_not_adopted")
        if not self.spans:
            found.add("without_consent" if self.ended_before is None else AFTER[self.ended_before.kind])
        return found

    def _teaches(self, said: Raw, on: date) -> bool:
        """Whether the practice lets teaching in person count on a day."""
        return self.book.policy(said["practice"], "staff_in_person_counts", "no", on, self.at) == "yes"

    def _untaught(self, said: Raw) -> dict[date, str]:
        """Days of teaching in person on which the practice does not let it count."""
        if said["activity"] != "staff_in_person_education":
            return {}
        return {on: "activity_needs_reviewer" for on in self._days_of(said) if not self._teaches(said, on)}

    def _days_of(self, said: Raw) -> list[date]:
        """The days of the month on which timed work was done."""
        return [on for _, _, on in spans_of(said) if f"{on:%Y-%m}" == self.month]

    def _count_seconds(
        self,
        line: Line,
        stand: Stand,
        spans: list[tuple[int, int, date]],
        unable: dict[date, str],
        only: set[int] | None,
    ) -> None:
        lost, _ = self.elsewhere(stand)
        days = []
        for start, end, on in spans:
            # Between two moments of consents and stays all seconds of a day are alike, but for those that others hold.
            cuts = [start, *(at for at in self.moments if start < at < end), end]
            for low, high in pairwise(cuts):
                alike = unable.get(on) or self._code(low, on)
                for second in range(low, high):
                    if only is not None and second not in only:
                        continue
                    code = alike or self._held_code(second, stand, lost)
                    if code is None:
                        line.counted += 1
                        days.append(on)
                    else:
                        line.reasons[code] += 1
        in_month = {second for start, end, _ in spans for second in range(start, end)}
        over = min(len(self.overfull(stand)[0] & in_month), line.counted)
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
            over = min(self.overfull(stand)[1], line.seconds)
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
                return AFTER[stop.kind]
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

    def elsewhere(self, stand: Stand) -> tuple[set[int], bool]:
        """Seconds that the performer gives to another patient, and whether any are contested."""
        lost: set[int] = set()
        contested = False
        for on in utc_days(stand.said):
            given, shared = self._shared(stand.said["performer"], on)
            lost |= given.get(stand.entry, set())
            contested = contested or stand.entry in shared
        return lost, contested

    def _shared(self, performer: str, on: int) -> tuple[dict[str, set[int]], set[str]]:
        if (performer, on) not in self._days:
            self._days[performer, on] = self.entries.shared(performer, on, self.who, self.at)
        return self._days[performer, on]

    def overfull(self, stand: Stand) -> tuple[set[int], int]:
        """What overfills a day of the performer, timed and untimed work together: seconds; or how many, untimed.

        They are the last ones of those that no entry told earlier held.
        """
        beyond: set[int] = set()
        over = 0
        for on in utc_days(stand.said):
            filled: set[int] = set()
            untimed = 0
            for other in self.entries.day_of(stand.said["performer"], on, self.at):
                before, mine = len(filled) + untimed, _seconds(on_day(other, on)) - filled
                filled |= mine
                untimed += 0 if other.said["segments"] else int(other.said["seconds"])
                if other.entry == stand.entry:
                    too_much = max(0, len(filled) + untimed - max(86_400, before)) if untimed else 0
                    beyond |= set(sorted(mine)[len(mine) - too_much :]) if mine else set()
                    over += 0 if mine else too_much
                    break
        return beyond, over

    # --- what to look at ------------------------------------------------------------------------------------------

    def _to_look_at(self, line: Line, stand: Stand, said: Raw, spans: list[tuple[int, int, date]]) -> set[str]:
        found: set[str] = set()
        if not spans and line.counted:
            found.add("no_clock_times")
        if said["segments"] and self.elsewhere(stand)[1]:
            found.add("contested_time")
        if line.counted and self.book.country_unknown(said, self.at):
            found.add("work_country_unknown")
        days = [on for _, _, on in spans] or [line.on]
        if said["programme"] == "CCM" and said["activity"] in CONTACTS and any(map(self._is_unwanted, days)):
            found.add("contact_after_revocation")
        if any(self.stays.edge(on) for on in days):
            found.add("stay_edge_day")
        if line.counted and said["activity"] == "staff_in_person_education":
            found.add("in_person_counted")
        if line.counted and self.visit_days.intersection(days):
            found.add("visit_same_day")
        behind = _behind(stand, said, line)
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
        if entered_by not in (None, said["performer"]) and any(
            "biller" in self.book.roles(entered_by, on, None, self.at) for on in days
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


def _seconds(bounds: list[tuple[int, int]]) -> set[int]:
    return {second for start, end in bounds for second in range(start, end)}


def _end_of(on: date) -> datetime:
    """When a local day is over everywhere in the United States."""
    return datetime.combine(on + timedelta(days=1), time(10), tzinfo=UTC)


def _behind(stand: Stand, said: Raw, line: Line) -> timedelta:
    """What lies between the end of the work, or of its day, and its first recording."""
    worked_until = instant(said["segments"][-1]["end"]) if said["segments"] else _end_of(line.on)
    return stand.recorded_at - worked_until
