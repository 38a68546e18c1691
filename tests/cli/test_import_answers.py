"""What payers answer comes in as files: each answer once, the rest parked, every dollar accounted for."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from commands.handle import Handler
from interfaces.system import SystemClock, SystemIds
from interfaces.x12.answer_shapes import HeldBack
from ledger.store.connection import open_ledger
from ledger.streams import folding
from ledger.streams.claims import ClaimReleased
from ledger.terms.identity import claims_tag
from tests.cli.conftest import Ran, Run, World, in_a_folder
from tests.house import KEY
from tests.released import release_directly, released
from tests.x12.answers import (
    acknowledged,
    acknowledgment,
    claim,
    denied,
    line,
    payment,
    remittance,
    reversal,
    turned_away,
    usd,
)

pytestmark = in_a_folder


@pytest.fixture
def claims(world: World) -> list[ClaimReleased]:
    """Three claims with the payer."""
    with open_ledger(world.place, master_key=KEY, clock=SystemClock(), ids=SystemIds()) as log:
        return release_directly(log, range(1, 4))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    return tmp_path / "files"


def file(folder: Path, text: str | bytes, name: str = "answers.x12") -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def state(world: World, of: ClaimReleased) -> Any:
    with open_ledger(world.place, master_key=KEY, clock=SystemClock(), ids=SystemIds()) as log:
        tag = claims_tag(of.patient)
        return folding.fold(tag, log.read(tag))


def position(world: World) -> int:
    with open_ledger(world.place, master_key=KEY, clock=SystemClock(), ids=SystemIds()) as log:
        return log.refresh()


def for_claims(run: Run) -> list[dict[str, Any]]:
    """The deliveries that wait for their claim."""
    found = run("parked", "list", "--json", actor="cora").json["deliveries"]
    return [each for each in found if each["waits_for"] == "claim"]


def answers(ran: Ran) -> tuple[list[tuple[int, str]], dict[str, Any]]:
    *each, last = [json.loads(line) for line in ran.out.splitlines()]
    return [(one["line"], one["outcome"]) for one in each], last["summary"]


def test_an_acknowledgment_says_which_claims_the_payer_has(
    run_on_copy: Run, world: World, claims: list[ClaimReleased], folder: Path
) -> None:
    first, second, _ = claims
    text = acknowledgment(
        acknowledged(control_number=first.control_number), turned_away(control_number=second.control_number)
    )
    ran = run_on_copy("import", "acknowledgment", file(folder, text), "--json", actor="bill")

    assert answers(ran)[0] == [(28, "accepted"), (34, "accepted")]
    assert [state(world, each).claims[0].own_status for each in (first, second)] == ["accepted", "rejected"]
    assert ran.code == 0


def test_a_remittance_is_recorded_claim_by_claim_and_its_dollars_add_up(
    run_on_copy: Run, world: World, claims: list[ClaimReleased], folder: Path
) -> None:
    first, second, _ = claims
    text = remittance(
        payment(claim(control_number=first.control_number), denied(control_number=second.control_number)),
        payment(claim(control_number="7-4411"), number="EFT2", held_back=(HeldBack("WO", "REF1", usd("1.25")),)),
    )
    ran = run_on_copy("import", "remittance", file(folder, text), "--json", actor="bill")
    found, summary = answers(ran)

    assert [outcome for _, outcome in found] == ["accepted", "accepted", "parked"]
    assert summary["money"] == {
        "payments": 2,
        "total": "104.55",
        "accepted": "52.90",
        "unchanged": "0.00",
        "refused": "0.00",
        "parked": "52.90",
        "provider_adjustments": {"WO": "1.25"},
        "predetermined": [],
        "balances": True,
        "unbalanced": [],
    }
    assert [state(world, each).claims[0].own_status for each in (first, second)] == ["paid", "denied"]
    assert ran.code == 1


def test_the_same_file_twice_and_the_same_payment_in_another_file_add_nothing(
    run_on_copy: Run, world: World, claims: list[ClaimReleased], folder: Path
) -> None:
    paid = payment(*(claim(control_number=each.control_number) for each in claims))
    other = payment(denied(control_number="7-4411"), number="EFT0")
    first = run_on_copy("import", "remittance", file(folder, remittance(paid)), actor="bill")
    before = position(world)
    again = run_on_copy("import", "remittance", file(folder, remittance(paid)), actor="bill")
    elsewhere = run_on_copy("import", "remittance", file(folder, remittance(paid, paid)), actor="bill")

    assert "3 lines: accepted 3, unchanged 0, refused 0, parked 0." in first.out
    assert "3 lines: accepted 0, unchanged 3, refused 0, parked 0." in again.out
    assert "6 lines: accepted 0, unchanged 6, refused 0, parked 0." in elsewhere.out
    added = run_on_copy("audit", "--after", str(before), "--json").json["facts"]
    assert [each["topic"] for each in added] == ["document_imported"] * 2, "what became of each file, and nothing else"
    assert run_on_copy("import", "remittance", file(folder, remittance(other, paid)), actor="bill").code == 1
    added = run_on_copy("audit", "--after", str(position(world) - 2), "--json").json["facts"]
    assert [each["topic"] for each in added] == ["delivery_parked", "document_imported"]


def test_a_reversal_and_its_correction_and_parts_of_a_payment_are_all_kept(
    run_on_copy: Run, world: World, claims: list[ClaimReleased], folder: Path
) -> None:
    number = claims[0].control_number
    first = remittance(payment(claim(control_number=number), number="EFT1"))
    second = remittance(
        payment(
            reversal(control_number=number),
            claim(control_number=number, paid=usd("40.00")),
            claim(control_number=number, paid=usd("12.90")),
            number="EFT2",
        )
    )
    run_on_copy("import", "remittance", file(folder, first), actor="bill")
    ran = run_on_copy("import", "remittance", file(folder, second), actor="bill")
    now = state(world, claims[0]).claims[0]

    assert "3 lines: accepted 3" in ran.out
    assert (now.own_status, now.paid, len(now.remitted)) == ("paid", usd("52.90"), 4)


def test_a_price_ahead_of_the_service_is_no_payment_and_is_told(
    run_on_copy: Run, world: World, claims: list[ClaimReleased], folder: Path
) -> None:
    first, second, _ = claims
    priced = claim(control_number=first.control_number, status="25", paid=usd("0.00"))
    text = remittance(payment(priced, claim(control_number=second.control_number)))
    ran = run_on_copy("import", "remittance", file(folder, text), actor="bill")

    assert "Only priced ahead, neither paid nor denied, and not recorded (status 25): at 13." in ran.out
    assert "1 line: accepted 1, unchanged 0" in ran.out
    assert [state(world, each).claims[0].own_status for each in (first, second)] == ["released", "paid"]


def test_a_payment_that_is_not_what_its_claims_come_to_is_recorded_and_told(
    run_on_copy: Run, claims: list[ClaimReleased], folder: Path
) -> None:
    text = remittance(payment(claim(control_number=claims[0].control_number))).replace("BPR*I*52.9*", "BPR*I*53*")
    ran = run_on_copy("import", "remittance", file(folder, text), actor="bill")

    assert "The payment at 3 does not balance: $53.00 was paid, its claims and adjustments come to $52.90." in ran.out
    assert ran.code == 0


def test_an_answer_that_a_claim_cannot_hold_is_refused_with_its_place_and_the_rest_goes_on(
    run_on_copy: Run, claims: list[ClaimReleased], folder: Path
) -> None:
    first, second, _ = claims
    odd = claim(control_number=first.control_number, lines=(line(units=777),))
    text = remittance(payment(odd, claim(control_number=second.control_number))).replace("*777~", "*0.5~")
    ran = run_on_copy("import", "remittance", file(folder, text), "--json", actor="bill")
    found, summary = answers(ran)

    assert found == [(13, "refused"), (19, "accepted")]
    assert (summary["money"]["refused"], summary["money"]["accepted"]) == ("52.90", "52.90")


def test_a_file_that_cannot_be_read_records_nothing_and_says_where(
    run_on_copy: Run, world: World, claims: list[ClaimReleased], folder: Path
) -> None:
    before = position(world)
    text = remittance(payment(*(claim(control_number=each.control_number) for each in claims)))
    broken = text.replace(f"CLP*{claims[2].control_number}*1*85*", f"CLP*{claims[2].control_number}*1*8S*")
    ran = run_on_copy("import", "remittance", file(folder, broken), actor="bill")

    assert "The file: refused, x12_value_unreadable. Segment 25 (CLP): its element 03 holds no amount" in ran.out
    assert (ran.code, position(world)) == (1, before)
    assert claims[2].control_number not in ran.out + ran.err


def test_a_remittance_is_no_acknowledgment(run_on_copy: Run, folder: Path) -> None:
    ran = run_on_copy("import", "acknowledgment", file(folder, remittance()), actor="bill")

    assert "x12_not_expected" in ran.out
    assert ran.code == 1


@pytest.mark.parametrize("kind", ["acknowledgment", "remittance"])
def test_a_file_that_is_not_there_is_wrong_usage_and_not_repeated(run: Run, kind: str) -> None:
    ran = run("import", kind, "Gonzalez.x12")

    assert (ran.code, ran.out) == (2, "")
    assert "Gonzalez" not in ran.err


def test_what_is_about_no_claim_is_resolved_by_hand_and_then_recorded_under_the_right_one(
    run_on_copy: Run, world: World, claims: list[ClaimReleased], folder: Path
) -> None:
    cut = claims[0].control_number[:17]
    path = file(folder, remittance(payment(claim(control_number=cut))))
    run_on_copy("import", "remittance", path, actor="bill")
    (waiting,) = for_claims(run_on_copy)
    resolved = run_on_copy("parked", "resolve", waiting["delivery"], claims[0].claim, actor="bill")
    ran = run_on_copy("parked", "release", waiting["delivery"], actor="bill")
    again = run_on_copy("import", "remittance", path, actor="bill")
    now = state(world, claims[0]).claims[0]

    assert (waiting["waits_for"], waiting["command"], waiting["source"]) == ("claim", "record_remittance", "remittance")
    assert (resolved.code, ran.code, again.code) == (0, 0, 0)
    assert (now.own_status, now.paid) == ("paid", usd("52.90"))
    assert "accepted 0, unchanged 1" in again.out


def test_what_came_before_its_claim_was_released_is_recorded_when_it_is(
    run_on_copy: Run, world: World, folder: Path
) -> None:
    with open_ledger(world.place, master_key=KEY, clock=SystemClock(), ids=SystemIds()) as log:
        later = released(log, 9)
    path = file(folder, acknowledgment(acknowledged(control_number=later.control_number)))
    run_on_copy("import", "acknowledgment", path, actor="bill")
    with open_ledger(world.place, master_key=KEY, clock=SystemClock(), ids=SystemIds()) as log:
        release_directly(log, [9])
    (waiting,) = for_claims(run_on_copy)
    run_on_copy("parked", "release", waiting["delivery"], actor="bill")

    assert state(world, later).claims[0].own_status == "accepted"


def test_an_answer_about_a_claim_of_another_system_is_discarded_with_the_reason(
    run_on_copy: Run, claims: list[ClaimReleased], folder: Path
) -> None:
    path = file(folder, remittance(payment(claim(control_number="7-4411"))))
    run_on_copy("import", "remittance", path, actor="bill")
    (waiting,) = for_claims(run_on_copy)
    ran = run_on_copy("parked", "discard", waiting["delivery"], "--reason", "not_our_claim", actor="bill")
    closed = run_on_copy("parked", "list", "--closed", "--json", actor="cora").json["deliveries"]

    assert ran.code == 0
    assert ["discarded"] == [each["closed_as"] for each in closed if each["delivery"] == waiting["delivery"]]


def test_what_waits_is_sealed_and_its_numbers_stand_nowhere_in_the_clear(
    run_on_copy: Run, world: World, folder: Path
) -> None:
    foreign = "POE-19500203-X"
    path = file(folder, remittance(payment(claim(control_number=foreign, payer_number="ICN5566778899"))))
    ran = run_on_copy("import", "remittance", path, actor="bill")
    stored = b"".join(each.read_bytes() for each in world.folder.iterdir() if each.is_file())

    assert "parked 1" in ran.out
    assert foreign not in ran.out
    assert foreign.encode() not in stored
    assert b"ICN5566778899" not in stored


CSV = (
    "payer,payment,paid_on,payment_amount,control_number,status,charge,paid,patient_share,code,units,line_charge,"
    "line_paid,line_adjustments,payer_status,payer_number\n"
)


def test_a_csv_of_the_same_payment_is_known(
    run_on_copy: Run, world: World, claims: list[ClaimReleased], folder: Path
) -> None:
    number = claims[0].control_number
    row = (
        f"1366401234,EFT0001,2026-04-20,52.90,{number},paid,85.00,52.90,13.23,99490,1,85.00,52.90,"
        "CO-45:18.87 PR-2:13.23,1,2226100000001\n"
    )
    first = run_on_copy("import", "remittance", file(folder, CSV + row, "r.csv"), actor="bill")
    second = run_on_copy(
        "import", "remittance", file(folder, remittance(payment(claim(control_number=number)))), actor="bill"
    )

    assert "1 line: accepted 1" in first.out
    assert "1 line: accepted 0, unchanged 1" in second.out
    assert state(world, claims[0]).claims[0].paid == usd("52.90")


def cut(text: str) -> bytes:
    return text[: len(text) // 2].encode()


def without_a_line(text: str) -> bytes:
    start = text.index("SVC*")
    return (text[:start] + text[text.index("~", start) + 1 :]).encode()


def endless(text: str) -> bytes:
    return text.replace("POE*PAT", "P" * 10_000_000, 1).encode()


def with_a_nul(text: str) -> bytes:
    return text.replace("POE*PAT", "POE*P\x00T", 1).encode()


def in_utf_16(text: str) -> bytes:
    return text.encode("utf-16")


@pytest.mark.parametrize("harm", [cut, without_a_line, endless, with_a_nul, in_utf_16])
def test_whatever_is_wrong_with_a_file_nothing_of_it_is_recorded(
    run_on_copy: Run, world: World, claims: list[ClaimReleased], folder: Path, harm: Callable[[str], bytes]
) -> None:
    before = position(world)
    text = remittance(payment(*(claim(control_number=each.control_number) for each in claims)))
    ran = run_on_copy("import", "remittance", file(folder, harm(text)), "--json", actor="bill")
    found, summary = answers(ran)

    assert found == [(0, "refused")]
    assert (summary["lines"], summary["refused"], ran.code, position(world)) == (1, 1, 1, before)


def test_a_run_that_was_killed_goes_on_where_it_stopped(
    run_on_copy: Run, world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_ledger(world.place, master_key=KEY, clock=SystemClock(), ids=SystemIds()) as log:
        claims = release_directly(log, range(1, 601))
    text = remittance(payment(*(claim(control_number=each.control_number) for each in claims)))
    whole = Handler.handle
    groups: list[int] = []

    def dying(handler: Handler, batch: Any) -> Any:
        if groups:
            raise KeyboardInterrupt
        groups.append(len(batch))
        return whole(handler, batch)

    with monkeypatch.context() as patched:
        patched.setattr(Handler, "handle", dying)
        killed = run_on_copy("import", "remittance", file(folder, text), actor="bill")
    again = run_on_copy("import", "remittance", file(folder, text), actor="bill")

    assert killed.code != 0
    assert f"600 lines: accepted {600 - groups[0]}, unchanged {groups[0]}, refused 0, parked 0." in again.out
    assert "recorded $4,655.20, known $27,084.80, refused $0.00, waiting $0.00." in again.out
    assert all(state(world, each).claims[0].paid == usd("52.90") for each in (claims[0], claims[-1]))
