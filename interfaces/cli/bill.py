"""`bill` and `verify-bill`: one claim with everything that it rests on as a file, and such a file judged again."""

from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.kept_files import MEGABYTE, Wanted, kept_bytes
from interfaces.cli.new_files import is_free, new_file
from interfaces.cli.screen import Screen
from interfaces.cli.sealing import log_key_option
from interfaces.cli.usage import Commands, Parser, ReadRefused, WrongUsage, claim_id
from interfaces.cli.verifier_beside import lay_verifier_beside

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from ledger.proof.note import VerifierKey
    from projections.exports.bill import Made
    from projections.exports.bill_file import Bill
    from projections.exports.bill_unshown import Unshown

DOES_NOT: Final = 3
_BILL: Final = Wanted(1 << 28, "bill", "Name the file of a bill.")
_NOTE: Final = Wanted(MEGABYTE, "note", "Name the note of a checkpoint.")
_MORE_BILL: Final = """\
The file proves to whoever reads it that the claim rests on facts that the ledger holds, unchanged, and lets them judge
it again, without this ledger and without us: `python3 ccm-verify.pyz FILE`, which is laid beside it, proves the bytes,
`ccm-ledger verify-bill FILE` judges them. It holds what the claim's month was judged by: instants, seconds, codes,
roles, opaque ids. Words stay closed unless --words opens those of the patient's care; who the patient is, --identity
alone opens. What came since into the patient's record and may take from an earlier month (a stay, a diagnosis, a plan,
a consent found void) is in it by kind and time; --since shows what it says, and then it is judged. Of other patients
only time that touches the month's own is in it, without its words. Where the keys of the log are at hand, everything
is counted (`completeness map`) and sealed before; else the last checkpoint must cover the claim. The export is
recorded as a read of everybody who is in the file.
"""
_MORE_VERIFY: Final = """\
No ledger is needed. First the bytes: every fact against its header, the header against the log, the log against its
signature, by the keys that --key names; without one by those in the file, which proves nothing about who signed. Then
the judgement: the facts in the file, by the edition of the rulebook in the file, against each line of the claim.
Nothing in a file says that its checkpoint is the newest: --checkpoint names a newer one that you have, signed by a key
that you name with --key. Exit code 0: it supports the claim, the bytes are proven, and nothing can have been kept back
of what came into the month or was said of the claim up to its checkpoint. 3: it does not, or only as far as shown; it
says where.
"""
_TRIES: Final = 3
"""How often a map is made where others go on writing: what they record between it and the checkpoint could be of the
claim."""


def add(commands: Commands, shared: Parser) -> None:
    """Declare the commands."""
    said = "Write one claim with everything that it rests on, and its proofs, into a new file."
    bill = commands.add_parser(
        "bill", parents=[shared], help="one claim with its proofs", description=said, epilog=_MORE_BILL
    )
    bill.add_argument("claim", metavar="CLAIM", type=claim_id, help="the claim's id; `claims` answers with it")
    bill.add_argument("--out", metavar="FILE", required=True, help="the file to make")
    bill.add_argument("--words", action="store_true", help="open the sealed words of the patient's care")
    bill.add_argument(
        "--since", action="store_true", help="show what came since into the record and may take from the month"
    )
    bill.add_argument("--identity", action="store_true", help="open who the patient is")
    log_key_option(bill)
    bill.set_defaults(run=run_bill)
    said = "Judge the bill in a file again, by the facts and the edition that are in it."
    verify = commands.add_parser(
        "verify-bill", parents=[shared], help="judge a bill again", description=said, epilog=_MORE_VERIFY
    )
    verify.add_argument("file", metavar="FILE", help="the bill")
    verify.add_argument("--key", metavar="VKEY", action="append", default=[], help="a key that you trust")
    verify.add_argument("--checkpoint", metavar="NOTE", help="a newer checkpoint of the log that you have")
    verify.set_defaults(run=run_verify_bill)


def run_bill(args: Namespace, screen: Screen) -> int:
    """Record the reads; map and seal where the log's keys are at hand; then make the file."""
    from interfaces.cli.asking import ask, pulled, session_of  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.cli.completeness import bring_up  # noqa: PLC0415
    from projections.claims.asked import patient_of_claim  # noqa: PLC0415

    is_free(args.out)
    with session_of(args, screen) as session:
        patient = patient_of_claim(pulled(session, screen), args.claim)
        if patient is None:
            raise ReadRefused(_no_such_claim())
        ask(session, args, "export", (patient,), opened_words=args.words or args.identity)
        for _ in range(_TRIES):
            is_new = bring_up(session, args)
            made = _made(session, patient, args)
            # What came since into the record is the same under any map.
            if not {*made.judged.unshown} - {"ground_since"} or not is_new:
                break
        if made.others:  # whoever is in the file is read about, and nothing left the ledger before
            ask(session, args, "export", made.others, month=made.judged.month)
        text = made.bill.text()
        _proves_itself(text)
        with new_file(args.out, encoding="utf-8") as file:
            file.write(text)
        _tell(args, screen, made, len(text.encode()))
        lay_verifier_beside(args.out, screen)
    return 0


