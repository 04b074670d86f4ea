"""The picture of two networks: what its cards and wires say, and how one looks around in it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QColor, QImage, QPaintEvent, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.compare.compare import compare
from engine.compare.union import union
from engine.experiment.experiment import Experiment
from engine.graph.graph import Edge, Graph
from engine.layers.activation import ReLU
from engine.layers.linear import Linear
from tests.in_front import in_front
from tests.widgets.compare.desk import after, before, chain, long_chain, side, wider
from widgets.compare.canvas import CompareScene, CompareView
from widgets.look import theme

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
Keys = Qt.Key


@pytest.fixture
def view(qtbot: QtBot) -> CompareView:
    scene = CompareScene()
    view = CompareView(scene)
    scene.setParent(view)
    return in_front(qtbot, view, 900, 600)


def show(view: CompareView, one: Graph, other: Graph) -> CompareScene:
    view.canvas.show_union(union(compare(Experiment(one), Experiment(other))), side("one", one), side("other", other))
    QApplication.processEvents()
    return view.canvas


def faces(scene: CompareScene) -> dict[str, tuple[str, str, str]]:
    return {name: (card.face.change, card.face.detail, card.face.count) for name, card in scene.cards.items()}


def test_each_card_says_what_happened_to_it(view: CompareView) -> None:
    scene = show(view, before(), after())
    assert faces(scene) == {
        "input": ("", "Vectors · 16", ""),
        "fc1": ("changed", "Bias on → off", "136 → 128"),
        "act": ("moved", "ReLU", ""),
        "new": ("added", "Tanh", ""),
        "head": ("changed", "was fc2", "72"),
        "add": ("", "Add", ""),
        "loose": ("", "Tanh", ""),
        "−gone": ("removed", "Sigmoid", ""),
    }
    assert [name for name, card in scene.cards.items() if card.face.loose] == ["loose"]
    assert {name: card.toolTip() for name, card in scene.cards.items() if card.toolTip()} == {
        "fc1": "Bias: on → off", "head": "Name: fc2 → head"}
    assert scene.cards["add"].face.inputs == 2


def test_a_removed_or_added_layer_has_its_own_number(view: CompareView) -> None:
    one = chain()
    other = one.healed("fc1")
    assert faces(show(view, one, other))["−fc1"] == ("removed", "Linear · 8", "136")
    assert faces(show(view, other, one))["fc1"] == ("added", "Linear · 8", "136")
    scene = show(view, one, one)
    assert faces(scene)["fc1"] == ("", "Linear · 8", "136")
    assert {card.toolTip() for card in scene.cards.values()} == {""}


def test_another_width_is_told_by_all_that_it_reaches(view: CompareView) -> None:
    nodes = chain().with_nodes([replace(chain().nodes["fc1"], name="fc2", layer=Linear(out_features=2))])
    one = nodes.with_edges([Edge("act", "fc2")])
    scene = show(view, one, wider(one))
    assert faces(scene)["fc2"] == ("", "Linear · 2", "18 → 26"), "it is the same and has other numbers"
    assert {edge.source: wire.pill_text() for edge, wire in scene.wires.items()} == {
        "input": "16", "fc1": "8 → 12", "act": "8 → 12"}


def test_wires_that_came_and_went(view: CompareView) -> None:
    scene = show(view, before(), after())
    assert {(edge.source, edge.target): (wire.tone, wire.pill_text()) for edge, wire in scene.wires.items()} == {
        ("input", "fc1"): ("", "16"), ("fc1", "act"): ("", "8"), ("act", "add"): ("", "8"), ("head", "add"): ("", "8"),
        ("act", "new"): ("added", "8"), ("new", "head"): ("added", "8"),
        ("act", "−gone"): ("removed", "8"), ("−gone", "head"): ("removed", "8"),
    }
    # where nothing is known of a shape, none is written; a removed wire keeps the one it had
    broken = before().without_edges([Edge("input", "fc1")])
    scene = show(view, before(), broken)
    assert {(edge.source, edge.target): (wire.tone, wire.pill_text()) for edge, wire in scene.wires.items()} == {
        ("input", "fc1"): ("removed", "16"), ("fc1", "act"): ("", ""), ("act", "gone"): ("", ""),
        ("gone", "fc2"): ("", ""), ("fc2", "add"): ("", ""), ("act", "add"): ("", ""),
    }
    scene = show(view, broken, before())
    assert {wire.pill_text() for wire in scene.wires.values()} == {"16", "8"}


def test_what_is_no_part_of_its_network_is_paler(view: CompareView) -> None:
    one = before().with_nodes([replace(before().nodes["loose"], name="more", position=(800, 0))])
    scene = show(view, one, before().healed("loose"))
    assert [name for name, card in scene.cards.items() if card.face.loose] == ["−loose", "−more"]


def test_only_differences_stand_out(view: CompareView) -> None:
    scene = show(view, before(), after())
    view.fit()
    assert scene.highlight is None
    scene.show_only_differences(True)
    assert set(scene.highlight.names) == {"fc1", "act", "new", "head", "−gone"}
    assert {(edge.source, edge.target) for edge in scene.highlight.edges} == {
        ("act", "new"), ("new", "head"), ("act", "−gone"), ("−gone", "head")}
    show(view, before(), before())
    assert (set(scene.highlight.names), set(scene.highlight.edges)) == (set(), set())
    scene.show_only_differences(False)
    assert scene.highlight is None


def test_from_afar_differences_always_stand_out(view: CompareView) -> None:
    scene = show(view, before(), after())
    view.zoom_at(0.2 / view.zoom(), QPoint(0, 0))
    assert set(scene.highlight.names) == {"fc1", "act", "new", "head", "−gone"}
    view.zoom_at(0.6 / view.zoom(), QPoint(0, 0))
    assert scene.highlight is None
    scene.show_only_differences(True)
    view.zoom_at(0.2 / view.zoom(), QPoint(0, 0))
    view.zoom_at(0.6 / view.zoom(), QPoint(0, 0))
    assert scene.highlight is not None


def test_before_anything_is_shown_nothing_stands_out(view: CompareView) -> None:
    view.canvas.show_only_differences(True)
    assert view.canvas.highlight is None
    assert show(view, before(), after()).highlight is not None


class Paints(QObject):
    """Where the picture was painted since this was made."""

    def __init__(self, view: CompareView) -> None:
        super().__init__(view)
        self.region = QRegion()
        view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.region = self.region.united(event.region())
        return False


def picture(view: CompareView) -> QImage:
    QApplication.processEvents()
    return view.viewport().grab().toImage()


def test_a_frame_lies_around_what_is_selected(view: CompareView) -> None:
    scene = show(view, before(), after())
    view.fit()
    body = view.mapFromScene(scene.cards["new"].body()).boundingRect()
    spots = [QPoint(body.center().x(), body.top() - round(5 * view.zoom()) + by) for by in (-1, 0, 1)]
    accent = QColor(theme.color("accent"))
    plain = picture(view)
    paints = Paints(view)
    scene.select(["new"])
    QApplication.processEvents()
    assert paints.region.contains(QPoint(body.left() - round(5 * view.zoom()), body.center().y()))
    framed = picture(view)
    assert not any(plain.pixelColor(spot) == accent for spot in spots)
    assert any(framed.pixelColor(spot) == accent for spot in spots)
    assert framed.pixelColor(body.center() - QPoint(0, body.height() // 3)) == plain.pixelColor(
        body.center() - QPoint(0, body.height() // 3)), "it is not filled"
    scene.select([])
    assert picture(view) == plain


# -- looking around -------------------------------------------------------------------------------------------------


def test_keys_zoom_around_the_middle(view: CompareView) -> None:
    show(view, before(), after())
    view.fit()
    start, middle = view.zoom(), view.viewport().rect().center()
    point = view.mapToScene(middle)
    for key, factor in ((Keys.Key_Plus, 1.2), (Keys.Key_Equal, 1.44), (Keys.Key_Minus, 1.2), (Keys.Key_Minus, 1.0),
                        (Keys.Key_Minus, 1 / 1.2)):
        QTest.keyClick(view, key)
        assert view.zoom() == pytest.approx(start * factor)
    assert (view.mapToScene(middle) - point).manhattanLength() < 3


def test_home_shows_everything_and_f_what_is_selected(view: CompareView) -> None:
    scene = show(view, before(), after())
    view.fit()
    all_of_it = view.place()
    scene.select(["new"])
    QTest.keyClick(view, Keys.Key_F)
    assert view.zoom() == 1.0
    assert (view.place().centre - scene.cards["new"].sceneBoundingRect().center()).manhattanLength() < 3
    QTest.keyClick(view, Keys.Key_Home)
    assert view.zoom() == pytest.approx(all_of_it.zoom)
    assert (view.place().centre - all_of_it.centre).manhattanLength() < 3


def test_other_keys_pan_and_change_nothing(view: CompareView) -> None:
    scene = show(view, before(), after())
    view.fit()
    was = view.place()
    QTest.keyClick(view, Keys.Key_Right)
    assert view.place().centre.x() > was.centre.x()
    assert view.zoom() == was.zoom
    scene.select(["new"])
    QTest.keyClick(view, Keys.Key_Delete)
    assert "new" in scene.cards


@pytest.mark.qt_log_ignore("not accepted by receiving widget")
def test_the_mouse_pans_and_is_an_arrow_again(view: CompareView) -> None:
    show(view, before(), after())
    view.fit()
    port, was = view.viewport(), view.place().centre
    assert port.cursor().shape() == Qt.CursorShape.ArrowCursor
    QTest.mousePress(port, LEFT, NONE, QPoint(20, 20))
    QTest.mouseMove(port, QPoint(60, 50))
    assert port.cursor().shape() == Qt.CursorShape.ClosedHandCursor
    QTest.mouseRelease(port, LEFT, NONE, QPoint(60, 50))
    assert port.cursor().shape() == Qt.CursorShape.ArrowCursor
    end = view.place().centre
    QTest.mouseMove(port, QPoint(90, 90))
    assert view.place().centre == end, "it was let go"
    way = end - was
    assert (way.x(), way.y()) == pytest.approx((-40 / view.zoom(), -30 / view.zoom()), abs=3)


def seen(view: CompareView, name: str) -> bool:
    area = view.mapToScene(view.viewport().rect()).boundingRect()
    return area.contains(view.canvas.cards[name].sceneBoundingRect())


def test_led_to_a_card_one_can_read_it(view: CompareView) -> None:
    one = long_chain(60)
    scene = show(view, one, one.with_layer("n50", Linear(out_features=16)))
    view.fit()
    assert view.zoom() < 0.4
    view.let_see(scene.cards["n50"])
    assert view.zoom() == 1.0
    assert (view.place().centre - scene.cards["n50"].sceneBoundingRect().center()).manhattanLength() < 3
    view.zoom_at(0.5, QPoint(0, 0))
    zoom = view.zoom()
    view.let_see(scene.cards["n5"])
    assert (view.zoom(), seen(view, "n5")) == (zoom, True), "near enough: only so far as it comes into sight"
    place = view.place()
    view.let_see(scene.cards["n6"])
    assert view.place() == place
    view.let_see(scene.wires[Edge("n40", "n41")])
    assert seen(view, "n40")


def test_both_begin_in_the_middle_where_there_is_room(view: CompareView) -> None:
    one = long_chain(30)
    other = one.with_nodes([replace(one.nodes["n1"], name="beside", layer=ReLU(), position=(400.0, 76.0))])
    scene = show(view, one, other)
    view.zoom_at(0.5, QPoint(0, 0))
    view.centerOn(0, 1500)
    view.show_beginning()
    assert view.zoom() == 1.0
    assert seen(view, "input") and seen(view, "beside")
    middle = scene.extent().center().x()
    assert abs(view.place().centre.x() - middle) < 2
    wide = one.with_nodes([replace(one.nodes["n1"], name="beside", layer=ReLU(), position=(2000.0, 76.0))])
    scene = show(view, one, wide)
    view.show_beginning()
    assert seen(view, "input") and not seen(view, "beside")


def test_another_theme_is_drawn_at_once(view: CompareView) -> None:
    show(view, before(), after())
    view.fit()
    QApplication.processEvents()
    paints = Paints(view)
    theme.apply(QApplication.instance(), theme.LIGHT)
    QApplication.processEvents()
    assert not paints.region.isEmpty()
