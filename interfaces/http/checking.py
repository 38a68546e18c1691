"""Settings held against the machine: files, ledgers, keys, the certificate. For `config check`, before anything starts.

Promise: everything that can be seen without serving is looked at, each once, and told together; nothing is written, and
no key, password or path of a key is shown. Not promised: that a server in another network answers tomorrow.
"""

import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from interfaces import bootstrap
from interfaces.http.complaints import Complaint, complaints_of, where
from interfaces.http.followers import Followers
from interfaces.http.hosting import Hosts
from interfaces.http.issuers import ONE_PLACE, Issuer
from interfaces.http.settings import LedgerSettings, ServerSettings, looked_through_file
from interfaces.http.webhook_subscription import Subscription, subscription_of
from interfaces.http.webhook_subscription import complaints_about as complaints_about_webhook
from interfaces.http.webhooks import Webhooks, knows
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
    sessions: dict[str, bootstrap.Session] = {}
    with ExitStack() as stack:
        ledgers = list(_ledgers(settings, stack, sessions)) if with_ledgers else []
        webhooks = list(_webhooks(settings, sessions))
    return [*_routes(settings), *ledgers, *_tls(settings), *_issuers(settings), *webhooks]


def complaints_in(file: Path) -> tuple[ServerSettings | None, list[Complaint]]:
    """The settings in a file, or None; and everything that is wrong with it, with the machine, and with the ledgers."""
    settings, complaints = looked_through_file(file)
    if settings is not None:
        complaints = [*complaints, *complaints_about(settings)]
    return (None, complaints) if complaints else (settings, [])


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
        at = ("issuers", number)
        try:
            Issuer.model_validate(each)
        except ValidationError as error:
            yield from complaints_of(error, at)
            # The whole is looked at only where each of its settings can be meant.
            is_of_parts = all(found["loc"] for found in error.errors(include_url=False, include_input=False))
            if is_of_parts and ("jwks_url" in each) == ("jwks_file" in each):
                yield Complaint(where(at), *ONE_PLACE)
        file = each.get("jwks_file")
        if isinstance(file, str) and file and (wrong := _unreadable(Path(file), is_secret=False)):
            yield Complaint(where((*at, "jwks_file")), *wrong)
    for name in ("name", "issuer"):
        yield from _twice("issuers", name, settings.issuers)


def _webhooks(settings: ServerSettings, sessions: Mapping[str, bootstrap.Session]) -> Iterator[Complaint]:
    if settings.webhooks and settings.webhook_folder is None:
        yield Complaint(
            "webhook_folder", "is missing, and there are webhooks", "Name a folder for how far each of them is."
        )
    names = tuple(settings.ledgers)
    with suppress(LedgerError):  # what is wrong with the routes is told by itself
        names = tuple(places_of(settings))
    for number, each in enumerate(settings.webhooks):
        yield from complaints_about_webhook(each, names, ("webhooks", number))
        session = sessions.get(str(each.get("ledger")))
        if session is not None and not knows(session.handler.governance(), str(each.get("login", ""))):
            yield Complaint(
                where(("webhooks", number, "login")), "speaks for nobody in its ledger", "Bind it, or name another one."
            )
    yield from _twice("webhooks", "name", settings.webhooks)


def _twice(table: str, name: str, given: Sequence[Mapping[str, Any]]) -> Iterator[Complaint]:
    """Tables that share what tells them apart."""
    seen = set[str]()
    for number, each in enumerate(given):
        value = each.get(name)
        if isinstance(value, str) and value in seen:
            yield Complaint(where((table, number, name)), "is that of another one as well", "Give each its own.")
        elif isinstance(value, str):
            seen.add(value)


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


def _ledgers(settings: ServerSettings, stack: ExitStack, sessions: dict[str, bootstrap.Session]) -> Iterator[Complaint]:
    """The ledgers that cannot be opened; those that can are open until the stack is closed."""
    for name, ledger in settings.ledgers.items():
        at = ("ledgers", name)
        try:
            sessions[name] = stack.enter_context(bootstrap.opened(place_of(ledger)))
        except LedgerError as error:
            yield _told(where(at), error)
        if ledger.log_key_file is not None and (wrong := _unreadable(ledger.log_key_file)) is not None:
            yield Complaint(where((*at, "log_key_file")), *wrong)


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
