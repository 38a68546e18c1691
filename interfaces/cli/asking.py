"""What every command on an open ledger shares: opening it as the options say, and asking to read before showing.

Promise: nothing about a patient is shown before the ledger has recorded who reads it, and why; a read that is not
allowed is refused with its code and exit code 1.
"""

from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, get_args

from interfaces import bootstrap
from interfaces.cli.screen import Screen, steps
from interfaces.cli.usage import ReadRefused, WrongUsage, a_ledger_is_named

if TYPE_CHECKING:
    from datetime import date, datetime

    from ledger.store.engine import StoredReadModels
    from ledger.streams.access import Question
    from ledger.terms.outcome import Refused

REFUSED: Final = 1


@contextmanager
def session_of(args: Namespace, screen: Screen, *, to_verify: bool = False) -> Iterator[bootstrap.Session]:
    """The ledger that the options name, open; the screen says from now on whether it is simulated.

    A program that holds it open already gives the session with the options.
    """
    held: bootstrap.Session | None = getattr(args, "session", None)
    if held is not None:
        screen.simulated(held.simulated)
        yield held
        return
    a_ledger_is_named(args.ledger)
    where = bootstrap.settings(ledger=args.ledger, key_file=args.key_file, actor=args.speaker)
    with bootstrap.opened(where, to_verify=to_verify) as session:
        screen.simulated(session.simulated)
        yield session


def pulled(session: bootstrap.Session, screen: Screen) -> "StoredReadModels":
    """The read models, brought up to the newest fact; with a bar, because the first time may take long."""
    with screen.progress("Bringing the read models up", session.log.refresh()) as bar:
        return session.models(steps(bar))


def ask(
    session: bootstrap.Session,
    args: Namespace,
    question: "Question",
    patients: Sequence[str],
    *,
    month: str | None = None,
    as_of: int | None = None,
    since: int | None = None,
    opened_words: bool = False,
) -> None:
    """Have the read allowed and recorded; ReadRefused where it is not.

    Of patients who were one person with somebody as of these moments, that one's facts are shown too: they are asked
    about with them.
    """
    from commands.access import AS_NAMED, ask_to_read  # noqa: PLC0415 - `--help` must not wait for them
    from ledger.terms.people import Purpose  # noqa: PLC0415

    together = patients if question in AS_NAMED else _shown_with(session, patients, since, as_of)
    refusal = ask_to_read(
        session.handler,
        question,
        tuple(dict.fromkeys(together)),
        purpose=Purpose(args.purpose) if args.purpose else None,
        month=month,
        as_of=as_of,
        opened_words=opened_words,
    )
    if refusal is not None:
        raise ReadRefused(refusal)


def _shown_with(session: bootstrap.Session, patients: Sequence[str], *positions: int | None) -> Iterator[str]:
    """The patients, each with all who were one person with them as known at these positions."""
    from ledger.terms.identity import patient_tag  # noqa: PLC0415 - loaded by now
    from projections.two_patients import one_person  # noqa: PLC0415

    moments = [position for position in positions if position is not None]
    for patient in patients:
        was_merged = moments and session.handler.state(patient_tag(patient)).merges
        yield from one_person(session.log, patient, *moments) if was_merged else (patient,)


def of_others_too(
    session: bootstrap.Session, screen: Screen, patients: Sequence[str], *positions: int | None
) -> frozenset[str]:
    """Who of a list was, as known at these positions, one person with somebody whom the reader may not read about.

    They are left out of the list, and it is said how many: one merge that was wrong must not close a practice's list.
    """
    from commands.access import may_read  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.cli.wording import counted  # noqa: PLC0415

    groups = {each: tuple(_shown_with(session, [each], *positions)) for each in dict.fromkeys(patients)}
    # Of somebody who was merged with nobody `ask` decides, and records what it decides.
    found = frozenset(each for each, group in groups.items() if len(group) > 1 and not may_read(session.handler, group))
    if found:
        told = f"Left out: {counted(len(found), 'patient')}, merged as of then with somebody"
        screen.say(f"{told} whom the reader may not read about.")
    return found


def of_others_then(
    session: bootstrap.Session, args: Namespace, screen: Screen, patients: Sequence[str], position: int
) -> frozenset[str]:
    """The same where a list is asked as of an earlier moment; as of now `ask` decides about each patient."""
    return of_others_too(session, screen, patients, position) if args.as_of else frozenset()


def ask_about(session: bootstrap.Session, args: Namespace, question: "Question", patient: str, **about: object) -> None:
    """The same for one patient, who must be known to this ledger."""
    from ledger.terms.identity import patient_tag  # noqa: PLC0415
    from ledger.terms.refusals import refused  # noqa: PLC0415

    if not session.handler.state(patient_tag(patient)).is_registered:
        raise ReadRefused(refused("no_such_patient", happened="This ledger has no patient with this id."))
    ask(session, args, question, (patient,), **about)  # type: ignore[arg-type]


