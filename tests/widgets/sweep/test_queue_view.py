"""The queue: moved by mouse and keys, taken out of, with what trains on top."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests import mouse
from tests.in_front import in_front
from tests.legible import cut_words
from tests.seen import texts
from tests.widgets.sweep.cases import settle, shows
from widgets.look import theme
from widgets.sweep.queue_view import QueueView
from widgets.sweep.values import Waiting

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise")
RUNS = Waiting("r", "LeNet", "trains: epoch 7 of 10", "0:21 left", running=True, progress=0.62)
B = Waiting("b", "VGG-11", "train", "about 6 minutes", can_meanwhile=True)
C = Waiting("c", "MLP", "sweep of 12 runs")
D = Waiting("d", "NiN", "continue at epoch 5")


@pytest.fixture
def queue(qtbot: QtBot) -> QueueView:
    queue = in_front(qtbot, QueueView(), 640, 300)
    queue.show_queue([B, C, RUNS, D])
    QApplication.processEvents()
    queue.asked = []  # type: ignore[attr-defined]
    queue.moved.connect(queue.asked.append)  # type: ignore[attr-defined]
    return queue


def asked(queue: QueueView) -> list[list[str]]:
    found: list[list[str]] = queue.asked  # type: ignore[attr-defined]
    return found


def keys(queue: QueueView) -> list[str]:
    return [row.entry.key for row in queue.rows]


def drag(queue: QueueView, key: str, to: QPoint, release: bool = True) -> None:
    """A row by its words, to a place in the window."""
    window, start = queue.windowHandle(), mouse.middle(queue.rows[keys(queue).index(key)].place)
    QTest.mousePress(window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    for way in ((start * 2 + to) / 3, (start + to * 2) / 3, to):
        QTest.mouseMove(window, way)
        QApplication.processEvents()
    if release:
        QTest.mouseRelease(window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, to)
        QApplication.processEvents()


def test_what_trains_stands_on_top_with_its_progress(queue: QueueView) -> None:
    assert keys(queue) == ["r", "b", "c", "d"]
    assert [row.place.text() for row in queue.rows] == ["", "1", "2", "3"]
    assert [row.bar.isVisible() for row in queue.rows] == [True, False, False, False]
    assert queue.rows[0].bar.value() == 620 and not queue.rows[0].remove.isVisible()
    assert queue.rows[0].accessibleName() == "LeNet, trains: epoch 7 of 10, trains, 62\u00a0%, 0:21 left"
    assert queue.rows[2].accessibleName() == "MLP, sweep of 12 runs, waits in place 2"


def test_a_row_says_what_training_meanwhile_comes_to_or_why_it_cannot(queue: QueueView) -> None:
    queue.show_queue([RUNS, replace(B, hint="both share the cores"), replace(C, hint="Several runs wait")])
    assert queue.rows[1].when.buttons["meanwhile"].toolTip() == "both share the cores"
    assert "share" not in queue.rows[1].toolTip() and queue.rows[2].toolTip().endswith("\nSeveral runs wait")


def test_a_row_is_dragged_to_another_place(queue: QueueView) -> None:
    drag(queue, "b", mouse.middle(queue.rows[3]) + QPoint(0, 8))
    assert asked(queue) == [["c", "d", "b"]] and keys(queue) == ["r", "b", "c", "d"], "it is asked for"
    drag(queue, "d", mouse.middle(queue.rows[1]) - QPoint(0, 8))
    assert asked(queue)[-1] == ["d", "b", "c"]
    drag(queue, "c", mouse.middle(queue.rows[2]) + QPoint(9, 9))
    assert len(asked(queue)) == 2, "where it was already"
    drag(queue, "c", QPoint(100, 2))
    assert asked(queue)[-1] == ["c", "b", "d"], "nothing goes before what trains"


def test_while_dragged_a_line_says_where_it_goes_and_esc_lets_it_be(queue: QueueView) -> None:
    drag(queue, "b", mouse.middle(queue.rows[3]) + QPoint(0, 8), release=False)
    below = queue.rows[3].mapTo(queue, QPoint(0, queue.rows[3].height())).y()
    gap = queue.rect().adjusted(0, below - 1, 0, below + 5 - queue.height())
    assert shows(queue, theme.DARK.accent, gap)
    QTest.keyClick(queue.rows[1], Qt.Key.Key_Escape)
    assert not shows(queue, theme.DARK.accent, gap)
    QTest.mouseRelease(queue.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
                       mouse.middle(queue.rows[3]))
    assert not asked(queue)


def test_what_trains_is_not_moved(queue: QueueView) -> None:
    drag(queue, "r", mouse.middle(queue.rows[3]))
    QTest.keyClick(queue.rows[0], Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert not asked(queue)


def test_alt_and_arrows_carry_a_row_and_arrows_walk(queue: QueueView) -> None:
    queue.moved.connect(lambda order: queue.show_queue(
        [RUNS, *({"b": B, "c": C, "d": D}[key] for key in order)]))
    queue.rows[1].setFocus()
    row = queue.rows[1]
    for _ in range(3):
        QTest.keyClick(row, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert asked(queue) == [["c", "b", "d"], ["c", "d", "b"]], "below the last there is nothing"
    assert keys(queue) == ["r", "c", "d", "b"] and row.hasFocus() and row is queue.rows[3]
    QTest.keyClick(row, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert keys(queue) == ["r", "c", "b", "d"] and row.hasFocus()
    QTest.keyClick(row, Qt.Key.Key_Up)
    assert queue.rows[1].hasFocus() and queue.rows[1].entry == C


def test_delete_or_the_button_takes_one_out_and_the_keyboard_goes_on(queue: QueueView) -> None:
    gone: list[str] = []
    queue.removed.connect(gone.append)
    QTest.keyClick(queue.rows[2], Qt.Key.Key_Delete)
    QTest.keyClick(queue.rows[0], Qt.Key.Key_Delete)
    mouse.click(queue, mouse.middle(queue.rows[3].remove))
    assert gone == ["c", "d"]
    queue.rows[2].setFocus()
    queue.show_queue([RUNS, B, D])
    QApplication.processEvents()
    assert keys(queue) == ["r", "b", "d"] and queue.rows[2].hasFocus()


def test_a_row_trains_after_or_meanwhile_where_it_can(queue: QueueView) -> None:
    told: list[tuple[str, bool]] = []
    queue.meanwhile_changed.connect(lambda key, on: told.append((key, on)))
    assert [row.when.isVisible() for row in queue.rows] == [False, True, False, False]
    for id in ("meanwhile", "after"):
        mouse.click(queue, mouse.middle(queue.rows[1].when.buttons[id]))
    assert told == [("b", True), ("b", False)]


def test_nothing_waits(queue: QueueView) -> None:
    words = "Nothing waits: press Train on another network while one trains, and it waits here."
    assert words not in texts(queue)
    queue.show_queue([RUNS])
    assert words in texts(queue) and keys(queue) == ["r"]
    queue.show_queue([])
    assert texts(queue) == [words] and not queue.rows


def test_another_theme_is_put_on(queue: QueueView) -> None:
    theme.apply(QApplication.instance(), theme.LIGHT)
    QApplication.processEvents()
    assert shows(queue, theme.LIGHT.text) and not shows(queue.rows[1], theme.DARK.panel, queue.rows[1].place.geometry())


@pytest.mark.usefixtures("font")
def test_little_room_cuts_no_word_and_scrolls(queue: QueueView) -> None:
    queue.resize(620, 220)
    queue.show_queue([RUNS, *(Waiting(str(at), f"network {at}", "sweep of 12 runs over the learning rate",
                                      "about 12 minutes", can_meanwhile=at % 2 == 0) for at in range(8))])
    settle()
    assert not cut_words(queue)
    queue.rows[0].setFocus()
    for _ in range(8):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
    settle()
    assert queue.rows[8].hasFocus() and queue.rows[8].visibleRegion().boundingRect().height() == queue.rows[8].height()
