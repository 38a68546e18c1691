"""Editions that differ from the shipped one in a few readings."""

import base64

from interfaces.rejudging import law_of
from ledger.rulebook import Edition, shipped_edition
from ledger.streams.governance import RulebookAdopted
from projections.rejudge import Law

MINIMUM = "medicare/ccm/99490.toml"
CAP = "medicare/ccm/99439.toml"
CONDITIONS = "medicare/ccm/eligibility.toml"


def altered(*changes: tuple[str, str, str]) -> Edition:
    """The shipped edition with texts replaced: (file, what stands there once, what stands there instead)."""
    files = dict(shipped_edition().files)
    for file, old, new in changes:
        content = files[file].decode()
        assert content.count(old) == 1, f"{old!r} stands {content.count(old)} times in {file}"
        files[file] = content.replace(old, new).encode()
    return Edition.of(files)


def minimum_of(minutes: int) -> tuple[str, str, str]:
    """99490 from so many minutes on."""
    return MINIMUM, "2015-01-01, value = 20,", f"2015-01-01, value = {minutes},"


def shipped() -> Law:
    return law_of(shipped_edition())


def law(*changes: tuple[str, str, str]) -> Law:
    """The same, ready to judge by."""
    return law_of(altered(*changes))


def adopted(edition: Edition) -> RulebookAdopted:
    """The fact that an edition came into use."""
    content = base64.b64encode(edition.to_bytes()).decode()
    return RulebookAdopted(
        edition=edition.digest, formulas=edition.formulas_version, content=content, reason="The law changed."
    )
