"""Looking inside without a mouse: every command of the workspace by its key, wherever the keyboard is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.features.inside import Inside, PageInside
from app.features.layer_in_hand import LayerInHand
from app.features.probing import Probing
from app.window.window import MainWindow
from tests.app.windows import lent, shared

SEEN_MS = 5_000
ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture(scope="module")
def one_window(request) -> Iterator[MainWindow]:
    with shared(request) as window:
        yield window


@pytest.fixture
def window(one_window, qtbot) -> Iterator[MainWindow]:
    with lent(one_window, qtbot, "gallery:lenet-digits") as window:
        yield window
        window.commands["workspace_build"].trigger()


def look_inside(window: MainWindow, qtbot) -> None:
    window.commands["workspace_inside"].trigger()
    strip = window.feature(Probing).panel.examples
    qtbot.waitUntil(lambda: now(window).seen is not None and len(strip.grid.examples) == 12, timeout=SEEN_MS)


def now(window: MainWindow) -> PageInside:
    return window.feature(Inside).of(window.page)


def press(window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = ALT) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, key, modifier)
    QApplication.processEvents()


def test_probe_and_layer_in_hand_are_panes(window, qtbot) -> None:
    look_inside(window, qtbot)
    window.page.view.setFocus()
    stops = []
    for _ in range(6):
        press(window, Qt.Key.Key_F6, Qt.KeyboardModifier.NoModifier)
        stops.append(QApplication.focusWidget())
    for pane in (window.places.probe, window.places.insight, window.places.bottom):
        assert sum(pane.isAncestorOf(stop) for stop in stops) == 1
    assert stops[-1] is window.page.view, "once around"
    window.page.view.setFocus()
    press(window, Qt.Key.Key_F6, Qt.KeyboardModifier.NoModifier)
    assert window.places.insight.isAncestorOf(QApplication.focusWidget()), "as one reads"


def test_the_keys_count_only_while_one_looks_inside(window, qtbot) -> None:
    rows = [id for id, row in window.commands.rows.items() if (row.menu, row.group) == ("View", "inside")]
    assert len(rows) == 21 and not any(window.commands[id].isEnabled() for id in rows)
    press(window, Qt.Key.Key_T)
    assert not now(window).training
    look_inside(window, qtbot)
    assert all(window.commands[id].isEnabled() for id in rows)
    window.show_start()
    assert not any(window.commands[id].isEnabled() for id in rows)
    window.turn_to(0)


def test_everything_can_be_done_by_keys(window, qtbot) -> None:
    look_inside(window, qtbot)
    probe, layer = window.feature(Probing).panel, window.feature(LayerInHand).panel

    def example() -> object:
        seen = now(window).seen
        return seen.sample.place if seen is not None else None

    for focus in (window.page.view, probe.typed_row.line, layer.maps.maps.grid):
        focus.setFocus()
        before = now(window).training
        press(window, Qt.Key.Key_T)
        assert now(window).training is not before and probe.mode.shown == ("predict" if before else "train")
        assert window.commands["inside_training"].isChecked() is not before
    for key, page in zip((Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_5, Qt.Key.Key_1),
                         ("kernels", "gradients", "steps", "why", "maps"), strict=True):
        press(window, key)
        assert layer.page == page == window.feature(Inside).layer_page
    first, order = now(window).card, window.page.level.graph.order
    press(window, Qt.Key.Key_PageDown, CTRL)
    assert now(window).card == order[order.index(first) + 1] == window.page.scene.selected_names()[0]
    press(window, Qt.Key.Key_PageUp, CTRL)
    press(window, Qt.Key.Key_PageUp, CTRL)
    assert now(window).card == order[order.index(first) - 1]
    qtbot.waitUntil(lambda: not layer.has_page("kernels"), timeout=SEEN_MS)  # the input has none
    press(window, Qt.Key.Key_2)
    assert layer.page == "maps" and window.page.notice.isVisible()
    seed = now(window).seed
    press(window, Qt.Key.Key_R)
    assert now(window).seed == seed + 1
    press(window, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: example() == ("validation", 0), timeout=SEEN_MS)
    press(window, Qt.Key.Key_PageUp)  # there is none before
    for _ in range(12):
        press(window, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: example() == ("validation", 12), timeout=SEEN_MS)
    press(window, Qt.Key.Key_PageUp)
    qtbot.waitUntil(lambda: example() == ("validation", 11), timeout=SEEN_MS)
    press(window, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: now(window).seen is not None and not now(window).seen.sample.x.any(), timeout=SEEN_MS)
    np.testing.assert_array_equal(probe.pad.pixels(), 0)
