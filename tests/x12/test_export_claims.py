"""`export claims`: released claims become one file that a payer can read, each once, and none by half."""

import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from interfaces.bootstrap import opened, settings
from interfaces.cli.main import main
from interfaces.x12.exporting import file_of, prepared, recorded
from ledger.terms.identity import claims_tag, patient_tag
from projections.claims_to_send import claims_to_send
from tests.house import BEGIN, KEY, House, house
from tests.x12 import office
from tests.x12.checking import accepted
from tests.x12.office import MBI, MONTH


class Desk:
    """A house whose ledger is closed, and the command line beside it."""

    def __init__(self, folder: Path, run: Callable[..., tuple[int, str, str]]) -> None:
        self.folder = folder
        self.run = run

    def export(self, *words: str, file: str | None = "out.837") -> tuple[int, dict[str, Any]]:
        """The exit code and the answer; the file lies in the folder under its name."""
        made = ("-o", str(self.folder / file)) if file else ()
        code, out, err = self.run("export", "claims", MONTH, *made, "--json", *words)
        assert out, err
        return code, json.loads(out.splitlines()[-1])

    def text(self, file: str = "out.837") -> str:
        """What the file holds."""
        return (self.folder / file).read_text(encoding="ascii")


@pytest.fixture
def it(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "ledger", practice_npi=office.NPI) as told:
        yield told


