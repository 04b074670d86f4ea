"""Kinds of files as rows of tables: how a name ends, and what people call it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar


@dataclass(frozen=True)
class Format:
    """A kind of file. Each table's rows add how theirs are written and read back."""

    suffix: str  # with its dot
    title: str  # in a dialog that asks for a file

    @property
    def readable(self) -> tuple[str, ...]:
        """How names of files end that are read so; the first is what is written."""
        return (self.suffix,)


F = TypeVar("F", bound=Format)


def format_of(path: Path, formats: Iterable[F]) -> F | None:
    """The row for a file's name, if there is one."""
    return next((each for each in formats if each.suffix == path.suffix.lower()), None)


def reader_of(path: Path, formats: Iterable[F]) -> F | None:
    """The row that a file is read by, if there is one."""
    return next((each for each in formats if path.suffix.lower() in each.readable), None)


def suffixes(formats: Iterable[Format], last: str = ", ") -> str:
    """``.svg, .png, .pdf``, the last after another word where one is given: ``.svg, .png or .pdf``."""
    return _listed([each.suffix for each in formats], last)


def readable(formats: Iterable[Format], last: str = ", ") -> str:
    """The same of all that is read: ``.safetensors, .pt or .pth``."""
    return _listed([suffix for each in formats for suffix in each.readable], last)


def _listed(words: list[str], last: str) -> str:
    return last.join([", ".join(words[:-1]), *words[-1:]] if words[1:] else words)
