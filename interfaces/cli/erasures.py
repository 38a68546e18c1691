"""`erase` and `hold`: words that need not be kept any more are erased by two persons; what is held is not.

One asks, another approves, then the notice period runs; `erase run` begins what is due and destroys the keys, and goes
on where a run was cut. The certificate says what was erased, and is made anew from the ledger at any time.
"""

import json
from argparse import Namespace
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.new_files import is_free, new_file
from interfaces.cli.screen import Screen
from interfaces.cli.usage import (
    Commands,
    Parser,
    WrongUsage,
    erasure_id,
    hold_id,
    instant,
    patient_id,
    year,
)

if TYPE_CHECKING:
    from datetime import datetime

    from interfaces.bootstrap import Session
    from ledger.streams.erasure import Erasure
    from projections.erasures import OfPatient

_GROUNDS: Final = ("retention_over", "patient_request", "court_order")
_REASON: Final = "The reason is read from standard input: it may speak of a person, and arguments are seen by others."
_MORE: Final = f"""\
{_REASON}
Facts are never deleted: an erasure destroys the keys under which words were sealed, so that nobody can read them, and
every proof stays as it was. It is refused while a hold, an open review, a possible overpayment or a dispute stands, and
before the last day of every rule of retention. Years are those in which something happened. --identity takes names,
identifiers and words that belong to no year as well; --all-years names every year of which the record has words.
"""
_HOLDS: Final = ("patient", "hold", "matter", "years", "placed at", "released at")
_ERASURES: Final = ("patient", "erasure", "ground", "years", "identity", "state", "not before", "requested at")


def add(commands: Commands, shared: Parser) -> None:
    """Declare the commands."""
    _add_erase(commands, shared)
    hold = commands.add_parser("hold", parents=[shared], help="keep records from being erased", epilog=_REASON)
    hold.description = "Holds: what is held is not erased, whatever its age."
    inner = hold.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    place = inner.add_parser("place", parents=[shared], help="keep a patient's record, or years of it")
    _patient(place)
    place.add_argument("--matter", metavar="NUMBER", help="the number of the case: capitals and digits")
    place.add_argument("--year", metavar="YYYY", type=year, action="append", default=[], help="this year (else all)")
    place.set_defaults(run=run_said, command="place_hold")
    release = inner.add_parser("release", parents=[shared], help="let go what was held")
    _patient(release)
    release.add_argument("hold", metavar="HOLD", type=hold_id)
    release.set_defaults(run=run_said, command="release_hold")
    _list(inner.add_parser("list", parents=[shared], help="what is held"), run_holds)


def _add_erase(commands: Commands, shared: Parser) -> None:
    erase = commands.add_parser("erase", parents=[shared], help="erase words that need not be kept", epilog=_MORE)
    erase.description = __doc__
    inner = erase.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    request = inner.add_parser("request", parents=[shared], help="ask for an erasure", epilog=_MORE)
    _patient(request)
    request.add_argument("--ground", choices=_GROUNDS, default=_GROUNDS[0], help=f"(default: {_GROUNDS[0]})")
    request.add_argument("--year", metavar="YYYY", type=year, action="append", default=[], help="words of this year")
    request.add_argument("--all-years", action="store_true", help="every year of which the record has words")
    request.add_argument("--identity", action="store_true", help="who the patient is, and words of no year")
    request.add_argument("--of-age-in", metavar="YYYY", type=year, help="of a minor: the year of coming of age")
    request.set_defaults(run=run_said, command="request_erasure")
    for name, told in (
        ("approve", "approve what another person asked for"),
        ("withdraw", "stop one that has not begun"),
    ):
        each = inner.add_parser(name, parents=[shared], help=told)
        _patient(each)
        each.add_argument("erasure", metavar="ERASURE", type=erasure_id)
        each.set_defaults(run=run_said, command=f"{name}_erasure")
    run = inner.add_parser("run", parents=[shared], help="begin what is due, and go on with what was cut")
    run.add_argument("--clock", metavar="INSTANT", type=instant, help="in a simulated ledger: what time it is")
    run.set_defaults(run=run_run)
    proof = inner.add_parser("certificate", parents=[shared], help="the certificate of an erasure that is done")
    _patient(proof, with_clock=False)
    proof.add_argument("erasure", metavar="ERASURE", type=erasure_id)
    proof.add_argument("-o", "--out", metavar="FILE", help="a new file (else standard output)")
    proof.set_defaults(run=run_certificate)
    _list(inner.add_parser("list", parents=[shared], help="what was asked for, and how far it is"), run_erasures)


