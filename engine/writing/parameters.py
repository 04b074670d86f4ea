"""Parameters of written classes: their names, defaults, and values in each use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from engine.layers.base import literal


@dataclass(frozen=True)
class Text:
    """Source that stands where a value is expected; nothing at all for “no default”."""

    text: str = ""

    def __repr__(self) -> str:
        return self.text


NO_DEFAULT = Text()


class Parameter(NamedTuple):
    """An argument of a class: its value in each use, and its default."""

    name: str
    values: tuple[Any, ...]
    default: Any = NO_DEFAULT

    def __str__(self) -> str:
        return self.name if self.default is NO_DEFAULT else f"{self.name}={literal(self.default)}"

    def is_given(self, use: int) -> bool:
        """Whether a use must say it."""
        return literal(self.values[use]) != literal(self.default)
