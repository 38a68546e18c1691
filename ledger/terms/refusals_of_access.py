"""Refusals about who learns of a record: disclosures, and elevations to read outside the own practice.

In precedence order. refusals.py joins the catalogue.
"""

from typing import Final

from ledger.terms.refusal import Refusal

_GLASS: Final = "Reading outside the own practice is for persons, for a time, and reviewed (readings, 8)."

NAMING_OF_ACCESS: Final = (
    Refusal(
        "no_such_disclosure",
        "No disclosure of the patient's record on file has the id that the command gives.",
        "A fact names what it is about, and that must be in the ledger (readings, 1).",
        "Look at `ccm-ledger history PATIENT --accesses --action record_disclosed`.",
    ),
    Refusal(
        "no_such_elevation",
        "The ledger holds no elevation with the id that the command gives.",
        "A fact names what it is about, and that must be in the ledger (readings, 1).",
        "Look at `ccm-ledger elevate list`.",
    ),
)

SHAPE_OF_ACCESS: Final = (
    Refusal(
        "suspension_incomplete",
        "A suspension names its last day and the agency that asked for it, and the command names only one of them.",
        "The patient's right is suspended for the time that an agency specifies (CCM-HIPAA-05; readings, 8).",
        "Name both, or neither.",
    ),
    Refusal(
        "elevation_target_unclear",
        "An elevation is for named patients or for one practice, and the command names neither or both.",
        _GLASS,
        "Name up to twelve patients, or the practice.",
    ),
)

ACTING_OF_ACCESS: Final = (
    Refusal(
        "elevation_by_source",
        "A source system vouches for the actor, and not the actor's own login.",
        _GLASS,
        "Ask with the login that is bound to the person who reads.",
        audited=True,
    ),
    Refusal(
        "elevation_by_api_key",
        "The command came by an API key, and not by the own login of the person who reads.",
        _GLASS,
        "Ask with the own login: the command line or the sign-in, and no key that programs hold.",
        audited=True,
    ),
    Refusal(
        "elevation_not_by_person",
        "The actor is a program and no person.",
        _GLASS,
        "Let a person ask.",
        audited=True,
    ),
    Refusal(
        "elevation_not_ahead",
        "The instant until which the elevation is to last is over.",
        _GLASS,
        "Name an instant that lies ahead.",
    ),
    Refusal(
        "elevation_too_long",
        "An elevation lasts {hours} hours at most.",
        _GLASS,
        "Name an earlier instant; ask again when it is over and more is needed.",
    ),
    Refusal(
        "elevation_not_needed",
        "The actor's own roles open everything that is asked for.",
        _GLASS,
        "Read it as it is.",
    ),
    Refusal(
        "elevation_of_other",
        "The elevation is another person's, and the actor is no compliance officer.",
        "An elevation is ended by whoever has it, or by compliance (readings, 2 and 8).",
        "Ask compliance to end it.",
        audited=True,
    ),
    Refusal(
        "elevation_over",
        "The elevation has reached its end.",
        _GLASS,
        "Nothing is to be done: it opens nothing any more.",
    ),
    Refusal(
        "elevation_running",
        "The elevation has not ended yet.",
        "A review looks at everything that was read under it (readings, 8).",
        "Review it when it is over, or end it first.",
        retryable=True,
    ),
)
