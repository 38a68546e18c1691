"""Files that went wrong on their way are refused with a position and a remedy, or say the same as before."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.importing.reading import CODES
from interfaces.x12.acknowledgment_277 import read_acknowledgments
from interfaces.x12.answer_shapes import HeldBack
from interfaces.x12.answers import AnswerFile
from interfaces.x12.reading import SEGMENT_CHARS_MAX, Malformed
from interfaces.x12.remittance_835 import read_remittances
from tests.x12.answers import (
    OTHER,
    acknowledged,
    acknowledgment,
    claim,
    denied,
    line,
    payment,
    remittance,
    reversal,
    turned_away,
    usd,
)

MONEY = remittance(
    payment(claim(remarks=("MA18",)), denied(control_number=OTHER), held_back=(HeldBack("WO", "REF", usd("1.25")),)),
    payment(reversal(), claim(lines=(line(), line(code="99439"))), number="EFT2"),
)
DOOR = acknowledgment(acknowledged(), turned_away(control_number=OTHER))
FILES = pytest.mark.parametrize(("text", "read"), [(MONEY, read_remittances), (DOOR, read_acknowledgments)])


def refusal_of(content: bytes, read: object) -> str:
    """The code of the refusal, which says where and what to do; the test fails where the file is read."""
    with pytest.raises(Malformed) as fault:
        read(content)  # type: ignore[operator]
    refusal = fault.value.refusal
    assert refusal.code in CODES
    assert "" not in (refusal.happened, refusal.because, refusal.remedy)
    return refusal.code


@FILES
def test_a_file_cut_anywhere_is_refused(text: str, read: object) -> None:
    content = text.encode()

    assert {refusal_of(content[:end], read) for end in range(1, len(content))} <= {"x12_malformed", "file_empty"}


@FILES
def test_a_file_that_lacks_a_segment_or_has_one_twice_is_refused(text: str, read: object) -> None:
    segments = text.split("~")[:-1]
    for at in range(len(segments)):
        dropped = segments[:at] + segments[at + 1 :]
        doubled = segments[: at + 1] + segments[at:]
        for changed in (dropped, doubled):
            refusal_of("".join(f"{each}~" for each in changed).encode(), read)


@FILES
def test_two_neighbours_that_changed_places_are_refused_or_no_dollar_moves_unseen(text: str, read: object) -> None:
    segments = text.split("~")[:-1]
    for at in range(len(segments) - 1):
        changed = list(segments)
        changed[at], changed[at + 1] = changed[at + 1], changed[at]
        try:
            found: AnswerFile = read("".join(f"{each}~" for each in changed).encode())  # type: ignore[operator]
        except Malformed:
            continue
        before: AnswerFile = read(text.encode())  # type: ignore[operator]
        assert sum(each.paid for each in found.answers) == sum(each.paid for each in before.answers)
        assert [each.key for each in found.answers] == [each.key for each in before.answers]


@FILES
@pytest.mark.parametrize("mark", ["*", "~", ":"])
def test_a_file_with_a_delimiter_of_another_kind_in_its_body_is_refused(text: str, read: object, mark: str) -> None:
    if mark == ":" and read is read_acknowledgments:
        changed = text[:106] + text[106:].replace("A2:20", "A2+20")
    else:
        changed = text[:106] + text[106:].replace(mark, "|")

    refusal_of(changed.encode(), read)


@FILES
@pytest.mark.parametrize("where", [0, 3, 50, 82, 104, 105, 106])
def test_an_odd_byte_in_the_envelope_is_refused(text: str, read: object, where: int) -> None:
    changed = f"{text[:where]}A{text[where + 1 :]}" if where not in (50, 82) else text[:where] + text[where + 1 :]

    refusal_of(changed.encode(), read)


@FILES
@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp037"])
def test_a_file_in_another_character_set_is_refused(text: str, read: object, charset: str) -> None:
    assert refusal_of(text.encode(charset), read) in {"nul_byte", "encoding_not_utf8", "x12_malformed"}


@FILES
def test_nul_bytes_and_control_characters_are_refused_where_they_stand(text: str, read: object) -> None:
    content = text.encode()
    at = content.index(b"NM1*QC") + 2

    assert refusal_of(content[:at] + b"\x00" + content[at:], read) == "nul_byte"
    assert refusal_of(content[: at + 8] + b"\x07" + content[at + 8 :], read) == "x12_malformed"


def test_a_name_with_letters_of_another_language_is_no_fault() -> None:
    for charset in ("utf-8", "latin-1"):
        content = MONEY.replace("POE*PAT", "MU\u00d1OZ*PAT").encode(charset)

        assert len(read_remittances(content).answers) == 4


@FILES
def test_a_segment_of_ten_megabytes_is_refused_as_too_large(text: str, read: object) -> None:
    head, tail = text.split("NM1*QC", 1)
    long = f"{head}NM1*QC*{'A' * 10_000_000}{tail}"
    many = f"{head}NM1*QC{'*A' * 200}{tail}"
    wide = f"{head}NM1*QC*{'A' * (SEGMENT_CHARS_MAX // 2)}{tail}"

    assert [refusal_of(each.encode(), read) for each in (long, many, wide)] == ["x12_too_large"] * 3


@FILES
@pytest.mark.parametrize("content", [b"", b" \r\n", b"hello", b"ISA", b"\xff\xfe", b"PK\x03\x04", b"%PDF-1.7", b"{}"])
def test_what_is_no_x12_at_all_is_refused(text: str, read: object, content: bytes) -> None:
    refusal_of(content, read)


@FILES
def test_something_behind_the_end_is_refused(text: str, read: object) -> None:
    refusal_of(f"{text}hello".encode(), read)
    assert read(f"{text}\r\n".encode())  # type: ignore[operator]


@given(st.data())
def test_whatever_happens_to_the_bytes_a_file_is_refused_or_read_and_nothing_else(data: st.DataObject) -> None:
    text, read = data.draw(st.sampled_from([(MONEY, read_remittances), (DOOR, read_acknowledgments)]))
    chance = random.Random(data.draw(st.integers(min_value=0, max_value=10**9)))
    content = bytearray(text.encode())
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(content))
        match chance.randrange(4):
            case 0:
                content[at] = chance.randrange(256)
            case 1:
                del content[at : at + chance.randrange(1, 40)]
            case 2:
                content[at:at] = bytes(content[chance.randrange(len(content)) :][: chance.randrange(1, 60)])
            case _:
                content[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 5)))
    try:
        read(bytes(content))
        codes = set()
    except Malformed as fault:
        codes = {fault.refusal.code}

    assert codes <= CODES


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n \n", b"\n\n"])
@pytest.mark.parametrize("read", [read_remittances, read_acknowledgments])
def test_a_file_with_nothing_but_a_byte_order_mark_holds_nothing(content: bytes, read: object) -> None:
    assert refusal_of(content, read) == "file_empty"
