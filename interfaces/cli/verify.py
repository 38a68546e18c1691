"""`verify`: whether facts, log and read models are whole, alone and against what was kept elsewhere.

Without a choice everything is looked at: every fact is opened, the log is recomputed, and the read models are compared
with a rebuild. What is found has a name: edited, deleted, inserted, reordered, truncated, rolled back, foreign,
rewritten, unknown key, projection drift; docs/threats.md says which name needs which evidence.
"""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.kept_files import MEGABYTE, ROOTS, Wanted, kept_bytes
from interfaces.cli.screen import Screen, steps
from interfaces.cli.usage import Commands, Parser, WrongUsage

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from interfaces.redeciding import Redecided
    from ledger.store.checkpoints.timestamping import TrustedRoots
    from ledger.store.fsck import Verification
    from ledger.store.verifying.log import Evidence, LogVerification
    from projections.rebuild import Agreement

DAMAGED: Final = 3
_MORE: Final = """\
Who can change the database can change all of it, and with the log's key sign it anew. What was kept where he could
not reach it tells: notes of checkpoints (a receipt ends in one), a published folder, an archive. Name the keys that you
trust with --key, as they were given to you, or the ledger's own facts say which they are.
"""


def add(commands: Commands, shared: Parser) -> None:
    """Declare the command."""
    verify = commands.add_parser(
        "verify", parents=[shared], help="check facts, log and read models", description=__doc__, epilog=_MORE
    )
    verify.add_argument("--log", action="store_true", help="only the log: leaves, tags, tiles, checkpoints, signatures")
    verify.add_argument("--projections", action="store_true", help="only the read models, by their state roots")
    verify.add_argument("--redecide", action="store_true", help="also decide every recorded command anew")
    verify.add_argument("--tiles", metavar="FOLDER", help="compare with a published copy of the log")
    verify.add_argument("--checkpoint", metavar="FILE", action="append", default=[], help="compare with a kept note")
    verify.add_argument("--archive", metavar="FILE", help="compare with an archive")
    verify.add_argument("--since", metavar="FILE", help="believe what this kept note covers, and look at the rest")
    verify.add_argument("--key", metavar="KEY", action="append", default=[], help="a key of the log that you trust")
    verify.add_argument("--roots", metavar="FILE", help="PEM: whose timestamps you trust; the roots of the authorities")
    verify.set_defaults(run=run_verify)


