"""How a command line is read: the options that all commands share, and faults told without repeating what was typed.

Promise: `--help` needs nothing but argparse. A value that was typed is never shown back, because people type names
and identifiers of patients where an opaque id belongs; only what this program itself knows is named.
"""

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

if TYPE_CHECKING:
    from typing import BinaryIO

    from ledger.terms.outcome import Refused

Run = Callable[[argparse.Namespace, Any], int]
Commands: TypeAlias = "argparse._SubParsersAction[Parser]"

# \Z, because $ also matches before a line end that a script left at the end of an argument.
MONTH: Final = re.compile(r"^(19|20)\d{2}-(0[1-9]|1[0-2])\Z", re.ASCII)
_DAY: Final = re.compile(r"^\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_ID: Final = re.compile(r"^([a-z]{2})_[a-z2-7]{26}\Z")
_DIGEST: Final = re.compile(r"^[0-9a-f]{8,64}\Z")
INDEX: Final = re.compile(r"[0-9]\.[0-9]{1,4}\Z")
CODE: Final = re.compile(r"^[A-Z0-9]{5}\Z")
SOURCE: Final = re.compile(r"^[a-z][a-z0-9_.-]{0,63}\Z")
COUNT_MAX: Final = 10_000
POSITION_DIGITS: Final = 18
PROGRAMMES: Final = ("CCM", "PCM", "APCM")
"""What care a month may be of, as commands name it; the first where none is named."""
"""As many as surely fit into a position; more digits than Python reads would be a fault of another kind."""


class WrongUsage(Exception):
    """The command line asks for something that cannot be asked for that way: what happened, what to do next."""

    def __init__(self, happened: str, remedy: str = "") -> None:
        super().__init__(f"{happened} {remedy}".strip())
        self.happened = happened
        self.remedy = remedy


def a_ledger_is_named(ledger: str | None) -> None:
    """WrongUsage where neither the options nor the environment name a ledger."""
    from interfaces import bootstrap  # noqa: PLC0415 - `--help` must not wait for it

    if not bootstrap.is_ledger_named(ledger):
        raise WrongUsage(
            "No ledger is named.", "Name its folder: --ledger FOLDER, or set CCM_LEDGER. `ccm-ledger init` makes one."
        )
    an_address_is_one(ledger)


def an_address_is_one(place: str | None) -> None:
    """WrongUsage where something that looks like an address of a server cannot be one."""
    if not place or "://" not in place:
        return
    from ledger.store.postgres.address import parse_address  # noqa: PLC0415 - folders need none of it
    from ledger.terms.errors import NotALedger  # noqa: PLC0415

    try:
        parse_address(place)
    except NotALedger as error:
        raise WrongUsage(error.happened, error.remedy) from error


class ReadRefused(Exception):
    """The ledger does not let this actor read this."""

    def __init__(self, refusal: "Refused") -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class Parser(argparse.ArgumentParser):
    """argparse, except that faults are raised as WrongUsage and show no value that was typed."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(**settings, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        """Raise the fault; the caller decides how it is shown."""
        raise WrongUsage(_sentence(message), f"`{self.prog} --help` shows how it is asked.")

    def parse_all(self, arguments: Sequence[str] | None) -> argparse.Namespace:
        """Parse, and say where an argument stands that was not understood instead of repeating it."""
        parsed, rest = self.parse_known_args(arguments)
        if rest:
            options = [word.partition("=")[0] for word in rest if re.match(r"^--[a-z-]+(=|$)", word)]
            named = f": {', '.join(options)}" if options else ""
            plural = "argument was" if len(rest) == 1 else "arguments were"
            raise WrongUsage(f"{len(rest)} {plural} not understood{named}.", f"`{self.prog} --help` shows all.")
        return parsed

    def below(self, *names: str) -> "Parser":
        """The parser of a command, or of a command of a command."""
        found: Parser = self
        for name in names:
            (inner,) = (each for each in found._actions if isinstance(each, argparse._SubParsersAction))
            found = inner.choices[name]
        return found

    def declared(self) -> dict[str, argparse.Action]:
        """The options and arguments, by the names under which their values are kept."""
        return {action.dest: action for action in self._actions}

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            raise argparse.ArgumentError(action, f"takes one of {', '.join(map(str, action.choices))}")


def _sentence(message: str) -> str:
    # What stands in quotes or after a colon of argparse's own conversion faults is what was typed.
    told = re.sub(r"(invalid \S+ value): .*", r"\1", message)
    told = re.sub(r"ignored explicit argument .*", "takes no value", told)
    return f"{told[:1].upper()}{told[1:]}".rstrip(".") + "."


def shared_options() -> Parser:
    """The options that every command takes, before or after its name."""
    shared = Parser(add_help=False, argument_default=argparse.SUPPRESS)
    group = shared.add_argument_group("for every command")
    group.add_argument(
        "--ledger",
        metavar="PLACE",
        help="a folder, postgresql://USER@HOST/DB?ledger=NAME, or a name in CCM_LEDGER_ROUTES (else CCM_LEDGER)",
    )
    group.add_argument(
        "--key-file",
        metavar="FILE",
        help="the master key (else CCM_LEDGER_KEY_FILE, CCM_LEDGER_MASTER_KEY, your configuration folder)",
    )
    group.add_argument(
        "--as", dest="speaker", metavar="ACTOR", type=staff_id, help="the staff member who asks (else your own login's)"
    )
    group.add_argument(
        "--purpose",
        choices=("treatment", "payment", "operations", "compliance", "audit"),
        help="why patient data is read (else the usual purpose of the role)",
    )
    group.add_argument("--json", action="store_true", help="answer in JSON, for programs")
    return shared


def standard_input() -> int:
    """The descriptor of standard input; WrongUsage where the caller closed it."""
    if sys.stdin is None:
        raise WrongUsage("Standard input is closed.", "Pipe the lines in, or redirect a file.")
    return sys.stdin.fileno()


def open_to_read(file: str) -> "BinaryIO":
    """A file that an argument names, open; WrongUsage, without its name, where it cannot be read."""
    from pathlib import Path  # noqa: PLC0415 - not needed for --help

    try:
        return Path(file).open("rb")
    except OSError as error:
        raise WrongUsage(f"The file cannot be read: {error.strerror}.", "Check its name and who owns it.") from error


SHARED_DEFAULTS: Final[dict[str, Any]] = {
    "ledger": None,
    "key_file": None,
    "speaker": None,
    "purpose": None,
    "json": False,
}


def month(text: str) -> str:
    """A month as YYYY-MM."""
    if not MONTH.match(text):
        raise argparse.ArgumentTypeError("a month is written YYYY-MM, such as 2026-03")
    return text


def day(text: str) -> str:
    """A day as YYYY-MM-DD that the calendar has."""
    from datetime import date  # noqa: PLC0415 - most command lines hold no day

    try:
        if not _DAY.match(text):
            raise ValueError
        date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a day is written YYYY-MM-DD and exists in the calendar") from None
    return text


def day_or_instant(text: str) -> str:
    """A day, or an instant with its offset."""
    return day(text) if _DAY.match(text) else instant(text)


def instant(text: str) -> str:
    """An instant with its offset from UTC."""
    from datetime import UTC, datetime  # noqa: PLC0415 - most command lines hold no instant

    try:
        given = datetime.fromisoformat(text)
        if given.tzinfo is None:
            raise ValueError
        given.astimezone(UTC)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            "an instant is written 2026-04-01T09:30:00-05:00, with its offset or Z"
        ) from None
    return text


def moment(text: str) -> str:
    """What `--as-of` takes: a position of this ledger, or an instant."""
    if text.isascii() and text.isdigit():
        if len(text) > POSITION_DIGITS or not int(text):
            raise argparse.ArgumentTypeError("positions count from 1, and have at most 18 digits")
        return text
    try:
        return instant(text)
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError(
            "takes a position such as 1204, or an instant such as 2026-04-01T09:30:00-05:00"
        ) from None


def moment_or_now(text: str) -> str:
    """One end of a difference: a moment, or `now`."""
    return text if text == "now" else moment(text)


def moment_or_word(text: str) -> str:
    """One end of a month's difference: a moment, `now`, or `attested`: what the month's attestation pins."""
    return text if text == "attested" else moment_or_now(text)


def programme_option(parser: Parser, told: str) -> None:
    """Declare `--programme`."""
    parser.add_argument("--programme", choices=PROGRAMMES, default=PROGRAMMES[0], help=f"{told} (default: CCM)")


def as_of_option(parser: Parser) -> None:
    """Declare `--as-of`, which every question has: the answer is what the ledger knew then."""
    parser.add_argument("--as-of", metavar="POSITION|INSTANT", type=moment, help="what the ledger knew then")


def _opaque(text: str, kind: str, what: str) -> str:
    found = _ID.match(text)
    if found is None or found[1] != kind:
        raise argparse.ArgumentTypeError(
            f"takes the ledger's opaque {what} id ({kind}_ and 26 letters or digits); identifiers never stand in "
            "arguments, `ccm-ledger find` reads them from standard input"
        )
    return text


def patient_id(text: str) -> str:
    """A patient's opaque id."""
    return _opaque(text, "pt", "patient")


def staff_id(text: str) -> str:
    """A staff member's opaque id."""
    return _opaque(text, "st", "staff")


def staff_or_program(text: str) -> str:
    """A staff member's opaque id, or the word for facts that the program itself recorded."""
    return text if text == "program" else staff_id(text)


def position(text: str) -> int:
    """A position to go on from; 0 is before the first."""
    if not (text.isascii() and text.isdigit() and len(text) <= POSITION_DIGITS):
        raise argparse.ArgumentTypeError("takes a position, such as 1204")
    return int(text)


def source_name(text: str) -> str:
    """The registered name of a source system."""
    if not SOURCE.match(text):
        raise argparse.ArgumentTypeError("a source has a name of small letters, digits, dots, dashes and underscores")
    return text


def practice_id(text: str) -> str:
    """A practice's opaque id."""
    return _opaque(text, "pr", "practice")


def delivery_id(text: str) -> str:
    """A parked delivery's id."""
    return _opaque(text, "dv", "delivery")


def claim_id(text: str) -> str:
    """A claim's opaque id."""
    return _opaque(text, "cl", "claim")


def hold_id(text: str) -> str:
    """A hold's opaque id."""
    return _opaque(text, "hd", "hold")


def erasure_id(text: str) -> str:
    """An erasure's opaque id."""
    return _opaque(text, "er", "erasure")


def api_key_id(text: str) -> str:
    """An API key's id."""
    return _opaque(text, "ak", "key")


def elevation_id(text: str) -> str:
    """An elevation's opaque id."""
    return _opaque(text, "el", "elevation")


def year(text: str) -> int:
    """A year of four digits."""
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise argparse.ArgumentTypeError("a year is written YYYY, such as 2015")
    return int(text)


def subject_id(text: str) -> str:
    """A patient's, staff member's or claim's opaque id."""
    if text.startswith("cl_"):
        return claim_id(text)
    return staff_id(text) if text.startswith("st_") else patient_id(text)


def code(text: str) -> str:
    """A billing code of five characters."""
    if not CODE.match(text):
        raise argparse.ArgumentTypeError("a code has five characters, such as 99439")
    return text


def edition(text: str) -> str:
    """An edition by its digest, the beginning of one, or the word for the one of this program."""
    if text != "shipped" and not _DIGEST.match(text):
        raise argparse.ArgumentTypeError(
            "takes `shipped`, or the digest of an edition: 8 to 64 of its digits 0-9 and a-f, from the first one on"
        )
    return text


def count(text: str) -> int:
    """A whole number from 1 on."""
    if not (text.isascii() and text.isdigit() and len(text) <= POSITION_DIGITS) or not 0 < int(text) <= COUNT_MAX:
        raise argparse.ArgumentTypeError(f"takes a whole number from 1 to {COUNT_MAX}")
    return int(text)


def index(text: str) -> str:
    """A geographic index (GPCI) in the digits of the published list."""
    if not INDEX.match(text):
        raise argparse.ArgumentTypeError("an index (GPCI) is written as in the list, such as 1.049")
    return text
