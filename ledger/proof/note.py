"""Signed notes and their keys: a text, a blank line, and a line per signature (C2SP signed-note, tlog-cosignature).

A signature line is `— <name> <base64 of key id and signature>`; a key is written `<name>+<key id>+<base64 of kind and
public key>`. Two kinds are known: 0x01 signs the text, 0x04 signs the text and the second at which it was seen.

Promise: a note that any known key signed falsely, or that no known key signed, is BadNote; unknown keys prove nothing.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from hashlib import sha256
from typing import Final, NamedTuple

from ledger.proof import ed25519

NOTE_KEY, COSIGNER_KEY = 0x01, 0x04
KEY_ID_BYTES: Final = 4
SIGNATURES_MAX: Final = 100
SECONDS_MAX: Final = 2**63 - 1

_VKEY: Final = re.compile(r"([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})")


class BadProof(ValueError):
    """The bytes are not what they should be, or do not prove what they should."""


class BadNote(BadProof):
    """The bytes are no signed note, or not one of these keys."""


class Signature(NamedTuple):
    """One line: whose, by which key, and the bytes behind the key id."""

    name: str
    key_id: bytes
    data: bytes

    def line(self) -> str:
        """The line as it stands in a note, with its line feed."""
        return f"— {self.name} {b64encode(self.key_id + self.data).decode()}\n"


class Note(NamedTuple):
    """A text, its last line feed included, and what stands below it."""

    text: str
    signatures: tuple[Signature, ...]


class VerifierKey(NamedTuple):
    """A public key under a name; the same key of two kinds has two ids."""

    name: str
    kind: int
    public: bytes

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """The key that this text is; BadNote where it is mangled, of an unknown kind, or its id is not its own."""
        match = _VKEY.fullmatch(text)
        if match is None:
            raise BadNote("a key is written name+key id+base64")
        name, key_id, data = _name(match[1]), match[2], base64_bytes(match[3])
        key = cls(name, data[0], data[1:])
        if key.kind not in {NOTE_KEY, COSIGNER_KEY} or len(key.public) != 32:
            raise BadNote("the key is of a kind that this program does not know")
        if key.key_id.hex() != key_id:
            raise BadNote("the key id does not belong to this name and key")
        return key

    def render(self) -> str:
        """The key as text."""
        return f"{self.name}+{self.key_id.hex()}+{b64encode(bytes([self.kind]) + self.public).decode()}"

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256(name || line feed || kind || public key)."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:KEY_ID_BYTES]


class Checked(NamedTuple):
    """Who signed a note: names by note keys, (name, seconds since 1970) by cosigners, and lines of unknown keys."""

    signed_by: tuple[str, ...]
    cosigned: tuple[tuple[str, int], ...]
    unknown: tuple[Signature, ...]


def check(note: Note, keys: Iterable[VerifierKey]) -> Checked:
    """Who of these keys signed the note; BadNote where one of their signatures is false or there is none."""
    known = {(key.name, key.key_id): key for key in keys}
    signed_by, cosigned, unknown = [], [], []
    for signature in note.signatures:
        if (key := known.get((signature.name, signature.key_id))) is None:
            unknown.append(signature)
            continue
        message, data, seconds = note.text.encode(), signature.data, 0
        if key.kind == COSIGNER_KEY:
            seconds, data = int.from_bytes(data[:8], "big"), data[8:]
            message = cosigned_message(note.text, seconds)
            cosigned.append((key.name, seconds))
        else:
            signed_by.append(key)
        if seconds > SECONDS_MAX or not ed25519.verify(key.public, message, data):
            raise BadNote(f"the signature of {signature.name} by key {signature.key_id.hex()} is false")
    if len(set(signed_by)) < len(signed_by):
        raise BadNote("one key of the log signed this note twice")
    if not signed_by and not cosigned:
        raise BadNote("no key that you named signed this note")
    return Checked(tuple(key.name for key in signed_by), tuple(cosigned), tuple(unknown))


def cosigned_message(text: str, time: int) -> bytes:
    """What a cosigner signs: two lines that say so, then the whole text (tlog-cosignature)."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def cosignature_data(time: int, signature: bytes) -> bytes:
    """What follows the key id in a cosigner's line."""
    return time.to_bytes(8, "big") + signature


def parse_note(data: bytes) -> Note:
    """The note that these bytes are; BadNote where they are none, or more than one writing of the same."""
    try:
        whole = data.decode()
    except UnicodeDecodeError as error:
        raise BadNote("a note is UTF-8") from error
    if any(character < " " and character != "\n" for character in whole):
        raise BadNote("a note holds no control characters")
    text, blank, lines = whole.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise BadNote("a note is a text, a blank line and lines of signatures")
    signatures = tuple(_signature(line) for line in lines[:-1].split("\n"))
    if len(signatures) > SIGNATURES_MAX:
        raise BadNote(f"a note has at most {SIGNATURES_MAX} signatures")
    return Note(text + "\n", signatures)


def render_note(note: Note) -> bytes:
    """The note as bytes; BadNote where it would not be read back as it is."""
    data = (note.text + "\n" + "".join(signature.line() for signature in note.signatures)).encode()
    if parse_note(data) != note:
        raise BadNote("the text or a name of a signature cannot stand in a note")
    return data


def base64_bytes(text: str) -> bytes:
    """What this base64 says (RFC 4648, section 4); BadNote where it is not the one way to write it."""
    try:
        data = b64decode(text, validate=True)
    except ValueError:
        data = b""
    if b64encode(data).decode() != text:
        raise BadNote("what should be base64 is not, or is not the one way to write its bytes")
    return data


def _signature(line: str) -> Signature:
    dash, name, data = line.split(" ") if line.count(" ") == 2 else ("", "", "")
    decoded = base64_bytes(data)
    if dash != "—" or len(decoded) <= KEY_ID_BYTES:
        raise BadNote("a line of a signature is a dash, a name and base64")
    return Signature(_name(name), decoded[:KEY_ID_BYTES], decoded[KEY_ID_BYTES:])


def _name(name: str) -> str:
    if not name or "+" in name or any(character.isspace() for character in name):
        raise BadNote("a name is not empty and has neither spaces nor a plus")
    return name
