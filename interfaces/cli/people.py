"""`find` and `readiness`: whom an identifier leads to, and what each patient still lacks."""

import os
from argparse import Namespace
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, ReadRefused, as_of_option, month, practice_id, standard_input

if TYPE_CHECKING:
    from collections.abc import Iterable

    from interfaces.bootstrap import Session
    from interfaces.cli.lines import Numbered
    from projections.states import States

LINE_BYTES_MAX: Final = 4_096
"""A longer line names nobody."""
_MORE: Final = """\
One identifier a line on standard input: the name of its system and its value, such as `mrn 12345`, or as JSON
{"system":"mrn","value":"12345"}. The answers come in order and repeat no identifier. Arguments would stay in the
history of your shell and in the list of processes, so identifiers are never read from there. The exit code is 1 where
an identifier leads to nobody.
"""


def add(commands: Commands, shared: Parser) -> None:
    """Declare the commands."""
    find = commands.add_parser(
        "find",
        parents=[shared],
        help="ids by identifiers from standard input",
        description="Find patients and staff by identifiers.",
        epilog=_MORE,
    )
    as_of_option(find)
    find.set_defaults(run=run_find)
    readiness = commands.add_parser(
        "readiness",
        parents=[shared],
        help="what each patient still lacks",
        description="What blocks the release of each patient's month: what must be on record before CCM can be billed.",
    )
    readiness.add_argument("--practice", metavar="P", type=practice_id, help="of this practice alone")
    readiness.add_argument("--month", metavar="YYYY-MM", type=month, help="for this month (else the present one)")
    as_of_option(readiness)
    readiness.set_defaults(run=run_readiness)


def run_find(args: Namespace, screen: Screen) -> int:
    """Answer each line with an id, recorded as a read before it is shown."""
    from interfaces.cli.asking import known_at, session_of  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.cli.lines import LineGroups  # noqa: PLC0415
    from projections.states import States  # noqa: PLC0415

    given: Iterable[list[Numbered]] | None = getattr(args, "given", None)
    if given is None:
        descriptor = standard_input()
        if os.isatty(descriptor):
            screen.note("Write one identifier a line, such as: mrn 12345. End with Ctrl-D.")
        given = LineGroups(descriptor, line_bytes_max=LINE_BYTES_MAX)
    answers: list[dict[str, Any]] = []
    with session_of(args, screen) as session:
        known = known_at(session, args)
        states = States(session.log, after=known)
        for group in given:
            found = _told(session, args, [_found(session, states, line) for line in group], known)
            answers += found
            for each in found:
                screen.say(each["id"] or f"{each['outcome'].replace('_', ' ')} (line {each['line']})")
            screen.out.flush()
    screen.answer({"as_of": known, "found": answers})
    return 0 if all(each["outcome"] == "found" for each in answers) else 1


def _told(session: "Session", args: Namespace, found: list[dict[str, Any]], known: int) -> list[dict[str, Any]]:
    """What the reader may be told: whoever is of another practice is as little known as somebody unknown."""
    from commands.access import ask_to_find  # noqa: PLC0415 - loaded by now
    from ledger.terms.outcome import Refused  # noqa: PLC0415
    from ledger.terms.people import Purpose  # noqa: PLC0415

    patients = [each["id"] for each in found if each["kind"] == "patient"]
    of_nobody = sum(each["outcome"] == "not_known" for each in found)
    purpose = Purpose(args.purpose) if args.purpose else None
    closed = ask_to_find(session.handler, patients, of_nobody, purpose=purpose, as_of=known)
    if isinstance(closed, Refused):
        raise ReadRefused(closed)
    unknown = {"outcome": "not_known", "kind": None, "id": None}
    return [each | unknown if each["id"] in closed else each for each in found]


def _found(session: "Session", states: "States", line: "Numbered") -> dict[str, Any]:
    """Whom one line names, as known then: never the line itself."""
    from ledger.streams.joining import survivor_of  # noqa: PLC0415 - loaded by now
    from ledger.terms.identity import identifier_tag  # noqa: PLC0415

    answer: dict[str, Any] = {"line": line.number, "outcome": "unreadable", "kind": None, "id": None}
    named = _named(line.raw)
    if named is None:
        return answer
    found = states.at(identifier_tag(session.log.token(*named))).state
    if found.subject is None:
        return {**answer, "outcome": "not_known"}
    subject = survivor_of(found.subject, lambda tag: states.at(tag).state) if found.kind == "patient" else found.subject
    return {**answer, "outcome": "found", "kind": found.kind, "id": subject}


def _named(raw: bytes | None) -> tuple[str, str] | None:
    """System and value of a line, or None where it is neither form."""
    from pydantic import ValidationError  # noqa: PLC0415 - loaded by now

    from commands.intents.base import OutsideName  # noqa: PLC0415

    try:
        text = (raw or b"").decode().strip()
        if text.startswith("{"):
            name = OutsideName.model_validate_json(text)
        else:
            system, _, value = text.partition(" ")
            name = OutsideName(system=system, value=value.strip())
    except (UnicodeDecodeError, ValidationError):
        return None
    return name.system, name.value


def run_readiness(args: Namespace, screen: Screen) -> int:
    """List the patients with what they lack."""
    from interfaces.cli.asking import (  # noqa: PLC0415 - not needed for --help
        judged_at,
        known_only,
        list_of_practice,
        of_others_then,
        pulled,
        session_of,
    )
    from interfaces.cli.readiness import readiness_rows, show_readiness  # noqa: PLC0415
    from projections.readiness import patients_known  # noqa: PLC0415

    with session_of(args, screen) as session:
        known_only(session, args)
        list_of_practice(session, args, screen, "readiness")
        known = judged_at(session, args)
        patients = patients_known(pulled(session, screen), args.practice, as_of=known)
        closed = of_others_then(session, args, screen, patients, known)
        patients = tuple(each for each in patients if each not in closed)
        rows = readiness_rows(session, args, patients, month=args.month, as_of=known)
        screen.answer({"practice": args.practice, "as_of": known, "patients": rows})
        show_readiness(screen, rows)
    return 0
