"""Refusals of commands that change what is on record: time corrected or moved, timers, attestations taken back.

In precedence order. refusals.py joins the catalogue.
"""

from typing import Final

from ledger.terms.refusal import Refusal

_NAMED: Final = "A fact names what it is about, and that must be in the ledger (readings, 1)."

NAMING_OF_CHANGES: Final = (
    Refusal(
        "no_such_entry",
        "The patient's month holds no entry with the id that the command gives.",
        _NAMED,
        "`ccm-ledger month --explain` shows the entries of a month with their ids.",
    ),
    Refusal(
        "entry_not_standing",
        "The entry stands there no more: it was {how}.",
        "What was taken out of a month stays readable there, and is not changed again (readings, 5).",
        "Look at the patient's history. What went to another month or another patient stands there now, and is changed "
        "there; only what was struck, and was done after all, is logged anew.",
    ),
    Refusal(
        "no_such_attestation",
        "The month has no attestation with the id that the command gives.",
        _NAMED,
        "`ccm-ledger month` shows the attestation that stands.",
    ),
    Refusal(
        "no_timer_runs",
        "No timer of the actor runs.",
        "A timer is stopped by whoever started it (readings, 5).",
        "Start a timer, or log the time with its start and end.",
    ),
)

ACTING_OF_CHANGES: Final = (
    Refusal(
        "same_patient",
        "The entry is to be moved to the patient whom it is about already.",
        "A move takes work out of one patient's record and puts it into another's (readings, 5).",
        "Name the patient whom the work was for; to change the entry itself, correct it.",
    ),
    Refusal(
        "not_the_performer",
        "The entry is another person's work.",
        "The performer corrects own time; anybody may dispute an entry, and compliance may strike it with evidence "
        "(readings, 5; CCM-AMEND-02).",
        "Ask the performer to correct it, or record what is wrong with `dispute_time`.",
        audited=True,
    ),
    Refusal(
        "nothing_disputed",
        "Nobody disputes the entry, or the dispute is settled.",
        "A settlement answers a dispute (readings, 5).",
        "Look at the entry in the patient's history.",
    ),
    Refusal(
        "nothing_awaits_approval",
        "Nothing of the entry waits for approval.",
        "Approved is what came, or grew, after its month was attested (CCM-AMEND-09; readings, 5).",
        "`ccm-ledger month --explain` shows what does not count, and why.",
    ),
    Refusal(
        "nothing_shared",
        "The two entries share no seconds of two patients, or one of them stands no more.",
        "Allocated are the seconds that one person recorded for two patients at once (CCM-TIME-05; readings, 5).",
        "`ccm-ledger month --explain` shows which entries are contested.",
    ),
    Refusal(
        "timer_runs",
        "A timer of the actor runs already.",
        "One person works for one patient at a time (CCM-TIME-05; readings, 5).",
        "Stop the timer that runs, or discard it, then start this one.",
        retryable=True,
        audited=True,
    ),
    Refusal(
        "attestation_superseded",
        "A newer attestation of the month stands.",
        "The newest attestation speaks for the month; those before it were superseded by it (readings, 6).",
        "Withdraw the newest one; `ccm-ledger month` shows it.",
    ),
    Refusal(
        "not_the_signer",
        "The attestation is another practitioner's.",
        "An attestation is withdrawn by its signer or by compliance (readings, 2 and 6).",
        "Ask the signer or the compliance officer.",
        audited=True,
    ),
    Refusal(
        "attested_one_by_one",
        "Month {month} was not attested in a batch: its family, {family}, is attested one by one.",
        "A practice attests in batches what its policy says; complex and personal months are looked at each by itself "
        "(CCM-CLAIM-07; readings, 6).",
        "Look at the month with `ccm-ledger month`, and attest it with `attest_month`.",
    ),
    Refusal(
        "month_not_ready",
        "Month {month} was not attested in a batch: something still blocks its release.",
        "A batch holds months that are ready; the others are its exceptions (readings, 6).",
        "`ccm-ledger month` shows what blocks it; it can still be attested by itself with `attest_month`.",
        retryable=True,
    ),
)
