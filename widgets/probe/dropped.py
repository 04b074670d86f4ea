"""What a drop or the clipboard holds that can be shown to a network."""

from __future__ import annotations

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QImage

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm")


def is_picture(path: str) -> bool:
    """Whether a file is called like one."""
    return path.lower().endswith(PICTURES)


def given_by(data: object) -> str | QImage | None:
    """The path of the first file on this machine, an image, or None."""
    if not isinstance(data, QMimeData):
        return None
    paths = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
    if paths:
        return paths[0]
    image = data.imageData() if data.hasImage() else None
    return image if isinstance(image, QImage) and not image.isNull() else None
