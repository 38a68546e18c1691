"""`export`: what leaves this ledger for others to read: claims as an X12 837P file for their payers."""

from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.new_files import is_free, new_file
from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, WrongUsage, claim_id, month, practice_id

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from interfaces.x12.exporting import Prepared

REFUSED: Final = 1
_COLUMNS: Final = ("claim", "patient", "kind", "lines", "charge", "what becomes of it")
_KINDS: Final = {"1": "first", "7": "replaces", "8": "voids"}
_MORE: Final = """\
The file holds the claims of the month that are released and of which the payer said nothing yet: first claims,
replacements and voids, of one practice or of all. A claim that lacks anything is left out whole, and named with all
that it lacks; one that a file holds already is left out unless --again says that it is meant, for what is sent twice
looks like double billing. Names, addresses and numbers of patients are opened for the file: the export is recorded as
a read of each, and each claim in it as a fact. The file is new, readable by its owner alone, and holds PHI.
"""


def add(commands: Commands, shared: Parser) -> None:
    """Declare the commands."""
    parser = commands.add_parser("export", parents=[shared], help="claims as files for their payers")
    parser.description = __doc__
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    said = "Write the claims of a month as an X12 837P file."
    claims = inner.add_parser("claims", parents=[shared], help=said, description=said, epilog=_MORE)
    claims.add_argument("month", metavar="YYYY-MM", type=month)
    claims.add_argument("-o", "--output", metavar="FILE", help="the file to make; without one nothing is recorded")
    claims.add_argument("--practice", metavar="P", type=practice_id, help="of this practice alone")
    claims.add_argument("--claims", metavar="CLAIM", type=claim_id, nargs="+", default=[], help="just these claims")
    claims.add_argument("--again", action="store_true", help="also claims that a file holds already")
    claims.set_defaults(run=run_claims)


def run_claims(args: Namespace, screen: Screen) -> int:
    """Record the reads, then make the file, or without one say what it would hold."""
    from interfaces.cli.asking import (  # noqa: PLC0415 - `--help` must not wait for them
        ask,
        known_only,
        list_of_practice,
        pulled,
        session_of,
    )
    from interfaces.x12.exporting import prepared  # noqa: PLC0415
    from projections.claims.to_send import claims_to_send  # noqa: PLC0415

    if args.output is not None:
        is_free(args.output)
    with session_of(args, screen) as session:
        known_only(session, args)
        list_of_practice(session, args, screen, "export")
        found = claims_to_send(pulled(session, screen), args.month, practice=args.practice, named=args.claims)
        if len(missing := set(args.claims) - {row.claim for row in found.rows}):
            raise WrongUsage(
                f"Among those that --claims names, not of that month and practice: {len(missing)}.",
                f"`ccm-ledger claims --month {args.month}` lists them.",
            )
        patients = [row.patient for row in found.rows]
        ask(session, args, "export", patients, month=args.month, as_of=found.position, opened_words=True)
        with screen.progress("Reading what the file holds", len(found.rows)) as bar:
            claims = prepared(session, found.rows, again=args.again, advance=bar.advance)
        if args.output is not None and any(claim.becomes == "written" for claim in claims):
            claims = _written(session, args, screen, claims)
        _show(args, screen, claims)
    return REFUSED if any(claim.becomes != "written" for claim in claims) else 0


def _written(session: "Session", args: Namespace, screen: Screen, claims: "Sequence[Prepared]") -> "list[Prepared]":
    """The file, made before its claims are recorded and filled afterwards, so that no record speaks of none.

    Where it cannot be filled it is taken away, and it is said which claims are recorded as being in it.
    """
    from interfaces.x12.exporting import file_of, recorded  # noqa: PLC0415 - loaded by now

    done: list[Prepared] = []
    try:
        with new_file(args.output, encoding="ascii") as file:
            done = recorded(session, claims, again=args.again)
            file.write(file_of(done, session.handler.now(), simulated=session.simulated))
    except BaseException:
        _in_no_file(screen, [each.row.claim for each in done if each.becomes == "written"])
        raise
    if not any(claim.becomes == "written" for claim in done):
        Path(args.output).unlink()
    return done


