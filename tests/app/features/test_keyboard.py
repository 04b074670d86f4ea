"""The window without a mouse, for a screen reader, and on small screens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QWidget

from app.features.keyboard import Keyboard, along, aside, first_stop, next_card
from app.window.window import MainWindow
from engine.blocks.inception import Inception
from engine.graph.edits import added, appended
from engine.graph.graph import Edge, Graph, Node
from engine.graph.grid import FLOWS, STEP
from engine.graph.room import axis_of, spot
from engine.layers.activation import ReLU
from engine.layers.inputs import Input
from engine.layers.merge import Add
from engine.layout.rows import flowing
from engine.line.line import build_line
from tests.app.windows import lent, opened, shared
from widgets.canvas.cards.sizes import CARD_WIDTH

ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(scope="module")
def one_window(request) -> Iterator[MainWindow]:
    with shared(request, (1280, 720)) as window:
        yield window


@pytest.fixture
def window(one_window, qtbot) -> Iterator[MainWindow]:
    with lent(one_window, qtbot, "gallery:resnet18") as window:
        yield window


def press(window: MainWindow, key: Qt.Key, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, key, modifiers)


def test_walking_along_the_wires(window):
    page, order = window.page, list(window.page.scene.graph.order)
    seen = []
    for _ in order:
        press(window, Qt.Key.Key_Down, ALT)
        seen += page.scene.selected_names()
    assert seen == order  # the first key selects the beginning, and a chain is walked to its end
    press(window, Qt.Key.Key_Down, ALT)
    assert page.scene.selected_names() == order[-1:]
    press(window, Qt.Key.Key_Up, ALT)
    assert page.scene.selected_names() == [order[-2]]
    press(window, Qt.Key.Key_Up, ALT | SHIFT)
    press(window, Qt.Key.Key_Up, ALT | SHIFT)
    assert page.scene.selected_names() == order[-4:-1]
    card = page.scene.cards[order[-4]]
    assert page.view.mapToScene(page.view.viewport().rect()).boundingRect().intersects(card.sceneBoundingRect())


def test_walking_aside(window):
    page = window.page
    graph = page.scene.graph
    first, second, third = list(graph.order)[1:4]
    x, y = graph.nodes[second].position
    page.edit("Move", graph.moved({first: (x - 300, y + 8), third: (x + 300, y - 8)}))
    page.scene.select([second])
    press(window, Qt.Key.Key_Left, ALT)
    assert page.scene.selected_names() == [first]
    press(window, Qt.Key.Key_Right, ALT)
    assert page.scene.selected_names() == [second]
    press(window, Qt.Key.Key_Right, ALT)
    assert page.scene.selected_names() == [third]


def test_every_pane_is_reached_and_left(window):
    parts = window.places
    panes = {"palette": parts.palette, "canvas": window.page.view, "side": parts.side, "bottom": parts.bottom,
             "top": parts.top}
    window.page.scene.select([list(window.page.scene.graph.order)[1]])  # else there is nothing to change at the side
    there = []
    for _ in range(8):
        press(window, Qt.Key.Key_F6)
        focus = QApplication.focusWidget()
        there += [name for name, pane in panes.items() if pane is focus or pane.isAncestorOf(focus)]
    assert set(there) == set(panes)
    last = QApplication.focusWidget()
    press(window, Qt.Key.Key_F6)
    press(window, Qt.Key.Key_F6, SHIFT)
    assert QApplication.focusWidget() is last


@pytest.mark.parametrize(("step", "pane"), [(1, "top"), (-1, "bottom")])
def test_from_nowhere_the_first_pane_or_the_last_is_reached(window, step, pane):
    window.setFocus()
    window.feature(Keyboard).change_pane(step)
    assert getattr(window.places, pane).isAncestorOf(QApplication.focusWidget())


def test_a_screen_reader_hears_what_is_selected(window):
    page = window.page
    page.view.setFocus()
    page.scene.select([list(page.scene.graph.order)[1]])
    interface = QAccessible.queryAccessibleInterface(page.view)
    said = interface.text(QAccessible.Text.Description)
    name = page.scene.selected_names()[0]
    facts = page.analysis.nodes[name].facts
    assert said.startswith(name) and "×".join(map(str, facts.output_shape)) in said
    assert f"{facts.params:,}".replace(",", " ").split()[0] in said
    page.scene.select(list(page.scene.graph.order)[:3])
    assert page.view.accessibleDescription() == "3 layers are selected"


def test_whatever_takes_the_keyboard_has_a_name(window, qtbot):
    """A screen reader says a widget's accessible name, or its text."""
    nameless = []
    for index in range(window.places.bottom.count()):
        window.places.bottom.setCurrentIndex(index)
        QApplication.processEvents()
        for widget in window.findChildren(QWidget):
            if not widget.isVisible() or not widget.focusPolicy() & Qt.FocusPolicy.TabFocus or widget.focusProxy():
                continue
            interface = QAccessible.queryAccessibleInterface(widget)
            words = [widget.accessibleName(), widget.toolTip(), interface.text(QAccessible.Text.Name)]
            words += [widget.text()] if isinstance(widget, QAbstractButton) else []
            words += [widget.placeholderText()] if isinstance(widget, QLineEdit) else []
            words += [widget.currentText()] if isinstance(widget, QComboBox) else []
            if not any(words):
                nameless.append(f"{type(widget).__name__} {widget.objectName()} in {type(widget.parent()).__name__}")
    assert nameless == []


