"""What cards say, when they are written anew, and what comes back after an undo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF

from engine.advice.advice import Problem, Repair
from engine.analysis.analysis import analyze
from engine.graph.frames import Frame
from engine.graph.graph import Edge, Graph, Node
from engine.graph.parameters import NodeParameters
from engine.layers.activation import ReLU
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from engine.layers.merge import Add
from engine.messages import say
from tests.widgets.canvas.desk import Stage, network, skipping
from widgets.canvas.cards.face import Face
from widgets.canvas.cards.words import face_of, input_count, plain_face, worst_by_node
from widgets.canvas.ground.fonts import SMALLEST, Fonts
from widgets.canvas.ground.labels import LABEL_COLORS, label_icon, label_name
from widgets.canvas.wires.links import BOW, link_path


def problem(severity: str, node: str | None = "fc1", repairs: tuple[Repair, ...] = ()) -> Problem:
    return Problem(severity, node, say(f"A {severity}"), repairs)


def test_the_gravest_problem_of_each_counts_and_of_equal_ones_the_first():
    hint, warning, error = (problem(severity) for severity in ("hint", "warning", "error"))
    for order in ((hint, warning, error), (error, hint, warning), (warning, error, hint)):
        assert worst_by_node([*order, problem("error", None)]) == {"fc1": error}
    first, second = problem("warning"), Problem("warning", "fc1", say("another"))
    assert worst_by_node([first, second])["fc1"] is first
    assert worst_by_node([hint, problem("hint", "act1")]).keys() == {"fc1", "act1"}


def one(node: Node) -> Graph:
    return Graph.of([node])


@pytest.mark.parametrize(("node", "options", "detail"), [
    (Node("fc1", Linear(out_features=10)), {}, "Linear · 10"), (Node("act1", ReLU()), {}, "ReLU"),
    (Node("act1", ReLU(), bypassed=True), {}, "bypassed · ReLU"),
    (Node("input", Input(shape=(4, 8))), {}, "Input · 4×8"), (Node("input", Input()), {"caption": "MNIST"}, "MNIST"),
    (Node("input", Input(shape=(4, 8))), {"caption": "MNIST"}, "MNIST · 4×8"),
    (Node("act1", ReLU()), {"caption": "MNIST"}, "ReLU"),
])
def test_what_a_card_says_of_its_layer(node, options, detail):
    assert plain_face(one(node), node, **options).detail == detail


def test_what_a_card_shows_of_its_node():
    node = Node("fc1", Linear(), label="red", collapsed=True, parameters=NodeParameters(trainable=False))
    face = plain_face(one(node), node)
    assert (face.name, face.category, face.label, face.collapsed, face.frozen, face.linked, face.repeat) == (
        "fc1", "linear", "red", True, True, False, 1)
    assert plain_face(one(node), node, lends=True).linked and not face.bypassed and face.has_output


def test_how_many_inputs_are_drawn():
    graph = network()
    assert [input_count(graph, graph.nodes[name]) for name in ("input", "fc1", "add1")] == [0, 1, 2]
    graph = graph.with_edges([Edge("conv1", "add1", 3)])
    assert input_count(graph, graph.nodes["add1"]) == 4 and isinstance(graph.nodes["add1"].layer, Add)


@pytest.mark.parametrize(("severity", "shown"), [("hint", False), ("warning", True), ("error", True)])
def test_what_is_wrong_replaces_the_words_but_a_hint_does_not(severity, shown):
    graph, repairs = network(), (Repair(say("Mend it")), Repair(say("Or so")))
    facts = analyze(graph).nodes["fc1"].facts
    face = face_of(Face("fc1", "linear"), facts, problem(severity, repairs=repairs), True)
    assert (face.problem, face.severity, face.repair) == (
        (f"A {severity}", severity, "Mend it") if shown else ("", "", ""))
    assert face.loose and face.count == ""
    assert face_of(Face("fc1", "linear"), facts, problem("error"), False).repair == ""


# -- on a scene -------------------------------------------------------------------------------------------------------


def test_undo_brings_the_very_cards_and_wires_back(stage):
    scene, edge, graph = stage.scene, Edge("fc2", "fc3"), stage.scene.graph
    card, wire = scene.cards["fc3"], scene.wires[edge]
    card.setSelected(True)
    card.hovered = True
    wire.show_tone("broken")
    wire.setSelected(True)
    stage.show(graph.without(["fc3"]))
    assert card.scene() is None and wire.scene() is None and wire not in scene.cards["fc2"].wires
    stage.show(graph)
    assert scene.cards["fc3"] is card and scene.wires[edge] is wire and wire in scene.cards["fc2"].wires
    assert not card.hovered and scene.selectedItems() == [] and wire.tone == ""
    stage.show(graph.without(["fc3"]))
    stage.show(graph.moved({"fc4": (500.0, 304.0)}))
    assert scene.wires[Edge("fc3", "fc4")].path.pointAtPercent(1) == scene.cards["fc4"].in_point(0)
    folded = graph.with_frames([Frame("Head", ("fc2", "fc3"), collapsed=True)])
    stage.show(folded)
    assert not card.isVisible() and not wire.isVisible()
    stage.show(graph.without(["fc2", "fc3"]))
    stage.show(graph)
    assert card.isVisible() and wire.isVisible() and card.fold is None


def test_a_card_that_comes_back_says_what_holds_now(stage):
    shared = skipping().with_shares("fc2", "fc1")
    stage.show(shared)
    stage.show(shared.without(["fc2"]))
    assert not stage.scene.cards["fc1"].face.linked
    stage.show(shared)
    assert stage.scene.cards["fc1"].face.linked and stage.scene.cards["fc2"].face.linked
    graph = stage.scene.graph
    stage.scene.show_caption("MNIST")
    stage.show(graph.without(["input"]))
    stage.scene.show_caption("CIFAR")
    stage.show(graph)
    assert stage.scene.cards["input"].face.detail.startswith("CIFAR")


def test_a_merge_has_as_many_inputs_as_it_uses(desk):
    card = desk.scene.cards["add1"]
    assert card.face.inputs == 2
    graph = desk.graph
    desk.take("", graph.with_edges([Edge("conv1", "add1", 0), Edge("act1", "add1", 1), Edge("input", "add1", 2)]), "")
    assert card.face.inputs == 3
    assert desk.scene.wires[Edge("conv1", "add1", 0)].path.pointAtPercent(1) == card.in_point(0)
    desk.take("", graph, "")
    assert card.face.inputs == 2


def test_a_button_shows_and_does_the_repair(desk, qtbot):
    repairs, seen = (Repair(say("Mend it")),), []
    desk.scene.repair_previewed.connect(seen.append)
    desk.scene.show_analysis(analyze(desk.graph), [problem("warning", "fc1", repairs)])
    button = desk.scene.cards["fc1"].repair_button
    assert button.text == "Mend it"
    button.previewed(True)
    button.previewed(False)
    assert seen == [repairs[0], None]
    desk.scene.repair_requested.disconnect()
    with qtbot.waitSignal(desk.scene.repair_requested) as asked:
        button.pressed()
    assert asked.args == [repairs[0]]
    desk.scene.show_analysis(analyze(desk.graph), [problem("warning", "fc1")])
    assert desk.scene.cards["fc1"].repair_button is None and desk.scene.cards["fc1"].face.severity == "warning"
    desk.scene.show_analysis(analyze(desk.graph), [])
    assert desk.scene.cards["fc1"].face.severity == ""


PRESS, RELEASE, AGAIN = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease,
                         QEvent.Type.MouseButtonDblClick)  # fmt: skip


@pytest.mark.parametrize("first", [PRESS, AGAIN], ids=["here", "the press before was elsewhere"])
def test_a_double_click_on_the_button_is_one_repair(first, desk, qtbot):
    asked: list[Repair] = []
    desk.scene.repair_requested.disconnect()
    desk.scene.repair_requested.connect(asked.append)
    desk.scene.show_analysis(analyze(desk.graph), [problem("warning", "fc1", (Repair(say("Mend it")),))])
    at = desk.at(desk.scene.cards["fc1"].repair_button.sceneBoundingRect().center())
    with qtbot.assertNotEmitted(desk.scene.search_requested):
        for what in (first, RELEASE, AGAIN, RELEASE):
            desk.tell(what, at)
        qtbot.waitUntil(lambda: len(asked) == 1)
        desk.scene.show_analysis(analyze(desk.graph), [])  # the button is gone
        for what in (AGAIN, RELEASE):
            desk.tell(what, at)
        qtbot.wait(20)
    assert len(asked) == 1
    with qtbot.waitSignal(desk.scene.search_requested):
        for what in (PRESS, RELEASE, AGAIN, RELEASE):
            desk.tell(what, at)


def test_decorations_go_on_top_of_each_other_and_away(stage):
    plain = stage.scene.cards["fc1"].face
    stage.scene.decorations.append(lambda face: face._replace(heat=0.5))
    stage.scene.decorations.append(lambda face: face._replace(heat_text=f"{face.heat}"))
    stage.scene.redress(["fc1", "nobody"])
    assert stage.scene.cards["fc1"].face == plain._replace(heat=0.5, heat_text="0.5")
    assert stage.scene.cards["fc2"].face.heat == -1
    stage.scene.redress()
    assert stage.scene.cards["fc2"].face.heat == 0.5
    stage.scene.decorations.clear()
    stage.scene.redress()
    assert stage.scene.cards["fc1"].face == plain


# -- ground -----------------------------------------------------------------------------------------------------------


def test_colours_have_names_and_dots(qapp):
    assert [label_name(color) for color in ("", "red", "purple", "teal")] == ["No colour", "Red", "Purple", "teal"]
    assert label_icon("").isNull()
    for color, tone in LABEL_COLORS.items():
        image = label_icon(color).pixmap(16, 16).toImage()
        assert image.pixelColor(8, 8).name() == tone and image.pixelColor(0, 0).alpha() == 0
        assert image.pixelColor(8, 1).alpha() == 0


def test_wide_letters_are_smaller_but_can_be_read(qapp, monkeypatch):
    usual = Fonts()
    for font, most in ((usual.name, 13), (usual.detail, 12), (usual.count, 12), (usual.pill, 11)):
        assert SMALLEST <= font.pixelSize() <= most
    assert Fonts.get() is Fonts.get()
    monkeypatch.setattr("widgets.canvas.ground.fonts.WORDS_ROOM", 1.0)
    assert Fonts().detail.pixelSize() == Fonts().name.pixelSize() == SMALLEST
    assert Fonts().count.pixelSize() == usual.count.pixelSize()


def test_a_line_between_sharers_swings_out_to_the_right(stage: Stage):
    cards = stage.scene.cards
    cards["fc2"].setPos(80, 152)
    path = link_path(cards["fc2"], cards["fc1"])
    assert path.pointAtPercent(0) == QPointF(80 + 228, 152 + 23) and path.pointAtPercent(1) == QPointF(228, 76 + 23)
    assert 308 < path.boundingRect().right() < 308 + BOW
    assert path.elementAt(1).x == path.elementAt(2).x == 308 + BOW
