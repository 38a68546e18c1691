"""The offline verifier: `python ccm-verify.pyz FILE`, or `python -m ledger.proof FILE`, with nothing but Python.

It reads a bill, a receipt (`.tlog-proof` with the fact's header as extra data), a proof of consistency (with `--from`
the checkpoint that was kept) or a checkpoint alone. Exit 0: proven. Exit 3: not. Exit 2: not asked rightly.
"""

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from ledger.proof import checkpoint
from ledger.proof.bill import Report, said_of, verify_bill
from ledger.proof.leaf import decode_header, leaf_hash
from ledger.proof.note import BadProof, VerifierKey


def main(arguments: list[str] | None = None) -> int:
    """Verify one file, say what is proven and what not, and return the exit code."""
    parser = ArgumentParser("ccm-verify", description="Verifies a bill, receipt, proof of consistency or checkpoint.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", action="append", default=[], metavar="VKEY", help="a public key that you trust")
    parser.add_argument("--from", dest="kept", type=Path, metavar="NOTE", help="the checkpoint that you kept")
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    asked = parser.parse_args(arguments)
    try:
        data, kept = asked.file.read_bytes(), asked.kept and asked.kept.read_bytes()
        keys = [VerifierKey.parse(key) for key in asked.key]
    except (OSError, ValueError) as error:
        parser.error(str(error))
    if not keys and not data.startswith(b"{"):
        parser.error("name the public key of the log with --key")
    try:
        report, why = verify(data, keys, kept), None
    except (ValueError, OSError, OverflowError) as error:  # a time beyond what this machine can write is an OSError
        report, why = Report((), ()), str(error)
    _say(asked, report, why)
    return 0 if why is None else 3


def verify(data: bytes, keys: list[VerifierKey], kept: bytes | None) -> Report:
    """What this file proves by these keys; ValueError where it does not."""
    if data.startswith(b"{"):
        return verify_bill(data, keys)
    if data.startswith(b"old "):
        if kept is None:
            raise BadProof("a proof of consistency needs the checkpoint that you kept: name it with --from")
        old, _ = checkpoint.open_checkpoint(kept, keys)
        new = checkpoint.verify_continued(old, checkpoint.parse_consistency(data), keys)
        return Report((*said_of(*new), "it continues the checkpoint that you kept: nothing was taken out"), ())
    if not data.startswith(checkpoint.PROOF_FORMAT.encode()):
        return Report(said_of(*checkpoint.open_checkpoint(data, keys)), ("others may have been shown another one",))
    proof = checkpoint.parse_proof(data)
    prefix, tail = decode_header(proof.extra or b"")
    found, checked = checkpoint.verify_proof(proof, leaf_hash(proof.extra or b"", b""), keys)
    if (f"ccm-ledger/{prefix.ledger}", tail.leaf_index) != (found.origin, proof.index):
        raise BadProof("the header in the receipt is of another ledger or position")
    return Report((*said_of(found, checked), f"the fact at position {proof.index + 1} is in it"), ())


def _say(asked: Namespace, report: Report, why: str | None) -> None:
    verdict = "proven" if why is None else "not proven"
    lines = [f"{asked.file.name}: {verdict}" + (f": {why}" if why else "")]
    lines += [f"  {one}" for one in report.proven] + [f"  but: {one}" for one in report.noted]
    answer = {"verdict": verdict, "because": why, **report._asdict()}
    sys.stdout.write((json.dumps(answer) if asked.json else "\n".join(lines)) + "\n")


if __name__ == "__main__":
    sys.exit(main())
