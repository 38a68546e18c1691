"""What the server is told, and how all that is wrong with it is said: in one go, with remedies, no value shown."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from interfaces.cli.main import main
from interfaces.http.settings import ServerSettings, checked, read_settings
from tests.http.conftest import Served

SECRET = "correct-horse-battery-staple"


def check(capsys: pytest.CaptureFixture[str], file: Path, *words: str) -> tuple[int, str]:
    """`config check` on a file: its exit code, and all that it wrote."""
    code = main(["config", "check", "--config", str(file), *words])
    told = capsys.readouterr()
    return code, told.out + told.err


@pytest.fixture
def file(served: Served) -> Path:
    """Settings with which nothing is wrong."""
    named = served.folder / "server.toml"
    named.write_text(f'[ledgers.main]\nplace = "{served.place}"\nkey_file = "{served.key_file}"\n')
    return named


def test_without_a_word_it_listens_to_this_machine_alone_and_believes_no_proxy() -> None:
    settings = ServerSettings()

    assert (settings.address, settings.trusted_proxies, settings.metrics_address) == ("127.0.0.1:8080", (), None)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    _, complaints = checked(
        {
            "address": "everywhere",
            "adress": 1,
            "ledgers": {"North!": {"place": "x"}, "south": {"key_file": "k"}},
            "limits": {"body_bytes": 1, "header_seconds": -1, "headers": "many"},
            "rates": {"per_login": "often"},
            "trusted_proxies": ["a friend"],
            "tls": {"certificate_file": "c"},
        }
    )

    assert {each.where for each in complaints} == {
        "address",
        "adress",
        "ledgers",
        "ledgers.south.place",
        "limits.body_bytes",
        "limits.header_seconds",
        "limits.headers",
        "rates.per_login",
        "trusted_proxies[1]",
        "tls.key_file",
    }
    assert all(each.remedy.endswith(".") for each in complaints)


def test_a_name_that_cannot_stand_in_a_path_is_refused() -> None:
    _, complaints = checked({"ledgers": {"North Ledger": {"place": "x"}}})

    assert [each.where for each in complaints] == ["ledgers"]


def test_metrics_have_a_port_of_their_own() -> None:
    _, complaints = checked({"routes": True, "address": "0.0.0.0:8080", "metrics_address": "127.0.0.1:8080"})

    assert [each.where for each in complaints] == ["metrics_address"]


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"ledgers": {"main": {"place": "x", "password": SECRET}}}, "ledgers.main.password"),
        ({"routes": True, "webhooks": [{"url": "https://x", "secret": SECRET}]}, "webhooks[1].secret"),
        ({"routes": True, "issuers": [{"name": "a", "client_secret": SECRET}]}, "issuers[1].client_secret"),
        ({"routes": True, "master_key": SECRET}, "master_key"),
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(given: dict[str, Any], where: str) -> None:
    _, complaints = checked(given)

    assert [each.where for each in complaints] == [where]
    assert SECRET not in str(complaints)
    assert "_file" in complaints[0].remedy


def test_no_value_is_repeated_whatever_is_wrong_with_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "server.toml"
    for text in (f"address = {SECRET}", f'address = "{SECRET}"', f'limits = "{SECRET}"', f'"{SECRET} x" = 1'):
        file.write_text(text)
        code, told = check(capsys, file)

        assert code == 2
        assert SECRET not in told


def test_what_is_passed_on_is_not_shown() -> None:
    settings, _ = checked({"routes": True, "webhooks": [{"url": f"https://x/{SECRET}"}], "issuers": [{"name": SECRET}]})

    assert settings is not None
    assert SECRET not in repr(settings)
    assert settings.webhooks[0]["url"].endswith(SECRET)


def test_nothing_wrong_prints_what_will_be_served(
    file: Path, served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = check(capsys, file)

    assert code == 0
    assert "ledgers: main" in told
    assert str(served.key_file) not in told


def test_for_programs_it_is_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = check(capsys, file, "--json")

    answer = json.loads(told)
    assert (code, answer["is_well"], answer["serves"]["ledgers"]) == (0, True, "main")


def test_what_only_the_machine_knows_is_looked_at(
    file: Path, served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    open_key = served.folder / "open-key"
    open_key.write_text("00" * 32)
    open_key.chmod(0o644)
    certificate = served.folder / "certificate"
    certificate.write_text("no certificate")
    file.write_text(
        f'[ledgers.main]\nplace = "{served.place}"\nkey_file = "{open_key}"\n'
        f'[ledgers.gone]\nplace = "{served.folder}/nowhere"\n'
        f'[tls]\ncertificate_file = "{certificate}"\nkey_file = "{open_key}"\n'
    )

    code, told = check(capsys, file, "--json")

    assert code == 2
    assert {each["where"] for each in json.loads(told)["complaints"]} == {
        "ledgers.main",
        "ledgers.gone",
        "tls.key_file",
    }


def test_everything_is_told_in_one_go_and_each_place_in_one_way(
    file: Path, served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    issuer = 'issuer = "https://id.example.org"\naudience = "us"\n[issuers.scopes]\nread = ["read", "everything"]\n'
    hook = (
        'url = "http://example.org/"\nlogin = "key:nobody"\nsecret_file = "/nowhere"\ntypes = ["time_logged", "no"]\n'
    )
    file.write_text(
        f'address = "{SECRET}"\n{file.read_text()}[ledgers.gone]\nplace = "{served.folder}/nowhere"\n'
        f"[ledgers.bare]\n[limits]\nheaders = 1\n"
        f'[[issuers]]\nname = "Staff"\njwks_url = "http://x"\n{issuer}'
        f'[[issuers]]\nname = "other"\njwks_file = "/nowhere"\n{issuer}'
        f'[[webhooks]]\nname = "bill ing"\nledger = "main"\n{hook}'
        f'[[webhooks]]\nname = "two"\nledger = "south"\nbatch = 0\n{hook}'
        f'[[webhooks]]\nname = "two"\nledger = "main"\nwords = "maybe"\nsecret = "{SECRET}"\n{hook}'
    )

    code, told = check(capsys, file, "--json")

    assert code == 2
    assert sorted(each["where"] for each in json.loads(told)["complaints"]) == sorted(
        [
            "address",
            "ledgers.bare.place",
            "ledgers.gone",
            "limits.headers",
            "issuers[1].name",
            "issuers[1].jwks_url",
            "issuers[1].scopes.read[2]",
            "issuers[2].jwks_file",
            "issuers[2].scopes.read[2]",
            "issuers[2].issuer",
            "webhook_folder",
            "webhooks[1].name",
            "webhooks[2].ledger",
            "webhooks[2].batch",
            "webhooks[3].name",
            "webhooks[3].words",
            "webhooks[3].secret",
            *(f"webhooks[{n}].{name}" for n in (1, 2, 3) for name in ("url", "secret_file", "types[2]")),
            *(f"webhooks[{n}].login" for n in (1, 3)),
        ]
    )
    assert SECRET not in told
    assert "nobody" not in told.replace("speaks for nobody", "")


def test_an_issuer_without_keys_is_told_at_its_place(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = 'name = "staff"\nissuer = "https://id.example.org"\naudience = "us"\nscopes = {}\n'
    file.write_text(f"{file.read_text()}[[issuers]]\n{told}[[issuers]]\nleeway_seconds = 999\n{told}")

    _, told = check(capsys, file)

    assert "issuers[2].leeway_seconds is too large." in told
    assert "issuers[2] needs a" in told
    assert "issuers[1] needs a `jwks_url` or a `jwks_file`, and just one of them." in told


def test_a_certificate_goes_with_its_key(file: Path, served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one", "two"):
        subject = ["-subj", "/CN=localhost", "-days", "2", "-nodes", "-newkey", "ec", "-pkeyopt"]
        paths = ["-keyout", str(served.folder / f"{name}.key"), "-out", str(served.folder / f"{name}.pem")]
        subprocess.run(
            ["openssl", "req", "-x509", *subject, "ec_paramgen_curve:P-256", *paths], check=True, capture_output=True
        )
        (served.folder / f"{name}.key").chmod(0o600)
    text = file.read_text()
    tls = '[tls]\ncertificate_file = "{0}/one.pem"\nkey_file = "{0}/{1}.key"\n'
    file.write_text(text + tls.format(served.folder, "one"))
    well, _ = check(capsys, file)
    file.write_text(text + tls.format(served.folder, "two"))
    wrong, told = check(capsys, file)

    assert (well, wrong) == (0, 2)
    assert "do not go together" in told


def test_a_file_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = check(capsys, tmp_path / "nowhere.toml")

    assert code == 2
    assert "cannot be read" in told


def test_the_environment_may_name_the_file(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CCM_LEDGER_SERVER", str(file))

    assert main(["config", "check"]) == 0
    assert "ledgers: main" in capsys.readouterr().out


def test_all_limits_have_a_default_that_is_allowed() -> None:
    settings, complaints = checked({"routes": True, "limits": ServerSettings().limits.model_dump()})

    assert complaints == []
    assert settings is not None


def test_settings_are_read_from_their_file(file: Path) -> None:
    settings, complaints = read_settings(file)

    assert complaints == []
    assert settings is not None
    assert list(settings.ledgers) == ["main"]
