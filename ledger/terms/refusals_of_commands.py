"""Refusals that deciders give: what a command names is not there, cannot be, or may not be done.

In precedence order. Messages name neither patients nor, across practices, anybody else.
refusals.py joins the catalogue.
"""

from typing import Final

from ledger.terms.refusal import Refusal

_NAMED: Final = "A fact names what it is about, and that must be in the ledger (readings, 1)."
_ONE_BILLER: Final = (
    "One practitioner bills a patient's programme in a calendar month, and the first designation wins, across "
    "practices (CCM-ONE-01, CCM-ONE-02; readings, 3)."
)
_WITHDRAW: Final = (
    "A designation is withdrawn by the designee, its practice or compliance, never by the rival (readings, 3)."
)
_ONE_PERSON: Final = "Merging and unmerging are facts about two patients, with evidence (readings, 3)."
_MOVED: Final = (
    "What was recorded about the wrong patient is moved or struck once, and stays readable where it was recorded "
    "(readings, 8; CCM-AMEND-01)."
)
_DEATH: Final = "Months up to that of death stay open; what is dated later is refused (readings, 6 and 12)."
_SIGNATURE: Final = (
    "The billing practitioner signs (CCM-PLAN-07); a signature carries its own, current date (CCM-AMEND-05)."
)
_ATTEST: Final = "Who attests is the month's designated billing practitioner (CCM-CLAIM-07; readings, 6)."

NAMING: Final = (
    Refusal(
        "no_such_practice",
        "No practice of this ledger has the id that the command gives.",
        _NAMED,
        "Look the practice up, or have an administrator register it.",
    ),
    Refusal(
        "no_such_consent",
        "The patient's record holds no consent with the id that the command gives.",
        _NAMED,
        "Look the consent up in the patient's history.",
    ),
    Refusal(
        "no_such_revocation",
        "The patient's record holds no revocation with the id that the command gives.",
        _NAMED,
        "Look the revocation up in the patient's history.",
    ),
    Refusal(
        "no_such_disenrolment",
        "The patient's record holds no disenrolment with the id that the command gives.",
        _NAMED,
        "Look the disenrolment up in the patient's history.",
    ),
    Refusal(
        "no_such_stay",
        "The patient's record holds no stay with the id that the command gives.",
        _NAMED,
        "Look the stay up in the patient's history; a stay that is new is recorded without an id.",
    ),
    Refusal(
        "no_such_service",
        "The patient's month holds no other service with the id that the command gives.",
        _NAMED,
        "`ccm-ledger month --explain` shows the other services of a month with their ids.",
    ),
    Refusal(
        "no_such_coverage",
        "The patient's record holds no coverage with the id that the command gives.",
        _NAMED,
        "Look the coverage up in the patient's history; a coverage that is new is recorded without an id.",
    ),
    Refusal(
        "no_death_on_record",
        "No death of the patient is on record.",
        _NAMED,
        "Nothing is to be taken back; look at the patient's history.",
    ),
    Refusal(
        "no_such_condition",
        "The patient's record holds no condition with an id that the command gives.",
        _NAMED,
        "Look the condition up in the patient's history; one that is not there is recorded first.",
    ),
    Refusal(
        "no_such_designation",
        "The patient's record holds no designation with the id that the command gives.",
        _NAMED,
        "Look the designation up in the patient's history.",
    ),
    Refusal(
        "revision_unknown",
        "The care plan has no revision with the number that the command gives.",
        _NAMED,
        "Look the plan up in the patient's history: revisions count from 1, and one that is missing is recorded first.",
    ),
    Refusal(
        "no_such_review",
        "The ledger holds no review with the id that the command gives.",
        _NAMED,
        "Look the review up with `ccm-ledger reviews`.",
    ),
    Refusal(
        "no_such_refusal",
        "No refusal about that subject stands at the position that the command gives.",
        _NAMED,
        "Look the refusal up with `ccm-ledger audit --outcome refused`.",
    ),
    Refusal(
        "delivery_unknown",
        "The source has no parked delivery with the id that the command gives.",
        _NAMED,
        "Look the delivery up with `ccm-ledger parked list`.",
    ),
    Refusal(
        "delivery_not_open",
        "The delivery is settled: it was released or discarded.",
        "A parked delivery is decided once (architecture, 4).",
        "Nothing is to be done; `ccm-ledger parked list` shows what is open.",
    ),
    Refusal(
        "delivery_waits_for_other_kind",
        "The delivery waits for a {waits_for}, and the command names somebody else.",
        _NAMED,
        "Name the {waits_for} that the delivery is about.",
    ),
    Refusal(
        "role_not_held",
        "The staff member does not hold that role on the day that the command gives.",
        _NAMED,
        "Look up the roles of the staff member, and end the one that is held.",
    ),
    Refusal(
        "capability_not_held",
        "The practice has attested {capability} for no day after that.",
        _NAMED,
        "Look up what the practice has attested; a capability that was attested until that day ends by itself.",
    ),
)

