"""Every gesture of the mouse and every key of the canvas, on a real page; each is undone and redone to equal graphs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.graph import marks
from engine.graph.frames import Frame
from engine.graph.graph import Edge, Graph, Node
from engine.graph.grid import THIN
from engine.layers.activation import ReLU
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from engine.layers.merge import Add
from tests.app.desk import LEFT, NONE, Desk, chain
from widgets.canvas.cards.sizes import CARD_WIDTH
from widgets.canvas.gestures.clipboard import NETWORK_MIME, WIRES_MIME
from widgets.look import theme
from widgets.parts.layer_drag import LAYER_MIME

ALT, CTRL, SHIFT = (Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier,
                    Qt.KeyboardModifier.ShiftModifier)


def network() -> Graph:
    """A chain, and a loose layer beside it."""
    graph = chain(Node("input", Input()), Node("conv1", Conv2d(out_channels=6, padding=1)), Node("act1", ReLU()),
                  Node("flat", Flatten()), Node("fc1", Linear(out_features=10)))
    return graph.with_node(Node("loose", ReLU(), (420.0, 110.0))).with_node(Node("sum", Add(), (420.0, 300.0)))


class Hands(Desk):
    """A desk with what the gestures need."""

    def __init__(self, qtbot, graph: Graph) -> None:
        super().__init__(qtbot, graph)
        self.scene, self.view = self.page.scene, self.page.view
        self.port = self.view.viewport()
        self.searches: list = []
        self.view.search_requested.connect(self.searches.append)

    def at(self, x: float, y: float) -> QPoint:
        return self.view.mapFromScene(QPointF(x, y))

    def on_wire(self, source: str, target: str, percent: float = 0.5) -> QPoint:
        wire = next(w for e, w in self.scene.wires.items() if (e.source, e.target) == (source, target))
        return self.view.mapFromScene(wire.path.pointAtPercent(percent))

    def out(self, name: str) -> QPoint:
        return self.view.mapFromScene(self.scene.cards[name].out_point())

    def into(self, name: str, port: int = 0) -> QPoint:
        return self.view.mapFromScene(self.scene.cards[name].in_point(port))

    def mouse(self, kind: QEvent.Type, at: QPoint, button=LEFT, keys=NONE, buttons=None) -> None:
        """Straight to the viewport: what else is on the screen has no say."""
        held = button if buttons is None else buttons
        QApplication.sendEvent(self.port, QMouseEvent(kind, QPointF(at), QPointF(self.port.mapToGlobal(at)), button,
                                                      held, keys))

    def move(self, at: QPoint, buttons=LEFT, keys=NONE) -> None:
        self.mouse(QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, keys, buttons)

    def hold(self, start: QPoint, end: QPoint, keys=NONE, button=LEFT) -> None:
        self.mouse(QEvent.Type.MouseButtonPress, start, button, keys)
        for step in range(1, 6):
            self.move(start + (end - start) * step / 5, button, keys)

    def pull(self, start: QPoint, end: QPoint, keys=NONE, button=LEFT) -> None:
        self.hold(start, end, keys, button)
        self.release(end, keys, button)

    def release(self, at: QPoint, keys=NONE, button=LEFT) -> None:
        self.mouse(QEvent.Type.MouseButtonRelease, at, button, keys, Qt.MouseButton.NoButton)

    def double(self, at: QPoint) -> None:
        QTest.mouseClick(self.port, LEFT, NONE, at)
        QTest.mouseDClick(self.port, LEFT, NONE, at)

    def wheel(self, at: QPoint, turn: int) -> None:
        QApplication.sendEvent(self.port, QWheelEvent(
            QPointF(at), QPointF(self.port.mapToGlobal(at)), QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton, NONE,
            Qt.ScrollPhase.NoScrollPhase, False))


@pytest.fixture
def desk(qtbot) -> Hands:
    return Hands(qtbot, network())


def far_point(desk: Hands) -> QPoint:
    return desk.at(-300, 200)


def select(*names: str) -> Callable[[Hands], None]:
    return lambda desk: desk.scene.select(names)


def then(*acts: Callable[[Hands], object]) -> Callable[[Hands], None]:
    def run(desk: Hands) -> None:
        for act in acts:
            act(desk)
    return run


def drop(desk: Hands, kind: str, at: QPoint, keys=NONE) -> None:
    data, copy = QMimeData(), Qt.DropAction.CopyAction
    data.setData(LAYER_MIME, kind.encode())
    QApplication.sendEvent(desk.port, QDragEnterEvent(at, copy, data, LEFT, keys))
    QApplication.sendEvent(desk.port, QDragMoveEvent(at, copy, data, LEFT, keys))
    QApplication.sendEvent(desk.port, QDropEvent(QPointF(at), copy, data, LEFT, keys))


def edges(graph: Graph) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for edge in graph.edges}


def place(graph: Graph, name: str) -> tuple[float, float]:
    return graph.nodes[name].position


EDITS: dict[str, tuple[Callable[[Hands], object], Callable[[Graph], bool]]] = {
    "a wire from an output to an input": (
        lambda d: d.pull(d.out("act1"), d.into("sum", 1)), lambda g: ("act1", "sum") in edges(g)),
    "a wire from an input to an output": (
        lambda d: d.pull(d.into("loose"), d.out("conv1")), lambda g: ("conv1", "loose") in edges(g)),
    "a wire taken out of its input": (
        lambda d: d.pull(d.into("act1"), far_point(d)), lambda g: ("conv1", "act1") not in edges(g)),
    "a card moved": (
        lambda d: d.pull(d.spot("fc1"), d.spot("fc1") + QPoint(-90, 33)), lambda g: place(g, "fc1") != (0.0, 304.0)),
    "a layer dropped in": (
        lambda d: drop(d, "Sigmoid", far_point(d)), lambda g: "act2" in g.nodes and len(g.edges) == 4),
    "a layer dropped on a wire": (
        lambda d: drop(d, "Sigmoid", d.on_wire("conv1", "act1")),
        lambda g: {("conv1", "act2"), ("act2", "act1")} <= edges(g)),
    "a layer dropped on a wire with Alt": (
        lambda d: drop(d, "Sigmoid", d.on_wire("conv1", "act1"), ALT),
        lambda g: "act2" in g.nodes and ("conv1", "act1") in edges(g)),
    "a card dragged onto a wire": (
        lambda d: d.pull(d.spot("loose"), d.on_wire("conv1", "act1") - QPoint(20, 0)),
        lambda g: {("conv1", "loose"), ("loose", "act1")} <= edges(g) and place(g, "loose") == (0.0, 152.0)),
    "a card dragged onto a wire with Alt": (
        lambda d: d.pull(d.spot("loose"), d.on_wire("conv1", "act1") - QPoint(20, 0), ALT),
        lambda g: ("conv1", "act1") in edges(g) and place(g, "loose") != (420.0, 110.0)),
    "delete": (then(select("act1"), lambda d: d.view.edits.delete_selection()), lambda g: "act1" not in g.nodes),
    "delete and heal": (
        then(select("act1"), lambda d: d.view.edits.delete_selection(heal=True)),
        lambda g: ("conv1", "flat") in edges(g)),
    "cut": (then(select("act1", "conv1"), lambda d: d.view.cut()), lambda g: not {"act1", "conv1"} & set(g.nodes)),
    "copy and paste": (
        then(select("act1", "conv1"), lambda d: d.view.copy(), lambda d: d.view.paste()),
        lambda g: ("conv2", "act2") in edges(g) and ("input", "conv2") not in edges(g)),
    "copy and paste with the incoming wires": (
        then(select("act1", "conv1"), lambda d: d.view.copy(), lambda d: d.view.paste(wired=True)),
        lambda g: {("conv2", "act2"), ("input", "conv2")} <= edges(g)),
    "duplicate": (then(select("act1"), lambda d: d.view.duplicate()), lambda g: "act2" in g.nodes),
    "bypass": (then(select("act1"), lambda d: d.view.edits.turn_bypass()), lambda g: g.nodes["act1"].bypassed),
    "collapse": (then(select("act1"), lambda d: d.view.edits.turn_fold()), lambda g: g.nodes["act1"].collapsed),
    "label": (then(select("act1"), lambda d: d.view.edits.color("red")), lambda g: g.nodes["act1"].label == "red"),
    "an arrow": (then(select("act1"), lambda d: d.key(Qt.Key.Key_Left)), lambda g: place(g, "act1") == (-8.0, 152.0)),
    "a bend by a double click": (
        lambda d: d.double(d.on_wire("conv1", "act1")), lambda g: [len(e.via) for e in g.edges].count(1) == 1),
    "a bend by Alt and drag": (
        lambda d: d.pull(d.on_wire("conv1", "act1"), d.on_wire("conv1", "act1") + QPoint(70, 0), ALT),
        lambda g: any(e.via and e.via[0][0] > 150 for e in g.edges)),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_a_gesture_is_one_edit_that_can_be_undone_and_redone(desk, name):
    act, holds = EDITS[name]
    assert not holds(desk.graph)
    act(desk)
    assert holds(desk.graph)
    desk.check()
    desk.there_and_back()
    desk.document.undo()
    assert desk.graph == network()


def free_of(desk: Hands) -> None:
    assert not desk.scene.is_holding
    assert desk.graph == network()
    desk.check()


CANCELLED: dict[str, Callable[[Hands], tuple[QPoint, QPoint]]] = {
    "a wire": lambda d: (d.out("act1"), d.into("sum", 1)),
    "a wire taken out": lambda d: (d.into("act1"), far_point(d)),
    "a move": lambda d: (d.spot("fc1"), d.spot("fc1") + QPoint(80, 20)),
    "a move onto a wire": lambda d: (d.spot("loose"), d.on_wire("conv1", "act1") - QPoint(20, 0)),
    "a box": lambda d: (far_point(d), d.at(300, 400)),
}


@pytest.mark.parametrize("name", CANCELLED)
def test_escape_takes_a_gesture_back(desk, name):
    desk.scene.select(["loose"])
    start, end = CANCELLED[name](desk)
    desk.hold(start, end)
    assert desk.scene.is_holding
    QTest.keyClick(desk.view, Qt.Key.Key_Escape)
    free_of(desk)
    desk.release(end)
    free_of(desk)
    assert desk.scene.selected_names() == ["fc1" if name == "a move" else "loose"]
    assert all(wire.isVisible() and not wire.tone for wire in desk.scene.wires.values())


def test_escape_takes_a_bend_and_a_pan_back(desk):
    start = desk.on_wire("conv1", "act1")
    desk.hold(start, start + QPoint(60, 0), ALT)
    QTest.keyClick(desk.view, Qt.Key.Key_Escape)
    free_of(desk)
    before = desk.view.place()
    desk.hold(QPoint(300, 300), QPoint(380, 340), button=Qt.MouseButton.MiddleButton)
    assert (desk.view.place().centre - before.centre).manhattanLength() > 20
    QTest.keyClick(desk.view, Qt.Key.Key_Escape)
    assert (desk.view.place().centre - before.centre).manhattanLength() < 2


def test_escape_without_a_gesture_lets_go_of_the_selection(desk):
    desk.scene.select(["act1"])
    QTest.keyClick(desk.view, Qt.Key.Key_Escape)
    assert desk.scene.selected_names() == []


# -- searching --------------------------------------------------------------------------------------------------------


def test_space_and_a_double_click_on_nothing_ask_for_a_search_and_dragging_with_space_does_not(desk):
    desk.scene.select(["act1"])
    desk.move(far_point(desk), Qt.MouseButton.NoButton)
    QTest.keyClick(desk.view, Qt.Key.Key_Space)
    assert desk.searches[-1].after == ("act1",)
    assert (desk.searches[-1].point - desk.view.mapToScene(far_point(desk))).manhattanLength() < 2
    desk.double(desk.at(-300, 100))
    assert len(desk.searches) == 2
    assert desk.searches[-1].after == ("act1",), "the new layer comes behind what was selected"
    assert desk.scene.selected_names() == ["act1"]
    QTest.keyPress(desk.view, Qt.Key.Key_Space)
    desk.pull(far_point(desk), far_point(desk) + QPoint(50, 50))
    QTest.keyRelease(desk.view, Qt.Key.Key_Space)
    assert len(desk.searches) == 2


@pytest.mark.parametrize("backwards", [False, True])
def test_a_wire_let_go_over_nothing_asks_what_fits_and_is_held_until_then(desk, backwards):
    desk.pull(desk.into("loose") if backwards else desk.out("fc1"), far_point(desk))
    asked = desk.searches[-1]
    assert (asked.source, asked.target) == ((None, ("loose", 0)) if backwards else ("fc1", None))
    assert desk.view.gestures.current is not None and desk.view.gestures.current.wire.scene() is desk.scene
    desk.scene.cancel_gesture()
    free_of(desk)


def test_a_click_on_a_port_asks_for_nothing(desk):
    QTest.mouseClick(desk.port, LEFT, NONE, desk.out("fc1"))
    assert desk.searches == []
    free_of(desk)


# -- selecting --------------------------------------------------------------------------------------------------------


def box(desk: Hands, *names: str) -> tuple[QPoint, QPoint]:
    cards = [desk.scene.cards[name].body() for name in names]
    area = cards[0]
    for card in cards:
        area = area.united(card)
    return desk.view.mapFromScene(area.topLeft() - QPointF(30, 12)), desk.view.mapFromScene(
        area.bottomRight() + QPointF(20, 12))


@pytest.mark.parametrize(("keys", "expected"), [
    (NONE, ["conv1", "act1"]), (SHIFT, ["conv1", "act1", "loose"]), (CTRL, ["act1", "loose"])])
def test_a_box_selects_shift_adds_ctrl_toggles(desk, keys, expected):
    desk.scene.select(["loose", "conv1"] if keys == CTRL else ["loose"])
    desk.pull(*box(desk, "conv1", "act1"), keys)
    assert desk.scene.selected_names() == expected
    assert desk.graph == network()


def test_a_box_over_a_wire_alone_selects_the_wire(desk):
    middle = desk.on_wire("conv1", "act1")
    desk.pull(middle - QPoint(30, 3), middle + QPoint(30, 3))
    assert [(e.source, e.target) for e in desk.scene.selected_edges()] == [("conv1", "act1")]


def test_clicks_select_shift_adds_ctrl_toggles(desk):
    QTest.mouseClick(desk.port, LEFT, NONE, desk.spot("conv1"))
    QTest.mouseClick(desk.port, LEFT, SHIFT, desk.spot("act1"))
    QTest.mouseClick(desk.port, LEFT, CTRL, desk.spot("loose"))
    assert desk.scene.selected_names() == ["conv1", "act1", "loose"]
    QTest.mouseClick(desk.port, LEFT, CTRL, desk.spot("conv1"))
    assert desk.scene.selected_names() == ["act1", "loose"]
    QTest.mouseClick(desk.port, LEFT, NONE, desk.spot("act1"))
    assert desk.scene.selected_names() == ["act1"]


# -- moving -----------------------------------------------------------------------------------------------------------


def shifted(desk: Hands, name: str, x: float, y: float) -> QPoint:
    """Where to let go so that the card's corner would lie there."""
    card = desk.scene.cards[name]
    return desk.spot(name) + desk.at(x, y) - desk.view.mapFromScene(card.pos())


