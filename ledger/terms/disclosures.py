"""What 45 CFR 164.528 asks of disclosures: which are accounted for, how far back, and what an agency suspends.

Promise: every ground is a paragraph of the privacy rule, with its place, and says whether the patient's accounting
lists it. It stands here and not in the rulebook, because it is no payer's rule, moves no month, and has one value since
the privacy rule applies (14 April 2003). Not promised: that a disclosure was allowed; `not_permitted` is a ground too.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from ledger.terms.calendar import FURTHEST_WEST

DisclosureBasis = Literal[
    "treatment",
    "payment",
    "operations",
    "to_individual",
    "incidental",
    "authorization",
    "directory_or_family",
    "national_security",
    "custody",
    "limited_data_set",
    "required_by_law",
    "public_health",
    "abuse_or_neglect",
    "oversight",
    "court_order",
    "law_enforcement",
    "decedents",
    "organ_donation",
    "research",
    "serious_threat",
    "government_function",
    "workers_compensation",
    "secretary",
    "not_permitted",
]
"""The ground on which a record was disclosed, by the paragraph of the privacy rule that allows it."""

DisclosurePurpose = Literal[
    "care",
    "claim",
    "quality",
    "audit",
    "inspection",
    "investigation",
    "proceeding",
    "identification",
    "registry_report",
    "safety_report",
    "protection",
    "study",
    "donation",
    "benefits_decision",
    "own_request",
    "in_error",
]
"""What the recipient asked for it for, or what it was sent for."""

PURPOSES: Final[Mapping[DisclosurePurpose, str]] = MappingProxyType(
    {
        "care": "to care for the patient",
        "claim": "to pay a claim",
        "quality": "to look at the quality of care",
        "audit": "an audit",
        "inspection": "an inspection, or a licensing decision",
        "investigation": "an investigation",
        "proceeding": "a proceeding before a court or an agency",
        "identification": "to identify or to find somebody",
        "registry_report": "a report to a register of public health",
        "safety_report": "a report on a drug, a device or a product",
        "protection": "to protect somebody from harm",
        "study": "a study",
        "donation": "a donation of organs or tissue",
        "benefits_decision": "a decision about benefits",
        "own_request": "a request of the patient, or of somebody for the patient",
        "in_error": "none: it was sent in error",
    }
)
"""Each purpose as an accounting states it (45 CFR 164.528(b)(2)(iv))."""


class Ground(NamedTuple):
    """What the privacy rule makes of disclosures on one basis."""

    says: str
    cite: str
    is_accountable: bool
    can_be_suspended: bool = False
    """Whether an agency may suspend the patient's right to hear of it (45 CFR 164.528(a)(2))."""


def _left_out(says: str, cite: str) -> Ground:
    return Ground(says, cite, is_accountable=False)


def _listed(says: str, cite: str, *, can_be_suspended: bool = False) -> Ground:
    return Ground(says, cite, is_accountable=True, can_be_suspended=can_be_suspended)


GROUNDS: Final[Mapping[DisclosureBasis, Ground]] = MappingProxyType(
    {
        "treatment": _left_out("treatment", "45 CFR 164.506(c), 164.528(a)(1)(i)"),
        "payment": _left_out("payment", "45 CFR 164.506(c), 164.528(a)(1)(i)"),
        "operations": _left_out("health care operations", "45 CFR 164.506(c), 164.528(a)(1)(i)"),
        "to_individual": _left_out("to the patient", "45 CFR 164.502, 164.528(a)(1)(ii)"),
        "incidental": _left_out("incident to a permitted one", "45 CFR 164.502, 164.528(a)(1)(iii)"),
        "authorization": _left_out("authorised by the patient", "45 CFR 164.508, 164.528(a)(1)(iv)"),
        "directory_or_family": _left_out("to who is involved in the care", "45 CFR 164.510, 164.528(a)(1)(v)"),
        "national_security": _left_out("national security", "45 CFR 164.512(k)(2), 164.528(a)(1)(vi)"),
        "custody": _left_out("to a prison or custodian", "45 CFR 164.512(k)(5), 164.528(a)(1)(vii)"),
        "limited_data_set": _left_out("a limited data set", "45 CFR 164.514(e), 164.528(a)(1)(viii)"),
        "required_by_law": _listed("required by law", "45 CFR 164.512(a)"),
        "public_health": _listed("public health", "45 CFR 164.512(b)"),
        "abuse_or_neglect": _listed("abuse, neglect or violence", "45 CFR 164.512(c)"),
        "oversight": _listed("health oversight", "45 CFR 164.512(d)", can_be_suspended=True),
        "court_order": _listed("a court or agency's proceeding", "45 CFR 164.512(e)"),
        "law_enforcement": _listed("law enforcement", "45 CFR 164.512(f)", can_be_suspended=True),
        "decedents": _listed("about somebody who died", "45 CFR 164.512(g)"),
        "organ_donation": _listed("organ donation", "45 CFR 164.512(h)"),
        "research": _listed("research", "45 CFR 164.512(i)"),
        "serious_threat": _listed("a serious threat", "45 CFR 164.512(j)"),
        "government_function": _listed("a special function of government", "45 CFR 164.512(k)"),
        "workers_compensation": _listed("workers' compensation", "45 CFR 164.512(l)"),
        "secretary": _listed("to the Secretary of HHS", "45 CFR 164.502(a)(2)(ii)"),
        "not_permitted": _listed("not permitted", "45 CFR 164.402, 164.528(a)(1)"),
    }
)
"""Of each basis what it is, where it stands, and whether an accounting lists it."""

YEARS_BACK: Final = 6
"""How far back an accounting goes (45 CFR 164.528(a)(3))."""
ORAL_DAYS: Final = timedelta(days=30)
"""How long the spoken word of an agency suspends the right (45 CFR 164.528(a)(2)(ii)(C))."""


def six_years_before(on: date) -> date:
    """The first day that an accounting asked for on a day goes back to; of 29 February the day before."""
    year = on.year - YEARS_BACK
    return on.replace(year=year, day=28) if (on.month, on.day) == (2, 29) else on.replace(year=year)


class AgencyStatement(NamedTuple):
    """What an agency said of the patient's right to hear of one disclosure."""

    until: date
    """The last day that it names."""
    is_oral: bool
    recorded_on: date
    """The day on which the ledger heard of it (`heard_on`)."""


def heard_on(recorded_at: datetime) -> date:
    """The day from which the thirty days of a spoken word count: the earliest that it may have been at the practice."""
    return (recorded_at - FURTHEST_WEST).date()


def hidden_until(basis: DisclosureBasis, statements: Iterable[AgencyStatement]) -> date | None:
    """The last day on which an accounting says nothing of a disclosure; None where nothing suspends the right.

    Only for oversight and law enforcement is there such a right of the agency. What it writes names the end anew, later
    or earlier. Its spoken word holds thirty days from the day on which the ledger first heard of it, whatever end it
    names, however often it is said, and takes nothing from what is written.
    """
    if not GROUNDS[basis].can_be_suspended:
        return None
    end: date | None = None
    spoken_end: date | None = None
    for said in statements:
        if not said.is_oral:
            end = said.until
            continue
        spoken_end = spoken_end or said.recorded_on + ORAL_DAYS
        spoken = min(said.until, spoken_end)
        end = spoken if end is None else max(end, spoken)
    return end
