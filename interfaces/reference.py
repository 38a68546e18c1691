"""The reference pages of docs/reference, written from the program itself: `python -m interfaces.reference [FOLDER]`.

Promise: a page says what the code says; a test compares them, so a page cannot drift. The words stand in the
docstrings of events and commands and in the catalogues of refusals and notices.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from commands.authority import roles_in_words
from commands.catalog import CATALOG
from ledger.streams.base import Event
from ledger.streams.upcast import EVENTS
from ledger.terms.notices import NOTICES
from ledger.terms.refusals import CATALOGUE


def pages() -> dict[str, str]:
    """File name -> whole text of every reference page."""
    return {
        "events.md": _page("Events", _EVENTS, _events()),
        "commands.md": _page("Commands", _COMMANDS, _commands()),
        "refusals.md": _page("Refusals", _REFUSALS, _refusals()),
        "notices.md": _page("Notices", _NOTICES, _notices()),
    }


_EVENTS = (
    "Every kind of fact, by its topic (the storage format). `class` is record, review or access; `sealed` names the\n"
    "fields whose words are encrypted under a key of their own."
)
_COMMANDS = (
    "What `submit` takes in `command` and `data`. Testimony is recorded whatever it says; an act is refused\n"
    "when a rule forbids it. `ccm-ledger schema commands` prints the JSON Schema of every command."
)
_REFUSALS = (
    "Every refusal code, in order of precedence: where several conditions are broken, the first is the answer.\n"
    "`again` says whether the same command may be accepted later; `kept` whether the refusal is itself a fact."
)
_NOTICES = (
    "What an accepted fact or a judged month is told, in order. `not_counted`: seconds that do not count.\n"
    "`blocks_release`: the month cannot be billed yet. `review`: a person should look at it."
)


def _page(title: str, intro: str, body: Iterable[str]) -> str:
    return "\n".join([f"# {title}", "", intro, "", *body, ""])


def _first_line(thing: type) -> str:
    return (thing.__doc__ or "").strip().splitlines()[0]


def _events() -> Iterable[str]:
    yield "| event | topic | version | class | sealed | what it says |"
    yield "|---|---|---|---|---|---|"
    for topic, event in sorted(EVENTS.items()):
        sealed = ", ".join(f"`{name}`" for name in _sealed(event)) or ""
        says = _first_line(event)
        yield f"| `{event.__name__}` | `{topic}` | {event.VERSION} | {event.FACT.value} | {sealed} | {says} |"


def _sealed(event: type[Event]) -> list[str]:
    return [name for name, field in event.model_fields.items() if field.exclude]


def _commands() -> Iterable[str]:
    yield "| command | kind | who | fields | what it asks |"
    yield "|---|---|---|---|---|"
    for name, entry in CATALOG.items():
        fields = ", ".join(
            f"`{field}`" if info.is_required() else f"`{field}`?" for field, info in entry.command.model_fields.items()
        )
        yield f"| `{name}` | {entry.command.KIND} | {roles_in_words(name)} | {fields} | {_first_line(entry.command)} |"


def _refusals() -> Iterable[str]:
    yield "| code | what it says | because | what to do | again | kept |"
    yield "|---|---|---|---|---|---|"
    for refusal in CATALOGUE:
        again, kept = "yes" if refusal.retryable else "", "yes" if refusal.audited else ""
        yield f"| `{refusal.code}` | {refusal.says} | {refusal.because} | {refusal.remedy} | {again} | {kept} |"


def _notices() -> Iterable[str]:
    yield "| code | effect | what it says | rules | what to do |"
    yield "|---|---|---|---|---|"
    for notice in NOTICES.values():
        rules = ", ".join(notice.rules)
        yield f"| `{notice.code}` | {notice.effect.value} | {notice.says} | {rules} | {notice.remedy} |"


def write(folder: Path) -> None:
    """Write every page into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/reference"))
