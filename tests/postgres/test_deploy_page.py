"""The SQL of docs/deploy.md does what the page says, on a server like the reader's."""

from pathlib import Path

import psycopg
import pytest

from interfaces.cli.main import main
from interfaces.embedded import Server
from tests.docs.runner import blocks

PAGE = Path(__file__).parents[2] / "docs" / "deploy.md"


@pytest.mark.slow
def test_every_statement_of_the_page_runs_and_its_logins_can_do_their_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    first, *others = [block.text for block in blocks(PAGE.read_text()) if block.language == "sql"]
    with Server.start(tmp_path / "server") as server, psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(first.encode())
        made = server.url.replace("postgres@", "ccm_admin@") + "?ledger=north"
        assert main(["init", "--ledger", made]) == 0
        app = made.replace("ccm_admin@", "north_app@")
        for text in others:
            if text.startswith("REVOKE"):
                assert main(["verify", "--ledger", app]) == 0
                assert main(["months", "2026-01", "--ledger", app]) == 0
                capsys.readouterr()
                assert main(["ledgers", "list", "--ledger", app]) == 0
                assert "north" in capsys.readouterr().out
                reports = server.url.replace("postgres@", "north_reports@")
                with psycopg.connect(reports) as reader:
                    assert reader.execute("SELECT count(*) > 0 FROM ccm_north.stored_events").fetchone() == (True,)
            connection.execute(text.encode())

        assert main(["verify", "--ledger", app]) == 3
