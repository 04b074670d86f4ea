"""Rows to choose from: how each is painted, which is marked, how far keys go, and what is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionViewItem, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.painted import Mark, of, painted, words
from widgets.look import theme
from widgets.parts.row_list import ROW, Row, RowList, RowModel

DARK = theme.DARK
FULL = Row("a", "Conv 2d", "nn.Conv2d", "6×28×28", "convolution")
STATE = QStyle.StateFlag


@pytest.fixture
def rows(qtbot: QtBot) -> RowList:
    theme.apply(QApplication.instance(), DARK)
    rows = RowList(4)
    qtbot.addWidget(rows)
    rows.resize(400, 4 * ROW)
    rows.show()
    return rows


def marks(rows: RowList, row: Row, state: QStyle.StateFlag = STATE.State_None, width: int = 400) -> list[Mark]:
    rows.show_rows([row], mark=None)
    option = QStyleOptionViewItem()
    option.rect, option.state = QRect(0, 0, width, ROW), state
    return painted(lambda painter: rows.itemDelegate().paint(painter, option, rows.model().index(0, 0)))


@pytest.mark.parametrize(("row", "texts"), [
    (FULL, [("6×28×28", DARK.dim), ("Conv 2d", DARK.text), ("nn.Conv2d", DARK.dim)]),
    (replace(FULL, dim=True, sign="≠"), [("≠ 6×28×28", DARK.dim), ("Conv 2d", DARK.dim), ("nn.Conv2d", DARK.dim)]),
    (replace(FULL, tone="error", sign="!"), [("! 6×28×28", DARK.error), ("Conv 2d", DARK.text),
                                            ("nn.Conv2d", DARK.dim)]),
    (replace(FULL, right="", detail=""), [("Conv 2d", DARK.text)]),
    (replace(FULL, right="", sign="≠"), [("≠", DARK.dim), ("Conv 2d", DARK.text), ("nn.Conv2d", DARK.dim)]),
])
def test_words_and_their_colours(rows: RowList, row: Row, texts: list[tuple[str, str]]):
    assert [(mark.text, mark.pen) for mark in of("text", marks(rows, row))] == texts


@pytest.mark.parametrize(("state", "ground"), [
    (STATE.State_None, None), (STATE.State_MouseOver, DARK.raised), (STATE.State_Selected, DARK.accent),
    (STATE.State_Selected | STATE.State_MouseOver, DARK.accent),
])
def test_the_ground_of_what_is_marked(rows: RowList, state: QStyle.StateFlag, ground: str | None):
    boxes = of("box", marks(rows, FULL, state))
    assert [(box.pen, box.fill) for box in boxes] == ([] if ground is None else [(ground, DARK.raised)])
    if boxes:
        assert boxes[0].place == QRectF(6.5, 1.5, 387, ROW - 3)


def test_the_strip_has_the_colour_of_the_category(rows: RowList):
    [strip] = of("area", marks(rows, FULL))
    assert (strip.fill, strip.opacity) == (theme.category_color("convolution").name(), 1.0)
    assert strip.place == QRectF(10, 6, 4, ROW - 12)
    assert of("area", marks(rows, replace(FULL, dim=True)))[0].opacity == 0.45
    assert of("area", marks(rows, replace(FULL, category=""))) == []


def test_little_room_is_shared(rows: RowList):
    right, title, detail = of("text", marks(rows, FULL))
    assert title.place.right() <= right.place.right() - 40 and detail.place.left() > title.place.left() + 40
    assert detail.place.right() == title.place.right()
    long = replace(FULL, title="a long title of a layer " * 3, right="r" * 90)
    cut = of("text", marks(rows, long))
    assert [mark.text[-1] for mark in cut] == ["…", "…"], "and the detail is left out"
    assert cut[1].place.width() == pytest.approx((400 - 12 - 24) * 0.4 - 10, abs=1)
    assert words(marks(rows, replace(FULL, detail="many words " * 9)))[2].endswith("…")


def test_what_is_said_of_a_row(rows: RowList):
    row = Row("k", "Conv 2d", "nn.Conv2d", "6×28×28", sign="≠", tip="Does not fit")
    model = RowModel()
    model.show([row, Row("b", "ReLU")])
    roles = Qt.ItemDataRole
    index, other = model.index(0), model.index(1)
    assert index.data(roles.AccessibleTextRole) == row.spoken == "Conv 2d, nn.Conv2d, ≠, 6×28×28, Does not fit"
    assert (index.data(), index.data(roles.ToolTipRole)) == ("Conv 2d", "Does not fit")
    assert other.data(roles.ToolTipRole) is None and other.data(roles.AccessibleTextRole) == "ReLU"
    assert index.data(roles.DecorationRole) is None
    assert model.rowCount() == 2 and model.rowCount(index) == 0


def some(count: int) -> list[Row]:
    return [Row(str(index), f"row {index}") for index in range(count)]


def at(rows: RowList) -> int:
    return rows.currentIndex().row()


@pytest.mark.parametrize(("start", "by", "end"), [
    (0, 1, 1), (0, -1, 9), (9, 1, 0), (0, 3, 3), (8, 3, 9), (1, -3, 0), (None, 1, 0), (None, -1, 0), (5, -1, 4),
])
def test_steps_go_round_and_pages_stop(rows: RowList, start: int | None, by: int, end: int):
    rows.show_rows(some(10), mark=start)
    rows.step(by)
    assert at(rows) == end
    rows.show_rows([])
    rows.step(by)
    assert rows.current() is None and rows.isHidden()


def test_it_is_as_high_as_its_rows_up_to_a_number_of_them(rows: RowList):
    for count, high, low in ((1, 1, 1), (3, 3, 2), (4, 4, 2), (9, 4, 2)):
        rows.show_rows(some(count))
        assert (rows.maximumHeight(), rows.minimumHeight()) == (high * ROW, low * ROW)
        assert rows.sizeHint().height() == high * ROW and rows.isVisible()
        assert len(rows.rows) == count and rows.current() == rows.rows[0]
    rows.resize(400, 4 * ROW)
    assert rows.page() == 3
    rows.resize(400, 2 * ROW)
    assert rows.page() == 1
    rows.show_rows(some(9), mark=8)
    assert rows.rect().contains(rows.visualRect(rows.currentIndex()))
    rows.resize(400, 3 * ROW)
    rows.resize(400, 2 * ROW)
    assert rows.rect().contains(rows.visualRect(rows.currentIndex())), "what is marked stays in sight"


def test_what_is_marked_and_clicked_is_told(rows: RowList):
    told: list[str | None] = []
    rows.marked.connect(lambda row: told.append(row.key if row else None))
    rows.chosen.connect(lambda row: told.append(f"chosen {row.key}"))
    rows.show_rows(some(3))
    rows.step(1)
    assert told == ["0", "1"]
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualRect(rows.model().index(2, 0)).center())
    assert told[2:] == ["2", "chosen 2"]


def test_the_letters_of_a_row(rows: RowList):
    def letters(row: Row) -> list[tuple[str, int, QFont.Weight]]:
        fonts = [mark.font for mark in of("text", marks(rows, row))]
        return [(font.family(), font.pixelSize(), font.weight()) for font in fonts]

    ui, mono = theme.ui_font(12).family(), theme.mono_font(11).family()
    weights = QFont.Weight
    assert letters(FULL) == [(mono, 11, weights.Normal), (ui, 13, weights.Medium), (ui, 12, weights.Normal)]
    assert letters(replace(FULL, dim=True))[1] == (ui, 13, weights.Normal)
    assert {mark.opacity for mark in of("text", marks(rows, replace(FULL, dim=True)))} == {1.0}
    assert all(mark.smooth for mark in marks(rows, FULL, STATE.State_Selected))


def test_where_the_words_of_a_row_stand(rows: RowList):
    right, title, detail = of("text", marks(rows, FULL))
    number = QFontMetricsF(theme.mono_font(11)).horizontalAdvance("6×28×28")
    name = QFontMetricsF(theme.ui_font(13, QFont.Weight.Medium)).horizontalAdvance("Conv 2d")
    assert right.place == QRectF(22, 1, 364, ROW - 2)
    assert title.place.getRect() == pytest.approx((22, 1, 364 - number - 10, ROW - 2))
    assert detail.place.left() == pytest.approx(22 + name + 10) and detail.place.right() == title.place.right()
    bare = of("text", marks(rows, replace(FULL, right="")))[0]
    assert bare.place == QRectF(22, 1, 364, ROW - 2)
    for spare, shown in ((24, False), (25, True)):
        width = round(22 + name + 10 + spare + 14 + 0.5)
        seen = of("text", marks(rows, replace(FULL, right=""), width=width))
        assert (len(seen) == 2) == (width - 14 - 22 - name - 10 > 24), (spare, shown)


def test_a_row_says_itself_when_it_is_pointed_at(rows: RowList, qtbot: QtBot):
    rows.show_rows(some(30))
    QApplication.processEvents()
    second = rows.visualRect(rows.model().index(1, 0))
    before = rows.viewport().grab(second).toImage()
    QTest.mouseMove(rows.viewport(), rows.visualRect(rows.model().index(2, 0)).center())
    QTest.mouseMove(rows.viewport(), second.center())
    QApplication.processEvents()
    assert rows.viewport().grab(second).toImage() != before
    assert rows.focusPolicy() == Qt.FocusPolicy.NoFocus
    assert not rows.horizontalScrollBar().isVisible()
    rows.verticalScrollBar().setValue(7)
    assert rows.visualRect(rows.model().index(0, 0)).top() == -7, "smoothly"
    rows.resize(60, 4 * ROW)
    QApplication.processEvents()
    assert not rows.horizontalScrollBar().isVisible()


def test_a_layout_follows_the_number_of_rows(qtbot: QtBot):
    stage = QWidget()
    column = QVBoxLayout(stage)
    column.setContentsMargins(0, 0, 0, 0)
    rows = RowList(4, stage)
    column.addWidget(rows)
    column.addStretch(1)
    qtbot.addWidget(stage)
    stage.resize(300, 300)
    stage.show()
    for count in (1, 9, 3, 0, 2):
        rows.show_rows(some(count))
        for _ in range(2):
            QApplication.processEvents()
        assert rows.isVisible() == bool(count) and (not count or rows.height() == min(count, 4) * ROW)


def test_views_are_told_of_other_rows(rows: RowList):
    told, model = [], rows.model()
    model.modelAboutToBeReset.connect(lambda: told.append(model.rowCount()))
    model.modelReset.connect(lambda: told.append(model.rowCount()))
    rows.show_rows(some(3))
    rows.show_rows(some(5), mark=None)
    assert told == [0, 3, 3, 5] and rows.current() is None
    rows.show_rows(some(5), mark=2)
    assert rows.current().key == "2"