@pytest.fixture
def desk(it: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    key = tmp_path / "ledger.key"
    key.write_text(KEY.hex() + "\n")
    key.chmod(0o600)
    monkeypatch.setenv("CCM_LEDGER", str(tmp_path / "ledger"))
    monkeypatch.setenv("CCM_LEDGER_KEY_FILE", str(key))

    def run(*words: str) -> tuple[int, str, str]:
        code = main([*words, "--as", it.ids["bill"]])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return Desk(tmp_path, run)


def lacks_of(answer: dict[str, Any]) -> list[str]:
    (claim,) = answer["claims"]
    return [each["code"] for each in claim["lacks"]]


# --- what goes out ------------------------------------------------------------------------------------------------


def test_a_released_claim_is_written_into_a_file_that_somebody_else_accepts(it: House, desk: Desk) -> None:
    office.everything(it)
    office.released(it, ("2026-01-08T15:00:00Z", "2026-01-08T15:45:00Z"))

    code, answer = desk.export()
    segments = accepted(desk.text()).split("~")

    assert (code, answer["written"], answer["charge"]) == (0, 1, "145.00")
    assert "NM1*85*2*LAKESIDE PRIMARY CARE*****XX*1245319599" in segments
    assert "REF*EI*123456789" in segments
    assert f"NM1*IL*1*POE*PAT****MI*{MBI}" in segments
    assert "N4*EVANSTON*IL*60201" in segments
    assert "NM1*82*1*ADAMS*ADA****XX*1234567893" in segments
    assert "HI*ABK:E119*ABF:I10" in segments
    assert [each for each in segments if each.startswith(("SV1", "DTP"))] == [
        "SV1*HC:99490*85*UN*1***1:2",
        "DTP*472*D8*20260131",
        "SV1*HC:99439*60*UN*1***1:2",
        "DTP*472*D8*20260131",
    ]


def test_the_file_is_new_and_its_owners_alone(it: House, desk: Desk) -> None:
    office.everything(it)
    office.released(it)
    desk.export()

    assert stat.S_IMODE((desk.folder / "out.837").stat().st_mode) == 0o600
    code, _, err = desk.run("export", "claims", MONTH, "-o", str(desk.folder / "out.837"), "--again")
    assert (code, "never overwritten" in err) == (2, True)


def test_a_simulated_ledgers_file_is_marked_as_a_test(it: House, desk: Desk) -> None:
    office.everything(it)
    office.released(it)
    desk.export()

    assert desk.text().split("~")[0].split("*")[15] == "T"


def test_the_position_of_the_first_fact_numbers_the_file(it: House, desk: Desk) -> None:
    office.everything(it)
    office.released(it)
    _, answer = desk.export()
    (claim,) = answer["claims"]

    assert int(desk.text().split("~")[0].split("*")[13]) == claim["position"]


def test_the_export_is_recorded_as_a_read_of_opened_words_and_each_claim_as_a_fact(it: House, desk: Desk) -> None:
    office.everything(it)
    claim = office.released(it)
    desk.export()
    it.log.refresh()
    read: Any = [fact.event for fact in it.log.read(f"accessed/{it.ids['patient']}")][-1]
    state = it.handler.state(claims_tag(it.ids["patient"])).claim(claim)

    assert (read.question, read.opened_words, read.month) == ("export", True, MONTH)
    assert [heard.event.TOPIC for heard in state.exported] == ["claim_exported"]


# --- what does not ------------------------------------------------------------------------------------------------


def test_a_claim_that_lacks_anything_is_left_out_with_all_that_it_lacks(it: House, desk: Desk) -> None:
    office.released(it)
    code, answer = desk.export()

    assert (code, answer["written"], answer["file"]) == (1, 0, None)
    assert lacks_of(answer) == [
        *("interchange_missing", "billing_details_missing", "payer_identity_missing", "rendering_details_missing"),
        *("member_missing", "patient_sex_missing", "patient_address_missing"),
    ]
    assert not (desk.folder / "out.837").exists()


@pytest.mark.parametrize(
    ("left_out", "code"),
    [
        ("sender", "interchange_missing"),
        ("billing", "billing_details_missing"),
        ("payer", "payer_identity_missing"),
        ("rendering", "rendering_details_missing"),
    ],
)
def test_one_thing_missing_keeps_the_claim_out(it: House, desk: Desk, left_out: str, code: str) -> None:
    for name in ("billing", "payer", "sender", "rendering", "patient"):
        if name != left_out:
            getattr(office, name)(it)
    office.released(it)

    assert lacks_of(desk.export()[1]) == [code]


@pytest.mark.parametrize(
    ("field", "code"),
    [("sex", "patient_sex_missing"), ("postal", "patient_address_missing")],
)
def test_what_nobody_said_of_the_patient_keeps_the_claim_out(it: House, desk: Desk, field: str, code: str) -> None:
    for name in ("billing", "payer", "sender", "rendering"):
        getattr(office, name)(it)
    office.patient(it, **{field: None})
    office.released(it)

    assert lacks_of(desk.export()[1]) == [code]


def test_an_address_on_one_line_as_an_import_writes_it_is_read(it: House, desk: Desk) -> None:
    office.everything(it)
    office.patient(it, postal=None, address="9 Oak Court, Apt 2, Skokie, IL, 60076-1234")
    office.released(it)
    desk.export()
    segments = accepted(desk.text()).split("~")

    assert "N3*9 OAK COURT*APT 2" in segments
    assert "N4*SKOKIE*IL*600761234" in segments


def test_signatures_that_the_practice_does_not_keep_keep_the_claim_out(it: House, desk: Desk) -> None:
    office.everything(it)
    office.billing(it, signatures_on_file=False)
    office.released(it)

    assert lacks_of(desk.export()[1]) == ["signatures_not_on_file"]


def test_letters_without_a_plain_form_keep_the_claim_out(it: House, desk: Desk) -> None:
    office.everything(it)
    office.patient(it, family="\u041f\u0435\u0442\u0440\u043e\u0432")
    office.released(it)
    code, out, err = desk.run("export", "claims", MONTH)

    assert (code, "letters_not_writable" in out) == (1, True)
    assert "\u041f" not in out + err


def test_a_name_that_is_too_long_is_not_cut(it: House, desk: Desk) -> None:
    office.everything(it)
    office.patient(it, given="Pat" * 12)
    office.released(it)

    assert lacks_of(desk.export()[1]) == ["words_too_long"]


def test_a_coverage_that_pays_first_keeps_the_claim_of_the_second_out(it: House, desk: Desk) -> None:
    office.everything(it)
    office.released(it)
    coverage = {"patient": it.ids["patient"], "from_on": "2015-01-01"}
    medicare = it.handler.state(patient_tag(it.ids["patient"])).coverages[0].event.coverage
    known = {"coverage": medicare, "payer": "medicare", "kind": "medicare_ffs", "rank": 2}
    it.accepted("record_coverage", coverage | known, actor="fay")
    it.accepted("record_coverage", coverage | {"payer": "union", "kind": "commercial", "member": "U1"}, actor="fay")

    assert lacks_of(desk.export()[1]) == ["pays_after_another"]


def test_a_second_coverage_stands_in_the_file_where_its_payer_is_known(it: House, desk: Desk) -> None:
    office.everything(it)
    office.payer(it, payer="prairie", name="Prairie Supplement", number="PS777", filing="CI")
    second = {"payer": "prairie", "kind": "commercial", "rank": 2, "member": "xw-100", "from_on": "2020-01-01"}
    it.accepted("record_coverage", {"patient": it.ids["patient"], **second}, actor="fay")
    office.released(it)
    desk.export()
    segments = accepted(desk.text()).split("~")

    assert ["SBR*P*18*******MB", "SBR*S*18*******CI"] == [each for each in segments if each.startswith("SBR")]
    assert "NM1*IL*1*POE*PAT****MI*XW-100" in segments


def test_a_medicare_number_of_another_shape_keeps_the_claim_out(it: House, desk: Desk) -> None:
    office.everything(it)
    medicare = it.handler.state(patient_tag(it.ids["patient"])).coverages[0].event.coverage
    known = {"coverage": medicare, "payer": "medicare", "kind": "medicare_ffs", "member": "1SG4-TE5-MK73"}
    it.accepted("record_coverage", {"patient": it.ids["patient"], "from_on": "2015-01-01", **known}, actor="fay")
    office.released(it)

    assert lacks_of(desk.export()[1]) == ["member_unreadable"]


# --- once ---------------------------------------------------------------------------------------------------------


def test_a_claim_that_a_file_holds_is_not_written_again_unless_that_is_meant(it: House, desk: Desk) -> None:
    office.everything(it)
    office.released(it)
    desk.export()
    code, answer = desk.export(file="second.837")
    (claim,) = answer["claims"]

    assert (code, claim["becomes"], claim["exported_on"]) == (1, "not_again", "2026-02-02")
    assert claim["refusal"]["code"] == "claim_exported_before"
    assert not (desk.folder / "second.837").exists()
    assert desk.export("--again", file="third.837")[0] == 0
    assert accepted(desk.text("third.837")) != desk.text()


def test_a_claim_that_the_payer_has_is_no_longer_among_those_to_send(it: House, desk: Desk) -> None:
    office.everything(it)
    office.released(it)
    number = it.ids["claim"][3:23].upper()
    answer = {"control_number": number, "outcome": "accepted", "received_on": "2026-02-01"}
    it.accepted("record_acknowledgment", answer, actor="bill")

    assert desk.export()[1]["claims"] == []
    named = desk.export("--claims", it.ids["claim"])[1]["claims"]
    assert [claim["becomes"] for claim in named] == ["not_again"]


def test_a_withdrawn_claim_that_is_named_is_left_out(it: House, desk: Desk) -> None:
    office.everything(it)
    claim = office.released(it)
    data = {"patient": it.ids["patient"], "claim": claim, "reason": "month_changed", "words": "Counted twice."}
    it.accepted("withdraw_claim", data, actor="bill")
    (named,) = desk.export("--claims", claim)[1]["claims"]

    assert named["refusal"]["code"] == "claim_not_exportable"


def test_a_claim_of_a_health_center_is_left_out_for_it_is_an_institutional_one(it: House, desk: Desk) -> None:
    office.everything(it)
    attested = {"practice": it.ids["practice"], "capability": "rural_health_clinic", "from_on": "2026-01-01"}
    it.accepted("attest_capability", attested)
    office.released(it)
    code, answer = desk.export()

    assert (code, answer["written"]) == (1, 0)
    assert [lack["code"] for lack in answer["claims"][0]["lacks"]] == ["clinics_bill_otherwise"]


def test_without_a_file_nothing_is_recorded_as_sent(it: House, desk: Desk) -> None:
    office.everything(it)
    claim = office.released(it)
    code, answer = desk.export(file=None)

    assert (code, answer["written"], answer["file"]) == (0, 1, None)
    it.log.refresh()
    assert it.handler.state(claims_tag(it.ids["patient"])).claim(claim).exported == ()


def test_a_claim_of_another_month_cannot_be_named(it: House, desk: Desk) -> None:
    office.everything(it)
    office.released(it)
    code, _, err = desk.run("export", "claims", "2026-02", "--claims", it.ids["claim"])

    assert (code, "not of that month" in err) == (2, True)


def test_whoever_may_not_read_the_practice_gets_no_file(it: House, desk: Desk) -> None:
    office.everything(it)
    office.released(it)
    code = main(["export", "claims", MONTH, "-o", str(desk.folder / "out.837"), "--as", it.ids["feed"]])

    assert (code, (desk.folder / "out.837").exists()) == (1, False)


def test_whoever_may_read_and_may_not_export_gets_no_file(it: House, desk: Desk) -> None:
    office.everything(it)
    claim = office.released(it)
    code = main(["export", "claims", MONTH, "-o", str(desk.folder / "out.837"), "--as", it.ids["cora"]])
    it.log.refresh()

    assert (code, (desk.folder / "out.837").exists()) == (1, False)
    assert it.handler.state(claims_tag(it.ids["patient"])).claim(claim).exported == ()


def test_of_two_exports_at_once_one_writes_the_claim(it: House, desk: Desk) -> None:
    office.everything(it)
    office.released(it)
    where = settings(ledger=str(desk.folder / "ledger"), key_file=str(desk.folder / "ledger.key"), actor=it.ids["bill"])
    with opened(where) as one, opened(where) as two:
        rows = claims_to_send(one.models(), MONTH).rows
        both = [(session, prepared(session, rows, again=False)) for session in (one, two)]
        done = [recorded(session, claims, again=False) for session, claims in both]

    assert [[claim.becomes for claim in claims] for claims in done] == [["written"], ["not_again"]]
    assert file_of(done[1], BEGIN, simulated=True) == ""


def test_a_file_has_one_interchange_for_each_sender_and_receiver(it: House, desk: Desk) -> None:
    office.everything(it)
    office.released(it)
    where = settings(ledger=str(desk.folder / "ledger"), key_file=str(desk.folder / "ledger.key"), actor=it.ids["bill"])
    with opened(where) as session:
        (claim,) = prepared(session, claims_to_send(session.models(), MONTH).rows, again=False)
    assert claim.sending is not None
    other = claim.sending._replace(receiver=claim.sending.receiver._replace(name="SOUTHERN CLEARING", number="CLR11"))
    claims = [claim._replace(position=61), claim._replace(position=62, sending=other), claim._replace(position=63)]
    text = accepted(file_of(claims, BEGIN, simulated=False))
    envelopes = [each.split("*") for each in text.split("~") if each.startswith("ISA")]

    assert [(each[8].strip(), each[13], each[15]) for each in envelopes] == [
        ("CLR99", "000000061", "P"),
        ("CLR11", "000000062", "P"),
    ]
    assert text.count("CLM*") == 3


@pytest.mark.parametrize(
    ("field", "value", "takes"),
    [
        ("zip_code", "60601", "nine digits"),
        ("state", "QQ", "a state or territory by its two letters"),
    ],
)
def test_a_malformed_address_is_refused_in_words(it: House, field: str, value: str, takes: str) -> None:
    address = office.ADDRESS | {field: value}
    data = {"practice": it.ids["practice"], "name": "Lakeside", "taxonomy": "207Q00000X", "address": address}
    answer = it.send("record_billing_details", data | {"signatures_on_file": True, "from_on": "2026-01-01"})

    assert answer.refusal is not None
    assert (answer.refusal.code, takes in answer.refusal.happened) == ("field_unreadable", True)
    assert value not in answer.refusal.happened


def test_a_patients_address_takes_a_short_or_a_whole_zip(it: House) -> None:
    office.patient(it)
    answer = it.send(
        "register_patient",
        {
            "identifiers": [{"system": "mrn", "value": "mrn-1"}],
            "demographics": {"postal": office.HOME | {"zip_code": "60201-1"}},
        },
        actor="fay",
    )

    assert answer.refusal is not None
    assert "a ZIP code of five or nine digits, without a dash" in answer.refusal.happened


def test_demographics_with_an_address_in_parts_reported_again_change_nothing(it: House) -> None:
    office.patient(it)
    data = {
        "identifiers": [{"system": "mrn", "value": "mrn-1"}, {"system": "mbi", "value": MBI}],
        "demographics": {
            "given": "Pat",
            "family": "Poe",
            "born_on": "1950-02-03",
            "sex": "female",
            "postal": office.HOME,
        },
    }

    assert it.send("register_patient", data, actor="fay").outcome == "unchanged"


# --- files that cannot be made ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["-", "", "no/out.837", "a" * 300])
def test_a_name_under_which_no_file_can_be_made_is_wrong_usage_before_anything_is_recorded(
    it: House, desk: Desk, name: str
) -> None:
    office.everything(it)
    office.released(it, ("2026-01-08T15:00:00Z", "2026-01-08T15:45:00Z"))
    before = it.log.refresh()
    path = str(desk.folder / name) if name not in ("", "-") else name
    code, out, err = desk.run("export", "claims", MONTH, "-o", path)

    assert (code, out) == (2, "")
    assert "file" in err
    assert it.log.refresh() == before


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_file_that_is_not_written_whole_is_taken_away_and_the_claims_that_it_was_to_hold_are_told(
    it: House, desk: Desk, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    office.everything(it)
    office.released(it, ("2026-01-08T15:00:00Z", "2026-01-08T15:45:00Z"))
    with monkeypatch.context() as patched:

        def full(_: int) -> None:
            raise fault

        patched.setattr("interfaces.cli.new_files.os.fsync", full)
        patched.setattr("interfaces.cli.main._forget_output", lambda: None)
        code, _, err = desk.run("export", "claims", MONTH, "-o", str(desk.folder / "out.837"))
    second, answer = desk.export("--again")

    assert code in (3, 130)
    assert "1 claim was recorded as being in a file, and no file was made" in err
    assert "with --again" in err
    assert (second, answer["written"]) == (0, 1)
