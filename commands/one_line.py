"""One line decided, step by step: clock, actor, people, capacity, expectations, decider; and what it would append.

Promise: the steps come in the order of the catalogue of refusals, and everything that a step looked at is in the
read set of the append. Nothing is appended here.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from commands import authority, by_key
from commands.answer import Answer
from commands.beside import BesideLog
from commands.catalog import CATALOG, Entry
from commands.deciding import Asked, States
from commands.intents.base import Command
from commands.opening import PROGRAM
from commands.resolving import led_on, resolve, who
from commands.session import Decided, Session, opened_by
from commands.states import FORECAST, Overlay, Written
from commands.wire import Delivery
from ledger.streams.access import CommandRefused
from ledger.streams.base import CommandKey, Envelope, Event, Origin, Part, Proposal, Source, Vouched
from ledger.streams.governance import DeliveryParked, DeliveryWords, Governance
from ledger.streams.joining import practices_of
from ledger.terms.identity import DIRECT, LEDGER_TAG, patient_tag, staff_tag
from ledger.terms.outcome import Accepted, Need, Refused, Unchanged
from ledger.terms.people import Role
from ledger.terms.refusals import is_audited, refused

EXPECTABLE: Final = re.compile(
    r"ledger|(patient|care_plan)/pt_[a-z2-7]{26}|(staff/st|practice/pr)_[a-z2-7]{26}"
    r"|care_month/pt_[a-z2-7]{26}/(19|20)\d{2}-(0[1-9]|1[0-2])|staff_day/st_[a-z2-7]{26}/(19|20)\d{2}-[01]\d-[0-3]\d",
    re.ASCII,
)
"""Streams that a sender may expect something of: only whole names of ours, for they are stored."""


class Deciding:
    """The steps of one line, in order: clock, actor, people, capacity, expectations, decider."""

    def __init__(self, session: Session, line: Delivery, key: CommandKey, overlay: Overlay, before: int) -> None:
        self._session = session
        self._line = line
        self._key = key
        self._overlay = overlay
        self._before = before
        self._login = line.login or session.login
        self._entry: Entry = CATALOG[line.command.NAME]
        self._held: dict[str, Any] = {}
        self._read: dict[str, int] = {}
        self._law = session.law(overlay.get(LEDGER_TAG).state)
        self._now: datetime | None = None
        self._actor = ""
        self._on_behalf_of: str | None = None
        self._capacity: Role | None = None
        self._vouched = Vouched.LOGIN
        self._people: dict[str, str] = {}
        self._has_origin = True
        self.known: Mapping[str, str] = {}
        """Identifiers and numbers that a person resolved by hand for this delivery, by their tokens."""
        self.parked_as: Envelope | None = None
        """The envelope under which the line was parked, where it is being released: it vouches for the actor."""

    def decided(self, index: int) -> Decided:
        """The line decided, as a proposal with its provisional answer."""
        return self.of(index, self.outcome())

    def stopped(self) -> Refused | None:
        """Why whoever hands the line in may not do this, before anything is decided; None where they may."""
        return self._begun() or self._acting() or self._addressed() or self._allowed()

    def of(self, index: int, outcome: Accepted | Unchanged | Refused) -> Decided:
        """An outcome of the line as a proposal with its provisional answer."""
        if isinstance(outcome, Refused) and outcome.waiting_for is not None:
            return self._parked(index, outcome)
        match outcome:
            case Refused():
                answer = Answer(self._line.key, "refused", refusal=outcome)
                fact = self._refusal_fact(outcome)
                # A forecast position is told to nobody either: the line is asked again once the fact is durable.
                rests = max(outcome.facts, default=0) >= FORECAST
                return self._of(index, answer, None, [], fact)._replace(rests_on_group=rests)
            case Unchanged():
                answer = Answer(self._line.key, "unchanged", outcome.positions, outcome.ids, outcome.notices)
                proposal = self.proposal((), outcome="unchanged", positions=outcome.positions, ids=outcome.ids)
                # A forecast position must not be bound to a key; the line is then asked again once it is durable.
                rests = max(outcome.positions, default=0) >= FORECAST
                return self._of(index, answer, proposal, [])._replace(rests_on_group=rests)
            case Accepted():
                return self._accepted(index, outcome)
        raise AssertionError("a decider that needs more is asked again")

    def outcome(self) -> Accepted | Unchanged | Refused:
        """What the rules say of the line, before anything about keys and appends."""
        stopped = self.stopped() or self._expected()
        if stopped is not None:
            return stopped
        assert self._now is not None
        line, session = self._line, self._session
        source = line.head.source
        asked: Asked[Any] = Asked(
            command=line.command,
            people=self._people,
            actor=self._actor,
            capacity=self._capacity,
            now=self._now,
            vouched=self._vouched,
            source_system=source.system if source else None,
            source_row=source.id if source else None,
            source_recorded_at=source.recorded_at if source else None,
            new_id=session.new_id,
            token=session.log.token,
            zones=session.zones,
            # What waited is decided as whoever sent it: what no key does, none does by having a person release it.
            login=self.parked_as.authenticated_as if self.parked_as else self._login,
            position=self._before,
            opened=opened_by(session.log),
            beside=BesideLog(session.log),
            resolved=self.known,
        )
        outcome = self._entry.decide(asked, States(self._held, self._get), self._law)
        assert not isinstance(outcome, Need), "states that can be fetched are never missing"
        if not isinstance(outcome, Accepted):
            return outcome
        key = self._get(LEDGER_TAG).api_keys.of_login(self._login)
        return by_key.facts_outside(key, outcome.events, self._get) or self._sealable(outcome)

    def _sealable(self, outcome: Accepted) -> Accepted | Refused:
        """The outcome, or the refusal of words whose key was destroyed by an erasure. Refuses: words_erased."""
        sealed = [(event, each) for event in outcome.events for each in event.sealing()]
        gone = self._session.log.gone(each.scope for _, each in sealed) if sealed else frozenset[str]()
        if any(each.scope in gone and isinstance(getattr(event, each.field), Part) for event, each in sealed):
            return refused("words_erased")
        # The outside names of a delivery are sealed with its words: where their key is gone they are not kept.
        self._has_origin = not gone
        return outcome

    # -- the steps --------------------------------------------------------------------------------------------------

    def _get(self, tag: str) -> Any:
        if tag not in self._held:
            seq, state = self._overlay.get(tag)
            self._held[tag] = state
            self._read[tag] = seq
        return self._held[tag]

    def _begun(self) -> Refused | None:
        now = self._session.clock_for(self._line, self._get(LEDGER_TAG))
        if isinstance(now, Refused):
            return now
        self._now = now
        return None

    def _acting(self) -> Refused | None:
        """Who acts, and who vouches for that."""
        session, head = self._session, self._line.head
        governance: Governance = self._get(LEDGER_TAG)
        assert self._now is not None
        # The clock of a simulated ledger is its input's: there a key's time is for whoever lets it in.
        if stopped := by_key.closed_to(governance, self._login, None if governance.simulated else self._now):
            return stopped
        login = self.parked_as.authenticated_as if self.parked_as else self._login
        own = governance.staff_of(login)
        usual = self.parked_as.actor if self.parked_as else (own if self._line.login else session.default_actor or own)
        claimed = head.actor.id if head.actor else usual
        if claimed is None:
            return refused("login_not_bound", happened="The login of this session speaks for no staff member.")
        actor = who(claimed, "staff", get=self._get, token=session.log.token, known=self.known)
        is_known = isinstance(actor, str)
        vouched = authority.vouched_for(
            governance,
            login=login,
            actor=actor if isinstance(actor, str) else None,
            source=head.source.system if head.source else None,
            # Until it is known who acts nobody acts: the line can only wait.
            is_act=is_known and self._entry.command.KIND == "act",
            machine=session.machine,
        )
        if isinstance(vouched, Refused):
            return vouched
        self._vouched = vouched
        if isinstance(actor, Refused):
            self._actor = own or PROGRAM
            return actor if actor.waiting_for else refused("actor_unknown")
        self._actor = actor
        self._get(staff_tag(actor))
        if head.actor and head.actor.on_behalf_of is not None:
            behalf = who(head.actor.on_behalf_of, "staff", get=self._get, token=session.log.token, known=self.known)
            if isinstance(behalf, Refused):
                return behalf
            self._on_behalf_of = behalf
        return None

    def _addressed(self) -> Refused | None:
        """Whom the command speaks of."""
        people = resolve(self._line.command, get=self._get, token=self._session.log.token, known=self.known)
        if isinstance(people, Refused):
            return people
        for person in people.values():
            self._get(patient_tag(person) if person.startswith("pt_") else staff_tag(person))
        self._people = led_on(self._line.command, people, get=self._get)
        return None

    def _allowed(self) -> Refused | None:
        """In which capacity the actor may do this, in the practice that it concerns."""
        assert self._now is not None
        key = self._get(LEDGER_TAG).api_keys.of_login(self._login)
        if stopped := by_key.command_outside(key, self._line.command, self._people, self._get):
            return stopped
        capacity = authority.capacity_for(
            self._entry,
            staff=self._get(staff_tag(self._actor)),
            on=self._now.date(),
            practices=self._practices_concerned(),
        )
        if isinstance(capacity, Refused):
            return capacity
        self._capacity = capacity
        return None

    def _practices_concerned(self) -> frozenset[str]:
        """Those of the patient, or the one that the command names."""
        patient = self._people.get("patient")
        if patient is not None:
            return practices_of(patient, self._get)
        named: str | None = getattr(self._line.command, "practice", None)
        return frozenset({named}) if named else frozenset()

    def _expected(self) -> Refused | None:
        for tag, seq in self._line.head.expect.items():
            if not EXPECTABLE.fullmatch(tag):
                return refused("expectation_not_met", happened="The sender expects something of what is no stream.")
            held = self._overlay.get(tag).seq
            if held != seq:
                happened = f"The sender expected a stream to hold {seq} facts; it holds {held}."
                return refused("expectation_not_met", happened=happened)
            self._read.setdefault(tag, seq)
        return None

    # -- what is appended -------------------------------------------------------------------------------------------

    def _accepted(self, index: int, outcome: Accepted) -> Decided:
        proposal = self.proposal(outcome.events, ids=outcome.ids)
        assert self._now is not None
        written = self._overlay.add(outcome.events, self._now, proposal.envelope)
        answer = Answer(self._line.key, "accepted", (), outcome.ids, outcome.notices)
        return self._of(index, answer, proposal, written)

    def _parked(self, index: int, outcome: Refused) -> Decided:
        waiting = outcome.waiting_for
        assert waiting is not None
        source = self._line.head.source.system if self._line.head.source else DIRECT
        event = DeliveryParked(
            delivery=self._session.new_id("dv"),
            source=source,
            command=self._line.command.NAME,
            waits_for=waiting.kind,
            awaited=waiting.token,
            words=DeliveryWords(line=self._line.raw.decode("utf-8")),
        )
        ids = (("delivery", event.delivery),)
        proposal = self.proposal((event,), outcome="parked", ids=ids)
        assert self._now is not None
        written = self._overlay.add((event,), self._now, proposal.envelope)
        answer = Answer(self._line.key, "parked", (), ids, refusal=outcome)
        return self._of(index, answer, proposal, written)

    def _of(
        self,
        index: int,
        answer: Answer,
        proposal: Proposal | None,
        written: list[Written],
        refusal_fact: Proposal | None = None,
    ) -> Decided:
        read = tuple(self._read)
        return Decided(index, answer, proposal, read, written, refusal_fact, self._line.command.NAME, self._actor)

    def proposal(self, events: tuple[Event, ...], **binding: Any) -> Proposal:
        readings = self._law.reading_set()
        return Proposal(
            events=events,
            envelope=self.envelope(readings.digest if readings else None),
            read_set=tuple(self._read.items()),
            key=self._key,
            readings=readings.content if readings else None,
            origin=self._origin() if self._has_origin else None,
            clock=self._now if self._get(LEDGER_TAG).simulated else None,
            **binding,
        )

    def _origin(self) -> Origin:
        """The outside names of the delivery."""
        head = self._line.head
        return Origin(
            key=head.key,
            row=head.source.id if head.source else None,
            version=head.source.version if head.source else None,
            correlation=head.correlation,
            document=document_of(self._line.command),
        )

    def envelope(self, readings: str | None) -> Envelope:
        """The envelope of this line's facts."""
        head, log = self._line.head, self._session.log
        source = head.source
        return Envelope(
            authenticated_as=self._login,
            actor=self._actor,
            capacity=self._capacity,
            on_behalf_of=self._on_behalf_of,
            vouched=self._vouched,
            source=Source(
                system=source.system,
                row=log.token("#row", f"{source.system}\n{source.id}") if source.id else None,
                version=log.token("#version", f"{source.system}\n{source.version}") if source.version else None,
                recorded_at=source.recorded_at,
            )
            if source
            else None,
            correlation=log.token("#correlation", head.correlation) if head.correlation else None,
            command=self._line.command.NAME,
            key=self._key.token,
            read_set=tuple(self._read.items()),
            readings=readings,
            edition=self._law.edition,
        )

    def _refusal_fact(self, refusal: Refused) -> Proposal | None:
        """The refusal as a fact, where an auditor would ask about it: of somebody known, about somebody known."""
        subject = self._people.get("patient") or next(iter(self._people.values()), None)
        if not is_audited(refusal.code) or subject is None or self._now is None or not self._actor:
            return None
        day = self._now.date()
        event = CommandRefused(
            subject=subject,
            command=self._line.command.NAME,
            code=refusal.code,
            because=refusal.because,
            role=self._capacity,
            on=day,
        )
        once = self._session.log.token("#refusal", f"{self._actor}|{refusal.code}|{subject}|{day.isoformat()}")
        simulated = self._get(LEDGER_TAG).simulated
        envelope = self.envelope(None).model_copy(update={"read_set": (), "key": None})
        return Proposal((event,), envelope, (), once=once, clock=self._now if simulated else None)


def document_of(command: Command) -> str | None:
    """The digest of the document that a command brings, or of its evidence."""
    evidence = getattr(command, "evidence", None)
    digest: str | None = getattr(command, "document", None) or getattr(evidence, "digest", None)
    return digest
