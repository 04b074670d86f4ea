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


Work = Generator[None, None, T]  # what tells nothing of how far it is, and can be left at each of its steps


def made_by(work: Work[T]) -> T:
    """What it comes to."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: T = end.value
            return result


def told(work: Work[T], step: Step) -> Steps[T]:
    """What it comes to, telling this step over and over."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: T = end.value
            return result
        yield step