def _made(session: "Session", patient: str, args: Namespace) -> "Made":
    """The bill as the last checkpoint proves it; WrongUsage where that covers no such claim, or it asks for nothing."""
    from interfaces.anchoring import anchor_of  # noqa: PLC0415 - `--help` must not wait for them
    from ledger.store.disclosing import Disclosing  # noqa: PLC0415
    from projections.exports.bill import BillMaker, claim_in  # noqa: PLC0415
    from projections.exports.bill_judged import VOID  # noqa: PLC0415

    anchor = anchor_of(session.log)
    found = claim_in(session.log, patient, args.claim, until=anchor.size) if anchor is not None else None
    if anchor is None or found is None:
        raise WrongUsage("No checkpoint covers the claim yet.", "Run `ccm-ledger seal`, then ask again.")
    if found.event.frequency == VOID:
        raise WrongUsage("The claim voids another one, and asks for nothing.", "Ask for the claim that it voids.")
    return BillMaker(session.log, session.rulebook_of, Disclosing(session.log), anchor).made(
        found, words=args.words, identity=args.identity, since=args.since
    )


def _proves_itself(text: str) -> None:
    """LedgerDamaged where the facts are not those that were sealed: no such file leaves the ledger."""
    from ledger.terms.errors import LedgerDamaged  # noqa: PLC0415 - loaded by now
    from projections.exports.bill_proof import proven  # noqa: PLC0415

    proof = proven(text.encode(), ())
    if not proof.is_proven:
        raise LedgerDamaged(
            f"The bill would not prove itself: {proof.because}.",
            "Stop writing, keep this disk, and run `ccm-ledger verify --log`.",
        )


def _tell(args: Namespace, screen: Screen, made: "Made", size: int) -> None:
    from interfaces.cli.bill_text import judged_json, judged_lines  # noqa: PLC0415 - loaded by now
    from interfaces.cli.wording import counted  # noqa: PLC0415

    screen.answer({"file": args.out, "size": size, **judged_json(made.judged), "other_patients": len(made.others)})
    screen.say(f"The bill was written to {args.out}: {counted(size, 'byte')}.", *judged_lines(made.judged))
    if made.others:
        screen.say(
            f"Time of {counted(len(made.others), 'other patient')} is in it, because it touches the month's own."
        )
    if made.judged.unshown:
        screen.say(f"Whoever checks it is told so, with exit code 3. {_mended(made.judged.unshown, args)}")
    opened = args.words or args.identity
    screen.say(
        "It holds PHI: keep it as you keep charts." if opened else "It names nobody; its ids and dates are yours."
    )


def _mended(unshown: "Sequence[Unshown]", args: Namespace) -> str:
    """How a bill is made of which less is left to its maker's word."""
    if {*unshown} != {"ground_since"}:
        return "Run `completeness map`, then `seal`, and make it again."
    if not args.since:
        return "With --since it shows what came into the record, without words, and that is judged."
    return "What made others one person with the patient no bill judges: look at `claim show`."


def run_verify_bill(args: Namespace, screen: Screen) -> int:
    """Prove the bytes, judge them, and say where either ends."""
    from interfaces.cli.bill_text import judged_json, judged_lines, proven_lines  # noqa: PLC0415 - as above
    from projections.exports.bill_file import BadBill  # noqa: PLC0415
    from projections.exports.bill_judged import judge_bill  # noqa: PLC0415
    from projections.exports.bill_proof import proven  # noqa: PLC0415

    data, keys = kept_bytes(args.file, _BILL), _keys(args.key)
    newer = _newer(args.checkpoint, keys)
    proof = proven(data, keys)
    try:
        judged = judge_bill(_parsed(data))
    except BadBill as bad:
        screen.answer({"supports": False, "verdict": "unproven", "bytes": proof._asdict(), "because": str(bad)})
        screen.say(*proven_lines(proof), f"It cannot be judged: {bad}")
        return DOES_NOT
    if newer > judged.as_of:
        judged = judged._replace(unshown=(*judged.unshown, "log_since"))
    screen.simulated(judged.is_simulated)
    is_good = judged.is_supported and proof.is_proven
    verdict = judged.verdict if proof.is_proven else "unproven"
    told = {"supports": is_good, "verdict": verdict, "bytes": proof._asdict(), **judged_json(judged)}
    screen.answer(told)
    screen.say(*proven_lines(proof), *judged_lines(judged))
    return 0 if is_good else DOES_NOT


def _keys(given: Sequence[str]) -> "list[VerifierKey]":
    """The keys that the reader trusts; WrongUsage where one is none."""
    from ledger.proof.note import VerifierKey  # noqa: PLC0415 - loaded by now

    try:
        return [VerifierKey.parse(key) for key in given]
    except ValueError as error:
        raise WrongUsage(f"--key names no key: {error}.", "A key is one line: NAME+ID+BASE64.") from error


def _newer(name: str | None, keys: "Sequence[VerifierKey]") -> int:
    """How many facts the reader's own checkpoint covers; WrongUsage where it is none of these keys."""
    from ledger.proof.checkpoint import open_checkpoint  # noqa: PLC0415 - loaded by now

    if name is None:
        return 0
    try:
        return open_checkpoint(kept_bytes(name, _NOTE), keys)[0].size
    except ValueError as error:
        raise WrongUsage(
            f"--checkpoint names no checkpoint: {error}.", "Name its note, and its key by --key."
        ) from error


def _parsed(data: bytes) -> "Bill":
    from projections.exports.bill_file import parse_bill  # noqa: PLC0415 - loaded by now

    return parse_bill(data)


def _no_such_claim() -> Any:
    from ledger.terms.refusals import refused  # noqa: PLC0415 - loaded by now

    return refused("no_such_claim", happened="This ledger has no claim with this id.")
