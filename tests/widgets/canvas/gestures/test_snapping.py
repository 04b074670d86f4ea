"""Where what is moved lines up: edges, centres, equal gaps."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLineF, QPointF, QRectF

from widgets.canvas.gestures.snapping import snapped, snapped_in_flow

REACH = 6.0


def box(x: float, y: float, width: float = 100.0, height: float = 40.0) -> QRectF:
    return QRectF(x, y, width, height)


def uprights(lines: tuple[QLineF, ...]) -> list[float]:
    return [line.x1() for line in lines if line.x1() == line.x2()]


@pytest.mark.parametrize(("moving", "way"), [
    (box(4, 200), QPointF(-4, 0)),  # left edges, and with them all
    (box(-5, 200), QPointF(5, 0)),
    (box(7, 200), QPointF()),  # out of reach
    (box(53, 200, 50), QPointF(-3, 0)),  # right edges
    (box(300, 3), QPointF(0, -3)),  # in one row
    (box(5, 4), QPointF(-5, -4)),  # across and down on their own
])
def test_edges_line_up_within_reach(moving, way):
    assert snapped(moving, [box(0, 0)], REACH).way == way


def test_the_nearest_of_several_counts():
    assert snapped(box(3, 200), [box(0, 0), box(5, 400)], REACH).way.x() == 2


def test_where_both_edges_are_in_line_the_centre_says_it():
    assert uprights(snapped(box(1, 200), [box(0, 0)], REACH).lines) == [50.0]
    line = snapped(box(1, 200), [box(0, 0)], REACH).lines[0]
    assert (line.y1(), line.y2()) == (-10.0, 250.0), "it reaches over both"


def test_between_two_cards_it_stands_in_the_middle_and_both_gaps_are_shown():
    above, below = box(20, 0), box(20, 200)
    found = snapped(box(20, 104), [above, below], REACH)  # in the middle at 100
    assert found.way == QPointF(0, -4)
    gaps = [(line.y1(), line.y2()) for line in found.lines if line.x1() == 32.0]
    assert gaps == [(40.0, 100.0), (140.0, 200.0)]


@pytest.mark.parametrize(("y", "others"), [
    (163, (box(0, 0), box(0, 80))),  # as far below the second as that is below the first
    (-83, (box(0, 0), box(0, 80))),  # … and above
])
def test_a_chain_goes_on_with_equal_gaps(y, others):
    goal = 160 if y > 0 else -80
    found = snapped(box(0, y), others, REACH)
    assert found.way == QPointF(0, goal - y)


def test_nothing_around_leaves_it_where_it_is():
    assert snapped(box(3, 3), [], REACH) == (QPointF(), ())


@pytest.mark.parametrize(("moving", "flow", "way"), [
    (box(4, 77), "down", QPointF(-4, -7)),  # a step below
    (box(4, -77), "down", QPointF(-4, 7)),  # … and above
    (box(203, 3), "right", QPointF(-3, -3)),  # a step to the right, with room for a shape
    (box(4, 90), "down", QPointF(-4, 0)),  # too far for a step
])
def test_a_card_stands_a_step_from_the_next(moving, flow, way):
    found = snapped_in_flow(moving, [box(0, 0)], 8.0, flow)
    assert found.way == way and bool(found.lines)


def test_the_line_of_a_step_lies_in_the_gap():
    line = snapped_in_flow(box(0, 72), [box(0, 0)], 8.0, "down").lines[-1]
    assert (line.p1(), line.p2()) == (QPointF(12, 40), QPointF(12, 70))
    line = snapped_in_flow(box(199, 0), [box(0, 0)], 8.0, "right").lines[-1]
    assert (line.p1(), line.p2()) == (QPointF(100, 12), QPointF(200, 12))


def test_where_gaps_are_equal_already_they_go_on():
    assert snapped_in_flow(box(0, 163), [box(0, 0), box(0, 80)], REACH, "down").way == QPointF(0, -3)
