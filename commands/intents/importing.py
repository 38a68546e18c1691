"""The command that puts a document on record which was read to its end; whoever imports gives it, behind the rows."""

from typing import Annotated, ClassVar

from pydantic import Field

from commands.intents.base import POSITION_MAX, Command
from ledger.streams.imports import DocumentKind
from ledger.terms.identity import Digest

_Rows = Annotated[int, Field(ge=0, le=POSITION_MAX)]


class RecordImport(Command):
    """Put on record that a document of the line's source was read to its end, and what became of its rows."""

    NAME: ClassVar = "record_import"
    KIND: ClassVar = "testimony"
    kind: DocumentKind
    document: Digest
    """SHA-256 of the document's bytes; the ledger keeps a token of it."""
    accepted: _Rows
    unchanged: _Rows
    refused: _Rows
    parked: _Rows