@pytest.mark.usefixtures("font")
def test_it_fits_a_small_screen(window):
    """1280×720 shows the whole window: nothing insists on more."""
    least = window.minimumSizeHint()
    assert least.width() <= 1280 and least.height() <= 720
    assert (window.width(), window.height()) == (1280, 720)
    assert window.page.view.viewport().height() >= 150


# -- which card is the next -------------------------------------------------------------------------------------------


def placed(**places: tuple[float, float]) -> Graph:
    return Graph.of([Node(name, ReLU(), place) for name, place in places.items()])


HALF = CARD_WIDTH / 2


@pytest.mark.parametrize(("places", "left", "right"), [
    ({"a": (HALF, 0)}, None, "a"), ({"a": (HALF - 1, 0)}, None, None), ({"a": (-HALF, 0)}, "a", None),
    ({"a": (-HALF + 1, 0)}, None, None), ({"a": (0, 500)}, None, None),
    ({"a": (300, 4 * STEP + 300)}, None, "a"), ({"a": (300, 4 * STEP + 301)}, None, None),
    ({"a": (300, -4 * STEP - 300)}, None, "a"), ({"a": (300, -4 * STEP - 301)}, None, None),
    ({"a": (400, 0), "b": (300, 0)}, None, "b"), ({"a": (300, 0), "b": (300, 0)}, None, "a"),
    ({"a": (300, 40), "b": (419, 0)}, None, "b"), ({"a": (300, 40), "b": (421, 0)}, None, "a"),
    ({"a": (300, -40), "b": (421, 0)}, None, "a"), ({"a": (-400, 20), "b": (-300, 60), "c": (300, 0)}, "a", "c"),
])  # fmt: skip
def test_the_next_card_aside_is_near_and_rather_at_the_same_height(places, left, right):
    graph = placed(here=(10.0, 20.0), **{name: (10.0 + x, 20.0 + y) for name, (x, y) in places.items()})
    assert (aside(graph, "here", "left"), aside(graph, "here", "right")) == (left, right)


def test_along_the_wires_the_first_one_leads():
    graph = build_line(Graph(), "input 4, (relu | tanh), linear 3")[0]
    assert [along(graph, name, "before") for name in ("input", "act1", "cat1")] == [None, "input", "act1"]
    assert [along(graph, name, "after") for name in ("input", "act2", "fc1")] == ["act1", "cat1", None]


def test_the_first_stop_of_a_pane_is_what_can_be_used(qtbot):
    pane = QWidget()
    qtbot.addWidget(pane)
    assert first_stop(pane) is None
    label, off, hidden, stop = QLabel("a", pane), QLineEdit(pane), QLineEdit(pane), QLineEdit(pane)
    off.setEnabled(False)
    pane.show()
    hidden.hide()
    assert first_stop(pane) is stop and label.focusPolicy() == Qt.FocusPolicy.NoFocus
    proxy = QLineEdit(pane)
    stop.setFocusProxy(proxy)
    proxy.show()
    assert first_stop(pane) is proxy
    pane.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    assert first_stop(pane) is proxy
    pane.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    assert first_stop(pane) is pane


@pytest.fixture
def branches(qtbot, tmp_path) -> Iterator[MainWindow]:
    """The window with branches side by side and what is wrong behind them."""
    with opened(qtbot, tmp_path / "layerloom", "gallery:mlp", torch=False) as window:
        graph = build_line(Graph(), "input 1x28x28, (conv 2 3x3 p1 | conv 4 3x3 p1), relu, maxpool 99")[0]
        window.page.edit("Other", graph)
        window.page.view.fit()
        yield window


def test_where_one_has_come_to_counts_among_several(branches):
    page = branches.page
    page.scene.select(["act1"])
    press(branches, Qt.Key.Key_Up, ALT | SHIFT)
    press(branches, Qt.Key.Key_Up, ALT | SHIFT)
    assert set(page.scene.selected_names()) == {"conv1", "cat1", "act1"}
    press(branches, Qt.Key.Key_Right, ALT)
    assert page.scene.selected_names() == ["conv2"], "from the one that was come to last"
    press(branches, Qt.Key.Key_Right, ALT)
    assert page.scene.selected_names() == ["conv2"], "there is none"
    page.scene.select(["input"])
    press(branches, Qt.Key.Key_Down, ALT)
    assert page.scene.selected_names() == ["conv1"], "where one was before is forgotten"
    press(branches, Qt.Key.Key_Left, ALT)
    assert page.scene.selected_names() == ["conv1"]


