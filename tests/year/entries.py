"""How the time entries stand, read from the raw facts: content, place, what happened to them, and what they wait for.

Part of the independent reading (readings, 5 and 12; CCM-AMEND-01 to -09).
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tests.year.book import END, Book
from tests.year.raw import Raw, day, instant, second

TOPICS = (
    "time_logged", "time_corrected", "time_moved", "time_struck", "time_addended", "time_disputed", "dispute_settled",
    "late_entry_approved",
)  # fmt: skip
CONTENT = ("time_logged", "time_corrected", "time_moved")


@dataclass
class Stand:
    """An entry as it stands at some position."""

    entry: str
    said: Raw
    """The fact that says what it is."""
    place: int
    recorded_at: datetime
    was_corrected: bool = False
    was_moved_here: bool = False
    has_late_reason: bool = False
    is_disputed: bool = False

    @property
    def spans(self) -> list[tuple[int, int, date]]:
        """Its seconds as half-open spans, each on its local date."""
        return spans_of(self.said)

    @property
    def months(self) -> list[str]:
        """The months that it touches."""
        return months_of(self.said)

    def in_month(self, month: str) -> "list[tuple[int, int, date]]":
        """The spans that lie in a month."""
        return [span for span in self.spans if f"{span[2]:%Y-%m}" == month]


def spans_of(said: Raw) -> list[tuple[int, int, date]]:
    """The seconds that a fact speaks of, parted at local midnights as it says."""
    found = [(second(s["start"]), second(s["end"]), day(s["on"])) for s in said["segments"] or ()]
    return [(start, end, on) for start, end, on in found if on is not None]


def months_of(said: Raw) -> list[str]:
    """The months that a fact's work touches."""
    days = [on for _, _, on in spans_of(said)]
    return list(dict.fromkeys(f"{on:%Y-%m}" for on in days)) or [said["on"][:7]]


