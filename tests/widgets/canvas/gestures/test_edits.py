"""What is done at once with what is selected."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from engine.graph import marks
from engine.graph.frames import Frame
from engine.graph.graph import Edge
from tests.widgets.canvas.desk import ALT, LEFT, NONE
from widgets.canvas.gestures.bends import bend_at


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


@pytest.mark.parametrize(("key", "way"), [
    (Qt.Key.Key_Left, (-8, 0)), (Qt.Key.Key_Up, (0, -8)), (Qt.Key.Key_Down, (0, 8)),
])
def test_a_note_is_nudged_with_the_cards_and_a_frame_goes_where_its_cards_go(desk, key, way):
    graph = marks.with_frame(desk.graph, Frame("Head", ("fc1",)))
    desk.take("", marks.with_frame(graph, Frame("why", (), (-300.0, 40.0), (200.0, 90.0))), "")
    desk.scene.choose({*desk.scene.frames.items, desk.scene.cards["conv1"]})
    before = desk.graph
    QTest.keyClick(desk.view, key)
    moved = {name for name in before.nodes if desk.graph.nodes[name].position != before.nodes[name].position}
    assert moved == {"conv1", "fc1"} and desk.graph.frames[1].position == (-300 + way[0], 40 + way[1])
    assert desk.graph.frames[0] == before.frames[0]
    keys = desk.keys[-1]
    desk.scene.choose({desk.scene.cards["conv1"]})
    QTest.keyClick(desk.view, key)
    assert desk.keys[-1] != keys, "another selection is another step"


def test_with_nothing_selected_nothing_is_asked_for(desk):
    desk.scene.select([])
    edits = desk.view.edits
    for act in (edits.delete_selection, lambda: edits.nudge(8, 0), edits.turn_bypass, edits.turn_fold,
                lambda: edits.color("red"), desk.view.copy, desk.view.cut, desk.view.duplicate):
        act()
    assert len(desk.history) == 1
    desk.scene.select(["conv1"])
    edits.color("")
    edits.nudge(0, 0)
    assert len(desk.history) == 1, "it has no colour already"


def test_what_each_edit_is_called(desk):
    texts = []
    desk.scene.edit_requested.connect(lambda text, *_rest: texts.append(text))
    edits = desk.view.edits
    for act in (edits.turn_bypass, edits.turn_fold, lambda: edits.color("red"), lambda: edits.nudge(1, 0),
                desk.view.duplicate, edits.delete_selection):
        desk.scene.select(["conv1"])
        act()
    assert texts == ["Bypass", "Collapse", "Colour", "Move", "Duplicate", "Delete"]
    assert desk.keys[0] == desk.keys[1] == "" != desk.keys[3]


def test_bypass_takes_those_within_frames_too_and_fold_the_frames_before_the_cards(desk):
    desk.take("", marks.with_frame(desk.graph, Frame("Head", ("conv1", "act1"))), "")
    desk.scene.choose({desk.scene.frames.items[0], desk.scene.cards["fc1"]})
    desk.view.edits.turn_bypass()
    assert [name for name, node in desk.graph.nodes.items() if node.bypassed] == ["conv1", "act1", "fc1"]
    desk.scene.choose({desk.scene.frames.items[0], desk.scene.cards["fc1"]})
    desk.view.edits.turn_fold()
    assert desk.graph.frames[0].collapsed and not desk.graph.nodes["fc1"].collapsed
    desk.scene.select(["fc1", "add1"])
    desk.view.edits.turn_fold()
    assert [name for name, node in desk.graph.nodes.items() if node.collapsed] == ["fc1", "add1"]


def test_delete_takes_cards_wires_and_frames_together_and_with_members_all_within(desk):
    desk.take("", marks.with_frame(desk.graph, Frame("Head", ("conv1",))), "")
    start, items = desk.graph, desk.scene.frames.items
    desk.scene.choose({items[0], desk.scene.wires[Edge("input", "conv1")], desk.scene.cards["fc1"]})
    desk.view.edits.delete_selection()
    assert desk.graph.frames == () and desk.graph.edges == (Edge("conv1", "act1"),)
    assert list(desk.graph.nodes) == ["input", "conv1", "act1", "add1"]
    desk.take("", start, "")
    desk.scene.choose({desk.scene.frames.items[0]})
    desk.view.edits.delete_selection(with_members=True)
    assert desk.graph.frames == () and "conv1" not in desk.graph.nodes
    desk.take("", start, "")
    desk.scene.choose({desk.scene.wires[Edge("input", "conv1")], desk.scene.wires[Edge("conv1", "act1")]})
    desk.view.edits.delete_selection(heal=True)
    assert desk.graph.edges == () and desk.graph.frames == start.frames


# -- bends ------------------------------------------------------------------------------------------------------------


BENT = Edge("conv1", "act1", via=((-60.0, 130.0), (-60.0, 160.0)))


@pytest.fixture
def bent(desk):
    graph = desk.graph.moved({"act1": (0.0, 400.0)}).without_edges([Edge("conv1", "act1")]).with_edge(BENT)
    desk.take("", graph, "")
    desk.view.fit()
    return desk


def wire_of(desk):
    return next(wire for edge, wire in desk.scene.wires.items() if edge.target == "act1")


def test_delete_removes_the_bend_that_was_taken_last(bent):
    desk = bent
    at = desk.at(QPointF(*BENT.via[1]))
    desk.click(at)
    assert desk.scene.selected_edges() == [BENT] and len(desk.history) == 2, "a click moves nothing"
    desk.view.edits.delete_selection()
    assert wire_of(desk).via == BENT.via[:1]
    desk.take("", desk.history[1], "")
    desk.click(desk.at(QPointF(*BENT.via[1])))
    desk.click(desk.at(QPointF(-250, 0)))
    desk.scene.choose({wire_of(desk)})
    desk.view.edits.delete_selection()
    assert all(edge.target != "act1" for edge in desk.graph.edges), "another press forgets it"


@pytest.mark.parametrize("index", [0, 1])
def test_a_bend_is_led_elsewhere_and_the_others_stay(bent, index):
    desk = bent
    texts = []
    desk.scene.edit_requested.connect(lambda text, *_rest: texts.append(text))
    start = desk.at(QPointF(*BENT.via[index]))
    end = desk.at(QPointF(-140, 200))
    desk.drag(start, end, drop=False)
    goal = desk.view.mapToScene(end)
    at = (float(round(goal.x())), float(round(goal.y())))
    assert wire_of(desk).via == (*BENT.via[:index], at, *BENT.via[index + 1:]) and desk.graph == desk.history[1]
    QTest.mouseRelease(desk.view.viewport(), LEFT, NONE, end)
    assert wire_of(desk).edge.via == (*BENT.via[:index], at, *BENT.via[index + 1:]) and texts == ["Move a bend"]
    assert desk.scene.selected_edges() == [wire_of(desk).edge]
    desk.view.edits.delete_selection()
    assert wire_of(desk).via == (BENT.via[1 - index],) and texts == ["Move a bend", "Remove a bend"]


def test_with_alt_a_wire_gets_a_bend_where_it_is_taken(bent):
    desk = bent
    texts = []
    desk.scene.edit_requested.connect(lambda text, *_rest: texts.append(text))
    at = desk.at(wire_of(desk).path.pointAtPercent(0.9))
    desk.click(at, ALT)
    assert wire_of(desk).via[:2] == BENT.via and len(wire_of(desk).via) == 3 and texts == ["Add a bend"]
    place = desk.view.mapToScene(at)
    assert wire_of(desk).via[2] == (float(round(place.x())), float(round(place.y())))
    desk.drag(desk.at(QPointF(*BENT.via[0])), desk.at(QPointF(-200, 100)), drop=False)
    QTest.keyClick(desk.view, Qt.Key.Key_Escape)
    assert wire_of(desk).via == wire_of(desk).edge.via and not desk.scene.is_holding


def test_a_double_click_makes_a_bend_and_takes_it_away(bent):
    desk = bent
    place = wire_of(desk).path.pointAtPercent(0.95)
    for click in (QTest.mouseClick, QTest.mouseDClick):
        click(desk.view.viewport(), LEFT, NONE, desk.at(place))
    assert len(wire_of(desk).via) == 3 and wire_of(desk).via[:2] == BENT.via
    for click in (QTest.mouseClick, QTest.mouseDClick):
        click(desk.view.viewport(), LEFT, NONE, desk.at(QPointF(*BENT.via[0])))
    assert len(wire_of(desk).via) == 2 and wire_of(desk).via[0] == BENT.via[1]


def test_near_a_bend_is_on_it(bent):
    wire = wire_of(bent)
    here = QPointF(*BENT.via[1])
    assert [bend_at(wire, here + QPointF(dx, dy)) for dx, dy in ((0, 0), (9, 0), (5, 4), (5, 5), (-10, 0))] == [
        1, 1, 1, None, None]
