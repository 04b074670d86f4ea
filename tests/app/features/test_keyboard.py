"""The window without a mouse, for a screen reader, and on small screens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QWidget

from app.features.keyboard import Keyboard
from app.window.window import MainWindow
from tests.app.windows import opened

ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:resnet18", size=(1280, 720)) as window:
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
