"""`audit`: every fact of the ledger, by who, what and when, as of now or as known then."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.clocks import bounds, clock_options, happened_text
from interfaces.cli.screen import Screen
from interfaces.cli.usage import (
    Commands,
    Parser,
    as_of_option,
    count,
    patient_id,
    position,
    practice_id,
    source_name,
    staff_or_program,
)

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from projections.questions import AuditEntry, AuditPage

_COLUMNS: Final = ("position", "recorded", "happened", "source wrote", "actor", "capacity", "what", "outcome", "about")


def add(commands: Commands, shared: Parser) -> None:
    """Declare the command."""
    audit = commands.add_parser(
        "audit", parents=[shared], help="search the audit trail", description="Every fact that matches, oldest first."
    )
    audit.add_argument("--actor", metavar="STAFF", type=staff_or_program, help="what this staff member or program did")
    audit.add_argument("--patient", metavar="PATIENT", type=patient_id, help="about this patient")
    audit.add_argument("--practice", metavar="P", type=practice_id, help="about this practice or one of its patients")
    audit.add_argument("--action", metavar="WORD", help="a command or a fact, such as log_time or month_attested")
    audit.add_argument("--outcome", choices=("recorded", "refused", "parked"))
    audit.add_argument("--source", metavar="SYSTEM", type=source_name, help="delivered by this system")
    clock_options(audit)
    as_of_option(audit)
    audit.add_argument("--limit", metavar="N", type=count, default=100, help="at most so many facts (100)")
    audit.add_argument("--after", metavar="POSITION", type=position, default=0, help="go on behind this one")
    audit.set_defaults(run=run_audit)


def run_audit(args: Namespace, screen: Screen) -> int:
    """Search the trail, record the reads of the patients found, then show the page."""
    from interfaces.cli.asking import (  # noqa: PLC0415 - not needed for --help
        action_known,
        as_of,
        ask,
        known_only,
        list_of_practice,
        pulled,
        session_of,
    )
    from projections.questions import audit  # noqa: PLC0415

    action_known(args.action)
    since, until = bounds(args)
    with session_of(args, screen) as session:
        known_only(session, args)
        if not args.patient:
            list_of_practice(session, args, screen, "audit")
        page = audit(
            session.log,
            pulled(session, screen),
            actor=args.actor,
            patient=args.patient,
            action=args.action,
            outcome=args.outcome,
            practice=args.practice,
            source=args.source,
            since=since,
            until=until,
            clock=args.clock,
            after=args.after,
            as_of=as_of(args),
            limit=args.limit,
        )
        if args.practice and not args.patient:
            page = _readable(session, screen, page)
        about = [(entry, _about(session, entry, args.patient)) for entry in page.entries]
        found = [patient for _, patients in about for patient in patients]
        ask(session, args, "audit", found or ([args.patient] if args.patient else []), as_of=page.position)
        _show(screen, page, about)
    return 0


def _about(session: "Session", entry: "AuditEntry", patient: str | None) -> tuple[str, ...]:
    """Whom a fact is told to be about: the patient who was asked for, or both of two whom the reader may read about."""
    from commands.access import may_read  # noqa: PLC0415 - loaded by now
    from projections.happened import patients_of  # noqa: PLC0415
    from projections.two_patients import TOLD  # noqa: PLC0415

    event, own = entry.line.event, entry.row.patient
    if patient is None and event is not None and event.TOPIC in TOLD:
        return tuple(each for each in patients_of(event) if each == own or may_read(session.handler, [each]))
    return (own,) if own else ()


def _readable(session: "Session", screen: Screen, page: "AuditPage") -> "AuditPage":
    """Without the facts that name the practice and are about patients of others, whom the reader may not read about.

    A fact about two patients is told as it stands in the record of the one whom the reader may read about.
    """
    from commands.access import may_read  # noqa: PLC0415 - loaded by now
    from interfaces.cli.wording import counted  # noqa: PLC0415
    from projections.happened import patients_of  # noqa: PLC0415
    from projections.questions import in_record_of  # noqa: PLC0415

    kept = []
    for entry in page.entries:
        event, patient = entry.line.event, entry.row.patient
        if patient is None or may_read(session.handler, [patient]):
            kept.append(entry)
            continue
        others = patients_of(event) if event is not None else ()
        readable = next((each for each in others if may_read(session.handler, [each])), None)
        kept += [in_record_of(session.log, entry, readable, page.position)] if readable else []
    if left := len(page.entries) - len(kept):
        screen.say(f"{counted(left, 'fact')} about patients whom the reader may not read about: left out.")
    return page._replace(entries=tuple(kept))


def _show(screen: Screen, page: "AuditPage", about: "list[tuple[AuditEntry, tuple[str, ...]]]") -> None:
    from interfaces.cli.wording import counted  # noqa: PLC0415 - loaded by now
    from interfaces.cli.wording import moment as shown_moment  # noqa: PLC0415

    entries = [{**_entry_json(entry), "about": list(patients)} for entry, patients in about]
    screen.answer({"as_of": page.position, "facts": entries, "next_after": page.next_after})
    screen.say(f"Searched up to position {page.position}: {counted(len(page.entries), 'fact')}.")
    if page.entries:
        rows = [
            (
                str(entry.row.position),
                shown_moment(entry.row.recorded_at),
                happened_text(entry.line),
                shown_moment(entry.row.source_recorded_at) if entry.row.source_recorded_at else "-",
                entry.row.actor,
                entry.row.capacity or "-",
                entry.line.what,
                _outcome(entry),
                ", ".join(patients) or entry.row.staff or "-",
            )
            for entry, patients in about
        ]
        screen.table(_COLUMNS, rows, right=(0,))
    if page.next_after is not None:
        screen.say(f"There are more: --after {page.next_after}.")


def _outcome(entry: "AuditEntry") -> str:
    times = f" x{entry.times}" if entry.times is not None else ""
    return entry.row.outcome + (f" {entry.row.code}{times}" if entry.row.code else "")


def _entry_json(entry: "AuditEntry") -> dict[str, Any]:
    from interfaces.plain import plain  # noqa: PLC0415 - loaded by now

    line = entry.line
    clocks = {"happened": plain(line.happened), "has_date": line.has_date, "lateness": plain(line.lateness)}
    by = {"is_person": line.who.is_person, "asserted_by": line.who.asserted_by}
    return {**plain(entry.row), "times": entry.times, "what": line.what, **clocks, **by}
