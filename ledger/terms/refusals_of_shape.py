"""Refusals of what a command says, whoever it is about: no shape, no end, no sense, or too early.

In precedence order. refusals.py joins the catalogue.
"""

from typing import Final

from ledger.terms.refusal import Refusal

_NAMED: Final = "A fact names what it is about, and that must be in the ledger (readings, 1)."
_READABLE: Final = (
    "Of testimony only the unreadable, the future, end before start and an interval over 24 hours are refused "
    "(readings, 1)."
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
        "service_too_long",
        "The days of the service touch more than four care months.",
        "A service is told as it is billed, and stands in each month that it touches (readings, 10; CCM-CONF-TCM).",
        "Send each month of it as a service of its own.",
    ),
    Refusal(
        "end_before_start", "{what} ends before it begins.", _READABLE, "Correct the two, and send the command again."
    ),
    Refusal(
        "zero_duration",
        "Between begin and end of the entry lies no whole second.",
        _READABLE,
        "Send the work with its true start and end; a timer is stopped later, or discarded.",
    ),
    Refusal(
        "interval_over_24_hours",
        "The entry lasts more than 24 hours.",
        "One entry is one stretch of work of at most 24 hours (readings, 1; CCM-RED-08).",
        "Send each stretch of work as an entry of its own. If a timer ran on, discard it (`stop_timer` with `discard`) "
        "and log the work with its true start and end.",
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
        "review_target_unclear",
        "The command does not name what a review of that kind is about.",
        _NAMED,
        "Name the patient, the source with the delivery, or the review that was not answered.",
    ),
    Refusal(
        "day_not_over",
        "The day of the refusal is not over, or five minutes of clock difference have not passed since.",
        "A count is closed when it can rise no more (architecture, 4).",
        "Nothing is to be done: it is closed by the first run after that.",
        retryable=True,
    ),
    Refusal(
        "zone_unknown",
        "No time zone has the name that the command gives.",
        "Month and day of work are those of the practice's time zone (CCM-TIME-15).",
        "Give the zone by its IANA name, such as America/Chicago.",
    ),
    Refusal(
        "address_is_a_box",
        "The address is a post office box.",
        "A claim names the street where the billing provider is (ccm-rules section 10.1, billing provider).",
        "Give the street address of the practice, or of the site.",
    ),
    Refusal(
        "profiles_do_not_load",
        "A payer's profile does not load.",
        "An exception has a base, dates and a source, and no other is true beside it (readings, section 9).",
        "Mend the file at the line that is named; `ccm-ledger rules check --profiles FOLDER` lists every fault.",
    ),
    Refusal(
        "edition_unknown",
        "The edition is not the one that this program ships, with the profiles given.",
        "A ledger adopts whole editions, and judges by what it adopted (architecture, 4).",
        "Run `ccm-ledger rules check`, with --profiles where you have any, to see the edition.",
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