def _patient(parser: Parser, *, with_clock: bool = True) -> None:
    parser.add_argument("patient", metavar="PATIENT", type=patient_id, help="the patient's opaque id")
    if with_clock:
        parser.add_argument("--clock", metavar="INSTANT", type=instant, help="in a simulated ledger: what time it is")


def _list(parser: Parser, run: Any) -> None:
    parser.add_argument("patient", metavar="PATIENT", type=patient_id, nargs="?", help="of this patient alone")
    parser.add_argument("--open", action="store_true", help="without what is closed")
    parser.set_defaults(run=run)


# --- what a person says ---------------------------------------------------------------------------------------------


def run_said(args: Namespace, screen: Screen) -> int:
    """Place, release, ask, approve or withdraw, through the same door as every command."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - not needed for --help
    from interfaces.cli.saying import clock_given, reason_given, said  # noqa: PLC0415

    reason = reason_given()
    with session_of(args, screen) as session:
        clock_given(args, session)
        code = said(session, screen, args.command, {**_data(args, session), "reason": reason}, args.clock)
        if args.command == "request_erasure" and code == 0:
            _note_empty_years(args, session, screen)
    return code


def _note_empty_years(args: Namespace, session: "Session", screen: Screen) -> None:
    """Say which of the years asked for have no words: nothing of theirs goes, a wrong year may have been named."""
    if empty := sorted(set(args.year) - set(_years_of(session, args.patient))):
        years = ", ".join(map(str, empty))
        screen.note(
            f"The record has no words of {years}: nothing of that is erased. `--all-years` names every year of which it"
            " has words."
        )


def _data(args: Namespace, session: "Session") -> dict[str, Any]:
    data: dict[str, Any] = {"patient": args.patient}
    match args.command:
        case "place_hold":
            return data | {"years": args.year} | ({"matter": args.matter} if args.matter else {})
        case "release_hold":
            return data | {"hold": args.hold}
        case "request_erasure":
            years = _years_of(session, args.patient) if args.all_years else args.year
            of_age = {"of_age_in": args.of_age_in} if args.of_age_in else {}
            return data | {"ground": args.ground, "years": years, "identity": args.identity, **of_age}
    return data | {"erasure": args.erasure}


def _years_of(session: "Session", patient: str) -> list[int]:
    """Every year under whose key words about the patient are sealed, of everybody who is one person with them."""
    from projections.erasures import streams_with_words, years_of_words  # noqa: PLC0415 - not needed for --help
    from projections.two_patients import one_person  # noqa: PLC0415

    group = one_person(session.log, patient)
    return years_of_words(session.log.read_all(streams_with_words(session.log, group)), group)


# --- carried out ----------------------------------------------------------------------------------------------------


def run_run(args: Namespace, screen: Screen) -> int:
    """Carry out every erasure that has begun, or whose notice is over; 1 where one may not begin."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - not needed for --help
    from interfaces.cli.saying import clock_given  # noqa: PLC0415
    from interfaces.cli.wording import counted  # noqa: PLC0415
    from interfaces.erasing import carry_out  # noqa: PLC0415
    from ledger.terms.outcome import Refused  # noqa: PLC0415

    told: list[dict[str, Any]] = []
    with session_of(args, screen) as session:
        now = clock_given(args, session)
        for erasure in _due(session, now):
            done = carry_out(session, erasure, now)
            told.append(_told(erasure, done))
            if isinstance(done, Refused):
                screen.say(f"{erasure.event.erasure}: refused, {done.code}. {done.happened} {done.remedy}")
            else:
                counts = done["done"]
                gone = f"{counted(counts['parts'], 'sealed part')} of {counted(counts['facts'], 'fact')}"
                screen.say(f"{erasure.event.erasure}: done at #{counts['position']}; erased {gone}.")
    screen.answer({"erasures": told})
    if not told:
        screen.say("No erasure is due.")
    return 1 if any(each["refusal"] for each in told) else 0


