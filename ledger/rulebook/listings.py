"""What the law's lists say of a word: whether a visit qualifies, what a credential lets its holder do.

Promise: where two lists hold a word, what forbids wins. Not promised: that anybody held the visit or the licence.
"""

from typing import Final, Literal

from ledger.rulebook.rules import Rules

_CCM: Final = "medicare.ccm"

VisitStanding = Literal["qualifies", "does_not_qualify", "not_listed"]
BillingStanding = Literal["may_bill", "limited_licence", "furnishes_only", "not_listed"]


def visit_standing(code: str, rules: Rules) -> VisitStanding:
    """Whether a visit of a code opens CCM (CCM-INIT-02, -03); one that no list holds does not either.

    Reads: medicare.ccm.initiating_visit.qualifying_codes, .not_qualifying_codes.
    """
    if code in rules.words(f"{_CCM}.initiating_visit.not_qualifying_codes"):
        return "does_not_qualify"
    return "qualifies" if code in rules.words(f"{_CCM}.initiating_visit.qualifying_codes") else "not_listed"


def billing_standing(credential: str, rules: Rules) -> BillingStanding:
    """Whether holders of a credential bill CCM, and why not (CCM-ONE-04, -06, -07).

    Reads: medicare.ccm.billing_practitioner.credentials, .limited_credentials, .furnishing_credentials.
    """
    if credential in rules.words(f"{_CCM}.billing_practitioner.limited_credentials"):
        return "limited_licence"
    if credential in rules.words(f"{_CCM}.billing_practitioner.furnishing_credentials"):
        return "furnishes_only"
    return "may_bill" if credential in rules.words(f"{_CCM}.billing_practitioner.credentials") else "not_listed"
