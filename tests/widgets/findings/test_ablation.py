"""An ablation: bars of what is lost, in order or sorted, the channel under the mouse, progress and the queue."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.redrawn import is_redrawn
from widgets.findings.ablation import AblationChart, Queued
from widgets.findings.ablation_bars import Ablation
from widgets.look import theme

LEFT = Qt.MouseButton.LeftButton
FOUR = Ablation("conv1", 0.9, [0.8, 0.95, math.nan, 0.5])


@pytest.fixture
def chart(qtbot: QtBot) -> Iterator[AblationChart]:
    chart = AblationChart()
    qtbot.addWidget(chart)
    chart.resize(800, 300)
    chart.show()
    qtbot.waitExposed(chart)
    yield chart


def middle(chart: AblationChart, channel: int) -> QPoint:
    column = next(column for each, column in chart.bars.bars() if each == channel)
    return QPoint(round((column.start + column.end) / 2), round(chart.bars.plot.center().y()))


def test_bars_hang_from_the_baseline_by_what_is_lost(chart: AblationChart) -> None:
    chart.show_ablation(FOUR)
    QApplication.processEvents()
    image = chart.bars.grab().toImage()
    heights = []
    for channel, color in ((0, "accent"), (1, "ok"), (2, "accent"), (3, "accent")):
        x = middle(chart, channel).x()
        heights.append(sum(image.pixelColor(x, y) == theme.color(color) for y in range(image.height())))
    assert heights[2] == 0 and heights[3] > 100, "nothing is drawn of what is not known"
    assert [height / heights[3] for height in heights] == pytest.approx([0.25, 0.125, 0, 1], abs=0.03)


def test_the_channel_under_the_mouse_is_named_and_chosen(chart: AblationChart, qtbot: QtBot) -> None:
    chart.show_ablation(FOUR)
    chosen: list[int] = []
    chart.channel_chosen.connect(chosen.append)
    assert chart.bars.words == "worth most: channel 3: 0.500 without it, 0.400 lost"
    said = []
    for channel in range(4):
        qtbot.mouseMove(chart.bars, middle(chart, channel))
        said.append(chart.bars.words)
        qtbot.mouseClick(chart.bars, LEFT, pos=middle(chart, channel))
    assert said == ["channel 0: 0.800 without it, 0.100 lost", "channel 1: 0.950 without it, 0.050 gained",
                    "channel 2: not masked yet", "channel 3: 0.500 without it, 0.400 lost"]
    assert chosen == [0, 1, 2, 3]
    QApplication.sendEvent(chart.bars, QEvent(QEvent.Type.Leave))
    assert chart.bars.words.startswith("worth most")
    qtbot.mouseClick(chart.bars, LEFT, pos=QPoint(3, 60))
    assert len(chosen) == 4, "beside the bars is nothing"


def test_a_switch_sorts_them(chart: AblationChart, qtbot: QtBot) -> None:
    chart.show_ablation(FOUR)
    assert [channel for channel, _ in chart.bars.bars()] == [0, 1, 2, 3]
    qtbot.mouseClick(chart.order.buttons["sorted"], LEFT)
    assert [channel for channel, _ in chart.bars.bars()] == [3, 0, 1, 2] and chart.order.shown == "sorted"
    more = FOUR._replace(masked=[0.8, 0.95, 0.2, 0.5])
    chart.show_ablation(more)
    assert [channel for channel, _ in chart.bars.bars()] == [2, 3, 0, 1]
    qtbot.mouseClick(chart.order.buttons["order"], LEFT)
    assert [channel for channel, _ in chart.bars.bars()] == [0, 1, 2, 3]


def test_keys_name_and_choose(chart: AblationChart, qtbot: QtBot) -> None:
    chart.show_ablation(FOUR)
    chosen: list[int] = []
    chart.channel_chosen.connect(chosen.append)
    chart.bars.setFocus()
    read = []
    qtbot.keyClick(chart.bars, Qt.Key.Key_Return)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_End,
                Qt.Key.Key_Right):
        qtbot.keyClick(chart.bars, key)
        read.append(chart.bars.read)
    qtbot.keyClick(chart.bars, Qt.Key.Key_Return)
    assert read == [0, 1, 0, 0, 3, 3] and chosen == [3]


@pytest.mark.parametrize(("count", "width"), [(1, 400), (64, 400), (512, 400), (512, 1400), (4096, 600)])
def test_any_number_of_channels_has_room(count: int, width: int, chart: AblationChart, qtbot: QtBot) -> None:
    lost = np.zeros(count)
    lost[count // 2] = 0.3  # the one that matters
    chart.resize(width, 180)
    chart.show_ablation(Ablation("conv", 0.9, 0.9 - lost))
    QApplication.processEvents()
    found = chart.bars.bars()
    assert chart.size().toTuple() == (width, 180) and chart.bars.plot.height() >= 50
    assert len(found) <= count and found[-1][1].end <= chart.bars.plot.right() + 1e-6
    assert found[0][1].first == 0 and found[-1][1].last == count - 1
    qtbot.mouseMove(chart.bars, middle(chart, count // 2))
    assert chart.bars.words == f"channel {count // 2}: 0.600 without it, 0.300 lost"


def test_the_button_begins_and_ends(chart: AblationChart, qtbot: QtBot) -> None:
    heard: list[str] = []
    chart.asked.connect(lambda: heard.append("mask"))
    chart.stopped.connect(lambda: heard.append("stop"))
    assert not chart.button.isEnabled() and chart.empty.text() == "Choose a layer with channels."
    chart.show_layer("conv1")
    assert chart.button.text() == "Mask every channel in turn" and chart.empty.isVisible()
    qtbot.mouseClick(chart.button, LEFT)
    chart.show_progress(0.5, "channel 3 of 6")
    assert chart.button.text() == "Stop" and chart.bar.isVisible()
    assert chart.bar.value() / chart.bar.maximum() == 0.5 and chart.bar.accessibleDescription() == "channel 3 of 6"
    qtbot.wait(QApplication.styleHints().mouseDoubleClickInterval() + 50)  # a double click is one press
    qtbot.mouseClick(chart.button, LEFT)
    assert heard == ["mask", "stop"]
    chart.show_progress(None)
    assert not chart.bar.isVisible() and chart.button.text() == "Mask every channel in turn"
    chart.show_layer("flatten", "It has no channels.")
    assert not chart.button.isEnabled() and chart.empty.text() == "It has no channels."


def test_the_queue_is_a_line_of_names(chart: AblationChart) -> None:
    assert not chart.queue.isVisible()
    chart.show_queue([Queued("conv1", "done"), Queued("conv2", "running", 0.42), Queued("fc1", "waiting"),
                      Queued("fc2", "failed")])
    assert chart.queue.isVisible() and chart.queue.text() == "conv1 ✓ · conv2 42\u00a0% · fc1 waits · fc2 failed"
    chart.show_queue(())
    assert not chart.queue.isVisible()


def test_the_whole_networks_accuracy_stands_above(chart: AblationChart) -> None:
    chart.show_ablation(FOUR)
    assert chart.baseline.text() == "accuracy 0.900 with all channels · 3 / 4 masked"
    chart.show_ablation(None)
    assert chart.baseline.text() == "" and not chart.save.isVisible() and chart.title.text() == "conv1"


@pytest.mark.parametrize("masked", [[], [math.nan, math.nan], [0.9, 0.9], [math.inf]])
def test_where_nothing_is_known_nothing_is_named(masked: list[float], chart: AblationChart, qtbot: QtBot) -> None:
    chart.show_ablation(Ablation("conv", 0.9, masked))
    QApplication.processEvents()
    assert not chart.bars.grab().isNull()
    assert bool(chart.bars.words) == (masked == [0.9, 0.9])
    qtbot.keyClick(chart.bars, Qt.Key.Key_Right)
    assert chart.bars.read == (0 if masked else None)


def test_it_takes_the_colours_of_the_theme(chart: AblationChart, qapp: QApplication) -> None:
    chart.show_ablation(FOUR)
    assert is_redrawn(chart.bars, lambda: theme.apply(qapp, theme.LIGHT))
    image, at = chart.bars.grab().toImage(), middle(chart, 3)
    assert image.pixelColor(at) == theme.color("accent")
    chart.choose_channel(1)
    assert chart.bars.chosen == 1


def test_that_no_channel_is_missed_is_said(chart: AblationChart) -> None:
    chart.show_ablation(Ablation("conv1", 0.1, [0.1, 0.15, math.nan]))
    assert chart.bars.words == "nothing is lost without any one of them"
