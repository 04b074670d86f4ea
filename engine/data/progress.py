"""How far a download or the reading of files is, told step by step."""

from __future__ import annotations

from collections.abc import Generator
from typing import Literal, NamedTuple, TypeVar

T = TypeVar("T")


class Step(NamedTuple):
    """``done`` of ``total`` bytes of one file, or of a folder's files (total 0: unknown; no file: not begun yet)."""

    file: str
    done: int
    total: int
    doing: Literal["downloading", "reading"] = "downloading"


Steps = Generator[Step, None, T]


def result_of(steps: Steps[T]) -> T:
    """What the generator returns, whatever its steps are."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
