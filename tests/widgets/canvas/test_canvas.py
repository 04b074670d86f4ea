"""The canvas with real mouse, wheel and key events; every gesture is undone and redone by value."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.advice.advice import advise
from engine.analysis.analysis import analyze
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment
from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from engine.layers.merge import Add
from widgets.canvas.cards.sizes import CARD_HEIGHT, CARD_WIDTH
from widgets.canvas.ground.highlight import Highlight
from widgets.canvas.scene.scene import CanvasScene
from widgets.canvas.view.view import CanvasView
from widgets.canvas.wires.pill import pill_rect
from widgets.look import theme
from widgets.parts.layer_drag import LAYER_MIME

DATA = DataSpec(dataset="mnist")
LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


class Desk:
    """A canvas whose requests are granted, with the history they leave."""

    def __init__(self, qtbot, graph: Graph) -> None:
        theme.apply(QApplication.instance(), theme.DARK)
        self.scene = CanvasScene()
        self.view = CanvasView(self.scene)
        qtbot.addWidget(self.view)
        self.view.resize(900, 700)
        self.view.show()
        qtbot.waitExposed(self.view)
        self.history = [graph]
        self.keys: list[str] = []
        self.scene.edit_requested.connect(self.take)
        self.scene.repair_requested.connect(lambda repair: self.take("repair", repair.apply(self.graph), ""))
        self.show()
        self.view.fit()

    @property
    def graph(self) -> Graph:
        return self.history[-1]

    def take(self, _text: str, graph: Graph, key: str) -> None:
        self.history.append(graph)
        self.keys.append(key)
        self.show()

    def show(self) -> None:
        self.scene.show_graph(self.graph)
        analysis = analyze(self.graph, DATA.sample_shape)
        self.scene.show_analysis(analysis, advise(Experiment(self.graph, DATA), analysis))
        self.check()

    def check(self) -> None:
        """What is drawn is what the graph says."""
        assert set(self.scene.cards) == set(self.graph.nodes)
        assert set(self.scene.wires) == set(self.graph.edges)
        for name, card in self.scene.cards.items():
            assert card.node is self.graph.nodes[name]
            assert (card.x(), card.y()) == self.graph.nodes[name].position

    def at(self, point: QPointF) -> QPoint:
        return self.view.mapFromScene(point)

    def card(self, name: str) -> QPoint:
        """A place on the card that is no port."""
        return self.at(self.scene.cards[name].pos() + QPointF(40, CARD_HEIGHT / 2))

    def out(self, name: str) -> QPoint:
        return self.at(self.scene.cards[name].out_point())

    def into(self, name: str, port: int = 0) -> QPoint:
        return self.at(self.scene.cards[name].in_point(port))

    def drag(self, start: QPoint, end: QPoint, button=LEFT, keys=Qt.KeyboardModifier.NoModifier, drop=True) -> None:
        port = self.view.viewport()
        QTest.mousePress(port, button, keys, start)
        for step in range(1, 5):
            QTest.mouseMove(port, start + (end - start) * step / 4)
        if drop:
            QTest.mouseRelease(port, button, keys, end)

    def click(self, point: QPoint, keys=Qt.KeyboardModifier.NoModifier) -> None:
        QTest.mouseClick(self.view.viewport(), LEFT, keys, point)

    def there_and_back(self) -> None:
        """Undo everything, redo everything: the scene follows by difference."""
        last = list(self.history)
        for graph in (*reversed(last), *last):
            self.history.append(graph)
            self.show()


def network() -> Graph:
    nodes = [Node("input", Input()), Node("conv1", Conv2d(out_channels=6), (0, 76)), Node("act1", ReLU(), (0, 152)),
             Node("fc1", Linear(out_features=10), (0, 260)), Node("add1", Add(), (300, 152))]
    return Graph.of(nodes, [Edge("input", "conv1"), Edge("conv1", "act1")])


@pytest.fixture
def desk(qtbot) -> Desk:
    return Desk(qtbot, network())


def test_wire_is_drawn_from_output_to_input(desk):
    desk.drag(desk.out("conv1"), desk.into("add1", 0))
    assert Edge("conv1", "add1", 0) in desk.graph.edges
    desk.there_and_back()


def test_wire_is_drawn_from_input_back_to_output(desk):
    desk.drag(desk.into("fc1"), desk.out("act1"))
    assert Edge("act1", "fc1") in desk.graph.edges
    desk.there_and_back()


def test_wire_dropped_on_a_card_takes_its_free_input(desk):
    desk.drag(desk.out("conv1"), desk.card("add1"))
    desk.drag(desk.out("act1"), desk.card("add1"))
    assert {Edge("conv1", "add1", 0), Edge("act1", "add1", 1)} <= set(desk.graph.edges)


def test_a_taken_port_is_refused_with_a_reason_at_the_cursor(desk):
    desk.drag(desk.out("input"), desk.card("act1"), drop=False)
    assert "already has a wire" in desk.view.gestures.current.wire.reason
    QTest.mouseRelease(desk.view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, desk.card("act1"))
    assert desk.graph == network()
    assert desk.view.gestures.current is not None, "the reason stays readable for a moment"
    desk.click(desk.at(QPointF(-100, 0)))
    assert desk.view.gestures.current is None


def test_a_loop_is_refused_with_a_reason(desk):
    desk.drag(desk.out("act1"), desk.into("conv1"), drop=False)
    desk.scene.cancel_gesture()
    desk.take("", desk.graph.without_edges([Edge("input", "conv1")]), "")
    desk.drag(desk.out("act1"), desk.into("conv1"), drop=False)
    assert "loop" in desk.view.gestures.current.wire.reason
    desk.scene.cancel_gesture()


def test_escape_lets_go_of_a_held_wire(desk):
    desk.drag(desk.out("act1"), desk.into("fc1"), drop=False)
    QTest.keyClick(desk.view, Qt.Key.Key_Escape)
    assert desk.view.gestures.current is None
    QTest.mouseRelease(desk.view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, desk.into("fc1"))
    assert desk.graph == network()


def test_a_wire_is_taken_out_of_an_input_and_dropped_on_nothing(desk):
    desk.drag(desk.into("act1"), desk.at(QPointF(-150, 200)))
    assert Edge("conv1", "act1") not in desk.graph.edges
    desk.there_and_back()


def test_a_wire_is_taken_out_of_an_input_and_led_elsewhere(desk):
    desk.drag(desk.into("act1"), desk.into("fc1"))
    assert Edge("conv1", "act1") not in desk.graph.edges
    assert Edge("conv1", "fc1") in desk.graph.edges


def test_cards_move_together_and_the_move_is_one_edit(desk):
    desk.click(desk.card("conv1"))
    desk.click(desk.card("act1"), CTRL)
    desk.drag(desk.card("act1"), desk.card("act1") + QPoint(120, 40))
    assert len(desk.history) == 2
    shift = 1 / desk.view.zoom()
    for name in ("conv1", "act1"):
        before, after = network().nodes[name].position, desk.graph.nodes[name].position
        assert after[0] - before[0] == pytest.approx(120 * shift, abs=2)
        assert after[1] - before[1] == pytest.approx(40 * shift, abs=2)
    desk.there_and_back()


def test_click_ctrl_and_shift_select(desk):
    desk.click(desk.card("conv1"))
    desk.click(desk.card("act1"), SHIFT)
    assert desk.scene.selected_names() == ["conv1", "act1"]
    desk.click(desk.card("act1"), CTRL)
    assert desk.scene.selected_names() == ["conv1"]
    desk.click(desk.at(QPointF(-100, 0)))
    assert desk.scene.selected_names() == []


def test_box_select(desk):
    cards = desk.scene.cards
    start = desk.at(cards["input"].pos() - QPointF(20, 20))
    end = desk.at(cards["act1"].pos() + QPointF(CARD_WIDTH + 20, CARD_HEIGHT + 20))
    desk.drag(start, end)
    assert desk.scene.selected_names() == ["input", "conv1", "act1"]


def test_delete_removes_cards_with_their_wires_and_single_wires(desk):
    desk.click(desk.card("conv1"))
    desk.view.edits.delete_selection()
    assert "conv1" not in desk.graph.nodes and not desk.graph.edges
    desk.there_and_back()


def test_a_wire_is_selected_by_a_click_and_deleted(desk):
    middle = desk.scene.wires[Edge("conv1", "act1")].path.pointAtPercent(0.5)
    desk.click(desk.at(middle))
    assert desk.scene.selected_edges() == [Edge("conv1", "act1")]
    desk.view.edits.delete_selection()
    assert desk.graph.edges == (Edge("input", "conv1"),)


def test_deleting_with_healing_leads_the_wire_on(desk):
    desk.click(desk.card("conv1"))
    desk.view.edits.delete_selection(heal=True)
    assert desk.graph.edges == (Edge("input", "act1"),)


def test_copy_paste_duplicate_and_cut(desk):
    desk.scene.select(["conv1", "act1"])
    desk.view.copy()
    desk.view.paste()
    assert Edge("conv2", "act2") in desk.graph.edges
    assert desk.scene.selected_names() == ["conv2", "act2"]
    desk.view.duplicate()
    assert {"conv3", "act3"} <= set(desk.graph.nodes)
    desk.scene.select(["conv3"])
    desk.view.cut()
    assert "conv3" not in desk.graph.nodes
    desk.view.paste()
    assert "conv3" in desk.graph.nodes
    desk.there_and_back()


def test_pasting_text_that_is_no_network_says_so(desk, qtbot):
    QApplication.clipboard().setText("hello")
    with qtbot.waitSignal(desk.view.paste_refused):
        desk.view.paste()
    assert desk.graph == network()


def test_arrows_nudge_and_undo_together(desk):
    desk.click(desk.card("conv1"))
    QTest.keyClick(desk.view, Qt.Key.Key_Right)
    QTest.keyClick(desk.view, Qt.Key.Key_Right)
    assert desk.graph.nodes["conv1"].position == (16.0, 76.0)
    assert desk.keys[-1] == desk.keys[-2] != ""


def test_wheel_zooms_at_the_cursor(desk):
    at = desk.card("act1")
    before = desk.view.mapToScene(at)
    scale = desk.view.zoom()
    event = QWheelEvent(QPointF(at), QPointF(desk.view.viewport().mapToGlobal(at)), QPoint(), QPoint(0, 240),
                        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(desk.view.viewport(), event)
    assert desk.view.zoom() > scale * 1.2
    assert (desk.view.mapToScene(at) - before).manhattanLength() < 3


@pytest.mark.parametrize("how", ["middle", "space"])
def test_drag_pans(desk, how):
    start = QPoint(450, 350)
    before = desk.view.mapToScene(start)
    if how == "space":
        QTest.keyPress(desk.view, Qt.Key.Key_Space)
    desk.drag(start, start + QPoint(80, 40), MIDDLE if how == "middle" else LEFT)
    if how == "space":
        QTest.keyRelease(desk.view, Qt.Key.Key_Space)
    after = desk.view.mapToScene(start + QPoint(80, 40))
    assert (after - before).manhattanLength() < 3
    assert desk.graph == network()


def test_fit_shows_everything_and_the_selection(desk):
    desk.view.zoom_at(4, QPoint(10, 10))
    desk.view.fit()
    seen = desk.view.mapToScene(desk.view.viewport().rect()).boundingRect()
    assert all(seen.contains(card.sceneBoundingRect()) for card in desk.scene.cards.values())
    desk.scene.select(["add1"])
    desk.view.fit(selection_only=True)
    centre = desk.view.mapToScene(desk.view.viewport().rect().center())
    assert (centre - desk.scene.cards["add1"].sceneBoundingRect().center()).manhattanLength() < 4


def drop(desk: Desk, kind: str, point: QPoint, keys=Qt.KeyboardModifier.NoModifier) -> None:
    data = QMimeData()
    data.setData(LAYER_MIME, kind.encode())
    copy = Qt.DropAction.CopyAction
    QApplication.sendEvent(desk.view.viewport(), QDragEnterEvent(point, copy, data, LEFT, keys))
    QApplication.sendEvent(desk.view.viewport(), QDropEvent(QPointF(point), copy, data, LEFT, keys))


def test_a_layer_is_dropped_in(desk):
    drop(desk, "Sigmoid", desk.at(QPointF(-300, 100)))
    assert desk.graph.nodes["act2"].layer.kind() == "Sigmoid"
    assert desk.scene.selected_names() == ["act2"]
    desk.there_and_back()


def test_a_layer_dropped_on_a_wire_goes_into_it_and_with_alt_does_not(desk):
    middle = desk.at(desk.scene.wires[Edge("conv1", "act1")].path.pointAtPercent(0.5))
    drop(desk, "Sigmoid", middle, Qt.KeyboardModifier.AltModifier)
    assert Edge("conv1", "act1") in desk.graph.edges
    desk.take("", desk.history[0], "")
    drop(desk, "Sigmoid", desk.at(desk.scene.wires[Edge("conv1", "act1")].path.pointAtPercent(0.5)))
    assert {Edge("conv1", "act2"), Edge("act2", "act1")} <= set(desk.graph.edges)


def test_a_layer_dropped_across_a_wire_goes_into_it_and_beside_it_does_not(desk):
    middle = desk.scene.wires[Edge("conv1", "act1")].path.pointAtPercent(0.5)
    drop(desk, "Sigmoid", desk.at(middle - QPointF(60, 0)))  # the card would hide the wire
    assert {Edge("conv1", "act2"), Edge("act2", "act1")} <= set(desk.graph.edges)
    desk.there_and_back()
    desk.take("", desk.history[0], "")
    drop(desk, "Sigmoid", desk.at(middle - QPointF(130, 0)))
    assert Edge("conv1", "act1") in desk.graph.edges


@pytest.mark.parametrize("way", [(180, 20), (240, 0), (-200, -10)])
def test_no_shape_is_hidden_below_the_cards_of_its_wire(desk, way):
    card = desk.scene.cards["act1"]
    desk.take("", desk.graph.moved({"act1": (card.x() + way[0], card.y() - 70 + way[1])}), "")
    wire = desk.scene.wires[Edge("conv1", "act1")]
    at, leftwards = wire._pill
    pill = pill_rect(at, leftwards, "6×26×26")
    assert not any(card.body().intersects(pill) for card in (wire.source, wire.target))


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


def test_every_wire_shows_its_shape(desk):
    assert desk.scene.wires[Edge("input", "conv1")].text == "1×28×28"
    assert desk.scene.wires[Edge("conv1", "act1")].text == "6×26×26"


def test_far_away_everything_is_painted_in_batches_and_still_found(desk):
    desk.view.zoom_at(0.2, QPoint(450, 350))
    assert desk.scene.cards["conv1"].flags() & desk.scene.cards["conv1"].GraphicsItemFlag.ItemHasNoContents
    far = desk.view.viewport().grab().toImage()
    colours = {far.pixelColor(x, y).name() for x in range(0, far.width(), 3) for y in range(0, far.height(), 3)}
    assert theme.CATEGORY_COLORS["convolution"] in colours
    desk.click(desk.at(desk.scene.cards["conv1"].sceneBoundingRect().center()))
    assert desk.scene.selected_names() == ["conv1"]


def test_what_stands_out_is_seen_and_the_rest_dimmed(desk):
    ground = QColor(theme.current().canvas).lightness()

    def stands_out(at: QPointF) -> int:
        """How much the brightest pixel around a scene point differs from the ground."""
        image, middle = desk.view.viewport().grab().toImage(), desk.at(at)
        pixels = [image.pixelColor(middle + QPoint(x, y)) for x in range(-4, 5) for y in range(-4, 5)]
        return max(abs(pixel.lightness() - ground) for pixel in pixels)

    cards, wire = desk.scene.cards, desk.scene.wires[Edge("input", "conv1")]
    spots = {"conv1": cards["conv1"].pos() + QPointF(2, 23), "act1": cards["act1"].pos() + QPointF(2, 23),
             "wire": wire.path.pointAtPercent(0.5)}
    plain = {name: stands_out(spot) for name, spot in spots.items()}
    desk.scene.show_highlight(Highlight({"conv1"}))
    seen = {name: stands_out(spot) for name, spot in spots.items()}
    assert seen["conv1"] == plain["conv1"] and seen["act1"] < 0.75 * plain["act1"] and seen["wire"] < plain["wire"]
    desk.scene.show_highlight(Highlight({"conv1"}, {wire.edge}))
    assert stands_out(spots["wire"]) > plain["wire"]
    desk.scene.show_highlight(None)
    assert {name: stands_out(spot) for name, spot in spots.items()} == plain


def test_an_exception_while_painting_is_survived(desk, caplog, monkeypatch):
    monkeypatch.setattr("widgets.canvas.cards.card.paint_card", lambda *_: 1 / 0)
    desk.view.viewport().grab()
    assert "painting failed" in caplog.text
