"""The inspector: it shows a node with what is known about it, and asks for edits."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

import engine.blocks  # noqa: F401 - fills the registry
from engine.advice.advice import Problem, Repair
from engine.analysis.analysis import Costs, analyze
from engine.graph.graph import Edge, Graph, Node
from engine.layers.base import LAYERS
from engine.messages import say
from tests.in_front import in_front
from tests.seen import button_with, label_with, texts
from widgets.inspector.chip import Chip
from widgets.inspector.code_line import CodeLine
from widgets.inspector.cost_grid import CostGrid
from widgets.inspector.inspector import Inspector
from widgets.inspector.layer_form import LayerForm
from widgets.inspector.name_edit import NameEdit
from widgets.inspector.network_costs import NetworkCosts
from widgets.inspector.node_parameters import NodeParametersForm
from widgets.inspector.problem_list import ProblemList
from widgets.inspector.shape_box import ShapeBox
from widgets.look import theme
from widgets.look.contrast import ENOUGH, contrast, readable_on
from widgets.parts.scroll import ScrollPanel

# Said by the offscreen platform, which has no windows to size; no window system says it.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

GRAPH = Graph.of(
    [Node("input", LAYERS["Input"]()), Node("conv1", LAYERS["Conv2d"](out_channels=6, kernel_size=5, padding=2)),
     Node("act1", LAYERS["Sigmoid"]()), Node("fc1", LAYERS["Linear"](out_features=10))],
    [Edge("input", "conv1"), Edge("conv1", "act1"), Edge("act1", "fc1")],
)
ANALYSIS = analyze(GRAPH, (1, 28, 28))


@pytest.fixture
def inspector(qtbot: QtBot) -> Iterator[Inspector]:
    stage = QWidget()
    inspector = Inspector(stage)
    stage.elsewhere = QPushButton("elsewhere", stage)
    layout = QVBoxLayout(stage)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(inspector)
    layout.addWidget(stage.elsewhere)
    in_front(qtbot, stage, 300, 800)
    yield inspector


def show(inspector: Inspector, name: str, problems: tuple[Problem, ...] = ()) -> None:
    inspector.show_node(GRAPH.nodes[name], ANALYSIS.nodes[name], ANALYSIS.node_costs(name, 256), problems)
    QApplication.processEvents()


def title(inspector: Inspector) -> NameEdit:
    return inspector.findChild(NameEdit)


def code(inspector: Inspector) -> CodeLine:
    return inspector.findChild(CodeLine)


def option(inspector: Inspector, name: str) -> QWidget:
    return inspector.findChild(LayerForm).rows[name].editor


@pytest.mark.parametrize("name", ["out_channels", None])
def test_what_is_typed_goes_with_the_layer_that_it_was_typed_for(inspector, name):
    asked: list[tuple[object, ...]] = []
    for signal in (inspector.layer_changed, inspector.rename_requested):
        signal.connect(lambda *arguments: asked.append(arguments))
    show(inspector, "conv1")
    editor = option(inspector, name) if name else title(inspector)
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, "23")
    inspector.show_node(None, None, None, (), 2)  # chosen in a menu: the keyboard has not left the line
    assert asked == []
    show(inspector, "conv1")
    assert editor.text() == ("6" if name else "conv1")


def test_a_layer_is_shown_with_its_shapes_numbers_and_meaning(inspector: Inspector) -> None:
    show(inspector, "conv1")
    assert title(inspector).text() == "conv1"
    assert code(inspector).text() == "nn.Conv2d(1, 6, kernel_size=5, padding=2)"
    seen = texts(inspector)
    assert "1×28×28 → 6×28×28" in seen
    assert "⌊(28 + 2·2 − 5)/1⌋ + 1 = 28" in seen
    assert {"Conv 2d", "156", "118 k", "4.82 MB"} <= set(seen)
    assert GRAPH.nodes["conv1"].layer.meaning in seen


def test_numbers_follow_the_typing_and_the_field_keeps_the_focus(qtbot: QtBot, inspector: Inspector) -> None:
    show(inspector, "conv1")
    editor = option(inspector, "kernel_size")
    editor.setFocus()
    qtbot.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    with qtbot.assertNotEmitted(inspector.layer_changed), qtbot.waitSignal(inspector.layer_tried) as tried:
        qtbot.keyClicks(editor, "3")
    assert (tried.args[0], tried.args[1].kernel_size) == ("conv1", 3)
    with qtbot.waitSignal(inspector.layer_changed) as asked:
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    name, layer, field = asked.args
    assert (name, layer.kernel_size, field) == ("conv1", 3, "kernel_size")
    analysis = analyze(GRAPH.with_layer("conv1", layer), (1, 28, 28))
    inspector.show_node(analysis.graph.nodes["conv1"], analysis.nodes["conv1"], analysis.node_costs("conv1", 256), ())
    assert "⌊(28 + 2·2 − 3)/1⌋ + 1 = 30" in texts(inspector)
    assert editor.hasFocus()


@pytest.mark.parametrize("kind", LAYERS)
def test_every_layer_can_be_shown_before_anything_is_known(inspector: Inspector, kind: str) -> None:
    inspector.show_node(Node("it", LAYERS[kind]()), None, None, ())
    assert LAYERS[kind].meaning in texts(inspector)


@pytest.mark.parametrize("kind", LAYERS)
def test_every_layer_can_be_shown_with_an_impossible_input(inspector: Inspector, kind: str) -> None:
    layer = LAYERS[kind]()
    analysis = analyze(Graph.of([Node("input", LAYERS["Input"]()), Node("it", layer)],
                                [Edge("input", "it")] if layer.max_inputs else []), (2, 2, 2, 2))
    inspector.show_node(Node("it", layer), analysis.nodes["it"], analysis.node_costs("it", 1), ())
    assert title(inspector).text() == "it"


def test_nothing_and_several_selected_are_said(inspector: Inspector) -> None:
    inspector.show_node(None, None, None, ())
    assert texts(inspector) == ["Select a layer to see what it does and to change it."]
    inspector.show_node(None, None, None, (), 3)
    assert texts(inspector)[0].startswith("3 layers selected")
    assert not inspector.findChild(ScrollPanel).isVisible()


# -- the name -----------------------------------------------------------------------------------------------------


def type_name(qtbot: QtBot, inspector: Inspector, name: str) -> None:
    inspector.focus_name()
    qtbot.keyClicks(title(inspector), name)


def test_enter_asks_for_the_new_name(qtbot: QtBot, inspector: Inspector) -> None:
    show(inspector, "conv1")
    type_name(qtbot, inspector, "stem")
    with qtbot.waitSignal(inspector.rename_requested) as asked:
        qtbot.keyClick(title(inspector), Qt.Key.Key_Return)
    assert asked.args == ["conv1", "stem"]


def test_a_refused_name_says_why_and_keeps_the_focus(qtbot: QtBot, inspector: Inspector) -> None:
    show(inspector, "conv1")
    inspector.rename_requested.connect(lambda old, new: inspector.show_rename_error(f"“{new}” is taken"))
    type_name(qtbot, inspector, "fc1")
    qtbot.keyClick(title(inspector), Qt.Key.Key_Return)
    assert "“fc1” is taken" in texts(inspector)
    assert title(inspector).hasFocus()
    assert title(inspector).text() == "fc1"
    show(inspector, "conv1")
    assert title(inspector).text() == "fc1"
    qtbot.keyClicks(title(inspector), "b")
    assert "“fc1” is taken" not in texts(inspector)
    qtbot.keyClick(title(inspector), Qt.Key.Key_Escape)
    assert title(inspector).text() == "conv1"


def test_leaving_the_name_asks_once_and_a_refusal_brings_it_back(qtbot: QtBot, inspector: Inspector) -> None:
    show(inspector, "conv1")
    asked: list[str] = []
    inspector.rename_requested.connect(lambda old, new: (asked.append(new), inspector.show_rename_error("no")))
    type_name(qtbot, inspector, "fc1")
    qtbot.mouseClick(inspector.window().elsewhere, Qt.MouseButton.LeftButton)
    inspector.window().elsewhere.setFocus()
    assert asked == ["fc1"]
    assert title(inspector).text() == "conv1"
    assert "no" in texts(inspector)


# -- problems -----------------------------------------------------------------------------------------------------


def flat_problem(reason: str = "expects a flat input") -> Problem:
    repair = Repair(say("Insert Flatten"), lambda graph: graph)
    return Problem("error", "fc1", say("{reason}", reason=reason), (repair,))


def test_a_problem_offers_its_repair(qtbot: QtBot, inspector: Inspector) -> None:
    show(inspector, "fc1", (flat_problem(),))
    newer = flat_problem()
    [button] = inspector.findChild(ProblemList).findChildren(QPushButton)
    show(inspector, "fc1", (newer,))
    assert inspector.findChild(ProblemList).findChildren(QPushButton) == [button]
    with qtbot.waitSignal(inspector.repair_requested) as asked:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked.args == [newer.repairs[0]]
    assert "Expects a flat input" in texts(inspector)
    assert "6×28×28 → ?" in texts(inspector)
    show(inspector, "fc1")
    assert not inspector.findChild(ProblemList).isVisible()


def test_repairs_below_each_other_leave_no_hole(inspector: Inspector) -> None:
    repairs = tuple(Repair(say("Insert a layer that makes it flat, number {n}", n=n), lambda graph: graph)
                    for n in range(3))
    show(inspector, "fc1", (Problem("error", "fc1", say("It is not flat"), repairs),))
    inspector.window().resize(300, 1400)
    QApplication.processEvents()
    found = inspector.findChild(ProblemList)
    lowest = max(button.mapTo(found, button.rect().bottomLeft()).y() for button in found.findChildren(QPushButton))
    assert len(found.findChildren(QPushButton)) == 3 and found.height() - lowest <= 8


def test_another_problem_replaces_the_first(inspector: Inspector) -> None:
    show(inspector, "fc1", (flat_problem(),))
    show(inspector, "fc1", (flat_problem("other"),))
    assert "Other" in texts(inspector)
    assert "Expects a flat input" not in texts(inspector)


def test_the_keyboard_stays_when_the_repair_goes(qtbot: QtBot, inspector: Inspector) -> None:
    show(inspector, "fc1", (flat_problem(),))
    inspector.repair_requested.connect(lambda _: show(inspector, "fc1"))
    [button] = inspector.findChild(ProblemList).findChildren(QPushButton)
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert inspector.hasFocus()
    editor = option(inspector, "out_features")
    editor.setFocus()
    inspector.show_node(None, None, None, ())
    assert inspector.hasFocus()


@pytest.mark.usefixtures("font")
def test_long_names_and_sentences_do_not_widen_the_panel(inspector: Inspector) -> None:
    name = "a" * 63
    text = say("{name} is not connected: it is left out of the network", name=name)
    repair = Repair(say("Insert Flatten before {name}", name=name), lambda graph: graph)
    problem = Problem("error", name, text, (repair, repair))
    inspector.show_node(Node(name, LAYERS["Conv2d"]()), None, None, (problem,))
    inspector.show_rename_error(f"“{name}” is taken")
    QApplication.processEvents()
    scroll = inspector.findChild(ScrollPanel)
    assert scroll.widget().width() == scroll.viewport().width()
    for button in inspector.findChild(ProblemList).findChildren(QPushButton):
        assert button.geometry().right() < inspector.findChild(ProblemList).width()
        assert button.toolTip()


def test_typing_is_forgotten_before_another_document(qtbot: QtBot, inspector: Inspector) -> None:
    show(inspector, "conv1")
    type_name(qtbot, inspector, "stem")
    with qtbot.assertNotEmitted(inspector.rename_requested):
        inspector.forget_typing()
        inspector.window().elsewhere.setFocus()
    assert title(inspector).text() == "conv1"


@pytest.mark.usefixtures("font")
def test_a_long_torch_line_is_whole_when_focused(inspector: Inspector) -> None:
    node = Node("block", LAYERS["Inception"]())
    report = analyze(Graph.of([Node("input", LAYERS["Input"]()), node], [Edge("input", "block")]), (6, 14, 14))
    inspector.show_node(node, report.nodes["block"], None, ())
    assert code(inspector).text().endswith("…")
    code(inspector).setFocus()
    assert code(inspector).text() == node.layer.torch_line(((6, 14, 14),))
    assert code(inspector).selectedText() == code(inspector).text()


@pytest.mark.parametrize("category", theme.CATEGORY_COLORS)
def test_the_chip_can_be_read_on_every_colour(category: str) -> None:
    assert contrast(readable_on(theme.color(category)), theme.color(category)) >= ENOUGH


# -- the network --------------------------------------------------------------------------------------------------


def test_the_network_costs_are_shown_with_their_batch(qtbot: QtBot) -> None:
    costs = NetworkCosts()
    qtbot.addWidget(costs)
    costs.show()
    costs.show_costs(Costs(61706, 416_520, 13_107_200, 310_000), 256)
    assert {"61 706", "417 k", "13.1 MB", "0.31 MB", "at batch 256, float32"} <= set(texts(costs))
    costs.show_costs(None, 64)
    assert texts(costs).count("–") == 4
    assert "at batch 64, float32" in texts(costs)


# -- a layer that is code -------------------------------------------------------------------------------------------

FORWARD = "    def forward(self, x):\n        return x\n"
INIT = "    def __init__(self, {}):\n        super().__init__()\n"


@pytest.mark.parametrize(("source", "placeholder"), [
    ("class Plain(nn.Module):\n" + FORWARD, None),
    ("class Known(nn.Module):\n" + INIT.format("in_features") + FORWARD, None),
    ("class Mine(nn.Module):\n" + INIT.format("in_features, units, gain=1") + FORWARD, "units=…, gain=…"),
    ("class Open(nn.Module):\n" + INIT.format("**options") + FORWARD, ""),
    ("class Heir(nn.Linear):\n" + FORWARD, ""), ("class Broken(", ""),
])  # fmt: skip
def test_code_asks_only_for_arguments_that_its_class_takes(inspector: Inspector, source: str,
                                                           placeholder: str | None) -> None:
    inspector.show_node(Node("mine", LAYERS["Code"](source=source)), None, None, ())
    editor = option(inspector, "made_with")
    assert editor.isVisible() == (placeholder is not None)
    assert placeholder is None or editor.placeholderText() == placeholder


def test_arguments_that_are_given_can_be_taken_away(inspector: Inspector) -> None:
    source = "class Plain(nn.Module):\n" + FORWARD
    inspector.show_node(Node("mine", LAYERS["Code"](source=source, made_with="units=3")), None, None, ())
    assert option(inspector, "made_with").text() == "units=3"
    assert option(inspector, "made_with").isVisible()


# -- where everything stands, and what it does alone ------------------------------------------------------------------


def box(part: QWidget, within: QWidget) -> QRect:
    return QRect(part.mapTo(within, QPoint()), part.size())


def test_the_panel_from_top_to_bottom(inspector: Inspector) -> None:
    problem = Problem("error", "conv1", say("It is wrong"))
    inspector.window().resize(300, 1400)
    show(inspector, "conv1", (problem,))
    inspector.show_rename_error("There is another one")
    for _ in range(3):
        QApplication.processEvents()
    name, chip = title(inspector), inspector.findChild(Chip)
    parts = [name, label_with(inspector, "There is another one"), code(inspector), inspector.findChild(LayerForm),
             inspector.findChild(ProblemList), label_with(inspector, "Shape"), inspector.findChild(ShapeBox),
             inspector.findChild(NodeParametersForm), label_with(inspector, "This layer"),
             inspector.findChild(CostGrid), label_with(inspector, GRAPH.nodes["conv1"].layer.meaning)]
    boxes = [box(part, inspector) for part in parts]
    assert all(one.bottom() < other.top() for one, other in pairwise(boxes))
    assert {one.left() for one in boxes} == {16}
    assert {one.right() for one in boxes[2:]} == {inspector.width() - 16 - 1}
    assert boxes[0].top() < 20 and boxes[-1].bottom() < 1200, "the room that is left is below"
    assert box(chip, inspector).right() == inspector.width() - 17 and box(name, inspector).right() < box(
        chip, inspector).left()
    assert chip.width() == chip.sizeHint().width()
    meaning = label_with(inspector, GRAPH.nodes["conv1"].layer.meaning)
    assert meaning.wordWrap() and meaning.property("role") == "dim"
    assert name.accessibleName() == "Name" and "conv1" in name.toolTip()


def test_a_hint_wraps_at_the_top(inspector: Inspector) -> None:
    inspector.show_node(None, None, None, (), 0)
    for _ in range(2):
        QApplication.processEvents()
    hint = label_with(inspector, "Select a layer to see what it does and to change it.")
    place = box(hint, inspector)
    assert (place.left(), place.top(), place.right()) == (16, 16, inspector.width() - 17)
    assert hint.height() < 60 and inspector.width() == 300 and hint.property("role") == "dim"


def test_the_error_of_a_name_goes_when_one_types(inspector: Inspector) -> None:
    show(inspector, "conv1")
    title(inspector).setFocus()
    inspector.show_rename_error("There is another one " * 5)
    for _ in range(2):
        QApplication.processEvents()
    error = label_with(inspector, ("There is another one " * 5).strip())
    assert title(inspector).property("bad") and error.property("role") == "error"
    assert error.height() > 2 * error.fontMetrics().lineSpacing()
    QTest.keyClicks(title(inspector), "x")
    assert not error.isVisible() and not title(inspector).property("bad")


def test_a_name_is_typed_only_where_there_is_one(inspector: Inspector) -> None:
    elsewhere = inspector.window().elsewhere
    elsewhere.setFocus()
    inspector.show_node(None, None, None, (), 0)
    inspector.focus_name()
    assert elsewhere.hasFocus()
    show(inspector, "conv1")
    inspector.focus_name()
    assert title(inspector).hasFocus() and title(inspector).selectedText() == "conv1"


def test_a_trial_changes_numbers_and_shapes_of_its_own_layer_alone(inspector: Inspector) -> None:
    show(inspector, "conv1")
    editor = option(inspector, "kernel_size")
    node = Node("conv1", LAYERS["Conv2d"](out_channels=6, kernel_size=3, padding=2))
    graph = GRAPH.with_layer("conv1", node.layer)
    tried = analyze(graph, (1, 28, 28))
    was, new = ANALYSIS.node_costs("conv1", 256), tried.node_costs("conv1", 256)
    problem = Problem("error", "conv1", say("It would be wrong"))
    other = Node("fc1", node.layer)
    inspector.show_trial(other, tried.nodes["conv1"], new, was, (problem,))
    assert "It would be wrong" not in texts(inspector) and not any("→" in text and "k" in text for text in texts(
        inspector.findChild(CostGrid)))
    inspector.show_trial(node, tried.nodes["conv1"], new, was, (problem,))
    seen = texts(inspector)
    assert {"It would be wrong", "1×28×28 → 6×30×30"} <= set(seen)
    assert any("→" in text for text in texts(inspector.findChild(CostGrid)))
    assert editor.text() == "5", "the form stays"
    show(inspector, "conv1")
    assert not any("→" in text for text in texts(inspector.findChild(CostGrid)))


def test_the_button_under_the_mouse_stays_while_its_result_is_shown(inspector: Inspector) -> None:
    mend = Problem("error", "conv1", say("It is wrong"), (Repair(say("Mend"), lambda graph: graph),))
    show(inspector, "conv1", (mend,))
    for _ in range(2):
        QApplication.processEvents()
    button_with(inspector, "Mend").setFocus()
    inspector.show_trial(GRAPH.nodes["conv1"], ANALYSIS.nodes["conv1"], None, None, ())
    assert button_with(inspector, "Mend").hasFocus()
    inspector.window().elsewhere.setFocus()
    inspector.show_trial(GRAPH.nodes["conv1"], ANALYSIS.nodes["conv1"], None, None, ())
    assert "It is wrong" not in texts(inspector)


@pytest.mark.parametrize(("name", "line", "flow"), [
    ("input", None, "1×28×28"), ("act1", "nn.Sigmoid()", "6×28×28 → 6×28×28"),
    ("fc1", "nn.Linear(4704, 10)", None),
])
def test_what_goes_in_and_out(inspector: Inspector, name: str, line: str | None, flow: str | None) -> None:
    show(inspector, name)
    assert code(inspector).isVisible() == (line is not None)
    assert flow is None or flow in texts(inspector.findChild(ShapeBox))
    node = GRAPH.nodes[name]
    inspector.show_node(node, None, None, ())
    QApplication.processEvents()
    unknown = "?" if name == "input" else "? → ?"
    assert texts(inspector.findChild(ShapeBox)) == [unknown]
    assert line is None or code(inspector).text() == f"{node.layer.torch}(…)"
    assert texts(inspector.findChild(CostGrid)).count("–") == 4


def test_the_keyboard_comes_to_the_panel_when_its_layer_goes(inspector: Inspector) -> None:
    show(inspector, "conv1")
    option(inspector, "padding").setFocus()
    inspector.show_node(None, None, None, (), 0)
    assert inspector.hasFocus()
    inspector.window().elsewhere.setFocus()
    inspector.show_node(None, None, None, (), 2)
    assert inspector.window().elsewhere.hasFocus(), "it was not here"
    inspector.setFocus()
    QTest.keyClick(inspector, Qt.Key.Key_Tab)
    assert not inspector.hasFocus()


@pytest.mark.parametrize("shape", [(3, 8, 8), (5,), (7, 5), (2, 3, 8, 8), (1, 1, 1)], ids=str)
def test_every_layer_is_shown_whatever_comes_in_bypassed_or_not(inspector: Inspector, shape: tuple[int, ...]) -> None:
    """What is bypassed passes on what its layer could not take: nothing is computed with that."""
    for kind, layer in LAYERS.items():
        if layer.max_inputs != 0:
            graph = Graph.of([Node("input", LAYERS["Input"](shape=shape)), Node("one", layer())],
                             [Edge("input", "one")])
            for shown in (graph, graph.with_marks(["one"], bypassed=True)):
                analysis = analyze(shown, shape)
                inspector.show_node(shown.nodes["one"], analysis.nodes["one"], None, ())
                assert title(inspector).text() == "one", kind
