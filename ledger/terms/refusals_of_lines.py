"""Refusals before anything is decided: the line cannot be read, nobody vouches for it, or it names nobody known.

In precedence order. Used by the doors (submit, imports) and by commands/handle.py; refusals.py joins the catalogue.
"""

from typing import Final

from ledger.terms.refusal import Refusal

_READABLE: Final = "Nothing is guessed: what cannot be read is refused with its reason (readings, 1)."
_SUBMIT: Final = "The wire format is version 1 (schema commands)."
_KEYS: Final = "An accepted, unchanged or parked key is bound to its content for ever (architecture, 4)."
_VOUCHED: Final = "A fact needs somebody who vouches for it: a bound login or a registered source (readings, 2)."
_KNOWN: Final = "A fact has a known subject (readings, 1)."
_CAPACITY: Final = "Capacity is what the staff record says on the day, never what the line says (readings, 2)."

READING: Final = (
    Refusal(
        "line_too_long",
        "The line is longer than any line may be.",
        _READABLE,
        "Check that the file has one command or row a line, then send this one again.",
    ),
    Refusal(
        "encoding_not_utf8",
        "The line is not UTF-8 text.",
        _READABLE,
        "Export the file as UTF-8 and send this line again.",
    ),
    Refusal(
        "nul_byte",
        "The line holds a NUL character, which no text has.",
        _READABLE,
        "Look for what damaged the file, then send this line again.",
    ),
    Refusal(
        "nested_too_deeply",
        "The line is nested more deeply than any command is.",
        _SUBMIT,
        "Compare the line with `ccm-ledger schema commands`.",
    ),
    Refusal(
        "line_unreadable",
        "The line is not one JSON object.",
        _SUBMIT,
        "Write one command a line as a JSON object, and send this one again.",
    ),
    Refusal(
        "field_repeated",
        "An object of the line gives one field twice.",
        "Nothing is guessed: either value may be meant (readings, 1).",
        "Leave the one that is meant, and send the line again.",
    ),
    Refusal(
        "version_unknown",
        "The line has a format version that this program does not know.",
        _SUBMIT,
        'Send "v": 1, or use a newer program.',
    ),
    Refusal(
        "program_defect",
        "The program met a defect of its own in this line; nothing of it was recorded.",
        "A defect in one line is kept from the others (readings, 1).",
        "Report the line's number and this code, and send the line again with a later version.",
        retryable=True,
    ),
    Refusal(
        "command_unknown",
        "No command has the name that the line gives.",
        _SUBMIT,
        "Look the name up in `ccm-ledger schema commands`.",
    ),
    Refusal(
        "field_unknown",
        "The line has a field that the command does not take.",
        "A field that is not understood is not left out (architecture, 4).",
        "Remove the field or correct its name; `ccm-ledger schema commands` lists those that there are.",
    ),
    Refusal(
        "field_missing",
        "A field that the command needs is missing.",
        _READABLE,
        "Add the field and send the line again.",
    ),
    Refusal(
        "npi_check_digit",
        "The NPI has not ten digits with a right check digit.",
        "An NPI has ten digits, begins with 1 or 2, and passes the Luhn check over 80840 and itself "
        "(CCM-NPI-01, CCM-NPI-02).",
        "Look the number up in the NPI registry and send the line again.",
    ),
    Refusal(
        "mbi_unreadable",
        "The Medicare beneficiary identifier does not have the shape of one.",
        "An MBI has eleven characters in a fixed pattern, without the letters S, L, O, I, B, Z "
        "(ccm-rules, section 10.1).",
        "Read the number again from the patient's card, without dashes, and send the line again.",
    ),
    Refusal(
        "field_unreadable",
        "A field does not hold what such a field holds.",
        _READABLE,
        "Correct the value; `ccm-ledger schema commands` says what the field takes.",
    ),
    Refusal(
        "clock_not_simulated",
        "The line brings a clock, and this ledger has its own.",
        "Only a ledger marked simulated takes its clock from the input (architecture, 1).",
        "Remove the clock; say when it happened in the command's own fields.",
    ),
    Refusal(
        "clock_beyond_care_months",
        "The line's clock stands where no care month is.",
        "Care months are those of the years 1900 to 2099, and lists ask for the month before (architecture, 1).",
        "Give a clock of the years 1901 to 2098.",
    ),
    Refusal(
        "key_of_erased_content",
        "The key belongs to a command whose content was erased.",
        _KEYS,
        "Send a new key if this is something new.",
    ),
    Refusal(
        "key_of_other_caller",
        "Somebody else used this key before: another person, or another source.",
        _KEYS,
        "Give it a key of its own. What stands under this one is told to whoever bound it.",
        audited=True,
    ),
    Refusal(
        "exists_with_different_content",
        "The ledger already holds this with other content.",
        _KEYS,
        "Compare with the first content. If that was wrong, record a correction; if this is something new, give it a "
        "key of its own.",
    ),
)

