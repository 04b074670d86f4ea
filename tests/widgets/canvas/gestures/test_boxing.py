"""Selecting in a box."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtTest import QTest

from engine.graph.graph import Edge
from tests.widgets.canvas.desk import CTRL, SHIFT
from widgets.canvas.cards.sizes import CARD_HEIGHT, CARD_WIDTH


def test_box_select(desk):
    cards = desk.scene.cards
    start = desk.at(cards["input"].pos() - QPointF(20, 20))
    end = desk.at(cards["act1"].pos() + QPointF(CARD_WIDTH + 20, CARD_HEIGHT + 20))
    desk.drag(start, end)
    assert desk.scene.selected_names() == ["input", "conv1", "act1"]


def around(desk, *names: str) -> tuple[QPoint, QPoint]:
    """Corners of a box around these cards."""
    area = QRectF()
    for name in names:
        area = area.united(desk.scene.cards[name].slot())
    return desk.at(area.topLeft() - QPointF(20, 12)), desk.at(area.bottomRight() + QPointF(20, 12))


def test_shift_adds_what_the_box_touches_and_ctrl_turns_it(desk):
    desk.scene.select(["input"])
    desk.drag(*around(desk, "conv1", "act1"), keys=SHIFT)
    assert desk.scene.selected_names() == ["input", "conv1", "act1"]
    desk.drag(*around(desk, "act1", "fc1"), keys=CTRL)
    assert desk.scene.selected_names() == ["input", "conv1", "fc1"]
    desk.drag(*around(desk, "fc1"))
    assert desk.scene.selected_names() == ["fc1"]


def test_wires_are_selected_only_where_the_box_touches_no_card(desk):
    gap = desk.scene.cards["conv1"].body().bottom()
    start, end = desk.at(QPointF(-30, gap + 10)), desk.at(QPointF(260, gap + 20))
    desk.drag(start, end)
    assert desk.scene.selected_edges() == [Edge("conv1", "act1")] and desk.scene.selected_names() == []
    desk.drag(start, desk.at(QPointF(260, gap + 60)))
    assert desk.scene.selected_edges() == [] and desk.scene.selected_names() == ["act1"]


def test_escape_selects_again_what_was(desk):
    desk.scene.select(["fc1"])
    desk.drag(*around(desk, "conv1"), drop=False)
    assert desk.scene.selected_names() == ["conv1"]
    QTest.keyClick(desk.view, Qt.Key.Key_Escape)
    assert desk.scene.selected_names() == ["fc1"] and not desk.scene.is_holding
