"""How an operation is described: for the document of the server, and for the routes."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple


class Parameter(NamedTuple):
    """One value of a path, a query or a header."""

    name: str
    place: Literal["path", "query", "header"]
    says: str
    schema: Mapping[str, Any]
    is_required: bool = False


class Answered(NamedTuple):
    """One answer that an operation gives when all is well."""

    status: int
    says: str
    media_type: str | None
    schema: Mapping[str, Any]


class Operation(NamedTuple):
    """One operation that is no command."""

    name: str
    method: Literal["GET", "POST", "DELETE"]
    path: str
    tag: str
    summary: str
    parameters: tuple[Parameter, ...] = ()
    answers: tuple[Answered, ...] = ()
    body: tuple[str, Mapping[str, Any]] | None = None
    """The media type and schema of what it takes."""
    scope: str | None = None
    """The scope that a key needs for it; None: everybody may ask."""
