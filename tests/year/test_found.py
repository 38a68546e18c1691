"""What the year and its independent reading found wrong, each as the smallest story that shows it."""

from pathlib import Path

from projections.judged import AdoptedRulebooks
from projections.questions import month_of
from tests.house import House, consent_of, house


def counted(it: House) -> int:
    verdict = month_of(it.log, AdoptedRulebooks(), it.ids["patient"], "2026-01")
    return verdict.staff_seconds + verdict.personal_seconds


def sign(it: House) -> None:
    digest = month_of(it.log, AdoptedRulebooks(), it.ids["patient"], "2026-01").digest
    it.accepted("attest_month", {"patient": it.ids["patient"], "month": "2026-01", "digest": digest}, actor="ada")


def correct(it: House, entry: str, start: str, end: str, month: str = "2026-01") -> None:
    data = {
        "patient": it.ids["patient"],
        "performer": it.ids["bea"],
        "month": month,
        "entry": entry,
        "start": start,
        "end": end,
        "activity": "medication_reconciliation",
        "description": "Went through the pill box.",
        "reason": "The clock was read wrong.",
    }
    it.accepted("correct_time", data, actor="bea")


def test_what_was_lowered_and_signed_again_is_not_raised_to_what_was_signed_first(tmp_path: Path) -> None:
    # Signed at 65 minutes, corrected to 45 and signed again: correcting back to 65 raised the second signature.
    with house(tmp_path / "ledger") as it:
        it.clock = "2026-02-02T15:00:00Z"
        it.log_time("2026-01-07T15:00:00Z", "2026-01-07T15:40:00Z")
        entry = dict(it.log_time("2026-01-06T15:00:00Z", "2026-01-06T15:25:00Z").ids)["entry"]
        sign(it)
        correct(it, entry, "2026-01-06T15:00:00Z", "2026-01-06T15:05:00Z")
        sign(it)
        correct(it, entry, "2026-01-06T15:00:00Z", "2026-01-06T15:25:00Z")

        assert 45 * 60 == counted(it)


def test_a_dispute_goes_along_into_another_month_and_is_not_shaken_off_by_a_new_date(tmp_path: Path) -> None:
    # A performer corrected the date of a disputed entry into February, and nobody was told of the dispute any more.
    with house(tmp_path / "ledger") as it:
        it.clock = "2026-02-03T15:00:00Z"
        entry = dict(it.log_time("2026-01-31T15:00:00Z", "2026-01-31T15:25:00Z").ids)["entry"]
        named = {"patient": it.ids["patient"], "month": "2026-01", "entry": entry}
        it.accepted("dispute_time", named | {"reason": "I was there alone."}, actor="cal")
        correct(it, entry, "2026-02-01T15:00:00Z", "2026-02-01T15:25:00Z")
        (line,) = month_of(it.log, AdoptedRulebooks(), it.ids["patient"], "2026-02").lines

        assert "time_disputed" in {notice.code for notice in line.notices}
        it.accepted("settle_dispute", named | {"month": "2026-02", "reason": "Looked at the list."}, actor="cora")


def test_an_entry_that_comes_back_to_a_month_whose_signature_was_withdrawn_waits_for_nothing(tmp_path: Path) -> None:
    # It had left the month while the signature stood, and kept waiting for an approval that nobody could give.
    with house(tmp_path / "ledger") as it:
        it.clock = "2026-02-02T15:00:00Z"
        it.log_time("2026-01-07T15:00:00Z", "2026-01-07T15:40:00Z")
        entry = dict(it.log_time("2026-01-06T15:00:00Z", "2026-01-06T15:05:00Z").ids)["entry"]
        sign(it)
        correct(it, entry, "2026-01-06T15:00:00Z", "2026-01-06T15:25:00Z")
        correct(it, entry, "2026-02-01T15:00:00Z", "2026-02-01T15:25:00Z")
        attestation = month_of(it.log, AdoptedRulebooks(), it.ids["patient"], "2026-01").attested
        withdrawal = {"reason": "signed_in_error", "words": "Too early.", "attestation": attestation}
        whose = {"patient": it.ids["patient"], "month": "2026-01"}
        it.accepted("withdraw_attestation", whose | withdrawal, actor="ada")
        correct(it, entry, "2026-01-06T15:00:00Z", "2026-01-06T15:25:00Z", month="2026-02")

        assert 65 * 60 == counted(it)


def second_chart(it: House) -> str:
    """The same patient once more, under another number, with a consent and Dr Ada as biller."""
    person = {"given": "Pat", "family": "Poe", "born_on": "1950-02-03"}
    data = {"identifiers": [{"system": "mrn", "value": "mrn-2"}], "demographics": person}
    whose = {"patient": dict(it.accepted("register_patient", data, actor="fay").ids)["patient"]}
    since = {"practice": it.ids["practice"], "from_on": "2025-01-01"}
    it.accepted("assign_practice", whose | since, actor="fay")
    it.accepted("record_consent", consent_of(it) | whose, actor="bea")
    bills = {"programme": "CCM", "side": "practitioner", "from_month": "2026-01", "practitioner": it.ids["ada"]}
    it.accepted("designate_practitioner", whose | bills, actor="ada")
    return whose["patient"]


def merge(it: House, other: str) -> None:
    it.accepted("merge_patients", {"patient": it.ids["patient"], "merged": other, "evidence": "One."}, actor="cora")


def test_a_late_entry_raises_no_month_that_was_signed_under_the_other_name_of_the_patient(tmp_path: Path) -> None:
    with house(tmp_path / "ledger") as it:
        it.clock = "2026-02-02T15:00:00Z"
        other = second_chart(it)
        it.log_time("2026-01-07T15:00:00Z", "2026-01-07T15:25:00Z", patient=other)
        digest = month_of(it.log, AdoptedRulebooks(), other, "2026-01").digest
        it.accepted("attest_month", {"patient": other, "month": "2026-01", "digest": digest}, actor="ada")
        merge(it, other)
        it.log_time("2026-01-08T15:00:00Z", "2026-01-08T15:20:00Z")

        assert 25 * 60 == counted(it)


def test_a_longer_entry_of_the_merged_chart_raises_no_month_that_was_signed_since(tmp_path: Path) -> None:
    with house(tmp_path / "ledger") as it:
        it.clock = "2026-02-02T15:00:00Z"
        other = second_chart(it)
        entry = dict(it.log_time("2026-01-07T15:00:00Z", "2026-01-07T15:25:00Z", patient=other).ids)["entry"]
        merge(it, other)
        sign(it)
        correct(it, entry, "2026-01-07T15:00:00Z", "2026-01-07T15:45:00Z")

        assert 25 * 60 == counted(it)
