"""Reads of patient data: who may look, and the fact that somebody did.

Promise: nothing about a patient is shown before the access fact is durable; a list is one fact per twelve patients
under one correlation. A read is allowed in the reader's own practice, and anywhere to compliance and auditors;
anything else is refused and the refusal recorded (readings, section 2). What a role does not open, an elevation of the
reader may for some hours (section 8), to the reader's own logins and to no key; each read that rests on one says so.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import groupby
from typing import Final, Literal, NamedTuple, get_args

from commands import authority
from commands.by_key import closed_to
from commands.handle import Handler
from commands.opening import PROGRAM
from ledger.streams.access import AttemptDenied, CommandRefused, Question, RecordRead
from ledger.streams.base import Envelope, Event, Proposal, Source, Vouched
from ledger.streams.elevations import Elevation, Elevations
from ledger.streams.governance import Governance
from ledger.streams.joining import StateOf, group_of, practices_of
from ledger.terms.api_keys import key_of_login
from ledger.terms.identity import LEDGER_TAG, elevated_tag, staff_tag
from ledger.terms.outcome import Refused
from ledger.terms.people import USUAL_PURPOSE, Purpose, Role
from ledger.terms.refusals import refused

PATIENTS_A_FACT: Final = 12
OfSource = Literal["deliveries", "parked"]
"""Questions that a source may ask about what it delivered itself, naming itself, and of no patient."""
OF_SOURCES: Final[tuple[OfSource, ...]] = get_args(OfSource)
AS_NAMED: Final = ("history", "audit", "find", "parked", "feed")
"""Questions that show of a patient who was merged what stands in the own streams."""


def reader_of(handler: Handler, login: str | None = None) -> str | Refused:
    """The staff member who reads: the one named, where the login (or a simulation) vouches for it.

    `login` is who asks, where one program asks for many; without it the handler's own, for whom alone a reader may be
    named. A key that was revoked or has expired reads nothing.
    """
    governance: Governance = handler.state(LEDGER_TAG)
    if closed := closed_to(governance, login or handler.login, None if governance.simulated else handler.now()):
        return closed
    own = governance.staff_of(login or handler.login)
    actor = own if login else handler.default_actor or own
    if actor is None:
        return refused(
            "login_not_bound",
            happened="The login of this session speaks for no staff member, and no source reads records.",
        )
    if actor != own and not governance.simulated:
        return refused("login_not_bound", happened="The login of this session does not speak for the reader named.")
    if not handler.state(staff_tag(actor)).is_registered:
        return refused("actor_unknown", happened="The reader named is not known to this ledger.")
    return actor


def may_read(handler: Handler, patients: Sequence[str], login: str | None = None) -> bool:
    """Whether the reader may read about all of these patients: for a list that is offered and that nobody asked for."""
    reader = reader_of(handler, login)
    if isinstance(reader, Refused):
        return False
    roles = _roles(handler, reader, patients, login=login)
    return all(may.role for may in roles.values())


def may_read_practice(handler: Handler, practice: str, login: str | None = None) -> bool:
    """Whether the reader may read about the patients of a practice."""
    reader = reader_of(handler, login)
    if isinstance(reader, Refused):
        return False
    within = practices_of_key(handler, login)
    reached = _practices_reached(handler, reader, within)
    return reached is None or practice in reached or _is_elevated_to(handler, reader, practice, login)


def practices_of_key(handler: Handler, login: str | None = None) -> frozenset[str] | None:
    """The practices that whoever asks is confined to, being a key that was issued for them; None: not confined."""
    governance: Governance = handler.state(LEDGER_TAG)
    key = governance.api_keys.of_login(login or handler.login)
    return key.practices if key is not None else None


def ask_to_read(
    handler: Handler,
    question: Question,
    patients: Sequence[str],
    *,
    purpose: Purpose | None = None,
    month: str | None = None,
    as_of: int | None = None,
    opened_words: bool = False,
    login: str | None = None,
) -> Refused | None:
    """Authorise a read and record it; None where it may go on, the refusal otherwise.

    What is shown of a patient who was merged is shown of the whole group, and so is the read recorded.
    """
    reader = reader_of(handler, login)
    if isinstance(reader, Refused):
        return reader
    on = handler.now().date()
    state = cache(handler.state)
    if question not in AS_NAMED:
        patients = tuple(dict.fromkeys(each for patient in patients for each in group_of(patient, state)))
    roles = _roles(handler, reader, patients, state, login=login)
    if not all(may.role for may in roles.values()):
        closed = [patient for patient in patients if roles[patient].role is None]
        _record_refusal(handler, reader, question, closed or [reader], login)
        return refused(
            "not_in_this_practice", happened="The reader holds no role in the practice of a patient that was asked for."
        )
    events: list[Event] = [
        RecordRead(
            reader=reader,
            on=on,
            question=question,
            patients=tuple(group),
            month=month,
            as_of=as_of,
            opened_words=opened_words,
            elevation=elevation,
        )
        for elevation, group in _together(patients, roles)
    ]
    role = roles[patients[-1] if patients else None].role
    # One list is one read, however many facts tell of it.
    together = handler.log.token("#correlation", handler.new_id("rd")) if len(events) > 1 else None
    asked = (reader, role, purpose, question, login)
    handler.log.append([_proposal(handler, (event,), *asked, correlation=together) for event in events])
    return None


def ask_to_find(
    handler: Handler,
    patients: Sequence[str],
    of_nobody: int,
    *,
    purpose: Purpose | None = None,
    as_of: int | None = None,
    login: str | None = None,
) -> frozenset[str] | Refused:
    """Record a lookup by identifiers; those whom the reader may not read about, and who are told as unknown.

    `patients` are those to whom identifiers led, one for each, and `of_nobody` is how many others there were. Each of
    those, and each that leads to somebody who is told as unknown, is one fact, up to twelve, so that not even the next
    position says which of them it was. Refused, whomever it is about, where the reader reads nothing.
    """
    reader = reader_of(handler, login)
    if isinstance(reader, Refused):
        return reader
    roles = _roles(handler, reader, patients, login=login)
    shown = [patient for patient in dict.fromkeys(patients) if roles[patient].role is not None]
    closed = [patient for patient in dict.fromkeys(patients) if roles[patient].role is None]
    if roles[None].role is None or _practices_reached(handler, reader, practices_of_key(handler, login)) is None:
        # Nothing is hidden from whoever reads everywhere, nor shown to whoever reads nothing.
        return ask_to_read(handler, "find", shown, purpose=purpose, as_of=as_of, login=login) or frozenset(closed)
    refusal = ask_to_read(handler, "find", shown, purpose=purpose, as_of=as_of, login=login) if shown else None
    if refusal is not None:
        return refusal
    on, role = handler.now().date(), roles[None].role
    denied: list[Event] = [
        AttemptDenied(
            login=login or handler.login, operation="read_find", code="not_in_this_practice", on=on, patient=patient
        )
        for patient in closed[:PATIENTS_A_FACT]
    ]
    blank = RecordRead(reader=reader, on=on, question="find", patients=(), as_of=as_of)
    as_unknown = of_nobody + sum(roles[patient].role is None for patient in patients)
    facts = max(min(as_unknown, PATIENTS_A_FACT), 0 if shown else 1)
    events = [*denied, *[blank] * (facts - len(denied))]
    handler.log.append([_proposal(handler, (event,), reader, role, purpose, "find", login) for event in events])
    return frozenset(closed)


def ask_about_source(
    handler: Handler,
    question: OfSource,
    source: str,
    patients: Sequence[str] = (),
    *,
    purpose: Purpose | None = None,
    as_of: int | None = None,
) -> Refused | None:
    """The same about what a source delivered: whoever delivers by its login may ask too, and of no patient.

    In a simulated ledger, where no source has to be registered, any integration may. Refuses: source_unknown.
    """
    governance: Governance = handler.state(LEDGER_TAG)
    registered = governance.source(source)
    if registered is None and not governance.simulated:
        return refused("source_unknown")
    reader, on = reader_of(handler), handler.now().date()
    delivers = governance.delivers(source, handler.login)
    if isinstance(reader, Refused):
        if patients or not delivers or reader.code != "login_not_bound":
            return reader
        reader = PROGRAM  # a key of the source itself, behind which nobody stands
    elif patients or not (delivers or governance.simulated) or not _is_integration(handler, reader, on):
        return ask_to_read(handler, question, patients, purpose=purpose, as_of=as_of)
    event = RecordRead(reader=reader, on=on, question=question, patients=(), as_of=as_of)
    proposal = _proposal(handler, (event,), reader, Role.INTEGRATION, purpose, question, None)
    if reader == PROGRAM:
        of_source = {"vouched": Vouched.SOURCE, "source": Source(system=source)}
        proposal = proposal._replace(envelope=proposal.envelope.model_copy(update=of_source))
    handler.log.append([proposal])
    return None


def _is_integration(handler: Handler, reader: str, on: date) -> bool:
    is_one: bool = handler.state(staff_tag(reader)).holds(Role.INTEGRATION, on)
    return is_one


def practice_to_list(
    handler: Handler, question: Question, practice: str | None, *, there_are: Collection[str], login: str | None = None
) -> str | Refused | None:
    """Of which practice a list is: the one named; the own one of a reader who may read no other; None: of all.

    Refused, and recorded once, about the reader, where the reader's roles do not reach the practice that is named, or
    reach several of those that `there_are`, not all, and none is named. Whoever may read nowhere is left to
    `ask_to_read`.
    """
    reader = reader_of(handler, login)
    if isinstance(reader, Refused):
        return reader
    within = practices_of_key(handler, login)
    reached = _practices_reached(handler, reader, within)
    if reached is None or practice in reached or not reached or (practice is None and reached >= set(there_are)):
        return practice
    if practice is not None and _is_elevated_to(handler, reader, practice, login):
        return practice
    if practice is None and len(reached) == 1:
        return next(iter(reached))
    _record_refusal(handler, reader, question, [reader], login)
    if practice is not None:
        return refused("not_in_this_practice", happened="The reader holds no role in the practice that was asked for.")
    happened = f"All practices were asked for, and the reader's roles reach {len(reached)} of them."
    return refused("not_in_this_practice", happened=happened)._replace(remedy=_NAME_ONE)


_NAME_ONE: Final = "Name one of them with `--practice`, and ask once for each."


def _practices_reached(handler: Handler, reader: str, within: frozenset[str] | None) -> frozenset[str] | None:
    """The practices whose records somebody may read today, of those `within`; None: those of all."""
    staff, on = handler.state(staff_tag(reader)), handler.now().date()
    held = {role.practice for role in staff.roles if role.role in authority.READERS and role.covers(on)}
    if None in held:
        return within
    reached = frozenset(practice for practice in held if practice is not None)
    return reached if within is None else reached & within


def batched_by_twelve(patients: Sequence[str]) -> list[tuple[str, ...]]:
    """The patients in groups of at most twelve: one access fact each."""
    return [tuple(patients[at : at + PATIENTS_A_FACT]) for at in range(0, len(patients), PATIENTS_A_FACT)]


class _May(NamedTuple):
    """The role in which somebody may read about a patient, None: in none; and the elevation that it takes."""

    role: Role | None
    elevation: str | None = None


def _roles(
    handler: Handler,
    reader: str,
    patients: Sequence[str],
    state: StateOf | None = None,
    *,
    login: str | None,
) -> dict[str | None, _May]:
    """How the reader may read about each patient, by a role there or an elevation; under None, any reading role.

    Whoever belongs to none of the practices that a key confines the reader to is not read about.
    """
    within = practices_of_key(handler, login)
    staff, on = handler.state(staff_tag(reader)), handler.now().date()
    state = state or handler.state
    anywhere = authority.reading_role(staff, on=on, practices=within or frozenset())
    found: dict[str | None, _May] = {None: _May(anywhere)}
    for patient in patients:
        practices = practices_of(patient, state, on)
        near = practices if within is None else practices & within
        is_inside = within is None or bool(near)
        role = authority.reading_role(staff, on=on, practices=near) if is_inside else None
        # Whoever holds no reading role any more is not elevated either.
        is_closed = role is None and anywhere is not None
        by = _elevation_for(handler, reader, patient, practices, state, login) if is_closed else None
        found[patient] = _May(role) if by is None else _May(anywhere, by)
    return found


def _elevation_for(
    handler: Handler, reader: str, patient: str, practices: frozenset[str], state: StateOf, login: str | None
) -> str | None:
    """The first running elevation of the reader that opens a patient's record, under whichever id of the patient."""
    running = _elevated(handler, reader, login)
    group = group_of(patient, state) if running else ()
    return next((each.event.elevation for each in running if each.opens(group, practices)), None)


