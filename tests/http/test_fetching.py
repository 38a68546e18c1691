"""The keys of an issuer over a real connection: encrypted, to just the address that was named, and not endlessly."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from interfaces.http.issuer_keys import BYTES_MAX, fetched, public_keys
from tests.http.entering import RSA, jwks

ANSWERS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "/jwks": (200, {}, jwks(RSA)),
    "/elsewhere": (302, {"Location": "/jwks"}, b""),
    "/missing": (404, {}, b"{}"),
    "/endless": (200, {}, b" " * (BYTES_MAX + 100)),
}


class Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, headers, content = ANSWERS[self.path]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Says nothing."""


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine's own address, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "id.example.org")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "cert.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption_algorithm=plain)
    )
    return public, private


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    public, private = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_keys_are_fetched_over_an_encrypted_connection(address: str) -> None:
    assert {"rsa-1"} == set(public_keys(fetched(f"{address}/jwks")))


@pytest.mark.parametrize("path", ["/elsewhere", "/missing"])
def test_an_answer_that_sends_elsewhere_or_says_no_is_no_answer(address: str, path: str) -> None:
    with pytest.raises(OSError, match="HTTP Error"):
        fetched(f"{address}{path}")


def test_no_more_is_read_than_a_set_of_keys_may_have(address: str) -> None:
    content = fetched(f"{address}/endless")

    assert BYTES_MAX + 1 == len(content)
    with pytest.raises(ValueError, match="too long"):
        public_keys(content)


def test_whom_no_authority_vouches_for_is_not_asked(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")

    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        fetched(f"{address}/jwks")
