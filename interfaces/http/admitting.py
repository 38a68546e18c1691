"""What the first lines of a request alone say: whether it goes in, and under which id.

Promise: nothing of a body is read for it. Paths of this server have no escapes; a body is of the kind that its path
takes, and as it is: nothing is unpacked, so nothing can be packed to burst.
"""

import re
from typing import Final

from starlette.types import Scope

from interfaces.http.problems import Problem, too_large
from interfaces.http.settings import Limits
from ledger.terms.ports import IdSource

PATH_CHARACTERS_MAX: Final = 1_024
_PLAIN_PATH: Final = re.compile(r"(/[A-Za-z0-9_~:@,;=+$!*'().-]+)*/?\Z", re.ASCII)
"""Paths of this server need no escapes, so none can hide a way up, an empty step or a NUL."""
_DOTS: Final = re.compile(r"/\.{1,2}(/|\Z)")
_STREAMS: Final = re.compile(r"/v1/ledgers/[^/]+/(lines|import/[a-z-]+)\Z")
_FOLLOWING: Final = re.compile(r"/v1/ledgers/[^/]+/feed/stream\Z")
_PROBES: Final = frozenset({"/live", "/ready", "/metrics"})
_LINES: Final = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl"})
_CHARTS: Final = _LINES | {"application/fhir+json", "application/fhir+ndjson", "application/json"}
_COMMANDS: Final = frozenset({"application/json"})
_KINDS: Final = {
    "/lines": _LINES,
    "/import/fhir": _CHARTS,
    "/import/time-log": frozenset({"text/csv"}),
    "/patients/find": _LINES | {"application/json", "text/plain"},
}
"""What the bodies of paths are, by their end; of every other path a command's."""
_UUID: Final = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\Z", re.ASCII)
_TRACE: Final = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}\Z", re.ASCII)
Headers = list[tuple[bytes, bytes]]


def is_stream(path: str) -> bool:
    """Whether the body that comes to a path is read as it comes, without an end in sight."""
    return _STREAMS.match(path) is not None


def is_long(path: str) -> bool:
    """Whether a request of this path may last: streams, and who follows the feed."""
    return is_stream(path) or _FOLLOWING.match(path) is not None


def is_probe(path: str) -> bool:
    """Whether it is asked how the server is: that is answered also while it is busy, and while it ends."""
    return path in _PROBES


def is_plain(scope: Scope) -> bool:
    """Whether the path of a request is one without tricks."""
    path = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogateescape")
    if len(path) > PATH_CHARACTERS_MAX:
        return False
    text = path.decode("latin-1")
    return _PLAIN_PATH.match(text) is not None and _DOTS.search(text) is None


def body_refusal(path: str, headers: Headers, limits: Limits) -> Problem | None:
    """What the headers alone say against a body."""
    allowed_bytes = limits.stream_bytes if is_stream(path) else limits.body_bytes
    allowed = next((kinds for end, kinds in _KINDS.items() if path.endswith(end)), _COMMANDS)
    has_body, kinds, encodings = False, [], []
    for name, value in headers:
        if name == b"content-length":
            has_body = value != b"0"
            if allowed_bytes is not None and int(value) > allowed_bytes:
                return too_large(allowed_bytes)
        elif name == b"transfer-encoding":
            has_body = True
        elif name == b"content-type":
            kinds.append(value.decode("latin-1").partition(";")[0].strip().lower())
        elif name == b"content-encoding":
            encodings.append(value.strip().lower())
    if any(encoding != b"identity" for encoding in encodings):
        return Problem(
            415, "encoding_not_taken", "The body is compressed.", "Send it as it is: `Content-Encoding` is not taken."
        )
    if has_body and (len(kinds) > 1 or (kinds and kinds[0] not in allowed)):
        return Problem(
            415,
            "content_type_not_taken",
            "The body is of a kind that this path does not take.",
            f"Send one `Content-Type` of: {', '.join(sorted(allowed))}.",
            headers={"Accept": ", ".join(sorted(allowed))},
        )
    return None


_DRAWN_AHEAD: Final = 256


class RequestIds:
    """Random ids for requests. Drawn ahead: each draw would let other threads of the process take the turn."""

    def __init__(self, ids: IdSource) -> None:
        self._ids = ids
        self._drawn: list[str] = []

    def next(self) -> str:
        """An id that no request had."""
        if not self._drawn:
            drawn = self._ids.entropy(16 * _DRAWN_AHEAD).hex()
            self._drawn = [drawn[at : at + 32] for at in range(0, len(drawn), 32)]
        return self._drawn.pop()


def request_id(headers: Headers, ids: RequestIds) -> str:
    """A random id of ours, or one that came in a form in which nobody writes anything else."""
    for name, value in headers:
        if name == b"x-request-id" and _UUID.match(text := value.decode("latin-1")):
            return text
        if name == b"traceparent" and (found := _TRACE.match(value.decode("latin-1"))):
            return found[1]
    return ids.next()


def security_headers(*, is_tls: bool) -> list[tuple[bytes, bytes]]:
    """What every answer says: it is no page, it is kept nowhere, and nobody embeds it."""
    always = [
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-resource-policy", b"same-origin"),
    ]
    return [*always, (b"strict-transport-security", b"max-age=31536000")] if is_tls else always
