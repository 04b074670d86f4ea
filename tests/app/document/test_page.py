"""A page says why something cannot be done, what its data are, and stays where one is while the network changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from app.document import page as module
from app.document.level import followed
from app.document.page import Page
from engine.blocks.custom import Custom
from engine.data.spec.spec import DataSpec
from engine.graph.graph import Edge, Node
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from engine.messages import LayerloomError
from tests.app.desk import Desk, chain, inner, network
from widgets.canvas.view.menu import context_menu


@pytest.fixture
def desk(qtbot) -> Desk:
    return Desk(qtbot, network())


@pytest.mark.parametrize(("name", "inside", "act"), [
    ("with_inner", ("outer",), lambda page: page.edit("Cut", page.level.graph.without(["conv2"]))),
    ("made_own", ("residual1",), lambda page: page.make_own()),
    ("dissolved", (), lambda page: page.dissolve()), ("make_block", (), lambda page: page.make_block("Mine")),
    ("make_block", (), lambda page: page.request_block()),
])  # fmt: skip
def test_what_the_network_does_not_grant_is_said_and_changes_nothing(
        name: str, inside: tuple[str, ...], act: Callable[[Page], None], desk: Desk,
        monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise LayerloomError("not here")

    desk.enter(*inside)
    desk.page.scene.select(["outer", "residual1"] if not inside else [])
    monkeypatch.setattr(module, name, refuse)
    act(desk.page)
    assert desk.notice() == "Not here" and desk.graph == network() and desk.path == inside


def test_what_is_inside_a_layer_that_is_gone_is_said_not_to_be_there(desk: Desk) -> None:
    desk.page.scene.select(["outer"])
    [look] = [action for action in context_menu(desk.page.view, QPointF()).actions()
              if action.text().startswith("Look inside")]
    desk.page.edit("Delete", desk.page.level.graph.without(["outer"]))  # by a key, below the open menu
    look.trigger()
    assert desk.notice() == "There is no layer named outer" and desk.path == ()


def test_the_input_says_what_comes_in(desk: Desk) -> None:
    def caption(**options: object) -> str:
        document = desk.document
        document.edit("data", replace(document.experiment, data=DataSpec.model_validate(options)))
        return desk.page.scene.caption

    assert caption(dataset="mnist", normalize=False) == "MNIST"
    assert caption(dataset="mnist", normalize=True) == "MNIST · normalised"
    assert caption(dataset="mnist", normalize=True, resize=32) == "MNIST · 32×32 · normalised"
    assert caption(dataset="linear", normalize=True, resize=32) == "Linear (synthetic)"
    caption(dataset="mnist")
    desk.enter("outer")
    assert desk.page.scene.caption == "from outside"


def test_one_is_led_to_a_layer_or_to_the_block_that_holds_it(desk: Desk) -> None:
    page = desk.page
    for name, path, selected in (("flat", (), "flat"), ("outer.small.conv1", ("outer", "small"), "conv1"),
                                 ("outer.conv2", ("outer",), "conv2"), ("flat.nothing", (), "flat")):
        page.jump_to(name)
        assert desk.path == path and page.scene.selected_names() == [selected]
    assert page.view.transform().m11() > 0 and page.share_candidates("fc1") == ()


def test_the_view_goes_into_a_card_and_out_of_a_block(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ways: list[tuple[bool, bool]] = []
    monkeypatch.setattr(desk.page.view, "fade", lambda into, inwards: ways.append((into is not None, inwards)))
    for path, way in ((("outer",), (True, True)), (("residual1",), (False, False)), ((), (False, False))):
        desk.page.go(path)
        assert desk.path == path and ways[-1] == way


def test_on_the_way_in_and_out_the_canvas_has_the_keyboard(qtbot, desk: Desk) -> None:
    page = desk.page
    with qtbot.waitActive(page):
        page.activateWindow()
    for path in (("outer",), ()):
        page.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        page.setFocus()
        assert not page.view.hasFocus()
        page.go(path)
        assert page.view.hasFocus()


def test_words_of_the_edits_name_what_was_done(desk: Desk) -> None:
    page, history = desk.page, desk.document.history
    page.scene.select(["outer", "residual1"])
    page.make_block("Both")
    assert history.undo_text == "Make block Both"
    page.dissolve()
    assert history.undo_text.startswith("Dissolve ")
    assert set(page.scene.selected_names()) == {"outer", "residual1"}
    desk.enter("residual1")
    page.make_own()
    assert history.undo_text == "Make residual1 my own" and page.view.hasFocus()


def test_a_question_goes_when_it_is_answered_elsewhere(desk: Desk) -> None:
    page = desk.page
    desk.enter("residual1")
    page.edit("Cut", page.level.graph.without([page.level.graph.order[-1]]))
    assert "Make it your own to change it" in desk.notice() and desk.graph == network()
    page.crumbs.own_requested.emit()
    assert desk.notice() == "" and desk.document.history.undo_text == "Make residual1 my own"


def test_a_question_goes_when_what_it_is_about_changes(desk: Desk) -> None:
    """What was asked for was meant for the block as it was: done now it would take the change back."""
    page, document = desk.page, desk.document
    desk.enter("residual1")
    page.edit("Cut", page.level.graph.without([page.level.graph.order[-1]]))
    recipe = document.experiment.recipe.model_copy(update={"epochs": 3})
    document.edit("Other", replace(document.experiment, recipe=recipe))
    assert "Make it your own to change it" in desk.notice()
    block = desk.graph.nodes["residual1"].layer
    document.edit_graph("Change", desk.graph.with_layer("residual1", block.with_options(num_channels=6)))
    assert desk.path == ("residual1",) and desk.notice() == ""


# -- after a repair -------------------------------------------------------------------------------------------------


def pressed(qtbot, desk: Desk, name: str) -> None:
    """The button below a card, under the mouse."""
    view, button = desk.page.view, desk.page.scene.cards[name].repair_button
    before = desk.graph
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.mapFromScene(
        button.sceneBoundingRect().center()))
    qtbot.waitUntil(lambda: desk.graph is not before)


def in_sight(desk: Desk, name: str) -> bool:
    view, card = desk.page.view, desk.page.scene.cards[name]
    return view.viewport().rect().contains(view.mapFromScene(card.body()).boundingRect())


def test_after_a_repair_what_is_new_is_selected_and_in_sight(qtbot) -> None:
    desk = Desk(qtbot, chain(Node("input", Input()), Node("conv1", Conv2d()), Node("fc1", Linear(out_features=10))))
    desk.page.view.pan(0, -desk.spot("fc1").y() + 10)  # only the lower half of the card is seen, and its button
    pressed(qtbot, desk, "fc1")
    assert desk.page.scene.selected_names() == ["flatten1"] and in_sight(desk, "flatten1")
    assert desk.graph.nodes["flatten1"].position == (0.0, 152.0)


def test_after_a_repair_without_anything_new_the_mended_layer_is_selected(qtbot) -> None:
    desk = Desk(qtbot, chain(Node("input", Input()), Node("conv1", Conv2d(kernel_size=99)), Node("flat", Flatten()),
                             Node("fc1", Linear(out_features=10))))
    pressed(qtbot, desk, "conv1")
    assert desk.page.scene.selected_names() == ["conv1"] and in_sight(desk, "conv1")


def test_what_a_gesture_did_is_said_until_something_else_is_done(desk: Desk) -> None:
    scene, port = desk.page.scene, desk.page.view.viewport()
    start, end = (desk.page.view.mapFromScene(at) for at in (scene.cards["input"].out_point(),
                                                             scene.cards["residual1"].in_point(0)))
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(port, (start + end) / 2)
    QTest.mouseMove(port, end)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=end)
    assert desk.graph.inputs["residual1"] == (Edge("input", "residual1"),)
    assert desk.notice() == "residual1 now reads input instead of outer"
    desk.document.undo()
    assert desk.notice() == "" and desk.graph == network()


# -- the same place after an edit -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "found"), [
    ((), ()), (("outer",), ("head",)), (("outer", "small"), ("head", "small")), (("gone", "small"), ("gone", "small")),
    (("residual1", "conv1"), ("residual1", "conv1")), (("outer", "gone"), ("head", "gone"))])
def test_a_block_is_found_under_its_new_name(path, found):
    assert followed(network(), network().renamed("outer", "head"), path) == found


def test_a_block_that_is_gone_or_became_two_is_not_followed():
    before = chain(Node("input", Input()), Node("a", Custom(label="A", graph=inner())))
    assert followed(before, before.without(["a"]), ("a", "small", "x")) == ("a", "small", "x")
    a = before.nodes["a"]
    twins = chain(Node("input", Input()), Node("b", a.layer), Node("c", a.layer))
    assert followed(before, twins, ("a", "conv1"))[0] == "b", "the other lies elsewhere"
    assert followed(before, twins.without(["b"]), ("a",)) == ("a",), "it has moved, too: nobody knows"
