"""What cards and wires show of blocks, sharing and freezing; wires that pass cards; keys that open."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QKeySequence, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.advice.advice import Problem, Repair
from engine.analysis.analysis import analyze
from engine.analysis.sharing import share_candidates
from engine.blocks.residual import Residual
from engine.graph.difference import diff
from engine.graph.graph import Edge, Graph, Node
from engine.graph.parameters import NodeParameters
from engine.layers.activation import ReLU
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from engine.layers.merge import Add
from engine.messages import say
from widgets.canvas.cards.sizes import CARD_HEIGHT, CARD_WIDTH
from widgets.canvas.scene.scene import CanvasScene
from widgets.canvas.view.fade import Fade
from widgets.canvas.view.view import CanvasView
from widgets.canvas.wires.paths import TURN, passing_path
from widgets.canvas.wires.routing import Routes
from widgets.look import theme
from widgets.look.text import grouped

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def network() -> Graph:
    """Three layers of one kind, of which one could share, and a skip wire past all of them."""
    nodes = [Node("input", Input(shape=(16,))), Node("fc1", Linear(out_features=16), (0, 76)),
             Node("fc2", Linear(out_features=16), (0, 152)), Node("fc3", Linear(out_features=8), (0, 228)),
             Node("fc4", Linear(out_features=16), (0, 304)), Node("add", Add(), (0, 380))]
    names = [node.name for node in nodes]
    return Graph.of(nodes, [*map(Edge, names, names[1:]), Edge("input", "add", 1)])


class Desk:
    """A canvas that shows a graph."""

    def __init__(self, qtbot, graph: Graph) -> None:
        theme.apply(QApplication.instance(), theme.DARK)
        self.scene = CanvasScene()
        self.view = CanvasView(self.scene)
        qtbot.addWidget(self.view)
        self.view.resize(900, 700)
        self.view.show()
        qtbot.waitExposed(self.view)
        self.show(graph)
        self.view.fit()

    def show(self, graph: Graph) -> None:
        self.scene.show_graph(graph)
        self.scene.show_analysis(analyze(graph), ())

    def spot(self, name: str) -> QPoint:
        return self.view.mapFromScene(self.scene.cards[name].pos() + QPointF(40, CARD_HEIGHT / 2))

    def pairs(self) -> set[tuple[str, str]]:
        return {(a.node.name, b.node.name) for a, b in self.scene.links.pairs}


@pytest.fixture
def desk(qtbot) -> Desk:
    return Desk(qtbot, network())


def test_sharing_shows_on_both_cards_and_goes_again(desk):
    graph = network().with_shares("fc2", "fc1")
    count = grouped(16 * 16 + 16)
    assert desk.scene.cards["fc2"].face.count == count
    desk.show(graph)
    faces = {name: card.face for name, card in desk.scene.cards.items()}
    assert {name for name, face in faces.items() if face.linked} == {"fc1", "fc2"}
    assert faces["fc1"].count == count and faces["fc2"].count == ""
    assert faces["fc2"].detail == "Linear · shares fc1 · 16" and faces["fc1"].detail == "Linear · 16"
    desk.show(network())
    assert not any(card.face.linked for card in desk.scene.cards.values())
    assert desk.scene.cards["fc2"].face.count == count


def hover(port, spot: QPoint) -> None:
    """The mouse over this spot of the port itself, whatever other windows there are."""
    place = QPointF(spot)
    QApplication.sendEvent(port, QMouseEvent(QEvent.Type.MouseMove, place, port.mapToGlobal(place),
                                             Qt.MouseButton.NoButton, Qt.MouseButton.NoButton,
                                             Qt.KeyboardModifier.NoModifier))


def test_a_line_joins_sharing_cards_while_one_is_selected_or_under_the_mouse(desk):
    desk.show(network().with_shares("fc2", "fc1").with_shares("fc4", "fc1"))
    assert desk.pairs() == set()
    desk.scene.select(["fc2"])
    assert desk.pairs() == {("fc2", "fc1")}
    desk.scene.select(["fc1"])
    assert desk.pairs() == {("fc2", "fc1"), ("fc4", "fc1")}
    line = desk.scene.links.boundingRect()
    assert line.right() > desk.scene.cards["fc1"].sceneBoundingRect().right() + 10
    desk.scene.cards["fc4"].moveBy(200, 0)
    assert desk.scene.links.boundingRect().right() > line.right() + 150, "it follows"
    desk.scene.clearSelection()
    assert desk.pairs() == set()
    hover(desk.view.viewport(), desk.spot("fc2"))
    assert desk.pairs() == {("fc2", "fc1")}
    hover(desk.view.viewport(), QPoint(3, 3))
    assert desk.pairs() == set()
    desk.scene.select(["fc2"])
    desk.show(network().without(["fc2"]))
    assert desk.pairs() == set()


def test_a_line_between_cards_takes_no_clicks(desk):
    desk.show(network().with_shares("fc2", "fc1"))
    desk.scene.select(["fc2"])
    on_line = desk.scene.links._path.pointAtPercent(0.5)
    QTest.mouseClick(desk.view.viewport(), LEFT, NONE, desk.view.mapFromScene(on_line))
    assert desk.scene.selected_names() == []


def test_who_could_share(desk):
    analysis = analyze(network())
    assert share_candidates(analysis, "fc2") == ("fc1",), "fc3 has other outputs, and fc4 reads 8 numbers, not 16"
    assert share_candidates(analyze(network().with_shares("fc2", "fc1")), "fc1") == ()
    assert share_candidates(analyze(network().with_shares("fc2", "fc1")), "fc2") == ("fc1",)
    assert share_candidates(analysis, "add") == ()


def test_frozen_cards_have_a_lock_and_repeated_ones_say_how_often(qtbot):
    graph = Graph.of([Node("input", Input(shape=(4, 8, 8))),
                      Node("stage", Residual(num_channels=4, repeat=3), (0, 76))], [Edge("input", "stage")])
    desk = Desk(qtbot, graph)
    plain, face = desk.view.grab().toImage(), desk.scene.cards["stage"].face
    assert face.repeat == 3 and face.detail == "Residual · 4" and not face.frozen
    desk.show(graph.with_parameters("stage", NodeParameters(trainable=False)))
    assert desk.scene.cards["stage"].face.frozen
    assert "Frozen" in desk.scene.cards["stage"].toolTip()
    assert desk.view.grab().toImage() != plain
    desk.show(graph)
    assert desk.view.grab().toImage() == plain


def test_only_what_differs_is_written_anew(desk):
    graph = network().with_shares("fc2", "fc1")
    desk.show(graph)

    def written_by(graph: Graph) -> list[str]:
        """The cards whose words are made anew when this graph is shown."""
        before = {name: card.plain for name, card in desk.scene.cards.items()}
        desk.show(graph)
        return [name for name, card in desk.scene.cards.items() if card.plain is not before[name]]

    assert written_by(graph.moved({"fc3": (5.0, 228.0)})) == []
    frozen = graph.moved({"fc3": (5.0, 228.0)}).with_parameters("fc3", NodeParameters(trainable=False))
    assert written_by(frozen) == ["fc3"]


def test_a_wire_passes_the_cards_that_stand_in_its_way(desk):
    wire = desk.scene.wires[Edge("input", "add", 1)]
    assert wire.beside is not None and wire.beside > CARD_WIDTH
    cards = [card.sceneBoundingRect().adjusted(12, 9, -3, -9) for name, card in desk.scene.cards.items()
             if name not in ("input", "add")]
    assert not any(card.contains(wire.path.pointAtPercent(step / 100)) for step in range(101) for card in cards)
    assert all(other.beside is None for edge, other in desk.scene.wires.items() if edge != wire.edge)
    free = network().moved({name: (-600.0, 76.0 * row) for row, name in enumerate(["fc1", "fc2", "fc3", "fc4"])})
    desk.show(free)
    assert wire.beside is None
    desk.show(network())
    assert wire.beside is not None


def test_a_path_past_cards_begins_and_ends_at_the_ports():
    start, end = QPointF(100, 40), QPointF(140, 400)
    path = passing_path(start, end, 260)
    assert path.pointAtPercent(0) == start and path.pointAtPercent(1) == end
    assert path.boundingRect().right() == pytest.approx(260)
    near = passing_path(start, start + QPointF(0, TURN), 260)
    assert near.boundingRect().right() < 120, "there is no room to turn"


def test_detours_by_difference_are_those_of_the_whole():
    """Random edits: what is kept up to date equals what a fresh look finds."""
    chance = random.Random(4)
    graph = Graph.of([Node(f"n{i}", Add(), (260.0 * chance.randrange(3), 76.0 * i)) for i in range(30)])
    routes, known = Routes(lambda _name: 2), {}
    known, passing = _updated(known, routes, Graph(), graph), set()
    for _ in range(300):
        after = _edited(graph, chance)
        known = _updated(known, routes, graph, after)
        graph = after
        assert known == _updated({}, Routes(lambda _name: 2), Graph(), graph)
        passing |= {(edge, way) for edge, way in known.items() if way is not None}
    assert len(passing) > 20


def _updated(known, routes: Routes, before: Graph, after: Graph):
    kept = {edge: way for edge, way in known.items() if edge in set(after.edges)}
    return kept | routes.update(before, after, diff(before, after))


def _edited(graph: Graph, chance: random.Random) -> Graph:
    name = chance.choice(list(graph.nodes))
    kind = chance.randrange(4)
    if kind == 0:
        return graph.moved({name: (260.0 * chance.randrange(3), 76.0 * chance.randrange(30))})
    if kind == 1 and len(graph.nodes) > 20:
        return graph.without([name])
    if kind == 2:
        free = next(f"m{i}" for i in range(999) if f"m{i}" not in graph.nodes)
        return graph.with_node(Node(free, ReLU(), (130.0 * chance.randrange(6), 38.0 * chance.randrange(60))))
    other = chance.choice(list(graph.nodes))
    edge = Edge(name, other, len(graph.inputs[other]))
    if other in graph.downstream(name) or name == other or graph.nodes[other].layer.max_inputs == 1:
        return graph.without_edges(graph.inputs[other])
    return graph if name in graph.downstream(other) else graph.with_edge(edge)


def test_backspace_is_never_a_command_of_the_canvas(desk, qtbot):
    deleted: list[bool] = []
    action = QAction(desk.view)
    action.setShortcuts([QKeySequence("Del"), QKeySequence("Backspace")])
    action.triggered.connect(lambda: deleted.append(True))
    desk.view.addAction(action)
    desk.view.activateWindow()
    desk.view.setFocus()
    with qtbot.waitSignal(desk.view.out_requested):
        QTest.keyClick(desk.view, Qt.Key.Key_Backspace)
    assert deleted == []


def test_enter_and_a_double_click_open_one_card(desk, qtbot):
    desk.scene.select(["fc1", "fc2"])
    with qtbot.assertNotEmitted(desk.scene.open_requested):
        QTest.keyClick(desk.view, Qt.Key.Key_Return)
        QTest.mouseDClick(desk.view.viewport(), LEFT, NONE, QPoint(3, 3))
    desk.scene.select(["fc1"])
    with qtbot.waitSignal(desk.scene.open_requested) as asked:
        QTest.keyClick(desk.view, Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier)
    assert asked.args == ["fc1"]
    with qtbot.waitSignal(desk.scene.open_requested) as asked:
        QTest.mouseDClick(desk.view.viewport(), LEFT, NONE, desk.spot("fc3"))
    assert asked.args == ["fc3"]
    port = desk.view.mapFromScene(desk.scene.cards["fc3"].out_point())
    with qtbot.assertNotEmitted(desk.scene.open_requested):
        QTest.mouseDClick(desk.view.viewport(), LEFT, NONE, port)


def test_both_themes_and_the_far_view_paint_every_mark(desk):
    graph = network().with_shares("fc2", "fc1").with_parameters("fc3", NodeParameters(trainable=False))
    desk.show(graph)
    desk.scene.select(["fc2"])
    near = {}
    for look in theme.THEMES.values():
        theme.apply(QApplication.instance(), look)
        QApplication.sendEvent(desk.view, QEvent(QEvent.Type.StyleChange))
        near[look.name] = desk.view.grab().toImage()
    assert near["dark"] != near["light"]
    desk.view.zoom_at(0.2, QPoint(450, 350))
    wire = desk.scene.wires[Edge("input", "add", 1)]
    far = desk.view.grab().toImage()
    spot = desk.view.mapFromScene(QPointF(wire.beside, 200))
    seen = {far.pixelColor(spot.x() + dx, spot.y()).name() for dx in (-1, 0, 1)}
    assert seen != {theme.current().canvas}, "the skip wire shows beside the boxes"


def test_a_level_fades_into_the_next_and_is_gone(desk, qtbot, monkeypatch):
    monkeypatch.setattr("widgets.canvas.view.fade.duration", lambda _widget: 80)
    for inwards in (True, False, True):
        desk.view.fade(QPointF(100, 100), inwards)
    port = desk.view.viewport()
    assert sum(fade.isVisible() for fade in port.findChildren(Fade)) == 1
    before = port.grab().toImage()
    desk.show(Graph())
    qtbot.waitUntil(lambda: not port.findChildren(Fade), timeout=5000)
    assert port.grab().toImage() != before
    monkeypatch.setattr("widgets.canvas.view.fade.duration", lambda _widget: 0)
    desk.view.fade(None, False)
    assert not port.findChildren(Fade), "a desktop without animations shows none"


def test_copies_of_sharing_layers(desk):
    graph = network().with_shares("fc2", "fc1")
    desk.scene.edit_requested.connect(lambda _text, graph, _key: desk.show(graph))
    desk.show(graph)
    desk.scene.select(["fc2"])
    desk.view.copy()
    desk.view.paste()
    [name] = desk.scene.selected_names()
    assert desk.scene.graph.nodes[name].shares is None, "the clipboard may be pasted anywhere"
    desk.show(graph)
    desk.scene.select(["fc2"])
    desk.view.duplicate()
    [name] = desk.scene.selected_names()
    assert desk.scene.graph.nodes[name].shares == "fc1"
    desk.show(graph)
    desk.scene.select(["fc1", "fc2"])
    desk.view.copy()
    desk.view.paste()
    owner, sharer = desk.scene.selected_names()
    assert desk.scene.graph.nodes[sharer].shares == owner != "fc1"


def test_a_button_goes_with_its_problem_where_nothing_is_known_of_the_layer(qtbot):
    graph = network().without_edges([Edge("fc2", "fc3")])
    desk = Desk(qtbot, graph)
    problem = Problem("warning", "fc3", say("It leads nowhere"), (Repair(say("Remove it")),))
    desk.scene.show_analysis(analyze(graph), [problem])
    assert desk.scene.cards["fc3"].repair_button is not None
    desk.show(graph.with_layer("fc3", Linear(out_features=9)))
    assert desk.scene.cards["fc3"].repair_button is None
