"""Going inside blocks and changing them there; every edit is undone and redone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.document.level import followed
from engine.analysis.analysis import analyze
from engine.blocks.custom import Custom
from engine.blocks.residual import Residual
from engine.graph.graph import Edge, Node
from engine.graph.parameters import NodeParameters
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from tests.app.desk import LEFT, NONE, Desk, chain, network


@pytest.fixture
def desk(qtbot) -> Desk:
    return Desk(qtbot, network())


# -- going in and out -----------------------------------------------------------------------------------------------


def test_a_double_click_goes_inside_and_backspace_out(desk):
    before = desk.page.view.place()
    desk.enter("outer")
    assert desk.path == ("outer",)
    assert desk.page.crumbs.titles == ("lenet", "outer")
    desk.check()
    assert desk.page.scene.cards["input"].face.detail == "from outside"
    assert desk.page.scene.wires[Edge("input", "small")].text == "1×28×28"
    desk.key(Qt.Key.Key_Escape)
    assert desk.path == ("outer",), "Escape cancels gestures, it does not lead out"
    desk.key(Qt.Key.Key_Backspace)
    assert desk.path == ()
    assert desk.page.scene.selected_names() == ["outer"]
    after = desk.page.view.place()
    assert after.zoom == before.zoom and (after.centre - before.centre).manhattanLength() < 0.01
    desk.key(Qt.Key.Key_Backspace)
    assert desk.graph == network(), "Backspace deletes nothing"
    desk.check()


def test_enter_goes_two_levels_in_and_each_crumb_leads_out(desk):
    desk.click("outer")
    desk.key(Qt.Key.Key_Return)
    desk.click("small")
    desk.key(Qt.Key.Key_Return)
    assert desk.path == ("outer", "small")
    desk.check()
    QTest.mouseClick(desk.page.crumbs.steps[1], LEFT)
    assert desk.path == ("outer",) and desk.page.scene.selected_names() == ["small"]
    desk.enter("outer", "small")
    QTest.mouseClick(desk.page.crumbs.steps[0], LEFT)
    assert desk.path == () and desk.page.scene.selected_names() == ["outer"]
    desk.check()


def test_each_level_is_looked_at_where_one_left_it(desk):
    desk.enter("outer")
    desk.page.view.zoom_at(0.5, QPoint(30, 30))
    place = desk.page.view.place()
    desk.key(Qt.Key.Key_Backspace)
    desk.enter("outer")
    again = desk.page.view.place()
    assert again.zoom == place.zoom and (again.centre - place.centre).manhattanLength() < 0.01


def test_what_is_no_block_and_what_is_unknown_is_not_entered(desk):
    desk.enter("fc1")
    assert desk.path == ()
    desk.page.edit("cut", desk.graph.without_edges([Edge("outer", "residual1")]))
    desk.enter("residual1")
    assert desk.path == () and "connect it first" in desk.notice()
    desk.enter("outer")
    assert desk.path == ("outer",)


def test_a_repeated_block_is_shown_once_and_says_how_often_it_is_there(desk):
    assert desk.page.scene.cards["residual1"].face.repeat == 3
    assert "×" not in desk.page.scene.cards["residual1"].face.detail
    desk.enter("residual1")
    assert desk.page.crumbs.titles == ("lenet", "residual1 ×3")
    assert set(desk.page.scene.cards) == {"input", "conv1", "bn1", "act1", "conv2", "bn2", "add", "act2"}
    beside = desk.page.scene.wires[Edge("input", "add", 1)].beside
    assert beside is not None and beside > desk.page.scene.cards["conv1"].sceneBoundingRect().right(), \
        "the skip wire passes the cards"


# -- changing an own block ------------------------------------------------------------------------------------------


def test_an_option_is_changed_two_levels_in(desk):
    desk.enter("outer", "small")
    before = analyze(desk.graph, (1, 28, 28)).params
    desk.click("conv1")
    desk.editing.change_layer("conv1", Conv2d(out_channels=8, kernel_size=5, padding=2), "kernel_size")
    assert desk.at("outer", "small").nodes["conv1"].layer.kernel_size == 5
    assert desk.path == ("outer", "small") and desk.page.scene.selected_names() == ["conv1"]
    assert desk.document.history.undo_text == "Change conv1"
    assert desk.page.analysis.params - before == 8 * (25 - 9)
    assert desk.page.level.analysis.nodes["conv1"].facts.params == 8 * 25 + 8
    desk.there_and_back()
    assert desk.path == ("outer", "small")


def test_cards_are_moved_wired_deleted_and_added_inside(desk):
    desk.enter("outer")
    desk.drag("conv2", QPoint(90, 30))
    assert desk.at("outer").nodes["conv2"].position[0] > 50
    desk.there_and_back()
    desk.click("conv2")
    desk.page.view.append("ReLU")
    assert Edge("conv2", "act1") in desk.at("outer").edges
    desk.there_and_back()
    desk.click("small")
    desk.page.view.edits.delete_selection(heal=True)
    assert set(desk.at("outer").nodes) == {"input", "conv2", "act1"}
    assert Edge("input", "conv2") in desk.at("outer").edges
    desk.there_and_back(3)
    assert desk.path == ("outer",)


def test_nudges_of_one_name_at_two_levels_are_two_edits(desk):
    desk.enter("outer", "small")
    desk.click("conv1")
    desk.key(Qt.Key.Key_Right)
    desk.key(Qt.Key.Key_Right)
    desk.editing.rename("conv1", "conv2")
    desk.key(Qt.Key.Key_Backspace)
    desk.click("conv2")
    desk.key(Qt.Key.Key_Right)
    desk.document.undo()
    assert desk.at("outer").nodes["conv2"].position == (0, 152)
    desk.document.undo()
    desk.document.undo()
    assert desk.graph == network(), "two nudges together are one edit"


def test_a_rename_inside_keeps_the_selection(desk):
    desk.enter("outer", "small")
    desk.click("conv1")
    desk.editing.rename("conv1", "first")
    assert desk.page.scene.selected_names() == ["first"] and "first" in desk.at("outer", "small").nodes
    desk.there_and_back()


def test_freezing_and_sharing_inside(desk):
    desk.enter("outer")
    desk.editing.change_parameters("conv2", NodeParameters(trainable=False), "trainable")
    assert desk.page.scene.cards["conv2"].face.frozen
    assert desk.page.analysis.trainable == desk.page.analysis.params - 72
    desk.there_and_back()
    desk.click("conv2")
    desk.page.view.append("Conv2d")
    desk.editing.change_layer("conv1", Conv2d(out_channels=8, kernel_size=1), "kernel_size")
    assert desk.page.share_candidates("conv1") == ("conv2",)
    desk.editing.change_shares("conv1", "conv2")
    faces = {name: card.face for name, card in desk.page.scene.cards.items()}
    assert faces["conv1"].linked and faces["conv2"].linked and not faces["small"].linked
    assert faces["conv1"].count == "" and "shares conv2" in faces["conv1"].detail
    assert [(a.node.name, b.node.name) for a, b in desk.page.scene.links.pairs] == [("conv1", "conv2")]
    desk.there_and_back()
    desk.editing.change_shares("conv1", "")
    assert not any(card.face.linked for card in desk.page.scene.cards.values())
    desk.there_and_back()


def test_what_is_wrong_inside_is_shown_and_repaired_there(desk, qtbot):
    desk.enter("outer", "small")
    desk.click("act1")
    desk.page.view.append("Linear")
    card = desk.page.scene.cards["fc1"]
    assert card.face.severity == "error" and card.face.repair == "Insert Flatten"
    whole = {problem.node: problem for problem in desk.page.problems if problem.severity == "error"}
    assert "outer" in whole, "outside, the block says it"
    button = card.repair_button
    QTest.mouseClick(desk.page.view.viewport(), LEFT, NONE,
                     desk.page.view.mapFromScene(button.mapToScene(button.boundingRect().center())))
    qtbot.waitUntil(lambda: "flatten1" in desk.at("outer", "small").nodes)
    assert desk.page.scene.cards["fc1"].face.severity == ""
    desk.there_and_back()


def test_a_level_without_one_end_says_so_above_the_canvas(desk):
    desk.enter("outer", "small")
    desk.page.edit("cut", desk.page.level.graph.without_edges([Edge("conv1", "act1")]).with_edges(
        [Edge("input", "act1")]))
    assert "2 ends" in desk.page.crumbs.note.text()
    desk.document.undo()
    assert desk.page.crumbs.note.text() == ""


# -- built-in blocks ------------------------------------------------------------------------------------------------


def test_a_built_in_block_asks_before_it_is_changed_and_then_changes(desk):
    desk.enter("residual1")
    desk.click("conv1")
    desk.key(Qt.Key.Key_Right)
    assert desk.graph == network() and "Make it your own" in desk.notice()
    desk.check()
    QTest.mouseClick(desk.page.notice.buttons[0], LEFT)
    assert isinstance(desk.graph.nodes["residual1"].layer, Custom)
    assert desk.graph.nodes["residual1"].layer.repeat == 3
    assert desk.at("residual1").nodes["conv1"].position == (8, 76)
    assert desk.page.analysis.params == analyze(network(), (1, 28, 28)).params
    assert desk.path == ("residual1",) and desk.notice() == ""
    desk.there_and_back(2)
    desk.key(Qt.Key.Key_Right)
    assert desk.at("residual1").nodes["conv1"].position == (16, 76), "it asks once"


def test_a_move_that_is_not_granted_is_put_back(desk):
    desk.enter("residual1")
    desk.drag("conv2", QPoint(80, 0))
    assert "Make it your own" in desk.notice()
    desk.check()
    desk.key(Qt.Key.Key_Backspace)
    assert desk.notice() == "" and desk.graph == network()


def test_copies_that_differ_become_layers_of_their_own(qtbot):
    graph = chain(Node("input", Input()), Node("conv1", Conv2d(out_channels=4)),
                  Node("stage1", Residual(num_channels=8, stride=2, repeat=3)))
    desk = Desk(qtbot, graph)
    params = desk.page.analysis.params
    desk.enter("stage1")
    shown = set(desk.page.scene.cards)
    assert "shortcut" in shown
    QTest.mouseClick(desk.page.crumbs.own, LEFT)
    assert desk.path == ("stage1", "residual1") and set(desk.page.scene.cards) == shown
    assert set(desk.at("stage1").nodes) == {"input", "residual1", "residual2", "residual3"}
    assert desk.page.analysis.params == params
    desk.check()
    desk.document.undo()
    assert desk.path == ("stage1",) and set(desk.page.scene.cards) == shown
    desk.document.redo()
    desk.check()


# -- what happens outside while one is inside -----------------------------------------------------------------------


def test_undo_leads_out_of_a_block_that_is_no_more(desk):
    desk.page.scene.select(["flat", "fc1"])
    desk.page.make_block("Head")
    desk.enter("head")
    assert desk.path == ("head",)
    desk.document.undo()
    assert desk.path == () and "fc1" in desk.page.scene.cards
    desk.check()
    desk.document.redo()
    assert desk.path == ()
    desk.check()


def test_undo_leads_to_the_deepest_level_that_is_left(desk):
    desk.enter("outer")
    desk.page.scene.select(["conv2"])
    desk.page.make_block("Tail")
    desk.enter("outer", "tail")
    desk.document.undo()
    assert desk.path == ("outer",)
    desk.check()


def test_renaming_and_deleting_the_block_one_is_in(desk):
    desk.enter("outer", "small")
    place = desk.page.view.place()
    desk.document.edit_graph("rename", desk.graph.renamed("outer", "stem"))
    assert desk.path == ("stem", "small") and desk.page.crumbs.titles == ("lenet", "stem", "small")
    assert desk.page.view.place() == place, "nothing jumps"
    desk.document.undo()
    assert desk.path == ("outer", "small")
    desk.document.edit_graph("delete", desk.graph.without(["outer"]))
    assert desk.path == ()
    desk.check()


def test_a_path_is_followed_through_renames_on_every_level():
    before = network()
    outer = before.nodes["outer"].layer
    after = before.with_layer("outer", outer.model_copy(update={"graph": outer.graph.renamed("small", "tiny")}))
    assert followed(before, after, ("outer", "small")) == ("outer", "tiny")
    assert followed(before, before.renamed("residual1", "stage"), ("residual1",)) == ("stage",)
    assert followed(before, before.without(["outer"]), ("outer", "small")) == ("outer", "small")


def test_a_problem_in_the_list_leads_out_to_its_layer(desk):
    desk.enter("outer")
    desk.page.jump_to("fc1")
    assert desk.path == () and desk.page.scene.selected_names() == ["fc1"]
    desk.page.jump_to("outer.small.conv1")
    assert desk.path == ("outer", "small") and desk.page.scene.selected_names() == ["conv1"]
    desk.page.jump_to("residual1.residual2.conv1")
    assert desk.path == ("residual1",), "the copies of a repeated block are shown as one"
    desk.page.find_layer("bn1")
    assert desk.path == ("residual1",) and desk.page.scene.selected_names() == ["bn1"]


def test_a_repair_of_the_whole_is_one_also_from_inside(desk):
    desk.document.edit_graph("other head", desk.graph.with_layer("fc1", Linear(out_features=7)))
    desk.enter("outer")
    [problem] = [problem for problem in desk.page.problems if problem.severity == "error"]
    desk.page.repair(problem.repairs[0])
    assert desk.graph.nodes["fc1"].layer.out_features == 10 and desk.path == ("outer",)
