"""Ledgers that vouch for each other's logs, and an authority's timestamps, at the command line."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from shutil import copytree, rmtree
from threading import Thread

import pytest

from interfaces.cli.main import main
from ledger.proof.note import NOTE_KEY, VerifierKey, check, parse_note
from tests.checkpoints.authority import Authority
from tests.cli.conftest import Ran
from tests.store.sample import NewPlace

Of = Callable[..., Ran]


@pytest.fixture
def made(new_place: NewPlace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[str], Of]:
    """Makes a ledger with log keys, and answers the command line against it, as its administrator."""

    def make(name: str) -> Of:
        folder = new_place(name)

        def ran(*words: str) -> Ran:
            takes_keys = words[0] in ("log-key", "seal") or words[:2] == ("witness", "cosign")
            keys = ("--log-key-file", str(tmp_path / f"{name}.keys")) if takes_keys else ()
            code = main([*words, "--ledger", str(folder), "--key-file", str(tmp_path / f"{name}.key"), *keys])
            shown = capsys.readouterr()
            return Ran(code, shown.out, shown.err)

        assert ran("init", "--name", f"{name} Health").code == 0
        assert ran("log-key", "new").code == 0
        return ran

    return make


@pytest.fixture
def log(made: Callable[[str], Of]) -> Of:
    """A ledger with facts, sealed."""
    ran = made("log")
    assert ran("seal").code == 0
    return ran


@pytest.fixture
def witness(made: Callable[[str], Of]) -> Of:
    """Another ledger, which has keys of its own."""
    return made("witness")


def keys_of(of: Of, kind: str) -> list[str]:
    return [key["vkey"] for key in of("log-key", "show", "--json").json["keys"] if key["kind"] == kind]


def origin_of(of: Of) -> str:
    return VerifierKey.parse(keys_of(of, "log")[0]).name


@pytest.fixture
def trusted(log: Of, witness: Of) -> Of:
    """The witness, which watches the log."""
    assert witness("witness", "trust", origin_of(log), "--key", *keys_of(log, "log")).code == 0
    return witness


def test_a_witness_vouches_for_a_log_that_it_watches(log: Of, trusted: Of, tmp_path: Path) -> None:
    asked, answer = str(tmp_path / "asked"), str(tmp_path / "answer")
    assert log("witness", "request", "-o", asked).code == 0
    assert trusted("witness", "cosign", asked, "-o", answer).code == 0
    assert log("witness", "accept", answer, "--request", asked, "--key", keys_of(trusted, "clock")[0]).code == 0

    receipt = log("receipt", "1").out.partition("\n\n")[2].encode()

    cosigned = check(parse_note(receipt), [VerifierKey.parse(key) for key in keys_of(trusted, "clock")]).cosigned
    assert [name for name, _ in cosigned] == [f"{origin_of(trusted)}/clock"]


def test_a_log_is_not_watched_by_a_key_of_another_name(log: Of, witness: Of) -> None:
    ran = witness("witness", "trust", "ccm-ledger/another", "--key", *keys_of(log, "log"))

    assert (ran.code, "keys of a log bear its name" in ran.err) == (2, True)


def test_a_witness_vouches_for_what_goes_on_from_what_it_saw(log: Of, trusted: Of, tmp_path: Path) -> None:
    first, receipt, second = str(tmp_path / "first"), str(tmp_path / "receipt"), str(tmp_path / "second")
    log("witness", "request", "-o", first)
    trusted("witness", "cosign", first, "-o", str(tmp_path / "a"))
    assert log("receipt", "2", "-o", receipt).code == 0
    log("log-key", "rotate")
    log("seal")

    assert log("witness", "request", "--seen", receipt, "-o", second).code == 0
    assert trusted("witness", "cosign", second, "-o", str(tmp_path / "b")).code == 0

    (seen,) = trusted("witness", "list", "--json").json["logs"]
    assert (seen["origin"], seen["contradictions"]) == (origin_of(log), [])


def test_a_request_that_begins_elsewhere_is_not_vouched_for(log: Of, trusted: Of, tmp_path: Path) -> None:
    asked = str(tmp_path / "asked")
    assert log("witness", "request", "--after", "1", "-o", asked).code == 0

    ran = trusted("witness", "cosign", asked, "-o", str(tmp_path / "answer"))

    assert ran.code == 3
    assert "begins at 1" in ran.err
    assert not (tmp_path / "answer").exists()


def test_a_log_that_nobody_watches_is_not_vouched_for(log: Of, witness: Of, tmp_path: Path) -> None:
    asked = str(tmp_path / "asked")
    log("witness", "request", "-o", asked)

    assert "watches no log" in witness("witness", "cosign", asked, "-o", str(tmp_path / "answer")).err


@pytest.mark.parametrize("new_place", ["sqlite"], indirect=True)  # it copies the files
def test_two_roots_of_one_size_are_put_on_record(log: Of, trusted: Of, tmp_path: Path) -> None:
    """The operator goes on from one ledger in two ways, and shows one to the witness and the other one later."""
    asked = [tmp_path / "first", tmp_path / "second"]
    copytree(tmp_path / "log", tmp_path / "kept")
    for request, watched in zip(asked, ("one", "another"), strict=True):
        rmtree(tmp_path / "log")
        copytree(tmp_path / "kept", tmp_path / "log")
        assert log("witness", "trust", watched, "--key", VerifierKey(watched, NOTE_KEY, bytes(32)).render()).code == 0
        assert log("seal").code == 0
        assert log("witness", "request", "-o", str(request)).code == 0
    assert trusted("witness", "cosign", str(asked[0]), "-o", str(tmp_path / "a")).code == 0

    ran = trusted("witness", "cosign", str(asked[1]), "-o", str(tmp_path / "b"))

    assert (ran.code, "two roots" in ran.out) == (3, True)
    (seen,) = trusted("witness", "list", "--json").json["logs"]
    assert len(seen["contradictions"]) == 1


@pytest.mark.parametrize("words", [("witness", "request", "-o", "x"), ("timestamp", "request", "-o", "x")])
def test_before_anything_is_sealed_nobody_can_be_asked(
    words: tuple[str, ...], witness: Of, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    ran = witness(*words)

    assert (ran.code, "Nothing of this ledger is sealed yet" in ran.err) == (2, True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority") / "it")


def test_a_timestamp_is_asked_for_and_kept(log: Of, authority: Authority, tmp_path: Path) -> None:
    asked, answer = tmp_path / "asked.tsq", tmp_path / "answer.tsr"
    assert log("timestamp", "request", "-o", str(asked)).code == 0
    answer.write_bytes(authority.answer(asked.read_bytes()))

    ran = log("timestamp", "accept", str(answer), "--roots", str(authority.root))

    assert (ran.code, "existed by" in ran.out) == (0, True)
    assert len(log("timestamp", "list", "--json").json["timestamps"]) == 1


def test_verification_says_whose_timestamp_it_is(log: Of, authority: Authority, tmp_path: Path) -> None:
    asked, answer = tmp_path / "asked.tsq", tmp_path / "answer.tsr"
    log("timestamp", "request", "-o", str(asked))
    answer.write_bytes(authority.answer(asked.read_bytes()))
    log("timestamp", "accept", str(answer), "--roots", str(authority.root))
    other = Authority(tmp_path / "other")

    assert log("verify", "--log", "--roots", str(authority.root)).code == 0
    assert log("verify", "--log", "--roots", str(other.root), "--json").json["log"]["names"] == ["unknown_key"]


def test_roots_that_are_too_large_are_refused_and_not_cut_short(log: Of, authority: Authority, tmp_path: Path) -> None:
    many = tmp_path / "many.pem"
    many.write_bytes(b"\n" * 70_000 + authority.root.read_bytes())
    more = tmp_path / "more.pem"
    more.write_bytes(many.read_bytes() * 16)
    asked, answer = tmp_path / "asked.tsq", tmp_path / "answer.tsr"
    log("timestamp", "request", "-o", str(asked))
    answer.write_bytes(authority.answer(asked.read_bytes()))

    refused = log("timestamp", "accept", str(answer), "--roots", str(more))

    assert (refused.code, "larger than any file of root certificates" in refused.err) == (2, True)
    assert log("timestamp", "accept", str(answer), "--roots", str(many)).code == 0


def test_a_timestamp_of_another_ledger_is_not_kept(log: Of, witness: Of, authority: Authority, tmp_path: Path) -> None:
    from ledger.store.checkpoints.timestamping import request_for  # noqa: PLC0415 - the only use here

    (tmp_path / "answer").write_bytes(authority.answer(request_for("another\n1\nAAAA\n")))

    ran = log("timestamp", "accept", str(tmp_path / "answer"), "--roots", str(authority.root))

    assert (ran.code, "no checkpoint of this ledger" in ran.err) == (2, True)


@pytest.fixture
def served(authority: Authority) -> Iterator[str]:
    """The authority at a URL."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = authority.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_timestamp_is_fetched_over_http(log: Of, served: str, authority: Authority) -> None:
    ran = log("timestamp", "fetch", served, "--roots", str(authority.root))

    assert (ran.code, "existed by" in ran.out) == (0, True)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "file:///etc/passwd", "nonsense"])
def test_an_authority_that_does_not_answer_is_told(url: str, log: Of, authority: Authority) -> None:
    ran = log("timestamp", "fetch", url, "--roots", str(authority.root))

    assert (ran.code, "uthority" in ran.err) == (2, True)
