"""Items by their opaque id in a frozen value: with one more, or another one in its place, all others are shared.

Promise: equal items give an equal value, in whatever order they came; putting one in and finding one take the same time
among fifty thousand as among fifty. Not promised: an order.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")
_BY: Final = slice(-4, -1)
"""The letters of an id by which its item is found: each tells 32 apart, unlike the last one, which tells 8."""
_EMPTY: Final[Mapping[str, Any]] = MappingProxyType({})


def _nothing() -> Mapping[str, Any]:
    return _EMPTY


@dataclass(frozen=True, slots=True)
class ById(Generic[T]):
    """The items: letter by letter of an id, then by the whole of it."""

    _root: Mapping[str, Any] = field(default_factory=_nothing)

    def get(self, of: str) -> T | None:
        """The item of an id; None where there is none."""
        node: Any = self._root
        for letter in of[_BY]:
            if (node := node.get(letter)) is None:
                return None
        found: T | None = node.get(of)
        return found

    def put(self, of: str, item: T) -> "ById[T]":
        """All items with this one, in the place of that which had its id."""
        return ById(_with(self._root, (*of[_BY], of), item))

    def __iter__(self) -> Iterator[T]:
        """Every item, in no order."""
        level: list[Any] = [self._root]
        for _ in range(4):
            level = [below for node in level for below in node.values()]
        return iter(level)


def _with(node: Mapping[str, Any], path: tuple[str, ...], item: object) -> Mapping[str, Any]:
    first, *rest = path
    return {**node, first: _with(node.get(first, _EMPTY), tuple(rest), item) if rest else item}
