"""Refusals about codes of a month: a limit that may not be raised, a visit that carries no planning beyond it.

In precedence order. refusals.py joins the catalogue.
"""

from typing import Final

from ledger.terms.refusal import Refusal

NAMING_OF_CODES: Final = (
    Refusal(
        "no_such_visit",
        "The patient's record holds no visit with the id that the command gives.",
        "A fact names what it is about, and that must be in the ledger (readings, 1).",
        "Look the visit up in the patient's history; one that is not there is recorded first.",
    ),
)

ACTING_OF_VISITS: Final = (
    Refusal(
        "visit_no_parent",
        "The visit carries no G0506: its code is not among those that do on that day, or it was held on another day.",
        "G0506 rides on the date and claim of a visit of certain codes, and stands on no claim alone (CCM-CODE-10).",
        "Check the day and the code of the visit; a visit that was recorded without its code is recorded with it.",
        audited=True,
    ),
    Refusal(
        "not_the_visits_practitioner",
        "The visit was held by somebody else, or it is not on record who held it.",
        "G0506 pays the own work of the practitioner who held the visit and bills the programme (CCM-CODE-11).",
        "Let whoever held the visit attest it; where nobody is on record, record the visit with its practitioner.",
        audited=True,
    ),
    Refusal(
        "extra_planning_repeated",
        "The practitioner attested planning beyond another visit of this patient before.",
        "G0506 is billed once for a patient and billing practitioner, at the start of CCM (CCM-CODE-11).",
        "Nothing is to be done; where the first one was attested in error, take it back with `retract_extra_planning`.",
        audited=True,
    ),
)

ACTING_OF_LIMITS: Final = (
    Refusal(
        "limit_not_overridable",
        "The limit of {billed} may not be raised.",
        "Raised is the limit of an add-on code that is a clinical edit; others follow from the code's own definition, "
        "and a code of no family in force has none (CCM-CODE-03, CCM-CODE-04, CCM-CODE-05; readings, 7).",
        "`ccm-ledger month --why-not` shows the codes of the month and how many units each may have.",
        audited=True,
    ),
    Refusal(
        "limit_not_above",
        "The units are not above the limit of {billed}, which is {limit}.",
        "What is within the limit needs nobody's word; one that was raised may go back to it (readings, 12).",
        "Name more units than the limit, or none: without a word on it the limit holds.",
    ),
)
