"""What is written on the cards of a scene, and when."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF

from engine.advice.advice import Problem, Repair
from engine.analysis.analysis import analyze
from engine.graph.graph import Edge, Graph
from engine.graph.parameters import NodeParameters
from engine.layers.linear import Linear
from engine.messages import say
from tests.widgets.canvas.desk import Stage, skipping


def test_only_what_differs_is_written_anew(stage):
    graph = skipping().with_shares("fc2", "fc1")
    stage.show(graph)

    def written_by(graph: Graph) -> list[str]:
        """The cards whose words are made anew when this graph is shown."""
        before = {name: card.plain for name, card in stage.scene.cards.items()}
        stage.show(graph)
        return [name for name, card in stage.scene.cards.items() if card.plain is not before[name]]

    assert written_by(graph.moved({"fc3": (5.0, 228.0)})) == []
    frozen = graph.moved({"fc3": (5.0, 228.0)}).with_parameters("fc3", NodeParameters(trainable=False))
    assert written_by(frozen) == ["fc3"]


def test_a_button_goes_with_its_problem_where_nothing_is_known_of_the_layer(qtbot):
    graph = skipping().without_edges([Edge("fc2", "fc3")])
    stage = Stage(qtbot, graph)
    problem = Problem("warning", "fc3", say("It leads nowhere"), (Repair(say("Remove it")),))
    stage.scene.show_analysis(analyze(graph), [problem])
    assert stage.scene.cards["fc3"].repair_button is not None
    stage.show(graph.with_layer("fc3", Linear(out_features=9)))
    assert stage.scene.cards["fc3"].repair_button is None


@pytest.mark.usefixtures("font")
def test_a_wrong_layer_says_why_and_its_button_repairs_it(desk, qtbot):
    desk.drag(desk.out("act1"), desk.into("fc1"))
    face = desk.scene.cards["fc1"].face
    assert face.severity == "error"
    assert face.problem == "Linear expects a flat input, got 6×26×26"
    button = desk.scene.cards["fc1"].repair_button
    assert button.text == "Insert Flatten"
    place = button.mapRectToScene(button.boundingRect())
    below = desk.scene.cards["fc1"].pos().y() + 46  # the next card is 30 further down
    assert below + 4 <= place.top()
    assert place.bottom() <= below + 26
    assert place.right() < desk.scene.cards["fc1"].out_point().x()
    desk.click(desk.at(button.mapToScene(button.boundingRect().center())))
    qtbot.waitUntil(lambda: "flatten1" in desk.graph.nodes)
    assert desk.scene.cards["fc1"].face.severity == ""
    assert desk.scene.cards["fc1"].repair_button is None
    assert desk.scene.cards["fc1"].face.count.replace("\u2009", " ").replace("\u00a0", " ").replace(
        "\u202f", " ") == "40 570"
    desk.there_and_back()


def test_a_repair_that_is_found_from_afar_is_offered_from_near(desk):
    desk.view.zoom_at(0.2, desk.at(QPointF()))
    desk.take("", desk.graph.with_edge(Edge("act1", "fc1")), "")
    button = desk.scene.cards["fc1"].repair_button
    assert button.text == "Insert Flatten" and not button.isVisible()
    desk.view.zoom_at(5, desk.at(QPointF()))
    assert button.isVisible()
