"""Where a ledger's master key is: in a file outside its folder, or in the environment as 64 hexadecimal digits.

Promise: a key is never shown, and never read out of the ledger's own folder; a new one is on the disk before anything
is wrapped under it. Not promised: that nobody reads the environment of a running program: root can, and its own user.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from interfaces.system import SystemClock, SystemIds
from ledger.terms.errors import NotALedger, StoreUnavailable, WrongKey

if TYPE_CHECKING:
    from ledger.store.connection import Place
    from ledger.store.rotation import Rotated

VARIABLE: Final = "CCM_LEDGER_MASTER_KEY"


def one_of(file: str | None, held: str | None) -> None:
    """WrongKey where the environment names a key file and holds a key: nobody could say which one is meant."""
    if file and held:
        raise WrongKey(
            f"CCM_LEDGER_KEY_FILE and {VARIABLE} are both set, and a ledger has one master key.",
            "Unset one of them, or name the file: --key-file FILE.",
        )


def key_in(file: Path | None, held: str | None) -> bytes:
    """The master key in a file, or where none is named in the environment; WrongKey where there is none."""
    from ledger.store.keyfile import read_key_file  # noqa: PLC0415 - `--help` must not wait for the store
    from ledger.store.masterkeys import parse_key  # noqa: PLC0415

    return parse_key(held or "", VARIABLE) if file is None else read_key_file(file)


def new_key(file: Path | None, held: str | None) -> bytes:
    """The key of a new ledger: drawn and written to a new file, or the one that the environment holds."""
    from ledger.store.keyfile import create_key_file  # noqa: PLC0415

    if file is None:
        return key_in(None, held)
    with naming_places("The key file"):
        return create_key_file(file, SystemIds())


def rotate(place: "Place", ledger_id: str, old: bytes, new_file: Path) -> "Rotated":
    """Wrap every key of a ledger's vault under the key in a file, which is made where there is none.

    Raises as `rotation.rotate_master_key`.
    """
    from ledger.store.rotation import rotate_master_key  # noqa: PLC0415

    outside(new_file, place, "--new-key-file")
    is_new = not new_file.exists()
    new = new_key(new_file, None) if is_new else key_in(new_file, None)
    try:
        return rotate_master_key(place, ledger_id, old=old, new=new, clock=SystemClock(), ids=SystemIds())
    except (WrongKey, NotALedger):
        # Nothing was wrapped under it: left behind, it would be taken for the key of this ledger.
        if is_new:
            new_file.unlink(missing_ok=True)
        raise


def outside(key_file: Path, place: "Place", option: str = "--key-file") -> None:
    """WrongKey where a key file lies inside the ledger's folder; `option` names another one."""
    if isinstance(place, Path) and key_file.resolve().is_relative_to(place.resolve()):
        raise WrongKey(
            "The key file lies inside the ledger's folder, where every copy of the ledger would take it along.",
            f"Keep it elsewhere: {option} FILE.",
        )


@contextmanager
def naming_places(what: str) -> Iterator[None]:
    """StoreUnavailable, which names what cannot be made, in place of what the system says."""
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(
            f"{what} cannot be made there: {error.strerror}.", "Name a place that this account may write to."
        ) from error
