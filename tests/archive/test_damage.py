"""An archive that is not what was written is refused: cut short, changed in a byte, or forged with care."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.store.archive import format as archive_format
from ledger.store.archive import records, rows
from ledger.store.archive.format import HEAD, MAGIC, ArchiveRefused, Reason, Section, packed
from ledger.store.archive.importing import check_archive, import_archive
from ledger.terms.errors import NeedsNewerProgram, NotALedger
from tests.archive.holdings import Parts, exported, filled, parts, rewritten
from tests.store.sample import StandingClock

SECTIONS = [section for section in Section if section is not Section.CHECKPOINTS]
_BLOCK = struct.Struct(">BII")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive that nobody changes, of so small blocks that its facts fill several."""
    folder = tmp_path_factory.mktemp("archive")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive_format, "BLOCK_BYTES", 4_000)
        return exported(filled(folder / "origin"), folder / "whole.archive")


def starts(data: bytes) -> list[tuple[int, int, int]]:
    """(section, start, end) of every block."""
    found, at = [], len(HEAD)
    while at < len(data):
        section, length, _ = _BLOCK.unpack_from(data, at)
        found.append((section, at, at + _BLOCK.size + length))
        at = found[-1][2]
    return found


def refused(file: Path, data: bytes, tmp_path: Path) -> ArchiveRefused:
    """Why a file of these bytes is refused, by a check and by an import, which leaves nothing behind."""
    file.write_bytes(data)
    with pytest.raises(ArchiveRefused) as checked:
        check_archive(file)
    with pytest.raises(ArchiveRefused) as imported:
        import_archive(file, tmp_path / "copy", StandingClock())
    assert str(checked.value) == str(imported.value)
    assert not list((tmp_path / "copy").glob("*.db"))
    return checked.value


def test_the_archive_under_test_has_every_section_and_several_blocks_of_facts(whole: Path) -> None:
    found = [section for section, _, _ in starts(whole.read_bytes())]

    assert set(SECTIONS) == set(found)
    assert found.count(Section.FACTS) >= 3


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name.lower())
@pytest.mark.parametrize("offset", [0, 1, 4, 5, 9, 20, -1], ids=lambda offset: f"byte {offset}")
def test_a_changed_byte_is_found_in_whatever_section_it_stands(
    section: Section, offset: int, whole: Path, tmp_path: Path
) -> None:
    data = bytearray(whole.read_bytes())
    _, start, end = next(block for block in starts(bytes(data)) if block[0] == section)
    at = start + offset if offset >= 0 else end + offset
    data[at] ^= 0x04

    why = refused(tmp_path / "changed", bytes(data), tmp_path)

    # A length that was changed makes the block end elsewhere, or outside the file.
    assert why.reason in {Reason.BYTES_CHANGED, Reason.CUT_SHORT}
    assert why.byte == start


def test_damage_among_the_facts_is_named_with_the_last_position_before_it(whole: Path, tmp_path: Path) -> None:
    data = bytearray(whole.read_bytes())
    _, second, _ = [block for block in starts(bytes(data)) if block[0] == Section.FACTS]
    data[second[1] + 50] ^= 0xFF
    before = next(len(block) for section, block in parts(whole) if section == Section.FACTS)

    why = refused(tmp_path / "changed", bytes(data), tmp_path)

    assert (why.reason, why.byte, why.behind) == (Reason.BYTES_CHANGED, second[1], before)
    assert f"behind position {before}" in why.happened


def test_an_archive_that_is_cut_short_anywhere_is_refused(whole: Path, tmp_path: Path) -> None:
    data = whole.read_bytes()
    ends = [len(HEAD), *(end for _, _, end in starts(data)[:-1])]
    cuts = [*ends, *(end + 1 for end in ends), *(end + _BLOCK.size for end in ends), len(data) - 1, len(MAGIC)]

    reasons = {cut: refused(tmp_path / "cut", data[:cut], tmp_path).reason for cut in cuts}

    assert set(reasons.values()) == {Reason.CUT_SHORT}, reasons


def test_bytes_behind_the_end_are_refused(whole: Path, tmp_path: Path) -> None:
    assert refused(tmp_path / "longer", whole.read_bytes() + b"\0", tmp_path).reason is Reason.BYTES_CHANGED


@pytest.mark.parametrize("content", [b"", b"x", b"PK\x03\x04 something else entirely", b"ccm-ledger archive!!"])
def test_another_file_is_no_archive(content: bytes, tmp_path: Path) -> None:
    assert refused(tmp_path / "other", content, tmp_path).reason is Reason.NOT_AN_ARCHIVE


