"""`import fhir` and `import time-log`: files of other systems as lines of `submit`, answered the same way."""

from argparse import Namespace
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli import import_answers
from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, WrongUsage, open_to_read, practice_id, source_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from interfaces.bootstrap import Session
    from interfaces.cli.delivering import Show
    from interfaces.importing.fhir import Setting as Charts
    from interfaces.importing.running import Answered
    from ledger.streams.imports import DocumentKind

_WHOLE: Final = ".json"
_LINES: Final = ".ndjson"
_MORE_FHIR: Final = """\
One bundle holds one patient; a .ndjson file holds one bundle a line, a folder stands for its .json and .ndjson files.
Nothing is guessed: what the mapping file does not map is left out and listed, and a consent is never made of a chart.
The same file again adds nothing. At the end stands what each patient still lacks before CCM can start.
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
    from interfaces.importing.settings import chart_setting  # noqa: PLC0415
    from ledger.terms.outcome import Refused  # noqa: PLC0415

    files = _files(args.paths)
    with session_of(args, screen) as session:
        setting = chart_setting(mapping_content(args.mapping), session.zones, practice=args.practice)
        if isinstance(setting, Refused):
            return told(screen, setting)
        met = _Met(session, "fhir", setting.mapping.source.system)
        _charts(screen, files, setting, met)
        patients = list(met.patients)
        if may_read(session.handler, patients):
            rows = readiness_rows(session, args, patients)
            show_readiness(screen, rows)
            met.show(screen, readiness=rows)
        else:
            met.show(screen)
            screen.say(_NOT_SHOWN)
    return met.running.tally.exit_code


def _charts(screen: Screen, files: "Sequence[Path]", setting: "Charts", met: "_Met") -> None:
    from interfaces.importing.documents import Document  # noqa: PLC0415 - loaded by now
    from interfaces.importing.reading import Unread, refused  # noqa: PLC0415
    from interfaces.importing.running import import_charts  # noqa: PLC0415

    with screen.progress("Charts", len(files)) as bar:
        for file in files:
            try:
                with file.open("rb") as content:
                    found = import_charts(met.running, Document(content), setting, is_lines=file.suffix == _LINES)
                    for number, answered in found:
                        met.tell(screen, answered, document=number)
            except OSError as error:
                why = refused("file_unreadable", f"The file cannot be read: {error.strerror}.")
                met.running.charts += 1
                for answered in met.running.answers([Unread(0, why)]):
                    met.tell(screen, answered, document=met.running.charts)
            bar.advance()


def run_time_log(args: Namespace, screen: Screen) -> int:
    """Import a time log, row by row."""
    from interfaces.cli.asking import session_of, told  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.importing.documents import Document  # noqa: PLC0415
    from interfaces.importing.running import import_time_log  # noqa: PLC0415
    from interfaces.importing.settings import time_setting  # noqa: PLC0415
    from ledger.terms.outcome import Refused  # noqa: PLC0415

    with open_to_read(args.file) as stream, session_of(args, screen) as session:
        if args.timezone and session.zones.zone(args.timezone) is None:
            raise WrongUsage("There is no such time zone.", "Write its IANA name, such as America/Chicago.")
        content = mapping_content(args.mapping)
        setting = time_setting(content, session.zones, source=args.source, timezone=args.timezone)
        if isinstance(setting, Refused):
            return told(screen, setting)
        met = _Met(session, "time_log", setting.mapping.source.system)
        with screen.progress("Rows", None) as bar:
            for answered in import_time_log(met.running, Document(stream), setting):
                met.tell(screen, answered)
                bar.advance(len(answered))
        met.show(screen)
    return met.running.tally.exit_code


class _Met:
    """An import of the command line: how it runs, the patients that it told of, and what was shown how often."""

    def __init__(self, session: "Session", kind: "DocumentKind", source: str) -> None:
        from interfaces.importing.running import Door, Import  # noqa: PLC0415 - loaded by now

        door = Door(session.handler.read, session.handler.handle, session.ids.entropy)
        self.running = Import(kind, source, door)
        self.patients: dict[str, None] = {}
        self._told: Counter[str] = Counter()

    def tell(self, screen: Screen, answered: "Answered", document: int | None = None) -> None:
        """Show answers, and remember which patients were registered or known."""
        self.patients.update((id_, None) for _, answer in answered for name, id_ in answer.ids if name == "patient")
        _shown(screen, self._told, document=document)(answered)

    def show(self, screen: Screen, **beside: Any) -> None:
        """The summary, last: for programs as the last line, for people in words."""
        from interfaces.importing.reading import REASONS  # noqa: PLC0415 - loaded by now

        if screen.as_json:
            screen.lines([{"summary": self.running.summary(), **beside}])
            return
        for (what, why), times in sorted(self.running.report.skipped.items()):
            screen.say(f"Left out: {times:,} x {what}: {REASONS[why]}.")
        screen.say(*self.running.tally.as_text())


def _shown(screen: Screen, told: Counter[str], document: int | None = None) -> "Show":
    from interfaces.cli.delivering import as_lines, in_words  # noqa: PLC0415 - loaded by now

    if screen.as_json:
        return as_lines(screen, **({} if document is None else {"document": document}))
    place = "Line" if document is None else f"Document {document}, entry"
    return in_words(screen, lambda number: f"{place} {number}", told)


def _files(paths: "Sequence[str]") -> "list[Path]":
    """The files named, folders opened up; a path that is not there is wrong usage and is not repeated."""
    from pathlib import Path  # noqa: PLC0415 - not needed for --help

    found: list[Path] = []
    for number, path in enumerate(map(Path, paths), start=1):
        if path.is_dir():
            found += sorted(file for file in path.iterdir() if file.suffix in (_WHOLE, _LINES) and file.is_file())
        elif path.exists():
            found.append(path)
        else:
            raise WrongUsage(f"Path {number} of {len(paths)} does not exist.", "Name bundles, or folders of bundles.")
    return found


def mapping_content(named: str | None) -> bytes | None:
    """The mapping file that is named, or the shipped one of that name."""
    from pathlib import Path  # noqa: PLC0415 - not needed for --help

    from interfaces.importing.settings import shipped_mapping  # noqa: PLC0415

    if named is None:
        return None
    path = Path(named)
    if path.is_file():
        return path.read_bytes()
    if (shipped := shipped_mapping(named)) is not None:
        return shipped
    raise WrongUsage("There is no such mapping file.", "Name a TOML file, or a shipped mapping: synthea.")
