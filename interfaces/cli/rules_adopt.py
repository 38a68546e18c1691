"""`rules check` and `rules adopt`: an edition out of the shipped rules and payers' profiles of one's own.

Promise: what is adopted is what was checked; every fault is told with file, line and remedy, and nothing is recorded
where there is one. Adopting changes no month that was attested: those are judged by the edition that was signed.
"""

import json
from argparse import Namespace
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, WrongUsage

if TYPE_CHECKING:
    from ledger.rulebook import Edition, RulebookError

FAULTS: Final = 1
_MORE: Final = """\
FOLDER holds payers/NAME/FILE.toml: exceptions to the shipped rules, as docs/payers.md describes them. The edition is
the shipped rules with these files; its digest names it. Without --profiles it is the shipped rules alone.
"""


def add(inner: Commands, shared: Parser) -> None:
    """Declare both below `rules`."""
    said = {"check": "say whether rules and profiles load, without a ledger", "adopt": "have the ledger judge by them"}
    for name, words in said.items():
        each = inner.add_parser(name, parents=[shared], help=words, description=words.capitalize() + ".", epilog=_MORE)
        each.add_argument("--profiles", metavar="FOLDER", help="payers' profiles of your own")
        if name == "adopt":
            each.add_argument(
                "--reason", metavar="WORDS", default="Adopted on the command line.", help="why, on record"
            )
        each.set_defaults(run=run_check if name == "check" else run_adopt)


def run_check(args: Namespace, screen: Screen) -> int:
    """Load everything; list the profiles, or every fault."""
    from interfaces.cli.wording import counted  # noqa: PLC0415 - `--help` must not wait for them
    from ledger.rulebook import RulebookError, admitted, profiles_in  # noqa: PLC0415

    try:
        edition, _ = edition_of(args)
        book = admitted(edition)
    except RulebookError as error:
        return _told(screen, error)
    profiles = sorted(profiles_in(edition))
    rules = len(book.quantities)
    screen.answer({"edition": edition.digest, "rules": rules, "profiles": profiles, "faults": []})
    screen.say(f"{counted(rules, 'rule')} and {counted(len(profiles), 'profile')} load: {', '.join(profiles)}.")
    screen.say(f"Edition {edition.digest}")
    return 0


def run_adopt(args: Namespace, screen: Screen) -> int:
    """Check, then record the adoption as any command is recorded."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - `--help` must not wait for it
    from interfaces.cli.delivering import Delivering, as_lines, in_words  # noqa: PLC0415
    from ledger.rulebook import RulebookError, admitted  # noqa: PLC0415

    try:
        edition, files = edition_of(args)
        admitted(edition)
    except RulebookError as error:
        return _told(screen, error)
    with session_of(args, screen) as session:
        words = in_words(screen, lambda _: "The edition", Counter())
        delivering = Delivering(session, as_lines(screen) if screen.as_json else words)
        delivering.group([delivering.raw(1, _line(session.handler.new_id("ad"), edition, files, args.reason))])
        tally = delivering.tally
        if tally.outcomes["accepted"] or tally.outcomes["unchanged"]:
            how = "is adopted" if tally.outcomes["accepted"] else "was adopted before"
            screen.say(f"Edition {edition.digest} {how}: months that nobody attested are judged by it.")
        if tally.notices["profiles_left_out"]:
            screen.say("The edition before had profiles that this one has not; --profiles brings them back.")
    return tally.exit_code


def _line(name: str, edition: "Edition", files: dict[str, bytes], reason: str) -> bytes:
    profiles = [{"file": file, "text": content.decode()} for file, content in files.items()]
    data: dict[str, Any] = {"edition": edition.digest, "reason": reason}
    if profiles:
        data["profiles"] = profiles
    return json.dumps({"v": 1, "key": f"adopt/{name}", "command": "adopt_rulebook", "data": data}).encode()


def edition_of(args: Namespace) -> "tuple[Edition, dict[str, bytes]]":
    """The edition of the shipped rules and the profiles named, with the files of these. RulebookError for faults."""
    from interfaces.profiles import profile_files  # noqa: PLC0415 - `--help` must not wait for it
    from ledger.rulebook import with_profiles  # noqa: PLC0415

    files: dict[str, bytes] = {}
    if args.profiles is not None:
        folder = Path(args.profiles)
        if not args.profiles or not folder.is_dir():  # an unset variable must not adopt the rules without profiles
            raise WrongUsage("--profiles names no folder.", "Name the folder in which `payers` stands.")
        files = profile_files(folder)
    return with_profiles(files), files


def _told(screen: Screen, error: "RulebookError") -> int:
    """Every fault, for people and for programs."""
    faults = error.diagnostics
    if screen.as_json:
        screen.answer({"faults": [fault._asdict() for fault in faults]})
    else:
        screen.note(*(str(fault) for fault in faults))
        screen.note(f"{len(faults)} fault{'' if len(faults) == 1 else 's'}: nothing was adopted.")
    return FAULTS
