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
    kind(
        "consent_invalidated",
        REVIEW,
        "A consent was found void; months are judged as if it never was.",
        "CONSENT-01",
        "Look at the months and claims that rested on it; if the patient does consent, record that consent.",
    ),
    kind(
        "consent_revoked_in_month",
        REVIEW,
        "The patient revoked consent in this month; it stays billable, later months do not count.",
        "CONSENT-08",
        "If the patient wishes to go on, obtain consent again; it serves from its own moment.",
    ),
    kind(
        "consent_on_day_of_revocation",
        REVIEW,
        "The patient consented and revoked on one day; the revocation is taken as the later word.",
        "CONSENT-08",
        "Ask the patient; if the programme is wanted, obtain consent again.",
    ),
    kind(
        "disenrolled_in_month",
        REVIEW,
        "The practice ended the programme for the patient in this month.",
        "CLAIM-04",
        "Nothing to do, unless the day is wrong.",
    ),
    kind(
        "revocation_recorded_late",
        REVIEW,
        "The revocation was recorded after the month in which the patient told of it.",
        "CONSENT-08",
        "Look at the months since: what counted in them counts no more.",
    ),
    kind(
        "nothing_to_end",
        REVIEW,
        "No complete consent to the programme stood on that day, so there was nothing to end.",
        "CONSENT-08",
        "Check the programme and the day; if a consent is missing, record it.",
    ),
)
