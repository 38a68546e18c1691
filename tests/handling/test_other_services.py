"""Other services through the whole door: told by payers, feeds and the office, merged, taken back, as known then."""

from pathlib import Path

from ledger.judging.explain import explain
from ledger.store.fsck import verify
from projections.patient_history import history
from projections.questions import audit
from tests.house import House
from tests.scenarios.asking import RULEBOOKS, another_patient, missing, month, read_models, signed, told_of

JANUARY = "2026-01"


def worked(it: House) -> None:
    """Twenty-five minutes in January."""
    it.clock = "2026-02-03T12:00:00Z"
    assert it.log_time("2026-01-20T15:00:00Z", "2026-01-20T15:25:00Z").outcome == "accepted"


def told(it: House, *, actor: str = "bill", patient: str = "patient", **data: str) -> dict[str, str]:
    """Another service of January, as an eligibility answer shows it."""
    whole = {"patient": it.ids[patient], "code": "G0181", "on": "2026-01-15", "source": "eligibility_271"}
    return dict(it.accepted("record_other_service", whole | data, actor=actor).ids)


def test_a_service_that_a_payer_tells_of_blocks_the_month_until_it_is_taken_back(at_home: House) -> None:
    worked(at_home)
    before = at_home.log.position
    service = told(at_home, npi="1234567893")
    blocked = missing(at_home)
    back = {"reason": "source_corrected", "evidence": "The payer's letter of 2 February."}
    whose = {"patient": at_home.ids["patient"], "month": JANUARY}
    at_home.accepted("retract_other_service", whose | service | back, actor="bill")

    assert {"conflicting_service"} == blocked
    assert set() == missing(at_home) == missing(at_home, as_of=before)
    assert {"conflicting_service"} == missing(at_home, as_of=before + 1)


def test_who_works_the_minutes_does_not_lift_what_stands_in_their_way(at_home: House) -> None:
    worked(at_home)
    whose = {"patient": at_home.ids["patient"], "month": JANUARY} | told(at_home, npi="1234567893")
    answer = at_home.send(
        "retract_other_service", whose | {"reason": "entered_in_error", "evidence": "None."}, actor="ada"
    )

    assert answer.refusal is not None
    assert "capacity_missing" == answer.refusal.code


def test_a_signed_month_goes_stale_when_another_service_is_told_of(at_home: House) -> None:
    worked(at_home)
    signed(at_home)
    told(at_home, code="99457", by_practitioner=at_home.ids["ada"], source="own")
    still = month(at_home).standing
    told(at_home, npi="1234567893")

    assert ("attested", "stale") == (still, month(at_home).standing)


def test_a_service_of_either_of_two_merged_patients_is_one_of_both(at_home: House) -> None:
    worked(at_home)
    another_patient(at_home, consents=False)
    told(at_home, patient="second", npi="1234567893")
    apart = missing(at_home)
    both = {"patient": at_home.ids["patient"], "merged": at_home.ids["second"]}
    at_home.accepted("merge_patients", both | {"evidence": "One driver's licence."}, actor="cora")
    joined = missing(at_home)
    again = {"patient": at_home.ids["patient"], "code": "G0181", "on": "2026-01-15", "npi": "1234567893"}
    answer = at_home.send("record_other_service", again | {"source": "eligibility_271"}, actor="feed")
    at_home.accepted("unmerge_patients", both | {"evidence": "Two sisters."}, actor="cora")

    assert ("conflicting_service" in apart, "conflicting_service" in joined) == (False, True)
    assert "unchanged" == answer.outcome
    assert "conflicting_service" not in missing(at_home)


def test_the_row_of_each_month_that_a_service_touches_says_so(at_home: House, tmp_path: Path) -> None:
    worked(at_home)
    assert at_home.log_time("2026-02-02T15:00:00Z", "2026-02-02T15:25:00Z").outcome == "accepted"
    with read_models(at_home, tmp_path / "models") as models:
        told(at_home, code="99495", on="2026-01-20", by_practitioner=at_home.ids["ada"])
    with read_models(at_home, tmp_path / "models") as models:
        rows = models.rows("SELECT month, notices FROM month_billing ORDER BY month")
        found = audit(at_home.log, models, action="record_other_service")

    assert [("2026-01", True), ("2026-02", True)] == [(name, "service_to_look_at" in said) for name, said in rows]
    assert 1 == len(found.entries)


def test_history_tells_of_a_service_in_words(at_home: House) -> None:
    worked(at_home)
    told(at_home, npi="1558598797", until_on="2026-01-31")
    line = told_of(at_home)[-1]

    assert ("Other service reported", "2026-01-15") == (line.what, str(line.happened_on))
    assert {("code", "G0181"), ("until on", "2026-01-31"), ("npi", "1558598797")} <= set(line.details)


def test_the_evidence_for_taking_back_is_sealed(at_home: House) -> None:
    worked(at_home)
    whose = {"patient": at_home.ids["patient"], "month": JANUARY} | told(at_home)
    why = {"reason": "wrong_patient", "evidence": "It was her husband's."}
    at_home.accepted("retract_other_service", whose | why, actor="cora")
    closed = history(at_home.log, at_home.ids["patient"])[-1]
    opened = history(at_home.log, at_home.ids["patient"], open_words=at_home.log.open_words)[-1]

    assert "husband" not in str(closed.words)
    assert (("evidence", "It was her husband's."),) == opened.words


def test_what_was_searched_stands_in_the_explanation(at_home: House) -> None:
    worked(at_home)
    told(at_home)
    adopted = at_home.handler.governance().edition()
    assert adopted is not None
    tree = explain(month(at_home), RULEBOOKS(adopted))["other_services"]

    assert ("this_ledger", 1) == (tree["searched"]["where"], tree["searched"]["services"])
    assert ["eligibility_271"] == [each["source"] for each in tree["searched"]["sources"]]
    assert [("home_health", "unknown", "service_biller_unknown")] == [
        (each["row"], each["biller"], each["finding"]) for each in tree["services"]
    ]


def test_a_ledger_with_other_services_verifies(at_home: House) -> None:
    worked(at_home)
    service = told(at_home, npi="1234567893", document="ab" * 32)
    whose = {"patient": at_home.ids["patient"], "month": JANUARY}
    at_home.accepted(
        "retract_other_service", whose | service | {"reason": "entered_in_error", "evidence": "A typo."}, actor="fay"
    )

    assert () == tuple(verify(at_home.log).findings)
