"""The search at the cursor: typed into with real keys, over a plain widget that stands for the canvas."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextDocumentFragment
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from engine.analysis.analysis import analyze
from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten
from engine.line.placing import Spot
from tests.seen import colors
from tests.widgets.find.host import Host, is_as_high_as_it_need_be
from widgets.find.pick_box import PickBox
from widgets.find.search_box import Place, SearchBox
from widgets.look import theme
from widgets.parts.popup import EDGE
from widgets.parts.row_list import Row

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
SHAPE = (1, 28, 28)
ALT = Qt.KeyboardModifier.AltModifier


def network() -> Graph:
    names = {"input": Input(), "conv1": Conv2d(out_channels=6, kernel_size=5, padding=2), "act1": ReLU()}
    nodes = [Node(name, layer, (0.0, 76.0 * row)) for row, (name, layer) in enumerate(names.items())]
    return Graph.of(nodes, [Edge("input", "conv1"), Edge("conv1", "act1")])


class Bench:
    """A box that is open, and what it asked for."""

    def __init__(self, host: Host, spot: Spot, graph: Graph | None = None, own=(),
                 corner: tuple[int, int] = (300, 100)) -> None:
        graph = network() if graph is None else graph
        self.added: list = []
        self.previews: list = []
        self.box = SearchBox(host, Place(graph, analyze(graph, SHAPE), spot, SHAPE, own, lambda kind: Flatten()))
        self.box.added.connect(lambda graph, names, text: self.added.append((graph, names)))
        self.box.previewed.connect(self.previews.append)
        self.box.open_at(QPoint(*corner))

    def type(self, text: str) -> None:
        QTest.keyClicks(self.box.field, text)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.box.field, key, modifiers)

    def titles(self) -> list[str]:
        return [row.title for row in self.box.list.rows]

    @property
    def layers(self) -> list:
        graph, names = self.added[-1]
        return [graph.nodes[name].layer for name in names]


def test_typing_marks_the_best_and_enter_adds_it_wired(host: Host):
    bench = Bench(host, Spot(after=("act1",)))
    assert bench.box.field.hasFocus()
    bench.type("flatten")
    assert bench.titles()[0] == "Flatten" and bench.box.list.current().right == "4704"
    bench.key(Qt.Key.Key_Return)
    graph, names = bench.added[0]
    assert graph.inputs[names[0]] == (Edge("act1", names[0]),) and isinstance(bench.layers[0], Flatten)
    assert host.hasFocus() and not bench.box.isVisible()


def test_alt_enter_adds_it_without_wires(host: Host):
    bench = Bench(host, Spot((411, 12), after=("act1",)))
    bench.type("relu")
    bench.key(Qt.Key.Key_Return, ALT)
    graph, (name,) = bench.added[0]
    assert not graph.inputs[name] and graph.nodes[name].position == (411, 12)


def test_an_empty_search_offers_what_usually_follows(host: Host):
    bench = Bench(host, Spot(after=("conv1",)))
    assert {"ReLU", "Batch norm 2d"} & set(bench.titles()[:4])


@pytest.mark.parametrize("typed", ["downsample", "下采样"])
def test_by_meaning_pooling_and_a_strided_convolution_are_found(host: Host, typed: str):
    bench = Bench(host, Spot(after=("act1",)))
    bench.box.field.setText(typed)
    assert "Max pool 2d" in bench.titles() or "Max pool" in bench.titles()
    strided = next(row for row in bench.box.list.rows if row.detail.startswith("nn.Conv2d"))
    bench.box.choose(strided, Qt.KeyboardModifier.NoModifier)
    graph, (name,) = bench.added[0]
    assert isinstance(graph.nodes[name].layer, Conv2d) and graph.nodes[name].layer.stride == 2


def test_what_does_not_fit_the_wire_is_grey_with_a_sign_and_can_still_be_added(host: Host):
    graph = network().with_node(Node("flat", Flatten(), (0, 300))).with_edge(Edge("act1", "flat"))
    bench = Bench(host, Spot(after=("flat",)), graph)
    bench.type("conv2d")
    row = bench.box.list.current()
    assert row.dim and row.sign == "≠" and "4704" in row.tip and row.tip in row.spoken
    bench.key(Qt.Key.Key_Return)
    assert isinstance(bench.layers[0], Conv2d)


def test_the_arrows_and_pages_move_the_mark_and_go_round(host: Host):
    bench = Bench(host, Spot(after=("act1",)))
    bench.type("pool")
    first, count = bench.box.list.current(), len(bench.titles())
    bench.key(Qt.Key.Key_Down)
    assert bench.box.list.currentIndex().row() == 1
    bench.key(Qt.Key.Key_Up)
    bench.key(Qt.Key.Key_Up)
    assert bench.box.list.currentIndex().row() == count - 1
    bench.key(Qt.Key.Key_Down)
    assert bench.box.list.current() == first
    bench.key(Qt.Key.Key_PageDown)
    assert bench.box.list.currentIndex().row() == min(count - 1, 8)
    bench.key(Qt.Key.Key_PageUp)
    assert bench.box.list.currentIndex().row() == 0


def test_a_line_shows_each_shape_and_adds_the_chain(host: Host):
    bench = Bench(host, Spot(after=("act1",)))
    bench.type("conv 16 5x5, bn, relu, maxpool 2, flatten, linear 10")
    rows = bench.box.chain.rows
    assert [row.right for row in rows] == [
        "→ 16×24×24", "→ 16×24×24", "→ 16×24×24", "→ 16×12×12", "→ 2304", "→ 10"]
    params = 16 * 6 * 25 + 16 + 32 + 2304 * 10 + 10
    assert f"{params:,}".replace(",", "\u202f") in bench.box.foot.text() or f"{params:,}".replace(
        ",", " ") in bench.box.foot.text().replace("\u202f", " ").replace("\xa0", " ")
    bench.key(Qt.Key.Key_Return)
    graph, names = bench.added[0]
    assert len(names) == 6 and analyze(graph, SHAPE).output_shape == (10,)


def test_a_line_that_does_not_fit_says_so_at_its_layer(host: Host):
    bench = Bench(host, Spot(after=("act1",)))
    bench.type("flatten, conv 8 3x3")
    row = bench.box.chain.rows[1]
    assert row.sign == "!" and row.tone == "error" and row.right


def test_an_error_is_shown_with_its_place_and_nothing_is_added(host: Host):
    bench = Bench(host, Spot(after=("act1",)))
    bench.type("conv 16, qwxz 3, relu")
    assert bench.box.error.isVisible() and "qwxz" in bench.box.error.text()
    assert "underline" in bench.box.error.text()
    bench.key(Qt.Key.Key_Return)
    assert bench.added == [] and bench.box.isVisible()


def test_tab_completes_the_name_and_then_an_option(host: Host):
    bench = Bench(host, Spot(after=("act1",)))
    bench.type("relu, maxp")
    assert bench.titles()
    bench.key(Qt.Key.Key_Tab)
    assert bench.box.field.text() == "relu, maxpool" or bench.box.field.text().startswith("relu, maxpool")
    bench.box.field.setText("")
    bench.type("conv2d")
    bench.key(Qt.Key.Key_Tab)
    assert bench.box.field.text() == "Conv2d " and any("stride" in title.lower() for title in bench.titles())
    bench.key(Qt.Key.Key_Down)
    bench.key(Qt.Key.Key_Return)
    assert bench.box.isVisible() and bench.box.field.text().startswith("Conv2d ") and bench.added == []


def test_values_make_a_line_of_one_layer(host: Host):
    bench = Bench(host, Spot(after=("act1",)))
    bench.type("conv 12 3x3 s2")
    bench.key(Qt.Key.Key_Return)
    assert (bench.layers[0].out_channels, bench.layers[0].stride) == (12, 2)


def test_own_blocks_are_found(host: Host):
    bench = Bench(host, Spot(after=("act1",)), own=[("own:Stem", "Stem")])
    bench.type("stem")
    assert bench.titles()[0] == "Stem"
    bench.key(Qt.Key.Key_Return)
    assert isinstance(bench.layers[0], Flatten), "what the maker makes of the kind"


def test_what_enter_would_do_is_previewed_and_taken_back(host: Host, qtbot: QtBot):
    bench = Bench(host, Spot(after=("act1",)))
    bench.type("flatten")
    qtbot.waitUntil(lambda: any(bench.previews))
    assert any(type(node.layer) is Flatten for node in bench.previews[-1].nodes.values())
    bench.box.field.setText("flatten, linear 10")
    qtbot.waitUntil(lambda: len(bench.previews[-1].nodes) == 5)
    bench.key(Qt.Key.Key_Escape)
    assert bench.previews[-1] is None and bench.added == []


def test_escape_and_a_click_elsewhere_close_it(host: Host, qtbot: QtBot):
    bench = Bench(host, Spot())
    bench.key(Qt.Key.Key_Escape)
    assert not bench.box.isVisible() and host.hasFocus()
    other = QLineEdit(host)
    other.show()
    bench = Bench(host, Spot())
    with qtbot.waitSignal(bench.box.closed):
        QTest.mouseClick(other, Qt.MouseButton.LeftButton)
    assert other.hasFocus()


def test_keys_do_not_reach_what_lies_below(host: Host):
    bench = Bench(host, Spot())
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_Tab, Qt.Key.Key_F2, Qt.Key.Key_D, Qt.Key.Key_Home):
        bench.key(key)
    bench.key(Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert host.keys == []


@pytest.mark.parametrize("at", [(-50, -50), (880, 690), (300, 680), (899, 0)])
def test_it_stays_inside_while_it_grows(host: Host, at: tuple[int, int]):
    bench = Bench(host, Spot(after=("act1",)))
    bench.box.dismiss()
    bench = Bench(host, Spot(after=("act1",)), corner=at)
    for text in ("", "pool", "conv 8, relu, conv 8, relu, conv 8, relu, conv 8, relu, flatten, linear 10", "zzzzqq"):
        bench.box.field.setText(text)
        inside = host.rect().adjusted(EDGE, EDGE, -EDGE, -EDGE)
        assert inside.contains(bench.box.geometry()), text
    host.resize(500, 400)
    assert host.rect().contains(bench.box.geometry())


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("text", ["", "conv 8, relu, conv 8, relu, conv 8, relu, conv 8, flatten", "conv 8, foo 3"])
def test_in_a_small_window_the_list_gives_way_and_nothing_overlaps(host: Host, text: str):
    host.resize(500, 260)
    box = Bench(host, Spot(after=("act1",))).box
    box.field.setText(text)
    parts = [part.geometry() for part in (box.field, box.chain, box.error, box.heading, box.list, box.foot)
             if part.isVisible()]
    assert all(not a.intersects(b) for n, a in enumerate(parts) for b in parts[n + 1 :])
    assert all(box.rect().contains(part) for part in parts)
    for _ in range(9):
        QTest.keyClick(box.field, Qt.Key.Key_Down)
    assert box.list.current() is None or box.list.rect().contains(box.list.visualRect(box.list.currentIndex()))


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
def test_every_kind_of_row_is_painted(host: Host, look: theme.Theme):
    theme.apply(QApplication.instance(), look)
    bench = Bench(host, Spot(after=("act1",)))
    rows = bench.box.list
    found = {}
    for text in ("", "conv", "batchnorm1d"):
        bench.box.field.setText(text)
        for number, row in enumerate(rows.rows[:5]):
            index = rows.model().index(number, 0)
            painted = colors(rows.viewport(), rows.visualRect(index))
            assert index.data(Qt.ItemDataRole.AccessibleTextRole)
            assert (look.accent in painted) is (number == 0), "the first is marked"
            found.setdefault(row.dim, []).append(theme.category_color(row.category).name() in painted)
    assert set(found[False]) == {True} and set(found[True]) == {False}, "the strip of what does not fit is pale"
    for text in ("flatten, conv 8", "conv 8, nope 1", "zzzzqq"):
        bench.box.field.setText(text)
        assert look.text in colors(bench.box)
    assert rows.rows == [] or not rows.isVisible()


# -- picking from rows ------------------------------------------------------------------------------------------------


def test_a_row_is_picked_with_enter_and_a_dim_one_is_not(host: Host):
    rows = [Row("a", "Align left"), Row("b", "Bypass", dim=True, tip="Open a network first"), Row("c", "Close")]
    box, picked = PickBox(host, "Commands", "Type", rows), []
    box.picked.connect(lambda row: picked.append(row.key))
    box.open_in_the_middle()
    QTest.keyClicks(box.field, "byp")
    assert box.foot.text() == "Open a network first"
    QTest.keyClick(box.field, Qt.Key.Key_Return)
    assert picked == [] and box.isVisible()
    box.field.setText("")
    QTest.keyClick(box.field, Qt.Key.Key_Down)
    QTest.keyClick(box.field, Qt.Key.Key_Down)
    QTest.keyClick(box.field, Qt.Key.Key_Return)
    assert picked == ["c"] and host.hasFocus()


# -- room and manners -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [
    "", "pool", "conv 8, relu", "conv 8, foo 3", "conv 8, relu, ", "zzzzqq", "conv 8 3x3",
])
def test_whatever_it_shows_has_room_and_no_more(host: Host, text: str):
    box = Bench(host, Spot(after=("act1",))).box
    for each in ("conv 8, relu, relu", text):
        box.field.setText(each)
        assert is_as_high_as_it_need_be(box)
    assert box.width() == 460


def test_its_parts_from_above_to_below(host: Host):
    box = Bench(host, Spot(after=("act1",))).box
    box.field.setText("conv 8, relu, ma")
    parts = [box.field, box.chain, box.error, box.heading, box.list, box.foot]
    assert [part.isVisible() for part in parts] == [True] * 6
    tops = [part.geometry().top() for part in parts]
    assert tops == sorted(set(tops))


def test_a_long_line_with_an_error_wraps(host: Host):
    box = Bench(host, Spot(after=("act1",))).box
    box.field.setText("conv 16 5x5, batchnorm, relu, maxpool 2, conv 32 5x5, batchnorm, relu, maxpool 2, qwxz 3")
    QApplication.processEvents()
    assert box.error.height() > 3 * box.error.fontMetrics().height() and box.width() == 460
    assert box.rect().contains(box.error.geometry()) and box.error.textFormat() == Qt.TextFormat.RichText


def test_of_a_long_chain_the_end_is_seen_and_none_of_it_is_chosen(host: Host):
    box = Bench(host, Spot(after=("act1",))).box
    box.field.setText(", ".join(["relu"] * 14))
    QApplication.processEvents()
    view = box.chain
    last = view.model().index(13, 0)
    assert view.viewport().rect().contains(view.visualRect(last).center())
    assert not view.viewport().rect().intersects(view.visualRect(view.model().index(0, 0)))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(last).center())
    assert view.selectedIndexes() == [] and box.isVisible()


@pytest.mark.parametrize(("text", "marked"), [
    ("conv 16, qwxz 3, relu", "qwxz"), ("qwxz, relu", "qwxz"), ("relu, conv 3 padding=", None), ("relu, <b> 3", "<b>"),
])
def test_the_place_of_an_error_is_underlined(host: Host, text: str, marked: str | None):
    box = Bench(host, Spot(after=("act1",))).box
    box.field.setText(text)
    line, _, said = box.error.text().partition("</div>")
    shown = QTextDocumentFragment.fromHtml(line).toPlainText()
    assert shown.rstrip("▯") == text and said
    under = re.search(r"underline'>(.*?)</span>", line)
    assert under is not None and under[1]
    if marked is not None:
        assert QTextDocumentFragment.fromHtml(under[1]).toPlainText() == marked
    assert theme.current().error in line and theme.current().error in said


def test_a_digit_in_a_name_is_no_value(host: Host):
    bench = Bench(host, Spot(after=("act1",)))
    bench.type("relu6")
    assert bench.titles()[0] == "ReLU6" and not bench.box.chain.isVisible()
    bench.box.field.setText("relu6 ")
    assert bench.box.chain.isVisible() and [row.title for row in bench.box.chain.rows] == ["ReLU6"]
    bench.box.field.setText("dropout 0.3")
    assert bench.box.chain.isVisible()
    bench.key(Qt.Key.Key_Return)
    assert bench.layers[0].p == 0.3


def test_alt_enter_adds_a_line_without_wires_to_the_rest(host: Host):
    bench = Bench(host, Spot((411, 12), after=("act1",)))
    bench.type("relu, relu")
    bench.key(Qt.Key.Key_Return, ALT)
    graph, names = bench.added[0]
    assert len(names) == 2 and not graph.inputs[names[0]]
    assert graph.inputs[names[1]] == (Edge(names[0], names[1]),)


def test_more_than_a_few_completions_are_not_offered_and_none_that_stands_already(host: Host):
    bench = Bench(host, Spot(after=("act1",)))
    bench.box.field.setText("relu, c")
    assert 1 <= len(bench.titles()) <= 5
    bench.box.field.setText("relu, relu")
    assert "relu" not in bench.titles()
    assert bench.box.heading.isVisible() == bool(bench.titles())


def test_nothing_is_previewed_where_nothing_can_be_put(host: Host, qtbot: QtBot):
    bench = Bench(host, Spot(after=("act1",)))
    bench.type("relu")
    qtbot.waitUntil(lambda: bool(bench.previews) and bench.previews[-1] is not None)
    bench.box.field.setText("zzzqq")
    qtbot.waitUntil(lambda: bench.previews[-1] is None)
    assert bench.added == []


def test_what_is_added_is_taken_off_the_canvas_first(host: Host):
    bench = Bench(host, Spot(after=("act1",)))
    order: list[str] = []
    bench.box.previewed.connect(lambda graph: order.append("preview" if graph else "nothing"))
    bench.box.added.connect(lambda *_: order.append("open" if bench.box.isVisible() else "added"))
    bench.type("relu")
    bench.key(Qt.Key.Key_Return)
    assert order[-1] == "added" and "nothing" in order and "open" not in order
