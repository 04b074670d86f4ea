"""Code between fences, as Markdown has it: ```` ```python ````. Lines keep their numbers. No torch."""

from __future__ import annotations

import ast
import re

_FENCE = re.compile(r"^(\s*)(`{3,}|~{3,})\s*([\w+-]*)[^`]*$")
PYTHON = frozenset(("", "python", "py", "python3", "pytorch", "ipython", "pycon"))


def unfenced(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines with all that stands outside of fences left empty, and what stands in fences but is no Python."""
    marks = _marks(lines)
    if not any(marks) or _is_code(lines):
        return lines, []
    found, skipped, opened = list[str](), list[str](), _first(marks)
    for mark, line in zip(marks, lines, strict=True):
        if mark is None:
            found.append(line.removeprefix(opened[1]) if opened is not None and opened[3].lower() in PYTHON else "")
            continue
        opened = mark if opened is None else None
        found.append("")
        if opened is not None and opened[3].lower() not in PYTHON:
            skipped.append(line.strip()[:40])
    return found, skipped


def _marks(lines: list[str]) -> list[re.Match[str] | None]:
    """The fences, by their lines; not those within texts of Python."""
    found, quotes = list[re.Match[str] | None](), 0
    for line in lines:
        found.append(None if quotes % 2 else _FENCE.match(line))
        quotes += line.count('"""') + line.count("'''")
    return found


def _first(marks: list[re.Match[str] | None]) -> re.Match[str] | None:
    """What is open where the text begins: its beginning may be missing."""
    own = [mark for mark in marks if mark is not None]
    return own[0] if len(own) % 2 and not own[0][3] and marks[0] is None else None


def _is_code(lines: list[str]) -> bool:
    try:
        ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
