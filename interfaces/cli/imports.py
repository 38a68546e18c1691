"""`import fhir` and `import time-log`: files of other systems as lines of `submit`, answered the same way."""

from argparse import Namespace
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli import import_answers
from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, WrongUsage, practice_id, source_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from commands.answer import Answer
    from commands.wire import Delivery, Unreadable
    from interfaces.bootstrap import Session
    from interfaces.cli.delivering import Show
    from interfaces.cli.screen import Bar
    from interfaces.importing.fhir import Setting as Charts
    from interfaces.importing.reading import Read

_MORE_FHIR: Final = """\
One bundle holds one patient; a folder stands for its .json files. Nothing is guessed: what the mapping file does not
map is left out and listed, and a consent is never made of a chart. The same file again adds nothing. At the end stands
what each patient still lacks before CCM can start.
"""
_MORE_TIME: Final = """\
The key of a row is its own id in the source; a timed row without one is known by its content. An untimed row without an
id is refused. A clock time without an offset needs a time zone: --timezone, or the mapping file's.
"""
_NOT_SHOWN: Final = (
    "What each patient lacks is not shown, because whoever imports may not read there: "
    "`ccm-ledger readiness --as ACTOR` shows it to a reader."
)


def add(commands: Commands, shared: Parser) -> None:
    """Declare the commands."""
    parser = commands.add_parser("import", parents=[shared], help="record what files of other systems say")
    parser.description = __doc__
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    fhir = inner.add_parser(
        "fhir", parents=[shared], help="charts: FHIR R4 bundles", description="Record charts.", epilog=_MORE_FHIR
    )
    fhir.add_argument("paths", metavar="PATH", nargs="+", help="a bundle, or a folder of bundles")
    fhir.add_argument("--practice", metavar="P", type=practice_id, help="the practice that the patients belong to")
    fhir.set_defaults(run=run_fhir)
    log = inner.add_parser(
        "time-log", parents=[shared], help="time: a CSV file", description="Record time.", epilog=_MORE_TIME
    )
    log.add_argument("file", metavar="FILE.csv", help="a CSV file with a header")
    log.add_argument("--timezone", metavar="Z", help="the zone of clock times without offset, such as America/Chicago")
    log.add_argument("--source", metavar="S", type=source_name, help="the registered name of the source (time_log)")
    log.set_defaults(run=run_time_log)
    import_answers.add(inner, shared)
    for each in (fhir, log):
        each.add_argument("--mapping", metavar="FILE.toml", help="what the source's names, columns and codes mean here")


def run_fhir(args: Namespace, screen: Screen) -> int:
    """Import charts, then show what each of their patients still lacks."""
    from commands.access import may_read  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.cli.asking import session_of, told  # noqa: PLC0415
    from interfaces.cli.readiness import readiness_rows, show_readiness  # noqa: PLC0415
    from interfaces.importing.fhir import Setting  # noqa: PLC0415
    from interfaces.importing.mapping import ChartMapping, read_chart_mapping  # noqa: PLC0415
    from ledger.terms.outcome import Refused  # noqa: PLC0415

    files = _files(args.paths)
    with session_of(args, screen) as session:
        content = mapping_content(args.mapping)
        mapping = ChartMapping() if content is None else read_chart_mapping(content, session.zones)
        if isinstance(mapping, Refused):
            return told(screen, mapping)
        zone = session.zones.zone(mapping.source.timezone) if mapping.source.timezone else None
        met = _Met()
        _charts(session, screen, files, Setting(mapping=mapping, zone=zone, practice=args.practice), met)
        patients = list(met.patients)
        if may_read(session.handler, patients):
            rows = readiness_rows(session, args, patients)
            show_readiness(screen, rows)
            met.show(screen, readiness=rows)
        else:
            met.show(screen)
            screen.say(_NOT_SHOWN)
    return met.tally.exit_code


def _charts(session: "Session", screen: Screen, files: "Sequence[Path]", setting: "Charts", met: "_Met") -> None:
    from interfaces.importing.fhir import translate  # noqa: PLC0415 - loaded by now
    from interfaces.importing.fhir_bundle import SIZE_MAX  # noqa: PLC0415
    from interfaces.importing.reading import Unread, refused  # noqa: PLC0415

    with screen.progress("Charts", len(files)) as bar:
        for document, file in enumerate(files, start=1):
            try:
                with file.open("rb") as content:
                    # One byte past the limit is enough for the reader to refuse the file.
                    chart = content.read(SIZE_MAX + 1)
                answers: Iterable[Read] = translate(chart, setting, met.report)
            except OSError as error:
                answers = [Unread(0, refused("file_unreadable", f"The file cannot be read: {error.strerror}."))]
            met.deliver(session, answers, _shown(screen, met, document=document))
            bar.advance()


