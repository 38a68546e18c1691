"""Files that we write, checked by somebody else: pyx12 with the maps that it brings, in this process.

Promise: every fault that it finds is told with its segment, and none is left out; a file is good where there is none.
"""

import io
import logging
from typing import Any

import pytest


def faults(text: str, *, is_answered: bool = True) -> list[str]:
    """What pyx12 finds wrong with a file; nothing where it accepts all of it.

    Not `is_answered`: it makes no 999, which it cannot for a remittance: there ST names no version.
    """
    from pyx12 import params, x12n_document  # type: ignore[import-untyped]  # noqa: PLC0415 - slow

    told = _Told()
    logger = logging.getLogger("pyx12")
    logger.addHandler(told)
    answer = io.StringIO()
    try:
        is_good = x12n_document.x12n_document(params.params(), io.StringIO(text), answer if is_answered else None, None)
    finally:
        logger.removeHandler(told)
    found = [*told.lines, *_rejections(answer.getvalue())]
    return found if found or is_good else ["pyx12 does not accept the file, and does not say why"]


def _rejections(answer: str) -> list[str]:
    """What its answer (999) says: every segment that points at a fault, and every set that is not accepted."""
    segments = [segment.strip().split("*") for segment in answer.split("~")]
    pointing = ["*".join(each) for each in segments if each[0] in ("IK3", "IK4", "CTX", "TA1")]
    refusing = ["*".join(each) for each in segments if each[0] in ("IK5", "AK9") and each[1] != "A"]
    return pointing + refusing


class _Told(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: Any) -> None:
        self.lines.append(record.getMessage())


def accepted(text: str) -> str:
    """The file, where pyx12 accepts it; the test fails with all faults otherwise."""
    if found := faults(text):
        pytest.fail("\n".join(found))
    return text
