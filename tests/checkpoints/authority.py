"""A timestamp authority of the tests' own: a root, a signing certificate and `openssl ts`."""

import subprocess
from pathlib import Path

CONFIG = """
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[signer]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa]
default_tsa = stamp
[stamp]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
"""


class Authority:
    """Answers requests as an RFC 3161 authority does."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        (folder / "serial").write_text("01\n")
        (folder / "ts.cnf").write_text(CONFIG.format(folder=folder))
        key = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", folder / "ts.cnf"]
        root = ["-keyout", folder / "root.key", "-out", self.root, "-subj", "/CN=Root of the tests"]
        signer = ["-keyout", folder / "signer.key", "-out", folder / "signer.csr", "-subj", "/CN=Signer of the tests"]
        issued = ["-CA", self.root, "-CAkey", folder / "root.key", "-CAcreateserial", "-days", "2"]
        extensions = ["-extfile", folder / "ts.cnf", "-extensions", "signer"]
        self._run(*key, *root, "-x509", "-days", "2", "-extensions", "ca")
        self._run(*key, *signer)
        self._run("x509", "-req", "-in", folder / "signer.csr", "-out", folder / "signer.pem", *issued, *extensions)

    @property
    def root(self) -> Path:
        """The certificate that its timestamps lead to."""
        return self.folder / "root.pem"

    def answer(self, request: bytes) -> bytes:
        """The response to a request."""
        query, reply = self.folder / "request.tsq", self.folder / "response.tsr"
        query.write_bytes(request)
        self._run("ts", "-reply", "-queryfile", query, "-out", reply, "-config", self.folder / "ts.cnf")
        return reply.read_bytes()

    def holds(self, token: bytes, data: bytes) -> bool:
        """Whether `openssl ts -verify` accepts a token about these bytes."""
        about, held = self.folder / "data", self.folder / "held.tsr"
        about.write_bytes(data)
        held.write_bytes(token)
        command = ["ts", "-verify", "-data", about, "-token_in", "-in", held, "-CAfile", self.root]
        return not subprocess.run(["openssl", *map(str, command)], capture_output=True, check=False).returncode

    def _run(self, *command: object) -> None:
        subprocess.run(["openssl", *map(str, command)], check=True, capture_output=True)
