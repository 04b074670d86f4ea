"""“Replace all…” over a plain widget: what it asks, offers, says, shows and makes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.analysis.analysis import analyze
from engine.blocks.edits import make_block
from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import GELU, ReLU, Sigmoid
from engine.layers.base import Layer
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from tests.seen import texts
from tests.widgets.find.host import Host, is_as_high_as_it_need_be, press, write
from widgets.find.replace_box import ReplaceBox, Scope
from widgets.parts.row_list import Row

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
SHAPE = (1, 28, 28)
ENTER, TAB, BACKTAB, DOWN, ESC = (Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Down,
                                  Qt.Key.Key_Escape)
ALT = Qt.KeyboardModifier.AltModifier


def chain(*layers: tuple[str, Layer]) -> Graph:
    nodes = [Node(name, layer, (0.0, 76.0 * row)) for row, (name, layer) in enumerate((("input", Input()), *layers))]
    return Graph.of(nodes, [Edge(a.name, b.name) for a, b in itertools.pairwise(nodes)])


def network() -> Graph:
    return chain(("conv1", Conv2d(out_channels=6, kernel_size=5, padding=2)), ("act1", Sigmoid()), ("act2", Sigmoid()),
                 ("flat", Flatten()), ("fc1", Linear(out_features=10)))


def with_block() -> tuple[Graph, str]:
    """Two convolutions and a Sigmoid, of which one convolution and the Sigmoid are inside a block."""
    return make_block(chain(("conv1", Conv2d(out_channels=6)), ("conv2", Conv2d(out_channels=6)), ("act1", Sigmoid())),
                      ["conv2", "act1"], "Stem")


class Bench:
    """A box that is open, and what it asked for."""

    def __init__(self, host: Host, graph: Graph, kind: str | None = None, within: tuple[str, ...] | None = None,
                 own: Sequence[tuple[str, str]] = ()) -> None:
        self.before = graph
        self.replaced: list[tuple[Graph, tuple[str, ...], str]] = []
        self.previews: list[Graph | None] = []
        self.box = ReplaceBox(host, Scope(graph, analyze(graph, SHAPE), within, kind, SHAPE, own, lambda _key: GELU()))
        self.box.replaced.connect(lambda *made: self.replaced.append(made))
        self.box.previewed.connect(self.previews.append)
        self.box.open_at(QPoint(100, 60))

    def rows(self) -> list[Row]:
        return list(self.box.list.rows)

    def mark(self, title: str) -> Row:
        """Step down to this row."""
        for _ in self.rows():
            row = self.box.list.current()
            if row is not None and row.title == title:
                return row
            press(DOWN)
        raise AssertionError(f"{title} is not offered")

    def says(self, qtbot: QtBot, words: str) -> None:
        qtbot.waitUntil(lambda: self.box.foot.text() == words)
        assert self.box.rect().contains(self.box.foot.geometry()), "there is room for it"

    def layer(self, name: str) -> Layer:
        return self.replaced[-1][0].nodes[name].layer


# -- which layers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("within", "title"), [(None, "Replace all"), (("act1", "fc1"), "Replace in selection")])
def test_first_it_asks_which_layers(host: Host, within: tuple[str, ...] | None, title: str):
    bench = Bench(host, network(), within=within)
    box = bench.box
    assert box.accessibleName() == title and title in texts(box)
    assert box.field.placeholderText() == box.field.accessibleName() == "Which layers?"
    assert not box.other.isVisible() and not box.inside.isVisible()
    assert box.foot.text() == "Enter goes on to what replaces them"
    kinds = [(row.title, row.detail, row.right) for row in bench.rows()]
    assert kinds == ([("Sigmoid", "act1", "×1"), ("Linear", "fc1", "×1")] if within else [
        ("Conv 2d", "conv1", "×1"), ("Sigmoid", "act1, act2", "×2"), ("Flatten", "flat", "×1"),
        ("Linear", "fc1", "×1")])
    write("sigm")
    assert [row.title for row in bench.rows()] == ["Sigmoid"] and box.list.current() is not None
    press(TAB)
    count = 1 if within else 2
    assert box.kind is not None and f"Replace {count} × Sigmoid with" in texts(box)
    assert box.field.text() == "" and box.field.placeholderText() == "A layer, such as gelu or conv 64 3x3"
    assert box.field.accessibleName() == f"Replace {count} × Sigmoid with"
    assert box.foot.text() == "↓ marks a layer and shows it on the canvas" and box.list.current() is None


def test_words_that_fit_no_layer(host: Host):
    bench = Bench(host, network())
    write(" zzz ")
    assert bench.rows() == [] and bench.box.foot.text() == "Nothing matches “zzz”."
    press(ENTER)
    press(TAB)
    assert bench.box.kind is None and bench.replaced == []
    bench.box.field.clear()
    press(ENTER)
    write("qqqq")
    assert bench.rows() == [] and bench.box.foot.text() == "Nothing matches “qqqq”."
    press(ENTER)
    press(TAB)
    assert bench.replaced == [] and bench.box.field.text() == "qqqq"


def test_of_many_some_are_named(host: Host):
    graph = chain(*((f"act{index}", ReLU()) for index in range(1, 5)))
    assert Bench(host, graph.with_node(Node("fc", Linear(), (300, 0)))).rows()[0].detail == "act1, act2, act3, act4"
    graph = graph.with_node(Node("act5", ReLU(), (300, 76)))
    assert Bench(host, graph.with_node(Node("fc", Linear(), (300, 0)))).rows()[0].detail == "act1, act2, act3, act4…"


def test_where_there_is_one_kind_it_is_meant(host: Host):
    bench = Bench(host, chain(("act1", Sigmoid()), ("act2", Sigmoid())))
    assert bench.box.kind is not None and bench.box.kind.key == "Sigmoid"
    assert not bench.box.other.isVisible(), "there are no others"
    write("relu")
    press(DOWN)
    press(BACKTAB)
    assert bench.box.kind is not None and bench.box.list.currentIndex().row() == 0, "Shift+Tab steps up"


@pytest.mark.parametrize("how", ["key", "button"])
def test_other_layers_are_asked_for(host: Host, how: str):
    bench = Bench(host, network(), kind="Sigmoid")
    assert bench.box.other.isVisible() and bench.box.other.text() == "Other layers"
    write("relu")
    if how == "key":
        press(BACKTAB)
    else:
        QTest.mouseClick(bench.box.other, Qt.MouseButton.LeftButton)
    assert bench.box.kind is None and bench.box.field.text() == "" and bench.box.field.hasFocus()
    assert len(bench.rows()) == 4 and not bench.box.other.isVisible()
    bench.mark("Linear")
    press(ENTER)
    assert bench.box.kind is not None and bench.box.kind.key == "Linear"


# -- by what ----------------------------------------------------------------------------------------------------------


def test_what_is_alike_and_fits_is_offered_first_and_neither_itself_nor_inputs(host: Host):
    rows = Bench(host, network(), kind="Sigmoid").rows()
    titles = [row.title for row in rows]
    assert "Sigmoid" not in titles and "Input" not in titles and "ReLU" in titles
    alike = [row.category == "activation" and not row.dim for row in rows]
    assert alike[0] and sorted(alike, reverse=True) == alike, "first those of its category"
    assert [row.dim for row in rows] == sorted(row.dim for row in rows), "last what does not fit"
    assert {row.right for row in rows if row.category == "activation" and row.title == "ReLU"} == {"6×28×28"}


@pytest.mark.parametrize(("text", "first"), [
    ("conv 12 7x7", Conv2d(out_channels=12, kernel_size=7, padding=2)), ("conv out_channels=7", Conv2d(
        out_channels=7, kernel_size=5, padding=2)),
])
def test_typed_values_make_the_layer_and_the_rest_stays(host: Host, text: str, first: Layer):
    bench = Bench(host, network(), kind="Conv2d")
    write(text)
    press(ENTER)
    [(graph, names, words)] = bench.replaced
    assert words == "Conv 2d" and len(names) == 1
    assert graph.nodes[names[0]].layer == first and not bench.box.isVisible() and host.hasFocus()


def test_a_name_alone_is_offered_once_and_two_layers_not_at_all(host: Host):
    bench = Bench(host, network(), kind="Sigmoid")
    write("gelu")
    assert [row.title for row in bench.rows()].count("GELU") == 1
    bench.box.field.setText("dropout 0.3")
    assert bench.rows()[0].title == "Dropout" and "0.3" in bench.rows()[0].detail
    bench.box.field.setText("conv 3 3x3, relu")
    assert not any(row.right == "3" for row in bench.rows())
    press(ENTER)
    assert all(len(graph.nodes) == len(network().nodes) for graph, _names, _words in bench.replaced)


def test_an_own_block_is_offered_made_and_not_written_out(host: Host):
    bench = Bench(host, network(), kind="Sigmoid", own=[("own:Stem", "Stem")])
    write("stem")
    assert next(row.title for row in bench.rows()) == "Stem"
    press(TAB)
    assert bench.box.field.text() == "stem"
    press(ENTER)
    graph, names, _words = bench.replaced[0]
    assert [type(graph.nodes[name].layer) for name in names] == [GELU, GELU], "what its key stands for"


def test_tab_writes_the_marked_name_for_its_values_to_follow(host: Host):
    bench = Bench(host, network(), kind="Sigmoid")
    write("dropo")
    press(TAB)
    assert bench.box.field.text() == "Dropout "


# -- seen before it is done -------------------------------------------------------------------------------------------


def test_what_is_marked_is_shown_and_told_and_taken_back(host: Host, qtbot: QtBot):
    bench = Bench(host, network(), kind="Sigmoid")
    qtbot.waitUntil(lambda: bench.previews == [None])
    bench.mark("ReLU")
    bench.says(qtbot, "Enter replaces act1, act2")
    shown = bench.previews[-1]
    assert shown is not None and [type(shown.nodes[name].layer) for name in ("act1", "act2")] == [ReLU, ReLU]
    count = len(bench.previews)
    bench.box.tell_again()
    qtbot.waitUntil(lambda: len(bench.previews) == count + 1)
    assert bench.previews[-1] == shown
    press(ESC)
    assert bench.previews[-1] is None and bench.replaced == [] and host.hasFocus()
    count = len(bench.previews)
    qtbot.wait(60)
    assert len(bench.previews) == count, "nothing comes after it"


def test_what_would_be_wrong_then_is_said_and_what_is_wrong_now_is_not(host: Host, qtbot: QtBot):
    graph = network().with_node(Node("alone", Linear(), (300, 0))).with_edge(Edge("input", "alone"))
    assert analyze(graph, SHAPE).faults
    bench = Bench(host, graph, kind="Sigmoid")
    write("tanh")
    bench.says(qtbot, "Enter replaces act1, act2")
    bench.box.field.clear()
    write("flatten")
    bench.says(qtbot, "Enter replaces act1, act2")
    bench = Bench(host, network(), kind="Flatten")
    write("relu")
    bench.says(qtbot, "Enter replaces flat\n! fc1: Linear expects a flat input, got 6×28×28")
    graph = network().with_node(Node("fc2", Linear(), (300, 0))).with_edge(Edge("flat", "fc2"))
    bench = Bench(host, graph, kind="Flatten")
    write("relu")
    bench.says(qtbot, "Enter replaces flat\n! fc1: Linear expects a flat input, got 6×28×28 (and 1 more)")


def test_what_changes_nothing_is_not_done(host: Host, qtbot: QtBot):
    bench = Bench(host, network(), kind="Conv2d")
    write("conv k5")
    bench.says(qtbot, "They are that already")
    press(ENTER)
    assert bench.replaced == [] and bench.box.isVisible()


# -- inside blocks ----------------------------------------------------------------------------------------------------


def test_also_inside_blocks_or_not(host: Host, qtbot: QtBot):
    graph, block = with_block()
    bench = Bench(host, graph)
    details = {row.title: (row.detail, row.right) for row in bench.rows()}
    assert details["Conv 2d"] == ("conv1 · 1 inside a block", "×2")
    assert details["Sigmoid"] == ("1 inside a block", "×1") and details["Stem"] == (block, "×1")
    press(ENTER)
    box = bench.box
    assert "Replace 2 × Conv 2d with" in texts(box)
    assert box.inside.isVisible() and box.inside.isEnabled() and box.inside.isChecked()
    assert box.inside.text() == "&Also inside blocks: 1"
    write("depthwise")
    bench.says(qtbot, "Enter replaces conv1, 1 inside a block")
    press(Qt.Key.Key_A, ALT)
    assert not box.inside.isChecked() and box.field.hasFocus() and box.field.text() == "depthwise"
    bench.says(qtbot, "Enter replaces conv1")
    press(ENTER)
    made = bench.replaced[0][0]
    assert made.nodes[block].layer == graph.nodes[block].layer
    assert [node.layer.kind() for node in made.nodes.values()].count("DepthwiseConv2d") == 1


def test_what_is_only_inside_blocks(host: Host, qtbot: QtBot):
    graph, block = with_block()
    bench = Bench(host, graph, kind="Sigmoid")
    assert bench.box.inside.isVisible() and bench.box.inside.isChecked() and not bench.box.inside.isEnabled()
    press(Qt.Key.Key_A, ALT)
    assert bench.box.inside.isChecked()
    write("gelu")
    assert bench.rows()[0].right == "", "nothing is known of what comes to it"
    bench.says(qtbot, "Enter replaces 1 inside a block")
    press(ENTER)
    inside = bench.replaced[0][0].nodes[block].layer.own_graph
    assert [node.layer.kind() for node in inside.nodes.values()].count("GELU") == 1
    twice = make_block(chain(("act1", Sigmoid()), ("act2", Sigmoid()), ("conv1", Conv2d())), ["act1", "act2"], "Two")[0]
    assert [row.detail for row in Bench(host, twice).rows() if row.title == "Sigmoid"] == ["2 inside blocks"]
    bench = Bench(host, graph, kind="Conv2d")
    press(BACKTAB)
    assert not bench.box.inside.isVisible()


# -- room and keys ----------------------------------------------------------------------------------------------------


def test_whatever_it_says_has_room_and_no_more(host: Host, qtbot: QtBot):
    graph = network().with_node(Node("fc2", Linear(), (300, 0))).with_edge(Edge("flat", "fc2"))
    bench = Bench(host, graph)
    assert is_as_high_as_it_need_be(bench.box)
    heights = {bench.box.height()}
    for text in ("zzz", "flat"):
        bench.box.field.setText(text)
        assert is_as_high_as_it_need_be(bench.box), text
        heights.add(bench.box.height())
    press(ENTER)
    assert is_as_high_as_it_need_be(bench.box) and bench.box.width() == 400
    for text in ("zzz", "sigm", "relu", ""):
        bench.box.field.setText(text)
        assert is_as_high_as_it_need_be(bench.box), text
        heights.add(bench.box.height())
    bench.box.field.setText("relu")
    bench.says(qtbot, "Enter replaces flat\n! fc1: Linear expects a flat input, got 6×28×28 (and 1 more)")
    assert is_as_high_as_it_need_be(bench.box) and len(heights) > 3


def test_its_parts_from_above_to_below(host: Host):
    graph, _block = with_block()
    bench = Bench(host, graph, kind="Conv2d")
    box = bench.box
    parts = [box.heading, box.field, box.list, box.inside_row, box.foot]
    tops = [part.geometry().top() for part in parts]
    assert tops == sorted(set(tops))
    assert box.heading.geometry().right() < box.other.geometry().left()
    assert box.other.geometry().right() > box.width() - 14
    assert box.other.width() == box.other.sizeHint().width()
    assert box.list.accessibleName() == "Layers"


def test_the_keyboard_stays_in_the_line_whatever_is_clicked(host: Host):
    graph, _block = with_block()
    bench = Bench(host, graph, kind="Conv2d")
    QTest.mouseClick(bench.box.inside, Qt.MouseButton.LeftButton, pos=QPoint(8, bench.box.inside.height() // 2))
    assert not bench.box.inside.isChecked() and bench.box.field.hasFocus()
    QTest.mouseClick(bench.box.other, Qt.MouseButton.LeftButton)
    assert bench.box.kind is None and bench.box.field.hasFocus()


def test_another_switch_shows_another_graph(host: Host, qtbot: QtBot):
    graph, block = with_block()
    bench = Bench(host, graph, kind="Conv2d")
    write("depthwise")
    bench.says(qtbot, "Enter replaces conv1, 1 inside a block")
    inside = bench.previews[-1].nodes[block].layer
    assert inside != graph.nodes[block].layer
    bench.box.inside.click()
    bench.says(qtbot, "Enter replaces conv1")
    assert bench.previews[-1].nodes[block].layer == graph.nodes[block].layer
    bench.box.inside.click()
    press(BACKTAB)
    write("conv")
    press(ENTER)
    assert bench.box.inside.isChecked(), "each time it begins with all of them"


def test_a_click_goes_on_and_replaces(host: Host):
    bench = Bench(host, network())

    def click(title: str) -> None:
        view = bench.box.list
        row = [row.title for row in view.rows].index(title)
        view.scrollTo(view.model().index(row, 0))
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(
            view.model().index(row, 0)).center())

    click("Sigmoid")
    assert bench.box.kind is not None and bench.box.kind.key == "Sigmoid"
    click("ReLU")
    [(graph, names, words)] = bench.replaced
    assert words == "Sigmoid" and [type(graph.nodes[name].layer) for name in names] == [ReLU, ReLU]
    assert bench.previews[-1] is None and not bench.box.isVisible()


def test_in_a_selection_only_that_is_replaced(host: Host):
    bench = Bench(host, network(), within=("act2", "fc1"))
    bench.mark("Sigmoid")
    press(ENTER)
    write("relu")
    press(ENTER)
    graph = bench.replaced[0][0]
    assert [type(node.layer) for name, node in graph.nodes.items() if name == "act1"] == [Sigmoid]
    assert sum(isinstance(node.layer, ReLU) for node in graph.nodes.values()) == 1


def test_names_stay_while_one_looks_and_are_new_when_it_is_done(host: Host, qtbot: QtBot):
    bench = Bench(host, network(), kind="Sigmoid")
    write("relu")
    qtbot.waitUntil(lambda: bench.previews[-1:] != [None] and len(bench.previews) > 0)
    assert {"act1", "act2"} <= set(bench.previews[-1].nodes)
    press(ENTER)
    assert all(isinstance(bench.layer(name), ReLU) for name in bench.replaced[0][1])


def test_without_a_shape_everything_fits(host: Host):
    graph = Graph.of([Node("act1", Sigmoid()), Node("act2", Sigmoid(), (0, 76))], [Edge("act1", "act2")])
    bench = Bench(host, graph, kind="Sigmoid")
    assert bench.rows() and not any(row.dim or row.right for row in bench.rows())
    write("dropout 0.3")
    assert not bench.rows()[0].dim
    press(ENTER)
    assert len(bench.replaced) == 1