def test_what_is_come_to_is_seen_with_some_room(branches):
    page = branches.page
    page.view.go_to(page.view.place()._replace(zoom=2.0, centre=page.scene.cards["input"].sceneBoundingRect().center()))
    page.scene.select(["cat1"])
    press(branches, Qt.Key.Key_Down, ALT)
    assert page.scene.selected_names() == ["act1"]
    seen = page.view.viewport().rect()
    area = page.view.mapFromScene(page.scene.cards["act1"].sceneBoundingRect()).boundingRect()
    assert seen.contains(area) and seen.bottom() - area.bottom() >= 40


def test_nothing_is_walked_where_there_is_nothing(branches):
    page = branches.page
    page.edit("Nothing", Graph())
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Left):
        press(branches, key, ALT)
    assert page.scene.selected_names() == []
    branches.commands["start"].trigger()
    branches.feature(Keyboard).walk("after")
    branches.feature(Keyboard).show_selection(None)
    assert branches.page is None


def test_a_card_in_words(branches):
    page, words = branches.page, branches.feature(Keyboard).words
    assert words(page, "conv1") == "conv1, Conv 2d · 2 · 3×3 · pad 1, output 2×28×28, 20 parameters"
    assert words(page, "act1") == "act1, ReLU, output 6×28×28"
    said = words(page, "pool1")
    assert said.startswith("pool1, ") and "99×99" in said and "output" not in said and "parameters" not in said


def test_only_what_is_new_is_announced_and_only_on_the_canvas(branches, monkeypatch):
    page, said = branches.page, []
    monkeypatch.setattr(QAccessible, "updateAccessibility", lambda event: said.append(event.message()) if isinstance(
        event, QAccessibleAnnouncementEvent) else None)
    page.view.setFocus()
    page.scene.select(["act1"])
    branches.show_selection()
    assert said == [branches.feature(Keyboard).words(page, "act1")] == [page.view.accessibleDescription()]
    page.scene.select([])
    assert said[1:] == [] and page.view.accessibleDescription() == ""
    branches.places.palette.setFocus()
    page.scene.select(["act1", "cat1"])
    assert said[1:] == [] and page.view.accessibleDescription() == "2 layers are selected"


def test_panes_are_gone_round_in_both_directions(branches):
    keyboard = branches.feature(Keyboard)

    def round_trip(step: int) -> list[QWidget]:
        found = []
        while QApplication.focusWidget() not in found:
            found.append(QApplication.focusWidget())
            keyboard.change_pane(step)
        assert QApplication.focusWidget() is found[0]
        return found

    branches.page.view.setFocus()
    forth, back = round_trip(1), round_trip(-1)
    assert len(forth) >= 4 and back == [forth[0], *reversed(forth[1:])]
    branches.commands["start"].trigger()
    keyboard.change_pane(1)
    start = round_trip(1)
    assert any(branches.places.stack.isAncestorOf(stop) for stop in start)


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("layer", [ReLU(), Inception()])
def test_a_card_in_the_same_line_is_not_beside(flow, layer):
    graph, end = replace(Graph.of([Node("input", Input())]), flow=flow), "input"
    for each in (layer, ReLU()):
        graph, end = appended(graph, each, [end])
    middle = graph.inputs[end][0].source
    assert [aside(graph, name, way) for name in (middle, end) for way in ("left", "right")] == [None] * 4
    graph, beside = added(graph, ReLU(), spot(graph.nodes[middle].position[axis_of(graph)], 400.0, axis_of(graph)))
    assert aside(graph, middle, "right") == beside and aside(graph, beside, "left") == middle


def test_shift_extends_along_the_chain_to_the_right(window):
    page = window.page
    page.edit("To the right", flowing(page.scene.graph, "right", wrap=False))
    order = list(page.scene.graph.order)
    page.scene.select(order[1:2])
    press(window, Qt.Key.Key_Right, ALT | SHIFT)
    press(window, Qt.Key.Key_Right, ALT | SHIFT)
    assert page.scene.selected_names() == order[1:4]
    page.scene.select(order[2:3])
    press(window, Qt.Key.Key_Left, ALT | SHIFT)
    assert page.scene.selected_names() == order[1:3]


def test_in_a_network_that_goes_to_the_right_arrows_follow_the_wires_there():
    graph = Graph.of([Node(name, Add(), place) for name, place in
                      {"a": (0.0, 0.0), "b": (330.0, 0.0), "c": (330.0, 78.0), "z": (660.0, 0.0)}.items()],
                     [Edge("a", "b"), Edge("a", "c"), Edge("b", "z"), Edge("c", "z", 1)])
    right = replace(graph, flow="right")
    assert [next_card(right, "b", way) for way in ("left", "right", "after", "before")] == ["a", "z", "c", None]
    assert next_card(right, "c", "before") == "b" and next_card(graph, "a", "after") == "b"
