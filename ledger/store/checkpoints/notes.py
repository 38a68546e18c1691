"""A checkpoint's note with everything that was put under it since: what is handed out as the log's state.

Promise: the text and the signatures of the log are those that were signed; of each cosigner the latest line stands.
"""

from collections.abc import Iterable, Sequence

from ledger.proof.note import (
    KEY_ID_BYTES,
    Note,
    Signature,
    VerifierKey,
    base64_bytes,
    check,
    parse_note,
    render_note,
)
from ledger.store.checkpoints.rows import StoredCheckpoint, StoredCosignature


def whole_note(stored: StoredCheckpoint, cosignatures: Iterable[StoredCosignature]) -> bytes:
    """The note as it is handed out; `cosignatures` in the order of their times."""
    note = parse_note(stored.note)
    lines = {(line.name, line.key_id): line for line in note.signatures}
    for each in sorted(cosignatures, key=lambda row: row.at):
        line = signature_of(each)
        lines[line.name, line.key_id] = line
    return render_note(Note(note.text, tuple(lines.values())))


def signature_of(stored: StoredCosignature) -> Signature:
    """The line of a cosigner as a signature; BadNote where it is none."""
    data = base64_bytes(stored.line.decode().rpartition(" ")[2])
    return Signature(stored.name, data[:KEY_ID_BYTES], data[KEY_ID_BYTES:])


def last_said(name: str, note: Note, cosignatures: Iterable[StoredCosignature], keys: Sequence[VerifierKey]) -> int:
    """The latest second that a cosigner of this name gave, in the note or under it; 0 where it gave none.

    A row's own time only says which line is the latest: whoever can write rows sets no clock forward. BadNote where
    that line is none of these keys', or false.
    """
    rows = sorted((row for row in cosignatures if row.name == name), key=lambda row: row.at)
    below = check(Note(note.text, tuple(map(signature_of, rows[-1:]))), keys).cosigned if rows else ()
    return max((seconds for each, seconds in (*check(note, keys).cosigned, *below) if each == name), default=0)
