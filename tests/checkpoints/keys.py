"""Keys of the log that are the same in every run, and the facts that adopt and retire them."""

from collections.abc import Sequence

from ledger.proof.note import COSIGNER_KEY, NOTE_KEY, VerifierKey
from ledger.store.checkpoints.log_keys import Signer, SigningKey, clock_name, log_name
from ledger.store.checkpoints.sealing import Sealer
from ledger.store.connection import Ledger
from ledger.streams.log_keys import LogKeyAdopted, LogKeyRetired
from tests.store.sample import StandingClock, assigned, proposal


def log_key(ledger: Ledger, number: int = 1) -> SigningKey:
    """The key of the log, or another one."""
    return SigningKey(log_name(ledger.ledger_id), NOTE_KEY, bytes([number]) * 32)


def clock_key(ledger: Ledger) -> SigningKey:
    """The key of the ledger's own cosigner."""
    return SigningKey(clock_name(ledger.ledger_id), COSIGNER_KEY, b"c" * 32)


def signers(ledger: Ledger) -> tuple[SigningKey, ...]:
    """The keys that `adopt` adopts."""
    return log_key(ledger), clock_key(ledger)


def verifiers(ledger: Ledger) -> tuple[VerifierKey, ...]:
    """Their public halves."""
    return tuple(key.verifier for key in signers(ledger))


def adoption(key: SigningKey, replaces: SigningKey | None = None) -> LogKeyAdopted:
    """The fact that a key is adopted."""
    return LogKeyAdopted(
        name=key.name,
        kind="log" if key.kind == NOTE_KEY else "clock",
        public_key=key.verifier.public.hex(),
        replaces=None if replaces is None else replaces.verifier.public.hex(),
    )


def retirement(key: SigningKey) -> LogKeyRetired:
    """The fact that a key of the log is retired."""
    return LogKeyRetired(name=key.name, kind="log", public_key=key.verifier.public.hex(), reason="replaced")


def adopt(ledger: Ledger) -> None:
    """Adopt the log's key and the clock's."""
    ledger.append([proposal(*map(adoption, signers(ledger)))])


def grow(ledger: Ledger, facts: int) -> None:
    """Append so many facts."""
    ledger.append([proposal(*[assigned() for _ in range(facts)])])


def sealer(ledger: Ledger, clock: StandingClock | None = None, keys: Sequence[Signer] | None = None) -> Sealer:
    """A sealer with the keys that are adopted."""
    return Sealer(ledger, signers(ledger) if keys is None else keys, clock or StandingClock())