SPEAKING: Final = (
    Refusal(
        "source_unknown",
        "The source system is not registered with this ledger.",
        _VOUCHED,
        "Have an administrator register the source, then send the line again.",
        retryable=True,
    ),
    Refusal(
        "source_of_other_login",
        "The source system delivers by another login than that of this session.",
        _VOUCHED,
        "Deliver by the login of the source, or have an administrator register the source with this login.",
        retryable=True,
    ),
    Refusal(
        "login_not_bound",
        "The login speaks for nobody in this ledger.",
        _VOUCHED,
        "Have an administrator bind the login to its staff member; where it delivers for a source, name that source "
        "and who acts (`source`, `actor`). Then send the line again.",
        retryable=True,
    ),
    Refusal(
        "actor_unknown",
        "The line says nobody as actor whom this ledger knows.",
        _VOUCHED,
        "Have an administrator register the staff member, then send the line again.",
        retryable=True,
    ),
    Refusal(
        "source_not_trusted_for_acts",
        "The command is an act, and neither the actor's own login nor a source trusted for acts vouches for it.",
        "An act needs the actor's own bound login or a source trusted for acts (readings, 2).",
        "Let the person act under the own login, or have an administrator trust the source for acts.",
        retryable=True,
        audited=True,
    ),
    Refusal(
        "no_such_patient",
        "No patient of this ledger has the id that the line gives.",
        _KNOWN,
        "Look the id up, or name the patient by an identifier of a registered system.",
    ),
    Refusal(
        "no_such_staff",
        "No staff member of this ledger has the id that the line gives.",
        _KNOWN,
        "Look the id up, or name the staff member by an identifier of a registered system.",
    ),
    Refusal(
        "waiting_for_patient",
        "The identifier leads to no patient yet; the delivery waits.",
        _KNOWN,
        "Register the patient or link the identifier, then release the delivery: `ccm-ledger parked list`.",
        retryable=True,
    ),
    Refusal(
        "waiting_for_staff",
        "The identifier leads to no staff member yet; the delivery waits.",
        _KNOWN,
        "Register the staff member with this identifier, then release the delivery: `ccm-ledger parked list`.",
        retryable=True,
    ),
    Refusal(
        "expectation_not_met",
        "The ledger has moved on from what the line expects.",
        "A command that names what it expects is only decided on that (architecture, 3).",
        "Look at what was added, and send the command again with what you then expect.",
    ),
    Refusal(
        "capacity_missing",
        "The actor holds no role that may do this on that day.",
        _CAPACITY,
        "{roles} may do this. Ask such a person, or have an administrator grant the role.",
        retryable=True,
        audited=True,
    ),
    Refusal(
        "not_in_this_practice",
        "The actor's role does not reach the practice that this is about.",
        _CAPACITY,
        "Ask somebody of that practice, or have an administrator grant the role there.",
        retryable=True,
        audited=True,
    ),
)
