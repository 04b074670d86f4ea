"""What the program brings along: the gallery, icons and data."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def folder(name: str) -> Path:
    """One of its folders. Installed as well as from source it lies unpacked on the disk."""
    return Path(str(files(__name__) / name))
