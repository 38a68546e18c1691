"""The bytes of an archive, fixed: what was written once is read for ever."""

from hashlib import sha256
from pathlib import Path

from ledger.store.archive import records, rows
from ledger.store.archive.format import HEAD, Section, packed
from tests.archive.holdings import exported, filled, parts

LEDGER = rows.LedgerRow("lg_a", 1, "lines", 2, 1, b"check", (("digest", b"d"), ("index", b"i")))
FACT = rows.FactRow(3, 4, bytes(32), "topic", b"prefix", b"state", (rows.TagRow(5, 6, bytes(16), b"tag"),))
KEY = rows.KeyRow("token", b"content", "parked", (7, 8), '[["patient","pt_a"]]')


def test_an_archive_begins_with_its_name_and_its_version() -> None:
    assert HEAD == b"ccm-ledger archive\n\x01"


def test_a_block_is_section_length_checksum_and_packed_records() -> None:
    assert packed(Section.KEYS, b"\0\0\0\1x")[:5].hex() == "040000000d"


def test_records_are_these_bytes_and_come_back() -> None:
    sized = {
        records.encode_ledger(LEDGER): (
            "000000046c675f6100000001000000056c696e6573000000000000000200000001"
            "00000005636865636b0000000200000006646967657374000000016400000005696e6465780000000169"
        ),
        records.encode_fact(FACT): (
            f"00000000000000030000000000000004{'00' * 32}00000005746f706963000000067072656669780000000573746174650000"
            f"000100000000000000050000000000000006{'00' * 16}00000003746167"
        ),
        records.encode_key(KEY): (
            "00000005746f6b656e0100000007636f6e74656e74000000067061726b65640000000200000000000000070000000000000008"
            "000000145b5b2270617469656e74222c2270745f61225d5d"
        ),
        records.encode_data_key(rows.DataKeyRow("scope", None, 9)): "0000000573636f7065000000000000000009",
    }

    assert {data: data.hex() for data in sized} == sized
    assert records.decode_ledger(records.encode_ledger(LEDGER)) == LEDGER
    assert records.decode_fact(records.encode_fact(FACT)) == FACT
    assert records.decode_key(records.encode_key(KEY)) == KEY


def test_the_records_of_a_fixed_ledger_are_fixed(tmp_path: Path) -> None:
    found = sha256()
    for section, block in parts(exported(filled(tmp_path / "origin"), tmp_path / "1.archive")):
        # The trailer holds the digest of packed bytes, and another zlib packs otherwise.
        for record in block:
            found.update(bytes([section]) + (record[:-32] if section == Section.TRAILER else record))

    assert found.hexdigest() == "b47414fa971cdca675374a4a0c95c4aaf778f11e85bc15a16e7d2ddada9a248a"
