"""What stands out on a scene, and what is left when it goes."""

from __future__ import annotations

import weakref

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QColor

from engine.graph.graph import Edge
from widgets.canvas.ground.highlight import Highlight
from widgets.look import theme


def test_what_stands_out_is_seen_and_the_rest_dimmed(desk):
    ground = QColor(theme.current().canvas).lightness()

    def stands_out(at: QPointF) -> int:
        """How much the brightest pixel around a scene point differs from the ground."""
        image, middle = desk.view.viewport().grab().toImage(), desk.at(at)
        pixels = [image.pixelColor(middle + QPoint(x, y)) for x in range(-4, 5) for y in range(-4, 5)]
        return max(abs(pixel.lightness() - ground) for pixel in pixels)

    cards, wire = desk.scene.cards, desk.scene.wires[Edge("input", "conv1")]
    spots = {"conv1": cards["conv1"].pos() + QPointF(2, 23), "act1": cards["act1"].pos() + QPointF(2, 23),
             "wire": wire.path.pointAtPercent(0.5)}
    plain = {name: stands_out(spot) for name, spot in spots.items()}
    desk.scene.show_highlight(Highlight({"conv1"}))
    seen = {name: stands_out(spot) for name, spot in spots.items()}
    assert seen["conv1"] == plain["conv1"] and seen["act1"] < 0.75 * plain["act1"] and seen["wire"] < plain["wire"]
    desk.scene.show_highlight(Highlight({"conv1"}, {wire.edge}))
    assert stands_out(spots["wire"]) > plain["wire"]
    desk.scene.show_highlight(None)
    assert {name: stands_out(spot) for name, spot in spots.items()} == plain


def test_a_scene_that_goes_lets_go_of_what_it_no_longer_shows(desk, qtbot):
    scene, edge = desk.scene, Edge("input", "conv1")
    gone = [weakref.ref(scene.cards["add1"]), weakref.ref(scene.wires[edge])]
    desk.show(desk.graph.without(["add1"]).without_edges([edge]))
    assert all(item() is not None for item in gone), "an undo brings it back"
    with qtbot.waitSignal(scene.destroyed):
        scene.deleteLater()
    assert all(item() is None for item in gone)
