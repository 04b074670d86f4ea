"""The canvas seen from afar."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF
from PySide6.QtWidgets import QApplication

from engine.graph import marks
from engine.graph.frames import Frame
from engine.graph.graph import Edge
from engine.graph.parameters import NodeParameters
from tests.widgets.canvas.desk import skipping
from widgets.look import theme


def test_far_away_everything_is_painted_in_batches_and_still_found(desk):
    desk.view.zoom_at(0.2, QPoint(450, 350))
    assert desk.scene.cards["conv1"].flags() & desk.scene.cards["conv1"].GraphicsItemFlag.ItemHasNoContents
    far = desk.view.viewport().grab().toImage()
    colours = {far.pixelColor(x, y).name() for x in range(0, far.width(), 3) for y in range(0, far.height(), 3)}
    assert theme.CATEGORY_COLORS["convolution"] in colours
    desk.click(desk.at(desk.scene.cards["conv1"].sceneBoundingRect().center()))
    assert desk.scene.selected_names() == ["conv1"]


def test_both_themes_and_the_far_view_paint_every_mark(stage):
    graph = skipping().with_shares("fc2", "fc1").with_parameters("fc3", NodeParameters(trainable=False))
    stage.show(graph)
    stage.scene.select(["fc2"])
    near = {}
    for look in theme.THEMES.values():
        theme.apply(QApplication.instance(), look)
        QApplication.sendEvent(stage.view, QEvent(QEvent.Type.StyleChange))
        near[look.name] = stage.view.grab().toImage()
    assert near["dark"] != near["light"]
    stage.view.zoom_at(0.2, QPoint(450, 350))
    wire = stage.scene.wires[Edge("input", "add", 1)]
    far = stage.view.grab().toImage()
    spot = stage.view.mapFromScene(QPointF(wire.beside, 200))
    seen = {far.pixelColor(spot.x() + dx, spot.y()).name() for dx in (-1, 0, 1)}
    assert seen != {theme.current().canvas}, "the skip wire shows beside the boxes"


def test_an_exception_while_painting_from_afar_is_survived(desk, unforeseen, monkeypatch):
    desk.view.zoom_at(0.2, QPoint(450, 350))
    monkeypatch.setattr("widgets.canvas.scene.overview.paint_frame", lambda *_: 1 / 0)
    desk.take("", marks.with_frame(desk.graph, Frame("Head", ("conv1", "act1"))), "")
    desk.view.viewport().grab()
    assert "drawBackground" in unforeseen[0] and "ZeroDivisionError" in unforeseen[0]
    monkeypatch.undo()
    unforeseen.clear()
