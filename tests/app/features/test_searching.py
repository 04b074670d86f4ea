"""Search, type to build, replace, wiring by name and the list of commands in the real window, undone and redone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from app.features.blocks import Blocks
from app.features.boxes import BESIDE, Boxes
from app.features.previewing import Previewing
from app.window.window import MainWindow
from engine.blocks.edits import make_block
from engine.experiment.block_files import keep_block
from engine.graph.graph import Edge
from tests.app.windows import Keyboard, lent, shared
from widgets.canvas.scene.asking import SearchAt
from widgets.find.pick_box import PickBox
from widgets.find.search_box import SearchBox

NONE, CTRL, ALT, SHIFT = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier,
                          Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier)  # fmt: skip
ENTER, ESC, TAB = Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Tab


class Desk(Keyboard):
    """The window with its search."""

    @property
    def box(self) -> SearchBox:
        assert isinstance(self.window.feature(Boxes).box, SearchBox)
        return self.window.feature(Boxes).box


@pytest.fixture(scope="module")
def one_window(request) -> Iterator[MainWindow]:
    with shared(request, torch=False) as window:
        yield window


@pytest.fixture
def window(one_window, qtbot) -> Iterator[MainWindow]:
    with lent(one_window, qtbot) as window:
        yield window


@pytest.fixture
def desk(window) -> Desk:
    return Desk(window)


def test_tab_adds_behind_the_selected_layer_into_its_wire(desk):
    before = desk.graph
    desk.select("conv1")
    desk.key(TAB)
    desk.type("batch norm 2d")
    desk.key(ENTER)
    [name] = desk.chosen
    assert desk.graph.inputs[name] == (Edge("conv1", name),) and desk.graph.inputs["act1"][0].source == name
    assert desk.page.view.hasFocus()
    desk.there_and_back(before)


def test_tab_without_a_selection_adds_at_the_end(desk):
    end = next(name for name in desk.graph.nodes if not desk.graph.outputs[name])
    desk.select()
    desk.key(TAB)
    desk.type("relu")
    desk.key(ENTER)
    assert desk.graph.inputs[desk.chosen[0]][0].source == end


def test_tab_on_a_selected_wire_goes_into_it(desk):
    before, edge = desk.graph, Edge("act1", "pool1")
    desk.select()
    desk.page.scene.wires[edge].setSelected(True)
    desk.key(TAB)
    desk.type("dropout")
    desk.key(ENTER)
    [name] = desk.chosen
    assert edge not in desk.graph.edges and desk.graph.inputs["pool1"][0].source == name
    desk.there_and_back(before)


def test_the_search_is_beside_the_last_of_the_selected_layers(desk):
    view = desk.page.view
    for names, last in ((("conv1",), "conv1"), (("pool1", "conv1"), "pool1"), (("conv1", "pool1"), "pool1")):
        desk.select(*names)
        desk.key(TAB)
        card = view.mapFromScene(desk.page.scene.cards[last].sceneBoundingRect()).boundingRect()
        lowest = view.height() - desk.box.height() - 8
        assert abs(desk.box.y() - min(card.top() + BESIDE.y(), lowest)) <= 1
        desk.key(Qt.Key.Key_Escape)


def test_a_line_is_one_undo_step_and_its_layers_are_selected(desk):
    before = desk.graph
    desk.select("conv1")
    desk.key(TAB)
    desk.type("bn, relu, dropout 0.2")
    desk.key(ENTER)
    assert len(desk.chosen) == 3
    desk.there_and_back(before)


def test_the_last_layer_of_a_long_line_is_in_sight(desk):
    desk.window.resize(1000, 600)
    desk.select("fc3")
    desk.key(Qt.Key.Key_Tab)
    desk.type("relu, linear 20, relu, linear 20, relu, linear 20, relu, linear 7")
    desk.key(Qt.Key.Key_Return)
    names, view = desk.page.scene.selected_names(), desk.page.view
    place = view.mapFromScene(desk.page.scene.cards[names[-1]].sceneBoundingRect()).boundingRect()
    assert len(names) == 8 and view.viewport().rect().contains(place)


def test_a_wire_let_go_over_nothing_is_wired_to_what_is_found(desk):
    before = desk.graph
    desk.page.view.search_requested.emit(SearchAt(QPointF(500, 200), source="conv1"))
    desk.type("relu")
    desk.key(ENTER)
    [name] = desk.chosen
    assert desk.graph.inputs[name] == (Edge("conv1", name),)
    assert Edge("conv1", "act1") in desk.graph.edges, "beside what it feeds already"
    desk.there_and_back(before)


def test_double_click_and_space_on_empty_canvas_search(desk):
    port, before = desk.page.view.viewport(), desk.graph
    corner = QPoint(port.width() - 130, 160)
    for click in (QTest.mouseClick, QTest.mouseDClick):
        click(port, Qt.MouseButton.LeftButton, NONE, corner)
    desk.type("relu")
    desk.key(ENTER)
    [name] = desk.chosen
    assert not desk.graph.inputs[name], "nothing was selected: it stands alone where one clicked"
    clicked, card = desk.page.view.mapToScene(corner), desk.page.scene.cards[name].sceneBoundingRect()
    assert card.contains(clicked) and abs(card.center().y() - clicked.y()) < 8
    desk.there_and_back(before)
    desk.select("conv1")
    desk.key(Qt.Key.Key_Space)
    desk.type("gelu")
    desk.key(ENTER)
    assert desk.graph.inputs[desk.chosen[0]][0].source == "conv1"


def test_a_wire_drawn_into_nothing_with_the_mouse_is_held_until_the_search_ends(desk):
    view, scene = desk.page.view, desk.page.scene
    port, start = view.viewport(), view.mapFromScene(scene.cards["conv1"].out_point())
    for end in (ESC, ENTER):
        QTest.mousePress(port, Qt.MouseButton.LeftButton, NONE, start)
        for step in range(1, 5):
            QTest.mouseMove(port, start + QPoint(-60 * step, 10 * step))
        QTest.mouseRelease(port, Qt.MouseButton.LeftButton, NONE, start + QPoint(-240, 40))
        assert view.gestures.current is not None and desk.box.isVisible()
        desk.type("relu")
        desk.key(end)
        assert view.gestures.current is None
    assert desk.graph.inputs[desk.chosen[0]] == (Edge("conv1", desk.chosen[0]),)


def test_r_replaces_and_keeps_the_wires(desk):
    before = desk.graph
    desk.select("act1", "act2")
    desk.key(Qt.Key.Key_R)
    assert "act1" in desk.box.foot.text()
    desk.type("relu")
    desk.key(ENTER)
    kinds = [desk.graph.nodes[name].layer.kind() for name in desk.chosen]
    assert kinds == ["ReLU", "ReLU"] and len(desk.graph.edges) == len(before.edges)
    desk.there_and_back(before)


def test_what_enter_would_add_is_seen_on_the_canvas_before(desk, qtbot):
    before, previewing = desk.graph, desk.window.feature(Previewing)
    desk.select("conv1")
    desk.key(TAB)
    desk.type("bn, relu")
    qtbot.waitUntil(lambda: previewing.is_on)
    assert desk.graph is before and set(desk.page.scene.cards) == set(before.nodes)
    desk.key(ENTER)
    assert not previewing.is_on and len(desk.graph.nodes) == len(before.nodes) + 2
    desk.select("conv1")
    desk.key(Qt.Key.Key_W)
    qtbot.waitUntil(lambda: previewing.is_on)
    desk.key(ESC)
    assert not previewing.is_on


def test_escape_changes_nothing_and_gives_the_canvas_the_keyboard(desk):
    before = desk.graph
    desk.select("conv1")
    desk.key(TAB)
    desk.type("conv 8, relu")
    desk.key(ESC)
    assert desk.graph is before and desk.page.view.hasFocus() and desk.window.feature(Boxes).box is None
    assert desk.chosen == ["conv1"]


def test_a_search_ends_when_the_network_changes_under_it(desk):
    desk.select("conv1")
    desk.key(TAB)
    desk.window.commands["select_all"].trigger()
    assert desk.window.feature(Boxes).box is not None
    desk.page.document.edit_graph("elsewhere", desk.graph.healed("act4"))
    assert desk.window.feature(Boxes).box is None


def test_own_blocks_are_found_by_their_name(desk):
    graph, name = make_block(desk.graph, ["conv1", "act1"], "My stem")
    keep_block(graph.nodes[name].layer, desk.window.settings.blocks)
    desk.window.feature(Blocks).refresh()
    desk.select("pool1")
    desk.key(TAB)
    desk.type("my st")
    desk.key(ENTER)
    assert desk.graph.nodes[desk.chosen[0]].layer.label == "My stem"


def test_inside_a_block_it_adds_to_the_block(desk):
    graph, name = make_block(desk.graph, ["conv1", "act1"], "Stem")
    desk.page.document.edit_graph("block", graph)
    desk.page.go((name,))
    desk.select("conv1")
    desk.key(TAB)
    desk.type("bn")
    desk.key(ENTER)
    assert len(desk.graph.nodes[name].layer.own_graph.nodes) == 4


# -- wiring -----------------------------------------------------------------------------------------------------------


def test_w_wires_to_a_layer_by_its_name_and_shift_w_takes_it_away(desk):
    desk.page.document.edit_graph("cut", desk.graph.without_edges([Edge("act1", "pool1")]))
    before = desk.graph
    desk.select("act1")
    desk.key(Qt.Key.Key_W)
    assert isinstance(desk.window.feature(Boxes).box, PickBox)
    desk.type("pool1")
    desk.key(ENTER)
    assert Edge("act1", "pool1") in desk.graph.edges and desk.chosen == ["pool1"]
    desk.there_and_back(before)
    desk.select("pool1")
    desk.key(Qt.Key.Key_W, SHIFT)
    assert desk.graph == before


def test_w_offers_the_nearest_below_first_and_each_row_wires_to_what_it_says(desk):
    graph = desk.graph.without_edges([edge for edge in desk.graph.edges if edge.target in ("act1", "conv2", "fc1")])
    desk.page.document.edit_graph("cut", graph)
    below = ["act1", "conv2", "fc1"]  # those without a wire, from the top
    for steps, name in enumerate(below):
        before = desk.graph
        desk.select("conv1")
        desk.key(Qt.Key.Key_W)
        box = desk.window.feature(Boxes).box
        assert [row.title for row in box.list.rows][:3] == below and box.list.current().title == "act1"
        for _ in range(steps):
            desk.key(Qt.Key.Key_Down)
        desk.key(ENTER)
        assert desk.graph.inputs[name] == (Edge("conv1", name),) and desk.chosen == [name]
        desk.there_and_back(before)
        desk.key(Qt.Key.Key_Z, CTRL)
    desk.select("conv1")
    desk.key(Qt.Key.Key_W)
    desk.type("fc1")
    desk.key(ENTER)
    assert desk.graph.inputs["fc1"] == (Edge("conv1", "fc1"),), "the only one that is left"


def test_a_shortcut_that_fits_comes_before_one_that_does_not(desk):
    before = desk.graph
    desk.select("conv1")
    desk.key(Qt.Key.Key_W)
    rows = desk.window.feature(Boxes).box.list.rows
    assert [row.title for row in rows][:1] == ["act1"] and [row.sign for row in rows] == sorted(
        row.sign for row in rows)
    assert {"", "≠"} == {row.sign for row in rows}
    last = rows[-1]
    desk.key(Qt.Key.Key_Up)  # round to the last
    desk.key(ENTER)
    [name] = desk.chosen
    assert [edge.source for edge in desk.graph.inputs[name]] == [last.title, "conv1"]
    desk.there_and_back(before)


def test_w_on_two_layers_joins_them(desk):
    before = desk.graph
    desk.select("act1", "conv2")
    desk.key(Qt.Key.Key_W)
    desk.type("new add")
    desk.key(ENTER)
    assert [edge.source for edge in desk.graph.inputs[desk.chosen[0]]] == ["act1", "conv2"]
    desk.there_and_back(before)


def test_nothing_selected_is_said(desk):
    for key, modifiers in ((Qt.Key.Key_W, NONE), (Qt.Key.Key_R, NONE), (Qt.Key.Key_W, SHIFT)):
        desk.select()
        desk.page.notice.hide()
        desk.key(key, modifiers)
        assert desk.page.notice.isVisible()


# -- commands ---------------------------------------------------------------------------------------------------------


def test_every_command_is_listed_and_enter_runs_it(desk):
    desk.select("conv1")
    desk.key(Qt.Key.Key_K, CTRL)
    rows = {row.key for row in desk.window.feature(Boxes).box.list.rows}
    assert rows >= set(desk.window.commands.rows) - {"command_palette"}
    desk.type("select all")
    desk.key(ENTER)
    assert len(desk.chosen) == len(desk.graph.nodes)
    desk.key(Qt.Key.Key_K, CTRL)
    assert desk.window.feature(Boxes).box.list.rows[0].key == "select_all", "what was run last is first"
    desk.key(ESC)
    assert desk.page.view.hasFocus()


def test_a_colour_label_is_given_from_the_list(desk):
    desk.select("conv1")
    desk.key(Qt.Key.Key_K, CTRL)
    desk.type("label red")
    desk.key(ENTER)
    assert desk.graph.nodes["conv1"].label == "red"


def test_words_of_a_menu_and_of_its_command_find_it(desk):
    desk.key(Qt.Key.Key_K, CTRL)
    desk.type("heat mem")
    assert desk.window.feature(Boxes).box.list.current().key == "heat_memory"
    desk.key(ESC)


def test_what_cannot_be_done_now_is_grey_and_says_why(desk):
    assert not desk.window.commands["redo"].isEnabled()
    desk.key(Qt.Key.Key_K, CTRL)
    desk.type("redo")
    box = desk.window.feature(Boxes).box
    assert box.list.current().key == "redo" and box.list.current().dim and box.foot.text()
    desk.key(ENTER)
    assert box.isVisible()
    desk.key(ESC)


def test_networks_of_the_gallery_and_open_ones_are_found(desk):
    desk.key(Qt.Key.Key_K, CTRL)
    desk.type("mlp")
    desk.key(ENTER)
    assert len(desk.window.pages) == 2 and desk.window.page.document.name == "mlp"
    desk.key(Qt.Key.Key_K, CTRL)
    desk.type(desk.page.document.name)
    desk.key(ENTER)
    assert desk.window.page is desk.page
