"""Order with keys and menus: real wires pass real cards, every command is one step, cards glide and come to rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QLineF, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.window.window import MainWindow
from engine.analysis.analysis import analyze
from engine.blocks.edits import inner
from engine.blocks.inception import Inception
from engine.experiment.experiment import gallery_ids, load_experiment
from engine.graph.graph import Edge, Graph, Node
from engine.graph.grid import FLOWS, size_of
from engine.layers.base import LAYERS
from engine.layers.inputs import Input
from engine.layers.merge import Add
from engine.layout.rows import arranged
from tests.app.windows import opened
from tests.painted import of, painted, words
from widgets.canvas.cards.sizes import CARD_WIDTH
from widgets.canvas.ground.fonts import Fonts
from widgets.canvas.scene.scene import CanvasScene
from widgets.canvas.view.motion import Glide
from widgets.canvas.wires.pill import pill_rect
from widgets.canvas.wires.wire import WireItem

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
SAMPLE = 7.0  # scene pixels from one looked-at point of a wire to the next


def wires_through_cards(scene: CanvasScene) -> list[tuple[Edge, str]]:
    """Wires that run through a card that is not at one of their ends."""
    bands: dict[int, list] = {}
    for card in scene.cards.values():
        body = card.body()
        for band in range(int(body.top() // 64), int(body.bottom() // 64) + 1):
            bands.setdefault(band, []).append((card.node.name, body))
    found = []
    for edge, wire in scene.wires.items():
        count = max(8, int(wire.path.length() / SAMPLE))
        points = [wire.path.pointAtPercent(step / count) for step in range(count + 1)]
        found += [(edge, name) for point in points for name, body in bands.get(int(point.y() // 64), ())
                  if name not in (edge.source, edge.target) and body.contains(point)]
    return list(dict.fromkeys(found))


def cards_over_cards(scene: CanvasScene) -> list[tuple[str, str]]:
    bodies = sorted(((card.body(), card.node.name) for card in scene.cards.values()), key=lambda at: at[0].top())
    found = []
    for index, (body, name) in enumerate(bodies):
        for other, its in bodies[index + 1:]:
            if other.top() >= body.bottom():
                break
            if body.intersects(other):
                found.append((name, its))
    return found


def shown(graph: Graph, scene: CanvasScene | None = None) -> CanvasScene:
    scene = scene or CanvasScene()
    scene.show_graph(graph)
    return scene


WAYS = [(flow, wrap) for flow in FLOWS for wrap in (False, True)]


@pytest.mark.parametrize(("flow", "wrap"), WAYS)
@pytest.mark.parametrize("name", gallery_ids())
def test_no_wire_of_the_gallery_runs_through_a_card(qapp, name, flow, wrap):
    experiment = load_experiment(f"gallery:{name}")
    graph = arranged(replace(experiment.graph, flow=flow), wrap=wrap)
    scene = shown(graph)
    scene.show_analysis(analyze(scene.graph, experiment.data.sample_shape), ())
    assert wires_through_cards(scene) == [] and cards_over_cards(scene) == [] and hidden_shapes(scene) == []
    assert arranged(graph, wrap=wrap) is graph


@pytest.mark.parametrize("name", gallery_ids())
def test_the_gallery_lies_as_it_is_laid_out(qapp, name):
    graph = load_experiment(f"gallery:{name}").graph
    assert arranged(graph, wrap=True) is graph
    assert wires_through_cards(shown(graph)) == [] and cards_over_cards(shown(graph)) == []


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize(("kind", "options"), [
    ("Inception", {}), ("Residual", {}), ("Residual", {"stride": 2}), ("Residual", {"bottleneck": True, "stride": 2}),
    ("Dense", {}), ("Dense", {"num_convs": 24}), ("VGG", {}), ("VGG", {"num_convs": 40}), ("NiN", {}),
    ("Transition", {}), ("ConvBNReLU", {}), ("Residual", {"repeat": 3}),
])
def test_the_inside_of_every_block_lies_well(qapp, kind, options, flow):
    block = LAYERS[kind](**options)
    graph = Graph.of([Node("input", Input()), Node("block", block)], [Edge("input", "block")])
    analysis = inner(analyze(replace(graph, flow=flow), block.example), ("block",))
    scene = shown(analysis.graph)
    scene.show_analysis(analysis, ())
    assert wires_through_cards(scene) == [] and cards_over_cards(scene) == [] and crossing_wires(scene) == []
    if len(scene.cards) < 50:  # between the columns of a long dense block the wires lie close
        assert hidden_shapes(scene) == []


def hidden_shapes(scene: CanvasScene) -> list[tuple[Edge, str]]:
    """Shapes that lie on a card, on another shape, or on another wire."""
    pills = {edge: pill_rect(*wire.pill_at, wire.text).adjusted(2, 2, -2, -2) for edge, wire in scene.wires.items()}
    found = [(edge, name) for edge, pill in pills.items() for name, card in scene.cards.items()
             if card.body().intersects(pill)]
    found += [(edge, str(other)) for edge, pill in pills.items() for other, its in pills.items()
              if edge != other and pill.intersects(its)]
    return found + [(edge, str(other)) for edge, pill in pills.items() for other, wire in scene.wires.items()
                    if other != edge and box_of(wire).intersects(pill) and any(map(pill.contains, points_of(wire)))]


def points_of(wire: WireItem, count: int = 200) -> list[QPointF]:
    return [wire.path.pointAtPercent(step / count) for step in range(count + 1)]


def box_of(wire: WireItem) -> QRectF:
    return wire.path.controlPointRect().adjusted(-1, -1, 1, 1)


def crossing_wires(scene: CanvasScene) -> list[tuple[Edge, Edge]]:
    """Wires of different layers that cross each other."""
    return [(one.edge, other.edge) for one, other in combinations(scene.wires.values(), 2)
            if one.edge.source != other.edge.source and one.edge.target != other.edge.target
            and box_of(one).intersects(box_of(other)) and cross(points_of(one, 80)[2:-2], points_of(other, 80)[2:-2])]


def cross(one: list[QPointF], other: list[QPointF]) -> bool:
    bounded = QLineF.IntersectionType.BoundedIntersection
    return any(QLineF(*a).intersects(QLineF(*b))[0] == bounded for a in pairwise(one) for b in pairwise(other))


def test_an_inception_fans_out_and_meets_in_the_order_of_its_branches(qapp):
    """The input over the middle of the branches, a curve of its own to each, and ports in their order."""
    graph = Graph.of([Node("input", Input()), Node("block", Inception())], [Edge("input", "block")])
    inside = inner(analyze(graph, (192, 14, 14)), ("block",))
    scene = shown(inside.graph)
    scene.show_analysis(inside, ())
    heads = [edge.target for edge in inside.graph.outputs["input"]]
    middles = [scene.cards[name].body().center().x() for name in heads]
    assert middles == sorted(middles)
    for name in ("input", "cat"):
        assert scene.cards[name].body().center().x() == pytest.approx((middles[0] + middles[-1]) / 2, abs=1)
    away = [[scene.wires[edge].path.pointAtPercent(part).x() for part in (0.25, 0.5, 0.75)]
            for edge in inside.graph.outputs["input"]]
    for one, other in pairwise(away):
        assert all(a < b - 4 for a, b in zip(one, other, strict=True))
    assert [edge.source for edge in inside.graph.inputs["cat"]] == ["act1", "act2b", "act3b", "act4"]


@st.composite
def networks(draw: st.DrawFn) -> Graph:
    """Wires to near and to far layers, several ends and beginnings, loose parts: how far back each layer's inputs come
    from.
    """
    reach = draw(st.sampled_from([3, 12, 200]))
    least = draw(st.sampled_from([4, 60]))
    inputs = draw(st.lists(st.lists(st.integers(1, reach), max_size=4), min_size=least, max_size=120))
    edges = [Edge(f"n{target - back}", f"n{target}", port) for target, steps in enumerate(inputs) if target
             for port, back in enumerate(sorted({min(step, target) for step in steps}))]
    large, merges = draw(st.sampled_from([0, 3, 7])), {edge.target for edge in edges if edge.port}
    return Graph.of([Node(f"n{i}", Inception() if large and i % large == 0 and f"n{i}" not in merges else Add())
                     for i in range(len(inputs))], edges)


def test_no_wire_of_a_random_network_runs_through_a_card(qapp):
    wires: list[int] = []

    @settings(max_examples=20, deadline=None)
    @given(networks(), st.sampled_from(WAYS))
    def judge(graph, way):
        flow, wrap = way
        graph = arranged(replace(graph, flow=flow), wrap=wrap)
        assert arranged(graph, wrap=wrap) is graph
        scene = shown(graph)
        wires.append(len(graph.edges))
        assert wires_through_cards(scene) == [] and cards_over_cards(scene) == []

    judge()
    assert sum(wires) > 400 and max(wires) > 60


def test_wires_along_the_same_cards_keep_apart(qapp):
    names = [f"n{i}" for i in range(8)]
    graph = Graph.of([Node(name, Add(), (0.0, 76.0 * row)) for row, name in enumerate(names)])
    edges = [Edge(a, b) for a, b in pairwise(names)]
    graph = graph.with_edges([*edges, Edge("n0", "n4", 1), Edge("n1", "n5", 1), Edge("n2", "n6", 1)])
    scene = shown(graph)
    lines = sorted(wire.beside for wire in scene.wires.values() if wire.beside is not None)
    assert len(lines) == 3 and all(b - a >= 8 for a, b in pairwise(lines))
    assert wires_through_cards(scene) == []


def test_a_wire_that_leads_up_goes_round_the_cards(qapp):
    graph = Graph.of([Node("a", Add(), (0.0, 300.0)), Node("b", Add(), (0.0, 0.0)), Node("c", Add(), (0.0, 150.0))],
                     [Edge("a", "b")])
    scene = shown(graph)
    assert wires_through_cards(scene) == []
    path = scene.wires[Edge("a", "b")].path
    ends = [scene.cards["a"].body(), scene.cards["b"].body()]
    inside = [path.pointAtPercent(step / 200) for step in range(5, 196)]
    assert not any(body.adjusted(1, 1, -1, -1).contains(point) for body in ends for point in inside)


def test_a_wire_led_by_hand_stays_as_it_is(qapp):
    graph = Graph.of([Node(name, Add(), (0.0, 76.0 * row)) for row, name in enumerate("abc")],
                     [Edge("a", "b"), Edge("a", "c", 0)])
    assert shown(graph).wires[Edge("a", "c", 0)].beside is not None
    bent = graph.with_via(Edge("a", "c", 0), ((400.0, 90.0),))
    wire = next(wire for edge, wire in shown(bent).wires.items() if edge.via)
    assert wire.beside is None and wire.path.boundingRect().right() > 390


# -- with the window ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def settings_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("layerloom")


@pytest.fixture
def window(qtbot, settings_folder) -> Iterator[MainWindow]:
    with opened(qtbot, settings_folder, "gallery:lenet", (1280, 800)) as window:
        yield window


def places(window: MainWindow) -> dict[str, tuple[float, float]]:
    return {name: node.position for name, node in window.page.scene.graph.nodes.items()}


def at_rest(window: MainWindow) -> bool:
    return not window.page.view.findChildren(Glide) and all(
        (card.x(), card.y()) == card.node.position for card in window.page.scene.cards.values())


def scattered(window: MainWindow) -> Graph:
    """Two cards out of line, far from any other."""
    graph = window.page.scene.graph
    names = list(graph.order)
    (x, y), page = graph.nodes[names[2]].position, window.page
    page.edit("Move", graph.moved({names[2]: (x + 300, y + 20), names[3]: (x - 290, y + 40)}))
    return page.scene.graph


def there_and_back(window: MainWindow, before: Graph) -> None:
    after, document = window.page.scene.graph, window.page.document
    document.undo()
    assert window.page.scene.graph == before and at_rest(window)
    document.redo()
    assert window.page.scene.graph == after and at_rest(window)


def test_l_lays_out_everything_gently_in_one_step(window, qtbot):
    tidy, before = places(window), scattered(window)
    page = window.page
    QTest.keyClick(page.view, Qt.Key.Key_L)
    assert places(window) == tidy == {n: node.position for n, node in arranged(before, wrap=True).nodes.items()}
    assert page.view.findChildren(Glide), "cards are on their way"
    name = list(before.order)[2]
    assert page.scene.cards[name].x() == before.nodes[name].position[0]
    qtbot.waitUntil(lambda: at_rest(window), timeout=5000)
    there_and_back(window, before)
    QTest.keyClick(page.view, Qt.Key.Key_L)
    assert page.notice.text.text() == "Everything is in its place already"


def test_a_glide_ends_at_once_where_something_else_begins(window):
    before, page = scattered(window), window.page
    port, corner = page.view.viewport(), QPoint(5, 300)
    for begin in (
        lambda: (QTest.mousePress(port, LEFT, NONE, corner), QTest.mouseRelease(port, LEFT, NONE, corner)),
        lambda: page.edit("Delete", page.scene.graph.without([before.order[2]])),
        page.document.undo,
        lambda: QTest.keyClick(page.view, Qt.Key.Key_L),
    ):
        page.edit("Back", before)
        QTest.keyClick(page.view, Qt.Key.Key_L)
        assert not at_rest(window)
        begin()
        assert all((card.x(), card.y()) == card.node.position for card in page.scene.cards.values())


def test_without_animations_cards_are_there_at_once(window, monkeypatch):
    monkeypatch.setattr("widgets.canvas.view.motion.duration", lambda _widget: 0)
    scattered(window)
    QTest.keyClick(window.page.view, Qt.Key.Key_L)
    assert at_rest(window)


def test_l_lays_out_what_is_selected_and_nothing_else(window, qtbot):
    before = scattered(window)
    names = list(before.order)
    window.page.scene.select(names[2:4])
    QTest.keyClick(window.page.view, Qt.Key.Key_L)
    after = window.page.scene.graph
    assert after.nodes[names[2]].position == before.nodes[names[2]].position
    assert after.nodes[names[3]].position[0] == before.nodes[names[2]].position[0]
    assert after.nodes[names[1]].position == before.nodes[names[1]].position
    qtbot.waitUntil(lambda: at_rest(window), timeout=5000)
    there_and_back(window, before)


COMMANDS = {"align_left": 2, "align_center": 2, "align_right": 2, "align_top": 2, "align_middle": 2,
            "align_bottom": 2, "distribute_across": 3, "distribute_down": 3, "straighten": 2}  # and the least it takes


def test_each_command_is_one_step_and_says_when_there_is_nothing_to_do(window, qtbot):
    before, page = scattered(window), window.page
    names = list(before.order)
    for command, count in COMMANDS.items():
        action = window.commands[command]
        page.scene.select(names[1:count])
        action.trigger()
        assert page.scene.graph == before and page.notice.text.text() == f"Select at least {count} layers first"
        page.scene.select(names[1:5])
        action.trigger()
        after = page.scene.graph
        assert {n for n in names if after.nodes[n] != before.nodes[n]} <= set(names[1:5]) and after != before, command
        qtbot.waitUntil(lambda: at_rest(window), timeout=5000)
        there_and_back(window, before)
        action.trigger()
        assert page.scene.graph == after and page.notice.text.text() == "These layers lie like that already"
        page.document.undo()


@pytest.mark.parametrize("layer", [Add(), Inception(), LAYERS["Dense"](), LAYERS["VGG"](num_convs=9)])
def test_size_of_cards_is_the_one_that_is_painted(qapp, layer):
    graph = Graph.of([Node("open", layer), Node("shut", layer, (300.0, 0.0), collapsed=True)])
    for name, card in shown(graph).cards.items():
        marks = painted(lambda painter, card=card: card.paint(painter, None))
        bodies = [mark.place for mark in of("box", marks) if mark.pen and mark.place.width() > CARD_WIDTH - 4]
        width, height = size_of(graph.nodes[name])
        assert any(abs(body.width() - width) <= 1 and abs(body.height() - height) <= 1 for body in bodies)


@pytest.mark.parametrize("name", ["googlenet", "resnet18", "densenet", "lenet"])
def test_at_home_every_name_can_be_read(qtbot, tmp_path, name):
    """On a window of 1600×1000 with the panels folded; none is cut."""
    with opened(qtbot, tmp_path / "layerloom", f"gallery:{name}", (1600, 1000)) as window:
        window.commands["canvas_alone"].trigger()
        QApplication.processEvents()
        page = window.page
        page.view.setFocus()
        QTest.keyClick(page.view, Qt.Key.Key_Home)
        assert page.view.sees_all() and not page.scene.is_far
        letters = QFontMetricsF(Fonts.get().name).xHeight() * page.view.zoom()
        assert page.view.zoom() >= 0.9 and letters >= 6
        marks = painted(lambda painter: [card.paint(painter, None) for card in page.scene.cards.values()])
        assert set(page.scene.cards) <= set(words(marks)), "whole"


# -- which way it goes ----------------------------------------------------------------------------------------------


def test_a_network_can_go_to_the_right_and_back_in_one_step_each(window, qtbot):
    page, before = window.page, window.page.scene.graph
    down, right = window.commands["flow_down"], window.commands["flow_right"]
    assert down.isChecked() and not right.isChecked()
    right.trigger()
    assert page.scene.graph.flow == "right" and right.isChecked() and not down.isChecked()
    qtbot.waitUntil(lambda: at_rest(window), timeout=5000)
    for edge, wire in page.scene.wires.items():
        start, end = wire.path.pointAtPercent(0), wire.path.pointAtPercent(1)
        source, target = page.scene.cards[edge.source].body(), page.scene.cards[edge.target].body()
        assert start.x() == source.right() and end.x() == target.left()
    there_and_back(window, before)
    assert right.isChecked()
    page.document.undo()
    assert down.isChecked() and not right.isChecked()
    down.trigger()
    assert page.notice.text.text() == "This network goes in that direction already" and down.isChecked()


def test_new_networks_go_where_the_last_was_sent(window, qtbot):
    window.commands["flow_right"].trigger()
    window.commands["new"].trigger()
    assert window.page.scene.graph.flow == "right" and window.commands["flow_right"].isChecked()
    QApplication.clipboard().setText("nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.Flatten())")
    window.page.view.setFocus()
    window.commands["paste"].trigger()
    qtbot.waitUntil(lambda: len(window.page.scene.graph.nodes) > 2)
    assert len({node.position[1] for node in window.page.scene.graph.nodes.values()}) == 1
    window.commands["flow_down"].trigger()
    assert window.settings.flow == "down"


def test_long_networks_are_wrapped_or_not_as_one_likes(window):
    page, wrap = window.page, window.commands["wrap"]
    names = [f"n{i}" for i in range(40)]
    graph = Graph.of([Node(name, Add()) for name in names], [Edge(a, b) for a, b in pairwise(names)])
    page.edit("Long", arranged(graph))
    assert wrap.isChecked()
    page.view.setFocus()
    QTest.keyClick(page.view, Qt.Key.Key_L)
    assert len({x for x, _ in places(window).values()}) > 2
    wrap.trigger()
    assert len({x for x, _ in places(window).values()}) == 1 and not window.settings.wraps
    wrap.trigger()
    assert len({x for x, _ in places(window).values()}) > 2 and window.settings.wraps
