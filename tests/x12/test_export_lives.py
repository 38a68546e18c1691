"""Claims that stand for others, and those of another programme, out of a ledger: files that somebody else accepts."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from interfaces.cli.main import main
from ledger.rulebook import Edition, shipped_edition
from tests.claims_year.year import PROFILE, REPLACES
from tests.cli.claiming import july_of_pcm
from tests.house import KEY, House, house
from tests.x12 import office
from tests.x12.checking import accepted
from tests.x12.reading_back import claims_in

NUMBER = "1126001234567"
LAW = Edition.of(
    {**dict(shipped_edition().files), "payers/medicare/claims.toml": PROFILE.replace(REPLACES, "medicare").encode()}
)
Export = Callable[[str, str], list[dict[str, Any]]]


@pytest.fixture
def it(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "ledger", practice_npi=office.NPI, edition=LAW) as told:
        office.everything(told)
        yield told


@pytest.fixture
def export(it: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Export:
    """The claims of a month in a file of that name, which pyx12 accepts, read back."""
    key = tmp_path / "ledger.key"
    key.write_text(KEY.hex() + "\n")
    key.chmod(0o600)
    monkeypatch.setenv("CCM_LEDGER", str(tmp_path / "ledger"))
    monkeypatch.setenv("CCM_LEDGER_KEY_FILE", str(key))

    def exported(month: str, name: str) -> list[dict[str, Any]]:
        file = tmp_path / name
        code = main(["export", "claims", month, "-o", str(file), "--json", "--as", it.ids["bill"]])
        shown = capsys.readouterr()
        assert (code, json.loads(shown.out.splitlines()[-1])["written"]) == (0, 1), shown
        return claims_in(accepted(file.read_text(encoding="ascii")))

    return exported


def taken_by_the_payer(it: House, export: Export) -> str:
    """The claim of January in a file, and the payer's number for it."""
    claim = office.released(it)
    export(office.MONTH, "first.837")
    it.clock = "2026-02-04T15:00:00Z"
    data = {"control_number": control(claim), "outcome": "accepted", "received_on": "2026-02-03"}
    it.accepted("record_acknowledgment", data | {"payer_number": NUMBER}, actor="bill")
    return claim


def control(claim: str) -> str:
    return claim[3:23].upper()


def test_a_replacement_goes_out_under_a_number_of_its_own_and_names_the_payers(it: House, export: Export) -> None:
    first = taken_by_the_payer(it, export)
    again = {"patient": it.ids["patient"], "month": office.MONTH, "replaces": first}
    second = dict(it.accepted("release_claim", again, actor="bill").ids)["claim"]
    (claim,) = export(office.MONTH, "second.837")

    assert (claim["frequency"], claim["payer_number"], claim["control"]) == ("7", NUMBER, control(second))
    assert [(line["code"], line["charge"], line["units"]) for line in claim["lines"]] == [("99490", Decimal(85), 1)]


def test_a_void_goes_out_with_the_lines_of_the_claim_that_it_voids(it: House, export: Export) -> None:
    first = taken_by_the_payer(it, export)
    data = {"patient": it.ids["patient"], "claim": first, "words": "Sent for the wrong patient."}
    void = dict(it.accepted("void_claim", data, actor="bill").ids)["claim"]
    (claim,) = export(office.MONTH, "void.837")

    assert (claim["frequency"], claim["payer_number"], claim["control"]) == ("8", NUMBER, control(void))
    assert [(line["code"], line["charge"], line["units"]) for line in claim["lines"]] == [("99490", Decimal(85), 1)]


def test_a_month_of_pcm_goes_out_under_the_practitioner_who_bills_it(it: House, export: Export) -> None:
    office.rendering(it, staff=it.ids["dot"], family="Drew", given="Dot")
    asked = {"practice": it.ids["practice"], "code": "99426", "amount": "80.00", "from_on": "2026-01-01"}
    it.accepted("adopt_charge", asked)
    july_of_pcm(it)
    (claim,) = export("2026-07", "pcm.837")

    assert (claim["frequency"], claim["rendering"]["name"], claim["rendering"]["number"]) == ("1", "DREW", "1558598797")
    assert [(line["code"], line["charge"], line["units"]) for line in claim["lines"]] == [("99426", Decimal(80), 1)]
