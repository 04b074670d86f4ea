"""What the search box says and asks for at each kind of spot, and how what is found is written."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.analysis.analysis import analyze
from engine.graph.graph import Edge, Graph, Node
from engine.graph.linking import links
from engine.layers.activation import ReLU
from engine.layers.base import Layer
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from engine.layers.merge import Add
from engine.line.placing import Spot
from engine.messages import Message
from tests.seen import texts
from tests.widgets.find.host import Host, press, write
from widgets.find.link_rows import link_rows
from widgets.find.search_box import Place, SearchBox
from widgets.look.text import sentence_text

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
SHAPE = (1, 28, 28)
WITHOUT = " · Alt+Enter without wires"
ENTER, TAB, ESC = Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Escape


def network() -> Graph:
    """A chain with a sum at its end that has one free input."""
    nodes = [Node("input", Input()), Node("conv1", Conv2d(out_channels=6, kernel_size=5, padding=2), (0, 76)),
             Node("act1", ReLU(), (0, 152)), Node("sum", Add(), (0, 228)), Node("fc1", Linear(), (300, 300))]
    return Graph.of(nodes, [Edge("input", "conv1"), Edge("conv1", "act1"), Edge("act1", "sum")])


@dataclass
class Told:
    """What a box asked for."""

    added: list[tuple[Graph, tuple[str, ...], str]] = field(default_factory=list)
    refused: list[Message] = field(default_factory=list)
    previews: list[Graph | None] = field(default_factory=list)


def opened(host: Host, spot: Spot, made: Layer | None = None) -> tuple[SearchBox, Told]:
    graph, told = network(), Told()
    box = SearchBox(host, Place(graph, analyze(graph, SHAPE), spot, SHAPE, [("own:Stem", "Stem")], lambda _key: made))
    box.added.connect(lambda *added: told.added.append(added))
    box.refused.connect(told.refused.append)
    box.previewed.connect(told.previews.append)
    box.open_at(QPoint(200, 60))
    return box, told


@pytest.mark.parametrize(("spot", "name", "hint"), [
    (Spot(), "Add a layer", "Enter adds it here"),
    (Spot(after=("act1",)), "Add a layer", f"Enter adds it behind act1{WITHOUT}"),
    (Spot(after=("input", "conv1", "act1", "sum")), "Add a layer", f"Enter adds it behind conv1, act1, sum{WITHOUT}"),
    (Spot(source="conv1"), "Add a layer", f"Enter adds it behind conv1{WITHOUT}"),
    (Spot(edge=Edge("conv1", "act1")), "Add a layer", f"Enter puts it between conv1 and act1{WITHOUT}"),
    (Spot(target=("sum", 1)), "Add a layer", f"Enter adds it before sum{WITHOUT}"),
    (Spot(replaces=("act1",)), "Replace with", "Enter replaces act1"),
    (Spot(replaces=("conv1", "act1", "sum", "fc1")), "Replace with", "Enter replaces conv1, act1, sum"),
])
def test_it_says_what_enter_would_do(host: Host, spot: Spot, name: str, hint: str):
    box, _told = opened(host, spot)
    assert box.accessibleName() == box.field.accessibleName() == name and box.foot.text() == hint
    assert texts(box) == [hint], "neither an error nor what could come next"
    assert box.field.placeholderText() == "A layer, or a line: conv 64 3x3, relu, maxpool 2"
    assert (box.list.accessibleName(), box.chain.accessibleName()) == ("Layers found", "Layers that the line makes")
    if len(spot.replaces) < 2:
        write("relu, relu")
        assert box.foot.text().endswith(f"\n{hint}")


def test_what_matches_nothing_is_said_and_not_added(host: Host):
    box, told = opened(host, Spot(after=("act1",)))
    write(" qwxzq ")
    assert not box.list.isVisible() and texts(box) == ["No layer matches “qwxzq”."]
    for key in (ENTER, TAB):
        press(key)
    assert box.isVisible() and told.added == [] and box.field.text() == " qwxzq "
    box.field.setText("qwxzq 3")
    assert box.error.isVisible() and box.foot.text() == "Esc closes", "the place of the error is shown"
    box.field.setText("qwxzq")
    assert texts(box) == ["No layer matches “qwxzq”."]


def test_a_line_shows_what_could_come_next_and_what_is_wrong(host: Host):
    box, _told = opened(host, Spot(after=("act1",)))
    write("relu, ma")
    assert "Could come next: Tab writes the first" in texts(box) and box.heading.isVisible()
    assert box.foot.text() == "Esc closes"
    assert [row.title for row in box.chain.rows] == ["ReLU"], "what is written up to the error"
    assert len(box.list.rows) <= 5 and box.list.current() is None
    box.field.setText("relu, relu")
    assert not box.error.isVisible() and box.foot.text().startswith("2 layers · 0 parameters · → 6×28×28\n")
    box.field.setText("linear 3, ")
    assert box.foot.text().startswith("1 layer · ")
    box.field.setText("relu, <b> 3")
    assert "&lt;b&gt;" in box.error.text() and "text-decoration:underline" in box.error.text()
    box.field.setText("relu")
    assert not box.heading.isVisible() and not box.error.isVisible() and not box.chain.isVisible()


def test_what_can_come_next_is_written_by_a_click_too(host: Host):
    box, told = opened(host, Spot(after=("act1",)))
    write("relu, maxp")
    row = box.list.rows[0]
    QTest.mouseClick(box.list.viewport(), Qt.MouseButton.LeftButton,
                     pos=box.list.visualRect(box.list.model().index(0, 0)).center())
    assert box.field.text() == f"relu, {row.title}" and box.field.cursorPosition() == len(box.field.text())
    assert box.isVisible() and told.added == []
    box.field.setText(", relu")
    box.field.setCursorPosition(0)
    write("maxp")
    press(TAB)
    assert box.field.text() == f"{row.title}, relu" and box.field.cursorPosition() == len(row.title)


def test_a_click_adds_the_layer_and_it_is_named(host: Host):
    box, told = opened(host, Spot(after=("act1",)))
    write("flatt")
    QTest.mouseClick(box.list.viewport(), Qt.MouseButton.LeftButton,
                     pos=box.list.visualRect(box.list.model().index(0, 0)).center())
    [(graph, names, words)] = told.added
    assert words == "Flatten" and isinstance(graph.nodes[names[0]].layer, Flatten) and not box.isVisible()
    box, told = opened(host, Spot(after=("act1",)))
    write("relu, relu, relu")
    press(ENTER)
    assert told.added[0][2] == "3 layers"


def test_why_a_chain_cannot_be_here_is_shown_and_said(host: Host):
    box, told = opened(host, Spot(replaces=("act1", "sum")))
    write("relu, relu")
    assert "A chain can replace one layer that has an input: select one" in texts(box)
    assert not box.chain.isVisible() and box.foot.text() == "Enter replaces act1, sum"
    press(ENTER)
    assert [sentence_text(message) for message in told.refused] == [
        "A chain can replace one layer that has an input: select one"]
    assert told.added == [] and box.isVisible()


def test_without_words_nothing_is_shown_on_the_canvas(host: Host, qtbot: QtBot):
    box, told = opened(host, Spot(after=("act1",)))
    qtbot.waitUntil(lambda: told.previews == [None])
    write("sigm")
    qtbot.waitUntil(lambda: told.previews[-1] is not None)
    box.tell_again()
    count = len(told.previews)
    qtbot.waitUntil(lambda: len(told.previews) == count + 1)
    assert told.previews[-1] == told.previews[-2]
    box.field.setText("sigmoid, qqqq")
    qtbot.waitUntil(lambda: told.previews[-1] is None)
    box.field.setText("sigmoid")
    qtbot.waitUntil(lambda: told.previews[-1] is not None)
    press(ESC)
    assert told.previews[-1] is None
    count = len(told.previews)
    qtbot.wait(60)
    assert len(told.previews) == count


def test_an_own_block_that_cannot_be_made_is_not_added(host: Host):
    box, told = opened(host, Spot(after=("act1",)))
    write("stem")
    [row] = [row for row in box.list.rows if row.title == "Stem"]
    assert row.detail == "Your own block" and row.right == ""
    press(TAB)
    assert box.field.text() == "stem", "it has no values to follow"
    press(ENTER)
    assert told.added == [] and box.isVisible()


@pytest.mark.parametrize(("text", "title", "detail", "right", "sign", "tip"), [
    ("relu", "ReLU", "nn.ReLU", "6×28×28", "", ""),
    ("conv 1d", "Conv 1d", "nn.Conv1d", "6×28×28", "≠", "Does not take 6×28×28"),
    ("multiply", "Multiply", "torch.mul", "", "", ""),
])
def test_rows_of_what_is_found(host: Host, text: str, title: str, detail: str, right: str, sign: str, tip: str):
    box, _told = opened(host, Spot(after=("act1",)))
    write(text)
    row = next(row for row in box.list.rows if row.title == title)
    assert (row.right, row.sign, row.tip, row.dim) == (right, sign, tip, bool(sign))
    assert row.detail.split(" · ")[0] == detail


# -- what a layer can be wired to -------------------------------------------------------------------------------------


def test_rows_of_links_say_where_and_what_does_not_fit_comes_last():
    pool = Node("pool", Conv2d(out_channels=6, stride=2), (0, 300))
    graph = network().with_node(pool).with_edge(Edge("act1", "pool"))
    analysis = analyze(graph, SHAPE)
    rows = link_rows(analysis, ["conv1"], links(graph, ["conv1"]))
    told = [(row.title, row.detail, row.right, row.sign, row.tone, row.category) for row in rows]
    assert told == [
        ("sum", "Add · input 2", "", "", "", "merge"), ("fc1", "Linear", "", "", "", "linear"),
        ("act1", "shortcut: a new Add behind it", "6×28×28", "", "", "merge"),
        ("sum", "shortcut: a new Add behind it", "", "", "", "merge"),
        ("pool", "shortcut: a new Add behind it", "6×13×13", "≠", "warn", "merge"),
    ]
    assert [row.tip for row in rows] == [""] * 4 + [
        "The shapes differ: a 1×1 convolution can match them afterwards"]
    together = link_rows(analysis, ["conv1", "act1"], links(graph, ["conv1", "act1"]))
    assert [(row.title, row.detail) for row in together][:3] == [
        ("New Add", "joins them"), ("New Concatenate", "joins them"), ("New Multiply", "joins them")]
    assert [row.key for row in together] == [str(index) for index in range(len(together))]


def test_a_shortcut_from_or_to_an_unknown_shape_is_not_called_wrong():
    graph = network().without_edges([Edge("input", "conv1")])
    rows = link_rows(analyze(graph, SHAPE), ["conv1"], links(graph, ["conv1"]))
    assert [(row.title, row.right, row.sign) for row in rows if "shortcut" in row.detail] == [
        ("act1", "", ""), ("sum", "", "")]
