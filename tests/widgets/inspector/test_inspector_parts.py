"""The inspector's parts by themselves: numbers, doors, problems with repairs, the code line, the chip, the name."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from engine.advice.advice import Problem, Repair
from engine.analysis.analysis import Costs
from engine.messages import say
from engine.units import grouped
from tests.seen import label_with, texts
from widgets.inspector.chip import Chip
from widgets.inspector.code_line import CodeLine
from widgets.inspector.cost_grid import CostGrid
from widgets.inspector.doors import Doors
from widgets.inspector.name_edit import NameEdit
from widgets.inspector.network_costs import NetworkCosts
from widgets.inspector.problem_list import ProblemList
from widgets.look import theme
from widgets.look.contrast import readable_on

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
COSTS = Costs(61706, 416_520, 13_107_200, 310_000)
TITLES = ["Parameters", "Multiply-adds", "Training memory", "Inference memory"]


@pytest.fixture
def stage(qtbot: QtBot) -> QWidget:
    theme.apply(QApplication.instance(), theme.DARK)
    stage = QWidget()
    stage.elsewhere = QLineEdit(stage)
    stage.elsewhere.move(0, 380)
    qtbot.addWidget(stage)
    stage.resize(300, 400)
    stage.show()
    with qtbot.waitActive(stage):
        stage.activateWindow()
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