def _is_elevated_to(handler: Handler, reader: str, practice: str, login: str | None) -> bool:
    return any(each.event.practice == practice for each in _elevated(handler, reader, login))


def _elevated(handler: Handler, reader: str, login: str | None) -> tuple[Elevation, ...]:
    """The elevations of a reader that run by the ledger's clock; to a key none are open, whosever it is."""
    if key_of_login(login or handler.login) is not None:
        return ()
    elevations: Elevations = handler.state(elevated_tag(reader))
    return elevations.running(handler.now())


def _together(
    patients: Sequence[str], roles: Mapping[str | None, _May]
) -> Iterator[tuple[str | None, tuple[str, ...]]]:
    """The patients in groups of at most twelve who are read by the same elevation, or by none; one without anybody."""
    for elevation, same in groupby(patients, key=lambda patient: roles[patient].elevation):
        for group in batched_by_twelve(tuple(same)):
            yield elevation, group
    if not patients:
        yield None, ()


def _record_refusal(
    handler: Handler, reader: str, question: Question, subjects: Sequence[str], login: str | None
) -> None:
    """The refusal as a fact about each patient, at most twelve; about the reader, who may read about nobody."""
    day = handler.now().date()
    proposals = []
    for subject in subjects[:PATIENTS_A_FACT]:
        event = CommandRefused(
            subject=subject, command=f"read_{question}", code="not_in_this_practice", because="readings 2", on=day
        )
        once = handler.log.token("#refusal", f"{reader}|not_in_this_practice|{subject}|{day.isoformat()}")
        proposals.append(_proposal(handler, (event,), reader, None, None, question, login)._replace(once=once))
    handler.log.append(proposals)


def _proposal(
    handler: Handler,
    events: tuple[Event, ...],
    reader: str,
    role: Role | None,
    purpose: Purpose | None,
    question: Question,
    login: str | None,
    correlation: str | None = None,
) -> Proposal:
    governance: Governance = handler.state(LEDGER_TAG)
    own = governance.staff_of(login or handler.login)
    envelope = Envelope(
        authenticated_as=login or handler.login,
        actor=reader,
        capacity=role,
        vouched=Vouched.LOGIN if reader == own else Vouched.SIMULATION,
        correlation=correlation,
        command=f"read_{question}",
        purpose=purpose or (USUAL_PURPOSE[role] if role else None),
    )
    return Proposal(events, envelope, (), clock=handler.now() if governance.simulated else None)
