"""Another network shown on the canvas: faces, ghosts, tones of wires, signs; and nothing of it left at its end."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QApplication

from engine.advice.advice import Problem, advise
from engine.analysis.analysis import analyze
from engine.experiment.experiment import Experiment
from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from engine.units import grouped
from tests.painted import of, painted, words
from tests.widgets.canvas.cards.plain import plain
from tests.widgets.canvas.desk import DATA, Stage
from widgets.canvas.cards.changes import SIGN
from widgets.canvas.cards.sizes import input_port, output_port
from widgets.canvas.pictures.ghosts import BrokenSign, Ghost, GhostCard, GhostWire
from widgets.canvas.pictures.picture import MARGIN, TALLEST, WIDEST, picture
from widgets.canvas.pictures.preview import ASIDE, Preview, became
from widgets.look import theme

DARK = theme.DARK


def chain() -> Graph:
    nodes = [Node("input", Input()), Node("conv1", Conv2d(out_channels=6, padding=1), (0, 76)),
             Node("act1", ReLU(), (0, 152)), Node("flat", Flatten(), (0, 228)),
             Node("fc1", Linear(out_features=10), (0, 304))]
    return Graph.of(nodes, [Edge(a.name, b.name) for a, b in pairwise(nodes)])


@pytest.fixture
def stage(qtbot) -> Stage:
    stage = Stage(qtbot)
    stage.scene.show_graph(chain())
    stage.scene.show_analysis(*known(chain()))
    stage.view.fit()
    return stage


def known(graph: Graph) -> tuple[object, tuple[Problem, ...]]:
    analysis = analyze(graph, DATA.sample_shape)
    return analysis, advise(Experiment(graph, DATA), analysis)


def shown(stage: Stage, graph: Graph) -> Preview:
    return Preview(stage.scene, *known(graph))


def ghosts(stage: Stage, kind: type[Ghost] = Ghost) -> list[Ghost]:
    return [item for item in stage.scene.items() if isinstance(item, kind)]


def face(stage: Stage, name: str):
    return stage.scene.cards[name].face


@pytest.mark.parametrize(("was", "now", "text"), [
    ("1", "2", "1 → 2"), ("1", "1", "1"), ("", "2", "– → 2"), ("1", "", "1 → –"), ("", "", ""),
])
def test_what_became_of_it(was: str, now: str, text: str):
    assert became(was, now) == text


def test_a_changed_layer_and_what_follows_from_it(stage):
    before = {name: card.face for name, card in stage.scene.cards.items()}
    preview = shown(stage, chain().with_layer("conv1", Conv2d(out_channels=8, padding=1)))
    conv, fc = face(stage, "conv1"), face(stage, "fc1")
    assert (conv.change, conv.detail) == ("changed", "Conv 2d · 8 · 3×3 · pad 1")
    assert conv.count == "60 → 80"
    assert fc.change == "" and fc.count == f"{grouped(47_050)} → {grouped(62_730)}"
    assert set(preview.faces) == {"conv1", "fc1"} and face(stage, "act1") == before["act1"]
    wires = {edge.source: wire for edge, wire in stage.scene.wires.items()}
    assert [wires[name].pill_text() for name in ("input", "conv1", "flat")] == [
        "1×28×28", "6×28×28 → 8×28×28", "4704 → 6272"]
    assert {wire.tone for wire in wires.values()} == {""} and ghosts(stage) == []
    preview.end()
    assert {name: card.face for name, card in stage.scene.cards.items()} == before
    assert [wires[name].pill_text() for name in ("conv1", "flat")] == ["6×28×28", "4704"]
    assert stage.scene.decorations == []


def test_what_no_longer_fits_is_broken_and_marked(stage):
    preview = shown(stage, chain().with_layer("flat", ReLU()))
    wire = stage.scene.wires[Edge("flat", "fc1")]
    assert wire.tone == "broken" and face(stage, "fc1").severity == "error" and face(stage, "flat").change == "changed"
    [sign] = ghosts(stage, BrokenSign)
    assert sign.pos() == stage.scene.cards["fc1"].in_point(0) - QPointF(0, 13) and sign.opacity() == 1.0
    preview.end()
    assert wire.tone == "" and ghosts(stage) == [] and face(stage, "fc1").severity == ""
    stage.scene.show_graph(chain().with_layer("flat", ReLU()))
    stage.scene.show_analysis(*known(stage.scene.graph))
    preview = shown(stage, stage.scene.graph.with_layer("conv1", Conv2d(out_channels=8, padding=1)))
    assert stage.scene.wires[Edge("flat", "fc1")].tone == "", "it was broken before"
    preview.end()


def test_what_goes_is_dotted_and_what_comes_is_a_ghost_beside_it(stage):
    graph = chain().without(["act1"]).with_node(Node("new", ReLU(), (0.0, 152.0)))
    graph = graph.with_edges([Edge("conv1", "new"), Edge("new", "flat")])
    preview = shown(stage, graph)
    assert face(stage, "act1").change == "removed" and face(stage, "act1").repair == ""
    assert stage.scene.wires[Edge("conv1", "act1")].tone == "removed"
    assert stage.scene.wires[Edge("conv1", "act1")].pill_text() == "6×28×28"
    assert list(preview.ghosts) == ["new"] and preview.ghosts["new"].face.change == "added"
    ghost = preview.ghosts["new"]
    assert ghost.pos() == QPointF(ASIDE, 152), "cards stay where they are"
    into, out = sorted(ghosts(stage, GhostWire), key=lambda wire: wire.path.pointAtPercent(0).y())
    assert into.path.pointAtPercent(0) == stage.scene.cards["conv1"].out_point()
    assert into.path.pointAtPercent(1) == ghost.in_point(0) and out.path.pointAtPercent(0) == ghost.out_point()
    assert out.path.pointAtPercent(1) == stage.scene.cards["flat"].in_point(0)
    assert into.text == out.text == "6×28×28"
    assert not ghosts(stage, BrokenSign) and len(stage.scene.items(ghost.sceneBoundingRect().center())) > 0
    preview.end()
    assert ghosts(stage) == [] and face(stage, "act1").change == ""
    free = chain().with_node(Node("aside", ReLU(), (600.0, 0.0)))
    preview = shown(stage, free)
    assert preview.ghosts["aside"].pos() == QPointF(600, 0) and preview.ghosts["aside"].face.loose
    preview.end()


def test_a_wire_alone_comes_and_a_decoration_stays_on_top(stage):
    stage.scene.decorations.append(lambda face: face._replace(heat=0.5, heat_text="half"))
    stage.scene.redress()
    preview = shown(stage, chain().with_layer("conv1", Conv2d(out_channels=8, padding=1)))
    assert face(stage, "conv1").heat == 0.5 and face(stage, "conv1").change == "changed"
    preview.end()
    assert len(stage.scene.decorations) == 1 and face(stage, "conv1").heat == 0.5
    base = chain().without_edges([Edge("flat", "fc1")])
    stage.scene.show_graph(base)
    stage.scene.show_analysis(*known(base))
    preview = shown(stage, chain())
    [wire] = ghosts(stage, GhostWire)
    assert wire.text == "4704" and not preview.ghosts
    assert face(stage, "fc1").count.startswith("– → ") and not face(stage, "fc1").loose
    preview.end()


@pytest.mark.parametrize("change", [
    lambda graph: graph.with_marks(["act1"], bypassed=True),
    lambda graph: graph.with_parameters("conv1", graph.nodes["conv1"].parameters.model_copy(
        update={"trainable": False})),
])
def test_marks_that_mean_something_are_changes_and_places_are_not(stage, change):
    preview = shown(stage, change(chain()))
    assert [card.face.change for card in stage.scene.cards.values()].count("changed") == 1
    preview.end()
    preview = shown(stage, chain().moved({"act1": (9.0, 9.0)}).with_marks(["fc1"], label="red", collapsed=True))
    assert preview.faces == {}
    preview.end()


# -- ghosts and pictures ----------------------------------------------------------------------------------------------


def test_ghosts_are_sheer_and_take_no_clicks(stage):
    face = stage.scene.cards["act1"].face
    card, wire, sign = GhostCard(face, QPointF(5, 6)), GhostWire(QPointF(), QPointF(300, 200), "6×2"), BrokenSign(
        QPointF(7, 8))
    for ghost in (card, wire, sign):
        assert ghost.acceptedMouseButtons() == Qt.MouseButton.NoButton
        marks = painted(lambda painter, ghost=ghost: ghost.paint(painter, None))
        assert all(ghost.boundingRect().contains(mark.place.adjusted(0, 0, 0.1, 0.1)) for mark in marks)
        assert ghost.opacity() == (1.0 if ghost is sign else pytest.approx(0.72))
    assert card.in_point(0) == QPointF(5, 6) + input_port(plain(1), 0)
    assert card.out_point() == QPointF(5, 6) + output_port(plain())
    assert card.in_point(2) == QPointF(5, 6) + input_port(plain(3), 2)
    line, pill, text = painted(lambda painter: wire.paint(painter, None))
    assert line.pen == DARK.ok and (text.text, text.pen) == ("6×2", DARK.text) and pill.fill == DARK.panel
    assert len(painted(lambda painter: GhostWire(QPointF(), QPointF(300, 200), "").paint(painter, None))) == 1
    disc, cross = painted(lambda painter: sign.paint(painter, None))
    assert disc.fill == DARK.error and disc.place == QRectF(-SIGN, -SIGN, 2 * SIGN, 2 * SIGN) and cross.text == "×"
    assert words(painted(lambda painter: card.paint(painter, None)))[-1] == face.detail
    assert of("dot", painted(lambda painter: card.paint(painter, None)))


def colors(analysis: object, size: QSize, ratio: float = 1.0) -> dict[tuple[int, int], str]:
    image = picture(analysis, size, ratio).toImage()
    assert image.size() == size * ratio
    return {(x, y): image.pixelColor(round(x * ratio), round(y * ratio)).name()
            for x in range(0, size.width(), 2) for y in range(0, size.height(), 2)}


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_a_picture_has_a_bar_for_each_layer_as_wide_as_its_output_is_large(stage, ratio):
    size = QSize(240, 160)
    found = colors(analyze(chain(), DATA.sample_shape), size, ratio)
    assert found[0, 0] == DARK.canvas

    def spread(kind: str) -> tuple[int, int, int, int]:
        tone = QColor(theme.CATEGORY_COLORS[kind]).name()
        places = [place for place, color in found.items() if color == tone]
        across, down = [x for x, _ in places], [y for _, y in places]
        return min(across), max(across), min(down), max(down)

    conv, act, linear = spread("convolution"), spread("activation"), spread("linear")
    assert conv[1] - conv[0] == act[1] - act[0] > linear[1] - linear[0] > 20
    assert conv[1] - conv[0] == pytest.approx(WIDEST, abs=5)
    assert conv[3] < act[2] and act[3] < linear[2], "one below the other"
    assert all(abs((left + right) / 2 - 119) <= 2 for left, right, *_ in (conv, act, linear))
    assert conv[2] > MARGIN and linear[3] <= 160 - MARGIN and conv[3] - conv[2] < TALLEST
    gap = (conv[3] + act[2]) // 4 * 2
    assert QColor(found[120, gap]).lightness() > QColor(DARK.canvas).lightness() + 20, "a wire"


def test_a_picture_of_nothing_and_of_one_layer(stage):
    size = QSize(100, 80)
    assert set(colors(analyze(Graph()), size).values()) == {DARK.canvas}
    lone = colors(analyze(Graph.of([Node("act1", ReLU(), (300, 500))])), size)
    assert lone[50, 40] == theme.CATEGORY_COLORS["activation"] and lone[0, 40] == DARK.canvas
    theme.apply(QApplication.instance(), replace(DARK, wire="#ff0000"))
    assert colors(analyze(Graph.of([Node("act1", ReLU(), (300, 500))])), size) == lone, "a bar has no line around it"
    theme.apply(QApplication.instance(), DARK)


# -- where everything would lie ---------------------------------------------------------------------------------------


def hover(desk, at: QPoint) -> None:
    """The mouse is there, whatever window the cursor of the screen is over."""
    port = desk.view.viewport()
    QApplication.sendEvent(port, QMouseEvent(QEvent.Type.MouseMove, QPointF(at), QPointF(port.mapToGlobal(at)),
                                             Qt.MouseButton.NoButton, Qt.MouseButton.NoButton,
                                             Qt.KeyboardModifier.NoModifier))


def test_what_would_come_is_shown_where_it_then_lies_and_the_button_stays_under_the_mouse(desk, qtbot):
    graph = desk.graph.with_edge(Edge("act1", "fc1"))
    desk.take("", graph, "")
    card, [repair, *_] = desk.scene.cards["fc1"], advise(Experiment(graph, DATA))[0].repairs
    button, place = card.repair_button, card.repair_button.scenePos()
    previews: list[Preview] = []

    def preview(asked) -> None:
        if asked is not None:
            previews.append(shown(desk, asked.apply(graph)))
        else:
            previews.pop().end()

    desk.scene.repair_previewed.connect(preview)
    hover(desk, QPoint(5, 5))
    hover(desk, desk.at(button.sceneBoundingRect().center()))
    qtbot.waitUntil(lambda: len(previews) == 1)
    after = repair.apply(graph)
    [name] = set(after.nodes) - set(graph.nodes)
    assert previews[0].ghosts[name].pos() == QPointF(*after.nodes[name].position)
    assert card.pos() == QPointF(*after.nodes["fc1"].position) != QPointF(*graph.nodes["fc1"].position)
    assert button.scenePos() == place and card.zValue() > previews[0].ghosts[name].zValue()
    hover(desk, QPoint(5, 5))
    qtbot.waitUntil(lambda: not previews)
    assert card.repair_button.scenePos() == place
    desk.check()
    hover(desk, desk.at(button.sceneBoundingRect().center()))
    qtbot.waitUntil(lambda: len(previews) == 1)
    desk.click(desk.at(button.sceneBoundingRect().center()))
    QApplication.processEvents()
    assert desk.graph == after
    previews.pop().end()
    desk.check()
