"""Widgets that flow in rows, and panels that scroll without coming and going."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from widgets.parts.flow import Flow
from widgets.parts.scroll import BAR, ScrollPanel


@pytest.fixture
def flow(qtbot: QtBot) -> QWidget:
    host = QWidget()
    layout = Flow(host, gap=10, row_gap=6)
    for width in (100, 60, 200, 40):
        box = QWidget()
        box.setFixedSize(width, 20)
        layout.addWidget(box)
    qtbot.addWidget(host)
    host.show()
    return host


def rows(host: QWidget) -> list[list[int]]:
    """The widths of the widgets, row by row."""
    found: dict[int, list[int]] = {}
    for index in range(host.layout().count()):
        box = host.layout().itemAt(index).widget()
        if box.isVisible():
            found.setdefault(box.y(), []).append(box.width())
    return [found[y] for y in sorted(found)]


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize(("width", "expected"), [
    (500, [[100, 60, 200, 40]]), (430, [[100, 60, 200, 40]]), (429, [[100, 60, 200], [40]]),
    (250, [[100, 60], [200, 40]]), (205, [[100, 60], [200], [40]]),
])  # fmt: skip
def test_what_does_not_fit_goes_into_the_next_row(flow: QWidget, width: int, expected: list[list[int]]) -> None:
    flow.resize(width, 200)
    QApplication.processEvents()
    assert rows(flow) == expected
    assert flow.heightForWidth(width) == 20 * len(expected) + 6 * (len(expected) - 1)


def test_what_is_hidden_takes_no_room(flow: QWidget) -> None:
    flow.resize(430, 200)
    flow.layout().itemAt(2).widget().hide()
    QApplication.processEvents()
    assert rows(flow) == [[100, 60, 40]]
    assert flow.layout().itemAt(3).widget().x() == 180
    for index in range(4):
        flow.layout().itemAt(index).widget().hide()
    assert flow.heightForWidth(430) == 0


def test_rows_that_stretch_share_what_is_left(qtbot: QtBot) -> None:
    host = QWidget()
    layout = Flow(host, gap=10, stretch=True)
    for widest in (150, 10_000):
        box = QWidget()
        box.setMinimumSize(100, 20)
        box.setMaximumWidth(widest)
        layout.addWidget(box)
    qtbot.addWidget(host)
    host.resize(500, 50)
    host.show()
    QApplication.processEvents()
    boxes = [layout.itemAt(index).widget() for index in range(2)]
    assert [box.width() for box in boxes] == [150, 340]


@pytest.mark.parametrize("height", range(30, 200, 7))
def test_words_that_wrap_never_make_the_bar_come_and_go(qtbot: QtBot, height: int) -> None:
    panel, content = ScrollPanel(), QWidget()
    column = QVBoxLayout(content)
    label = QLabel("some words that wrap differently at every width " * 6, wordWrap=True)
    column.addWidget(label)
    column.addStretch(1)
    panel.setWidget(content)
    panel.resize(300, height)
    qtbot.addWidget(panel)
    panel.show()
    widths = set()
    for width in range(300, 312):  # at some of them one line more is needed with the bar than without it
        panel.resize(width, height)
        QApplication.processEvents()
        widths.add(panel.width() - content.width())
        bar = panel.verticalScrollBar()
        assert bar.isVisible() == (content.height() > panel.viewport().height())
        assert label.height() >= label.heightForWidth(label.width())
    assert widths == {BAR}


def test_the_bar_comes_with_what_is_added_and_nothing_moves(qtbot: QtBot) -> None:
    panel, content = ScrollPanel(), QWidget()
    column = QVBoxLayout(content)
    panel.setWidget(content)
    panel.resize(200, 100)
    qtbot.addWidget(panel)
    panel.show()
    QApplication.processEvents()
    width = content.width()
    for index in range(20):
        column.addWidget(QLabel(str(index)))
    for _ in range(3):
        QApplication.processEvents()
    assert panel.verticalScrollBar().isVisible()
    assert content.width() == width
    for _ in range(20):
        column.takeAt(0).widget().deleteLater()
    for _ in range(3):
        QApplication.processEvents()
    assert not panel.verticalScrollBar().isVisible()


def places(host: QWidget) -> list[tuple[int, int, int, int]]:
    QApplication.processEvents()
    return [host.layout().itemAt(index).geometry().getRect() for index in range(host.layout().count())]


def test_every_widget_has_its_place_within_the_margins(flow: QWidget) -> None:
    layout = flow.layout()
    layout.setContentsMargins(5, 7, 11, 13)
    flow.resize(266, 200)
    assert places(flow) == [(5, 7, 100, 20), (115, 7, 60, 20), (5, 33, 200, 20), (215, 33, 40, 20)]
    assert flow.heightForWidth(266) == 7 + 20 + 6 + 20 + 13
    flow.resize(265, 200)
    assert places(flow)[3] == (5, 59, 40, 20)
    assert layout.geometry() == QRect(0, 0, 265, 200)
    assert layout.minimumSize() == layout.sizeHint() == QSize(200 + 16, 20)
    layout.setGeometry(QRect(1000, 2000, 800, 100))
    assert layout.itemAt(1).geometry().topLeft().toTuple() == (1115, 2007)
    assert layout.hasHeightForWidth() and layout.expandingDirections() == Qt.Orientation(0)


def test_what_is_taken_away_leaves_its_place(flow: QWidget) -> None:
    layout = flow.layout()
    flow.resize(500, 200)
    box = layout.itemAt(1).widget()
    layout.removeWidget(box)
    box.hide()
    assert layout.count() == 3 and places(flow)[1][0] == 110
    assert layout.itemAt(3) is None and layout.itemAt(-1) is None
    assert layout.takeAt(3) is None and layout.takeAt(-1) is None and layout.count() == 3
    assert layout.takeAt(2).widget().width() == 40 and layout.count() == 2
    assert layout.takeAt(0).widget().width() == 100 and layout.count() == 1


def test_without_widgets_there_is_only_the_margin(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    layout = Flow(host)
    layout.setContentsMargins(1, 2, 3, 4)
    assert host.heightForWidth(100) == 6 and layout.minimumSize() == QSize(4, 6)


def test_a_row_is_as_high_as_its_highest_and_words_wrap_in_it(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    layout = Flow(host, gap=10, row_gap=0)
    low, label = QWidget(), QLabel("some words that need lines " * 6, wordWrap=True)
    low.setFixedSize(30, 10)
    layout.addWidget(low)
    layout.addWidget(label)
    host.resize(120, 400)
    host.show()
    QApplication.processEvents()
    assert label.geometry().topLeft().toTuple() == (0, 10), "it does not fit beside"
    assert label.width() == 120 and label.height() == label.heightForWidth(120) > 40
    assert host.heightForWidth(120) == 10 + label.heightForWidth(120)


def test_three_share_a_row_evenly_to_the_last_pixel(qtbot: QtBot) -> None:
    host = QWidget()
    layout = Flow(host, gap=10, stretch=True)
    for _ in range(3):
        box = QWidget()
        box.setMinimumSize(100, 20)
        layout.addWidget(box)
    qtbot.addWidget(host)
    host.resize(501, 50)
    host.show()
    assert places(host) == [(0, 0, 160, 20), (170, 0, 160, 20), (340, 0, 161, 20)]
    host.resize(319, 80)
    assert places(host) == [(0, 0, 154, 20), (164, 0, 155, 20), (0, 28, 319, 20)], "the last one has a row of its own"


def test_a_panel_without_frame_holds_its_contents_at_full_width(qtbot: QtBot) -> None:
    panel, content, box = ScrollPanel(), QWidget(), QWidget()
    column = QVBoxLayout(content)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(box)
    panel.setWidget(content)
    panel.resize(200, 100)
    qtbot.addWidget(panel)
    panel.show()
    QApplication.processEvents()
    assert panel.frameShape() == QFrame.Shape.NoFrame and panel.focusPolicy() == Qt.FocusPolicy.NoFocus
    assert content.geometry() == QRect(0, 0, 190, 100)
    for high, bar in ((100, False), (101, True), (100, False), (300, True)):
        box.setMinimumHeight(high)
        for _ in range(3):
            QApplication.processEvents()
        assert panel.verticalScrollBar().isVisible() == bar
        assert (content.width(), content.height()) == (190, max(100, high))
    panel.resize(200, 300)
    QApplication.processEvents()
    assert not panel.verticalScrollBar().isVisible()


def test_what_cannot_be_narrower_is_reached_sideways(qtbot: QtBot) -> None:
    panel, content = ScrollPanel(), QWidget()
    column = QVBoxLayout(content)
    column.setContentsMargins(0, 0, 0, 0)
    box = QWidget()
    column.addWidget(box)
    panel.setWidget(content)
    panel.resize(200, 100)
    qtbot.addWidget(panel)
    panel.show()
    for wide, sideways in ((190, False), (191, True), (400, True), (100, False)):
        box.setMinimumWidth(wide)
        for _ in range(3):
            QApplication.processEvents()
        assert panel.horizontalScrollBar().isVisible() == sideways
        assert content.width() == max(190, wide)
    assert isinstance(panel, QScrollArea) and panel.widgetResizable()
