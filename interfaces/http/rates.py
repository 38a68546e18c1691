"""How often somebody may ask: per login of a ledger, and per address for those whom nobody lets in.

Promise: who asks more often is told 429 and when to come again, and everybody let in sees in `RateLimit` how much is
left (draft-ietf-httpapi-ratelimit-headers-10). Counts are of this process and in memory; a login's count is of one
ledger, so that no ledger pays for another. Not promised: exactness; a window begins with its first request, and who
uses it up at its end may use up the next one at its beginning.
"""

from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Final

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage

from interfaces.http.problems import Problem
from interfaces.http.settings import Rates, rate_of
from ledger.terms.ports import Clock

_UNITS: Final = {"second": RateLimitItemPerSecond, "minute": RateLimitItemPerMinute, "hour": RateLimitItemPerHour}
Headers = list[tuple[bytes, bytes]]


class RateLimits:
    """The counters of one process. Threads may share it."""

    def __init__(self, rates: Rates, clock: Clock) -> None:
        self._clock = clock
        # Strategies of the library look twice, to count and to tell: here one look does both, on every request.
        self._windows = MemoryStorage()
        self._login = _item(rates.per_login)
        self._stranger = _item(rates.per_stranger)
        self._policy = f'"login";q={self._login.amount};w={self._login.get_expiry()}'.encode()

    def of_login(self, ledger: str, login: str) -> Headers:
        """Count a request of a login; what its answer says about that. Raises Problem 429."""
        count, again = self._counted(self._login, ledger, login)
        headers = [
            (b"ratelimit-policy", self._policy),
            (b"ratelimit", f'"login";r={max(self._login.amount - count, 0)};t={again}'.encode()),
        ]
        if count > self._login.amount:
            raise _too_many(again, headers)
        return headers

    def of_stranger(self, address: str | None) -> None:
        """Count a request that was not let in. Raises Problem 429, after which the attempt is not recorded either."""
        count, again = self._counted(self._stranger, "stranger", _home(address))
        if count > self._stranger.amount:
            raise _too_many(again, [])

    def _counted(self, rate: RateLimitItem, *who: str) -> tuple[int, int]:
        """How many came in this window, this one with them; and in how many seconds the next one begins."""
        key = rate.key_for(*who)
        count = self._windows.incr(key, rate.get_expiry())
        ends = self._windows.get_expiry(key)
        return count, max(ceil(ends - self._clock.now().timestamp()), 1)


def _item(rate: str) -> RateLimitItem:
    amount, unit = rate_of(rate)
    return _UNITS[unit](amount)


def _too_many(again: int, headers: Headers) -> Problem:
    return Problem(
        429,
        "too_many_requests",
        "More requests came than this server takes from one caller.",
        f"Go on in {again} s; many lines go faster in one stream than in many requests.",
        headers={"Retry-After": str(again), **{name.decode(): value.decode() for name, value in headers}},
        retryable=True,
    )


def _home(address: str | None) -> str:
    """Whom an address belongs to: of IPv6 one home has a whole network of 64 bits."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return "unknown"
    return str(IPv6Address(int(found) >> 64 << 64)) if isinstance(found, IPv6Address) else str(found)
