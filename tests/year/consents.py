"""Consent, what ended it, and stays, read from the raw facts of one person: which second of which day may count.

Part of the independent reading (readings, 4 and 12; CCM-CONSENT-01 to -13, CCM-TIME-11, -17, -18).
"""

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from tests.year.raw import Raw, day, instant

ITEMS = ("availability", "cost_sharing", "one_practitioner", "right_to_stop")
FIELDS = ("occurred_at", "obtained_by", "method", "practitioner", "given_by", "evidence")
METHODS = ("verbal", "written", "electronic")
BARRING = ("hospital_inpatient", "snf_part_a")
LATE = timedelta(hours=48)
Told = Callable[[str], list[Raw]]
"""The facts of a topic about the person, in order."""


def local_days(at: datetime, offset: int | None) -> tuple[date, date]:
    """The local day of a moment; where its offset is unknown, the earliest and latest of the United States."""
    if offset is not None:
        on = (at + timedelta(seconds=offset)).astimezone(UTC).date()
        return on, on
    return (at - timedelta(hours=10)).date(), (at - timedelta(hours=4)).date()


class Consent(NamedTuple):
    """A consent to CCM: from when it counts (None: it lacks something), whom it names, and what is to be looked at."""

    id: str
    position: int
    moment: datetime | None
    days: tuple[date, date] | None
    names: str | None
    lacks: bool
    is_recalled: bool
    is_late: bool
    given_on: date | None
    """The earliest local day of the conversation."""


class Stop(NamedTuple):
    """What ended consents: revoked (at the end of its month) or disenrolled (at the end of its day)."""

    kind: str
    said_on: date
    last_on: date
    whose: str | None


def consents_of(told: Told) -> list[Consent]:
    """Every consent to CCM that is not void, complete or not."""
    void = {fact["consent"] for fact in told("consent_invalidated")}
    recorded = [fact for fact in told("consent_recorded") if fact["programme"] == "CCM"]
    return [consent_of(fact, told) for fact in recorded if fact["consent"] not in void]


def consent_of(fact: Raw, told: Told) -> Consent:
    """What one consent is worth, with what supplemented it."""
    added = [s for s in told("consent_supplemented") if s["consent"] == fact["consent"]]
    added.sort(key=lambda s: (_counts_at(s) or datetime.max.replace(tzinfo=UTC), s["position"]))
    whole = {field: fact[field] for field in (*FIELDS, "representative_identified")}
    affirmed = {item for item in ITEMS if fact["items"][item]}
    moment, offset = _counts_at(fact), fact["offset"]
    is_recalled = fact["evidence"] == "recollection"
    given = (fact["occurred_at"], fact["offset"])
    for part in added:
        if not _lacks(whole, affirmed):
            break
        whole = {field: value or part[field] for field, value in whole.items()}
        affirmed |= {item for item in ITEMS if part["items"][item]}
        at = _counts_at(part)
        moment = max(moment, at) if moment is not None and at is not None else at
        offset = part["offset"] if part["offset"] is not None else offset
        is_recalled = is_recalled or part["evidence"] == "recollection"
        given = given if given[0] else (part["occurred_at"], part["offset"])
    lacks = _lacks(whole, affirmed) or moment is None
    return Consent(
        fact["consent"],
        fact["position"],
        None if lacks else moment,
        None if lacks or moment is None else local_days(moment, offset),
        whole["practitioner"],
        lacks,
        is_recalled,
        fact["occurred_at"] is not None and fact["recorded_at"] - instant(fact["occurred_at"]) > LATE,
        local_days(instant(given[0]), given[1])[0] if given[0] else None,
    )


def _counts_at(part: Raw) -> datetime | None:
    """Recollection counts from when it was recorded, anything else from when it happened."""
    if part["evidence"] == "recollection":
        recorded: datetime = part["recorded_at"]
        return recorded
    return instant(part["occurred_at"]) if part["occurred_at"] else None


def _lacks(whole: dict[str, object], affirmed: set[str]) -> bool:
    if any(whole[field] is None for field in FIELDS) or whole["method"] not in METHODS:
        return True
    return affirmed != set(ITEMS) or (whole["given_by"] == "representative" and not whole["representative_identified"])


