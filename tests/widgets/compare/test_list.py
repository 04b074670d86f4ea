"""The list of differences: what it says, how it reads, and where it leads."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from engine.blocks.custom import Custom
from engine.compare.compare import compare
from engine.compare.union import union
from engine.experiment.experiment import Experiment
from engine.experiment.notes import Notes
from engine.graph.frames import Frame
from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU, Sigmoid
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from tests.in_front import in_front
from tests.painted import Mark, of, painted
from tests.widgets.compare.desk import after, before, chain, experiments
from widgets.compare.list import ENTRY, CompareList, Entry, entries
from widgets.look import theme

LEFT = Qt.MouseButton.LeftButton
Keys = Qt.Key


def network(block: Custom, name: str = "block") -> Graph:
    return Graph.of([Node("input", Input()), Node(name, block)], [Edge("input", name)])


def listed(before: Graph | Experiment, after: Graph | Experiment) -> list[Entry]:
    found = compare(before, after)
    return entries(found, union(found))


def said(before: Graph | Experiment, after: Graph | Experiment) -> list[tuple[str, str, str]]:
    return [(entry.kind, entry.title, entry.detail) for entry in listed(before, after) if entry.kind != "head"]


def own(label: str, inside: Graph) -> Custom:
    return Custom(label=label, graph=inside)


INSIDE = Graph.of([Node("input", Input()), Node("act", ReLU())], [Edge("input", "act")])


def test_a_block_that_is_called_otherwise_is_no_card_that_is() -> None:
    one = network(own("Stem", INSIDE))
    assert said(one, network(own("Trunk", INSIDE))) == [("row", "block", "Name Stem → Trunk")]
    assert said(one, one.renamed("block", "stem")) == [("row", "block → stem", "Stem")]


def test_another_layer_is_told_by_what_it_was() -> None:
    one = network(own("Stem", INSIDE))
    other = network(own("Stem", INSIDE.with_layer("act", Sigmoid())))
    assert said(INSIDE, INSIDE.with_layer("act", Sigmoid())) == [("row", "act", "ReLU → Sigmoid")]
    assert said(one, other) == [("row", "block", "act · Layer ReLU → Sigmoid")]


def test_what_reads_as_before_is_called_changed() -> None:
    moved = INSIDE.moved({"act": (300.0, 0.0)})
    one, other = network(own("Stem", INSIDE)), network(own("Stem", moved))
    assert said(one, other) == [("row", "block", "Places inside changed")]


def whole(entry: Entry) -> tuple[object, ...]:
    return entry.kind, entry.change, entry.title, entry.detail, entry.target


def test_layers_and_wires_by_what_happened_to_them() -> None:
    assert [whole(entry) for entry in listed(before(), after())] == [
        ("head", "", "Changed layers", "2", None),
        ("row", "changed", "fc1", "Bias on → off", "fc1"),
        ("row", "changed", "fc2 → head", "Linear", "head"),
        ("head", "", "Added layers", "1", None),
        ("row", "added", "new", "Tanh", "new"),
        ("head", "", "Removed layers", "1", None),
        ("row", "removed", "gone", "Sigmoid", "−gone"),
        ("head", "", "Moved layers", "1", None),
        ("row", "moved", "act", "ReLU", "act"),
        ("head", "", "Wires", "5", None),
        ("row", "added", "act → new", "", Edge("act", "new")),
        ("row", "added", "new → head", "", Edge("new", "head")),
        ("row", "removed", "act → gone", "", Edge("act", "−gone")),
        ("row", "removed", "gone → head", "", Edge("−gone", "head")),
        ("row", "moved", "act → add", "input 2", Edge("act", "add", 1, ((200.0, 300.0),))),
    ]  # fmt: skip


def test_several_things_of_one_layer_stand_below_it() -> None:
    one = chain()
    other = one.with_layer("fc1", Linear(out_features=4, bias=False)).moved({"fc1": (400.0, 76.0)})
    assert [whole(entry) for entry in listed(one, other)] == [
        ("head", "", "Changed layers", "1", None),  # its fields are not counted
        ("row", "changed", "fc1", "Linear", "fc1"),
        ("field", "", "Outputs", "8 → 4", "fc1"),
        ("field", "", "Bias", "on → off", "fc1"),
        ("field", "", "Place", "moved", "fc1"),
    ]
    renamed = one.renamed("fc1", "hidden")
    renamed = replace(renamed, nodes=renamed.nodes | {"hidden": replace(renamed.nodes["hidden"], bypassed=True)})
    assert said(one, renamed) == [("row", "fc1 → hidden", "Linear"), ("field", "Bypassed", "off → on")]


def test_what_stands_beside_the_network_is_listed_too() -> None:
    first, second = experiments(replace(Experiment(chain()), about="old"), chain())
    second = replace(second, about="new", notes=Notes(look="Look."), graph=replace(chain(), frames=(Frame("Head"),)),
                     recipe=second.recipe.with_options(epochs=7), data=second.data.model_copy(update={"seed": 5}))
    first = replace(first, recipe=first.recipe.with_options(epochs=3), data=first.data.model_copy(update={"seed": 4}))
    found = listed(first, second)
    assert [(entry.kind, entry.title, entry.detail) for entry in found] == [
        ("head", "Data", "1"), ("row", "Split seed", "4 → 5"),
        ("head", "Recipe", "1"), ("row", "Epochs", "3 → 7"),
        ("head", "Comments", "1"), ("row", "Comment", "– → Head"),
        ("head", "Description", "2"), ("row", "About", "old → new"), ("row", "Notes", "changed"),
    ]  # fmt: skip
    assert {(entry.change, entry.target) for entry in found if entry.kind == "row"} == {("changed", None)}


def test_a_long_value_is_cut() -> None:
    first = replace(Experiment(chain()), about="x" * 80)
    assert said(first, replace(first, about="y" * 81)) == [("row", "About", "x" * 80 + " → " + "y" * 79 + "…")]


# -- the view -------------------------------------------------------------------------------------------------------


@pytest.fixture
def view(qtbot: QtBot) -> CompareList:
    view = CompareList()
    in_front(qtbot, view, 320, 600)
    view.show_entries(listed(before(), after()))
    view.setFocus()
    return view


def current(view: CompareList) -> str:
    entry = view.currentIndex().data(ENTRY)
    return entry.title if entry is not None else ""


def place(view: CompareList, title: str) -> QModelIndex:
    [row] = [row for row, entry in enumerate(view.entries) if entry.title == title]
    return view.model().index(row, 0)


def test_arrows_step_over_headings_and_enter_leads(view: CompareList, qtbot: QtBot) -> None:
    asked = []
    view.asked.connect(asked.append)
    passed = [current(view)]
    for _ in range(4):
        QTest.keyClick(view, Keys.Key_Down)
        passed.append(current(view))
    assert passed == ["fc1", "fc2 → head", "new", "gone", "act"]
    assert asked == []
    QTest.keyClick(view, Keys.Key_Return)
    QTest.keyClick(view, Keys.Key_Down)
    QTest.keyClick(view, Keys.Key_Enter)
    assert asked == ["act", Edge("act", "new")]
    QTest.keyClick(view, Keys.Key_Up)
    QTest.keyClick(view, Keys.Key_Space)
    assert asked == ["act", Edge("act", "new")]


def test_a_click_leads_to_a_row_and_a_heading_to_nothing(view: CompareList) -> None:
    asked = []
    view.asked.connect(asked.append)
    for title in ("Removed layers", "gone"):
        QTest.mouseClick(view.viewport(), LEFT, pos=view.visualRect(place(view, title)).center())
    assert asked == ["−gone"]
    view.show_entries([Entry("head", "Recipe", "1"), Entry("row", "Epochs", "3 → 7", "changed")])
    QTest.mouseClick(view.viewport(), LEFT, pos=view.visualRect(place(view, "Epochs")).center())
    assert asked == ["−gone"], "it is not in the picture"


def test_the_same_entries_leave_the_current_one(view: CompareList) -> None:
    view.setCurrentIndex(place(view, "gone"))
    view.show_entries(listed(before(), after()))
    assert current(view) == "gone"
    view.show_entries(listed(after(), before()))
    assert current(view) == "fc1"
    view.show_entries([])
    assert (view.model().rowCount(), current(view)) == (0, "")
    QTest.keyClick(view, Keys.Key_Return)


def test_what_is_selected_in_the_picture_is_marked(view: CompareList) -> None:
    view.mark("−gone")
    assert current(view) == "gone"
    view.mark(Edge("act", "new"))
    assert current(view) == "act → new"
    view.mark("loose")  # nothing differs there
    view.mark(None)
    assert current(view) == "act → new"
    view.show_entries([Entry("row", "fc1", target="fc1"), Entry("field", "Bias", target="fc1"), Entry("row", "act")])
    view.setCurrentIndex(place(view, "Bias"))
    view.mark("fc1")
    assert current(view) == "Bias", "it is of this layer already"


def test_what_the_mouse_and_a_screen_reader_are_told(view: CompareList) -> None:
    roles = Qt.ItemDataRole
    for title, told, spoken in (("fc1", "fc1: Bias on → off", "changed, fc1, Bias on → off"),
                                ("gone", "gone: Sigmoid", "removed, gone, Sigmoid"),
                                ("act → new", None, "added, act → new"),
                                ("act → add", "act → add: input 2", "moved, act → add, input 2"),
                                ("Wires", "Wires: 5", "Wires, 5")):
        index = place(view, title)
        assert index.data(roles.DisplayRole) == title
        assert (index.data(roles.ToolTipRole), index.data(roles.AccessibleTextRole)) == (told, spoken)
        assert index.data(roles.DecorationRole) is None
        assert bool(index.flags() & Qt.ItemFlag.ItemIsSelectable) == (title != "Wires")
    assert view.model().rowCount(view.model().index(0, 0)) == 0


def colors(view: CompareList, title: str, left: int, right: int) -> set[str]:
    """The colours in a part of a row."""
    QApplication.processEvents()
    box, image = view.visualRect(place(view, title)), view.viewport().grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(left, min(right, box.right())) for y in
            range(box.top(), box.bottom())}


def test_how_rows_look(view: CompareList) -> None:
    view.show_entries([
        Entry("head", "Changed layers", "1"), Entry("row", "fc1", "Linear", "changed", "fc1"),
        Entry("field", "Bias", "on → off", target="fc1"), Entry("head", "Added layers", "1"),
        Entry("row", "new", "Tanh", "added", "new"),
    ])  # fmt: skip
    tone = {name: QColor(theme.color(name)).name() for name in ("dim", "text", "accent", "ok", "raised")}
    heights = [view.visualRect(place(view, title)).height() for title in ("Changed layers", "fc1", "Bias")]
    assert heights[0] > heights[1] > heights[2]
    # the sign before a row, none before its fields and the headings
    assert tone["accent"] in colors(view, "fc1", 18, 32)
    assert tone["ok"] in colors(view, "new", 18, 32)
    assert len(colors(view, "Bias", 18, 32)) == 1
    # what it is at the left, what became of it at the right
    assert tone["text"] in colors(view, "new", 38, 80)
    assert tone["text"] not in colors(view, "new", 200, 320)
    assert tone["dim"] in colors(view, "new", 200, 320)
    assert tone["text"] in colors(view, "fc1", 200, 320)
    assert tone["dim"] in colors(view, "Bias", 38, 80)
    assert tone["text"] not in colors(view, "Bias", 38, 80)
    assert tone["text"] in colors(view, "Bias", 200, 320)
    assert tone["dim"] in colors(view, "Added layers", 10, 120)
    # the current one is raised, and framed while one is here
    assert tone["raised"] in colors(view, "fc1", 100, 140)
    assert tone["raised"] not in colors(view, "new", 100, 140)
    assert tone["accent"] in colors(view, "fc1", 100, 140)
    view.clearFocus()
    assert tone["accent"] not in colors(view, "fc1", 100, 140)
    QTest.mouseMove(view.viewport(), view.visualRect(place(view, "new")).center())
    assert tone["raised"] in colors(view, "new", 100, 140)


def test_words_that_are_too_long_give_way_to_each_other(view: CompareList) -> None:
    view.resize(220, 300)
    view.show_entries([Entry("row", "a" * 100, "b" * 100, target="a"), Entry("row", "c", "d" * 100, target="c")])
    text, dim = (QColor(theme.color(name)).name() for name in ("text", "dim"))
    assert text in colors(view, "a" * 100, 90, 110)  # nearly half of it for what it is
    assert dim in colors(view, "a" * 100, 140, 210)
    assert dim in colors(view, "c", 60, 80)


def test_where_a_row_is_painted(view: CompareList) -> None:
    at = QRect(20, 50, 300, 26)

    def drawn(entry: Entry, state: QStyle.StateFlag = QStyle.StateFlag.State_Enabled) -> list[Mark]:
        view.show_entries([entry])
        option = QStyleOptionViewItem()
        option.rect, option.state = at, state
        return painted(lambda painter: view.itemDelegate().paint(painter, option, view.model().index(0, 0)))

    look = theme.current()
    row = Entry("row", "fc1", "8 → 4", "changed", "fc1")
    title, detail = of("text", drawn(row))[-2:]  # before them the sign
    assert (title.text, title.pen, detail.text, detail.pen) == ("fc1", look.text, "8 → 4", look.text)
    assert (title.place.left(), title.place.right()) == (60, 304) and detail.place.right() == 304
    assert detail.place.left() > title.place.left() + 10 and title.place.center().y() == 63
    added = of("text", drawn(Entry("row", "new", "Tanh", "added", "new")))[-2:]
    assert [mark.pen for mark in added] == [look.text, look.dim]
    assert [mark.pen for mark in of("text", drawn(Entry("field", "Bias", "on → off")))] == [look.dim, look.text]
    head = of("text", drawn(Entry("head", "Wires", "5")))
    assert [(mark.text, mark.pen) for mark in head] == [("Wires", look.dim), ("5", look.dim)]
    assert (head[0].place.left(), head[0].place.right(), head[0].place.top()) == (36, 304, 56)
    states = QStyle.StateFlag
    for state, pen in ((states.State_Selected | states.State_HasFocus, look.accent),
                       (states.State_Selected, look.raised), (states.State_MouseOver, look.raised)):
        frame = of("box", drawn(row, state))[0]
        assert (frame.pen, frame.fill, frame.place.getRect()) == (pen, look.raised, (28.5, 50.5, 283, 25))
    plain = drawn(Entry("row", "fc1", "8 → 4", "", "fc1"))
    assert [mark.kind for mark in plain] == ["text", "text"], "no sign, no frame"
    assert of("box", drawn(Entry("head", "Wires", "5"), states.State_Selected)) == []
    signs = drawn(row)[:-2]
    assert signs and all(abs(mark.place.center().x() - 44) < 8 and abs(mark.place.center().y() - 63) < 8
                         for mark in signs)