def run_time_log(args: Namespace, screen: Screen) -> int:
    """Import a time log, row by row."""
    from interfaces.cli.asking import session_of, told  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.importing.mapping import TimeMapping, read_time_mapping  # noqa: PLC0415
    from interfaces.importing.time_log import Setting, read_time_log  # noqa: PLC0415
    from ledger.terms.outcome import Refused  # noqa: PLC0415

    with _readable(args.file) as stream, session_of(args, screen) as session:
        content = mapping_content(args.mapping)
        mapping = TimeMapping() if content is None else read_time_mapping(content, session.zones)
        if isinstance(mapping, Refused):
            return told(screen, mapping)
        if args.source:
            mapping = mapping.model_copy(update={"source": mapping.source.model_copy(update={"system": args.source})})
        name = args.timezone or mapping.source.timezone
        zone = session.zones.zone(name) if name else None
        if name and zone is None:
            raise WrongUsage("There is no such time zone.", "Write its IANA name, such as America/Chicago.")
        met = _Met()
        with screen.progress("Rows", None) as bar:
            answers = read_time_log(stream, Setting(mapping=mapping, zone=zone), met.report)
            met.deliver(session, _advancing(answers, bar), _shown(screen, met))
        met.show(screen)
    return met.tally.exit_code


class _Met:
    """What an import met so far: answers by outcome, what was left out, and the patients that it told of."""

    def __init__(self) -> None:
        from interfaces.cli.delivering import Tally  # noqa: PLC0415 - loaded by now
        from interfaces.importing.reading import Report  # noqa: PLC0415

        self.tally = Tally()
        self.report = Report()
        self.patients: dict[str, None] = {}
        self.told: Counter[str] = Counter()

    def deliver(self, session: "Session", answers: "Iterable[Read]", show: "Show") -> None:
        """Deliver the lines of one file, and remember which patients were registered or known."""
        from interfaces.cli.delivering import Delivering, Incoming  # noqa: PLC0415 - loaded by now

        def watched(shown: "Sequence[tuple[int, Answer]]") -> None:
            self.patients.update((id_, None) for _, answer in shown for name, id_ in answer.ids if name == "patient")
            show(shown)

        delivering = Delivering(session, watched, self.tally)
        delivering.all(Incoming(answer.line, _line(session, answer)) for answer in answers)

    def show(self, screen: Screen, **beside: Any) -> None:
        """The summary, last: for programs as the last line, for people in words."""
        from interfaces.importing.reading import REASONS  # noqa: PLC0415 - loaded by now

        left_out = sorted(((what, why), times) for (what, why), times in self.report.skipped.items())
        if screen.as_json:
            skipped = [{"what": what, "reason": why, "times": times} for (what, why), times in left_out]
            summary = {**self.tally.as_json(), "files": self.report.files, "seen": dict(self.report.seen)}
            screen.lines([{"summary": {**summary, "left_out": skipped}, **beside}])
            return
        for (what, why), times in left_out:
            screen.say(f"Left out: {times:,} x {what}: {REASONS[why]}.")
        screen.say(*self.tally.as_text())


def _line(session: "Session", answer: "Read") -> "Delivery | Unreadable":
    """What a reader made of a row, as the handler takes it: the same bytes would be a line of `submit`."""
    import orjson  # noqa: PLC0415 - loaded by now

    from commands.wire import Unreadable  # noqa: PLC0415
    from interfaces.importing.reading import Delivered  # noqa: PLC0415

    if isinstance(answer, Delivered):
        return session.handler.read(orjson.dumps(answer.command))
    return Unreadable(answer.key, answer.refusal)


def _shown(screen: Screen, met: "_Met", document: int | None = None) -> "Show":
    from interfaces.cli.delivering import as_lines, in_words  # noqa: PLC0415 - loaded by now

    if screen.as_json:
        return as_lines(screen, **({} if document is None else {"document": document}))
    place = "Line" if document is None else f"Document {document}, entry"
    return in_words(screen, lambda number: f"{place} {number}", met.told)


def _advancing(answers: "Iterable[Read]", bar: "Bar") -> "Iterator[Read]":
    for answer in answers:
        yield answer
        bar.advance()


def _files(paths: "Sequence[str]") -> "list[Path]":
    """The files named, folders opened up; a path that is not there is wrong usage and is not repeated."""
    from pathlib import Path  # noqa: PLC0415 - not needed for --help

    found: list[Path] = []
    for number, path in enumerate(map(Path, paths), start=1):
        if path.is_dir():
            found += sorted(file for file in path.iterdir() if file.suffix == ".json" and file.is_file())
        elif path.exists():
            found.append(path)
        else:
            raise WrongUsage(f"Path {number} of {len(paths)} does not exist.", "Name bundles, or folders of bundles.")
    return found


def mapping_content(named: str | None) -> bytes | None:
    """The mapping file that is named, or the shipped one of that name."""
    from importlib.resources import files  # noqa: PLC0415 - not needed for --help
    from pathlib import Path  # noqa: PLC0415

    if named is None:
        return None
    path = Path(named)
    if path.is_file():
        return path.read_bytes()
    shipped = files("interfaces.importing") / "mappings" / f"{path.name}.toml"
    if path.name == named and shipped.is_file():
        return shipped.read_bytes()
    raise WrongUsage("There is no such mapping file.", "Name a TOML file, or a shipped mapping: synthea.")


def _readable(file: str) -> "BinaryIO":
    from pathlib import Path  # noqa: PLC0415 - not needed for --help

    try:
        return Path(file).open("rb")
    except OSError as error:
        raise WrongUsage(f"The file cannot be read: {error.strerror}.", "Check its name and who owns it.") from error
