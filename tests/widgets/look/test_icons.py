"""Icons in the colours of a theme."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from widgets.look.icons import FOLDER, icon, icon_url


@pytest.mark.parametrize("color", ["#ff0000", "#00ff00"])
def test_an_icon_has_the_colour_that_is_asked_for(color: str, qapp: QApplication) -> None:
    image = icon("close", color).pixmap(32, 32).toImage()
    seen = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())
            if image.pixelColor(x, y).alpha() == 255}
    assert seen == {QColor(color).name()}


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.svg")))
def test_every_icon_can_be_drawn(name: str, qapp: QApplication) -> None:
    assert Path(icon_url(name, "#123456")).read_text(encoding="utf-8").lstrip().startswith("<svg")
    image = icon(name, "#123456").pixmap(24, 24).toImage()
    assert any(image.pixelColor(x, y).alpha() for x in range(image.width()) for y in range(image.height()))
