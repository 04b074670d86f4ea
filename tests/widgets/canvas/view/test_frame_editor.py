"""Writing the text of a frame where it stands."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from engine.graph.frames import LONGEST_TEXT, Frame
from tests.widgets.canvas.desk import SHIFT, Desk, network
from widgets.canvas.frames.frame import FrameItem
from widgets.canvas.view.frame_editor import LOWEST, NARROWEST

HEAD, NOTE = Frame("Head", ("conv1", "act1")), Frame("why", (), (-300.0, 40.0), (200.0, 90.0))
ENTER = Qt.Key.Key_Return


@pytest.fixture
def desk(qtbot) -> Desk:
    return Desk(qtbot, network().with_frames([HEAD, NOTE]))


def frames(desk: Desk) -> list[FrameItem]:
    return [item for item in desk.scene.items() if isinstance(item, FrameItem)]


@pytest.mark.parametrize(("index", "hint", "pixels", "bold"), [
    (0, "What these layers do", 13, True), (1, "Note", 12, False)])
def test_it_lies_over_the_title_with_the_old_text_to_be_typed_over(desk, index, hint, pixels, bold):
    editor, view = desk.view.comments, desk.view
    view.zoom_at(1 / view.zoom(), QPoint(400, 300))
    editor.open(index)
    item = desk.scene.frames.items[index]
    assert editor.isVisible() and editor.hasFocus() and editor.placeholderText() == hint
    assert editor.toPlainText() == editor.textCursor().selectedText() == item.frame.text
    assert editor.accessibleName() == "Text of the comment"

    def place() -> QPoint:
        return view.mapFromScene(item.title()).boundingRect().topLeft()

    assert editor.geometry().topLeft() == place()
    assert editor.size() == view.mapFromScene(item.title()).boundingRect().size().expandedTo(editor.size())
    assert editor.font().pixelSize() == pixels and (editor.font().weight() > QFont.Weight.Normal) == bold
    view.pan(40, 30)
    assert editor.geometry().topLeft() == place(), "it goes with what it is about"
    for zoom, size in ((4.0, round(pixels * 1.5)), (1.2, round(pixels * 1.2)), (0.1, round(pixels * 0.8))):
        view.zoom_at(zoom / view.zoom(), QPoint(400, 300))
        assert editor.font().pixelSize() == size
    assert (editor.width(), editor.height()) == (NARROWEST, LOWEST)


def test_enter_keeps_it_and_shift_enter_begins_a_line_only_in_a_note(desk):
    editor = desk.view.comments
    editor.open(0)
    QTest.keyClicks(editor, "Tail")
    QTest.keyClick(editor, ENTER, SHIFT)
    assert desk.graph.frames[0].text == "Tail" and not editor.isVisible() and desk.view.hasFocus()
    editor.open(1)
    QTest.keyClicks(editor, "one")
    QTest.keyClick(editor, ENTER, SHIFT)
    QTest.keyClicks(editor, "two")
    assert editor.isVisible() and len(desk.history) == 2
    QTest.keyClick(editor, Qt.Key.Key_Enter)
    assert desk.graph.frames[1].text == "one\ntwo" and desk.graph.frames[0].text == "Tail"
    editor.open(1)
    editor.finish()
    editor.finish()
    assert len(desk.history) == 3, "nothing else was written"


def test_escape_leaves_it_as_it_was(desk):
    editor = desk.view.comments
    editor.open(1)
    QTest.keyClicks(editor, "other")
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert desk.graph.frames == (HEAD, NOTE) and not editor.isVisible() and desk.view.hasFocus()
    assert len(frames(desk)) == 2, "the frame stays"


@pytest.mark.parametrize(("members", "text", "made"), [
    (("fc1",), "", True), (("fc1",), "End", True), ((), "", False), ((), "a note", True),
])
def test_what_is_new_is_made_when_it_is_written(desk, members, text, made):
    editor = desk.view.comments
    editor.begin(members, QPointF(-200.4, 300.6))
    assert len(frames(desk)) == 3 and desk.graph.frames == (HEAD, NOTE)
    assert editor.placeholderText() == ("What these layers do" if members else "Note")
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, ENTER)
    assert len(desk.graph.frames) == len(frames(desk)) == 2 + made
    if made:
        frame = desk.graph.frames[2]
        assert (frame.text, frame.members, frame.position) == (text, members, (-200.0, 301.0))
        assert desk.scene.selected_frames() == [2]


def test_where_it_is_new_it_lies_around_its_cards_at_once(desk):
    desk.view.comments.begin(("fc1",), QPointF(-900, -900))
    item = next(item for item in frames(desk) if item.frame.members == ("fc1",))
    assert item.area.contains(desk.scene.cards["fc1"].body())
    desk.view.comments.begin((), QPointF(-200, 300))
    assert len(desk.graph.frames) == 3, "the first one is kept"
    QTest.keyClick(desk.view.comments, Qt.Key.Key_Escape)
    assert len(frames(desk)) == 3


def test_a_long_text_is_cut_and_another_field_ends_the_writing(desk, qtbot):
    editor = desk.view.comments
    editor.open(1)
    editor.setPlainText("  " + "x" * (LONGEST_TEXT + 50))
    other = QLineEdit(desk.view)
    other.show()
    other.setFocus()
    assert desk.graph.frames[1].text == "x" * LONGEST_TEXT and not editor.isVisible() and other.hasFocus()


def test_a_frame_that_is_gone_meanwhile_is_not_written(desk):
    editor = desk.view.comments
    editor.open(1)
    QTest.keyClicks(editor, "other")
    desk.take("", desk.graph.with_frames([]), "")
    editor.finish()
    assert desk.graph.frames == () and not editor.isVisible()


def test_a_comment_that_is_not_granted_selects_nothing(desk):
    desk.scene.edit_requested.disconnect(desk.take)
    desk.scene.select(["fc1"])
    desk.view.comments.begin((), QPointF(-200, 300))
    QTest.keyClicks(desk.view.comments, "a note")
    QTest.keyClick(desk.view.comments, ENTER)
    assert desk.scene.selected_frames() == [] and len(frames(desk)) == 2


@pytest.mark.parametrize("gone", [("conv1",), ("conv1", "act1")])
def test_what_a_new_comment_is_about_may_go_while_it_is_written(desk, gone):
    editor = desk.view.comments
    desk.scene.select(["conv1", "act1"])
    editor.begin(("conv1", "act1"), QPointF(0, 0))
    QTest.keyClicks(editor, "stem")
    desk.take("", desk.graph.without(gone), "")
    assert editor.isVisible() is (len(gone) == 1), "of what nothing is left nothing is said"
    before = desk.graph
    editor.finish()
    assert [frame.members for frame in desk.graph.frames if frame.text == "stem"] == [("act1",)] * editor_kept(gone)
    assert (desk.graph == before) is (len(gone) == 2)
    assert len(frames(desk)) == len(desk.graph.frames), "no frame of an unwritten comment stays"


def editor_kept(gone: tuple[str, ...]) -> int:
    return 2 - len(gone)


def test_another_frame_in_the_place_of_the_one_that_is_written_keeps_its_text(desk):
    editor = desk.view.comments
    editor.open(0)
    QTest.keyClicks(editor, "mine")
    desk.take("", desk.graph.with_frames([Frame("Body", ("fc1",)), NOTE]), "")
    editor.finish()
    assert [frame.text for frame in desk.graph.frames] == ["Body", "why"] and not editor.isVisible()


def test_a_frame_that_loses_a_layer_is_written_on(desk):
    editor = desk.view.comments
    editor.open(0)
    QTest.keyClicks(editor, "mine")
    desk.take("", desk.graph.without(["act1"]), "")
    editor.finish()
    assert desk.graph.frames[0] == Frame("mine", ("conv1",))
