"""What is done at once with what is selected."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.graph.graph import Edge


def test_delete_removes_cards_with_their_wires_and_single_wires(desk):
    desk.click(desk.card("conv1"))
    desk.view.edits.delete_selection()
    assert "conv1" not in desk.graph.nodes and not desk.graph.edges
    desk.there_and_back()


def test_a_wire_is_selected_by_a_click_and_deleted(desk):
    middle = desk.scene.wires[Edge("conv1", "act1")].path.pointAtPercent(0.5)
    desk.click(desk.at(middle))
    assert desk.scene.selected_edges() == [Edge("conv1", "act1")]
    desk.view.edits.delete_selection()
    assert desk.graph.edges == (Edge("input", "conv1"),)


def test_deleting_with_healing_leads_the_wire_on(desk):
    desk.click(desk.card("conv1"))
    desk.view.edits.delete_selection(heal=True)
    assert desk.graph.edges == (Edge("input", "act1"),)


def test_arrows_nudge_and_undo_together(desk):
    desk.click(desk.card("conv1"))
    QTest.keyClick(desk.view, Qt.Key.Key_Right)
    QTest.keyClick(desk.view, Qt.Key.Key_Right)
    assert desk.graph.nodes["conv1"].position == (16.0, 76.0)
    assert desk.keys[-1] == desk.keys[-2] != ""
