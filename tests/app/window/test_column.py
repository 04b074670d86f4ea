"""The column beside the curves: its sections stand by their rank, and hear of the page in front."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.document.page import Page
from app.window.column import Column, Section
from tests.in_front import in_front
from tests.seen import texts
from widgets.parts.scroll import ScrollPanel

PAGE = cast(Page, object())


def section(title: str, rank: int, height: int = 40, **more) -> tuple[Section, QLabel]:
    label = QLabel(f"in {title}")
    label.setFixedHeight(height)
    return Section(title, lambda: label, rank, **more), label


def test_sections_stand_one_below_the_other_by_their_rank(qtbot: QtBot) -> None:
    column = in_front(qtbot, Column(), 300, 600)
    heard: list[object] = []
    last, below = section("Last", 20, show=heard.append)
    first, above = section("First", 0)
    for each in (last, first):
        column.add(each)
    column.add(Section("Also", lambda: QLabel("here"), 20))
    assert column.titles == ["First", "Last", "Also"]
    assert set(texts(column)) == {"First", "in First", "Last", "in Last", "Also", "here"}
    assert above.mapTo(column, QPoint()).y() < below.mapTo(column, QPoint()).y()
    column.show_page(PAGE)
    assert heard == [PAGE]


def test_it_scrolls_as_a_whole(qtbot: QtBot) -> None:
    column = in_front(qtbot, Column(), 300, 200)
    tall, _ = section("Tall", 0, height=400)
    low, label = section("Low", 1)
    column.add(tall)
    column.add(low)
    QApplication.processEvents()
    scroll = column.findChild(ScrollPanel)
    assert scroll.verticalScrollBar().maximum() > 200
    scroll.ensureWidgetVisible(label)
    assert column.rect().contains(label.mapTo(column, label.rect().center()))
