"""Opaque ids and the tags (streams) that facts belong to.

Promise: an id says nothing about a person; a tag is built here and nowhere else, so no identifier, name or
free text can become a stream name. Not promised: that an id exists; that is for the ledger to say.

An id is a two-letter kind, an underscore and 26 characters of base32 (128 random bits from the IdSource).
"""

import re
from datetime import date
from typing import Annotated, Final

from pydantic import StringConstraints

_ID_BODY: Final = "[a-z2-7]{26}"
_DIGITS: Final = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS: Final = [high + low for high in _DIGITS for low in _DIGITS]
_SHIFTS: Final = range(120, -10, -10)


def _id_of(kind: str) -> StringConstraints:
    return StringConstraints(pattern=f"^{kind}_{_ID_BODY}$")


type_of_id: Final = re.compile(f"^([a-z]{{2}})_{_ID_BODY}$")

PatientId = Annotated[str, _id_of("pt")]
StaffId = Annotated[str, _id_of("st")]
PracticeId = Annotated[str, _id_of("pr")]
EntryId = Annotated[str, _id_of("te")]
ConsentId = Annotated[str, _id_of("cs")]
ConditionId = Annotated[str, _id_of("cd")]
VisitId = Annotated[str, _id_of("vs")]
CoverageId = Annotated[str, _id_of("cv")]
DesignationId = Annotated[str, _id_of("dg")]
AttestationId = Annotated[str, _id_of("at")]
DeliveryId = Annotated[str, _id_of("dv")]
TimerId = Annotated[str, _id_of("tm")]
LedgerId = Annotated[str, _id_of("lg")]
RevocationId = Annotated[str, _id_of("rv")]
DisenrolmentId = Annotated[str, _id_of("ds")]
StayId = Annotated[str, _id_of("sy")]
OtherServiceId = Annotated[str, _id_of("os")]
ReviewId = Annotated[str, _id_of("rw")]
ClaimId = Annotated[str, _id_of("cl")]
OverpaymentId = Annotated[str, _id_of("ov")]
HoldId = Annotated[str, _id_of("hd")]
ErasureId = Annotated[str, _id_of("er")]
ApiKeyId = Annotated[str, _id_of("ak")]
DisclosureId = Annotated[str, _id_of("dc")]
ElevationId = Annotated[str, _id_of("el")]

Tag = Annotated[str, StringConstraints(min_length=1, max_length=160)]
Token = Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")]
"""128 bits of an HMAC under a key of the ledger, in hex: a stand-in for an identifier, a key or a source id."""
Digest = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
"""A SHA-256 in hex."""

LEDGER_TAG: Final = "ledger"
COMPLETENESS_TAG: Final = "completeness"
"""The maps of completeness, one behind the other."""
DIRECT: Final = "direct"
"""The name under which deliveries without a source are parked."""


def key_name(source: str | None, key: str) -> tuple[str, str]:
    """What the token of an idempotency key is made of: keys of two sources are two keys. Without a source: ours."""
    return "#key", f"{source or ''}\n{key}"


def id_from(kind: str, entropy: bytes) -> str:
    """The id of `kind` that sixteen random bytes spell."""
    assert len(entropy) == 16
    bits = int.from_bytes(entropy, "big") << 2  # 130 bits: thirteen pairs of base32 digits
    return f"{kind}_{''.join([_PAIRS[(bits >> shift) & 1023] for shift in _SHIFTS])}"


def patient_tag(patient: str) -> str:
    """The stream of one patient: registration, conditions, consents, visits, designations, coverage."""
    return f"patient/{patient}"


def care_plan_tag(patient: str) -> str:
    """The stream of one patient's care plan revisions."""
    return f"care_plan/{patient}"


def care_month_tag(patient: str, month: str) -> str:
    """The stream of one patient's month: time, decision making, family choice, attestations."""
    return f"care_month/{patient}/{month}"


def claims_tag(patient: str) -> str:
    """The claims of one patient: what was released, what came back, possible overpayments."""
    return f"claims/{patient}"