def test_a_card_snaps_to_others_and_with_ctrl_it_does_not(desk):
    for keys, expected in ((NONE, 0.0), (CTRL, None)):
        desk.hold(desk.spot("loose"), shifted(desk, "loose", 4.0, 420.0), keys)
        assert bool(desk.view.gestures.guides.lines) is (expected is not None)
        desk.release(shifted(desk, "loose", 4.0, 420.0), keys)
        x = place(desk.graph, "loose")[0]
        assert x == expected if expected is not None else x not in (0.0, 420.0)
        assert not desk.view.gestures.guides.lines
        desk.document.undo()


def test_gaps_become_equal_and_snapping_can_be_turned_off(desk):
    for snaps in (True, False):
        desk.view.gestures.snaps = snaps
        desk.pull(desk.spot("loose"), shifted(desk, "loose", 3.0, 382.0))
        assert (place(desk.graph, "loose") == (0.0, 380.0)) is snaps, "as far below fc1 as fc1 is below flat"
        desk.document.undo()


def test_a_small_wobble_is_a_click_and_no_move(desk):
    desk.pull(desk.spot("fc1"), desk.spot("fc1") + QPoint(1, 1))
    assert desk.graph == network()
    assert desk.scene.selected_names() == ["fc1"]


def test_bends_go_with_both_ends_and_stay_when_one_moves(desk):
    desk.page.edit("", marks.bent(desk.graph, Edge("conv1", "act1"), 0, (250.0, 130.0)))
    desk.scene.select(["conv1", "act1"])
    desk.pull(desk.spot("act1"), desk.spot("act1") + QPoint(-100, 60))
    both = next(e.via[0] for e in desk.graph.edges if e.via)
    way = place(desk.graph, "act1")[0]
    assert both[0] == pytest.approx(250.0 + way) and way < -50
    desk.check()
    desk.scene.select([])
    desk.pull(desk.spot("act1"), desk.spot("act1") + QPoint(0, 50))
    assert next(e.via[0] for e in desk.graph.edges if e.via) == both
    desk.there_and_back(2)


