"""Small line icons, drawn in any colour from SVG in resources/icons."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

from PySide6.QtGui import QIcon, QPixmap

import resources

FOLDER = resources.folder("icons")


@lru_cache(maxsize=128)
def icon_url(name: str, color: str) -> str:
    """The path of the icon in this colour, for a style sheet (which takes only files)."""
    text = (FOLDER / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", color)
    path = _cache() / f"{name}-{color.lstrip('#')}.svg"
    path.write_text(text, encoding="utf-8")
    return path.as_posix()


def icon(name: str, color: str) -> QIcon:
    """The icon in this colour."""
    return QIcon(QPixmap(icon_url(name, color)))


@lru_cache(maxsize=1)
def _cache() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="layerloom-icons-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
