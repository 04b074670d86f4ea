"""One example as it is shown: its pixels or its row in words, and what the network made of it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

from widgets.probe.stroke import Pixels


class Example(NamedTuple):
    """``key`` says which it is; without ``pixels`` (uint8, H×W or H×W×3) it is a line of text."""

    key: Hashable
    pixels: Pixels | None = None
    caption: str = ""  # 5→3, 5
    is_right: bool | None = None  # None: not known
    line: str = ""  # of a table: its row
    words: str = ""  # the caption for whoever hears it; empty: the caption

    @property
    def said(self) -> str:
        """In words."""
        return " ".join(filter(None, (self.line, self.words or self.caption)))