# -- bends ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["double click", "Delete", "drag"])
def test_a_bend_is_moved_and_removed(desk, how):
    desk.page.edit("", marks.bent(desk.graph, Edge("conv1", "act1"), 0, (250.0, 130.0)))
    at, to = desk.at(250, 130), desk.at(320, 140)
    if how == "double click":
        desk.double(at)
    elif how == "Delete":
        QTest.mouseClick(desk.port, LEFT, NONE, at)
        desk.view.edits.delete_selection()
    else:
        desk.pull(at, to)
    vias = [e.via for e in desk.graph.edges if e.via]
    assert vias == ([] if how != "drag" else vias) and len(vias) == (how == "drag")
    assert not vias or vias[0][0][0] == pytest.approx(320, abs=2)
    assert ("conv1", "act1") in edges(desk.graph), "the wire stays"
    desk.check()
    desk.there_and_back()


def test_a_wire_runs_through_its_bends(desk):
    graph = marks.bent(marks.bent(desk.graph, Edge("conv1", "act1"), 0, (250.0, 130.0)),
                       Edge("conv1", "act1", 0, ((250.0, 130.0),)), 1, (-90.0, 140.0))
    desk.page.edit("", graph)
    wire = next(w for w in desk.scene.wires.values() if w.via)
    points = [wire.path.pointAtPercent(step / 400) for step in range(401)]
    for at in wire.edge.via:
        assert min((point - QPointF(*at)).manhattanLength() for point in points) < 6
    assert [wire.leg_at(wire.path.pointAtPercent(way)) for way in (0.02, 0.5, 0.98)] == [0, 1, 2]


