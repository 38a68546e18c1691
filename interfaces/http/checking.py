"""Settings held against the machine: files, ledgers, keys, the certificate. For `config check`, before anything starts.

Promise: everything that can be seen without serving is looked at, each once, and told together; nothing is written, and
no key, password or path of a key is shown. Not promised: that a server in another network answers tomorrow.
"""

import ssl
from collections.abc import Iterator
from pathlib import Path

from interfaces import bootstrap
from interfaces.http.settings import Complaint, LedgerSettings, ServerSettings
from ledger.terms.errors import LedgerError


def places_of(settings: ServerSettings) -> dict[str, bootstrap.Settings]:
    """Where the ledgers are that are served, by the names of their paths. Raises LedgerError."""
    table = bootstrap.routes() if settings.routes else None
    named = {name: LedgerSettings(place=name) for name in (table.table() if table is not None else ())}
    return {name: place_of(each) for name, each in {**named, **settings.ledgers}.items()}


def place_of(ledger: LedgerSettings) -> bootstrap.Settings:
    """Where one ledger is, with its key: its own file, else that of the environment, else the usual one."""
    key_file = None if ledger.key_file is None else str(ledger.key_file)
    return bootstrap.settings(ledger=ledger.place, key_file=key_file, actor=None)


def complaints_about(settings: ServerSettings) -> list[Complaint]:
    """Everything that is wrong with settings that can be read."""
    return [*_routes(settings), *_ledgers(settings), *_tls(settings)]


def _routes(settings: ServerSettings) -> Iterator[Complaint]:
    if not settings.routes:
        return
    try:
        if bootstrap.routes() is None:
            yield Complaint("routes", "is set, and no routing table is named", "Let CCM_LEDGER_ROUTES name its file.")
        else:
            places_of(settings)
    except LedgerError as error:
        yield _told("routes", error)


def _ledgers(settings: ServerSettings) -> Iterator[Complaint]:
    for name, ledger in settings.ledgers.items():
        where = f"ledgers.{name}"
        try:
            with bootstrap.opened(place_of(ledger)):
                pass
        except LedgerError as error:
            yield _told(where, error)
        if ledger.log_key_file is not None and (wrong := _unreadable(ledger.log_key_file)) is not None:
            yield Complaint(f"{where}.log_key_file", *wrong)


def _tls(settings: ServerSettings) -> Iterator[Complaint]:
    if settings.tls is None:
        return
    found = {
        "tls.certificate_file": _unreadable(settings.tls.certificate_file, is_secret=False),
        "tls.key_file": _unreadable(settings.tls.key_file),
    }
    yield from (Complaint(where, *wrong) for where, wrong in found.items() if wrong is not None)
    if any(found.values()):
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.tls.certificate_file, settings.tls.key_file)
    except (ssl.SSLError, ValueError):
        yield Complaint(
            "tls",
            "has a certificate and a key that do not go together",
            "Name a PEM chain and its key, without a passphrase.",
        )


def _unreadable(file: Path, *, is_secret: bool = True) -> tuple[str, str] | None:
    """Why a file cannot be used, and what to do."""
    try:
        mode = file.stat().st_mode
        with file.open("rb"):
            pass
    except OSError as error:
        return f"names a file that cannot be read: {error.strerror}", "Check its name and who owns it."
    if is_secret and mode & 0o077:
        return "names a file that others can read", "Close it to all but its owner: chmod 600."
    return None


def _told(where: str, error: LedgerError) -> Complaint:
    return Complaint(where, f"cannot be served: {error.happened.rstrip('.')}", error.remedy)
