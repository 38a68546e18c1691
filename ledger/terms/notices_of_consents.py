"""Notices about one consent: what it lacks, and what to look at; in order of precedence."""

from typing import Final

from ledger.terms.notice_kind import NOT, REVIEW, kind

_CONSENT_REMEDY: Final = "Supplement the consent; it then counts from the moment of the supplement."

OF_CONSENTS: Final = (
    kind("consent_date_missing", NOT, "The consent has no date and time.", "CONSENT-09", _CONSENT_REMEDY),
    kind(
        "consent_obtained_by_missing", NOT, "Nobody is named who obtained the consent.", "CONSENT-09", _CONSENT_REMEDY
    ),
    kind("consent_method_missing", NOT, "The consent names no method.", "CONSENT-02 CONSENT-09", _CONSENT_REMEDY),
    kind(
        "consent_method_not_accepted",
        NOT,
        "The method of consent was not accepted on that day.",
        "CONSENT-02 CONSENT-03",
        "Obtain consent by an accepted method; it counts from then.",
    ),
    kind("consent_practitioner_missing", NOT, "The consent names no practitioner.", "CONSENT-09", _CONSENT_REMEDY),
    kind("consent_given_by_missing", NOT, "It is not said who gave the consent.", "CONSENT-09", _CONSENT_REMEDY),
    kind("consent_evidence_missing", NOT, "There is no evidence of the consent.", "CONSENT-09", _CONSENT_REMEDY),
    kind(
        "consent_representative_not_identified",
        NOT,
        "A representative gave the consent and is not identified.",
        "CONSENT-09",
        _CONSENT_REMEDY,
    ),
    kind(
        "consent_availability_not_affirmed",
        NOT,
        "It is not affirmed that the patient was told what CCM is.",
        "CONSENT-04",
        _CONSENT_REMEDY,
    ),
    kind(
        "consent_cost_sharing_not_affirmed",
        NOT,
        "It is not affirmed that the patient was told of cost sharing.",
        "CONSENT-04",
        _CONSENT_REMEDY,
    ),
    kind(
        "consent_one_practitioner_not_affirmed",
        NOT,
        "It is not affirmed that the patient was told that one practitioner a month is paid.",
        "CONSENT-04",
        _CONSENT_REMEDY,
    ),
    kind(
        "consent_right_to_stop_not_affirmed",
        NOT,
        "It is not affirmed that the patient was told of the right to stop.",
        "CONSENT-04",
        _CONSENT_REMEDY,
    ),
    kind(
        "consent_from_recollection",
        REVIEW,
        "The consent rests on recollection and counts from when it was recorded.",
        "CONSENT-12",
        "If there is a form, a recording or a note of the time, record that.",
    ),
    kind(
        "consent_recorded_late",
        REVIEW,
        "The consent was recorded later than it happened.",
        "CONSENT-12",
        "Keep the form, recording or note at hand.",
    ),
    kind(
        "declined_after_consent",
        REVIEW,
        "The patient declined while a consent stood; the consent stands.",
        "CONSENT-13 CONSENT-08",
        "Ask the patient; if the programme is to stop, record a revocation.",
    ),
)
