"""Wiring by name and the outline: where the list opens, what it says, what is selected here and there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.features.boxes import BESIDE, Boxes
from app.features.outline import Outline
from app.features.previewing import Previewing
from app.window.window import MainWindow
from engine.graph.graph import Edge, Graph
from engine.line.line import build_line
from engine.messages import LayerloomError
from tests.app.windows import lent, shared
from widgets.find.pick_box import PickBox

LINE = "input 3x8x8, residual 3, relu, tanh, sigmoid, elu; conv 3 3x3 p1; add"


@pytest.fixture(scope="module")
def one_window(request) -> Iterator[MainWindow]:
    with shared(request, torch=False) as window:
        yield window


@pytest.fixture
def window(one_window, qtbot) -> Iterator[MainWindow]:
    with lent(one_window, qtbot, "gallery:mlp") as window:
        window.page.edit("Other", build_line(Graph(), LINE)[0])
        window.page.view.fit()
        yield window


def asked(window: MainWindow, *names: str) -> PickBox:
    window.page.scene.select(names)
    window.commands["connect_to"].trigger()
    box = window.feature(Boxes).box
    assert isinstance(box, PickBox)
    return box


def name_of(window: MainWindow, kind: str) -> str:
    return next(name for name, node in window.page.level.graph.nodes.items() if node.layer.kind() == kind)


@pytest.mark.parametrize(("names", "words"), [
    (("act1",), "Wire act1 to…"), (("act1", "act2", "act3"), "Wire act1, act2, act3 to…"),
    (("act1", "act2", "act3", "act4"), "Wire act1, act2, act3… to…"),
])
def test_the_list_says_what_would_be_wired(window, names, words):
    assert asked(window, *names).field.placeholderText() == words


def test_the_list_is_beside_the_last_card_which_is_seen(window):
    view, card = window.page.view, window.page.scene.cards["act1"]
    view.go_to(view.place()._replace(zoom=1.0, centre=card.sceneBoundingRect().center() * 40))
    box = asked(window, "act1")
    corner = view.mapFromScene(card.sceneBoundingRect().topRight())
    assert view.viewport().rect().contains(corner) and view.viewport().rect().contains(
        view.mapFromScene(card.sceneBoundingRect().bottomLeft()))
    assert box.x() == min(corner.x() + BESIDE.x(), view.width() - box.width() - 8)


def test_what_is_marked_is_seen_before_and_gone_with_the_list(window):
    page, graph, preview = window.page, window.page.level.graph, window.feature(Previewing)
    box = asked(window, "act1")
    QTest.keyClick(box.field, Qt.Key.Key_Down)
    assert preview.is_on and page.level.graph is graph
    QTest.keyClick(box.field, Qt.Key.Key_Escape)
    assert not preview.is_on and page.level.graph is graph
    box = asked(window, "act1")
    add = name_of(window, "Add")
    QTest.keyClicks(box.field, add)
    QTest.keyClick(box.field, Qt.Key.Key_Return)
    assert Edge("act1", add) in page.level.graph.edges and page.scene.selected_names() == [add]
    assert page.document.history.undo_text == "Connect" and not preview.is_on


def test_what_cannot_be_wired_says_why(window, monkeypatch):
    page, graph = window.page, window.page.level.graph
    box = asked(window, "act1")

    def refuse(*_: object) -> None:
        raise LayerloomError("not these two")

    monkeypatch.setattr("app.features.linking.linked", refuse)
    QTest.keyClick(box.field, Qt.Key.Key_Down)
    assert not window.feature(Previewing).is_on, "nothing would be"
    QTest.keyClick(box.field, Qt.Key.Key_Return)
    assert page.level.graph is graph and page.notice.text.text() == "Not these two"


def test_wires_into_layers_and_wires_themselves_are_taken_away(window):
    page = window.page
    page.scene.select(["act2"])
    window.commands["disconnect"].trigger()
    assert not page.level.graph.inputs["act2"] and page.level.graph.inputs["act3"]
    assert page.document.history.undo_text == "Disconnect"
    page.document.undo()
    page.scene.select([])
    page.scene.wires[Edge("act2", "act3")].setSelected(True)
    window.commands["disconnect"].trigger()
    assert not page.level.graph.inputs["act3"] and page.level.graph.inputs["act2"]


# -- the outline ------------------------------------------------------------------------------------------------------


def test_inside_a_block_the_outline_shows_where_one_is(window):
    page, outline = window.page, window.feature(Outline).panel
    assert not window.commands["outline"].isChecked()
    window.commands["outline"].trigger()
    assert outline.paths() == [] and window.commands["outline"].isChecked()
    page.open("residual1")
    assert outline.paths() == ["residual1"]
    page.scene.select(["conv1", "bn1"])
    assert outline.paths() == ["residual1.conv1", "residual1.bn1"]
    page.scene.select([])
    assert outline.paths() == ["residual1"]
    page.go(())
    page.scene.select([])
    assert outline.paths() == []


def test_the_outline_gives_way_to_the_layers_and_the_keyboard_to_the_canvas(window):
    window.commands["outline"].trigger()
    assert window.feature(Outline).panel.tree.hasFocus()
    window.commands["outline"].trigger()
    assert window.page.view.hasFocus() and window.places.palette.isVisible()
    assert not window.commands["outline"].isChecked()
    tip = [window.places.left.tabToolTip(index) for index in range(window.places.left.count())]
    assert tip == ["", "Every layer of this network"]


def test_what_is_entered_in_the_outline_is_gone_into_or_led_to(window):
    page, outline = window.page, window.feature(Outline).panel
    outline.entered.emit("residual1")
    assert page.level.path == ("residual1",)
    outline.entered.emit("residual1.conv1")
    assert page.level.path == ("residual1",) and page.scene.selected_names() == ["conv1"] and page.view.hasFocus()
    outline.selected.emit(["act1", "act2"])
    assert page.level.path == () and set(page.scene.selected_names()) == {"act1", "act2"}
    window.show_start()
    outline.entered.emit("act1")
    outline.selected.emit(["act1"])
    assert window.page is None
