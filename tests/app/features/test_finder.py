"""The line that finds: what is kept selected, where it goes on after an edit, what stands out at which level."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.features.finder import Finder
from app.features.leading import READABLE, lead_to, let_see
from engine.graph.graph import Graph
from engine.line.line import build_line
from tests.app.desk import Desk, network

LINE = "input 1x28x28, conv 4 3x3 p1, relu, conv 4 3x3 p1, tanh, conv 4 3x3 p1, flatten, linear 10"


@pytest.fixture
def desk(qtbot) -> Iterator[Desk]:
    """Three convolutions in a row."""
    yield Desk(qtbot, build_line(Graph(), LINE)[0])


@pytest.fixture
def blocks(qtbot) -> Iterator[Desk]:
    """An own block in an own block."""
    yield Desk(qtbot, network())


def finding(desk: Desk, words: str = "") -> Finder:
    finder = Finder(desk.page)
    finder.open()
    QTest.keyClicks(finder.bar.field, words)
    return finder


def selected(desk: Desk) -> list[str]:
    return desk.page.scene.selected_names()


def test_what_is_selected_already_stays_if_it_fits(desk):
    desk.page.scene.select(["conv2"])
    finder = finding(desk, "conv")
    assert finder.hits == ["conv1", "conv2", "conv3"] and selected(desk) == ["conv2"]
    assert finder.bar.count.text() == "2 of 3"
    QTest.keyClicks(finder.bar.field, "3")
    assert selected(desk) == ["conv3"] and finder.bar.count.text() == "1 of 1"


def test_one_steps_round_in_both_directions(desk):
    finder = finding(desk, "conv")
    seen = []
    for step in (1, 1, 1, -1, -1):
        finder.step(step)
        seen.append((selected(desk), finder.bar.count.text()))
    assert seen == [(["conv2"], "2 of 3"), (["conv3"], "3 of 3"), (["conv1"], "1 of 3"), (["conv3"], "3 of 3"),
                    (["conv2"], "2 of 3")]


@pytest.mark.parametrize(("step", "name"), [(1, "conv1"), (-1, "conv3")])
def test_where_none_was_led_to_the_first_or_the_last_is(desk, step, name):
    finder = finding(desk, "conv")
    desk.page.edit("Rename", desk.graph.renamed("conv1", "conv9"))
    desk.document.undo()
    assert finder.bar.count.text() == "3 found"
    finder.step(step)
    assert selected(desk) == [name]


def test_a_step_opens_the_line_again_and_goes_on(desk):
    finder = finding(desk, "conv")
    QTest.keyClick(finder.bar.field, Qt.Key.Key_Escape)
    assert not finder.bar.isVisible() and desk.page.scene.highlight is None
    finder.step(1)
    assert finder.bar.isVisible() and selected(desk) == ["conv2"] and finder.bar.count.text() == "2 of 3"
    assert desk.page.scene.highlight.names == {"conv1", "conv2", "conv3"}


def test_a_step_without_anything_found_only_opens_the_line(desk):
    finder = Finder(desk.page)
    desk.page.scene.select(["fc1"])
    finder.step(1)
    assert finder.bar.isVisible() and selected(desk) == ["fc1"] and finder.hits == []


def test_an_edit_leaves_one_where_one_was(desk):
    finder = finding(desk, "conv")
    finder.step(1)
    desk.page.edit("Delete", desk.graph.healed("conv1"))
    assert finder.hits == ["conv2", "conv3"] and finder.bar.count.text() == "1 of 2"
    assert desk.page.scene.highlight.names == {"conv2", "conv3"}
    desk.page.edit("Delete", desk.graph.healed("conv2"))
    assert finder.hits == ["conv3"] and finder.bar.count.text() == "1 found"
    QTest.keyClick(finder.bar.field, Qt.Key.Key_Escape)
    desk.document.undo()
    assert desk.page.scene.highlight is None and finder.hits == ["conv3"], "nobody looks"


def test_blanks_make_nothing_stand_out(desk):
    finding(desk, "   ")
    assert desk.page.scene.highlight is None


def test_inside_a_block_the_first_of_its_level_is_led_to(blocks):
    blocks.page.open("outer")
    finder = finding(blocks, "conv")
    assert blocks.path == ("outer",) and selected(blocks) == ["conv2"]
    assert finder.bar.count.text() == f"{finder.hits.index('outer.conv2') + 1} of {len(finder.hits)}"
    assert blocks.page.scene.highlight.names == {"small", "conv2"}
    blocks.page.go(())
    assert blocks.page.scene.highlight.names == {"outer", "residual1"}
    assert finder.bar.count.text().endswith(f" of {len(finder.hits)}")


def test_words_that_fit_only_elsewhere_lead_nowhere_by_themselves(blocks):
    blocks.page.scene.select(["fc1"])
    finder = finding(blocks, "act1")
    assert finder.hits and blocks.path == () and selected(blocks) == ["fc1"]
    assert finder.bar.count.text() == f"{len(finder.hits)} found"
    finder.step(1)
    assert blocks.path == ("outer", "small") and selected(blocks) == ["act1"]


# -- being led --------------------------------------------------------------------------------------------------------


def test_one_is_led_to_a_layer_wherever_it_is_and_keeps_the_keyboard(blocks):
    finder = finding(blocks)
    assert QApplication.focusWidget() is finder.bar.field
    lead_to(blocks.page, "outer.small.conv1")
    assert blocks.path == ("outer", "small") and selected(blocks) == ["conv1"]
    assert QApplication.focusWidget() is finder.bar.field
    lead_to(blocks.page, "flat", ["flat", "fc1"])
    assert blocks.path == () and set(selected(blocks)) == {"flat", "fc1"}
    lead_to(blocks.page, "nobody")
    assert set(selected(blocks)) == {"flat", "fc1"}
    lead_to(blocks.page, "nowhere.conv1")
    assert blocks.path == () and set(selected(blocks)) == {"flat", "fc1"}


def is_seen(desk: Desk, name: str) -> bool:
    view = desk.page.view
    area = view.mapFromScene(desk.page.scene.cards[name].sceneBoundingRect()).boundingRect()
    return view.viewport().rect().contains(area)


def test_the_canvas_moves_only_where_it_must(desk):
    view, cards = desk.page.view, desk.page.scene.cards
    place = view.place()._replace(zoom=1.0, centre=cards["conv2"].sceneBoundingRect().center())
    view.go_to(place)
    before = view.mapToScene(view.viewport().rect().center())
    let_see(desk.page, "conv2")
    let_see(desk.page, "act1")
    assert view.mapToScene(view.viewport().rect().center()) == before
    view.go_to(place._replace(centre=cards["conv2"].sceneBoundingRect().center() * 9))
    assert not is_seen(desk, "conv2")
    let_see(desk.page, "conv2")
    assert is_seen(desk, "conv2") and view.zoom() == 1.0


@pytest.mark.parametrize(("zoom", "then"), [(READABLE, READABLE), (READABLE * 0.9, 1.0), (2.0, 2.0)])
def test_what_would_be_too_small_to_read_is_gone_nearer_to(desk, zoom, then):
    view = desk.page.view
    center = desk.page.scene.cards["conv2"].sceneBoundingRect().center()
    view.go_to(view.place()._replace(zoom=zoom, centre=center))
    let_see(desk.page, "conv2")
    assert view.zoom() == pytest.approx(then) and is_seen(desk, "conv2")
    view.go_to(view.place()._replace(zoom=zoom, centre=center * 30))
    let_see(desk.page, "conv2")
    assert view.zoom() == pytest.approx(then) and is_seen(desk, "conv2")


def test_a_card_at_the_very_edge_is_not_yet_seen_well(desk):
    view, card = desk.page.view, desk.page.scene.cards["conv2"]
    view.go_to(view.place()._replace(zoom=1.0, centre=card.sceneBoundingRect().center()))
    half = view.viewport().width() / 2 - card.sceneBoundingRect().width() / 2
    for room, moves in ((60, False), (20, True)):
        centre = card.sceneBoundingRect().center()
        centre.setX(centre.x() + half - room)
        view.go_to(view.place()._replace(centre=centre))
        before = view.mapToScene(view.viewport().rect().center())
        let_see(desk.page, "conv2")
        assert (view.mapToScene(view.viewport().rect().center()) != before) is moves
