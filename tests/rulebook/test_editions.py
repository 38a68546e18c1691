"""Editions as bytes. The golden bytes are a storage format: when this test fails, the change is wrong, not the test."""

import struct
from datetime import date

import pytest

from ledger.rulebook import (
    FORMULAS_VERSION,
    Edition,
    EditionDamaged,
    UnknownFormulas,
    rulebook_of,
    shipped_edition,
)
from ledger.terms.errors import LedgerDamaged, NeedsNewerProgram
from tests.rulebook.tiny import FILES

GOLDEN = bytes.fromhex(
    "43434d45"  # CCME
    "01"  # format 1
    "00000001"  # formulas version 1
    "00000002"  # two files
    "00000006612e746f6d6c"  # a.toml
    "0000000678203d20310a"  # x = 1
    "00000008622f632e746f6d6c"  # b/c.toml
    "00000000"  # empty
)
GOLDEN_DIGEST = "7a319908f8f1394e2df730f4b7acb37128b5515616fcb5beb3eefff5444a1d98"
TINY_DIGEST = "a6ebb73b03e21e7d81184e02f140ff40fcc2fac27b858ba88a1e4b7da2f791c8"


def test_golden_bytes_of_an_edition() -> None:
    edition = Edition.of({"b/c.toml": b"", "a.toml": b"x = 1\n"}, formulas_version=1)

    assert edition.to_bytes() == GOLDEN
    assert edition.digest == GOLDEN_DIGEST


def test_golden_digest_of_the_tiny_rulebook() -> None:
    assert Edition.of(FILES, formulas_version=1).digest == TINY_DIGEST


def test_bytes_and_edition_round_trip() -> None:
    for edition in (Edition.of(FILES), Edition.of({}), shipped_edition(), Edition.of({"ä.toml": "ß".encode()})):
        again = Edition.from_bytes(edition.to_bytes())

        assert (again.digest, again.formulas_version, again.files) == (
            edition.digest,
            edition.formulas_version,
            edition.files,
        )


def test_the_order_in_which_files_are_found_does_not_matter() -> None:
    backwards = dict(reversed(FILES.items()))

    assert Edition.of(FILES) == Edition.of(backwards)
    assert Edition.of(FILES).to_bytes() == Edition.of(backwards).to_bytes()


@pytest.mark.parametrize(
    "other",
    [
        Edition.of({**FILES, "toy/prices.toml": FILES["toy/prices.toml"] + b"\n"}),
        Edition.of({**FILES, "toy/more.toml": b""}),
        Edition.of({("toy/prize.toml" if name == "toy/prices.toml" else name): c for name, c in FILES.items()}),
        Edition.of(FILES, formulas_version=3),
    ],
)
def test_any_change_of_files_or_formulas_is_another_edition(other: Edition) -> None:
    assert Edition.of(FILES) != other
    assert Edition.of(FILES).digest != other.digest


def test_two_files_cannot_be_shifted_into_each_other() -> None:
    assert Edition.of({"ab": b"c"}).digest != Edition.of({"a": b"bc"}).digest


def test_every_truncation_is_damage() -> None:
    stored = GOLDEN

    for length in range(len(stored)):
        with pytest.raises((EditionDamaged, UnknownFormulas)):
            Edition.from_bytes(stored[:length])


def sized(*pieces: bytes) -> bytes:
    return b"".join(struct.pack(">I", len(piece)) + piece for piece in pieces)


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"CCMX" + GOLDEN[4:],
        GOLDEN + b"\x00",
        GOLDEN[:9] + struct.pack(">I", 2) + sized(b"b", b"", b"a", b""),
        GOLDEN[:9] + struct.pack(">I", 2) + sized(b"a", b"", b"a", b""),
        GOLDEN[:9] + struct.pack(">I", 1) + sized(b"\xff", b""),
        GOLDEN[:9] + struct.pack(">I", 1) + b"\xff\xff\xff\xff",
    ],
    ids=["empty", "magic", "more", "unsorted", "double", "not utf-8", "length"],
)
def test_bytes_that_are_no_edition_are_damage(stored: bytes) -> None:
    with pytest.raises(EditionDamaged) as caught:
        Edition.from_bytes(stored)

    assert isinstance(caught.value, LedgerDamaged)


def test_a_later_byte_format_needs_a_newer_program() -> None:
    with pytest.raises(UnknownFormulas, match="Use a newer program"):
        Edition.from_bytes(GOLDEN[:4] + b"\x02" + GOLDEN[5:])


def test_an_unknown_formulas_version_needs_a_newer_program() -> None:
    edition = Edition.from_bytes(Edition.of(FILES, formulas_version=3).to_bytes())

    with pytest.raises(UnknownFormulas) as caught:
        rulebook_of(edition)

    assert isinstance(caught.value, NeedsNewerProgram)
    assert str(caught.value) == (
        f"Edition {edition.digest[:12]} is judged by formulas version 3; this program knows up to 2. "
        "Use a newer program."
    )


def test_a_rulebook_is_parsed_once_for_each_digest() -> None:
    assert rulebook_of(Edition.of(FILES)) is rulebook_of(Edition.from_bytes(Edition.of(FILES).to_bytes()))


def test_the_shipped_edition_is_the_same_each_time_and_loads() -> None:
    first, second = shipped_edition(), shipped_edition()

    assert first == second
    assert first.formulas_version == FORMULAS_VERSION
    assert rulebook_of(first).in_force(date(2026, 3, 31)).whole("medicare.ccm.99490.minutes_minimum") == 20


def test_the_shipped_edition_holds_rule_files_only() -> None:
    names = [name for name, _ in shipped_edition().files]

    assert "sources.toml" in names
    assert "medicare/ccm/99490.toml" in names
    assert all(name.endswith(".toml") for name in names)