def utc_days(said: Raw) -> list[int]:
    """The UTC days of the performer's that the work lies on; without clock times, its local date."""
    spans = spans_of(said)
    if spans:
        return list(range(spans[0][0] // 86_400, (spans[-1][1] - 1) // 86_400 + 1))
    on = day(said["on"])
    assert on is not None
    return [(on - date(1970, 1, 1)).days]


@dataclass
class Wait:
    """Why content may raise nothing yet: what the entry was when the month was signed, and what it waited for then."""

    attestation: str
    before: Raw | None
    of_before: "Wait | None" = None
    is_later: bool = False
    """Whether the work began only after the signature, and was not there to be signed."""


@dataclass
class Entries:
    """Every entry that was ever told of."""

    book: Book
    facts: dict[str, list[Raw]] = field(default_factory=dict)
    of_patient: dict[str, list[str]] = field(default_factory=dict)
    on_day: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    allocations: dict[str, list[Raw]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for fact in self.book.facts:
            if fact["topic"] in TOPICS:
                for entry in {fact["entry"], fact["from_entry"]} - {None}:
                    self.facts.setdefault(entry, []).append(fact)
            if fact["topic"] == "time_allocated":
                self.allocations.setdefault(fact["performer"], []).append(fact)
            if fact["topic"] in CONTENT:
                _once(self.of_patient.setdefault(fact["patient"], []), fact["entry"])
                for on in utc_days(fact):
                    _once(self.on_day.setdefault((fact["performer"], on), []), fact["entry"])

    def stand(self, entry: str, at: int = END) -> Stand | None:
        """How an entry stands at a position; None where it is not there, struck, or moved to another patient."""
        found: Stand | None = None
        for fact in self.facts[entry]:
            if fact["position"] > at:
                break
            match fact["topic"]:
                case "time_logged":
                    found = Stand(entry, fact, fact["position"], fact["recorded_at"])
                case "time_moved" if fact["entry"] == entry:
                    found = Stand(entry, fact, fact["position"], fact["recorded_at"], was_moved_here=True)
                case "time_struck" | "time_moved":
                    return None
                case _ if found is not None:
                    _happened(found, fact)
        return found

    def standing(self, patients: tuple[str, ...], at: int = END) -> list[Stand]:
        """The entries of one person that stand, in order of place."""
        names = [entry for patient in patients for entry in self.of_patient.get(patient, ())]
        found = [stand for entry in names if (stand := self.stand(entry, at)) is not None]
        return sorted(found, key=lambda stand: stand.place)

    def day_of(self, performer: str, on: int, at: int = END) -> list[Stand]:
        """A performer's entries that lie on a UTC day, in order of place."""
        found = [self.stand(entry, at) for entry in self.on_day.get((performer, on), ())]
        standing = [stand for stand in found if stand is not None and on in utc_days(stand.said)]
        return sorted(standing, key=lambda stand: stand.place)

    def allocated(self, performer: str, on: int, at: int = END) -> dict[frozenset[str], str]:
        """To which of two entries the performer gave the seconds that they share on a day, by the newest word."""
        answer: dict[frozenset[str], str] = {}
        for fact in self.allocations.get(performer, ()):
            days = [(date.fromisoformat(text) - date(1970, 1, 1)).days for text in fact["days"]]
            if fact["position"] <= at and on in days:
                answer[frozenset((fact["entry"], fact["other_entry"]))] = fact["entry"]
        return answer

    def shared(
        self, performer: str, on: int, one_person: tuple[str, ...] = (), at: int = END
    ) -> tuple[dict[str, set[int]], set[str]]:
        """What each entry of a performer's day loses to another patient's, and which entries are contested.

        `one_person` are ids of one patient. Of every second one patient is the holder: that of the first entry told,
        until a later one to which the performer gave what the holder's gives up.
        """
        held: dict[int, list[Stand]] = {}
        for stand in self.day_of(performer, on, at):
            for start, end in on_day(stand, on):
                for each in range(start, end):
                    held.setdefault(each, []).append(stand)
        said = self.allocated(performer, on, at)
        lost: dict[str, set[int]] = {}
        contested: set[str] = set()
        for each, here in held.items():
            if len(here) == 1:
                continue
            holder = here[0]
            for stand in here[1:]:
                if said.get(frozenset((stand.entry, holder.entry))) == stand.entry:
                    holder = stand
            for stand in here:
                rivals = [other for other in here if not _are_one(stand, other, one_person)]
                gives = not _are_one(stand, holder, one_person)
                if gives or (not said and any(other.place < stand.place for other in rivals)):
                    lost.setdefault(stand.entry, set()).add(each)
                if any(frozenset((stand.entry, other.entry)) not in said for other in rivals):
                    contested.add(stand.entry)
        return lost, contested

    def wait(self, entry: str, month: str, signatures: list[Raw], at: int = END) -> Wait | None:
        """What an entry waits for in a month; the signatures and withdrawals are those of everybody who is meant."""
        waits: Wait | None = None
        said: Raw | None = None
        is_approved, place = False, 0
        facts = [fact for fact in (*self.facts[entry], *signatures) if fact["position"] <= at]
        for fact in sorted(facts, key=lambda f: f["position"]):
            match fact["topic"]:
                case "attestation_withdrawn":
                    waits = None
                case "late_entry_approved":
                    waits, is_approved = None, True
                case topic if topic in CONTENT and fact["entry"] == entry:
                    place = place or fact["position"]
                    old, said = said, fact if month in months_of(fact) else None
                    newest = self.signature(signatures, fact["patient"], fact["position"])
                    if said is None:
                        continue
                    if newest is None:
                        waits = None
                    else:
                        was_there = old is not None and (place < newest["position"] or is_approved)
                        is_later = not was_there and _is_later(fact, instant(newest["attested_at"]))
                        before, earlier = (old, waits) if was_there else (None, None)
                        new = Wait(newest["attestation"], before, earlier, is_later)
                        waits = new if waits is None or waits.attestation != new.attestation else waits
        return waits

    def signature(self, signatures: list[Raw], patient: str, at: int) -> Raw | None:
        """The signature that stands at a position: the newest of that person's, unless it was withdrawn.

        A signature supersedes what was signed for all who were one person when it was given, and for nobody else.
        """
        person = self.book.one_person(patient, at)
        own: dict[str, Raw] = {}
        for fact in signatures:
            if fact["position"] > at or fact["patient"] not in person:
                continue
            if fact["topic"] == "month_attested":
                then = self.book.one_person(fact["patient"], fact["position"])
                own = {who: signed for who, signed in own.items() if who not in then} | {fact["patient"]: fact}
            else:
                own = {who: signed for who, signed in own.items() if signed["attestation"] != fact["attestation"]}
        return max(own.values(), key=lambda signed: int(signed["position"]), default=None)


def on_day(stand: Stand, on: int) -> list[tuple[int, int]]:
    """The parts of an entry that lie on a UTC day."""
    low, high = on * 86_400, (on + 1) * 86_400
    return [(max(start, low), min(end, high)) for start, end, _ in stand.spans if start < high and end > low]


def _are_one(one: Stand, other: Stand, one_person: tuple[str, ...]) -> bool:
    patients = {one.said["patient"], other.said["patient"]}
    return len(patients) == 1 or patients <= set(one_person)


def _is_later(said: Raw, signed_at: datetime) -> bool:
    """Whether the work began only after the signature; of a date alone, on a later day than it had anywhere."""
    if said["segments"]:
        return instant(said["segments"][0]["start"]) >= signed_at
    on = day(said["on"])
    return on is not None and on > (signed_at - timedelta(hours=10)).date()


def _tells_more(old: Raw, new: Raw) -> bool:
    """Whether new content speaks of seconds, or of a day, that the old one did not speak of."""
    if old["segments"] and new["segments"]:
        told = {second for start, end, _ in spans_of(old) for second in range(start, end)}
        return any(second not in told for start, end, _ in spans_of(new) for second in range(start, end))
    return new["seconds"] > old["seconds"] or not days_of(new) <= days_of(old)


def days_of(said: Raw) -> set[str]:
    """The local days that a fact speaks of."""
    return {segment["on"] for segment in said["segments"] or ()} or {said["on"]}


def _happened(stand: Stand, fact: Raw) -> None:
    match fact["topic"]:
        case "time_corrected":
            if _tells_more(stand.said, fact):
                stand.recorded_at = fact["recorded_at"]
            stand.said, stand.was_corrected = fact, True
        case "time_addended":
            stand.has_late_reason = stand.has_late_reason or fact["kind"] == "late_reason"
        case "time_disputed":
            stand.is_disputed = True
        case "dispute_settled":
            stand.is_disputed = False


def _once(into: list[Any], what: Any) -> None:
    if what not in into:
        into.append(what)
