"""Which keys sign the log now, and which ever did: the ledger's facts, and the signers that are at hand.

Promise: a checkpoint is signed by every key that the ledger adopted and did not retire, and by no other; so while one
key takes over from another, both sign. Not promised: that a key was kept safe.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from ledger.proof.note import COSIGNER_KEY, NOTE_KEY, VerifierKey
from ledger.store.checkpoints.log_keys import Signer, clock_name, log_name
from ledger.store.connection import Ledger
from ledger.streams.log_keys import LogKey, LogKeys, evolve_log_keys
from ledger.terms.errors import WrongKey
from ledger.terms.identity import LEDGER_TAG

KINDS: Final = {"log": NOTE_KEY, "clock": COSIGNER_KEY}


class Ring(NamedTuple):
    """Who signs a checkpoint now, and under which keys an earlier one may stand."""

    log: tuple[Signer, ...]
    clock: tuple[Signer, ...]
    known: tuple[VerifierKey, ...]
    """Every key that the ledger ever adopted."""


def log_keys_of(ledger: Ledger) -> LogKeys:
    """The keys that the ledger's own facts name, as of the last `refresh`."""
    state = LogKeys()
    for fact in ledger.read(LEDGER_TAG):
        state = evolve_log_keys(state, fact)
    return state


def verifier_of(key: LogKey) -> VerifierKey:
    """The key as notes name it."""
    return VerifierKey(key.name, KINDS[key.kind], bytes.fromhex(key.public_key))


def ring(keys: LogKeys, signers: Sequence[Signer], ledger_id: str) -> Ring:
    """The signers whose keys are in use. WrongKey where none is adopted, or one that is in use is not at hand."""
    at_hand = {signer.verifier: signer for signer in signers}
    names = {log_name(ledger_id), clock_name(ledger_id)}
    # A note bears one line of each key, however often facts adopt it.
    in_use = [*dict.fromkeys(verifier_of(key) for key in keys.in_use() if key.name in names)]
    if not any(key.kind == NOTE_KEY for key in in_use):
        raise WrongKey(
            "The ledger has adopted no key that signs its log.",
            "Make one and adopt it: `ccm-ledger log-key new`.",
        )
    for key in in_use:
        if key not in at_hand:
            raise WrongKey(
                f"The key {key.key_id.hex()} of {key.name} signs this log, and its private half is not at hand.",
                "Name the file of log keys that holds it (--log-key-file FILE), or retire it: `ccm-ledger log-key"
                f" retire {key.key_id.hex()}`.",
            )
    return Ring(
        tuple(at_hand[key] for key in in_use if key.kind == NOTE_KEY),
        tuple(at_hand[key] for key in in_use if key.kind == COSIGNER_KEY),
        tuple(map(verifier_of, keys.keys)),
    )
