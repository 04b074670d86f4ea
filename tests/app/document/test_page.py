"""A page says why something cannot be done, what its data are, and stays where one is while the network changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, Qt

from app.document import page as module
from app.document.level import followed
from app.document.page import Page
from engine.blocks.custom import Custom
from engine.data.spec.spec import DataSpec
from engine.graph.graph import Node
from engine.layers.inputs import Input
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
