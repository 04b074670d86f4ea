"""The menu of the canvas, of cards, wires and frames."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QMouseEvent
from PySide6.QtWidgets import QApplication

from engine.graph import marks
from engine.graph.frames import COLORS, Frame
from engine.graph.graph import Edge
from tests.widgets.canvas.desk import Desk, network
from widgets.canvas.ground.labels import LABEL_COLORS, label_name
from widgets.canvas.view.menu import ContextMenu, context_menu
from widgets.look.text import message_text

PLACE = QPointF(-200, 40)
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def entries(desk: Desk, about: QPointF = PLACE) -> dict[str, QAction]:
    """What is offered, by its words; those within another menu after its title."""
    menu = context_menu(desk.view, about)
    found = {}
    for action in menu.actions():
        found[action.text().split("\t")[0]] = action
        if action.menu() is not None:
            found |= {f"{action.text()}/{inner.text()}": inner for inner in action.menu().actions()}
    found.pop("", None)
    return found


@pytest.mark.parametrize(("selected", "groups"), [(["conv1"], 4), (["conv1", "act1"], 4), ([], 3)])
def test_what_belongs_together_stands_together(desk, selected, groups):
    desk.scene.select(selected)
    lines = [action.isSeparator() for action in context_menu(desk.view, PLACE).actions()]
    assert not lines[0] and not lines[-1] and (True, True) not in pairwise(lines)
    assert 1 + sum(lines) == groups


def subjects(desk: Desk) -> dict[str, list[object]]:
    """What menus are about: cards, a wire with a bend, a frame with a layer."""
    graph = marks.with_frame(desk.graph.with_via(Edge("conv1", "act1"), ((-50.0, 140.0),)), Frame("Head", ("conv1",)))
    desk.take("", graph, "")
    scene = desk.scene
    return {"card": [scene.cards["conv1"]], "cards": [scene.cards["conv1"], scene.cards["act1"]],
            "wire": [next(wire for wire in scene.wires.values() if wire.via)], "frame": [scene.frames.items[0]]}


@pytest.mark.parametrize("about", ["card", "cards", "wire", "frame"])
@pytest.mark.parametrize("gone", [True, False])
def test_nothing_is_done_with_what_has_gone_or_changed_below_an_open_menu(desk, about, gone):
    told, asked = [], []
    desk.scene.choose(set(subjects(desk)[about]))
    offered = entries(desk)
    whole = desk.graph
    [bent] = [edge for edge in whole.edges if edge.via]
    now = whole.with_marks(["conv1"], label="blue").with_via(bent, ())
    desk.take("", whole.without(["conv1"]) if gone else marks.frame_colored(now, 0, "blue"), "")
    graph, selected = desk.graph, desk.scene.selected_names()
    desk.view.refused.connect(told.append)
    for signal in (desk.scene.edit_requested, desk.scene.open_requested, desk.view.search_requested,
                   desk.view.replace_requested, desk.view.rename_requested, desk.view.block_requested):
        signal.connect(lambda *given: asked.append(given))
    acts = [action for action in offered.values() if action.menu() is None]
    for action in acts:
        action.trigger()
    assert len(acts) > 2 and len(told) == len(acts) and not asked
    assert desk.graph is graph and desk.scene.selected_names() == selected
    said = {message_text(message) for message in told}
    name = {"wire": "This wire", "frame": "This frame"}.get(about, "conv1")
    assert said == {"There is no layer named conv1" if gone and name == "conv1" else (
        f"{name} has changed: open its menu again")}


@pytest.mark.parametrize(("about", "entry", "done"), [
    ("card", "Delete", lambda graph: "conv1" not in graph.nodes and "fc1" in graph.nodes),
    ("card", "Cut", lambda graph: "conv1" not in graph.nodes and "fc1" in graph.nodes),
    ("card", "Duplicate", lambda graph: "conv2" in graph.nodes and "fc2" not in graph.nodes),
    ("card", "Colour label/Blue", lambda graph: graph.nodes["conv1"].label == "blue" != graph.nodes["fc1"].label),
    ("cards", "Collapse", lambda graph: graph.nodes["act1"].collapsed and not graph.nodes["fc1"].collapsed),
    ("cards", "Bypass", lambda graph: graph.nodes["act1"].bypassed and not graph.nodes["fc1"].bypassed),
    ("wire", "Delete", lambda graph: graph.edges == (Edge("input", "conv1"),) and "fc1" in graph.nodes),
    ("frame", "Delete", lambda graph: graph.frames == () and len(graph.nodes) == 5),
    ("frame", "Collapse", lambda graph: graph.frames[0].collapsed and not graph.nodes["fc1"].collapsed),
])  # fmt: skip
def test_a_menu_is_about_what_it_was_opened_for_although_something_else_is_selected_by_now(desk, about, entry, done):
    desk.scene.choose(set(subjects(desk)[about]))
    offered = entries(desk)
    desk.scene.select(["fc1"])
    offered[entry].trigger()
    assert done(desk.graph)


def test_a_menu_closes_when_another_page_comes_in_front(desk, qtbot):
    menu = ContextMenu(desk.view)
    spot = desk.card("act1")
    QApplication.sendEvent(desk.view.viewport(), QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, spot, desk.view.viewport().mapToGlobal(spot)))
    assert QApplication.activePopupWidget() is menu.menu
    desk.view.hide()
    assert QApplication.activePopupWidget() is None


@pytest.mark.parametrize("color", COLORS)
def test_cards_are_given_every_colour_and_the_one_they_have_is_marked(desk, color):
    desk.scene.select(["conv1", "act1"])
    name = f"Colour label/{label_name(color)}"
    entries(desk)[name].trigger()
    assert {desk.graph.nodes[each].label for each in ("conv1", "act1")} == {color}
    desk.scene.select(["conv1", "act1"])
    assert [key for key, entry in entries(desk).items() if key.startswith("Colour label/") and entry.isChecked()] == [
        name]
    desk.scene.select(["conv1", "fc1"])
    marked = [key for key, entry in entries(desk).items() if key.startswith("Colour label/") and entry.isChecked()]
    assert marked == ([] if color else [name]), "only one of them has a colour"


def test_a_frame_is_given_a_colour_written_collapsed_and_deleted(desk):
    desk.take("", marks.with_frame(desk.graph, Frame("Head", ("conv1", "act1"))), "")
    frame = desk.scene.frames.items[0]
    desk.scene.choose({frame})
    offered = entries(desk)
    assert {"Write…", "Collapse", "Copy with its layers", "Delete with its layers", "Delete"} <= offered.keys()
    offered["Colour/Green"].trigger()
    assert desk.graph.frames[0].color == "green"
    desk.scene.choose({desk.scene.frames.items[0]})
    entries(desk)["Collapse"].trigger()
    assert desk.graph.frames[0].collapsed
    assert "Unfold" in entries(desk)
    entries(desk)["Delete with its layers"].trigger()
    assert desk.graph.frames == () and not {"conv1", "act1"} & desk.graph.nodes.keys()


@pytest.mark.parametrize("color", COLORS)
def test_the_colours_of_a_frame_are_those_of_labels_and_the_one_it_has_is_marked(desk, color):
    desk.take("", marks.with_frame(desk.graph, Frame("Head", ("conv1", "act1"), color="red")), "")
    for about, chosen in ((desk.scene.frames.items[0], "Red"), (None, label_name(color))):
        desk.scene.choose({about or desk.scene.frames.items[0]})
        offered = {key.removeprefix("Colour/"): entry for key, entry in entries(desk).items()
                   if key.startswith("Colour/")}
        assert list(offered) == [label_name(each) for each in COLORS]
        assert [key for key, entry in offered.items() if entry.isChecked()] == [chosen]
        offered[label_name(color)].trigger()
        assert desk.graph.frames[0].color == color
    assert {desk.graph.nodes[name].label for name in ("conv1", "act1")} == {""}, "not what it encloses"


def test_each_colour_has_a_dot_of_it(desk):
    desk.scene.select(["conv1"])
    offered = entries(desk)
    for color in COLORS:
        dot = offered[f"Colour label/{label_name(color)}"].icon().pixmap(16, 16).toImage()
        middle = [dot.pixelColor(x, y).name() for x in (6, 8, 10) for y in (6, 8, 10)] if not dot.isNull() else []
        assert set(middle) == ({LABEL_COLORS[color]} if color else set())


def test_a_note_offers_nothing_that_needs_layers(desk):
    desk.take("", marks.with_frame(desk.graph, Frame("why", (), (-300.0, 0.0))), "")
    desk.scene.choose({desk.scene.frames.items[0]})
    assert not {"Collapse", "Copy with its layers", "Delete with its layers"} & entries(desk).keys()


def test_on_the_empty_canvas_one_pastes_selects_adds_and_looks_at_everything(desk, qtbot):
    desk.scene.select(["conv1", "act1"])
    desk.view.copy()
    desk.scene.select([])
    entries(desk)["Paste"].trigger()
    assert Edge("conv2", "act2") in desk.graph.edges and Edge("input", "conv2") not in desk.graph.edges
    desk.scene.select([])
    entries(desk)["Paste with incoming wires"].trigger()
    assert Edge("input", "conv3") in desk.graph.edges
    desk.scene.select([])
    with qtbot.waitSignal(desk.view.search_requested) as asked:
        entries(desk)["Add a layer here…"].trigger()
    assert asked.args[0].point == PLACE
    desk.view.zoom_at(4, QPoint(10, 10))
    entries(desk)["Show everything"].trigger()
    assert desk.view.zoom() <= 1
    entries(desk)["Select all"].trigger()
    assert desk.scene.selected_names() == list(desk.graph.nodes)


def test_everything_of_the_empty_canvas_can_be_chosen_at_any_time(desk):
    """What cannot be done is said when it is tried: the clipboard is not read before."""
    QApplication.clipboard().clear()
    offered = entries(desk)
    assert list(offered) == ["Add a layer here…", "Add a note", "Paste", "Paste with incoming wires", "Select all",
                             "Show everything"]
    assert all(entry.isEnabled() for entry in offered.values())


@pytest.mark.parametrize("entry", ["Paste", "Paste with incoming wires"])
@pytest.mark.parametrize(("text", "said"), [
    ("", "holds no layers"), ("nothing that is a layer", ""), ("import os", "")])
def test_what_cannot_be_pasted_changes_nothing_and_is_said(desk, entry, text, said):
    QApplication.clipboard().setText(text)
    refused, before = [], desk.graph
    desk.view.paste_refused.connect(refused.append)
    entries(desk)[entry].trigger()
    assert desk.graph is before and len(refused) == 1
    assert said in message_text(refused[0]) != ""


def test_a_line_from_elsewhere_is_pasted_as_layers_and_selected(desk):
    QApplication.clipboard().setText("conv 8 3x3, relu, flatten")
    desk.scene.select([])
    entries(desk)["Paste"].trigger()
    made = [name for name in desk.graph.nodes if name not in network().nodes]
    assert [desk.graph.nodes[name].layer.kind() for name in made] == ["Conv2d", "ReLU", "Flatten"]
    assert desk.scene.selected_names() == made
    assert {(edge.source, edge.target) for edge in desk.graph.edges} >= set(pairwise(made))


def hover(desk: Desk, point: QPointF) -> None:
    at, none = desk.at(point), Qt.MouseButton.NoButton
    QApplication.sendEvent(desk.view.viewport(), QMouseEvent(
        QEvent.Type.MouseMove, QPointF(at), QPointF(desk.view.viewport().mapToGlobal(at)), none, none,
        Qt.KeyboardModifier.NoModifier))


def test_what_is_pasted_comes_where_the_mouse_is_and_beside_what_is_there(desk):
    desk.scene.select(["conv1", "act1"])
    desk.view.copy()
    desk.scene.select([])
    hover(desk, QPointF(-300, 300))
    entries(desk)["Paste"].trigger()
    cards = [desk.scene.cards[name].body() for name in ("conv2", "act2")]
    middle = cards[0].united(cards[1]).center()
    assert (middle - QPointF(-300, 300)).manhattanLength() < 60
    desk.scene.select([])
    hover(desk, desk.scene.cards["fc1"].body().center())
    entries(desk)["Paste"].trigger()
    slots = [card.slot() for card in desk.scene.cards.values()]
    assert len(slots) == 9
    assert not any(a.intersects(b) for a, b in combinations(slots, 2))


def test_pasted_with_wires_that_are_not_there_it_says_so(desk):
    desk.scene.select(["fc1"])
    desk.view.copy()
    desk.scene.select([])
    refused: list[object] = []
    desk.view.refused.connect(refused.append)
    entries(desk)["Paste"].trigger()
    assert refused == []
    desk.scene.select([])
    entries(desk)["Paste with incoming wires"].trigger()
    assert [message_text(message) for message in refused] == ["No wires led into what was copied"]
    assert len(desk.graph.nodes) == 7, "but it is there"
    desk.scene.select(["conv1"])
    desk.view.copy()
    desk.scene.select([])
    entries(desk)["Paste with incoming wires"].trigger()
    assert Edge("input", "conv2") in desk.graph.edges and len(refused) == 1


def test_inside_a_block_one_can_go_out(desk, qtbot):
    desk.view.is_inside = True
    with qtbot.waitSignal(desk.view.out_requested):
        entries(desk)["Go out"].trigger()


def test_a_wire_is_bent_where_the_menu_was_opened_straightened_and_deleted(desk):
    wire = desk.scene.wires[Edge("conv1", "act1")]
    place = wire.path.pointAtPercent(0.5)
    desk.scene.choose({wire})
    assert "Remove bends" not in entries(desk)
    entries(desk, place)["Add a bend"].trigger()
    bent = next(edge for edge in desk.graph.edges if edge.target == "act1")
    assert bent.via == ((float(round(place.x())), float(round(place.y()))),)
    desk.scene.choose({desk.scene.wires[bent]})
    entries(desk)["Remove bends"].trigger()
    assert Edge("conv1", "act1") in desk.graph.edges
    desk.scene.choose({desk.scene.wires[Edge("conv1", "act1")]})
    entries(desk)["Delete"].trigger()
    assert Edge("conv1", "act1") not in desk.graph.edges


def test_a_layer_goes_into_the_wire_whose_menu_it_is(desk, qtbot):
    edge = Edge("conv1", "act1")
    desk.scene.choose({desk.scene.wires[edge]})
    with qtbot.waitSignal(desk.view.search_requested) as asked:
        entries(desk)["Insert a layer…"].trigger()
    assert asked.args[0].edge == edge


def test_weights_are_shared_and_given_back_and_frozen_together(desk):
    desk.take("", desk.graph.with_edge(Edge("act1", "fc1")), "")
    desk.scene.select(["conv1", "fc1"])
    entries(desk)["Freeze"].trigger()
    assert not desk.graph.nodes["conv1"].parameters.trainable
    assert desk.graph.nodes["fc1"].parameters.trainable, "nothing is known of its weights: its input is wrong"
    desk.scene.select(["conv1", "fc1"])
    entries(desk)["Unfreeze"].trigger()
    assert desk.graph.nodes["conv1"].parameters.trainable


def test_a_right_click_selects_what_lies_there_and_the_menu_is_about_it(desk):
    menu = ContextMenu(desk.view)
    spot = desk.card("act1")
    QApplication.sendEvent(desk.view.viewport(), QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, spot, desk.view.viewport().mapToGlobal(spot)))
    assert desk.scene.selected_names() == ["act1"]
    assert "Rename\tF2" in [action.text() for action in menu.menu.actions()]
    menu.menu.close()


def test_the_menu_key_leaves_the_selection_as_it_is(desk):
    menu = ContextMenu(desk.view)
    desk.scene.select(["conv1", "act1"])
    QApplication.sendEvent(desk.view.viewport(), QContextMenuEvent(
        QContextMenuEvent.Reason.Keyboard, QPoint(3, 3), desk.view.mapToGlobal(QPoint(3, 3)),
        Qt.KeyboardModifier.NoModifier))
    assert desk.scene.selected_names() == ["conv1", "act1"]
    assert "Copy\tCtrl+C" in [action.text() for action in menu.menu.actions()]
    menu.menu.close()
