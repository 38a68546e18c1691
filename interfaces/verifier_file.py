"""The offline verifier as one file that any Python runs: what is handed out beside bills and packets.

Promise: the same bytes for the same source on every machine: no times, no owners, nothing compressed. It holds the
proof room and nothing else of this program.
"""

import io
import zipfile
from collections.abc import Iterator
from importlib.resources import files
from typing import Final

NAME: Final = "ccm-verify.pyz"
START: Final = "import sys\n\nfrom ledger.proof.__main__ import main\n\nsys.exit(main())\n"

_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3
_READABLE: Final = 0o100644 << 16


def verifier_file() -> bytes:
    """The verifier as a zip that Python runs: `python3 ccm-verify.pyz FILE`."""
    out = io.BytesIO()
    out.write(b"#!/usr/bin/env python3\n")
    with zipfile.ZipFile(out, "a", zipfile.ZIP_STORED) as archive:
        for name, text in sorted(_sources()):
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.create_system, entry.external_attr = _UNIX, _READABLE
            archive.writestr(entry, text)
    return out.getvalue()


def _sources() -> Iterator[tuple[str, str]]:
    yield "__main__.py", START
    yield "ledger/__init__.py", ""
    for module in files("ledger.proof").iterdir():
        if module.name.endswith(".py"):
            yield f"ledger/proof/{module.name}", module.read_text("utf-8")
