"""What would be: a value being changed, and a repair that is pointed at, are shown before anything is done."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.features.previewing import Previewing
from app.features.problems import Problems
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.graph import edits
from engine.layers.activation import ReLU
from engine.layers.linear import Linear
from tests.app.windows import opened
from tests.seen import texts
from widgets.canvas.pictures.ghosts import GhostCard
from widgets.fields.editors import ChoiceEditor, LineEditor
from widgets.inspector.layer_form import LayerForm

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    Settings(tmp_path).theme = "dark"
    with opened(qtbot, tmp_path, "gallery:lenet") as window:
        yield window


def picture(window) -> dict:
    """Everything that a person sees of the network."""
    scene = window.page.scene
    return {
        "faces": {name: card.face for name, card in scene.cards.items()},
        "wires": {edge: (wire.text, wire.was, wire.tone) for edge, wire in scene.wires.items()},
        "items": len(scene.items()),
        "costs": texts(window.places.costs),
        "decorations": len(scene.decorations),
    }


def editor(window, option: str):
    return window.places.inspector.findChild(LayerForm).rows[option].editor


def begin(window, name: str, option: str, text: str) -> LineEditor:
    window.page.scene.select([name])
    field = editor(window, option)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    return field


def wire(window, source: str):
    return next(wire for edge, wire in window.page.scene.wires.items() if edge.source == source)


def test_a_value_that_is_typed_is_only_tried(window):
    window.page.scene.select(["conv1"])
    before, graph = picture(window), window.page.document.experiment.graph
    field = begin(window, "conv1", "out_channels", "12")
    assert window.page.document.experiment.graph is graph and not window.page.document.dirty
    assert wire(window, "conv1").pill_text() == "6×28×28 → 12×28×28"
    assert window.page.scene.cards["conv1"].face.count == "156 → 312"
    assert window.page.scene.cards["conv1"].face.change == "changed"
    assert window.page.scene.cards["conv2"].face.count == "2\xa0416 → 4\xa0816", "what follows is shown too"
    assert window.page.scene.cards["fc1"].face == before["faces"]["fc1"]
    assert "61 706 → 64 262" in texts(window.places.costs)
    assert "156 → 312" in texts(window.places.inspector)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert picture(window) == before and field.text() == "6" and not window.page.document.dirty


@pytest.mark.parametrize("how", ["enter", "focus"])
def test_enter_and_leaving_settle_it_as_one_step(window, how):
    graph = window.page.document.experiment.graph
    field = begin(window, "conv1", "out_channels", "12")
    if how == "enter":
        QTest.keyClick(field, Qt.Key.Key_Return)
    else:
        window.page.view.setFocus()
    assert field.hasFocus() is (how == "enter")
    assert window.page.document.experiment.graph.nodes["conv1"].layer.out_channels == 12
    assert wire(window, "conv1").pill_text() == "12×28×28"
    assert not window.page.scene.decorations or window.page.scene.cards["conv1"].face.change == ""
    changed = window.page.document.experiment.graph
    window.page.document.undo()
    assert window.page.document.experiment.graph == graph and not window.page.document.dirty
    window.page.document.redo()
    assert window.page.document.experiment.graph == changed


def test_steps_are_tried_too_and_ctrl_z_takes_typing_back(window):
    field = begin(window, "fc1", "out_features", "9")
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert wire(window, "fc1").pill_text() == "120 → 10"
    assert not window.page.document.dirty
    for _ in range(4):
        QTest.keyClick(field, Qt.Key.Key_Z, CTRL)
    assert not window.feature(Previewing).is_on
    assert field.text() == "120" and not window.page.document.dirty


def test_what_no_longer_fits_is_marked(window):
    window.page.scene.select(["conv2"])
    before = picture(window)
    field = begin(window, "conv2", "kernel_size", "99")
    assert wire(window, "pool1").tone == "broken"
    assert wire(window, "conv2").pill_text() == "16×10×10 → ?"
    assert window.page.scene.cards["conv2"].face.severity == "error"
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert picture(window) == before


def test_a_refused_value_is_said_and_tries_nothing(window):
    field = begin(window, "conv1", "out_channels", "0")
    assert window.places.inspector.findChild(LayerForm).rows["out_channels"].error.isVisible()
    assert not window.feature(Previewing).is_on
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert not window.page.document.dirty


def test_a_hovered_choice_is_tried_and_picking_settles_it(window, qtbot):
    window.page.scene.select(["conv1"])
    before = picture(window)
    field = next(row.editor for row in window.places.inspector.findChild(LayerForm).rows.values()
                 if isinstance(row.editor, ChoiceEditor))
    first = field.currentIndex()
    field.setFocus()
    field.showPopup()
    qtbot.waitUntil(field.view().isVisible)
    QTest.keyClick(field.view(), Qt.Key.Key_Down)
    assert window.feature(Previewing).is_on and not window.page.document.dirty
    QTest.keyClick(field.view(), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not field.view().isVisible())
    assert picture(window) == before and field.currentIndex() == first
    field.showPopup()
    qtbot.waitUntil(field.view().isVisible)
    QTest.keyClick(field.view(), Qt.Key.Key_Down)
    QTest.keyClick(field.view(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.page.document.dirty)
    assert not window.feature(Previewing).is_on and field.currentIndex() != first
    window.page.document.undo()
    assert not window.page.document.dirty


def test_added_cards_and_wires_are_ghosts_and_leave_nothing_behind(window):
    page, before = window.page, picture(window)
    edge = next(edge for edge in page.level.graph.edges if edge.source == "conv1")
    graph, names = edits.inserted(page.level.graph, ReLU(), edge)
    window.feature(Previewing).preview(page, graph)
    ghosts = {item.face.name: item for item in page.scene.items() if isinstance(item, GhostCard)}
    assert set(ghosts) == set(names if isinstance(names, tuple | list) else [names])
    assert page.scene.wires[edge].tone == "removed"
    ghost = next(iter(ghosts.values()))
    assert not any(ghost.sceneBoundingRect().intersects(card.body()) for card in page.scene.cards.values())
    assert set(page.scene.cards) == set(page.level.graph.nodes)
    window.feature(Previewing).preview(page, None)
    assert picture(window) == before


def test_an_edit_ends_what_is_shown(window):
    page = window.page
    window.feature(Previewing).preview(page, page.level.graph.without(["act1"]))
    assert page.scene.cards["act1"].face.change == "removed"
    page.edit("Change", page.level.graph.with_layer("fc2", Linear(out_features=33)))
    assert not window.feature(Previewing).is_on
    assert all(not card.face.change for card in page.scene.cards.values())
    assert all(not wire.tone and not wire.was for wire in page.scene.wires.values())


def test_a_repair_is_shown_while_it_is_pointed_at(window, qtbot):
    page = window.page
    flat = next(name for name, node in page.level.graph.nodes.items() if type(node.layer).__name__ == "Flatten")
    page.edit("Delete", page.level.graph.healed(flat))
    window.feature(Problems).bring()
    QApplication.processEvents()
    row = next(row for row in window.feature(Problems).panel.rows if row.repairs)
    before, button = picture(window), row.repairs[0]
    middle = QPointF(button.rect().center())
    QApplication.sendEvent(button, QEnterEvent(middle, middle, middle))
    assert window.feature(Previewing).is_on and picture(window) != before
    QApplication.sendEvent(button, QEvent(QEvent.Type.Leave))
    assert picture(window) == before
    card = next(card for card in page.scene.cards.values() if card.repair_button is not None)
    card.repair_button.previewed(True)
    assert window.feature(Previewing).is_on
    card.repair_button.pressed()
    qtbot.waitUntil(lambda: card.repair_button is None)
    assert not window.feature(Previewing).is_on


def test_a_repair_of_a_layer_that_is_gone_meanwhile_is_neither_shown_nor_done(window, qtbot):
    """The button is pressed, and an undo comes before what it asks for."""
    page, graph = window.page, window.page.document.experiment.graph
    page.view.append("Conv2d")
    page.document.edit_graph("Wrong", page.document.experiment.graph.with_layer(
        "conv1", page.document.experiment.graph.nodes["conv1"].layer.with_options(kernel_size=99)))
    offered = [repair for problem in page.problems for repair in problem.repairs]
    button = next(card.repair_button for card in page.scene.cards.values() if card.repair_button is not None)
    previewed, pressed = button.previewed, button.pressed
    pressed()
    page.document.undo()
    page.document.undo()
    qtbot.wait(50)
    assert page.document.experiment.graph == graph
    previewed(True)
    for repair in offered:
        page.repair(repair)
        window.places.inspector.repair_previewed.emit(repair)
    assert not window.feature(Previewing).is_on and page.document.experiment.graph == graph
    assert "not needed any more" in page.notice.text.text()


def test_a_repair_that_is_still_offered_is_done_however_old_its_button_is(window):
    page = window.page
    flat = next(name for name, node in page.level.graph.nodes.items() if type(node.layer).__name__ == "Flatten")
    page.edit("Delete", page.level.graph.healed(flat))
    old = next(repair for problem in page.problems for repair in problem.repairs)
    page.document.edit_graph("Move", page.document.experiment.graph.moved({"input": (40.0, -90.0)}))
    now = next(repair for problem in page.problems for repair in problem.repairs)
    assert now is not old and now.text == old.text
    page.repair(old)
    assert page.document.experiment.graph.nodes["input"].position == (40.0, -90.0), "of the network as it is now"
    assert not [problem for problem in page.problems if problem.severity == "error"]