def list_of_practice(session: bootstrap.Session, args: Namespace, screen: Screen, question: "Question") -> None:
    """Have `args.practice` be the practice whose patients are listed: the one named, or the reader's own one.

    ReadRefused, once, where the reader may not read that practice, or may read several and named none.
    """
    from commands.access import practice_to_list  # noqa: PLC0415 - `--help` must not wait for them
    from ledger.terms.outcome import Refused  # noqa: PLC0415

    there_are = [tag.partition("/")[2] for tag in session.log.tags_starting("practice/")]
    practice = practice_to_list(session.handler, question, args.practice, there_are=there_are)
    if isinstance(practice, Refused):
        raise ReadRefused(practice)
    if practice != args.practice and not getattr(args, "csv", False):
        screen.say(f"Of practice {practice} alone: the reader may read about no other.")
    args.practice = practice


def known_only(session: bootstrap.Session, args: Namespace) -> None:
    """Refuse a patient, practice or staff member whom this ledger lacks: an empty answer would be read as one."""
    from ledger.terms.identity import patient_tag, practice_tag, staff_tag  # noqa: PLC0415 - loaded by now
    from ledger.terms.refusals import refused  # noqa: PLC0415

    for name, tag, code, what in (
        ("patient", patient_tag, "no_such_patient", "patient"),
        ("practice", practice_tag, "no_such_practice", "practice"),
        ("actor", staff_tag, "no_such_staff", "staff member"),
    ):
        given = getattr(args, name, None)
        if given and given != "program" and not session.handler.state(tag(given)).is_registered:
            raise ReadRefused(refused(code, happened=f"This ledger has no {what} with this id."))


def action_known(word: str | None) -> None:
    """A word that no command and no fact has finds nothing, and nothing found would be read as nothing done."""
    from commands.catalog import CATALOG  # noqa: PLC0415 - `--help` must not wait for them
    from ledger.streams.access import Question  # noqa: PLC0415
    from ledger.streams.upcast import EVENTS  # noqa: PLC0415

    questions = {f"read_{question}" for question in get_args(Question)}
    if word is not None and word not in {"init", *CATALOG, *EVENTS, *questions}:
        raise WrongUsage(
            "--action names no command and no fact that this program knows.",
            "`ccm-ledger schema commands` and `ccm-ledger schema events` list them.",
        )


def as_of(args: Namespace) -> "int | datetime | None":
    """What `--as-of` names: a position, an instant, or now."""
    from datetime import datetime  # noqa: PLC0415 - loaded by now

    given: str | None = args.as_of
    if given is None:
        return None
    return int(given) if given.isdigit() else datetime.fromisoformat(given)


def known_at(session: bootstrap.Session, args: Namespace) -> int:
    """The position that `--as-of` means: nothing that was recorded behind it may be shown."""
    from projections.moments import position_of  # noqa: PLC0415 - `--help` must not wait for it

    return position_of(session.log, as_of(args))


def moment_at(session: bootstrap.Session, position: int | None) -> "datetime":
    """When a position was recorded; without one, now."""
    facts = session.log.facts_at([position]) if position is not None else ()
    return facts[-1].recorded_at if facts else session.handler.now()


def judged_at(session: bootstrap.Session, args: Namespace) -> int:
    """The same for what is judged; WrongUsage where the ledger had no rules by then."""
    position = known_at(session, args)
    rules_known(session, position)
    return position


def rules_known(session: bootstrap.Session, position: int) -> None:
    """WrongUsage where the ledger had adopted no rulebook by a position."""
    if position < session.handler.governance().adoptions[0].position:
        raise WrongUsage("The ledger had no rules to judge by then.", "Ask as of a later position or instant.")


def today_in(session: bootstrap.Session, now: "datetime") -> "Callable[[str | None], date]":
    """The day that it is at an instant in a time zone; where none is named or known, in UTC."""
    from datetime import UTC  # noqa: PLC0415 - loaded by now

    def day(zone: str | None) -> "date":
        return now.astimezone((session.zones.zone(zone) if zone is not None else None) or UTC).date()

    return day


def told(screen: Screen, refusal: "Refused") -> int:
    """Show a refusal on standard error, in words or in JSON; the exit code."""
    from commands.answer import refusal_json  # noqa: PLC0415 - `--help` must not wait for it

    if screen.as_json:
        screen.note_json({"refusal": refusal_json(refusal)})
    else:
        facts = f" It rests on {', '.join(f'#{at}' for at in refusal.facts)}." if refusal.facts else ""
        screen.note(f"{refusal.happened} ({refusal.code}: {refusal.because}) {refusal.remedy}{facts}")
    return REFUSED
