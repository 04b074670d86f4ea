"""The inspector's parts by themselves: numbers, doors, problems with repairs, the code line, the chip, the name."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from engine.advice.advice import Problem, Repair
from engine.analysis.analysis import Costs
from engine.messages import say
from engine.units import grouped
from tests.in_front import in_front
from tests.painted import drawn
from tests.redrawn import is_redrawn
from tests.seen import label_with, texts
from widgets.inspector.chip import Chip
from widgets.inspector.code_line import CodeLine
from widgets.inspector.cost_grid import CostGrid
from widgets.inspector.doors import Doors
from widgets.inspector.name_edit import NameEdit
from widgets.inspector.network_costs import NetworkCosts
from widgets.inspector.problem_list import ProblemList
from widgets.inspector.shape_box import ShapeBox
from widgets.look import theme
from widgets.look.contrast import readable_on

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
COSTS = Costs(61706, 416_520, 13_107_200, 310_000)
TITLES = ["Parameters", "Multiply-adds", "Training memory", "Inference memory"]


@pytest.fixture
def stage(qtbot: QtBot) -> QWidget:
    stage = QWidget()
    stage.elsewhere = QLineEdit(stage)
    stage.elsewhere.move(0, 380)
    in_front(qtbot, stage, 300, 400)
    stage.elsewhere.setFocus()
    return stage


def inside(stage: QWidget, part: QWidget) -> QWidget:
    part.setParent(stage)
    part.resize(280, part.height())
    part.show()
    return part


def test_numbers_with_the_exact_count_below_the_mouse(stage: QWidget):
    grid = inside(stage, CostGrid())
    assert texts(grid) == [text for title in TITLES for text in (title, "–")]
    assert {label.toolTip() for label in grid.findChildren(QLabel)} == {""}
    grid.show_costs(COSTS, ("all weights", "for one", "to train", "to predict"))
    plain = [text for text in texts(grid) if text not in TITLES]
    assert plain == ["61 706", "417 k", "13.1 MB", "0.31 MB"]
    tips = [label_with(grid, title).toolTip() for title in TITLES]
    exact = [grouped(61706), grouped(416_520), f"{grouped(13_107_200)} bytes", f"{grouped(310_000)} bytes"]
    for tip, number, words in zip(tips, exact, ("all weights", "for one", "to train", "to predict"), strict=True):
        assert number in tip and words in tip
    roles = {label.property("role") for label in grid.findChildren(QLabel) if label.text() not in TITLES}
    assert roles == {"number"}
    places = [label_with(grid, title).pos().toTuple() for title in TITLES]
    assert places[0][1] == places[1][1] < places[2][1] == places[3][1] and places[0][0] == places[2][0] < places[1][0]


def test_numbers_that_would_change_are_shown_as_they_were_too(stage: QWidget):
    grid = inside(stage, CostGrid())
    grid.show_costs(COSTS, was=Costs(61706, 1000, 13_107_200, 310_000))
    shown = [label for label in grid.findChildren(QLabel) if label.text() not in TITLES]
    assert [label.property("role") for label in shown] == ["number", "change", "number", "number"]
    assert " ".join(shown[1].text().split()).endswith("→ 417 k") and "→" not in shown[0].text()
    grid.show_costs(None, was=COSTS)
    assert [label.text() for label in shown] == ["–"] * 4
    assert [label.property("role") for label in shown] == ["number"] * 4
    whole = inside(stage, NetworkCosts())
    whole.show_costs(COSTS, 1024)
    batch = " ".join(grouped(1024).split())
    assert {f"at batch {batch}, float32", "Network"} <= set(texts(whole))
    assert grouped(1024) in label_with(whole, "Training memory").toolTip()


@pytest.mark.parametrize(("block", "code", "shown"), [
    (True, False, ["Look inside", "Dissolve"]), (False, True, ["Edit code"]), (False, False, []),
    (True, True, ["Look inside", "Dissolve", "Edit code"]),
])
def test_doors(stage: QWidget, block: bool, code: bool, shown: list[str]):
    doors, asked = inside(stage, Doors()), []
    for name in ("inside", "dissolve", "code"):
        getattr(doors, f"{name}_requested").connect(lambda name=name: asked.append(name))
    doors.show_doors(block, code)
    buttons = [button for button in doors.findChildren(QPushButton) if button.isVisible()]
    assert [button.text() for button in buttons] == shown and doors.isVisible() == bool(shown)
    for button in buttons:
        button.click()
        assert button.accessibleName() == button.text() and button.accessibleDescription()
    names = {"Look inside": "inside", "Dissolve": "dissolve", "Edit code": "code"}
    assert asked == [names[text] for text in shown]


def problem(severity: str, words: str, *repairs: str) -> Problem:
    return Problem(severity, "fc1", say(words), tuple(Repair(say(text), lambda graph: graph) for text in repairs))


def test_problems_in_the_colour_of_their_severity(stage: QWidget):
    problems = inside(stage, ProblemList())
    problems.show_problems([problem(*told) for told in (
        ("error", "It is wrong"), ("warning", "It may be"), ("hint", "A hint"))])
    roles = {label.text(): label.property("role") for label in problems.findChildren(QLabel)}
    assert roles == {"It is wrong": "error", "It may be": "warning", "A hint": "dim"}
    problems.show_problems([])
    assert not problems.isVisible() and texts(problems) == []


@pytest.mark.parametrize(("repairs", "side_by_side"), [
    (("Mend", "Or so"), True), (("Insert a Flatten layer before it", "Take the layer away again"), False)])
def test_repairs_are_asked_for_and_previewed(stage: QWidget, repairs: tuple[str, str], side_by_side: bool):
    problems, asked, seen = inside(stage, ProblemList()), [], []
    problems.repair_requested.connect(asked.append)
    problems.repair_previewed.connect(seen.append)
    problems.show_problems([problem("error", "It is wrong", "First"), problem("warning", "It may be", *repairs)])
    newer = [problem("error", "It is wrong", "First"), problem("warning", "It may be", *repairs)]
    problems.show_problems(newer)
    QApplication.processEvents()
    first, *others = [button for button in problems.findChildren(QPushButton) if button.isVisible()]
    assert [button.accessibleName() for button in (first, *others)] == ["First", *repairs]
    problems.adjustSize()
    QApplication.processEvents()
    assert (others[0].y() == others[1].y()) == side_by_side and (others[0].x() == others[1].x()) != side_by_side
    others[1].setFocus()
    assert seen[-1:] == [newer[1].repairs[1]] and problems.is_pointed_at
    stage.elsewhere.setFocus()
    assert seen[-1] is None and not problems.is_pointed_at
    QTest.mouseClick(first, Qt.MouseButton.LeftButton)
    others[0].click()
    assert asked == [newer[0].repairs[0], newer[1].repairs[0]]


def test_a_repair_that_is_shown_no_more_is_neither_previewed_nor_asked_for(stage: QWidget):
    """Where one goes, the mouse may come to another that is about to go."""
    problems, asked, seen = inside(stage, ProblemList()), [], []
    problems.show_problems([problem("error", "It is wrong", "First"), problem("warning", "It may be", "Second")])
    QApplication.processEvents()
    first, second = [button for button in problems.findChildren(QPushButton) if button.isVisible()]
    problems.repair_requested.connect(asked.append)
    problems.repair_previewed.connect(seen.append)
    first.pointed_at.connect(lambda on: second.pointed_at.emit(True))  # as soon as the first goes
    first.setFocus()
    problems.show_problems([problem("error", "Another", "Third")])
    second.click()
    assert [str(each.text) for each in seen if each is not None] == ["First", "Second"] and asked == []
    assert seen[-1] is None and not problems.is_pointed_at


def test_the_keyboard_is_let_go_of_only_when_its_button_goes(stage: QWidget):
    problems, freed = inside(stage, ProblemList()), []
    problems.focus_freed.connect(lambda: freed.append(True))
    problems.show_problems([problem("error", "It is wrong", "First")])
    problems.show_problems([problem("error", "Another", "First")])
    assert freed == []
    QApplication.processEvents()
    [button] = [button for button in problems.findChildren(QPushButton) if button.isVisible()]
    button.setFocus()
    problems.show_problems([problem("error", "A third", "First")])
    assert freed == [True]


def test_the_code_line_is_whole_while_it_has_the_keyboard(stage: QWidget):
    line = inside(stage, CodeLine())
    long = "nn.Conv2d(in_channels=64, out_channels=128, kernel_size=3, padding=1)"
    line.resize(160, 24)
    line.show_code(long)
    assert line.text().endswith("…") and long in line.toolTip().replace("&quot;", '"') and line.isReadOnly()
    line.setFocus()
    assert line.text() == line.selectedText() == long
    stage.elsewhere.setFocus()
    assert line.text().endswith("…") and line.cursorPosition() == 0
    line.resize(2000, 24)
    assert line.text() == long
    line.show_code("nn.ReLU()")
    assert line.text() == "nn.ReLU()" and line.accessibleName() == "In PyTorch"


@pytest.mark.parametrize("category", ["convolution", "linear", "input"])
def test_the_chip_is_as_wide_as_its_words_and_has_their_colour(stage: QWidget, category: str):
    chip = inside(stage, Chip())
    chip.show_kind("Conv 2d", category)
    assert chip.sizeHint() == chip.minimumSizeHint() and chip.sizeHint().height() == 18
    assert chip.sizeHint().width() == chip.fontMetrics().horizontalAdvance("Conv 2d") + 16
    chip.resize(chip.sizeHint().width() + 40, 30)
    image = chip.grab().toImage()
    ground = theme.color(category)
    assert image.pixelColor(12, 15).name() == ground.name() != image.pixelColor(12, 2).name()
    ink = readable_on(ground).lightness()
    seen = [image.pixelColor(x, y).lightness() for x in range(20, image.width() - 20) for y in range(7, 23)]
    assert min(abs(each - ink) for each in seen) < 40, "its words can be read"


def test_a_name_is_asked_for_once_and_taken_back(stage: QWidget):
    edit, typed = inside(stage, NameEdit()), []
    edit.name_typed.connect(typed.append)
    edit.show_name("conv1")
    assert edit.text() == "conv1" and edit.cursorPosition() == 0
    edit.setFocus()
    QTest.keyClicks(edit, "b")
    edit.show_name("conv1")
    assert edit.text() != "conv1", "what is typed stays"
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    assert edit.text() == "conv1" and typed == []
    edit.selectAll()
    QTest.keyClicks(edit, "stem")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert typed == ["stem"]
    edit.show_name("stem")
    stage.elsewhere.setFocus()
    assert typed == ["stem"]
    edit.show_name("act1")
    assert edit.text() == "act1"


def test_a_chip_is_a_round_piece_of_its_colour(stage: QWidget):
    chip = inside(stage, Chip())
    chip.show_kind("Conv 2d", "convolution")
    chip.resize(90, 30)
    ground, words = drawn(chip)
    color = theme.color("convolution")
    assert (ground.place, ground.pen, ground.fill, ground.smooth) == (QRectF(0, 6, 90, 18), "", color.name(), True)
    assert (words.text, words.place, words.pen) == ("Conv 2d", ground.place, readable_on(color).name())
    assert (words.font.family(), words.font.pixelSize()) == (theme.ui_font(11).family(), 11)
    assert is_redrawn(chip, lambda: chip.show_kind("Conv 2d", "linear"))
    assert drawn(chip)[0].fill == theme.color("linear").name()


def test_a_row_makes_room_for_another_kind(stage: QWidget):
    part = inside(stage, QWidget())
    row, chip = QHBoxLayout(part), Chip()
    row.addWidget(QLabel("name"), 1)
    row.addWidget(chip)
    for kind in ("ReLU", "Batch normalization", "Conv 2d"):
        chip.show_kind(kind, "convolution")
        for _ in range(2):
            QApplication.processEvents()
        assert chip.width() == chip.sizeHint().width() == chip.fontMetrics().horizontalAdvance(kind) + 16


def focus(line: QLineEdit, kind: QEvent.Type, reason: Qt.FocusReason) -> None:
    QApplication.sendEvent(line, QFocusEvent(kind, reason))


def test_a_menu_over_the_code_leaves_what_is_selected(stage: QWidget):
    line = inside(stage, CodeLine())
    line.resize(160, 24)
    line.show_code("nn.Conv2d(in_channels=64, out_channels=128, kernel_size=3, padding=1)")
    line.setFocus()
    line.setSelection(3, 6)
    for kind in (QEvent.Type.FocusOut, QEvent.Type.FocusIn):
        focus(line, kind, Qt.FocusReason.PopupFocusReason)
        assert (line.selectedText(), line.text().startswith("nn.Conv2d(")) == ("Conv2d", True)
    assert not line.text().endswith("…")
    line.show_code("nn.Linear(64, 10)")
    assert line.text() == "nn.Linear(64, 10)" and "nn.Linear(64, 10)" in line.toolTip()
    line.setSelection(0, 2)
    line.show_code("nn.Linear(64, 10)")
    assert line.selectedText() == "nn", "the same code again changes nothing"
    assert (line.font().family(), line.font().pixelSize()) == (theme.mono_font(11).family(), 11)
    assert line.font().letterSpacing() == 98 and line.font().letterSpacingType() == QFont.SpacingType.PercentageSpacing
    assert "The same in PyTorch" in line.toolTip()
    QTest.keyClicks(line, "x")
    assert line.text() == "nn.Linear(64, 10)", "to be read and copied"


def test_the_first_letter_of_code_and_name_stands_flush_with_labels(stage: QWidget):
    line, name = inside(stage, CodeLine()), inside(stage, NameEdit())
    assert (line.textMargins().left(), line.textMargins().right()) == (-2, -2)
    assert (name.textMargins().left(), name.textMargins().right()) == (-2, 0)
    assert line.textMargins().top() == line.textMargins().bottom() == name.textMargins().top() == 0


@pytest.mark.parametrize("reason", [Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason])
def test_a_name_is_not_asked_for_while_another_window_or_a_menu_is_in_front(stage: QWidget, reason: Qt.FocusReason):
    edit, typed = inside(stage, NameEdit()), []
    edit.name_typed.connect(typed.append)
    edit.show_name("conv1")
    edit.setFocus()
    QTest.keyClicks(edit, "b")
    written = edit.text()
    focus(edit, QEvent.Type.FocusOut, reason)
    assert (edit.text(), typed) == (written, [])
    focus(edit, QEvent.Type.FocusOut, Qt.FocusReason.TabFocusReason)
    assert typed == [written]


def test_a_refused_name_is_marked_until_one_types_or_leaves(stage: QWidget):
    edit, calmed, typed = inside(stage, NameEdit()), [], []
    edit.calmed.connect(lambda: calmed.append(1))
    edit.name_typed.connect(typed.append)
    edit.show_name("conv1")
    edit.setFocus()
    QTest.keyClicks(edit, " a b ")
    QTest.keyClick(edit, Qt.Key.Key_Enter)
    assert typed == [edit.text().strip()]
    calmed.clear()
    edit.refuse()
    assert edit.property("bad") and "a b" in edit.text(), "kept, to be mended"
    QTest.keyClicks(edit, "c")
    assert not edit.property("bad") and calmed == [1]
    edit.refuse()
    stage.elsewhere.setFocus()
    assert (edit.text(), edit.property("bad"), edit.cursorPosition(), len(typed)) == ("conv1", False, 0, 1)
    edit.setText("nonsense")
    edit.refuse()
    assert (edit.text(), bool(edit.property("bad"))) == ("conv1", False), "the person has gone on"
    edit.setFocus()
    edit.setText("other")
    edit.take_back()
    assert (edit.text(), edit.cursorPosition()) == ("conv1", 5)
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    edit.setText("x" * 200)
    assert len(edit.text()) == 120


def test_shapes_and_their_arithmetic_stand_below_each_other(stage: QWidget):
    box = inside(stage, ShapeBox())
    box.show_shapes("1×28×28 → 6×28×28", ("(28 + 4 − 5)/1 + 1 = 28", "6 · 26 = 156"), "How a convolution reckons")
    QApplication.processEvents()
    shapes = label_with(box, "1×28×28 → 6×28×28")
    lines = label_with(box, "(28 + 4 − 5)/1 + 1 = 28\n6 · 26 = 156")
    assert [(label.font().family(), label.font().pixelSize()) for label in (shapes, lines)] == [
        (theme.mono_font(13).family(), 13), (theme.mono_font(11).family(), 11)]
    assert "How a convolution reckons" in box.toolTip()
    box.adjustSize()
    QApplication.processEvents()
    assert shapes.geometry().bottom() < lines.geometry().top()
    box.show_shapes("? → ?", (), "")
    assert texts(box) == ["? → ?"]
    box.show_shapes("1×2×3 × " * 20, ("a + b " * 40,), "")
    box.resize(200, 300)
    QApplication.processEvents()
    for label in box.findChildren(QLabel):
        assert label.heightForWidth(176) > 2 * label.fontMetrics().lineSpacing()
        QTest.mouseDClick(label, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
        assert label.hasSelectedText(), "to be copied"


def box_in(part: QWidget, within: QWidget) -> QRect:
    return QRect(part.mapTo(within, QPoint()), part.size())


def test_the_numbers_of_the_network_stand_below_a_line(stage: QWidget):
    whole = inside(stage, NetworkCosts())
    whole.show_costs(COSTS, 256)
    whole.resize(280, whole.sizeHint().height())
    for _ in range(2):
        QApplication.processEvents()
    [rule] = [frame for frame in whole.findChildren(QFrame) if frame.property("role") == "rule"]
    assert box_in(rule, whole) == QRect(0, 0, 280, 1)
    title, batch = label_with(whole, "Network"), label_with(whole, "at batch 256, float32")
    grid = whole.findChild(CostGrid)
    boxes = [box_in(part, whole) for part in (rule, title, grid, batch)]
    assert all(one.bottom() < other.top() for one, other in pairwise(boxes))
    assert {box.left() for box in boxes[1:]} == {16}
    assert title.property("role") == "section" and batch.property("role") == "small"
    whole.show_costs(COSTS, 256, was=Costs(1, 416_520, 13_107_200, 310_000))
    assert any("→" in text for text in texts(whole))
    tips = {name: label_with(whole, name).toolTip() for name in TITLES}
    assert "added up over the layers" in tips["Parameters"] and "in convolutions" in tips["Multiply-adds"]
    assert "256 examples" in tips["Training memory"] and "256 examples" in tips["Inference memory"]


def test_numbers_that_changed_are_shown_in_smaller_letters_and_back(stage: QWidget):
    grid = inside(stage, CostGrid())
    grid.show_costs(COSTS)
    number = label_with(grid, "417 k")
    QApplication.processEvents()
    usual, height = number.fontMetrics().height(), number.height()
    grid.show_costs(COSTS, was=Costs(61706, 1000, 13_107_200, 310_000))
    QApplication.processEvents()
    assert number.fontMetrics().height() < usual and number.height() == height, "nothing moves"
    grid.show_costs(COSTS)
    QApplication.processEvents()
    assert number.fontMetrics().height() == usual
    widths = [label_with(grid, title).width() for title in TITLES]
    assert max(widths) - min(widths) <= 1, "two columns of one width"
    numbers = [label for label in grid.findChildren(QLabel) if label.property("role") == "number"]
    assert [label.accessibleName() for label in numbers] == TITLES


def test_sentences_that_went_are_not_seen_and_long_ones_wrap(stage: QWidget):
    problems = inside(stage, ProblemList())
    problems.show_problems([problem("error", "It is wrong", "First"), problem("hint", "A hint")])
    QApplication.processEvents()
    problems.show_problems([problem("error", "It is wrong in many words. " * 8)])
    assert "It is wrong" not in [label.text() for label in problems.findChildren(QLabel) if label.isVisible()]
    problems.resize(248, 300)
    for _ in range(2):
        QApplication.processEvents()
    [label] = [label for label in problems.findChildren(QLabel) if label.isVisible()]
    assert label.width() <= 248 and label.height() > 2 * label.fontMetrics().lineSpacing()
    assert [button for button in problems.findChildren(QPushButton) if button.isVisible()] == []


def test_repairs_stand_at_the_left_a_little_apart(stage: QWidget):
    problems = inside(stage, ProblemList())
    problems.show_problems([problem("error", "It is wrong", "Mend", "Or so")])
    problems.resize(248, 200)
    for _ in range(2):
        QApplication.processEvents()
    one, other = [box_in(button, problems) for button in problems.findChildren(QPushButton) if button.isVisible()]
    assert (one.left(), other.left() - one.right()) == (0, 9)
    assert other.right() < 240, "the room that is left is at the right"
    sentence = box_in(label_with(problems, "It is wrong"), problems)
    assert sentence.bottom() + 9 == one.top()