def _in_no_file(screen: Screen, claims: list[str]) -> None:
    """Say which claims were recorded as being in a file that could not be written."""
    if not claims:
        return
    from interfaces.cli.wording import counted  # noqa: PLC0415 - loaded by now

    if screen.as_json:
        screen.note_json({"in_no_file": claims})
        return
    were = "was" if len(claims) == 1 else "were"
    screen.note(
        f"{counted(len(claims), 'claim')} {were} recorded as being in a file, and no file was made. "
        "When that is mended, export them with --again --claims:",
        *(f"  {claim}" for claim in claims),
    )


def _show(args: Namespace, screen: Screen, claims: "Sequence[Prepared]") -> None:
    from interfaces.cli.wording import counted, money  # noqa: PLC0415 - loaded by now
    from projections.tables.claims_layout import dollars  # noqa: PLC0415

    counts = Counter(claim.becomes for claim in claims)
    charge = sum(claim.row.charge_cents for claim in claims if claim.becomes == "written")
    total = dollars(charge)
    screen.answer(
        {
            "month": args.month,
            "practice": args.practice,
            "file": args.output if counts["written"] else None,
            "written": counts["written"],
            "charge": str(total),
            "claims": [_json(claim) for claim in claims],
        }
    )
    screen.say(f"{args.month}: {counted(len(claims), 'claim')} to send.")
    if claims:
        screen.table(_COLUMNS, [_cells(claim) for claim in claims], right=(4,))
    for lack in {each.code: each for claim in claims for each in claim.lacks}.values():
        screen.say(f"{lack.code}: {lack.happened} {lack.remedy}")
    for refusal in {claim.refusal.code: claim.refusal for claim in claims if claim.refusal is not None}.values():
        screen.say(f"{refusal.code}: {refusal.happened} {refusal.remedy}")
    told = f"{counted(counts['written'], 'claim')}, {money(total)} together"
    left = counted(len(claims) - counts["written"], "claim")
    if args.output is None:
        screen.say(f"A file would hold {told}; left out: {left}. None was asked for, and nothing is recorded as sent.")
    elif counts["written"]:
        screen.say(f"The file holds {told}; left out: {left}. It holds PHI: keep it as you keep charts.")
    else:
        screen.say(f"No file was made. Left out: {left}.")


def _cells(claim: "Prepared") -> tuple[str, ...]:
    from interfaces.cli.wording import codes_of, money  # noqa: PLC0415 - loaded by now
    from projections.tables.claims_layout import dollars  # noqa: PLC0415

    row = claim.row
    becomes = claim.becomes.replace("_", " ")
    codes = [lack.code for lack in claim.lacks] + ([claim.refusal.code] if claim.refusal is not None else [])
    if codes:
        becomes += f": {', '.join(codes)}"
    if claim.exported_on is not None:
        becomes += f" (in a file of {claim.exported_on.isoformat()})"
    return row.claim, row.patient, _KINDS[row.frequency], codes_of(row.units), money(dollars(row.charge_cents)), becomes


def _json(claim: "Prepared") -> dict[str, Any]:
    from commands.answer import refusal_json  # noqa: PLC0415 - loaded by now
    from projections.tables.claims_layout import dollars  # noqa: PLC0415 - loaded by now

    row = claim.row
    return {
        "claim": row.claim,
        "patient": row.patient,
        "practice": row.practice,
        "payer": row.payer,
        "frequency": row.frequency,
        "charge": str(dollars(row.charge_cents)),
        "becomes": claim.becomes,
        "lacks": [each._asdict() for each in claim.lacks],
        "refusal": refusal_json(claim.refusal) if claim.refusal is not None else None,
        "exported_on": claim.exported_on.isoformat() if claim.exported_on is not None else None,
        "position": claim.position,
    }
