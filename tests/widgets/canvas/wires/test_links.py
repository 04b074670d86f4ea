"""Lines between cards that share their weights."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.widgets.canvas.desk import LEFT, NONE, Stage, skipping
from widgets.canvas.wires.links import link_path


def pairs(stage: Stage) -> set[tuple[str, str]]:
    return {(a.node.name, b.node.name) for a, b in stage.scene.links.pairs}


def hover(port, spot: QPoint) -> None:
    """The mouse over this spot of the port itself, whatever other windows there are."""
    place = QPointF(spot)
    QApplication.sendEvent(port, QMouseEvent(QEvent.Type.MouseMove, place, port.mapToGlobal(place),
                                             Qt.MouseButton.NoButton, Qt.MouseButton.NoButton,
                                             Qt.KeyboardModifier.NoModifier))


def test_a_line_joins_sharing_cards_while_one_is_selected_or_under_the_mouse(stage):
    stage.show(skipping().with_shares("fc2", "fc1").with_shares("fc4", "fc1"))
    assert pairs(stage) == set()
    stage.scene.select(["fc2"])
    assert pairs(stage) == {("fc2", "fc1")}
    stage.scene.select(["fc1"])
    assert pairs(stage) == {("fc2", "fc1"), ("fc4", "fc1")}
    line = stage.scene.links.boundingRect()
    assert line.right() > stage.scene.cards["fc1"].sceneBoundingRect().right() + 10
    stage.scene.cards["fc4"].moveBy(200, 0)
    assert stage.scene.links.boundingRect().right() > line.right() + 150, "it follows"
    stage.scene.clearSelection()
    assert pairs(stage) == set()
    hover(stage.view.viewport(), stage.card("fc2"))
    assert pairs(stage) == {("fc2", "fc1")}
    hover(stage.view.viewport(), QPoint(3, 3))
    assert pairs(stage) == set()
    stage.scene.select(["fc2"])
    stage.show(skipping().without(["fc2"]))
    assert pairs(stage) == set()


def test_a_line_between_cards_takes_no_clicks(stage):
    stage.show(skipping().with_shares("fc2", "fc1"))
    stage.scene.select(["fc2"])
    on_line = link_path(stage.scene.cards["fc2"], stage.scene.cards["fc1"]).pointAtPercent(0.5)
    assert stage.scene.links.boundingRect().contains(on_line)
    QTest.mouseClick(stage.view.viewport(), LEFT, NONE, stage.view.mapFromScene(on_line))
    assert stage.scene.selected_names() == []