def run_verify(args: Namespace, screen: Screen) -> int:
    """Check what was asked for; 3 where anything was found."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.cli.redecide_text import answer_of as redecided_answer  # noqa: PLC0415
    from interfaces.cli.redecide_text import told as redecided_told  # noqa: PLC0415
    from interfaces.cli.verify_text import answer, told  # noqa: PLC0415

    evidence = _evidence(args)
    everything = not (args.log or args.projections)
    with session_of(args, screen, to_verify=True) as session:
        _check_keys(evidence, session.log.ledger_id)
        facts = _facts(session, screen) if everything else None
        log = _log(session, screen, evidence) if everything or args.log or args.roots or _is_given(args) else None
        is_whole = (facts is None or facts.is_sound) and (log is None or log.is_sound)
        models = _models(session, screen) if args.projections or (everything and is_whole) else None
        again = _redecided(session, screen) if args.redecide and is_whole else None
        is_sound = is_whole and (models is None or not models.differing) and (again is None or again.is_same)
        has_evidence, ledger_id = _is_given(args), session.log.ledger_id
        said = answer(ledger_id, facts, log, models, is_sound=is_sound, has_evidence=has_evidence)
        screen.answer(said if again is None else said | {"redecided": redecided_answer(again)})
        screen.say(*told(facts, log, models, has_evidence=has_evidence), *(redecided_told(again) if again else ()))
    return 0 if is_sound else DAMAGED


def _facts(session: "Session", screen: Screen) -> "Verification":
    from ledger.store.fsck import verify  # noqa: PLC0415 - loaded by now

    with screen.progress("Facts", session.log.refresh()) as bar:
        return verify(session.log, steps(bar))


def _log(session: "Session", screen: Screen, evidence: "Evidence") -> "LogVerification":
    from ledger.store.verifying.log import verify_log  # noqa: PLC0415 - loaded by now

    with screen.progress("Log", session.log.refresh()) as bar:
        return verify_log(session.log, evidence, steps(bar))


def _models(session: "Session", screen: Screen) -> "Agreement":
    from projections.rebuild import agreement  # noqa: PLC0415 - loaded by now

    kept = session.models()
    with screen.progress("Read models", session.log.refresh()) as bar:
        return agreement(session.log, kept, rulebook_of=session.rulebook_of, progress=steps(bar))


def _redecided(session: "Session", screen: Screen) -> "Redecided":
    """Every recorded command put to the deciders on what it had read."""
    from interfaces.redeciding import redecide  # noqa: PLC0415 - loads every decider

    with screen.progress("Commands", session.log.refresh()) as bar:
        return redecide(session, steps(bar))


# --- what was kept ----------------------------------------------------------------------------------------------------


def _is_given(args: Namespace) -> bool:
    return bool(args.tiles or args.checkpoint or args.archive or args.since)


def _evidence(args: Namespace) -> "Evidence":
    from ledger.store.verifying.log import Evidence  # noqa: PLC0415 - `--help` must not wait for it

    folder = Path(args.tiles) if args.tiles else None
    if folder is not None and not folder.is_dir():
        raise WrongUsage("There is no such folder of tiles.", "Name one that `ccm-ledger seal --publish` keeps.")
    archive = Path(args.archive) if args.archive else None
    if archive is not None and not archive.is_file():
        raise WrongUsage("There is no such archive.", "Name the file of an archive.")
    if archive is not None:
        _check_archive(archive)
    return Evidence(
        notes=tuple(_note(file, number) for number, file in enumerate(args.checkpoint, 1)),
        folder=folder,
        archive=archive,
        since=_note(args.since, 0) if args.since else None,
        keys=tuple(_key(text, number) for number, text in enumerate(args.key, 1)),
        roots=_roots(args.roots) if args.roots else (),
    )


def _note(file: str, number: int) -> bytes:
    """The note in a file: a checkpoint, or the one that a receipt ends in."""
    from ledger.proof.checkpoint import PROOF_FORMAT, BadProof, parse_checkpoint, parse_proof  # noqa: PLC0415
    from ledger.proof.note import BadNote, parse_note  # noqa: PLC0415 - as above

    which = f"Kept note {number}" if number else "The note to go on from"
    data = kept_bytes(file, Wanted(MEGABYTE, "note or receipt", "Check its name and who owns it.", which))
    try:
        note = parse_proof(data).checkpoint if data.startswith(PROOF_FORMAT.encode()) else data
        parse_checkpoint(parse_note(note).text)
    except (BadNote, BadProof) as error:
        raise WrongUsage(
            f"{which} is no signed checkpoint: {error}.",
            "Name a note that `ccm-ledger seal --publish` wrote, or a receipt; what cannot be read says nothing.",
        ) from error
    return note


def _roots(file: str) -> "TrustedRoots":
    from ledger.store.checkpoints.timestamping import roots_in  # noqa: PLC0415 - as above

    return roots_in(kept_bytes(file, ROOTS))


def _key(text: str, number: int) -> Any:
    from ledger.proof.note import BadNote, VerifierKey  # noqa: PLC0415 - as above

    try:
        return VerifierKey.parse(text)
    except BadNote as error:
        raise WrongUsage(
            f"Key {number} cannot be read: {error}.", "`ccm-ledger log-key show` prints keys as they are given here."
        ) from error


def _check_keys(evidence: "Evidence", ledger_id: str) -> None:
    """WrongUsage where keys are named and none could have signed this log: they would be passed over in silence."""
    from ledger.proof.note import NOTE_KEY  # noqa: PLC0415 - as above
    from ledger.store.checkpoints.log_keys import log_name  # noqa: PLC0415

    own = log_name(ledger_id)
    if evidence.keys and not any((key.name, key.kind) == (own, NOTE_KEY) for key in evidence.keys):
        raise WrongUsage(
            "None of the keys named with --key is one of this ledger's log.",
            f"Name the one that you were given for {own}, or another ledger.",
        )


def _check_archive(file: Path) -> None:
    """WrongUsage where a file does not even begin as an archive does; a damaged one is evidence of its damage."""
    from ledger.store.archive.format import MAGIC  # noqa: PLC0415 - as above

    try:
        with file.open("rb") as opened:
            is_one = opened.read(len(MAGIC)) == MAGIC
    except OSError as error:
        raise WrongUsage(f"The archive cannot be read: {error.strerror}.", "Check its name and who owns it.") from error
    if not is_one:
        raise WrongUsage("The file is no archive of a ledger.", "Name one that `ccm-ledger archive export` wrote.")
