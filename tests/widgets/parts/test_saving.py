"""Pictures of widgets as pixels and as SVG, and the menu that asks for them; words that take no room."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from widgets.look import theme
from widgets.parts.histogram import Histogram
from widgets.parts.saving import offer_saving, picture_of, svg_of
from widgets.parts.words import Words


def test_a_picture_is_what_is_seen(qtbot: QtBot) -> None:
    histogram = in_front(qtbot, Histogram(), 200, 68)
    histogram.show_counts((1, 2), (0.0, 1.0, 2.0))
    image = picture_of(histogram)
    assert image.size() == histogram.size()
    assert image.pixelColor(150, 40) == theme.color("accent")
    given = QImage(3, 3, QImage.Format.Format_RGB32)
    assert picture_of(given) is given


def test_an_svg_has_the_same_shapes_and_words(qtbot: QtBot) -> None:
    histogram = in_front(qtbot, Histogram(), 200, 68)
    histogram.show_counts((1, 2), (0.0, 1.0, 2.0))
    root = ET.fromstring(svg_of(histogram))
    assert root.get("viewBox") == "0 0 200 68"
    said = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"0", "2"} <= said
    assert theme.color("accent").name() in svg_of(histogram).decode()


@pytest.mark.parametrize("numbers", [True, False])
def test_the_menu_asks(numbers: bool, qtbot: QtBot) -> None:
    histogram, heard = in_front(qtbot, Histogram(), 200, 68), []
    offer_saving(histogram, heard.append, numbers)
    for action in histogram.actions():
        action.trigger()
    assert heard == (["picture", "numbers"] if numbers else ["picture"])


def test_no_words_take_no_room(qtbot: QtBot) -> None:
    words = in_front(qtbot, Words("error"), 100, 40)
    words.say("<b>So</b>")
    assert words.isVisible() and words.text() == "<b>So</b>"
    assert words.grab().toImage().pixelColor(0, 0) != QColor("white")
    words.say("")
    assert not words.isVisible()
