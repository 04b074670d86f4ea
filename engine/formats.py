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


F = TypeVar("F", bound=Format)


def format_of(path: Path, formats: Iterable[F]) -> F | None:
    """The row for a file's name, if there is one."""
    return next((each for each in formats if each.suffix == path.suffix.lower()), None)


def suffixes(formats: Iterable[Format], last: str = ", ") -> str:
    """``.svg, .png, .pdf``, the last after another word where one is given: ``.svg, .png or .pdf``."""
    first, end = [each.suffix for each in formats][:-1], [each.suffix for each in formats][-1:]
    return last.join([", ".join(first), *end] if first else end)
