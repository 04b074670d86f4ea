"""Problems inside a block: what comes from outside is said so and led to; what is said of a level goes with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from app.features.problems import Problems
from app.window.window import MainWindow
from engine.graph.graph import Edge, Graph
from engine.line.line import build_line
from tests.app.windows import brought, lent, shared
from tests.mouse import click, double_click, interval, middle
from tests.seen import texts

LONG_MS = 600_000


@pytest.fixture(scope="module")
def one_window(request) -> Iterator[MainWindow]:
    with shared(request, torch=False) as window:
        yield window


@pytest.fixture
def window(one_window, qtbot) -> Iterator[MainWindow]:
    with lent(one_window, qtbot, "gallery:lenet") as window:
        yield window


def key(window: MainWindow, key: Qt.Key) -> None:
    window.page.view.setFocus()
    QTest.keyClick(window.page.view, key)


def make_blocks(window: MainWindow) -> None:
    """Two blocks, one after the other."""
    page = window.page
    for names, label in ((["conv1", "act1"], "Stem"), (["conv2", "act2"], "Body")):
        page.scene.select(names)
        page.make_block(label)


def spoil(window: MainWindow, *path: str) -> None:
    """A kernel that is too large, in the block at the path."""
    page, conv = window.page, path[-1]
    page.go(path[:-1])
    layer = page.level.graph.nodes[conv].layer.with_options(kernel_size=99)
    page.edit("Wrong", page.level.graph.with_layer(conv, layer))


def enter(window: MainWindow, name: str) -> None:
    """By a double click on its card."""
    page = window.page
    page.view.fit()
    card = page.scene.cards[name]
    at = page.view.viewport().mapTo(page.window(), page.view.mapFromScene(card.pos() + QPointF(60, 20)))
    double_click(window, at)
    assert page.level.path[-1:] == (name,)


def said(window: MainWindow) -> tuple[str, list[str]]:
    notice = window.page.notice
    return (notice.text.text(), [button.text() for button in notice.buttons]) if notice.isVisible() else ("", [])


def note(window: MainWindow) -> str:
    """What stands beside the way into the block."""
    return " ".join(texts(window.page.crumbs))


def test_inside_a_block_after_a_broken_one_the_broken_one_is_named_and_led_to(window):
    make_blocks(window)
    spoil(window, "stem", "conv1")
    window.page.go(())
    enter(window, "body")
    assert "What comes in is not known: stem is wrong" in note(window)
    [problem] = window.page.level.problems
    assert not problem.repairs
    key(window, Qt.Key.Key_F8)
    page = window.page
    assert (page.level.path, page.scene.selected_names()) == ((), ["stem"])
    words, _ = said(window)
    [broken] = [problem for problem in page.problems if problem.node == "stem"]
    assert words.startswith("1/") and "stem: " in words and str(broken.message) in words


def test_two_levels_down_the_broken_layer_is_named_with_its_block(window):
    make_blocks(window)
    page = window.page
    page.scene.select(["stem", "pool1", "body"])
    page.make_block("Both")
    spoil(window, "both", "stem", "conv1")
    page.go(("both", "body"))
    assert "What comes in is not known: both.stem is wrong" in note(window)
    key(window, Qt.Key.Key_F8)
    assert (page.level.path, page.scene.selected_names()) == (("both",), ["stem"])
    assert "stem: " in said(window)[0]


def test_a_block_in_a_block_that_gets_nothing_names_what_is_wrong_at_the_top(window):
    make_blocks(window)
    page = window.page
    page.scene.select(["body", "pool2"])
    page.make_block("Deep")
    spoil(window, "stem", "conv1")
    page.go(("deep", "body"))
    assert "What comes in is not known: stem is wrong" in note(window)
    key(window, Qt.Key.Key_F8)
    assert (page.level.path, page.scene.selected_names()) == ((), ["stem"])


def test_a_block_to_which_no_wire_leads_says_so(window):
    make_blocks(window)
    page = window.page
    page.edit("Cut", replace_edges(page.level.graph, "body"))
    enter(window, "body")
    assert "What comes in is not known: no wire leads to body" in note(window)
    key(window, Qt.Key.Key_F8)
    assert page.level.path == () and page.scene.selected_names() == ["body"] and "body" in said(window)[0]


def replace_edges(graph: Graph, name: str) -> Graph:
    """Without the wires into a layer."""
    return Graph.of(list(graph.nodes.values()), [edge for edge in graph.edges if edge.target != name])


def test_what_is_wrong_in_the_block_itself_is_gone_through_beside_what_comes_from_outside(window):
    make_blocks(window)
    spoil(window, "stem", "conv1")
    page = window.page
    page.go(("body",))
    page.edit("Cut", page.level.graph.with_node(replace(page.level.graph.nodes["act2"], name="other")).with_edge(
        Edge("conv2", "other")))
    assert len(page.level.problems) == 2
    found = []
    for _ in page.level.problems:
        key(window, Qt.Key.Key_F8)
        assert page.level.path == ("body",)
        found.append(said(window))
    [(words, buttons)] = [each for each in found if "stem is wrong" in each[0]]
    assert buttons == ["Show stem"] and words[:4] in ("1/2 ", "2/2 ")
    while said(window)[1] != ["Show stem"]:
        key(window, Qt.Key.Key_F8)
    click(window, middle(page.notice.buttons[0]))
    assert (page.level.path, page.scene.selected_names()) == ((), ["stem"])


def test_a_built_in_block_after_a_broken_layer_says_why_it_cannot_be_opened(window):
    page = window.page
    page.edit("Other", build_line(Graph(), "input 1x28x28, conv 6 99x99, residual 6, flatten, linear 10")[0])
    page.open("residual1")
    assert page.level.path == ()
    assert said(window)[0] == "residual1 cannot be opened while its input is unknown: conv1 is wrong"


# -- what is said of a level ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["backspace", "crumbs", "undo"])
def test_what_is_said_of_a_level_goes_with_it(window, way):
    make_blocks(window)
    page = window.page
    if way == "undo":
        page.go(("stem",))
    spoil(window, "stem", "conv1")
    page.view.fit()
    key(window, Qt.Key.Key_F8)
    assert "conv1: " in said(window)[0] and said(window)[1] and page.level.path == ("stem",)
    if way == "backspace":
        key(window, Qt.Key.Key_Backspace)
    elif way == "crumbs":
        page.crumbs.level_requested.emit(0)
    else:
        while page.level.path:
            page.document.undo()
    assert page.level.path == () and said(window) == ("", [])


def test_what_is_said_of_the_network_is_mended_from_wherever_one_is(window):
    make_blocks(window)
    page = window.page
    graph = page.level.graph
    page.edit("Wrong", graph.with_layer("pool1", graph.nodes["pool1"].layer.with_options(kernel_size=99)))
    key(window, Qt.Key.Key_F8)
    before, (words, [button]) = page.document.experiment.graph, said(window)
    enter(window, "stem")
    assert said(window) == (words, [button])
    click(window, middle(page.notice.buttons[0]))
    assert page.document.experiment.graph != before and page.document.history.undo_text == button


# -- a double click ---------------------------------------------------------------------------------------------------


def two_wrong(window: MainWindow) -> None:
    graph = build_line(Graph(), "input 1x28x28, conv 6 5x5, linear 10")[0]
    other = replace(graph.nodes["fc1"], name="other", position=(400.0, 152.0))
    window.page.edit("Other", graph.with_node(other).with_edge(Edge("conv1", "other")))


def steps(window: MainWindow) -> int:
    history, count = window.page.document.history, 0
    while history.undo_text:
        window.page.document.undo()
        count += 1
    return count


@pytest.mark.parametrize("where", ["list", "notice", "card"])
def test_a_double_click_on_a_repair_is_one_step(window, qtbot, where):
    two_wrong(window)
    page, made = window.page, 1
    page.view.fit()
    panel = brought(window, Problems)
    if where == "list":
        at = middle(next(row for row in panel.rows if row.repairs).repairs[0])
    elif where == "notice":
        key(window, Qt.Key.Key_F8)
        key(window, Qt.Key.Key_F8)
        at = middle(page.notice.buttons[0])
    else:
        button = page.scene.cards["fc1"].repair_button
        at = page.view.viewport().mapTo(
            page.window(), page.view.mapFromScene(button.mapToScene(button.boundingRect().center())))
    before = page.document.experiment
    with interval(LONG_MS):
        double_click(window, at)
        qtbot.waitUntil(lambda: page.document.experiment is not before)
        click(window, at)
    assert page.level.path == () and steps(window) == made + 1


def test_a_double_click_on_a_notice_does_not_make_a_block_ones_own(window):
    page = window.page
    page.edit("Other", build_line(Graph(), "input 1x1x1, vgg 1 8, flatten, linear 10")[0])
    page.go(("vgg1",))
    before = page.document.experiment
    key(window, Qt.Key.Key_F8)
    assert page.level.path == ("vgg1",) and said(window)[1] == ["Set the window to 1×1"]
    with interval(LONG_MS):
        double_click(window, middle(page.notice.buttons[0]))
    assert said(window)[1] == ["Make it my own"] and page.document.experiment is before
