"""Runs in folders: written while they go on, read back, gone on with, made again, and listed as a book.

In a script ``from engine import runs`` gives this room, and ``runs("runs")`` the book of a folder.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.runs.book.book import Book


class _Room(ModuleType):
    """A module that can be called: it bears the name that a script knows the function by."""

    def __call__(self, *places: Path | str) -> Book:
        """Every run below these folders (default: ``./runs``, and where the window keeps its own), the newest first."""
        from engine.runs.book.book import read_book  # both stand on this room
        from engine.runs.naming import places as usual  # the same

        return read_book([Path(place) for place in places] or usual())


sys.modules[__name__].__class__ = _Room
