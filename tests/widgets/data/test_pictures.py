"""Small pictures of the data: tiles in a strip, and one image step by step."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.seen import texts
from widgets.data.sample_strip import GAP, INSET, LABEL, TILE, SampleStrip, image_of
from widgets.data.steps import SIDE, DataSteps, StepPicture
from widgets.data.values import Step
from widgets.look import theme


def pixels(channels: int, height: int, width: int, value: int = 200) -> tuple[bytes, int, int, int]:
    return bytes([value]) * (channels * height * width), channels, height, width


@pytest.fixture
def strip(qtbot: QtBot) -> Iterator[SampleStrip]:
    strip = SampleStrip()
    qtbot.addWidget(strip)
    strip.resize(400, 170)
    strip.show()
    qtbot.waitExposed(strip)
    yield strip


def shown(strip: SampleStrip) -> QImage:
    return strip.grab().toImage()


# -- tiles ----------------------------------------------------------------------------------------------------------


def test_pixels_become_an_image() -> None:
    grey = image_of(bytes([0, 255, 100, 200, 50, 150]), 1, 2, 3)
    assert grey.size().toTuple() == (3, 2)
    assert [grey.pixelColor(*place).red() for place in ((1, 0), (0, 1), (2, 1))] == [255, 200, 150]
    colour = image_of(bytes([255, 0, 0, 0, 255, 0]), 3, 2, 1)
    assert [colour.pixelColor(0, row).name() for row in (0, 1)] == ["#ff0000", "#00ff00"]


@pytest.mark.parametrize(("height", "width", "tile"), [
    (28, 28, (56, 56)), (8, 8, (56, 56)), (32, 32, (64, 64)), (37, 37, (74, 74)), (38, 19, (19, 38)),
    (28, 14, (28, 56)), (96, 96, (96, 96)), (128, 128, (56, 56)), (128, 256, (112, 56)), (128, 512, (112, 28)),
])  # fmt: skip
def test_how_large_a_tile_is(height: int, width: int, tile: tuple[int, int], strip: SampleStrip) -> None:
    assert strip.tile == QSize(TILE, TILE)
    strip.show_samples([(*pixels(1, height, width), "x")])
    assert strip.tile.toTuple() == tile


def test_tiles_fill_the_width_and_whole_rows(strip: SampleStrip) -> None:
    strip.show_samples([(*pixels(1, 28, 28), str(index)) for index in range(30)])
    for width, columns in ((56 + 2 * INSET, 1), (2 * 56 + GAP + 2 * INSET, 2), (2 * 56 + GAP + 2 * INSET - 1, 1),
                           (400, 5), (20, 1)):
        strip.resize(width, 170)
        grid = strip.grid()
        assert grid.columns == columns
        assert grid.place(0, strip.tile).topLeft().toTuple() == (INSET, 1)
        last = grid.place(columns - 1, strip.tile)
        assert columns == 1 or last.right() == width - INSET
        assert grid.place(columns, strip.tile).topLeft().toTuple() == (INSET, 1 + 56 + LABEL + 8)
    for height, rows in ((20, 1), (72, 1), (151, 1), (152, 2), (232, 3)):
        strip.resize(400, height)
        assert (strip.grid().rows, strip.shown()) == (rows, 5 * rows)
    strip.show_samples([(*pixels(1, 28, 28), "x")] * 3)
    assert strip.shown() == 3


def test_each_tile_is_framed_and_has_its_label(strip: SampleStrip) -> None:
    strip.show_samples([(*pixels(1, 28, 28, 255), "zebra"), (*pixels(1, 28, 28, 0), "w" * 60)])
    image, first = shown(strip), strip.grid().place(0, strip.tile).toRect()
    assert image.pixelColor(first.center()).name() == "#ffffff"
    line = QColor(theme.color("line"))
    for spot in (QPoint(first.left() - 1, 30), QPoint(first.right() + 1, 30), QPoint(30, 0),
                 QPoint(30, first.bottom() + 1)):
        assert image.pixelColor(spot) == line
    ground = image.pixelColor(first.right() + 6, 30)

    def inks(place: QRect) -> list[int]:
        rows = range(place.bottom() + 3, place.bottom() + LABEL)
        return [x for x in range(strip.width()) if place.left() - 10 < x < place.right() + 10
                and any(image.pixelColor(x, y) != ground for y in rows)]

    words = inks(first)
    assert first.left() < min(words) < max(words) < first.right()
    assert abs(min(words) + max(words) - first.left() - first.right()) < 5, "in its middle"
    second = strip.grid().place(1, strip.tile).toRect()
    assert second.left() - INSET <= min(inks(second)) <= max(inks(second)) <= second.right() + INSET + 1
    assert max(inks(second)) - min(inks(second)) > 40
    assert strip.accessibleDescription() == f"Labels: zebra, {'w' * 60}"
    strip.show_samples([(*pixels(1, 8, 8), str(index)) for index in range(50)])
    assert strip.accessibleDescription() == "Labels: " + ", ".join(map(str, range(20)))


def test_only_what_is_made_smaller_is_smoothed(strip: SampleStrip) -> None:
    rows = bytes(255 * (y % 2) for y in range(112) for _ in range(112))
    strip.show_samples([(rows, 1, 112, 112, "x")])
    assert 80 < shown(strip).pixelColor(30, 30).lightness() < 180


def test_until_there_are_images_it_says_what_goes_on(strip: SampleStrip) -> None:
    strip.show_samples([])
    image = shown(strip)
    inks = [x for x in range(400) for y in range(170) if image.pixelColor(x, y) != image.pixelColor(1, 1)]
    assert 50 < min(inks) < max(inks) < 350
    assert abs(min(inks) + max(inks) - 400) < 10, "in the middle"
    strip.show_samples([(*pixels(1, 8, 8), "")])
    image = shown(strip)
    assert {image.pixelColor(x, y).name() for x in range(100, 300) for y in range(75, 95)} == {
        image.pixelColor(390, 160).name()}


# -- steps ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "height", "place"), [
    (8, 8, (0, 0, 112, 112)), (28, 28, (0, 0, 112, 112)), (50, 20, (6, 36, 100, 40)), (112, 112, (0, 0, 112, 112)),
    (224, 112, (0, 28, 112, 56)), (1000, 1, (0, 55, 112, 1)), (0, 0, (55, 55, 1, 1)),
])  # fmt: skip
def test_where_a_picture_lies_in_its_square(width: int, height: int, place: tuple[int, ...], qtbot: QtBot) -> None:
    for has_arrow, left in ((False, 0), (True, 20)):
        picture = StepPicture(has_arrow)
        qtbot.addWidget(picture)
        picture.show_image(QImage(width, height, QImage.Format.Format_Grayscale8))
        assert picture.place().getRect() == (place[0] + left, *place[1:])
        assert picture.size().toTuple() == (SIDE + left, SIDE)


def test_an_arrow_leads_to_all_but_the_first(qtbot: QtBot) -> None:
    for has_arrow in (False, True):
        picture = StepPicture(has_arrow)
        qtbot.addWidget(picture)
        picture.show_image(image_of(*pixels(1, 28, 14)))
        image = picture.grab().toImage()
        left = picture.width() - SIDE
        assert image.pixelColor(left + 2, 50) == theme.color("canvas")
        assert image.pixelColor(left + SIDE // 2, 50).red() == 200
        arrow = [x for x in range(left) for y in range(SIDE) if image.pixelColor(x, y) == theme.color("dim")]
        assert bool(arrow) == has_arrow


@pytest.fixture
def steps(qtbot: QtBot) -> DataSteps:
    return in_front(qtbot, DataSteps(), 700, 300)


def some(count: int, value: int = 200) -> list[Step]:
    return [Step(f"Step {index}", pixels(1, 8, 8, value), f"note {index}") for index in range(count)]


def test_steps_side_by_side_with_their_words(steps: DataSteps) -> None:
    steps.show_steps(some(3), "cat")
    QApplication.processEvents()
    assert sorted(texts(steps)) == sorted(["cat", *(f"Step {i}" for i in range(3)), *(f"note {i}" for i in range(3))])
    first, second, _ = steps.views
    assert (first.width(), second.width()) == (SIDE, SIDE + 20)
    for view in steps.views:
        assert view.title.geometry().bottom() < view.picture.y() < view.picture.geometry().bottom() < view.note.y()
        assert view.title.x() == view.note.x() == view.width() - SIDE
        assert view.picture.accessibleName() == view.title.text()
    assert second.x() == first.geometry().right() + 1
    views = list(steps.views)
    steps.show_steps(some(2, 90), "dog")
    assert steps.views == views[:2]
    assert not views[2].isVisible()
    assert first.picture.image.pixelColor(0, 0).red() == 90
    steps.show_steps(some(4))
    QApplication.processEvents()
    assert [view.isVisible() for view in steps.views] == [True] * 4
    steps.show_steps([])
    assert steps.views == []


def test_one_image_after_the_other_is_asked_for(steps: DataSteps) -> None:
    asked = []
    steps.steps_requested.connect(asked.append)
    steps.show_steps(some(2), "cat", varies=True)
    assert steps.again.isVisible()
    for button in (steps.next, steps.next, steps.again):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked == [1, 2, 2]
    steps.show_steps(some(2))
    assert not steps.again.isVisible()
