"""Widgets that flow in rows, and panels that scroll without coming and going."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from widgets.look import theme
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
    theme.apply(QApplication.instance(), theme.DARK)
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
    theme.apply(QApplication.instance(), theme.DARK)
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
