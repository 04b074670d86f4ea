"""Moving cards, and the clicks that select."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF

from tests.widgets.canvas.desk import CTRL, SHIFT, network


def test_cards_move_together_and_the_move_is_one_edit(desk):
    desk.click(desk.card("conv1"))
    desk.click(desk.card("act1"), CTRL)
    desk.drag(desk.card("act1"), desk.card("act1") + QPoint(120, 40))
    assert len(desk.history) == 2
    shift = 1 / desk.view.zoom()
    for name in ("conv1", "act1"):
        before, after = network().nodes[name].position, desk.graph.nodes[name].position
        assert after[0] - before[0] == pytest.approx(120 * shift, abs=2)
        assert after[1] - before[1] == pytest.approx(40 * shift, abs=2)
    desk.there_and_back()


def test_click_ctrl_and_shift_select(desk):
    desk.click(desk.card("conv1"))
    desk.click(desk.card("act1"), SHIFT)
    assert desk.scene.selected_names() == ["conv1", "act1"]
    desk.click(desk.card("act1"), CTRL)
    assert desk.scene.selected_names() == ["conv1"]
    desk.click(desk.at(QPointF(-100, 0)))
    assert desk.scene.selected_names() == []