def test_a_file_that_is_not_there_is_no_archive(tmp_path: Path) -> None:
    with pytest.raises(NotALedger):
        check_archive(tmp_path / "nothing")


def test_a_newer_format_needs_a_newer_program(whole: Path, tmp_path: Path) -> None:
    data = whole.read_bytes()
    (tmp_path / "newer").write_bytes(MAGIC + b"\x02" + data[len(HEAD) :])

    with pytest.raises(NeedsNewerProgram):
        check_archive(tmp_path / "newer")


@pytest.mark.parametrize("section", [Section.CHECKPOINTS.value, 9, 100])
def test_an_unknown_section_that_must_be_known_needs_a_newer_program(section: int, whole: Path, tmp_path: Path) -> None:
    changed = parts(whole)
    changed.insert(-1, (section, [b"something new"]))

    with pytest.raises(NeedsNewerProgram):
        check_archive(rewritten(whole, tmp_path / "newer", changed))


def test_an_unknown_section_that_may_be_left_out_is_passed_over(whole: Path, tmp_path: Path) -> None:
    changed = parts(whole)
    changed.insert(2, (0x81, [b"a note"]))
    changed.insert(-1, (0xFF, [b"another"]))

    assert check_archive(rewritten(whole, tmp_path / "newer", changed)).ledger == check_archive(whole).ledger


def fact(change: Callable[[rows.FactRow], rows.FactRow], ordinal: int = 4) -> Callable[[Parts], None]:
    """Change one fact."""

    def forge(found: Parts) -> None:
        facts = [(block, n) for section, block in found if section == Section.FACTS for n in range(len(block))]
        block, at = facts[ordinal]
        block[at] = records.encode_fact(change(records.decode_fact(block[at])))

    return forge


def first(section: Section, change: Callable[[bytes], bytes]) -> Callable[[Parts], None]:
    """Change the first record of a section."""

    def forge(found: Parts) -> None:
        block = next(block for kind, block in found if kind == section)
        block[0] = change(block[0])

    return forge


def tag(**change: object) -> Callable[[Parts], None]:
    """Change the home tag of one fact."""
    return fact(lambda row: row._replace(tags=(row.tags[0]._replace(**change), *row.tags[1:])))  # type: ignore[arg-type]


def without_last_fact(found: Parts) -> None:
    [block for section, block in found if section == Section.FACTS][-1].pop()


def swapped(section: Section) -> Callable[[Parts], None]:
    """Put the first two records of a section the other way round."""

    def forge(found: Parts) -> None:
        block = next(block for kind, block in found if kind == section)
        block[0], block[1] = block[1], block[0]

    return forge


def wrong_order(found: Parts) -> None:
    found[1], found[-2] = found[-2], found[1]


