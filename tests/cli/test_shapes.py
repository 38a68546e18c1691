"""The schema of an option allows what its reader takes, and nothing else."""

import argparse
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest

from interfaces.cli import usage
from interfaces.cli.shapes import shape_of

_BODY = "a" * 26
READERS: dict[Callable[[str], Any], tuple[tuple[str, ...], tuple[str, ...]]] = {
    usage.month: (("2026-03", "1999-12"), ("2026-13", "2026-3", "1899-01", "2026-03\n", "")),
    usage.day: (("2026-03-01",), ("2026-02-30", "2026-3-1", "today")),
    usage.instant: (("2026-04-01T09:30:00-05:00", "2026-04-01T09:30:00Z"), ("2026-04-01", "2026-04-01T09:30:00")),
    usage.day_or_instant: (("2026-03-01", "2026-04-01T09:30:00Z"), ("2026-03", "now")),
    usage.moment: (("1", "007", "9" * 18, "2026-04-01T09:30:00Z"), ("0", "00", "9" * 19, "-1", "now", "1.5")),
    usage.moment_or_now: (("now", "12"), ("attested", "0", "")),
    usage.moment_or_word: (("now", "attested", "12"), ("then", "0")),
    usage.position: (("0", "12"), ("-1", "1.5", "1" + "0" * 18)),
    usage.count: (("1", "10000"), ("0", "10001", "-1")),
    usage.code: (("99490", "G0506"), ("9949", "g0506", "99490x")),
    usage.index: (("1.049", "0.5"), ("1", "10.1", "1.", "1.12345")),
    usage.source_name: (("ehr", "a.b-c_1"), ("Ehr", "1a", "a" * 65)),
    usage.patient_id: ((f"pt_{_BODY}",), (f"st_{_BODY}", "pt_a", f"pt_{_BODY}a")),
    usage.staff_id: ((f"st_{_BODY}",), (f"pt_{_BODY}", "program")),
    usage.staff_or_program: ((f"st_{_BODY}", "program"), (f"pt_{_BODY}", "programme")),
    usage.practice_id: ((f"pr_{_BODY}",), (f"pt_{_BODY}",)),
    usage.claim_id: ((f"cl_{_BODY}",), (f"pt_{_BODY}",)),
}
CASES = [
    (read, text, good)
    for read, (yes, no) in READERS.items()
    for texts, good in ((yes, True), (no, False))
    for text in texts
]


def _json(shape: Any, text: str) -> Any:
    """A text of a query as a program means it: a number where a number is asked for."""
    if shape.get("type") != "integer":
        return text
    return int(text) if text.lstrip("-").isdigit() else text


@pytest.mark.parametrize(("read", "text", "is_taken"), CASES)
def test_schema_and_reader_agree(read: Callable[[str], Any], text: str, is_taken: bool) -> None:
    shape = shape_of(argparse.ArgumentParser().add_argument("--it", type=read))

    assert jsonschema_rs.validator_for(dict(shape), validate_formats=True).is_valid(_json(shape, text)) is is_taken
    if is_taken:
        read(text)
    else:
        with pytest.raises(argparse.ArgumentTypeError):
            read(text)


def test_a_flag_a_choice_and_several_values_have_shapes() -> None:
    parser = argparse.ArgumentParser()

    assert shape_of(parser.add_argument("--flag", action="store_true")) == {"type": "boolean"}
    assert shape_of(parser.add_argument("--one", choices=("a", "b"))) == {"type": "string", "enum": ["a", "b"]}
    three = shape_of(parser.add_argument("--three", nargs=3, type=usage.index))
    assert (three["type"], three["minItems"], three["maxItems"]) == ("array", 3, 3)
