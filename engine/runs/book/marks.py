"""What a person writes beside a run: a star, a note. In its folder, so that it goes where the run goes. No torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from engine.files import write_text
from engine.runs.names import MARKS
from engine.runs.opened import json_in

MOST_LETTERS = 10_000


class Marks(NamedTuple):
    """Of one run."""

    star: bool = False
    note: str = ""


def marks_of(folder: Path) -> Marks:
    """Those of the run in a folder; what cannot be read is none."""
    raw = json_in(folder / MARKS)
    note = raw.get("note")
    return Marks(raw.get("star") is True, note[:MOST_LETTERS] if isinstance(note, str) else "")


def mark(folder: Path, star: bool | None = None, note: str | None = None) -> Marks:
    """Set a star or write a note; what is None stays. Raises WriteError."""
    before = marks_of(folder)
    now = Marks(before.star if star is None else star, before.note if note is None else note[:MOST_LETTERS])
    if now == Marks() and not (folder / MARKS).exists():
        return now
    write_text(folder / MARKS, json.dumps(now._asdict(), ensure_ascii=False) + "\n")
    return now
