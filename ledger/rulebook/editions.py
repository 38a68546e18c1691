"""Editions: the whole law as bytes, so that a ledger judges by what it adopted and not by what is installed.

Promise: an edition is its bytes; the same files and formulas version give the same bytes and digest
everywhere. The format is storage, decided once:

    b"CCME" 0x01 | u32 formulas version | u32 count | count times: u32 length, name, u32 length, content

big-endian, names as UTF-8 paths with "/" below the rulebook folder, sorted by their bytes, each once. The
digest is SHA-256 over all of it, in hex. Not promised: that an edition's files load; `rulebook_of` says
that.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files as resources_of
from importlib.resources.abc import Traversable
from typing import Final

from ledger.rulebook.carried_out import CARRIED_OUT, not_carried_out
from ledger.rulebook.errors import Diagnostic, EditionDamaged, RulebookError, UnknownFormulas
from ledger.rulebook.formulas import FORMULAS_VERSION, KNOWN_FORMULAS
from ledger.rulebook.load import load_rulebook
from ledger.rulebook.load_exceptions import PAYERS
from ledger.rulebook.rules import Rulebook

_MAGIC: Final = b"CCME"
_VERSION: Final = b"\x01"
_PREFIX_BYTES: Final = 13


@dataclass(frozen=True, slots=True)
class Edition:
    """One whole law: formulas version and rule files. Two editions are equal when their digests are."""

    digest: str
    formulas_version: int = field(compare=False)
    files: tuple[tuple[str, bytes], ...] = field(compare=False, repr=False)
    """(path below the rulebook folder, content), sorted by path."""

    @classmethod
    def of(cls, files: Mapping[str, bytes], formulas_version: int = FORMULAS_VERSION) -> "Edition":
        """The edition of these files."""
        ordered = tuple(sorted(files.items(), key=lambda item: item[0].encode()))
        return cls(hashlib.sha256(_encode(formulas_version, ordered)).hexdigest(), formulas_version, ordered)

    def to_bytes(self) -> bytes:
        """The stored form; see the format in the module's docstring."""
        return _encode(self.formulas_version, self.files)

    @classmethod
    def from_bytes(cls, stored: bytes) -> "Edition":
        """The edition that these stored bytes spell.

        Raises EditionDamaged, and UnknownFormulas for a later format.
        """
        if stored[:4] != _MAGIC:
            raise EditionDamaged("The stored edition does not begin as one.", _DAMAGED)
        if stored[4:5] != _VERSION:
            raise UnknownFormulas("The stored edition has a format that this program does not know.", _NEWER)
        version = int.from_bytes(stored[5:9], "big")
        try:
            again = cls.of(dict(_decode(stored)), version)
        except ValueError as error:
            raise EditionDamaged("The stored edition is cut short or altered.", _DAMAGED) from error
        if again.to_bytes() != stored:
            raise EditionDamaged("The stored edition is not in its canonical form.", _DAMAGED)
        return again


def shipped_edition() -> Edition:
    """The edition installed with this program: what `init` adopts; judging never takes it from here."""
    return Edition.of(dict(_toml_files(resources_of("ledger.rulebook"), "")))


def with_profiles(profiles: Mapping[str, bytes]) -> Edition:
    """The shipped edition with further files of payers' profiles (path below the rulebook folder, content).

    Raises RulebookError where a file stands outside `payers/`, or is one of the shipped: nothing overrides by its name.
    """
    shipped = dict(shipped_edition().files)
    faults = [
        Diagnostic(name, 0, "", "Only exceptions may be added to the rules.", "Put it at payers/NAME/FILE.toml.")
        for name in sorted(profiles)
        if not name.startswith(PAYERS)
    ] + [
        Diagnostic(name, 0, "", "The shipped edition has a file of this name.", "Give the file another name.")
        for name in sorted(profiles.keys() & shipped.keys())
    ]
    if faults:
        raise RulebookError(tuple(faults))
    return Edition.of({**shipped, **profiles})


def profiles_in(edition: Edition) -> frozenset[str]:
    """The names of the payers' profiles that an edition holds."""
    return frozenset(name.split("/")[1] for name, _ in edition.files if name.startswith(PAYERS))


@lru_cache(maxsize=16)
def rulebook_of(edition: Edition) -> Rulebook:
    """The rulebook of an edition; parsed once for each digest, its register only when somebody asks for it.

    Raises UnknownFormulas where the edition names a formulas version that this program does not have, or a value that
    it does not carry out (carried_out.py), and RulebookError where its files do not load.
    """
    if edition.formulas_version not in KNOWN_FORMULAS:
        raise UnknownFormulas(
            f"Edition {edition.digest[:12]} is judged by formulas version {edition.formulas_version}; "
            f"this program knows up to {max(KNOWN_FORMULAS)}.",
            _NEWER,
        )
    book = load_rulebook(dict(edition.files), first_time=False)
    if unknown := next(not_carried_out(book), None):
        raise UnknownFormulas(
            f"Edition {edition.digest[:12]} says that {unknown.name} is {unknown.value}; this program judges only by "
            f"{' or '.join(str(value) for value in CARRIED_OUT[unknown.name])}.",
            _NEWER,
        )
    return book


@lru_cache(maxsize=4)
def admitted(edition: Edition) -> Rulebook:
    """The rulebook of an edition that nobody adopted yet: asked everything that is asked of rules, see soundness.py.

    Raises RulebookError with every fault, and UnknownFormulas as `rulebook_of`.
    """
    load_rulebook(dict(edition.files))
    return rulebook_of(edition)


_DAMAGED: Final = "Keep this copy, stop writing, and run `verify` on the last good one."
_NEWER: Final = "Use a newer program."


def _encode(version: int, files: tuple[tuple[str, bytes], ...]) -> bytes:
    parts = [_MAGIC, _VERSION, version.to_bytes(4, "big"), len(files).to_bytes(4, "big")]
    for name, content in files:
        for piece in (name.encode(), content):
            parts += (len(piece).to_bytes(4, "big"), piece)
    return b"".join(parts)


def _decode(stored: bytes) -> Iterator[tuple[str, bytes]]:
    count = int.from_bytes(stored[9:_PREFIX_BYTES], "big")
    at = _PREFIX_BYTES
    for _ in range(count):
        name, at = _piece(stored, at)
        content, at = _piece(stored, at)
        yield name.decode(), content


def _piece(stored: bytes, at: int) -> tuple[bytes, int]:
    start = at + 4
    end = start + int.from_bytes(stored[at:start], "big")
    if start > len(stored) or end > len(stored):
        raise ValueError("cut short")
    return stored[start:end], end


def _toml_files(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _toml_files(entry, f"{path}{entry.name}/")
        elif entry.name.endswith(".toml"):
            yield f"{path}{entry.name}", entry.read_bytes()
