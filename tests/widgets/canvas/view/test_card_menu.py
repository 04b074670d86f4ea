"""What the menu offers for cards and wires, each entry with its key, and what it does."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QAction

from engine.blocks.edits import make_block
from engine.blocks.residual import Residual
from engine.graph import marks
from engine.graph.frames import Frame
from engine.graph.graph import Edge, Graph, Node
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from engine.messages import Message
from tests.widgets.canvas.desk import Desk, network
from widgets.canvas.view.card_menu import MOST_NAMES
from widgets.canvas.view.menu import context_menu
from widgets.look.text import sentence_text

PLACE = QPointF(-200, 40)


def menu(desk: Desk, *names: str) -> list[QAction]:
    desk.scene.select(names)
    desk.open_menu = context_menu(desk.view, PLACE)
    return [action for action in desk.open_menu.actions() if not action.isSeparator()]


def words(actions: list[QAction]) -> list[str]:
    return [action.text().replace("\t", " | ") for action in actions]


def within(desk: Desk, title: str, *names: str) -> list[QAction]:
    [entry] = [action for action in menu(desk, *names) if action.text() == title]
    return [action for action in entry.menu().actions() if not action.isSeparator()]


def entry(desk: Desk, text: str, *names: str) -> QAction:
    [found] = [action for action in menu(desk, *names) if action.text().split("\t")[0] == text]
    return found


COMMON = ["Bypass | M", "Comment | C", "Collapse | H", "Colour label", "Cut | Ctrl+X", "Copy | Ctrl+C",
          "Duplicate | Ctrl+D"]
DELETE = ["Delete | Del", "Delete and rejoin | Shift+Del"]


@pytest.mark.parametrize(("names", "offered"), [
    (["conv1"], ["Make block… | Ctrl+G", "Freeze", "Replace… | R", "Replace all Conv 2d…", *COMMON, "Rename | F2",
                 *DELETE]),
    (["act1"], ["Make block… | Ctrl+G", "Replace… | R", "Replace all ReLU…", *COMMON, "Rename | F2", *DELETE]),
    (["conv1", "act1"], ["Make block… | Ctrl+G", "Freeze", "Replace… | R", "Replace in selection…", *COMMON, *DELETE]),
    (["input"], [*COMMON[1:], "Rename | F2", *DELETE]),
    (["input", "act1"], ["Replace… | R", "Replace all ReLU…", *COMMON, *DELETE]),
])
def test_what_is_offered_for_cards(desk, names, offered):
    assert words(menu(desk, *names)) == offered


@pytest.fixture
def blocks(qtbot) -> Desk:
    nodes = [Node("input", Input(shape=(4, 8, 8))), Node("stage", Residual(num_channels=4, repeat=3), (0, 76))]
    return Desk(qtbot, Graph.of(nodes, [Edge("input", "stage")]))


def test_a_block_is_looked_into_repeated_and_dissolved(blocks, qtbot):
    desk = blocks
    assert words(menu(desk, "stage"))[:4] == ["Look inside | Return", "Repeat", "Dissolve | Ctrl+Shift+G",
                                              "Make block… | Ctrl+G"]
    with qtbot.waitSignal(desk.scene.open_requested) as asked:
        entry(desk, "Look inside", "stage").trigger()
    assert asked.args == ["stage"]
    for signal, text in ((desk.view.dissolve_requested, "Dissolve"), (desk.view.block_requested, "Make block…"),
                         (desk.view.rename_requested, "Rename")):
        with qtbot.waitSignal(signal):
            entry(desk, text, "stage").trigger()
    choices = within(desk, "Repeat", "stage")
    assert words(choices) == ["Once", "×2", "×3", "×4", "×5", "×6", "×8", "×12", "×16"]
    assert [choice.text() for choice in choices if choice.isChecked()] == ["×3"]
    texts = []
    desk.scene.edit_requested.connect(lambda text, *_rest: texts.append(text))
    within(desk, "Repeat", "stage")[3].trigger()
    assert desk.graph.nodes["stage"].layer.repeat == 4 and texts == ["Repeat stage"]
    desk.take("", desk.graph.with_layer("stage", Residual(num_channels=4, repeat=7)), "")
    assert [choice.text() for choice in within(desk, "Repeat", "stage") if choice.isChecked()] == ["×7"]
    assert "Add to my blocks" not in words(menu(desk, "stage"))
    assert words(menu(desk, "input", "stage"))[0] == "Dissolve | Ctrl+Shift+G"


@pytest.mark.parametrize("kept", [False, True])
def test_an_own_block_is_kept_and_forgotten(qtbot, kept):
    graph, name = make_block(network(), ["conv1", "act1"], "Stem")
    desk = Desk(qtbot, graph)
    desk.view.is_kept = lambda layer: kept and layer.label == "Stem"
    assert ("Remove from my blocks" in words(menu(desk, name))) == kept
    with qtbot.waitSignal(desk.view.keep_requested):
        entry(desk, "Add to my blocks", name).trigger()
    if kept:
        with qtbot.waitSignal(desk.view.forget_requested):
            entry(desk, "Remove from my blocks", name).trigger()
    assert "Add to my blocks" not in words(menu(desk, name, "fc1"))


def test_replacing_is_asked_for(desk, qtbot):
    with qtbot.waitSignal(desk.view.search_requested) as asked:
        entry(desk, "Replace…", "conv1", "act1", "input").trigger()
    assert asked.args[0].replaces == ("conv1", "act1") and asked.args[0].point == PLACE
    for text, names, in_selection in (("Replace all ReLU…", ["act1"], False),
                                      ("Replace in selection…", ["act1", "conv1"], True)):
        with qtbot.waitSignal(desk.view.replace_requested) as asked:
            entry(desk, text, *names).trigger()
        assert asked.args == [in_selection]


def test_bypass_and_collapse_are_called_by_what_they_would_do(desk):
    desk.take("", desk.graph.with_marks(["conv1"], bypassed=True, collapsed=True), "")
    assert {"Take part again | M", "Unfold | H"} <= set(words(menu(desk, "conv1")))
    assert {"Bypass | M", "Collapse | H"} <= set(words(menu(desk, "conv1", "act1")))
    assert {"Take part again | M"} <= set(words(menu(desk, "conv1", "input")))
    entry(desk, "Take part again", "conv1").trigger()
    entry(desk, "Unfold", "conv1").trigger()
    assert not desk.graph.nodes["conv1"].bypassed and not desk.graph.nodes["conv1"].collapsed


def alike(count: int) -> Graph:
    nodes = [Node("input", Input(shape=(8,)))] + [Node(f"fc{n}", Linear(out_features=8), (0, 76.0 * n + 76))
                                                  for n in range(count)]
    return Graph.of(nodes, [Edge(a.name, b.name) for a, b in pairwise(nodes)])


def test_weights_are_shared_and_given_back(qtbot):
    desk = Desk(qtbot, alike(3))
    choices = within(desk, "Share weights with", "fc1")
    assert words(choices) == ["fc0", "fc2"] and not any(choice.isChecked() for choice in choices)
    texts = []
    desk.scene.edit_requested.connect(lambda text, *_rest: texts.append(text))
    choices[0].trigger()
    assert desk.graph.nodes["fc1"].shares == "fc0" and texts == ["Share the weights of fc0"]
    choices = within(desk, "Share weights with", "fc1")
    assert words(choices)[0] == "No other layer"
    assert [choice.text() for choice in choices if choice.isChecked()] == ["fc0"]
    assert "Freeze" not in words(menu(desk, "fc1")), "they are another's"
    choices[0].trigger()
    assert desk.graph.nodes["fc1"].shares is None and texts[1:] == ["Own weights for fc1"]
    desk = Desk(qtbot, alike(40))
    assert len(within(desk, "Share weights with", "fc1")) == MOST_NAMES
    desk = Desk(qtbot, alike(1))
    assert "Share weights with" not in words(menu(desk, "fc0"))


def test_what_cannot_be_done_any_more_says_why(qtbot):
    desk, told = Desk(qtbot, alike(3)), []
    desk.view.refused.connect(told.append)
    choices = within(desk, "Share weights with", "fc1")
    desk.take("", desk.graph.without(["fc0"]), "")
    choices[0].trigger()
    assert len(told) == 1 and isinstance(told[0], Message) and "fc0" in sentence_text(told[0])
    assert desk.graph.nodes["fc1"].shares is None


def test_what_learns_is_frozen_first_and_only_then_all_unfrozen(qtbot):
    desk = Desk(qtbot, alike(2))
    entry(desk, "Freeze", "fc0").trigger()
    assert "Unfreeze" in words(menu(desk, "fc0"))
    entry(desk, "Freeze", "fc0", "fc1").trigger()
    assert not any(desk.graph.nodes[name].parameters.trainable for name in ("fc0", "fc1"))
    entry(desk, "Unfreeze", "fc0", "fc1").trigger()
    assert all(desk.graph.nodes[name].parameters.trainable for name in ("fc0", "fc1"))


def test_the_key_that_is_shown_is_the_one_that_does_it_now(desk):
    desk.view.key_now = lambda key: {"F2": "Ctrl+R", "M": ""}.get(key, key)
    assert {"Rename | Ctrl+R", "Bypass", "Comment | C"} <= set(words(menu(desk, "conv1")))


def marked(desk: Desk, *items: object) -> list[str]:
    desk.scene.choose(set(items))
    desk.open_menu = context_menu(desk.view, PLACE)
    return words([action for action in desk.open_menu.actions() if not action.isSeparator()])


def test_what_is_offered_for_wires_and_frames(desk):
    desk.take("", marks.with_frame(desk.graph, Frame("Head", ("conv1",))), "")
    desk.take("", marks.with_frame(desk.graph, Frame("why", (), (-300.0, 40.0), (200.0, 90.0))), "")
    desk.take("", desk.graph.with_via(Edge("conv1", "act1"), ((-50.0, 140.0),)), "")
    plain, bent = sorted(desk.scene.wires.values(), key=lambda wire: bool(wire.via))
    assert marked(desk, plain) == ["Insert a layer…", "Add a bend", "Delete | Del"]
    assert marked(desk, bent) == ["Insert a layer…", "Add a bend", "Remove bends", "Delete | Del"]
    assert marked(desk, plain, bent) == ["Delete | Del"]
    head, note = desk.scene.frames.items
    layers = ["Copy with its layers | Ctrl+C", "Delete with its layers"]
    assert marked(desk, head) == ["Write… | Return", "Collapse | H", "Colour", *layers, "Delete | Del"]
    assert marked(desk, note) == ["Write… | Return", "Colour", "Delete | Del"]
    assert marked(desk, head, note) == ["Collapse | H", "Colour", *layers, "Delete | Del"]
    desk.take("", marks.frames_folded(desk.graph, [0]), "")
    assert "Unfold | H" in marked(desk, *desk.scene.frames.items)
    assert "Rename | F2" in marked(desk, head, desk.scene.cards["fc1"]), "a card counts before a frame"


def test_going_out_is_offered_inside_a_block_only(desk, qtbot):
    assert not any("Go out" in text for text in marked(desk))
    desk.view.is_inside = True
    assert marked(desk)[0] == "Go out | Backspace"
    with qtbot.waitSignal(desk.view.out_requested):
        desk.open_menu.actions()[0].trigger()
    assert {"Add a layer here… | Tab", "Add a note | C", "Select all | Ctrl+A", "Show everything | Home"} < set(
        marked(desk))
