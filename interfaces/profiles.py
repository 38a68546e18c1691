"""Payers' profiles of one's own, read from a folder: `FOLDER/payers/NAME/FILE.toml`.

Promise: every rule file below the folder is read, and one that could not be an exception is refused by its place, so
that nothing that somebody wrote is left out in silence. Not promised: that what was read loads; the rulebook says that.
"""

from pathlib import Path
from typing import Final

from ledger.rulebook.errors import Diagnostic, RulebookError

_BYTES_MAX: Final = 200_000


def profile_files(folder: Path) -> dict[str, bytes]:
    """Content by path below the folder. RulebookError where a rule file stands elsewhere than below `payers/`."""
    every = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*"))}
    found = {name: path for name, path in every.items() if name.endswith(".toml") and path.is_file()}
    faults = (
        [
            Diagnostic(
                name, 0, "", "A link or a file of this name is not read.", "Put the rules in a file FILE.toml itself."
            )
            for name, path in every.items()
            if path.is_symlink() or (name.lower().endswith(".toml") and name not in found)
        ]
        + [
            Diagnostic(name, 0, "", "Only exceptions may be added to the rules.", "Put it at payers/NAME/FILE.toml.")
            for name in found
            if not name.startswith("payers/")
        ]
        + [
            Diagnostic(name, 0, "", f"The file has more than {_BYTES_MAX:,} bytes.", "Part it into several.")
            for name, path in found.items()
            if path.stat().st_size > _BYTES_MAX
        ]
    )
    if not found:
        faults = [Diagnostic("payers", 0, "", "No profile stands there.", "Put one at payers/NAME/FILE.toml.")]
    if faults:
        raise RulebookError(tuple(faults))
    return {name: path.read_bytes() for name, path in found.items()}