FORGED: dict[str, tuple[Callable[[Parts], None], Reason]] = {
    "its place": (fact(lambda row: row._replace(position=9)), Reason.POSITION_GAP),
    "its time": (fact(lambda row: row._replace(recorded_at=row.recorded_at + 1)), Reason.LEAF_DIFFERS),
    "an earlier time": (fact(lambda row: row._replace(recorded_at=0)), Reason.TIME_RUNS_BACK),
    "its leaf": (fact(lambda row: row._replace(leaf=bytes(32))), Reason.LEAF_DIFFERS),
    "its topic": (fact(lambda row: row._replace(topic="consent_obtained")), Reason.HEADER_DIFFERS),
    "its prefix": (fact(lambda row: row._replace(prefix=row.prefix[:-1] + b"\0")), Reason.LEAF_DIFFERS),
    "its envelope": (fact(lambda row: row._replace(state=row.state.replace(b'"v', b'"w', 1))), Reason.HEADER_DIFFERS),
    "its ciphertext": (fact(lambda row: row._replace(state=row.state[:-1] + b"\0"), 0), Reason.HEADER_DIFFERS),
    "a longer body": (fact(lambda row: row._replace(state=row.state + b"\0")), Reason.HEADER_DIFFERS),
    "no body": (fact(lambda row: row._replace(state=b"\x01")), Reason.HEADER_DIFFERS),
    "no tags": (fact(lambda row: row._replace(tags=())), Reason.LEAF_DIFFERS),
    "one tag less": (fact(lambda row: row._replace(tags=row.tags[:-1])), Reason.LEAF_DIFFERS),
    "the number in a stream": (tag(seq=99), Reason.STREAM_GAP),
    "the id of a stream": (tag(tag_id=99), Reason.STREAM_GAP),
    "the name of a stream": (tag(tag=b"patient/other"), Reason.STREAM_GAP),
    "a salt": (tag(salt=bytes(16)), Reason.LEAF_DIFFERS),
    "the last fact left out, to which a key is bound": (without_last_fact, Reason.KEY_DANGLES),
    "a stream's head": (
        first(Section.STREAMS, lambda record: record[:15] + b"\x63" + record[16:]),
        Reason.STREAM_GAP,
    ),
    "the order of streams": (swapped(Section.STREAMS), Reason.ORDER_BROKEN),
    "the order of keys": (swapped(Section.KEYS), Reason.ORDER_BROKEN),
    "the order of data keys": (swapped(Section.DATA_KEYS), Reason.ORDER_BROKEN),
    "the order of sections": (wrong_order, Reason.ORDER_BROKEN),
    "a key's facts": (
        first(Section.KEYS, lambda r: records.encode_key(records.decode_key(r)._replace(positions=(99,)))),
        Reason.KEY_DANGLES,
    ),
    "a key's outcome": (
        first(Section.KEYS, lambda r: records.encode_key(records.decode_key(r)._replace(outcome="perhaps"))),
        Reason.KEY_DANGLES,
    ),
    "a count of refusals": (
        first(Section.REFUSALS, lambda r: records.encode_refusal(records.decode_refusal(r)._replace(position=99))),
        Reason.KEY_DANGLES,
    ),
    "a reading set": (first(Section.READING_SETS, lambda r: r[:-1] + b" "), Reason.READING_SET_DIFFERS),
    "a record of no kind": (first(Section.REFUSALS, lambda record: record + b"\0"), Reason.RECORD_MALFORMED),
    "the clock's kind": (
        first(Section.LEDGER, lambda r: records.encode_ledger(records.decode_ledger(r)._replace(clock="sun"))),
        Reason.RECORD_MALFORMED,
    ),
    "the ledger's id": (
        first(Section.LEDGER, lambda r: records.encode_ledger(records.decode_ledger(r)._replace(ledger_id="lg_x"))),
        Reason.HEADER_DIFFERS,
    ),
    "the count of keys": (
        first(Section.TRAILER, lambda r: records.encode_trailer(records.decode_trailer(r)._replace(keys=1))),
        Reason.COUNTS_DIFFER,
    ),
    "the root": (
        first(Section.TRAILER, lambda r: records.encode_trailer(records.decode_trailer(r)._replace(root=bytes(32)))),
        Reason.ROOT_DIFFERS,
    ),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_archive_is_refused_though_its_checksums_are_right(what: str, whole: Path, tmp_path: Path) -> None:
    forge, reason = FORGED[what]
    changed = parts(whole)
    forge(changed)
    file = rewritten(whole, tmp_path / "forged", changed)

    why = refused(file, file.read_bytes(), tmp_path)

    assert why.reason is reason, why


def test_a_wrong_digest_at_the_end_is_refused(whole: Path, tmp_path: Path) -> None:
    data = whole.read_bytes()
    (record,) = parts(whole)[-1][1]
    last = packed(Section.TRAILER, struct.pack(">I", len(record)) + record[:-32] + bytes(32))

    why = refused(tmp_path / "wrong", data[: starts(data)[-1][1]] + last, tmp_path)

    assert why.reason is Reason.DIGEST_DIFFERS


def test_a_newer_body_needs_a_newer_program(whole: Path, tmp_path: Path) -> None:
    changed = parts(whole)
    fact(lambda row: row._replace(state=b"\x02" + row.state[1:]))(changed)

    with pytest.raises(NeedsNewerProgram):
        check_archive(rewritten(whole, tmp_path / "newer", changed))


def test_a_refusal_repeats_nothing_of_what_it_read(whole: Path, tmp_path: Path) -> None:
    changed = parts(whole)
    fact(lambda row: row._replace(leaf=bytes(32)))(changed)
    file = rewritten(whole, tmp_path / "forged", changed)

    why = refused(file, file.read_bytes(), tmp_path)

    assert why.position == 5
    assert why.happened == (
        "The archive is refused: leaf_differs (position 5)."
        " The leaf is not the hash of the header: place, time, tags or header differ."
    )
