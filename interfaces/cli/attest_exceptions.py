"""The file of `attest --except`: patients to leave out of a batch, and why. Anybody may have written it, with anything.

Promise: the file is understood whole or nothing is asked of the ledger; a fault names its line and what to do, and
never repeats what stands there. A line that is there twice says what it says once. Line ends of Windows and the mark
with which some programs begin a file are no part of it.
"""

from argparse import ArgumentTypeError
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from unicodedata import category

from interfaces.cli.usage import WrongUsage, patient_id, standard_input

if TYPE_CHECKING:
    from ledger.streams.joining import StateOf
    from projections.tables.layout import MonthRow

FILE_BYTES_MAX: Final = 10_000_000
REASON_MAX: Final = 20_000
"""Characters: as many as `except_month` takes."""
_MARK: Final = b"\xef\xbb\xbf"
_SHOWN_MAX: Final = 5


class LeftOut(NamedTuple):
    """Why a month is left out, and the line that says so."""

    line: int
    reason: str


def exceptions_in(name: str) -> dict[str, LeftOut]:
    """Patient id -> why, out of a file, or of standard input for the name `-`; WrongUsage for any other content."""
    found: dict[str, LeftOut] = {}
    for number, patient, reason in _lines(_bytes_of(name)):
        _keep(found, patient, LeftOut(number, reason))
    if not found:
        raise WrongUsage(
            "The exceptions name nobody.", "Write a patient's id and a reason on each line, or leave --except away."
        )
    return found


def led(found: dict[str, LeftOut], state_of: "StateOf") -> dict[str, LeftOut]:
    """The same under the ids of those who go on: a patient who was merged into another is that other one."""
    from ledger.streams.joining import survivor_of  # noqa: PLC0415 - `--help` must not wait for it

    whole: dict[str, LeftOut] = {}
    for patient, left_out in found.items():
        _keep(whole, survivor_of(patient, state_of), left_out)
    return whole


def are_of_the_batch(found: dict[str, LeftOut], rows: "Sequence[MonthRow]", month: str) -> None:
    """WrongUsage where somebody is named whose month is not the signer's to sign, or is signed already."""
    standing = {row.patient: row.standing for row in rows}
    if unknown := [each.line for patient, each in found.items() if patient not in standing]:
        raise WrongUsage(
            f"{_which(unknown)} of the exceptions {_verb(unknown, 'name')} no patient whose month you bill.",
            f"`ccm-ledger attest {month} --dry-run` lists them.",
        )
    if signed := [each.line for patient, each in found.items() if standing[patient] == "attested"]:
        raise WrongUsage(
            f"{_which(signed)} of the exceptions {_verb(signed, 'name')} a month that is signed already.",
            "Leaving it out takes no signature back, `withdraw_attestation` does; take it out of the file.",
        )


def _bytes_of(name: str) -> bytes:
    try:
        opened = open(standard_input(), "rb", closefd=False) if name == "-" else Path(name).open("rb")  # noqa: SIM115
        with opened as file:
            content = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise WrongUsage(
            f"The exceptions cannot be read: {error.strerror}.", "Check the file's name and who owns it."
        ) from error
    if len(content) > FILE_BYTES_MAX:
        raise WrongUsage(
            f"The exceptions are longer than {FILE_BYTES_MAX:,} bytes.", "Name a file of one line for each patient."
        )
    return content.removeprefix(_MARK)


def _lines(content: bytes) -> Iterator[tuple[int, str, str]]:
    """Number, patient and reason of each line that is not blank."""
    for number, raw in enumerate(content.split(b"\n"), start=1):
        text = _text(number, raw.removesuffix(b"\r")).strip()
        if not text:
            continue
        patient, *rest = text.split(maxsplit=1)
        try:
            patient_id(patient)
        except ArgumentTypeError:
            raise WrongUsage(
                f"Line {number} of the exceptions begins with no patient's id (pt_ and 26 letters or digits).",
                "`ccm-ledger find` says whom an identifier leads to.",
            ) from None
        if not rest:
            raise WrongUsage(
                f"Line {number} of the exceptions gives no reason.", "Write it behind the id: it is recorded."
            )
        if len(rest[0]) > REASON_MAX:
            raise WrongUsage(
                f"Line {number} of the exceptions gives a reason of more than {REASON_MAX:,} characters.",
                "Shorten it.",
            )
        yield number, patient, rest[0]


def _text(number: int, raw: bytes) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise WrongUsage(
            f"Line {number} of the exceptions is not UTF-8.", "Save the file as text in UTF-8, and name it again."
        ) from None
    if any(category(character) == "Cc" and character != "\t" for character in text):
        raise WrongUsage(
            f"Line {number} of the exceptions holds a control character.",
            "Write the reason as plain text, on one line.",
        )
    return text


def _keep(found: dict[str, LeftOut], patient: str, left_out: LeftOut) -> None:
    before = found.setdefault(patient, left_out)
    if before.reason != left_out.reason:
        raise WrongUsage(
            f"Lines {before.line} and {left_out.line} of the exceptions give two reasons for one patient.",
            "Leave one of them.",
        )


def _which(lines: Sequence[int]) -> str:
    """Lines by their numbers, the first few: `Line 3`, `Lines 3, 5 and 2 more`."""
    shown = ", ".join(map(str, lines[:_SHOWN_MAX]))
    more = f" and {len(lines) - _SHOWN_MAX} more" if len(lines) > _SHOWN_MAX else ""
    return f"Line{'' if len(lines) == 1 else 's'} {shown}{more}"


def _verb(lines: Sequence[int], verb: str) -> str:
    return f"{verb}s" if len(lines) == 1 else verb
