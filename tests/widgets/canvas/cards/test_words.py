"""What cards say of sharing, freezing and repeating."""

from __future__ import annotations

from engine.advice.problem import Problem
from engine.advice.repairs.repair import Repair
from engine.analysis.analysis import analyze
from engine.blocks.residual import Residual
from engine.graph.graph import Edge, Graph, Node
from engine.graph.parameters import NodeParameters
from engine.layers.activation import ReLU, Softmax
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from engine.messages import say
from engine.units import grouped
from tests.widgets.canvas.desk import Stage, skipping
from widgets.canvas.cards.sizes import CARD_WIDTH


def test_sharing_shows_on_both_cards_and_goes_again(stage):
    graph = skipping().with_shares("fc2", "fc1")
    count = grouped(16 * 16 + 16)
    assert stage.scene.cards["fc2"].face.count == count
    stage.show(graph)
    faces = {name: card.face for name, card in stage.scene.cards.items()}
    assert {name for name, face in faces.items() if face.linked} == {"fc1", "fc2"}
    assert faces["fc1"].count == count and faces["fc2"].count == ""
    assert faces["fc2"].detail == "Linear · shares fc1 · 16" and faces["fc1"].detail == "Linear · 16"
    stage.show(skipping())
    assert not any(card.face.linked for card in stage.scene.cards.values())
    assert stage.scene.cards["fc2"].face.count == count


def test_frozen_cards_have_a_lock_and_repeated_ones_say_how_often(qtbot):
    graph = Graph.of([Node("input", Input(shape=(4, 8, 8))),
                      Node("stage", Residual(num_channels=4, repeat=3), (0, 76))], [Edge("input", "stage")])
    stage = Stage(qtbot, graph)
    plain, face = stage.view.grab().toImage(), stage.scene.cards["stage"].face
    assert face.repeat == 3 and face.detail == "Residual · 4" and not face.frozen
    stage.show(graph.with_parameters("stage", NodeParameters(trainable=False)))
    assert stage.scene.cards["stage"].face.frozen
    assert "Frozen" in stage.scene.cards["stage"].toolTip()
    assert stage.view.grab().toImage() != plain
    stage.show(graph)
    assert stage.view.grab().toImage() == plain


def test_a_card_is_as_bad_as_the_worst_that_is_wrong_with_its_layer(stage):
    nodes = [Node("input", Input(shape=(16,))), Node("fc1", Linear(out_features=10), (0, 76)),
             Node("softmax", Softmax(), (0, 152)), Node("conv", Conv2d(out_channels=4), (0, 228)),
             Node("aside", ReLU(), (300, 0))]
    graph = Graph.of(nodes, [Edge("input", "fc1"), Edge("fc1", "softmax")])
    stage.scene.show_graph(graph)
    words = [say("a hint"), say("a warning"), say("an error")]
    problems = [Problem(severity, "softmax", message) for severity, message in
                zip(("hint", "warning", "error"), words, strict=True)]
    analysis = analyze(graph)
    shown = {}
    for count in range(4):
        stage.scene.show_analysis(analysis, [*problems[:count], Problem("warning", "fc1", words[1])])
        faces = {name: card.face for name, card in stage.scene.cards.items()}
        assert (faces["fc1"].severity, faces["fc1"].problem) == ("warning", "A warning")
        assert faces["input"].severity == faces["aside"].severity == ""
        shown[count] = (faces["softmax"].severity, faces["softmax"].problem)
    assert shown == {0: ("", ""), 1: ("", ""), 2: ("warning", "A warning"), 3: ("error", "An error")}
    stage.scene.show_analysis(analysis, [problems[2], problems[1]])
    assert stage.scene.cards["softmax"].face.severity == "error", "in any order"
    stage.scene.show_analysis(analysis, ())
    assert {card.face.severity for card in stage.scene.cards.values()} == {""}


def test_what_is_unfinished_is_said_quietly(stage):
    graph = Graph.of([Node("input", Input(shape=(16,))), Node("fc1", Linear(out_features=10), (0, 76))],
                     [Edge("input", "fc1")])
    stage.scene.show_graph(graph)
    repair = Repair(say("Set outputs to {count}", count=3))
    missing = Problem("error", "fc1", say("It should end in 3"), (repair,), unfinished=True)
    stage.scene.show_analysis(analyze(graph), [missing])
    card = stage.scene.cards["fc1"]
    assert (card.face.severity, card.face.problem, card.face.detail) == ("", "", "Linear · 10")
    assert card.body().width() == CARD_WIDTH and card.repair_button.text == "Set outputs to 3"
    worse = Problem("warning", "fc1", say("A warning"))
    for both in ([missing, worse], [worse, missing]):
        stage.scene.show_analysis(analyze(graph), both)
        assert (card.face.severity, card.face.problem) == ("warning", "A warning") and card.repair_button is None
    stage.scene.show_analysis(analyze(graph), [Problem("hint", "fc1", say("A hint")), missing])
    assert card.face.repair == "Set outputs to 3"
    stage.scene.show_analysis(analyze(graph), ())
    assert card.repair_button is None and card.face.repair == ""
