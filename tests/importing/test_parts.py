"""The small parts of importing: safe cells, ordinals, digests."""

import hashlib
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from interfaces.importing.csv_out import Cell, csv_line, safe_cell
from interfaces.importing.ordinals import Ordinals
from interfaces.importing.reading import CODES, refused
from ledger.terms.digests import document_digest, row_digest


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("  =1", "'  =1"),
        ("\uff1d1", "'\uff1d1"),
        ("plain", "plain"),
        ("", ""),
        (None, ""),
        (-5, "-5"),
        (Decimal("-3.10"), "-3.10"),
        (date(2026, 1, 31), "2026-01-31"),
        (datetime(2026, 1, 31, 12, tzinfo=UTC), "2026-01-31T12:00:00+00:00"),
    ],
)
def test_a_cell_on_the_way_out_is_never_a_formula(value: Cell, cell: str) -> None:
    assert safe_cell(value) == cell


def test_a_row_on_the_way_out_is_quoted_where_it_has_to_be() -> None:
    assert csv_line(["a,b", 7, "=x"]) == '"a,b",7,\'=x\n'


def test_ordinals_count_each_row_by_itself() -> None:
    ordinals = Ordinals()
    one, other = row_digest("a"), row_digest("b")

    assert [ordinals.next_of(digest) for digest in (one, one, other, one)] == [0, 1, 0, 2]


def test_ordinals_of_forty_thousand_rows_fit_in_a_megabyte() -> None:
    tracemalloc.start()
    ordinals = Ordinals()
    for number in range(40_000):
        ordinals.next_of(row_digest(str(number)))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert held < 1_200_000


def test_digests_are_those_of_the_bytes() -> None:
    assert document_digest(b"abc") == hashlib.sha256(b"abc").hexdigest()
    assert row_digest("ab", "c") == hashlib.sha256(b"\0\0\0\2ab\0\0\0\1c").digest()
    assert row_digest("a", "bc") != row_digest("ab", "c")


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_refusal_says_why_and_what_to_do(code: str) -> None:
    answer = refused(code, "Something was met.")

    assert (answer.code, answer.happened) == (code, "Something was met.")
    assert answer.because
    assert answer.remedy.endswith(".")
