"""Tiles: what stands on their faces, in which letters, when they are painted anew, and their keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.painted import drawn, of, painted
from tests.redrawn import is_redrawn
from tests.seen import colors
from widgets.look import theme
from widgets.parts.tiles import Card, RecentFile

DARK = theme.DARK


class Page(QWidget):
    """Notes the keys that come to it."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[Qt.Key] = []

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.keys.append(Qt.Key(event.key()))


@pytest.fixture
def page(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Page:
    theme.apply(QApplication.instance(), DARK)
    for kind in (Card, RecentFile):  # wherever the mouse was left
        monkeypatch.setattr(kind, "underMouse", lambda _self: False)
    return in_front(qtbot, Page(), 600, 400)


def card(page: Page, about: str = "A network", title: str = "LeNet-5") -> Card:
    pixmap = QPixmap(40, 20)
    pixmap.fill(QColor("#ff00ff"))
    found = Card("lenet", title, about, pixmap, 1234, "Images", page)
    found.resize(280, found.heightForWidth(280))
    found.move(20, 20)
    found.show()
    return found


def file(page: Page, path: str) -> RecentFile:
    found = RecentFile(path, page)
    found.resize(240, 48)
    found.show()
    return found


def letters(marks: list, index: int) -> tuple[str, int, QFont.Weight]:
    font = of("text", marks)[index].font
    return font.family(), font.pixelSize(), font.weight()


@pytest.mark.parametrize(("about", "lines"), [("A network", 1), ("Some words of a network " * 3, 2),
                                              ("Some words of a network " * 9, 2)])
def test_a_card_is_as_high_as_its_words_need(page: Page, about: str, lines: int) -> None:
    found = card(page, about)
    assert found.heightForWidth(280) == found.sizeHint().height() == 136 + 24 + 20 + (lines + 1) * 16 + 6
    assert found.sizeHint().width() == 280
    title, *words, params = of("text", painted(found.paint_contents))
    assert len(words) == lines
    assert title.place == QRectF(12, 148, 256, 20)
    assert [mark.place for mark in words] == [QRectF(12, 168 + 16 * at, 256, 16) for at in range(lines)]
    assert params.place == QRectF(12, found.height() - 28, 256, 16)


def test_the_letters_of_a_card(page: Page) -> None:
    found = card(page, "Some words of a network " * 3, "A very long title of a network that has to be cut somewhere")
    marks = painted(found.paint_contents)
    family = theme.ui_font(12).family()
    assert letters(marks, 0) == (family, 14, QFont.Weight.DemiBold)
    assert letters(marks, 1) == letters(marks, 2) == (family, 12, QFont.Weight.Normal)
    assert letters(marks, 3) == (family, 11, QFont.Weight.Normal)
    title = of("text", marks)[0]
    assert title.text.startswith("A very") and title.text.endswith("…")
    assert 200 < QFontMetrics(title.font).horizontalAdvance(title.text) <= 256


def test_a_face_is_round_and_smooth_and_has_its_ring(page: Page) -> None:
    found = card(page)
    marks = drawn(found)
    ground, face, ring = of("area", marks)[0], of("picture", marks)[-1], of("path", marks)[0]
    assert ground.place == ring.place == QRectF(1, 1, 278, found.height() - 2)
    assert (ground.fill, ring.pen) == (DARK.panel, DARK.line)
    assert face.place == QRectF(QPointF(0, 0), QSizeF(found.size()))
    assert all(mark.smooth for mark in marks)
    outside = colors(page, page.rect().adjusted(590, 390, 0, 0))
    for x, y in ((22, 22), (297, 22), (22, 20 + found.height() - 3), (297, 20 + found.height() - 3)):
        spot = page.grab().toImage().pixelColor(x, y).name()
        assert {spot} == outside, "corners are cut"
    assert page.grab().toImage().pixelColor(40, 30).name() == DARK.canvas
    assert page.grab().toImage().pixelColor(40, 20 + found.height() - 10).name() == DARK.panel


def test_a_face_is_as_sharp_as_the_screen(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    found = card(page)
    monkeypatch.setattr(Card, "devicePixelRatioF", lambda _self: 2.0)
    face = of("picture", drawn(found))[-1]
    assert face.place == QRectF(QPointF(0, 0), QSizeF(found.size()))
    image = found.grab().toImage()
    assert image.pixelColor(140, 68).name() == "#ff00ff", "the picture stays in the middle"


def test_a_face_is_painted_anew_only_when_something_on_it_is_other(page: Page,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    painted_, paint = [], Card.paint_contents
    monkeypatch.setattr(Card, "paint_contents", lambda self, painter: (painted_.append(1), paint(self, painter)))
    found = card(page)
    found.grab()
    found.grab()
    assert len(painted_) == 1
    other = QPixmap(20, 40)
    other.fill(QColor("#00ff00"))
    for change in (lambda: found.show_params(99), lambda: found.show_picture(other), lambda: found.resize(300, 240),
                   lambda: found.setDown(True), lambda: theme.apply(QApplication.instance(), theme.LIGHT)):
        before = len(painted_)
        change()
        found.grab()
        assert len(painted_) > before
        again = len(painted_)
        found.grab()
        assert len(painted_) == again
    theme.apply(QApplication.instance(), DARK)
    assert is_redrawn(found, lambda: found.show_params(100))
    assert is_redrawn(found, lambda: found.show_picture(other))
    assert found.grab().toImage().pixelColor(150, 68).name() == "#00ff00"


def test_without_a_picture_there_is_only_its_ground(page: Page) -> None:
    found = card(page)
    found.show_picture(QPixmap())
    assert of("picture", painted(found.paint_contents)) == []
    found.show_params(None)
    assert found.params == ""
    found.show_params(0)
    assert found.params == "0 parameters"


@pytest.mark.parametrize("key", [Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right])
def test_arrows_are_for_the_page(page: Page, key: Qt.Key) -> None:
    found = card(page)
    clicked = []
    found.clicked.connect(lambda: clicked.append(1))
    found.setFocus()
    QTest.keyClick(found, key)
    assert (page.keys, clicked) == ([key], [])
    QTest.keyClick(found, Qt.Key.Key_Return)
    assert (page.keys, clicked) == ([key], [1])


def test_a_tile_is_reached_by_click_and_by_the_tab_key(page: Page) -> None:
    first, second = card(page), file(page, "/somewhere/net.loom")
    second.move(320, 20)
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_Tab)
    assert second.hasFocus()
    QTest.mouseClick(first, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    assert first.hasFocus()


def test_the_letters_of_a_recent_file(page: Page) -> None:
    found = file(page, "/" + "a_folder_with_a_long_name/" * 4 + "a_network_with_quite_a_long_name_too.loom")
    marks = painted(found.paint_contents)
    name, folder = of("text", marks)
    family = theme.ui_font(12).family()
    assert letters(marks, 0) == (family, 13, QFont.Weight.Medium)
    assert letters(marks, 1) == (family, 11, QFont.Weight.Normal)
    assert (name.place, folder.place) == (QRectF(12, 6, 216, 18), QRectF(12, 25, 216, 16))
    assert name.text.endswith("…") and name.text.startswith("a_network")
    assert folder.text.startswith("/a_") and "…" in folder.text and folder.text.endswith("name"), "both ends are seen"
    assert (found.height(), found.accessibleDescription()) == (48, found.path)
    short = file(page, str(Path.home() / "net.loom"))
    assert [mark.text for mark in of("text", painted(short.paint_contents))] == ["net", "~"]