def _told(erasure: "Erasure", done: Any) -> dict[str, Any]:
    from interfaces.plain import plain  # noqa: PLC0415 - loaded by now
    from ledger.terms.outcome import Refused  # noqa: PLC0415

    is_refused = isinstance(done, Refused)
    named = {"patient": erasure.event.patient, "erasure": erasure.event.erasure}
    return {**named, "done": None if is_refused else done["done"], "refusal": plain(done) if is_refused else None}


def _due(session: "Session", now: "datetime | None") -> "list[Erasure]":
    """What has begun and is not done, and what is approved and not begun, in order of request."""
    from projections.erasures import every  # noqa: PLC0415 - not needed for --help

    today = (now or session.clock.now()).date()
    found = (erasure for each in every(session.log) for erasure in each.erasures)
    due = [
        e for e in found if e.status == "begun" or (e.status == "approved" and e.not_before and e.not_before <= today)
    ]
    return sorted(due, key=lambda each: each.requested.position)


def run_certificate(args: Namespace, screen: Screen) -> int:
    """Write the certificate of an erasure that is done to a new file, or to standard output."""
    from interfaces.cli.asking import ask_about, session_of  # noqa: PLC0415 - not needed for --help
    from interfaces.erasing import certificate_of  # noqa: PLC0415
    from projections.erasures import every  # noqa: PLC0415
    from projections.two_patients import one_person  # noqa: PLC0415

    if args.out:
        is_free(args.out)
    with session_of(args, screen) as session:
        ask_about(session, args, "erasures", args.patient)
        found = (each for who in one_person(session.log, args.patient) for each in every(session.log, who))
        erasure = next((e for each in found for e in each.erasures if e.event.erasure == args.erasure), None)
        if erasure is None or erasure.done is None:
            raise WrongUsage("There is no certificate: no such erasure is done.", "Look at `ccm-ledger erase list`.")
        text = json.dumps(certificate_of(session, erasure), indent=2) + "\n"
    if not args.out:
        screen.out.write(text)
        return 0
    with new_file(args.out, encoding="utf-8") as file:
        file.write(text)
    screen.answer({"file": args.out, "sha256": json.loads(text)["sha256"]})
    screen.say("The certificate is written.")
    return 0


# --- lists ----------------------------------------------------------------------------------------------------------


def run_holds(args: Namespace, screen: Screen) -> int:
    """Record the read, then list the holds."""
    rows = [
        {
            "patient": each.patient,
            "hold": hold.event.hold,
            "matter": hold.event.matter,
            "years": list(hold.event.years),
            "placed_at": hold.position,
            "released_at": hold.released,
        }
        for each in _asked(args, screen)
        for hold in each.holds
        if not args.open or hold.released is None
    ]
    return _show(screen, "holds", _HOLDS, rows)


def run_erasures(args: Namespace, screen: Screen) -> int:
    """Record the read, then list the erasures and how far each has come."""
    rows = [
        {
            "patient": each.patient,
            "erasure": erasure.event.erasure,
            "ground": erasure.event.ground,
            "years": list(erasure.event.years),
            "identity": erasure.event.identity,
            "state": erasure.status,
            "not_before": erasure.not_before.isoformat() if erasure.not_before else None,
            "requested_at": erasure.requested.position,
        }
        for each in _asked(args, screen)
        for erasure in each.erasures
        if not args.open or erasure.is_open
    ]
    return _show(screen, "erasures", _ERASURES, rows)


def _asked(args: Namespace, screen: Screen) -> "list[OfPatient]":
    """The holds and erasures that the reader may see, recorded as read."""
    from commands.access import may_read  # noqa: PLC0415 - not needed for --help
    from interfaces.cli.asking import ask, ask_about, session_of  # noqa: PLC0415
    from projections.erasures import every  # noqa: PLC0415

    with session_of(args, screen) as session:
        if args.patient:
            ask_about(session, args, "erasures", args.patient)
            return list(every(session.log, args.patient))
        found = [each for each in every(session.log) if may_read(session.handler, [each.patient])]
        ask(session, args, "erasures", [each.patient for each in found])
        return found


def _show(screen: Screen, what: str, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> int:
    from interfaces.cli.wording import counted  # noqa: PLC0415 - loaded by now

    screen.answer({what: rows})
    screen.say(f"{counted(len(rows), what[:-1])}.")
    if rows:
        screen.table(columns, [tuple(_cell(value) for value in row.values()) for row in rows])
    return 0


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "-"
    return "-" if value is None else str(value)
