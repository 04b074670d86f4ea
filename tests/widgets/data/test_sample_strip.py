"""The strip of samples: drawn at once, in all the room there is, labels below their images."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.redrawn import is_redrawn
from widgets.data.sample_strip import GAP, INSET, LABEL, TILE, SampleStrip
from widgets.look import theme


def sample(label: str, side: int = 28, value: int = 200) -> tuple[bytes, int, int, int, str]:
    return bytes([value]) * (side * side), 1, side, side, label


def strip(qtbot: QtBot) -> SampleStrip:
    strip = SampleStrip()
    qtbot.addWidget(strip)
    strip.resize(400, 170)
    strip.show()
    qtbot.waitExposed(strip)
    return strip


def test_other_images_are_drawn_at_once(qtbot: QtBot) -> None:
    shown = strip(qtbot)
    assert is_redrawn(shown, lambda: shown.show_samples([sample("a")]))
    assert is_redrawn(shown, lambda: shown.show_samples([]))


def test_it_takes_the_room_there_is_and_never_less_than_one_tile(qtbot: QtBot) -> None:
    host, shown, below = QWidget(), SampleStrip(), QLabel("below")
    qtbot.addWidget(host)
    column = QVBoxLayout(host)
    column.addWidget(shown)
    column.addWidget(below)
    host.resize(500, 400)
    host.show()
    QApplication.processEvents()
    assert shown.width() > 450 and shown.height() > 300
    assert shown.minimumSize() == QSize(TILE, TILE + LABEL)
    host.resize(10, 10)
    assert shown.width() >= TILE and shown.height() >= TILE + LABEL


def test_tiles_are_spread_evenly_and_the_last_ends_where_the_strip_does(qtbot: QtBot) -> None:
    shown = strip(qtbot)
    shown.show_samples([sample(str(index)) for index in range(40)])
    for width in range(60, 500, 7):
        shown.resize(width, 170)
        grid, tile = shown.grid(), shown.tile
        lefts = [grid.place(index, tile).left() for index in range(grid.columns)]
        steps = {other - one for one, other in pairwise(lefts)}
        assert all(TILE + GAP <= step < 2 * (TILE + GAP) + 4 for step in steps)
        assert not steps or max(steps) - min(steps) <= 1
        assert lefts[0] == INSET


def test_a_frame_lies_just_around_each_image_and_the_label_just_below(qtbot: QtBot) -> None:
    shown = strip(qtbot)
    shown.show_samples([sample("mmm", value=255)] * 6)
    image, line = shown.grab().toImage(), QColor(theme.color("line"))
    place = shown.grid().place(1, shown.tile).toRect()
    for x in range(place.left() - 1, place.right() + 2):
        assert image.pixelColor(x, place.top() - 1) == image.pixelColor(x, place.bottom() + 1) == line
    for y in range(place.top() - 1, place.bottom() + 2):
        assert image.pixelColor(place.left() - 1, y) == image.pixelColor(place.right() + 1, y) == line
    assert {image.pixelColor(x, y).name() for x in range(place.left(), place.right() + 1)
            for y in range(place.top(), place.bottom() + 1)} == {"#ffffff"}, "not over it"
    ground = image.pixelColor(place.right() + 8, place.top())
    inks = [(x, y) for x in range(place.left() - INSET, place.right() + INSET + 1)
            for y in range(place.bottom() + 2, place.bottom() + 24) if image.pixelColor(x, y) != ground]
    assert place.bottom() + 2 < min(y for _, y in inks) <= max(y for _, y in inks) <= place.bottom() + LABEL
    brightest = max(image.pixelColor(*spot).lightness() for spot in inks)
    assert theme.color("line").lightness() * 2 < brightest <= theme.color("dim").lightness() + 4


def test_images_before_the_first_and_labels_of_all_are_told(qtbot: QtBot) -> None:
    shown = strip(qtbot)
    assert shown.shown() == 0 and shown.tile == QSize(TILE, TILE)
    shown.show_samples([sample("cat"), sample("dog")])
    assert shown.accessibleDescription() == "Labels: cat, dog"


def test_that_the_data_are_being_read_is_said_in_pale_letters(qtbot: QtBot) -> None:
    image = strip(qtbot).grab().toImage()
    lights = {QColor(image.pixelColor(x, y)).lightness() for x in range(400) for y in range(60, 110)}
    assert theme.color("line").lightness() * 2 < max(lights) <= theme.color("dim").lightness() + 4
