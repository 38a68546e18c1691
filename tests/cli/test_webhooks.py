"""`webhook list` and `webhook resume`: what an operator sees of receivers, and how one goes on that was given up."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from interfaces.cli.main import main
from interfaces.http.webhook_state import State, StateFile


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A server with three receivers: one that is well, one that was given up, one that nobody posted to yet."""
    secret = tmp_path / "secret"
    secret.write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    hook = f'ledger = "clinic"\nurl = "https://example.org/"\nlogin = "key:bea"\nsecret_file = "{secret}"\n'
    told = [f'[[webhooks]]\nname = "{name}"\n{hook}' for name in ("well", "gone", "new")]
    file = tmp_path / "server.toml"
    file.write_text(f'webhook_folder = "{tmp_path}/state"\n[ledgers.clinic]\nplace = "x"\n{"".join(told)}')
    StateFile(tmp_path / "state", "well").save(State("lg_x", 40))
    since = datetime(2026, 3, 1, tzinfo=UTC)
    StateFile(tmp_path / "state", "gone").save(State("lg_x", 7, 3, since, "status_410", parked=True))
    return tmp_path


def asked(capsys: pytest.CaptureFixture[str], folder: Path, *words: str) -> tuple[int, str, str]:
    code = main(["webhook", *words, "--config", str(folder / "server.toml")])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_each_receiver_is_listed_with_how_it_stands(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told, _ = asked(capsys, folder, "list", "--json")
    _, words, _ = asked(capsys, folder, "list")

    found = {each["webhook"]: (each["state"], each["position"]) for each in json.loads(told)["webhooks"]}
    assert (code, found) == (0, {"well": ("well", 40), "gone": ("parked", 7), "new": ("not begun", None)})
    assert "parked" in words
    assert "status_410" in words


def test_one_that_was_given_up_is_resumed_where_it_was(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told, _ = asked(capsys, folder, "resume", "gone")

    assert (code, told) == (0, "It is tried again within half a minute.\n")
    assert StateFile(folder / "state", "gone").load() == State("lg_x", 7)


@pytest.mark.parametrize("name", ["well", "new"])
def test_one_that_is_not_parked_is_left_as_it_is(folder: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = StateFile(folder / "state", name).load()
    code, told, _ = asked(capsys, folder, "resume", name)

    assert (code, told) == (0, "It is not parked: nothing was changed.\n")
    assert StateFile(folder / "state", name).load() == before


def test_a_name_that_the_settings_do_not_have_is_wrong_usage(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, told = asked(capsys, folder, "resume", "../gone")

    assert code == 2
    assert "no webhook of that name" in told
    assert "gone" not in told
