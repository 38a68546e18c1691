"""`ccm-ledger`: read the command line, run one command, end with an exit code that means something.

Promise: 0 done, 1 some lines refused or parked, 2 wrong usage, 3 the ledger is damaged or unavailable; 130 and 141
where the user or the reader of the output ended it. Faults are told in words on standard error, in JSON with --json,
never with a traceback and never with what was typed or read. Nothing heavy is imported before a command runs.
"""

import os
import sys
from argparse import SUPPRESS, Action, Namespace
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Final

from interfaces.cli import (
    accounting,
    api_keys,
    archive,
    attest,
    bill,
    catalogues,
    charges,
    claims,
    completeness,
    deliveries,
    demo,
    diffs,
    elevations,
    erasures,
    exports,
    history,
    imports,
    ledgers,
    log_keys,
    master_key,
    month,
    months,
    overpayments,
    parked,
    people,
    reactions,
    ready,
    reconcile,
    rejudge,
    release,
    reviews,
    rules,
    sealing,
    serve,
    setup,
    statement,
    submit,
    timestamp,
    trail,
    upkeep,
    verify,
    webhooks,
    witness,
)
from interfaces.cli.screen import Screen
from interfaces.cli.usage import SHARED_DEFAULTS, Parser, ReadRefused, WrongUsage, shared_options
from interfaces.faults import defect_in_words, kind_of
from ledger.terms.errors import LedgerError

DONE: Final = 0
WRONG_USAGE: Final = 2
UNAVAILABLE: Final = 3
INTERRUPTED: Final = 130
READER_GONE: Final = 141

_GROUPS: Final = (
    setup,
    demo,
    submit,
    serve,
    webhooks,
    imports,
    month,
    months,
    attest,
    ready,
    release,
    exports,
    bill,
    claims,
    charges,
    reconcile,
    statement,
    overpayments,
    erasures,
    accounting,
    elevations,
    history,
    diffs,
    rejudge,
    trail,
    people,
    parked,
    deliveries,
    reactions,
    reviews,
    rules,
    sealing,
    log_keys,
    api_keys,
    completeness,
    verify,
    upkeep,
    witness,
    timestamp,
    archive,
    master_key,
    ledgers,
    catalogues,
)
_ABOUT: Final = (
    "An audit ledger for Medicare Chronic Care Management: what happened is recorded, what is claimed is judged."
)
_EXIT_CODES: Final = """\
exit codes:
  0  done
  1  done, and some lines were refused or parked
  2  wrong usage
  3  the ledger is damaged or unavailable

Identifiers and names of patients never stand in arguments: `find` reads them from standard input.
Every read of patient data is recorded in the ledger.
"""
_GO_ON: Final = "What was answered is recorded; the same command again goes on from there."


class _Version(Action):
    def __call__(self, parser: Any, *_: Any) -> None:
        from importlib.metadata import version  # noqa: PLC0415 - slow, and only asked for here

        sys.stdout.write(f"ccm-ledger {version('ccm-ledger')}\n")
        parser.exit()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; the exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    if sys.stderr is None:
        # Closed by the caller: nobody hears faults, and the exit code still tells of them.
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as long as the process
    if sys.stdout is None:
        sys.stderr.write("Standard output is closed. Let it go to a file, a pipe or a terminal.\n")
        return WRONG_USAGE
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    screen = Screen(as_json="--json" in words)
    try:
        return run_words(words, screen)
    except WrongUsage as fault:
        return _told(screen, "wrong_usage", fault.happened, fault.remedy, WRONG_USAGE)
    except ReadRefused as fault:
        from interfaces.cli.asking import told  # noqa: PLC0415 - loaded by whoever raised it

        return told(screen, fault.refusal)
    except LedgerError as fault:
        return _told(screen, kind_of(fault), fault.happened, fault.remedy, UNAVAILABLE)
    except KeyboardInterrupt:
        return _told(screen, "interrupted", "Interrupted.", _GO_ON, INTERRUPTED)
    except BrokenPipeError:
        _forget_output()
        return READER_GONE
    except OSError as fault:
        _forget_output()
        happened = f"A file could not be read or written, perhaps the one for the answers: {fault.strerror}."
        return _told(screen, "files_unavailable", happened, f"Mend that. {_GO_ON}", UNAVAILABLE)
    except Exception as defect:  # noqa: BLE001 - a traceback could show what was read; type and place cannot
        return _told(screen, "program_defect", *defect_in_words(defect), UNAVAILABLE)


def parser() -> Parser:
    """The whole command line."""
    shared = shared_options()
    top = Parser(prog="ccm-ledger", description=_ABOUT, epilog=_EXIT_CODES, parents=[shared])
    top.add_argument("--version", action=_Version, nargs=0, default=SUPPRESS, help="show the version and end")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", dest="command", parser_class=Parser)
    for group in _GROUPS:
        group.add(commands, shared)
    return top


def run_words(words: Sequence[str], screen: Screen) -> int:
    """Parse the words and run the command that they name on a screen; faults are raised."""
    whole = parser()
    args = Namespace(**{**SHARED_DEFAULTS, **vars(whole.parse_all(words))})
    if not hasattr(args, "run"):
        raise WrongUsage("No command is named.", "`ccm-ledger --help` lists them.")
    code: int = args.run(args, screen)
    screen.out.flush()
    return code


def _told(screen: Screen, kind: str, happened: str, remedy: str, code: int) -> int:
    try:
        if screen.as_json:
            import json  # noqa: PLC0415 - not needed for --help

            told = {"error": {"kind": kind, "happened": happened, "remedy": remedy}, "exit_code": code}
            screen.note(json.dumps(told, ensure_ascii=False))
        else:
            screen.note(f"{happened} {remedy}".strip())
    except BrokenPipeError:
        _forget_output()
    return code


def _forget_output() -> None:
    # Python flushes standard output once more at its end, and would complain again.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
