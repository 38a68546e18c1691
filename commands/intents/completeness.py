"""The command that puts a map of completeness on record; the store makes the map, never a person."""

from typing import Annotated, ClassVar

from pydantic import Field

from commands.intents.base import POSITION_MAX, Command, Position
from ledger.streams.completeness import DEPTH_MAX
from ledger.terms.identity import Digest


class MapCompleteness(Command):
    """Put on record the root of the map of all facts up to a position."""

    NAME: ClassVar = "map_completeness"
    KIND: ClassVar = "act"
    depth: Annotated[int, Field(ge=0, le=DEPTH_MAX)]
    up_to: Position
    entries: Annotated[int, Field(ge=0, le=POSITION_MAX)]
    root: Digest
