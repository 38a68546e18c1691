"""Which edition of the rulebook a command line means: one that the ledger adopted, the shipped one, a folder of files.

Promise: an edition that is not known is answered with those that are; rule files that do not load are answered with
every fault, its file, line and remedy. Nothing is adopted here.
"""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from interfaces.cli.usage import Parser, WrongUsage, edition

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from ledger.rulebook import Edition
    from ledger.streams.governance import Adoption

SHORT: Final = 12
"""How much of a digest a person is shown."""
SHIPPED: Final = "shipped"


class Named(NamedTuple):
    """An edition, and what it is to the ledger."""

    edition: "Edition"
    adoption: "Adoption | None"
    """Its newest adoption in this ledger; None where it was never adopted."""
    is_shipped: bool

    @property
    def told(self) -> str:
        """What it is, in words."""
        origin = "shipped with this program, never adopted here" if self.is_shipped else "from the folder of rule files"
        if self.adoption is not None:
            origin = f"adopted on {self.adoption.on} at position {self.adoption.position}"
        return f"edition {self.edition.digest[:SHORT]} ({origin})"


def edition_options(parser: Parser) -> None:
    """Declare `--edition` and `--rules`, one of which must be given."""
    either = parser.add_mutually_exclusive_group(required=True)
    either.add_argument(
        "--edition",
        metavar="E",
        type=edition,
        help="the digest of an adopted edition, or the beginning of one (8 digits at least), or `shipped`",
    )
    either.add_argument("--rules", metavar="FOLDER", help="a folder of rule files, laid out as those of this program")


def edition_named(session: "Session", args: Namespace) -> Named:
    """The edition that the options name; WrongUsage where it is none, several, or bad files."""
    from ledger.rulebook import Edition, shipped_edition  # noqa: PLC0415 - `--help` must not wait for it

    adoptions = {each.edition: each for each in session.handler.governance().adoptions}
    shipped = shipped_edition()
    if args.rules is not None:
        if not args.rules or not Path(args.rules).is_dir():
            raise WrongUsage(
                "--rules names no folder.", "Name a folder of rule files, laid out as those of this program."
            )
        found = _of_folder(Path(args.rules))
    elif args.edition == SHIPPED:
        found = shipped
    else:
        digests = [digest for digest in dict.fromkeys((*adoptions, shipped.digest)) if digest.startswith(args.edition)]
        if len(digests) != 1:
            what = "No edition has" if not digests else f"{len(digests)} editions have"
            raise WrongUsage(f"{what} a digest that begins so.", _known(adoptions, shipped))
        adopted = adoptions.get(digests[0])
        found = Edition.from_bytes(adopted.content) if adopted is not None else shipped
    return Named(found, adoptions.get(found.digest), found.digest == shipped.digest)


def _known(adoptions: "dict[str, Adoption]", shipped: "Edition") -> str:
    known = [f"{each.edition[:SHORT]} (adopted on {each.on})" for each in adoptions.values()]
    return f"Known are {', '.join(known)}, and `{SHIPPED}` ({shipped.digest[:SHORT]}), and --rules FOLDER names others."


def _of_folder(folder: Path) -> "Edition":
    """The edition of the rule files below a folder; they must load."""
    from ledger.rulebook import Edition, RulebookError, UnknownFormulas, admitted  # noqa: PLC0415

    files = {file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.rglob("*.toml"))}
    if not files:
        raise WrongUsage(
            "The folder given to --rules holds no rule files.",
            "Name a folder that holds sources.toml and the folders of the payers, such as medicare/.",
        )
    found = Edition.of(files)
    try:
        admitted(found)
    except (RulebookError, UnknownFormulas) as fault:
        raise WrongUsage(fault.happened, "Mend the files and ask again; nothing was read or changed.") from fault
    return found
