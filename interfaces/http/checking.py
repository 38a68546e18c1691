"""Settings held against the machine: files, ledgers, keys, the certificate. For `config check`, before anything starts.

Promise: everything that can be seen without serving is looked at, each once, and told together; nothing is written, and
no key, password or path of a key is shown. Not promised: that a server in another network answers tomorrow.
"""

import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from interfaces import bootstrap
from interfaces.http.followers import Followers
from interfaces.http.hosting import Hosts
from interfaces.http.issuers import Issuer
from interfaces.http.settings import Complaint, LedgerSettings, ServerSettings
from interfaces.http.webhook_subscription import Subscription, subscription_of
from interfaces.http.webhooks import Webhooks
from interfaces.system import SystemClock, SystemIds
from ledger.terms.errors import LedgerError


def places_of(settings: ServerSettings) -> dict[str, bootstrap.Settings]:
    """Where the ledgers are that are served, by the names of their paths. Raises LedgerError."""
    table = bootstrap.routes() if settings.routes else None
    named = {name: LedgerSettings(place=name) for name in (table.table() if table is not None else ())}
    return {name: place_of(each) for name, each in {**named, **settings.ledgers}.items()}


def place_of(ledger: LedgerSettings) -> bootstrap.Settings:
    """Where one ledger is, with its key: its own file, else that of the environment, else the usual one."""
    key_file = None if ledger.key_file is None else str(ledger.key_file)
    where = bootstrap.settings(ledger=ledger.place, key_file=key_file, actor=None)
    return replace(where, log_key_file=ledger.log_key_file)


def complaints_about(settings: ServerSettings, *, with_ledgers: bool = True) -> list[Complaint]:
    """Everything that is wrong with settings that can be read; the ledgers are opened for it, unless they are not."""
    ledgers = _ledgers(settings) if with_ledgers else ()
    return [*_routes(settings), *ledgers, *_tls(settings), *_issuers(settings), *_webhooks(settings)]


def issuers_of(settings: ServerSettings) -> tuple[Issuer, ...]:
    """The identity providers that are believed. Raises ValidationError."""
    return tuple(Issuer.model_validate(each) for each in settings.issuers)


def subscriptions_of(settings: ServerSettings, ledgers: Sequence[str]) -> tuple[Subscription, ...]:
    """Who is told of the feed. Raises LedgerError."""
    return tuple(subscription_of(each, ledgers) for each in settings.webhooks)


def webhooks_of(settings: ServerSettings, hosts: Hosts) -> Callable[[Followers], Webhooks]:
    """What delivers the feed, once there is a loop for it. Raises LedgerError."""
    assert settings.webhook_folder is not None, "checked before anything starts"
    subscriptions = subscriptions_of(settings, [hosted.name for hosted in hosts.all()])
    folder = settings.webhook_folder
    return lambda followers: Webhooks(
        hosts, subscriptions, folder, followers=followers, clock=SystemClock(), ids=SystemIds()
    )


def _issuers(settings: ServerSettings) -> Iterator[Complaint]:
    for number, each in enumerate(settings.issuers):
        try:
            issuer = Issuer.model_validate(each)
        except ValidationError as error:
            fields = ", ".join(sorted({".".join(map(str, fault["loc"])) or "its keys" for fault in error.errors()}))
            yield Complaint(f"issuers.{number}", f"cannot be meant: {fields}", "docs/deploy.md describes the fields.")
            continue
        if issuer.jwks_file is not None and (wrong := _unreadable(Path(issuer.jwks_file), is_secret=False)):
            yield Complaint(f"issuers.{number}.jwks_file", *wrong)


def _webhooks(settings: ServerSettings) -> Iterator[Complaint]:
    if settings.webhooks and settings.webhook_folder is None:
        yield Complaint(
            "webhook_folder", "is missing, and there are webhooks", "Name a folder for how far each of them is."
        )
    names = tuple(settings.ledgers)
    for number, each in enumerate(settings.webhooks):
        try:
            subscription_of(each, names if not settings.routes else tuple(places_of(settings)))
        except LedgerError as error:
            yield _told(f"webhooks.{number}", error)


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
