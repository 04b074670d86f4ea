"""Moving cards, and the clicks that select."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.graph.graph import Graph, Node
from engine.layers.activation import ReLU
from tests.widgets.canvas.desk import CTRL, LEFT, NONE, SHIFT, Desk, network
from widgets.canvas.cards.sizes import CARD_HEIGHT, CARD_WIDTH


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


def test_a_double_click_with_ctrl_is_two_clicks(desk):
    press, release, again = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease,
                             QEvent.Type.MouseButtonDblClick)  # fmt: skip
    for begin, chosen in ((press, ["conv1"]), (again, [])):
        desk.tell(begin, desk.card("conv1"), CTRL)
        desk.tell(release, desk.card("conv1"), CTRL)
        assert desk.scene.selected_names() == chosen


@pytest.mark.parametrize("others", [[], ["spare"], ["spare", "conv1"]])
def test_what_is_under_the_mouse_moves_whatever_is_chosen_since_it_was_pressed(qtbot, others):
    desk = Desk(qtbot, Graph.of([*network().nodes.values(), Node("spare", ReLU(), (900.0, 900.0))], network().edges))
    card, before = desk.card("conv1"), desk.graph.nodes
    desk.tell(QEvent.Type.MouseButtonPress, card)
    desk.scene.select(others)
    for way in (QPoint(60, 20), QPoint(120, 40)):
        desk.tell(QEvent.Type.MouseMove, card + way)
    desk.tell(QEvent.Type.MouseButtonRelease, card + QPoint(120, 40))
    moved = {name for name, node in desk.graph.nodes.items() if node.position != before[name].position}
    assert moved == {"conv1", *(others if "conv1" in others else [])}


@pytest.mark.parametrize(("keys", "others"), [(NONE, []), (CTRL, []), (CTRL, ["act1"])])
def test_a_move_within_a_move_is_one_move(qtbot, keys, others):
    """Whoever hears what is chosen may scroll the view, and Qt then tells of the mouse again."""
    desk = Desk(qtbot, network())
    card, there, heard = desk.card("conv1"), desk.card("conv1") + QPoint(60, 20), []
    desk.tell(QEvent.Type.MouseButtonPress, card, keys)
    desk.scene.select(others)

    def move_again() -> None:
        if not heard:
            heard.append(True)
            desk.tell(QEvent.Type.MouseMove, there, keys)

    desk.scene.selectionChanged.connect(move_again)
    desk.tell(QEvent.Type.MouseMove, there, keys)
    carried = {edge: wire.shape().boundingRect() for edge, wire in desk.scene.wires.items()}
    before = desk.graph
    desk.tell(QEvent.Type.MouseButtonRelease, there, keys)
    assert heard and desk.graph is not before and len(desk.history) == 2
    for name in ("conv1", *others):
        now = desk.graph.nodes[name].position
        assert now != before.nodes[name].position and desk.scene.cards[name].pos() == QPointF(*now)
    for edge, wire in desk.scene.wires.items():
        wire.follow()
        assert wire.shape().boundingRect() == carried[edge]


def test_what_is_let_go_of_while_it_begins_does_not_move(qtbot):
    desk = Desk(qtbot, network())
    card, before = desk.card("conv1"), desk.graph
    desk.tell(QEvent.Type.MouseButtonPress, card)
    desk.scene.clearSelection()
    desk.scene.selectionChanged.connect(desk.scene.cancel_gesture)
    for way in (QPoint(60, 20), QPoint(120, 40)):
        desk.tell(QEvent.Type.MouseMove, card + way)
    desk.tell(QEvent.Type.MouseButtonRelease, card + QPoint(120, 40))
    assert desk.graph is before and desk.scene.cards["conv1"].pos() == QPointF(*before.nodes["conv1"].position)


# -- snapping: five pixels off is near enough, ten are not ------------------------------------------------------------


HELD = Node("held", ReLU(), (700.0, 400.0))
ABOVE, BELOW = Node("above", ReLU(), (0.0, 0.0)), Node("below", ReLU(), (0.0, 200.0))
BESIDE = Node("beside", ReLU(), (-300.0, 300.0))


def moved(qtbot, others: list[Node], to: tuple[float, float], keys=NONE, held: Node = HELD) -> tuple[Desk, QPoint]:
    """The card is dragged so that its corner would lie there, at a zoom of 1; not let go yet."""
    desk = Desk(qtbot, Graph.of([held, *others]))
    desk.view.zoom_at(1 / desk.view.zoom(), QPoint(0, 0))
    desk.view.centerOn(100, 200)
    start = desk.card("held")
    end = start + QPoint(round(to[0] - held.position[0]), round(to[1] - held.position[1]))
    QTest.mousePress(desk.view.viewport(), LEFT, keys, start)
    for step in range(1, 5):
        at = QPointF(start + (end - start) * step / 4)
        QApplication.sendEvent(desk.view.viewport(), QMouseEvent(
            QEvent.Type.MouseMove, at, QPointF(desk.view.viewport().mapToGlobal(at)), Qt.MouseButton.NoButton, LEFT,
            keys))
    return desk, end


def dropped(desk: Desk, at: QPoint, keys=NONE) -> tuple[float, float]:
    QTest.mouseRelease(desk.view.viewport(), LEFT, keys, at)
    x, y = desk.graph.nodes["held"].position
    return round(x, 6), round(y, 6)


def guides(desk: Desk) -> list[tuple[float, float, float, float]]:
    return sorted((line.x1(), line.y1(), line.x2(), line.y2()) for line in desk.view.gestures.guides.lines)


@pytest.mark.parametrize(("to", "place"), [
    ((4, 95), (0, 95)),  # into one column
    ((10, 95), (10, 95)),
    ((300, 4), (300, 0)),  # into one row
    ((300, 10), (300, 10)),
    ((-4, 48), (0, 48)),
    ((CARD_WIDTH + 60, -4), (CARD_WIDTH + 60, 0)),
])
def test_a_card_lines_up_with_another_that_is_near(qtbot, to, place):
    desk, end = moved(qtbot, [ABOVE], to)
    assert bool(guides(desk)) is (to != place)
    assert dropped(desk, end) == place and guides(desk) == []


@pytest.mark.parametrize(("y", "goal"), [(96, 100), (104, 100), (100, 100), (90, 90), (111, 111)])
def test_between_two_cards_it_snaps_to_where_both_gaps_are_equal(qtbot, y, goal):
    desk, end = moved(qtbot, [ABOVE, BELOW], (3, y))
    assert (desk.scene.cards["held"].x(), desk.scene.cards["held"].y()) == (0, goal)
    gaps = [(top, bottom) for x, top, other, bottom in guides(desk) if x == other == 12]
    assert gaps == ([(CARD_HEIGHT, 100), (100 + CARD_HEIGHT, 200)] if goal == 100 else [])
    assert dropped(desk, end) == (0, goal)


def test_what_is_in_line_is_seen(qtbot):
    desk, _ = moved(qtbot, [ABOVE], (4, 95))
    x1, y1, x2, y2 = guides(desk)[0]
    assert x1 == x2 and y2 - y1 > 40
    at, image = desk.at(QPointF(x1, CARD_HEIGHT + 3)), desk.view.viewport().grab().toImage()
    beside = [image.pixelColor(at.x() + across, at.y() + down) for across in (-1, 0, 1) for down in range(20)]
    assert any(color.blue() - color.red() > 60 for color in beside), "a blue line between the cards"


def test_behind_two_cards_the_gap_goes_on(qtbot):
    desk, end = moved(qtbot, [ABOVE, Node("second", ReLU(), (0.0, 80.0))], (2, 164))
    assert dropped(desk, end) == (0, 160)
    desk, end = moved(qtbot, [ABOVE, Node("second", ReLU(), (0.0, 80.0))], (2, -77))
    assert dropped(desk, end) == (0, -80)


def test_across_and_down_it_lines_up_with_different_cards(qtbot):
    desk, end = moved(qtbot, [ABOVE, BESIDE], (-4, 303))
    assert {line[:1] + line[2:3] for line in guides(desk) if line[0] == line[2]} == {(CARD_WIDTH / 2, CARD_WIDTH / 2)}
    assert {line[1] for line in guides(desk) if line[1] == line[3]} == {300 + CARD_HEIGHT / 2}
    assert dropped(desk, end) == (0, 300)


def test_far_away_it_snaps_from_as_far_on_the_screen(qtbot):
    desk = Desk(qtbot, Graph.of([HELD, ABOVE]))
    desk.view.zoom_at(0.5 / desk.view.zoom(), QPoint(0, 0))
    desk.view.centerOn(300, 200)
    start = desk.card("held")
    desk.drag(start, start + QPoint(round((10 - 700) / 2), round((200 - 400) / 2)))
    assert desk.graph.nodes["held"].position == pytest.approx((0, 200))


def test_with_ctrl_or_where_it_is_switched_off_nothing_snaps(qtbot):
    desk, end = moved(qtbot, [ABOVE], (4, 95), CTRL)
    assert guides(desk) == [] and dropped(desk, end, CTRL) == (4, 95)
    desk = Desk(qtbot, Graph.of([HELD, ABOVE]))
    desk.view.zoom_at(1 / desk.view.zoom(), QPoint(0, 0))
    desk.view.centerOn(100, 200)
    desk.view.gestures.snaps = False
    start = desk.card("held")
    desk.drag(start, start + QPoint(4 - 700, 95 - 400))
    assert desk.graph.nodes["held"].position == (4, 95)


def test_what_is_moved_together_does_not_line_up_with_itself(qtbot):
    desk = Desk(qtbot, Graph.of([HELD, Node("too", ReLU(), (703.0, 500.0))]))
    desk.view.zoom_at(1 / desk.view.zoom(), QPoint(0, 0))
    desk.view.centerOn(700, 400)
    desk.scene.select(["held", "too"])
    desk.drag(desk.card("held"), desk.card("held") + QPoint(-40, -30))
    assert {name: node.position for name, node in desk.graph.nodes.items()} == {
        "held": (660, 370), "too": (663, 470)}
