"""How far a download or the reading of files is."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Step(NamedTuple):
    """``done`` of ``total`` bytes of one file, or of a folder's files (total 0: unknown)."""

    file: str
    done: int
    total: int
    doing: Literal["downloading", "reading"] = "downloading"
