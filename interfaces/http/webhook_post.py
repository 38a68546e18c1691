"""One POST to somebody else's server, as carefully as a program should that may reach more than its clients may.

Promise: only https, or http to this machine where the URL names it; the address that was checked is the one that is
connected to, so a name cannot lead elsewhere meanwhile; private addresses only where the operator said so; no redirect
is followed, no proxy asked, little is read of the answer, and everything is over by a deadline.
"""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from ledger.terms.errors import LedgerError

READ_MAX: Final = 65_536
"""Bytes of an answer that are read; nothing is made of them."""
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[..., Sequence[Any]]


class WrongTarget(LedgerError):
    """The URL of a webhook is none that this server posts to."""


class Undelivered(Exception):
    """A message was not taken; `because` is a code, and says nothing of the message."""

    def __init__(self, because: str) -> None:
        super().__init__(because)
        self.because = because


class Reply(NamedTuple):
    """What a receiver answered."""

    status: int
    retry_after: str | None = None
    """When it wants to be asked again, as its header says it."""


class Target(NamedTuple):
    """Where to post."""

    is_secure: bool
    host: str
    port: int
    path: str
    private: bool = False
    """Whether the operator allows addresses that only this network knows."""
    ca_file: Path | None = None
    """The authority of the receiver's certificate, where it is none that everybody trusts."""


def target_of(url: str, *, private: bool = False, ca_file: Path | None = None) -> Target:
    """The target that a URL names. Raises WrongTarget."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _wrong() from None
    host = parts.hostname or ""
    is_secure = parts.scheme == "https"
    fine = url.isascii() and url.isprintable() and " " not in url and not parts.fragment and "@" not in parts.netloc
    if not fine or not host or not (is_secure or (parts.scheme == "http" and _is_this_machine(host))):
        raise _wrong()
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(is_secure, host, port or (443 if is_secure else 80), path, private, ca_file)


def post(
    target: Target, body: bytes, headers: Mapping[str, str], *, seconds: int, resolve: Resolve = socket.getaddrinfo
) -> Reply:
    """The answer. Raises Undelivered where there was none by then."""
    connection = _Pinned(target, address_of(target, resolve), seconds)
    deadline = threading.Timer(seconds, connection.give_up)
    deadline.daemon = True
    deadline.start()
    try:
        connection.request("POST", target.path, body, dict(headers))
        answer = connection.getresponse()
        answer.read(READ_MAX)
        if connection.gave_up:
            raise Undelivered("timeout")  # what was broken off reads like an answer that ended
        return Reply(answer.status, answer.headers["Retry-After"])
    except ssl.SSLError:
        raise Undelivered("certificate") from None
    except TimeoutError:
        raise Undelivered("timeout") from None
    except (OSError, HTTPException, ValueError):
        raise Undelivered("timeout" if connection.gave_up else "unreachable") from None
    finally:
        deadline.cancel()
        connection.close()


def address_of(target: Target, resolve: Resolve) -> str:
    """The address of a target; Undelivered where its name leads nowhere, or to one that is not allowed."""
    try:
        found = resolve(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Undelivered("name_unknown") from None
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    if not addresses:
        raise Undelivered("name_unknown")
    # Of several addresses one that is not allowed is enough: which is tried would be chance.
    if not all(_may_reach(target, ipaddress.ip_address(each.partition("%")[0])) for each in addresses):
        raise Undelivered("address_not_allowed")
    return addresses[0]


def _may_reach(target: Target, address: IP) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return _may_reach(target, address.ipv4_mapped)
        if address.sixtofour or address.teredo or address in _NAT64:
            return False  # an address of the other kind, in disguise
    if address.is_loopback:
        return _is_this_machine(target.host)
    if target.is_secure and address.is_global and not address.is_multicast:
        return True
    # Link-local addresses are those of a cloud's own services, which hand out its keys.
    odd = address.is_unspecified or address.is_link_local or address.is_multicast
    return target.is_secure and target.private and address.is_private and not odd


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _wrong() -> WrongTarget:
    return WrongTarget(
        "The URL of a webhook is not https, or not one that can be posted to.",
        "Name an https URL without user, password and fragment; http is for this machine alone (127.0.0.1).",
    )


class _Pinned(HTTPConnection):
    """A connection to one address, whatever its name leads to meanwhile."""

    def __init__(self, target: Target, address: str, seconds: int) -> None:
        super().__init__(target.host, target.port, timeout=seconds)
        self._target = target
        self._address = address
        self.gave_up = False

    def connect(self) -> None:
        """Connect to the address that was checked."""
        self.sock = socket.create_connection((self._address, self._target.port), self.timeout)
        if self._target.is_secure:
            context = ssl.create_default_context(cafile=self._target.ca_file)
            self.sock = context.wrap_socket(self.sock, server_hostname=self._target.host)

    def give_up(self) -> None:
        """Break off, whatever is being waited for."""
        self.gave_up = True
        if (held := getattr(self, "sock", None)) is not None:
            with suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)
