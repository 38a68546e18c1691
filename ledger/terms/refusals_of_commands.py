"""Refusals that deciders give: what a command names is not there, cannot be, or may not be done.

In precedence order. Messages name neither patients nor, across practices, anybody else.
refusals.py joins the catalogue.
"""

from typing import Final

from ledger.terms.refusal import Refusal

_NAMED: Final = "A fact names what it is about, and that must be in the ledger (readings, 1)."
_READABLE: Final = (
    "Of testimony only the unreadable, the future, end before start and an interval over 24 hours are refused "
    "(readings, 1)."
)
_ONE_BILLER: Final = (
    "One practitioner bills a patient's programme in a calendar month, and the first designation wins, across "
    "practices (CCM-ONE-01, CCM-ONE-02; readings, 3)."
)
_WITHDRAW: Final = (
    "A designation is withdrawn by the designee, its practice or compliance, never by the rival (readings, 3)."
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
        "Record the condition first, then attest.",
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
        "Record the revision first; revisions are counted from 1.",
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

SHAPE: Final = (
    Refusal(
        "time_shape_unclear",
        "The entry must give either start and end, or a date and minutes.",
        "Time without performer, date or duration cannot be read (readings, 1; CCM-TIME-16).",
        "Send start and end where the clock times are known, otherwise the date and the minutes.",
    ),
    Refusal(
        "stay_shape_unclear",
        "The stay must give the day or the moment of admission, and a day and a moment must agree.",
        "A stay without the day on which it began cannot be read (readings, 1; CCM-TIME-11).",
        "Send admitted_on or admitted_at, and discharged_on or discharged_at once the patient has left.",
    ),
    Refusal(
        "source_row_id_required",
        "The entry has no clock times, and its source gives the row no id.",
        "Without clock times only the source's own id tells a repeat from new work (readings, 5).",
        "Send the row with the id that its source keeps for it.",
    ),
    Refusal(
        "end_before_start", "{what} ends before it begins.", _READABLE, "Correct the two, and send the command again."
    ),
    Refusal(
        "zero_duration",
        "The entry begins and ends in the same second.",
        _READABLE,
        "Send the work with its true start and end.",
    ),
    Refusal(
        "interval_over_24_hours",
        "The entry lasts more than 24 hours.",
        "One entry is one stretch of work of at most 24 hours (readings, 1; CCM-RED-08).",
        "Send each stretch of work as an entry of its own.",
    ),
    Refusal(
        "in_the_future",
        "{what} lies in the future.",
        "What happened is recorded after it happened; five minutes of clock difference are allowed (readings, 1).",
        "Correct the date, or record this when it has happened.",
        retryable=True,
    ),
    Refusal(
        "patient_in_no_practice",
        "Neither the patient nor the performer belongs to one practice on that day.",
        "Month and day of work are those of a practice's time zone (CCM-TIME-15).",
        "Assign the patient to a practice from that day on, then send the command again.",
        retryable=True,
    ),
    Refusal(
        "practice_unclear",
        "The practitioner works for several practices, and the patient belongs to none of them.",
        "A designation is made for one practice (readings, 3).",
        "Assign the patient to the practice first, then designate.",
        retryable=True,
    ),
    Refusal(
        "zone_unknown",
        "No time zone has the name that the command gives.",
        "Month and day of work are those of the practice's time zone (CCM-TIME-15).",
        "Give the zone by its IANA name, such as America/Chicago.",
    ),
    Refusal(
        "edition_unknown",
        "The edition is not the one that this program ships.",
        "A ledger adopts whole editions, and judges by what it adopted (architecture, 4).",
        "Run `ccm-ledger rules list` to see the edition that is shipped, or use the program that ships the other.",
    ),
    Refusal(
        "edition_year_missing",
        "The capability cehrt_year needs the year of its certification edition.",
        "The technology must meet the edition accepted on 31 December of the year before (CCM-REC-01).",
        "Add edition_year.",
    ),
    Refusal(
        "policy_value_unknown",
        "The policy {policy} has no such value.",
        "A practice adopts one of a policy's own values (readings, 5 and 6).",
        "The policy {policy} takes {values}.",
    ),
    Refusal(
        "role_needs_a_person",
        "A program cannot hold that role.",
        "Auxiliary personnel are individuals; a machine acts under its own name (CCM-CODE-17; readings, 2).",
        "Grant a program the role integration or machine, and let a person hold this one.",
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
)