# -- looking ----------------------------------------------------------------------------------------------------------


def test_a_held_wire_survives_the_wheel_and_stays_under_the_mouse(desk):
    desk.hold(desk.out("fc1"), far_point(desk))
    at, before = far_point(desk), desk.view.zoom()
    desk.wheel(at, 240)
    assert desk.view.zoom() > before * 1.2
    assert (desk.view.gestures.current.wire.end - desk.view.mapToScene(at)).manhattanLength() < 3
    QTest.keyClick(desk.view, Qt.Key.Key_Escape)


@pytest.mark.parametrize("what", ["wire", "card", "box"])
def test_the_canvas_scrolls_while_something_is_held_at_its_border(desk, qtbot, what):
    start = {"wire": desk.out("fc1"), "card": desk.spot("fc1"), "box": far_point(desk)}[what]
    corner = QPoint(desk.port.width() - 4, desk.port.height() // 2)
    before = desk.view.place().centre.x()
    desk.hold(start, corner)
    qtbot.waitUntil(lambda: desk.view.place().centre.x() > before + 60)
    under = {"wire": corner, "card": desk.spot("fc1"), "box": corner}[what]
    assert (under - corner).manhattanLength() < 30, "the card stays under the mouse"
    QTest.keyClick(desk.view, Qt.Key.Key_Escape)
    here = desk.view.place().centre.x()
    desk.release(corner)
    free_of(desk)
    assert desk.view.place().centre.x() == here


def test_looking_elsewhere_is_told(desk, qtbot):
    for act in (lambda: desk.view.translate(5, 5), lambda: desk.wheel(QPoint(50, 50), 120), desk.view.fit,
                lambda: desk.view.go_to(desk.view.place()), lambda: desk.page.resize(910, 790)):
        with qtbot.waitSignal(desk.view.looked):
            act()


def colors_outside(desk, area: QRect) -> set[str]:
    picture = desk.port.grab().toImage()
    points = [QPoint(x, y) for x in range(0, picture.width(), 3) for y in range(0, picture.height(), 3)]
    return {picture.pixelColor(point).name() for point in points if not area.contains(point)}


def test_many_cards_are_zoomed_as_a_picture_and_painted_truly_afterwards(desk, qtbot):
    nodes = [Node(f"act{i}", ReLU(), (300.0 * (i % 8), 76.0 * (i // 8))) for i in range(60)]
    desk.page.edit("", Graph.of(nodes))
    desk.view.zoom_at(0.6 / desk.view.zoom(), QPoint(0, 0))
    seen = desk.view.mapToScene(desk.port.rect()).boundingRect()
    desk.wheel(QPoint(400, 300), -1600)
    old = desk.view.mapFromScene(seen).boundingRect().adjusted(-2, -2, 2, 2)
    assert colors_outside(desk, old) == {theme.color("canvas").name()}, "a picture of what was seen before, and no more"
    assert not desk.scene.is_far, "what is painted changes once, at the end"
    qtbot.waitUntil(lambda: desk.scene.is_far)
    assert len(colors_outside(desk, old)) > 1


# -- cards ------------------------------------------------------------------------------------------------------------


def test_a_collapsed_card_is_thin_and_its_wires_begin_there(desk):
    desk.scene.select(["conv1"])
    desk.view.edits.turn_fold()
    card = desk.scene.cards["conv1"]
    assert card.body().height() == THIN
    wire = desk.scene.wires[Edge("conv1", "act1")]
    assert wire.path.pointAtPercent(0) == card.pos() + QPointF(CARD_WIDTH / 2, THIN)
    desk.pull(desk.out("conv1"), desk.into("sum"))
    assert ("conv1", "sum") in edges(desk.graph), "its port lies there too"


def test_signs_of_a_card_are_said_in_words(desk):
    desk.scene.select(["act1"])
    desk.view.edits.turn_bypass()
    desk.view.edits.color("red")
    card = desk.scene.cards["act1"]
    assert card.face.detail.startswith("bypassed")
    assert "Bypassed" in card.toolTip() and "Red" in card.toolTip()
    assert desk.page.analysis.active.output_shape == (10,), "what comes in goes out"


# -- clipboard --------------------------------------------------------------------------------------------------------


def test_the_clipboard_has_the_layers_as_python_and_as_a_line(desk):
    desk.scene.select(["conv1", "act1", "flat", "fc1"])
    desk.view.copy()
    text = QApplication.clipboard().text()
    assert "nn.Conv2d(1, 6, kernel_size=3, padding=1)" in text and "nn.Sequential(" in text
    assert text.splitlines()[0].startswith("# ") and "conv" in text.splitlines()[0].lower()
    namespace: dict = {}
    exec("from torch import nn\nnet = " + text[text.index("nn.Sequential"):], namespace)
    assert sum(p.numel() for p in namespace["net"].parameters()) == desk.page.analysis.params


def test_pytorch_code_from_elsewhere_is_pasted_as_layers(desk):
    QApplication.clipboard().setText("nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten())")
    before = set(desk.graph.nodes)
    desk.view.paste()
    new = [desk.graph.nodes[name].layer.kind() for name in desk.graph.nodes if name not in before]
    assert new == ["Conv2d", "ReLU", "Flatten"], "there is an Input already"
    desk.there_and_back()


def test_what_is_pasted_lies_at_the_mouse_and_on_no_card(desk):
    desk.scene.select(["conv1", "act1"])
    desk.view.copy()
    desk.move(far_point(desk), Qt.MouseButton.NoButton)
    desk.view.paste()
    middle = marks.middle_of(Graph.of([desk.graph.nodes["conv2"], desk.graph.nodes["act2"]]))
    assert (QPointF(*middle) - desk.view.mapToScene(far_point(desk))).manhattanLength() < 3
    desk.view.paste()
    bodies = [card.body() for card in desk.scene.cards.values()]
    assert not any(a.intersects(b) for i, a in enumerate(bodies) for b in bodies[:i])


@pytest.mark.parametrize("wires", [b"{", b"[1]", b'[["a"]]', b"\xff"])
def test_a_damaged_clipboard_says_so(desk, qtbot, wires):
    desk.scene.select(["conv1"])
    desk.view.copy()
    data = QMimeData()
    data.setData(NETWORK_MIME, QApplication.clipboard().mimeData().data(NETWORK_MIME))
    data.setData(WIRES_MIME, wires)
    QApplication.clipboard().setMimeData(data)
    with qtbot.waitSignal(desk.view.paste_refused):
        desk.view.paste()
    assert desk.graph == network()


def test_what_cannot_be_pasted_says_why(desk, qtbot):
    QApplication.clipboard().setText("no network at all (")
    with qtbot.waitSignal(desk.view.paste_refused) as said:
        desk.view.paste()
    assert str(said.args[0])
    assert desk.graph == network()


def test_the_canvas_scrolls_while_a_layer_of_the_palette_is_held_at_its_border(desk, qtbot):
    data, copy = QMimeData(), Qt.DropAction.CopyAction
    data.setData(LAYER_MIME, b"ReLU")
    low, before = QPoint(desk.port.width() // 2, desk.port.height() - 4), desk.view.place().centre.y()
    QApplication.sendEvent(desk.port, QDragEnterEvent(QPoint(300, 300), copy, data, LEFT, NONE))
    QApplication.sendEvent(desk.port, QDragMoveEvent(low, copy, data, LEFT, NONE))
    qtbot.waitUntil(lambda: desk.view.place().centre.y() > before + 60)
    QApplication.sendEvent(desk.port, QDropEvent(QPointF(low), copy, data, LEFT, NONE))
    middle = desk.scene.cards["act2"].slot().center()
    assert (desk.view.mapFromScene(middle) - low).manhattanLength() < 100, "it lies where it was let go"
    desk.there_and_back()


def test_what_a_collapsed_frame_hides_is_found_at_its_bar(desk):
    graph = marks.with_frame(desk.graph, Frame("Head", ("conv1", "act1"), collapsed=True))
    desk.page.edit("", graph)
    desk.page.find_layer("act1")
    assert desk.scene.selected_frames() == [0]
    bar = desk.view.mapFromScene(desk.scene.frames.items[0].area.center())
    assert desk.port.rect().contains(bar)
