"""Comment frames with real mouse and keys: they enclose, move, take in, let go, collapse, and are written in place."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.graph import marks
from engine.graph.frames import Frame
from engine.graph.graph import Graph
from tests.app.desk import LEFT, NONE
from tests.app.document.test_gestures import Hands, network
from tests.seen import colors
from widgets.canvas.cards.sizes import CARD_HEIGHT, CARD_WIDTH
from widgets.canvas.frames.painting import BELOW, PADDING, TITLE
from widgets.canvas.gestures.moving import CardMove
from widgets.canvas.view.menu import context_menu


def framed(**options: object) -> Graph:
    return marks.with_frame(network(), Frame("Head", ("conv1", "act1"), **options))


@pytest.fixture
def desk(qtbot) -> Hands:
    return Hands(qtbot, network())


@pytest.fixture
def head(qtbot) -> Hands:
    return Hands(qtbot, framed())


def frame(desk: Hands, index: int = 0):
    return desk.scene.frames.items[index]


def title(desk: Hands, index: int = 0) -> QPoint:
    area = frame(desk, index).title()
    return desk.view.mapFromScene(area.center() + QPointF(area.width() / 2 - 12, 0))


def shown(desk: Hands) -> None:
    """What is drawn is what the graph says, frames too."""
    desk.check()
    frames, items = desk.page.level.graph.frames, desk.scene.frames.items
    assert [item.frame for item in items] == list(frames)
    for item in items:
        bodies = [desk.scene.cards[name].body() for name in item.frame.members]
        if not item.frame.members:
            assert (item.area.x(), item.area.y()) == item.frame.position
            assert (item.area.width(), item.area.height()) == item.frame.size
        elif not item.frame.collapsed:
            assert all(item.area.contains(body) for body in bodies)


@pytest.mark.usefixtures("font")
def test_a_frame_lies_around_its_members_with_room_above_for_its_title(head):
    body = head.scene.cards["conv1"].body().united(head.scene.cards["act1"].body())
    assert frame(head).area == body.adjusted(-PADDING, -TITLE, PADDING, BELOW)
    assert frame(head).area.top() >= head.scene.cards["input"].body().bottom() + 8
    assert frame(head).area.bottom() <= head.scene.cards["flat"].body().top()
    shown(head)


def test_a_comment_is_written_where_it_stands_and_is_one_edit(desk):
    desk.scene.select(["conv1", "act1"])
    desk.view.comment()
    assert desk.graph == network(), "nothing is made before it is written"
    QTest.keyClicks(QApplication.focusWidget(), "Body CM")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert [(f.text, f.members) for f in desk.graph.frames] == [("Body CM", ("conv1", "act1"))]
    assert desk.view.hasFocus() and not desk.view.comments.isVisible()
    shown(desk)
    desk.there_and_back()
    desk.document.undo()
    assert desk.graph == network()


def test_a_note_is_made_at_the_mouse_and_kept_when_the_focus_goes(desk):
    desk.scene.select([])
    desk.move(desk.at(-200, 60), Qt.MouseButton.NoButton)
    desk.view.comment()
    QTest.keyClicks(desk.view.comments, "first")
    QTest.keyClick(desk.view.comments, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(desk.view.comments, "second")
    desk.view.setFocus()
    note = desk.graph.frames[0]
    assert note.text == "first\nsecond" and note.members == ()
    assert note.position == pytest.approx((-200, 60), abs=3)
    shown(desk)
    desk.there_and_back()


def test_escape_makes_no_comment(desk):
    desk.scene.select(["conv1"])
    desk.view.comment()
    QTest.keyClicks(desk.view.comments, "nothing")
    QTest.keyClick(desk.view.comments, Qt.Key.Key_Escape)
    assert desk.graph == network()
    assert desk.scene.frames.items == []


def test_a_double_click_on_the_title_writes_it_anew(head):
    head.double(title(head))
    QTest.keyClicks(head.view.comments, "Tail")
    QTest.keyClick(head.view.comments, Qt.Key.Key_Return)
    assert head.graph.frames[0].text == "Tail"
    head.there_and_back()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
@pytest.mark.parametrize("index", [0, 1])
def test_enter_writes_the_selected_frame_anew(qtbot, index, key):
    desk = Hands(qtbot, marks.with_frame(framed(), Frame("why", (), (-300.0, 40.0))))
    QTest.mouseClick(desk.port, LEFT, NONE, title(desk, index))
    assert desk.scene.selected_frames() == [index]
    QTest.keyClick(desk.view, key)
    assert desk.view.comments.isVisible() and desk.view.comments.toPlainText() == ("Head", "why")[index]
    QTest.keyClicks(desk.view.comments, "Tail")
    QTest.keyClick(desk.view.comments, Qt.Key.Key_Return)
    assert [each.text for each in desk.graph.frames] == [["Tail", "why"], ["Head", "Tail"]][index]
    desk.there_and_back()


def test_enter_opens_a_card_rather_than_a_frame_and_of_several_none(qtbot):
    desk = Hands(qtbot, marks.with_frame(framed(), Frame("why", (), (-300.0, 40.0))))
    opened: list[str] = []
    desk.scene.open_requested.connect(opened.append)
    card, frames = desk.scene.cards["flat"], desk.scene.frames.items
    for chosen, asked in ((set(frames), []), (set(), []), ({desk.scene.cards["fc1"], card}, []), ({card}, ["flat"]),
                          ({card, frames[0]}, ["flat"])):
        opened.clear()
        desk.scene.choose(chosen)
        QTest.keyClick(desk.view, Qt.Key.Key_Return)
        assert opened == asked and not desk.view.comments.isVisible()


def test_a_frame_moves_what_it_encloses(head):
    before = head.graph
    head.pull(title(head), title(head) + QPoint(-120, 0), Qt.KeyboardModifier.ControlModifier)
    way = head.graph.nodes["conv1"].position[0] - before.nodes["conv1"].position[0]
    assert way < -80
    assert head.graph.nodes["act1"].position[0] == before.nodes["act1"].position[0] + way
    assert head.graph.nodes["flat"] == before.nodes["flat"]
    assert head.graph.frames == before.frames
    shown(head)
    head.there_and_back()


def test_a_frame_is_nudged_with_what_it_encloses(head):
    before = head.graph
    QTest.mouseClick(head.port, LEFT, NONE, title(head))
    assert head.scene.selected_frames() == [0]
    QTest.keyClick(head.view, Qt.Key.Key_Right)
    moved = {name for name, node in head.graph.nodes.items() if node.position != before.nodes[name].position}
    assert moved == {"conv1", "act1"}
    assert head.graph.nodes["conv1"].position[0] == before.nodes["conv1"].position[0] + 8
    shown(head)
    head.there_and_back()


def test_a_move_of_a_frame_is_taken_back(head):
    before = head.graph
    head.hold(title(head), title(head) + QPoint(80, 0))
    assert head.scene.cards["conv1"].x() > before.nodes["conv1"].position[0] + 30
    QTest.keyClick(head.view, Qt.Key.Key_Escape)
    assert head.graph == before
    shown(head)


def test_a_card_dropped_into_a_frame_joins_and_dragged_out_leaves(head):
    area = frame(head).area
    goal = head.view.mapFromScene(QPointF(area.right() - 30, area.center().y()))
    head.pull(head.spot("loose"), goal, Qt.KeyboardModifier.ControlModifier)
    assert head.graph.frames[0].members == ("conv1", "act1"), "its middle is outside"
    middle = head.view.mapFromScene(area.center() - QPointF(CARD_WIDTH / 2 - 40, CARD_HEIGHT / 2 - 30))
    head.pull(head.spot("sum"), middle, Qt.KeyboardModifier.ControlModifier)
    assert head.graph.frames[0].members == ("conv1", "act1", "sum")
    shown(head)
    head.pull(head.spot("sum"), head.at(-260, 330))
    assert head.graph.frames[0].members == ("conv1", "act1")
    shown(head)
    head.there_and_back(3)


def test_with_alt_a_card_stays_a_member_wherever_it_goes(head):
    head.pull(head.spot("act1"), head.at(-260, 330), Qt.KeyboardModifier.AltModifier)
    assert head.graph.frames[0].members == ("conv1", "act1")
    shown(head)


def test_a_note_is_moved_and_made_larger(qtbot):
    desk = Hands(qtbot, marks.with_frame(network(), Frame("why", (), (-260.0, 40.0), (200.0, 90.0))))
    corner = desk.view.mapFromScene(frame(desk).area.bottomRight() - QPointF(5, 5))
    desk.pull(corner, corner + QPoint(40, 30))
    assert desk.graph.frames[0].size == pytest.approx((200 + 40 / desk.view.zoom(), 90 + 30 / desk.view.zoom()), abs=3)
    shown(desk)
    desk.there_and_back()
    middle = desk.view.mapFromScene(frame(desk).area.center())
    desk.pull(middle, middle + QPoint(-30, 60), Qt.KeyboardModifier.ControlModifier)
    assert desk.graph.frames[0].position != (-260.0, 40.0)
    shown(desk)
    desk.there_and_back()
    before = desk.graph
    corner = desk.view.mapFromScene(frame(desk).area.bottomRight() - QPointF(5, 5))
    desk.hold(corner, corner + QPoint(40, 30))
    QTest.keyClick(desk.view, Qt.Key.Key_Escape)
    assert desk.graph == before
    shown(desk)


def test_a_collapsed_frame_hides_what_it_encloses_and_wires_end_at_its_bar(head):
    QTest.mouseClick(head.port, LEFT, NONE, title(head))
    head.view.edits.turn_fold()
    wires = {(e.source, e.target): wire for e, wire in head.scene.wires.items()}
    assert not head.scene.cards["conv1"].isVisible() and not wires["conv1", "act1"].isVisible()
    bar = frame(head).area
    assert wires["input", "conv1"].path.pointAtPercent(1) == QPointF(bar.center().x(), bar.top())
    assert wires["act1", "flat"].path.pointAtPercent(0) == QPointF(bar.center().x(), bar.bottom())
    head.pull(title(head), title(head) + QPoint(60, 0), Qt.KeyboardModifier.ControlModifier)
    assert wires["input", "conv1"].path.pointAtPercent(1).x() == pytest.approx(frame(head).area.center().x())
    shown(head)
    head.there_and_back(2)
    QTest.mouseClick(head.port, LEFT, NONE, title(head))
    head.view.edits.turn_fold()
    assert head.scene.cards["conv1"].isVisible() and wires["conv1", "act1"].isVisible()
    shown(head)


def test_deleting_a_frame_leaves_its_layers_unless_they_are_meant_too(head):
    QTest.mouseClick(head.port, LEFT, NONE, title(head))
    head.view.edits.delete_selection()
    assert head.graph.frames == () and "conv1" in head.graph.nodes
    head.there_and_back()
    head.document.undo()
    QTest.mouseClick(head.port, LEFT, NONE, title(head))
    entry = next(a for a in context_menu(head.view, QPointF()).actions() if a.text() == "Delete with its layers")
    entry.trigger()
    assert head.graph.frames == () and not {"conv1", "act1"} & set(head.graph.nodes)
    head.there_and_back()


def test_a_frame_and_its_layers_are_copied_together(head):
    QTest.mouseClick(head.port, LEFT, NONE, title(head))
    head.view.duplicate()
    assert [f.members for f in head.graph.frames] == [("conv1", "act1"), ("conv2", "act2")]
    shown(head)
    head.there_and_back()


def test_a_frame_has_a_colour(head):
    QTest.mouseClick(head.port, LEFT, NONE, title(head))
    head.view.edits.color("green")
    assert head.graph.frames[0].color == "green"
    assert head.graph.nodes["conv1"].label == ""
    head.there_and_back()


def test_frames_within_frames(qtbot):
    outer = marks.with_frame(framed(), Frame("All", ("conv1", "act1", "flat")))
    desk = Hands(qtbot, outer)
    assert frame(desk, 1).area.contains(frame(desk, 0).area)
    assert frame(desk, 1).title().bottom() <= frame(desk, 0).area.top() + 1, "both titles can be read"
    desk.scene.choose({frame(desk, 1)})
    desk.view.edits.turn_fold()
    assert not frame(desk, 0).isVisible() and not desk.scene.cards["conv1"].isVisible()
    shown(desk)
    desk.there_and_back()


def test_far_away_frames_are_seen_too(head):
    head.view.zoom_at(0.2 / head.view.zoom(), QPoint(300, 300))
    area = head.view.mapFromScene(frame(head).area).boundingRect()
    strip = QRect(area.left() + 1, area.top() + 2, 2, area.height() - 4)  # left of the cards in it
    ground = colors(head.port, strip.translated(-area.width(), 0))  # faint dots may lie in it
    assert not ground & colors(head.port, strip)


@pytest.mark.parametrize("way", ["undo", "go in"])
def test_a_comment_round_what_is_gone_is_left_out(desk, way):
    """C round a new layer, then undo, or another level: nothing of it stays, and nothing fails."""
    desk.view.append("ReLU")
    outer = ""
    if way == "go in":
        desk.page.document.undo()
        desk.page.scene.select(["conv1", "act1"])
        desk.page.make_block("Outer")
        [outer] = desk.page.scene.selected_names()
    before = desk.graph
    for _ in range(3):
        if way == "undo":
            desk.view.append("ReLU")
        desk.view.comment()
        assert desk.view.comments.isVisible()
        QTest.keyClicks(QApplication.focusWidget(), "mine")
        if way == "undo":
            desk.page.document.undo()
        else:
            desk.page.go((outer,))
        desk.page.crumbs.setFocus()
        QApplication.processEvents()
        assert not desk.view.comments.isVisible()
        desk.page.go(())
        if way == "undo":
            assert desk.graph == before
        else:
            assert [each.members for each in desk.graph.frames] == [(outer,)], "it is kept where it was written"
            desk.page.document.undo()
            desk.page.scene.select([outer])
        shown(desk)


def test_a_note_that_is_still_written_can_be_dragged_and_pressed(desk):
    """It is no part of the graph yet: what is done to it with the mouse leaves the graph alone."""
    desk.scene.select([])
    desk.move(desk.at(-200, 60), Qt.MouseButton.NoButton)
    desk.view.comment()
    item = desk.view.comments._item
    place = item.area.bottomRight() - QPointF(20, 20)
    desk.scene.choose({item, desk.scene.cards["conv1"]})
    moving = CardMove(desk.scene, desk.scene.cards["conv1"], place, NONE, None)
    moving.move_to(place + QPointF(60, 60), NONE)
    moving.end(place + QPointF(60, 60), NONE)
    assert desk.graph.frames == ()
    desk.view.comments.leave()
