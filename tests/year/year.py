"""A simulated year of the company: who speaks when, what the company remembers of it, and the days as they go by.

Every line goes through the real handler into a real ledger, and the invariants are looked at after each group of lines.
The same seed makes the same year, but for the ids that the ledger draws.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, ClassVar, Final

from commands.answer import Answer
from commands.wire import Delivery
from ledger.judging.shapes import Verdict
from tests.house import House
from tests.year.company import Client, Company, admit, consent_of, furnish, plan_of
from tests.year.invariants import Watch

ACTIVITIES: Final = ("phone_call", "medication_reconciliation", "chart_review", "care_plan_update", "results_review")
BEGINS: Final = date(2026, 1, 5)
ENDS: Final = date(2026, 12, 31)


@dataclass
class Kept:
    """An entry as the company remembers it: what was sent, and where the ledger put it."""

    entry: str
    client: Client
    data: dict[str, Any]
    performer: str
    month: str
    """A month that it touches."""
    stands: bool = True


@dataclass
class Door(House):
    """The house, watched: every answer is looked at before anybody hears of it."""

    watch: Watch | None = None
    outcomes: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def send_lines(self, *lines: bytes) -> list[Answer]:
        """The answers to lines that arrive together, once the invariants hold."""
        deliveries = [self.handler.read(line) for line in lines]
        answers = self.handler.handle(deliveries)
        for delivery, answer in zip(deliveries, answers, strict=True):
            name = delivery.command.NAME if isinstance(delivery, Delivery) else "unreadable"
            self.outcomes[name, answer.outcome, answer.refusal.code if answer.refusal else ""] += 1
        if self.watch is not None:
            self.watch.after(answers)
        return answers


class Year:
    """One year under way."""

    WATCH: ClassVar[type[Watch]] = Watch

    def __init__(self, it: House, seed: int, clients: int, *, is_one_by_one: bool = False) -> None:
        self.is_one_by_one = is_one_by_one
        """Whether a day's ordinary work comes line by line, or in one group."""
        self.dice = Random(seed)
        self.watch = self.WATCH(it.handler, seed)
        self.it = Door(it.log, it.handler, "2025-12-01T12:00:00Z", it.ids, it.count, watch=self.watch)
        self.now = datetime(2025, 12, 1, 12, tzinfo=UTC)
        self.size = clients
        self.entries: list[Kept] = []
        self.late: list[tuple[date, Callable[[], Any]]] = []
        """What somebody will say only on a later day."""
        self.happened: Counter[str] = Counter()
        self.turns: Counter[str] = Counter()
        self.left: set[str] = set()
        """Who works here no more."""
        self.company: Company = furnish(self.it)
        for number in range(clients):
            self.tick()
            self.enrol(admit(self.company, number, self.dice))

    def turn(self, name: str) -> float:
        """A number from 0 to 1 that says how something goes this time: its turns spread over all of them evenly."""
        self.turns[name] += 1
        return self.turns[name] * 0.618_034 % 1

    # --- speaking ----------------------------------------------------------------------------------------------

    def tick(self, seconds: int = 11) -> None:
        """Time goes on a little."""
        self.now += timedelta(seconds=seconds)
        self.it.clock = self.now.isoformat()

    def until(self, moment: datetime) -> None:
        """Time goes on to a moment, unless it is past already."""
        self.now = max(self.now, moment)
        self.it.clock = self.now.isoformat()

    def say(self, command: str, data: Mapping[str, Any], actor: str | None = None, **head: Any) -> Answer:
        """Somebody says something; whatever comes of it."""
        self.tick()
        return self.it.send(command, data, actor=actor, **head)

    def told(self, command: str, data: Mapping[str, Any], actor: str | None = None, **head: Any) -> dict[str, str]:
        """Somebody says something that must be accepted; answers the ids that came of it."""
        self.tick()
        return dict(self.it.accepted(command, data, actor=actor, **head).ids)

    def done(self, command: str, data: Mapping[str, Any], actor: str) -> None:
        """Somebody does something that may be done already: of a patient with two charts, under the other name."""
        answer = self.say(command, data, actor)
        assert answer.outcome in ("accepted", "unchanged"), (command, answer)

    def refused(self, code: str, command: str, data: Mapping[str, Any], actor: str | None = None, **head: Any) -> None:
        """Somebody says something that must be refused."""
        answer = self.say(command, data, actor, **head)
        assert answer.refusal is not None, (command, answer)
        assert answer.refusal.code == code, (command, answer.refusal)

    # --- clients -----------------------------------------------------------------------------------------------

    def enrol(self, client: Client) -> None:
        """Consent, a signed plan with its copy, and a billing practitioner from January on."""
        who, doctor = {"patient": client.id}, client.doctor
        at = self.now - timedelta(minutes=30)
        consent = consent_of(self.company, client, at)
        client.consents.append(self.told("record_consent", consent, client.nurses[0])["consent"])
        self.told("revise_care_plan", plan_of(self.company, client, at), doctor)
        self.told("sign_care_plan", who | {"revision": 1}, doctor)
        copy = {"revision": 1, "given_at": at.isoformat(), "given_to": "patient", "channel": "paper"}
        self.told("record_plan_copy", who | copy, client.nurses[0])
        designation = {"programme": "CCM", "side": "practitioner", "from_month": "2026-01"}
        named = {"practitioner": self.it.ids[doctor]}
        client.designation = self.told("designate_practitioner", who | designation | named, doctor)["designation"]

    def somebody(self) -> Client:
        """A client whom the nurses work for, of whom no death is on record, and whose doctor is there."""
        found = [c for c in self.company.clients if c.is_busy and c.doctor not in self.left]
        return self.dice.choice([c for c in found if not self.died(c, self.now.date())])

    def died(self, client: Client, by: date) -> bool:
        """Whether a death is on record, under any name of the client, of a day before this one."""
        died_on = self.watch.seconds.died_on(client.id)
        return died_on is not None and died_on < by

    def may_sign(self, client: Client, verdict: Verdict) -> bool:
        """Whether the client's doctor is there, bills the month, and has something to sign."""
        bills = client.doctor not in self.left and verdict.practitioner == self.it.ids[client.doctor]
        return bills and any(result.is_available for result in verdict.families)

    def some_entry(self, wanted: Callable[[Kept], bool] = lambda kept: True) -> Kept | None:
        """An entry that stands, one of the newest few hundred."""
        found = [kept for kept in self.entries[-600:] if kept.stands and kept.client.is_busy and wanted(kept)]
        return self.dice.choice(found) if found else None

    # --- time --------------------------------------------------------------------------------------------------

    def work(self, client: Client, performer: str, start: datetime, minutes: int, **changes: Any) -> dict[str, Any]:
        """What an entry says: work of so many minutes, and some seconds, that somebody did for a client."""
        end = start + timedelta(minutes=minutes, seconds=self.dice.choice((0, 0, 17, 41)))
        contact = {"with_whom": "patient", "two_way": True, "channel": "phone", "outcome": "reached"}
        whole: dict[str, Any] = {
            "patient": client.id,
            "performer": self.it.ids[performer],
            "start": start.isoformat(),
            "end": end.isoformat(),
            "activity": self.dice.choice(ACTIVITIES),
            "description": "What was done, in words.",
            "contact": contact if self.dice.random() < 0.5 else None,
        }
        return {name: value for name, value in (whole | changes).items() if value is not None}

    def log(self, client: Client, performer: str, data: dict[str, Any], **head: Any) -> Kept:
        """The entry, told by whoever did the work unless somebody else is named."""
        self.tick()
        answer = self.it.accepted("log_time", data, actor=head.pop("actor", performer), **head)
        return self.keep(client, performer, data, answer)

    def log_together(self, works: Sequence[tuple[Client, str, dict[str, Any]]]) -> list[Kept]:
        """Entries that come in one group of lines."""
        self.tick()
        lines = [self.it.line("log_time", data, actor=performer) for _, performer, data in works]
        answers = self.it.send_lines(*lines)
        assert {answer.outcome for answer in answers} == {"accepted"}, [a for a in answers if a.outcome != "accepted"]
        return [self.keep(*work, answer) for work, answer in zip(works, answers, strict=True)]

    def keep(self, client: Client, performer: str, data: dict[str, Any], answer: Answer) -> Kept:
        """Remember an entry that the ledger took: of a patient who was merged, about the one who goes on."""
        event: Any = self.it.log.facts_at(answer.positions)[0].event
        about = client if event.patient == client.id else next(c for c in self.company.clients if c.id == event.patient)
        kept = Kept(dict(answer.ids)["entry"], about, data | {"patient": about.id}, performer, event.months()[0])
        self.entries.append(kept)
        return kept

    def naming(self, kept: Kept) -> dict[str, str]:
        """How a command names an entry."""
        return {"patient": kept.client.id, "month": kept.month, "entry": kept.entry}

    def said_anew(self, kept: Kept, **changes: Any) -> dict[str, Any]:
        """The whole entry again, with changes: what corrections and moves bring."""
        return kept.data | {"patient": kept.client.id} | changes

    def correct(self, kept: Kept, reason: str = "Wrong.", **changes: Any) -> Answer:
        """Its performer corrects an entry."""
        data = self.said_anew(kept, **changes)
        answer = self.say("correct_time", data | self.naming(kept) | {"reason": reason}, kept.performer)
        if answer.outcome == "accepted":
            event: Any = self.it.log.facts_at(answer.positions)[0].event
            kept.data, kept.month = data, event.months()[0]
        return answer

    def counted(self, kept: Kept) -> int:
        """The seconds of an entry that count in its month."""
        return sum(line.counted for line in self.verdict(kept.client, kept.month).lines if line.entry == kept.entry)

    def verdict(self, client: Client, month: str) -> Verdict:
        """The month as everybody sees it."""
        return self.watch.verdict(client.id, month)


def month_before(on: date) -> str:
    """The month before that of a day."""
    last = on.replace(day=1) - timedelta(days=1)
    return f"{last.year:04d}-{last.month:02d}"


def between(kept: Kept) -> tuple[datetime, datetime]:
    """Start and end of an entry with clock times, as it was sent last."""
    return datetime.fromisoformat(kept.data["start"]), datetime.fromisoformat(kept.data["end"])


def is_timed(kept: Kept) -> bool:
    """Whether an entry has clock times."""
    return "start" in kept.data