ACTING: Final = (
    Refusal(
        "identifiers_of_two_patients",
        "The identifiers of the command lead to two different patients.",
        "Two patients become one by a merge with evidence, never by a registration (readings, 3).",
        "Check the identifiers at their source. Nothing was linked.",
        audited=True,
    ),
    Refusal(
        "identifier_taken",
        "An identifier of the command already leads to somebody else.",
        "An identifier leads to one patient or staff member of the ledger (readings, 3).",
        "Check the identifier at its source. Nothing was linked.",
        audited=True,
    ),
    Refusal(
        "npi_taken",
        "The NPI already belongs to another staff member of this ledger.",
        "An NPI names one person for life (CCM-NPI-01).",
        "Find the staff member who has it; one person is registered once, with a role in each practice.",
    ),
    Refusal(
        "merged_with_itself",
        "The two ids that the command gives are one patient, or lead to one.",
        _ONE_PERSON,
        "Name the patient who goes on, and the other one who was merged into nobody yet.",
    ),
    Refusal(
        "already_merged",
        "The patient to be merged was merged into another one before.",
        _ONE_PERSON,
        "Merge the patient who goes on for both; or undo the first merge, if it was wrong.",
        audited=True,
    ),
    Refusal(
        "not_merged",
        "The two patients are not merged, or not this one into that one.",
        _ONE_PERSON,
        "Look at the merges in the history of either patient, and name the two as the merge named them.",
    ),
    Refusal(
        "moved_to_itself",
        "The patient to whom the command would move it is the one about whom it was recorded.",
        _MOVED,
        "Name the patient whom it is about; or strike it, if it is about nobody here.",
    ),
    Refusal(
        "already_struck",
        "What the command names was struck, or moved to another patient, before.",
        _MOVED,
        "Look at it in the patient's history. What is true of this patient is recorded anew.",
    ),
    Refusal(
        "departed_before",
        "The staff member left on an earlier day, and holds no role that could end.",
        "A departure ends roles on its day, and nothing of the past (readings, 2).",
        "If the person worked on until then, grant the roles for the days between, with their last day.",
    ),
    Refusal(
        "after_death",
        "The patient's death is on record, and {what} is dated later.",
        _DEATH,
        "Check both dates. If the death was recorded wrongly, record it again with the right day, or take it back.",
        audited=True,
    ),
    Refusal(
        "practitioner_may_not_bill",
        "The practitioner's credential does not bill this programme.",
        "Physicians, NP, PA, CNS and CNM bill CCM; other credentials furnish it (CCM-ONE-04, -06, -07).",
        "Designate a practitioner whose credential may bill, or have an administrator correct the credential.",
        audited=True,
    ),
    Refusal(
        "month_occupied",
        "The month {month} already has a billing practitioner for this programme and side.",
        _ONE_BILLER,
        "If the patient has chosen you, ask for the withdrawal of the standing designation: the designee, its practice "
        "or a compliance officer may withdraw it. Or begin with a month that is free.",
        retryable=True,
        audited=True,
    ),
    Refusal(
        "rival_may_not_withdraw",
        "The designation is another practitioner's.",
        _WITHDRAW,
        "Ask the compliance officer, with the evidence of the patient's choice.",
        audited=True,
    ),
    Refusal(
        "already_taken_back",
        "{what} was taken back before, for another reason.",
        "What takes something back is a fact and is not changed (architecture, 1).",
        "Look at it in the patient's history.",
    ),
    Refusal(
        "already_withdrawn",
        "The designation was withdrawn before.",
        "A withdrawal is a fact and is not changed (architecture, 1).",
        "Look at the withdrawal in the patient's history.",
    ),
    Refusal(
        "designation_ended",
        "The designation ends by itself before the month {month}.",
        _WITHDRAW,
        "Nothing is to be withdrawn: from that month on it occupies no month.",
    ),
    Refusal(
        "signature_not_by_practitioner",
        "The plan was not signed: the signer's credential does not bill CCM.",
        _SIGNATURE,
        "Let the billing practitioner sign the revision.",
        audited=True,
    ),
    Refusal(
        "not_the_billing_practitioner",
        "The actor is not the designated billing practitioner of {month}.",
        _ATTEST,
        "Let the designated practitioner do this, or designate one for the month.",
        retryable=True,
        audited=True,
    ),
    Refusal(
        "not_self",
        "{what} is the actor's own work.",
        "Nobody decides about what they did themself (readings, 2).",
        "Let another person decide this.",
        audited=True,
    ),
    Refusal(
        "self_dealing",
        "The month holds the actor's own time, and the actor is a biller of the practice too.",
        "A performer does not attest own time as biller (readings, 2).",
        "Have an administrator end one of the two roles, or let another person bill.",
        retryable=True,
        audited=True,
    ),
    Refusal(
        "family_not_supported",
        "The month {month} does not support the family {family}.",
        "A month is claimed in one family whose minimum and conditions it meets (CCM-UNIT-02, -CODE-01, -CODE-07).",
        "`ccm-ledger month` shows the families that it supports, and what the others lack.",
        retryable=True,
        audited=True,
    ),
    Refusal(
        "below_minimum",
        "Month {month} was not attested: {minutes} qualifying minutes are logged, {needed} are needed.",
        "A base code needs its full minutes in one calendar month (CCM-CODE-01).",
        "Log missing time with its service dates before the month is attested.",
        retryable=True,
        audited=True,
    ),
    Refusal(
        "month_changed",
        "Month {month} was not attested: it is no longer what was reviewed.",
        "What is signed is the month as it stands; other facts have come in since, or other rules were adopted "
        "(readings, 6).",
        "Look at the month again and sign what it now says.",
        audited=True,
    ),
    Refusal(
        "month_not_stale",
        "The month {month} is not attested, or says what was signed.",
        "Stale is what an attested month is when its digest is not the one that was signed (readings, 6).",
        "Nothing is to be reported.",
        retryable=True,
    ),
    Refusal(
        "review_not_due",
        "It is not due: its day has not come, something newer is on record, or nobody bills the patient now.",
        "A review comes due on a day that a rule or a record gives (CCM-PLAN-04; readings, 12).",
        "Nothing is to be reported.",
        retryable=True,
    ),
    Refusal(
        "review_about_self",
        "The review is about the actor's own work.",
        "Nobody dismisses findings about self (readings, 2).",
        "Let another compliance officer settle it.",
        audited=True,
    ),
    Refusal(
        "review_settled",
        "The review was settled before, in another way.",
        "What was settled is a fact and is not changed (architecture, 1).",
        "Look at `ccm-ledger reviews --settled`.",
    ),
)
