"""What stands beside a wire."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint

from engine.graph.graph import Edge
from tests.widgets.canvas.desk import ALT, CTRL
from widgets.canvas.wires.pill import pill_rect


@pytest.mark.parametrize("way", [(180, 20), (240, 0), (-200, -10)])
def test_no_shape_is_hidden_below_the_cards_of_its_wire(desk, way):
    card = desk.scene.cards["act1"]
    desk.take("", desk.graph.moved({"act1": (card.x() + way[0], card.y() - 70 + way[1])}), "")
    wire = desk.scene.wires[Edge("conv1", "act1")]
    at, leftwards = wire.pill_at
    pill = pill_rect(at, leftwards, "6×26×26")
    assert not any(card.body().intersects(pill) for card in (wire.source, wire.target))


def test_every_wire_shows_its_shape(desk):
    assert desk.scene.wires[Edge("input", "conv1")].text == "1×28×28"
    assert desk.scene.wires[Edge("conv1", "act1")].text == "6×26×26"


def test_a_wire_whose_cards_are_both_in_the_hand_goes_with_them(desk):
    """As it is painted from near and from afar."""
    wire = desk.scene.wires[Edge("conv1", "act1")]
    before = wire.lines(), wire.boundingRect()
    desk.scene.select(["conv1", "act1"])
    place = desk.scene.cards["act1"].pos()
    desk.drag(desk.card("conv1"), desk.card("conv1") + QPoint(160, 40), keys=CTRL | ALT, drop=False)
    way = desk.scene.cards["act1"].pos() - place
    assert way.manhattanLength() > 100
    assert wire.lines() == [line.translated(way) for line in before[0]]
    assert wire.boundingRect() == before[1].translated(way)
