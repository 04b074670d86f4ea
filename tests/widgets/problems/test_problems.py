"""The problem list: rows, repairs, keyboard, and calm while things change."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QEnterEvent, QFont, QFontMetrics
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from engine.advice.advice import Problem, Repair, Severity
from engine.graph.graph import Graph
from engine.messages import say
from tests.in_front import in_front
from tests.legible import cut_words
from tests.painted import drawn
from tests.seen import colors, texts
from widgets.look import theme
from widgets.look.text import sentence_text
from widgets.parts.scroll import ScrollPanel
from widgets.problems.problems import Problems
from widgets.problems.row import NAME_WIDTH, ProblemRow, SeveritySign

LEFT = Qt.MouseButton.LeftButton


def repair(text: str) -> Repair:
    return Repair(say(text), lambda graph: graph)


def problems() -> list[Problem]:
    return [
        Problem("error", "fc3", say("Linear expects a flat input, got {shape}", shape="16×5×5"),
                (repair("Insert Flatten"),)),
        Problem("error", None, say("The network has no output")),
        Problem("warning", "softmax1", say("Softmax twice"), (repair("Remove softmax1"), repair("Use MSE"))),
        Problem("hint", "conv7", say("{name} is not connected", name="conv7")),
    ]


@pytest.fixture
def view(qtbot: QtBot) -> Problems:
    view = Problems()
    in_front(qtbot, view, 800, 260)
    view.show_problems(problems())
    QApplication.processEvents()
    return view


def test_rows_say_it_in_words_and_shapes(view: Problems) -> None:
    assert [row.sentence.text() for row in view.rows] == [
        "Linear expects a flat input, got 16×5×5", "The network has no output", "Softmax twice",
        "conv7 is not connected"]
    assert [row.name.text() for row in view.rows] == ["fc3", "Network", "softmax1", "conv7"]
    assert [[button.text() for button in row.repairs] for row in view.rows] == [
        ["Insert Flatten"], [], ["Remove softmax1", "Use MSE"], []]
    assert view.rows[0].accessibleName().startswith("Error: ")
    signs = [view.rows[index].findChild(SeveritySign).grab().toImage() for index in (0, 2, 3)]
    ground = signs[0].pixelColor(0, 0)
    shapes = {tuple(sign.pixelColor(x, y) == ground for x in range(16) for y in range(16)) for sign in signs}
    assert len(shapes) == 3  # told apart without colour: other shapes, other signs


def test_each_shape_has_its_sign_inside(view: Problems) -> None:
    for index, filled in ((0, True), (2, True), (3, False)):
        image = view.rows[index].findChild(SeveritySign).grab().toImage()
        inside = {image.pixelColor(x, y).name() for x in range(6, 10) for y in range(6, 12)}
        assert len(inside) > 1, "a letter on its ground"
        ground = {"error": theme.color("error"), "warning": theme.color("warn")}.get(view.rows[index].problem.severity)
        assert not filled or image.pixelColor(4, 12) == ground


def test_nothing_wrong_is_said(view: Problems) -> None:
    view.show_problems([])
    assert texts(view) == ["Nothing is wrong"]
    view.show_problems(problems())
    assert "Nothing is wrong" not in texts(view)


def test_clicks_lead_to_nodes_and_repairs(view: Problems, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.node_requested) as asked:
        qtbot.mouseClick(view.rows[0].name, LEFT)
    assert asked.args == ["fc3"]
    with qtbot.waitSignal(view.node_requested) as asked:
        qtbot.mouseClick(view.rows[3].sentence, LEFT)
    assert asked.args == ["conv7"]
    with qtbot.assertNotEmitted(view.node_requested):
        qtbot.mouseClick(view.rows[1].name, LEFT)
    with qtbot.waitSignal(view.repair_requested) as asked, qtbot.assertNotEmitted(view.node_requested):
        qtbot.mouseClick(view.rows[2].repairs[1], LEFT)
    assert asked.args[0].text == say("Use MSE")


def test_keyboard_alone_is_enough(view: Problems, qtbot: QtBot) -> None:
    view.rows[0].take_focus()
    for _ in range(2):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
    assert QApplication.focusWidget() is view.rows[2].name
    with qtbot.waitSignal(view.node_requested) as asked:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert asked.args == ["softmax1"]
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is view.rows[2].repairs[0]
    with qtbot.waitSignal(view.repair_requested):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    for _ in range(5):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Up)
    assert QApplication.focusWidget() is view.rows[0].name


def test_the_same_problems_change_nothing_but_the_repairs(view: Problems, qtbot: QtBot) -> None:
    rows = list(view.rows)
    view.rows[2].repairs[0].setFocus()
    newer = problems()
    view.show_problems(newer)
    assert view.rows == rows
    assert view.rows[2].repairs[0].hasFocus()
    with qtbot.waitSignal(view.repair_requested) as asked:
        qtbot.keyClick(view.rows[2].repairs[0], Qt.Key.Key_Space)
    assert asked.args[0] is newer[2].repairs[0]
    assert asked.args[0].apply(Graph()) == Graph()


def test_rows_that_stay_keep_the_focus_while_others_come_and_go(view: Problems) -> None:
    first, _, third, _ = view.rows
    third.take_focus()
    view.show_problems([problems()[2], Problem("error", "fc9", say("New")), problems()[0]])
    assert view.rows[0] is third
    assert view.rows[2] is first
    assert third.name.hasFocus()
    QApplication.processEvents()
    assert third.y() < view.rows[1].y() < first.y()


def test_when_the_focused_row_goes_the_next_one_takes_over(view: Problems, qtbot: QtBot) -> None:
    view.rows[0].repairs[0].setFocus()
    view.show_problems(problems()[1:])
    QApplication.processEvents()
    assert view.rows[0].name.hasFocus()


def test_equal_problems_twice_are_two_rows(view: Problems) -> None:
    view.show_problems([problems()[0], problems()[0]])
    assert len(view.rows) == 2
    assert view.rows[0] is not view.rows[1]


def test_rows_stand_below_each_other_and_their_parts_beside(view: Problems) -> None:
    view.show_problems(problems()[:3])
    QApplication.processEvents()
    assert cut_words(view) == []
    boxes = [row.geometry() for row in view.rows]
    assert all(one.bottom() < other.top() for one, other in pairwise(boxes))
    assert all(box.height() >= 40 for box in boxes)
    assert boxes[-1].bottom() < 200, "the room that is left is below them"
    row = view.rows[2]
    parts = [row.findChild(SeveritySign), row.name, row.sentence, *row.repairs]
    assert all(one.geometry().right() < other.geometry().left() for one, other in pairwise(parts))
    assert row.sentence.width() > 250


def test_a_row_tells_a_screen_reader_and_the_mouse_all(view: Problems) -> None:
    assert [row.accessibleName() for row in view.rows] == [
        "Error: Linear expects a flat input, got 16×5×5", "Error: The network has no output", "Warning: Softmax twice",
        "Hint: conv7 is not connected"]
    assert [row.name.accessibleName() for row in view.rows][1:3] == [
        "Network. Error: The network has no output", "softmax1. Warning: Softmax twice"]
    assert [row.name.toolTip() for row in view.rows[:2]] == ["Show fc3 on the canvas", ""]
    button = view.rows[2].repairs[0]
    assert (button.accessibleName(), button.accessibleDescription()) == ("Remove softmax1", "Softmax twice")


def test_only_a_whole_click_with_the_left_button_leads_to_a_node(view: Problems, qtbot: QtBot) -> None:
    asked, row = [], view.rows[0]
    view.node_requested.connect(asked.append)
    qtbot.mouseClick(row, Qt.MouseButton.RightButton)
    qtbot.mousePress(row, LEFT)
    qtbot.mouseRelease(row, LEFT, pos=QPoint(10, row.height() + 20))
    assert asked == []
    qtbot.mouseClick(row, LEFT)
    assert asked == ["fc3"]
    qtbot.mouseClick(view.rows[1], LEFT)
    assert asked == ["fc3"]


def test_what_a_repair_would_do_is_shown_while_it_is_pointed_at(view: Problems) -> None:
    shown = []
    view.repair_previewed.connect(shown.append)
    first, second = view.rows[2].repairs
    one, other = view.rows[2].problem.repairs
    here = QPointF(5, 5)
    QApplication.sendEvent(first, QEnterEvent(here, here, here))
    assert shown == [one]
    first.setFocus()
    assert shown == [one], "once"
    QApplication.sendEvent(first, QEvent(QEvent.Type.Leave))
    assert shown == [one, None]
    second.setFocus()
    assert shown == [one, None, other]
    view.rows[0].name.setFocus()
    assert shown[3:] == [None]
    second.setFocus()
    view.show_problems(problems()[:1])
    assert shown[4:] == [other, None], "it goes with its row"


def test_up_and_down_end_at_the_ends_and_bring_a_row_into_sight(view: Problems, qtbot: QtBot) -> None:
    view.show_problems([Problem("error", f"fc{index}", say("Wrong"), (repair("Mend"),)) for index in range(20)])
    qtbot.waitUntil(lambda: view.rows[-1].y() > 700)
    view.rows[0].repairs[0].setFocus()
    qtbot.keyClick(view.rows[0].repairs[0], Qt.Key.Key_Up)
    assert view.rows[0].name.hasFocus()
    for row in view.rows[1:]:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
        assert row.name.hasFocus()
    assert view.rows[-1].visibleRegion().boundingRect().height() == view.rows[-1].height()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
    assert view.rows[-1].name.hasFocus()
    scrolled = view.rows[-1].mapTo(view, QPoint(0, 0))
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_X)
    assert view.rows[-1].mapTo(view, QPoint(0, 0)) == scrolled


def test_the_keyboard_is_taken_from_nobody(view: Problems, qtbot: QtBot) -> None:
    beside = QLineEdit(view)
    beside.show()
    beside.setFocus()
    for shown in (problems()[:2], [], problems()):
        view.show_problems(shown)
        QApplication.processEvents()
        assert beside.hasFocus()


def test_the_row_in_the_place_of_the_one_that_went_takes_over(view: Problems) -> None:
    for shown, at, after in ((problems(), 1, 1), (problems(), 3, 2)):
        view.show_problems(shown)
        view.rows[at].take_focus()
        view.show_problems([*shown[:at], *shown[at + 1 :]])
        QApplication.processEvents()
        assert view.rows[after].name.hasFocus()


@pytest.mark.usefixtures("font")
def test_long_sentences_wrap_instead_of_widening(view: Problems) -> None:
    view.show_problems([Problem("error", "a_name_much_longer_than_the_column_allows", say("word " * 100))])
    QApplication.processEvents()
    assert view.width() == 800
    row = view.rows[0]
    assert row.width() <= 800
    assert row.height() > 40
    assert "…" in row.name.text()


def test_colours_follow_the_theme(view: Problems) -> None:
    for look in (theme.LIGHT, theme.DARK):
        theme.apply(QApplication.instance(), look)
        signs = [colors(row.findChild(SeveritySign)) & {look.error, look.warn} for row in view.rows]
        assert signs == [{look.error}, {look.error}, {look.warn}, set()]


def test_the_keyboard_stays_in_the_panel_when_the_last_repair_goes(view: Problems, qtbot: QtBot) -> None:
    stage = QWidget()
    qtbot.addWidget(stage)
    layout = QVBoxLayout(stage)
    layout.addWidget(QLineEdit())
    layout.addWidget(view)
    stage.show()
    with qtbot.waitActive(stage):
        stage.activateWindow()
    view.show_problems(problems()[:1])
    QApplication.processEvents()
    view.repair_requested.connect(lambda _: view.show_problems([]))
    view.rows[0].repairs[0].setFocus()
    qtbot.keyClick(view.rows[0].repairs[0], Qt.Key.Key_Space)
    assert view.hasFocus()
    view.setParent(None)  # its fixture closes it


def test_sentences_begin_with_a_capital_and_names_stay(view: Problems) -> None:
    view.show_problems([Problem("error", "fc1", say("{reason}", reason="must be a number"))])
    assert view.rows[0].sentence.text() == "Must be a number"
    assert sentence_text(say("{name} is not connected", name="fc1")) == "fc1 is not connected"
    assert sentence_text(say("{reason}", reason=say("padding is too large"))) == "Padding is too large"


@pytest.mark.parametrize(("severity", "shape", "place", "tone", "sign", "room"), [
    ("error", "dot", QRectF(1, 1, 14, 14), "error", "×", QRectF(0, 0, 16, 16)),
    ("warning", "shape", QRectF(0.5, 1, 15, 14), "warn", "!", QRectF(0, 2, 16, 16)),
    ("hint", "dot", QRectF(1, 1, 14, 14), "dim", "i", QRectF(0, 0, 16, 16)),
])
def test_a_sign_is_a_full_shape_for_what_is_wrong_and_a_ring_for_a_hint(
        view: Problems, severity: Severity, shape: str, place: QRectF, tone: str, sign: str, room: QRectF) -> None:
    ground, letter = drawn(SeveritySign(severity, view))
    color = theme.color(tone).name()
    assert (ground.kind, ground.place, ground.smooth) == (shape, place, True)
    assert (ground.pen, ground.fill) == ((color, "") if severity == "hint" else ("", color))
    assert severity != "hint" or ground.width == pytest.approx(1.4)
    assert (letter.text, letter.place) == (sign, room)
    assert letter.pen == (color if severity == "hint" else theme.DARK.panel)
    assert (letter.font.pixelSize(), letter.font.weight()) == (11, QFont.Weight.Bold)


def test_a_row_that_goes_is_not_seen_any_more_and_leaves_no_gap(view: Problems) -> None:
    first = view.rows[0].y()
    view.show_problems(problems()[2:])
    assert [row for row in view.findChildren(ProblemRow) if not row.isHidden()] == view.rows, "at once"
    QApplication.processEvents()
    assert [row.y() for row in view.rows] == [first, view.rows[0].geometry().bottom() + 1]
    view.show_problems([])
    assert all(row.isHidden() for row in view.findChildren(ProblemRow))
    view.show_problems(problems())
    QApplication.processEvents()
    assert view.rows[0].y() == first


def test_rows_that_come_between_others_stand_in_their_order(view: Problems) -> None:
    one, two, three, four = problems()
    for shown in ([four, one], [one, two, three, four], [three, one, four], [two, four, three, one]):
        view.show_problems(shown)
        QApplication.processEvents()
        assert [row.problem.message for row in sorted(view.rows, key=ProblemRow.y)] == [each.message for each in shown]


def test_the_next_row_is_scrolled_to_and_no_farther(view: Problems, qtbot: QtBot) -> None:
    view.show_problems([Problem("error", f"fc{index}", say("Wrong")) for index in range(20)])
    qtbot.waitUntil(lambda: view.rows[-1].y() > 700)
    seen = view.findChild(ScrollPanel).viewport()
    view.rows[0].take_focus()
    for row in view.rows[1:15]:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
        at = row.mapTo(seen, QPoint(0, 0)).y()
        assert at + row.height() <= seen.height()
    assert at + row.height() == seen.height()
    for _ in range(12):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Up)
    assert view.rows[2].name.hasFocus() and view.rows[2].mapTo(seen, QPoint(0, 0)).y() == 0


def test_a_long_name_has_its_column_and_keeps_both_ends(view: Problems) -> None:
    name = "encoder_layer_with_a_name_that_is_long_12"
    view.resize(500, 300)
    view.show_problems([Problem("error", name, say("Wrong")), Problem("error", "fc1", say("Wrong"))])
    long, short = (row.name for row in view.rows)
    bold = QFontMetrics(theme.ui_font(13, QFont.Weight.Bold))
    assert long.text().startswith("enc") and long.text().endswith("12") and "…" in long.text()
    assert NAME_WIDTH - 40 < bold.horizontalAdvance(long.text()) <= NAME_WIDTH - 20
    assert long.accessibleName().startswith(name) and long.toolTip() == f"Show {name} on the canvas"
    QApplication.processEvents()
    assert long.width() == short.width() == NAME_WIDTH
    view.resize(1600, 300)
    QApplication.processEvents()
    assert long.text() == name and short.width() == long.width() <= 400, "where there is room it is whole"
    view.resize(500, 300)
    QApplication.processEvents()
    assert "…" in long.text() and long.width() == NAME_WIDTH


def test_a_click_on_the_panel_takes_the_keyboard_and_the_tab_key_does_not(view: Problems, qtbot: QtBot) -> None:
    view.show_problems(problems()[:1])
    QApplication.processEvents()
    qtbot.mouseClick(view, LEFT, pos=QPoint(400, 250))
    assert view.hasFocus()
    qtbot.keyClick(view, Qt.Key.Key_Tab)
    assert view.rows[0].name.hasFocus()
    qtbot.keyClick(view.rows[0].name, Qt.Key.Key_Tab)
    assert view.rows[0].repairs[0].hasFocus()


def test_the_words_in_place_of_rows_stand_in_the_middle(view: Problems) -> None:
    view.show_problems([])
    QApplication.processEvents()
    picture, ground = view.grab().toImage(), view.grab().toImage().pixelColor(3, 3)
    inks = [(x, y) for x in range(800) for y in range(100, 160) if picture.pixelColor(x, y) != ground]
    across, down = {x for x, _ in inks}, {y for _, y in inks}
    assert (min(across) + max(across)) / 2 == pytest.approx(400, abs=4)
    assert (min(down) + max(down)) / 2 == pytest.approx(130, abs=6)