def staff_tag(staff: str) -> str:
    """The stream of one staff member: roles, credential, NPI, licences."""
    return f"staff/{staff}"


def staff_day_tag(staff: str, utc_date: date) -> str:
    """All time of one performer on one UTC date, whichever the patient."""
    return f"staff_day/{staff}/{utc_date.isoformat()}"


def timer_tag(staff: str) -> str:
    """The timers that one performer started here: at most one of them runs."""
    return f"timer/{staff}"


def practice_tag(practice: str) -> str:
    """The stream of one practice: TIN, sites, zone, capabilities, policies."""
    return f"practice/{practice}"


def identifier_tag(token: str) -> str:
    """The stream that one outside identifier leads to; `token` is its HMAC, never the identifier."""
    return f"identifier/{token}"


def row_tag(token: str) -> str:
    """The stream of one row of a source that has no clock times: its id is all that tells a repeat from more work."""
    return f"row/{token}"


def by_tag(actor: str) -> str:
    """Everything that one actor did. No decider may read it."""
    return f"by/{actor}"


def accessed_tag(patient: str) -> str:
    """Everybody who looked at one patient's record. No decider may read it."""
    return f"accessed/{patient}"


def disclosed_tag(patient: str) -> str:
    """What of one patient's record was disclosed outside, to whom and why."""
    return f"disclosed/{patient}"


def elevation_tag(elevation: str) -> str:
    """One elevation: for whom and how long, its end, and what came of its review."""
    return f"elevation/{elevation}"


def elevated_tag(staff: str) -> str:
    """Every elevation of one staff member: what a read outside the own practice may rest on."""
    return f"elevated/{staff}"


def access_tag(actor: str, utc_date: date) -> str:
    """The home stream of one actor's reads on one day."""
    return f"access/{actor}/{utc_date.isoformat()}"


def logins_tag(utc_date: date) -> str:
    """The logins that were used on one day. No decider may read it."""
    return f"logins/{utc_date.isoformat()}"


def attempts_tag(utc_date: date) -> str:
    """The attempts to enter that were denied on one day. No decider may read it."""
    return f"attempts/{utc_date.isoformat()}"


def refusals_tag(subject: str) -> str:
    """The refusals about one patient or staff member that an auditor would ask about."""
    return f"refusals/{subject}"


def parked_tag(source: str) -> str:
    """The deliveries of one source that wait for a patient or staff member to become known."""
    return f"parked/{source}"


def imports_tag(source: str, utc_date: date) -> str:
    """The documents of one source that were imported on one UTC day."""
    return f"imports/{source}/{utc_date.isoformat()}"


def review_tag(review: str) -> str:
    """One review: what was found, and how it was settled."""
    return f"review/{review}"


def reviews_tag(month: str) -> str:
    """Every review that belongs to a month: the care month that it is about, or the month in which it came due."""
    return f"reviews/{month}"


def reviewed_tag(patient: str) -> str:
    """What reviews found about one patient. No decider may read it."""
    return f"reviewed/{patient}"


def erasure_tag(patient: str) -> str:
    """The holds on one patient's record, and what was erased of it."""
    return f"erasure/{patient}"


def witnessed_tag(log: str) -> str:
    """The log of another ledger that this one watches; `log` is the token of its origin."""
    return f"witnessed/{log}"


def reaction_tag(reaction: str) -> str:
    """How far a reaction has come."""
    return f"reaction/{reaction}"


RECORD_ONLY_PREFIXES: Final = (
    "patient/",
    "care_plan/",
    "care_month/",
    "staff/",
    "staff_day/",
    "row/",
    "timer/",
    "claims/",
    "erasure/",
)
"""Tags that only record facts may carry, so that a look at a chart moves no decision (architecture, section 3)."""
UNDECIDABLE_PREFIXES: Final = ("by/", "accessed/", "access/", "reviewed/", "logins/", "attempts/")
"""Tags that no decider may read."""
