"""“Find repeated parts…” over a plain widget: its rows, its words, and the block that Enter makes."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from engine.blocks.custom import Custom
from engine.blocks.repeats import Repeat, repeated
from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU, Sigmoid
from engine.layers.base import Layer
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from engine.layers.regularization import Dropout
from tests.seen import texts
from tests.widgets.find.host import Host, is_as_high_as_it_need_be, press, write
from widgets.find.repeats_box import LONGEST_NAME, RepeatsBox, default_label

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def rows_of(*parts: tuple[int, list[Layer]]) -> Graph:
    """Each part so many times, one after the other."""
    layers = [Input(shape=(8,)), *(layer for count, part in parts for layer in part * count)]
    nodes = [Node(f"n{row}", layer, (0.0, 76.0 * row)) for row, layer in enumerate(layers)]
    return Graph.of(nodes, [Edge(a.name, b.name) for a, b in itertools.pairwise(nodes)])


DENSE: list[Layer] = [Linear(out_features=8), ReLU()]
LONG: list[Layer] = [Linear(out_features=8), Sigmoid(), Dropout(), Linear(out_features=8), Sigmoid(), ReLU()]


class Bench:
    """A box that is open, and what it asked for."""

    def __init__(self, host: Host, graph: Graph) -> None:
        self.repeats = repeated(graph)
        self.chosen: list[tuple[Repeat, str]] = []
        self.marked: list[Repeat | None] = []
        self.box = RepeatsBox(host, graph, self.repeats)
        self.box.chosen.connect(lambda *chosen: self.chosen.append(chosen))
        self.box.marked.connect(self.marked.append)
        self.box.open_at(QPoint(100, 60))


def test_what_is_there_several_times_and_what_it_would_be(host: Host):
    bench = Bench(host, rows_of((3, DENSE)))
    [row] = bench.box.list.rows
    assert (row.title, row.detail, row.right, row.category) == ("linear, relu ×3", "n1 – n6", "6 layers → 1", "linear")
    assert "1 repeated part" in texts(bench.box)
    assert bench.box.foot.text() == (
        "Enter makes one block ×3. The numbers stay the same; its layers and their weights get other names, so weights "
        "saved before do not fit any more.")
    assert bench.box.rect().contains(bench.box.foot.geometry())
    assert bench.box.field.placeholderText() == "Name of the block: Linear relu"
    assert bench.box.field.maxLength() == LONGEST_NAME
    names = [part.accessibleName() for part in (bench.box, bench.box.list, bench.box.field)]
    assert names == ["Repeated parts", "Repeated parts", "Name of the block"]


def test_a_long_part_is_named_by_its_first_layers(host: Host):
    bench = Bench(host, rows_of((2, LONG)))
    [row] = bench.box.list.rows
    assert row.title == "linear, sigmoid, dropout, linear, sigmoid and 1 more ×2"
    assert bench.box.field.placeholderText() == "Name of the block: Linear block"
    bench = Bench(host, rows_of((2, LONG[1:])))
    assert bench.box.list.rows[0].title == "sigmoid, dropout, linear, sigmoid, relu ×2"
    bench = Bench(host, rows_of((2, LONG[:3])))
    assert bench.box.field.placeholderText() == "Name of the block: Linear sigmoid dropout"


@pytest.mark.parametrize(("typed", "label"), [("", "Sigmoid dropout"), ("  ", "Sigmoid dropout"), (" Step ", "Step")])
def test_enter_makes_the_marked_one_a_block(host: Host, typed: str, label: str):
    bench = Bench(host, rows_of((4, DENSE), (2, [Sigmoid(), Dropout()])))
    assert "2 repeated parts" in texts(bench.box) and bench.box.repeat() == bench.repeats[0]
    press(Qt.Key.Key_Down)
    assert bench.marked[-1] == bench.box.repeat() == bench.repeats[1]
    assert bench.box.field.placeholderText() == "Name of the block: Sigmoid dropout" and "×2" in bench.box.foot.text()
    bench.box.tell_again()
    assert bench.marked[-2:] == [bench.repeats[1]] * 2
    write(typed)
    press(Qt.Key.Key_Return)
    assert bench.chosen == [(bench.repeats[1], label)] and not bench.box.isVisible() and host.hasFocus()


def test_tab_writes_the_usual_name_and_leaves_a_typed_one(host: Host):
    bench = Bench(host, rows_of((3, DENSE)))
    press(Qt.Key.Key_Tab)
    assert bench.box.field.text() == "Linear relu"
    bench.box.field.setText("Step")
    press(Qt.Key.Key_Tab)
    assert bench.box.field.text() == "Step"
    press(Qt.Key.Key_Escape)
    assert bench.chosen == [] and not bench.box.isVisible()


def test_there_is_room_for_what_it_says_of_each_part(host: Host):
    bench = Bench(host, rows_of((4, DENSE), (2, [Sigmoid(), Dropout()])))
    assert is_as_high_as_it_need_be(bench.box)
    low = bench.box.height()
    bench.box.foot.setText("")
    press(Qt.Key.Key_Down)
    assert bench.box.height() == low and is_as_high_as_it_need_be(bench.box)
    heading = bench.box.heading.geometry()
    assert heading.bottom() < bench.box.field.geometry().top()
    assert bench.box.heading.text() == "2 repeated parts" and bench.box.width() == 400


def test_a_click_makes_the_part_that_is_clicked_a_block(host: Host):
    bench = Bench(host, rows_of((4, DENSE), (2, [Sigmoid(), Dropout()])))
    place = bench.box.list.visualRect(bench.box.list.model().index(1, 0)).center()
    QTest.mouseClick(bench.box.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert bench.chosen == [(bench.repeats[1], "Sigmoid dropout")] and not bench.box.isVisible()
    bench.box.choose(None, Qt.KeyboardModifier.NoModifier)
    assert len(bench.chosen) == 1


def test_own_blocks_are_named_by_their_label(host: Host):
    own = Custom(label="Stem", graph=Graph.of([Node("input", Input()), Node("fc", Linear())], [Edge("input", "fc")]))
    bench = Bench(host, rows_of((3, [own, ReLU()])))
    assert bench.box.list.rows[0].title == "stem, relu ×3" and bench.box.label(bench.repeats[0]) == "Stem relu"


def test_without_parts_nothing_is_asked_for(host: Host):
    bench = Bench(host, rows_of((1, DENSE)))
    assert bench.repeats == () or bench.repeats == []
    assert bench.box.repeat() is None and bench.box.list.rows == []
    for key in (Qt.Key.Key_Tab, Qt.Key.Key_Return):
        press(key)
    assert bench.chosen == [] and bench.box.field.text() == ""
    bench.box.tell_again()
    assert bench.marked[-1] is None


@pytest.mark.parametrize(("words", "label"), [
    (["conv"], "Conv"), (["conv", "relu", "pool"], "Conv relu pool"), (["a", "b", "c", "d"], "A block"),
])
def test_the_usual_name_is_made_of_few_words(words: list[str], label: str):
    assert default_label(words, "block") == label
