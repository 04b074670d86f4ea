"""Icons in the colours of a theme."""

from __future__ import annotations

import subprocess
import sys
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


@pytest.mark.parametrize("cleaned", ["", "import shutil; shutil.rmtree(Path(url).parent)"])
def test_nothing_is_left_behind_when_the_program_ends(cleaned: str) -> None:
    script = f"""
from pathlib import Path
from widgets.look.icons import icon_url
url = icon_url("close", "#123456")
assert Path(url).exists()
print(url)
{cleaned}
"""
    ended = subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parents[3], text=True,
                           capture_output=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert not Path(ended.stdout.strip()).parent.exists()