def stops_of(told: Told, practice: str | None) -> list[Stop]:
    """What ended consents to CCM, as it concerns the practice that bills."""
    back = {fact["revocation"] for fact in told("revocation_retracted")}
    found = []
    for fact in told("consent_revoked"):
        if "CCM" in fact["scope"] and fact["revocation"] not in back:
            on = _day(fact["told_on"])
            found.append(Stop("revoked", on, on.replace(day=monthrange(on.year, on.month)[1]), fact["practitioner"]))
    back = {fact["disenrolment"] for fact in told("disenrolment_retracted")}
    for fact in told("patient_disenrolled"):
        is_ours = fact["practice"] is None or practice in (None, fact["practice"])
        if fact["programme"] == "CCM" and fact["disenrolment"] not in back and is_ours:
            found.append(Stop("disenrolled", _day(fact["on"]), _day(fact["on"]), None))
    return found


def ended(consent: Consent, stops: list[Stop]) -> Stop | None:
    """What ended a consent first: said on the day of the conversation or later. Of two on one day, the practice's."""
    ending = [
        stop
        for stop in stops
        if stop.whose in (None, consent.names) and (consent.given_on is None or consent.given_on <= stop.said_on)
    ]
    return min(ending, key=lambda stop: (stop.last_on, stop.kind == "revoked"), default=None)


class Span(NamedTuple):
    """A consent to the month's practitioner that holds in the month, with what ended it."""

    consent: Consent
    moment: datetime
    days: tuple[date, date]
    stop: Stop | None

    def holds(self, second: int, on: date) -> bool:
        """Whether it covers a second of a day."""
        return second >= self.moment.timestamp() and (self.stop is None or on <= self.stop.last_on)


class Stays:
    """The stays of a person that bar time, as said last and not taken back."""

    def __init__(self, told: Told) -> None:
        newest: dict[str, Raw] = {}
        facts = [*told("stay_recorded"), *told("stay_retracted")]
        for fact in sorted(facts, key=lambda f: f["position"]):
            if fact["topic"] == "stay_recorded":
                newest[fact["stay"]] = fact
            else:
                newest.pop(fact["stay"], None)
        self.all = list(newest.values())
        self.barring = [stay for stay in self.all if stay["kind"] in BARRING]

    def bars(self, second: int, on: date) -> bool:
        """Whether a second lies in a stay: without clock times the first day does, the last does not."""
        return any(self._bars(stay, second, on) for stay in self.barring)

    @staticmethod
    def _bars(stay: Raw, second: int, on: date) -> bool:
        came, went = _day(stay["admitted_on"]), day(stay["discharged_on"])
        begun = second >= instant(stay["admitted_at"]).timestamp() if stay["admitted_at"] else on >= came
        if stay["discharged_at"]:
            return begun and second < int(instant(stay["discharged_at"]).timestamp())
        return begun and (went is None or on < went or on == went == came)

    def bars_untimed(self, on: date, order: str | None) -> bool:
        """Whether work of a day, in the order that it states, lies in a stay."""
        for stay in self.barring:
            came, went = _day(stay["admitted_on"]), day(stay["discharged_on"])
            if on == came == went:
                inside = order is not None
            elif on == came:
                inside = order == "after"
            elif on == went:
                inside = order == "before"
            else:
                inside = on > came and (went is None or on < went)
            if inside:
                return True
        return False

    def needs_order(self, on: date, order: str | None) -> bool:
        """Whether work of a day lies on the edge of a stay and says no order."""
        return order is None and any(on in (_day(s["admitted_on"]), day(s["discharged_on"])) for s in self.barring)

    def edge(self, on: date) -> bool:
        """Whether a day is one of admission or discharge whose hour is not known."""
        return any(
            (on == _day(s["admitted_on"]) and not s["admitted_at"])
            or (on == day(s["discharged_on"]) and not s["discharged_at"])
            for s in self.barring
        )

    def touching(self, first: date, last: date) -> list[Raw]:
        """All stays that touch some days, of whatever kind."""
        return [s for s in self.all if _day(s["admitted_on"]) <= last and (day(s["discharged_on"]) or last) >= first]


def _day(text: str) -> date:
    found = day(text)
    assert found is not None
    return found
