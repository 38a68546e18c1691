"""What answers look like, for the document that describes them: the JSON contract of `submit` and of problems.

Promise: a test holds these against real answers; nothing is built from them at run time.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """A described piece of an answer: what is not listed is not in it."""

    model_config = ConfigDict(extra="forbid")


class NoticeShape(Shape):
    """Something true about what was accepted that a person should know."""

    code: str = Field(description="Stable; `/problems/CODE` is its page.")
    effect: Literal["not_counted", "blocks_release", "review"]
    happened: str
    remedy: str
    readings: list[str] = Field(description="The rules that were read.")
    seconds: int | None = Field(description="Whole seconds that do not count, where the notice is about time.")


class FactShape(Shape):
    """A fact that stands against what was asked."""

    position: int = Field(ge=1)


class WaitingShape(Shape):
    """Why a parked delivery waits, in the shape of a refusal."""

    code: str
    happened: str
    because: str
    remedy: str
    retryable: bool
    readings: list[str]
    facts: list[FactShape]
    waiting_for: Literal["patient", "staff", "claim"] | None


class AnswerShape(Shape):
    """What became of a command: the line that `ccm-ledger submit` prints."""

    line: int = Field(ge=1, description="The number of the line, from 1.")
    key: str | None
    outcome: Literal["accepted", "unchanged", "parked"]
    positions: list[int] = Field(description="Where the facts stand in the ledger, for ever.")
    ids: dict[str, str] = Field(description="Opaque ids issued, by the name of the field.")
    notices: list[NoticeShape]
    refusal: WaitingShape | None = Field(description="Of a parked delivery, what it waits for.")
    receipts: list[str] | None = Field(
        default=None,
        description="With `Prefer: wait=sealed`: a proof file (C2SP tlog-proof) for each position; null where the "
        "facts are durable and nobody sealed them in time. Left out where nobody asked.",
    )
    simulated: bool | None = Field(default=None, description="True in a simulated ledger, else left out.")


class LineAnswerShape(AnswerShape):
    """The answer to one line of a stream; refused lines stop nothing."""

    outcome: Literal["accepted", "unchanged", "refused", "parked"]  # type: ignore[assignment]
    receipts: None = None


class ProblemShape(BaseModel):
    """An error (RFC 9457). `type` is a page of this server about the code."""

    model_config = ConfigDict(extra="allow")
    type: str
    title: str
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="What happened; it repeats nothing of what was sent.")
    code: str = Field(description="Stable, of the catalogue of refusals or of this server.")
    remedy: str = Field(description="What to do next.")
    because: str | None = Field(default=None, description="By which rule.")
    retryable: bool | None = Field(default=None, description="Whether the same request may succeed later.")
    readings: list[Any] | None = None
    facts: list[FactShape] | None = Field(default=None, description="The facts that the refusal rests on.")
    waiting_for: str | None = None
    key: str | None = None
    positions: list[int] | None = None
