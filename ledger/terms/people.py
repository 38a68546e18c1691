"""Roles, credentials, programmes, and the shape of the numbers that name people (NPI, MBI).

Promise: a value of one of these types has a checked shape. Not promised: that an NPI is enrolled (CCM-NPI-04)
or that a role may do an act; the deciders say that.
"""

import re
from enum import StrEnum
from typing import Annotated, Final, Literal, get_args

from pydantic import AfterValidator, StringConstraints


class Role(StrEnum):
    """What a person or a machine is in a practice (readings, section 2)."""

    ADMINISTRATOR = "administrator"
    PRACTITIONER = "practitioner"
    CLINICAL_STAFF = "clinical_staff"
    FRONT_DESK = "front_desk"
    BILLER = "biller"
    COMPLIANCE = "compliance"
    AUDITOR = "auditor"
    INTEGRATION = "integration"
    MACHINE = "machine"


class Programme(StrEnum):
    """Which care-management programme a fact speaks of; each needs its own consent (CCM-CONSENT-11)."""

    CCM = "CCM"
    PCM = "PCM"
    APCM = "APCM"
    RPM = "RPM"
    RTM = "RTM"
    TCM = "TCM"
    BHI = "BHI"


class Side(StrEnum):
    """Who claims: the practitioner side or the hospital's facility side (CCM-ONE-01)."""

    PRACTITIONER = "practitioner"
    FACILITY = "facility"


class Purpose(StrEnum):
    """Why somebody reads patient data."""

    TREATMENT = "treatment"
    PAYMENT = "payment"
    OPERATIONS = "operations"
    COMPLIANCE = "compliance"
    AUDIT = "audit"


USUAL_PURPOSE: Final = {
    Role.ADMINISTRATOR: Purpose.OPERATIONS,
    Role.PRACTITIONER: Purpose.TREATMENT,
    Role.CLINICAL_STAFF: Purpose.TREATMENT,
    Role.FRONT_DESK: Purpose.OPERATIONS,
    Role.BILLER: Purpose.PAYMENT,
    Role.COMPLIANCE: Purpose.COMPLIANCE,
    Role.AUDITOR: Purpose.AUDIT,
    Role.INTEGRATION: Purpose.OPERATIONS,
    Role.MACHINE: Purpose.OPERATIONS,
}
"""The purpose of a read where the reader names none."""

_MBI: Final = re.compile(
    r"^[1-9][AC-HJ-KM-NP-RT-Y][0-9AC-HJ-KM-NP-RT-Y][0-9]"
    r"[AC-HJ-KM-NP-RT-Y][0-9AC-HJ-KM-NP-RT-Y][0-9]"
    r"[AC-HJ-KM-NP-RT-Y]{2}[0-9]{2}$"
)


def is_npi(text: str) -> bool:
    """Whether ten digits form an NPI: first digit 1 or 2, Luhn over 80840 and the number (CCM-NPI-01, -02)."""
    if len(text) != 10 or not (text.isascii() and text.isdigit()) or text[0] not in "12":
        return False
    digits = [int(ch) for ch in reversed(text)]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (24 + sum(digits[0::2]) + doubled) % 10 == 0  # 24 is what the prefix 80840 adds


def is_mbi(text: str) -> bool:
    """Whether eleven characters have the shape of an MBI: no S L O I B Z among the letters (section 10.1)."""
    return bool(_MBI.match(text))


def as_mbi(text: str) -> str:
    """A Medicare number as cards print it, in groups or small letters, as its characters alone."""
    return text.replace("-", "").replace(" ", "").upper()


def _npi(text: str) -> str:
    if not is_npi(text):
        raise ValueError("npi_check_digit")
    return text


Npi = Annotated[str, AfterValidator(_npi)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
WORDS_MAX: Final = 20_000
"""How many characters free text may have."""
Words = Annotated[str, StringConstraints(min_length=1, max_length=WORDS_MAX)]
"""Free text about a patient or a person: always sealed."""
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
"""A category of our own catalogues: lower case, underscores."""
CoverageKind = Literal["medicare_ffs", "medicare_advantage", "medicaid", "commercial", "other"]
"""What kind of plan a coverage is."""
COVERAGE_KINDS: Final[tuple[str, ...]] = get_args(CoverageKind)
SourceName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")]
"""The registered name of a source system."""
Outside = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""A name that somebody outside chose (key, row id, version, correlation): kept as a token, sealed in full."""
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
