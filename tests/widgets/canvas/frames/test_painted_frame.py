"""How frames, notes and collapsed frames look, where their titles and corners are, and where one takes hold of them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QApplication

from engine.graph.frames import Frame
from tests.painted import Mark, of, painted, words
from widgets.canvas.frames.frame import FrameItem
from widgets.canvas.frames.painting import CORNER, TITLE, frame_color, paint_frame
from widgets.canvas.ground.fonts import Fonts
from widgets.canvas.ground.labels import LABEL_COLORS
from widgets.look import theme

AREA = QRectF(50, 40, 300, 200)
BAR = QRectF(50, 40, 228, 46)
DARK, GREEN = theme.DARK, LABEL_COLORS["green"]
HEAD = Frame("Head", ("a", "b"), color="green")
FOLDED = Frame("Head\nof all", ("a", "b", "c"), color="green", collapsed=True)
NOTE = Frame("why", (), (50, 40), (300, 200), color="green")


@pytest.fixture(autouse=True)
def _dark(qapp: QApplication) -> None:
    theme.apply(qapp, DARK)


def marks(frame: Frame, area: QRectF = AREA, selected: bool = False) -> list[Mark]:
    return painted(lambda painter: paint_frame(painter, frame, area, selected))


def test_a_frame_is_a_tint_with_its_title_above():
    ground, title = marks(HEAD)
    assert (ground.kind, ground.place, ground.pen, ground.width) == ("box", AREA, GREEN, 1.2)
    assert (ground.fill, ground.opacity) == (GREEN, 0.07)
    assert (title.text, title.pen) == ("Head", DARK.text) and title.place == QRectF(64, 40, 272, TITLE)
    outline = marks(HEAD, selected=True)[0]
    assert (outline.pen, outline.width) == (DARK.accent, 2.0)
    assert words(marks(Frame("word " * 30, ("a",))))[0].endswith("…")
    assert frame_color(Frame("", ("a",))).name() == DARK.dim


def test_a_collapsed_frame_is_a_bar_that_says_how_many_it_hides():
    ground, tint, count, triangle, title = marks(FOLDED, BAR)
    assert (ground.fill, ground.opacity, ground.place) == (DARK.panel, 1.0, BAR)
    assert (tint.fill, tint.opacity, tint.pen, tint.place) == (GREEN, 0.13, "", BAR)
    assert (count.text, count.pen) == ("3", DARK.dim) and count.place == BAR.adjusted(0, 0, -14, 0)
    assert (triangle.kind, triangle.fill, triangle.pen) == ("shape", GREEN, "")
    assert triangle.place == QRectF(65, BAR.center().y() - 5, 7, 10)
    assert (title.text, title.pen) == ("Head of all", DARK.text) and title.place.left() == 78
    assert title.place.height() == BAR.height()
    assert title.place.right() + Fonts.get().count_size.horizontalAdvance("3") <= BAR.right() - 14


def test_a_note_is_its_text_with_a_corner_to_take():
    ground, tint, text, *corner = marks(NOTE)
    assert ground.fill == DARK.panel and (tint.fill, tint.opacity) == (GREEN, 0.13)
    assert (text.text, text.pen, text.place) == ("why", DARK.text, AREA.adjusted(12, 9, -12, -9))
    assert [(mark.kind, mark.pen, mark.width) for mark in corner] == [("line", GREEN, 1.2)] * 2
    area = FrameItem(NOTE).corner()
    assert all(area.contains(mark.place) for mark in corner)
    assert [mark.place.size().toSize().toTuple() for mark in corner] == [(4, 4), (8, 8)]
    assert not of("shape", marks(NOTE))


def test_where_a_frame_is_taken_hold_of(qapp):
    head = FrameItem(HEAD)
    head.lie(AREA)
    inside, border, title = AREA.center(), QPointF(AREA.left() + 3, AREA.center().y()), QPointF(200, 50)
    assert [head.shape().contains(at) for at in (inside, border, title)] == [False, True, True]
    assert not head.shape().contains(QPointF(AREA.right() + 3, AREA.center().y()))
    assert not head.shape().contains(AREA.topLeft() + QPointF(8, TITLE + 1))
    assert head.title() == QRectF(AREA.left(), AREA.top(), AREA.width(), TITLE) and head.corner().isEmpty()
    note = FrameItem(NOTE)
    assert note.area == AREA and note.shape().contains(inside) and note.title() == AREA and note.is_note
    assert note.corner() == QRectF(AREA.right() - CORNER, AREA.bottom() - CORNER, CORNER, CORNER)
    folded = FrameItem(FOLDED)
    folded.lie(BAR)
    assert folded.shape().contains(BAR.center()) and folded.title() == BAR and not folded.is_note
    assert head.boundingRect().contains(AREA.adjusted(-1.5, -1.5, 1.5, 1.5))
    note.place(QPointF(7, 8))
    assert note.area == QRectF(7, 8, 300, 200)


def test_a_collapsed_frame_says_its_whole_title_under_the_mouse(qapp):
    item = FrameItem(HEAD)
    item.show_frame(FOLDED)
    assert item.frame == FOLDED and item.toolTip() == "Head\nof all\n3 layers"
    item.show_frame(Frame("", ("a",), collapsed=True))
    assert item.toolTip() == "1 layers"
    item.show_frame(HEAD)
    assert item.toolTip() == ""
    item.setSelected(True)
    assert painted(lambda painter: item.paint(painter, None))[0].pen == DARK.accent
