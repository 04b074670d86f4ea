"""Step by step: the window on its source, the lines, every term, both ways."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.painted import drawn, of, words
from tests.seen import button_with, texts
from widgets.inside.arithmetic import Line, Steps, Window
from widgets.inside.steps import StepsView
from widgets.look import theme
from widgets.look.shades import shade_color

LEFT = Qt.MouseButton.LeftButton
SOURCE = np.arange(3 * 12 * 12, dtype=float).reshape(3, 12, 12)
KERNEL = np.arange(25.0).reshape(5, 5) - 12
WINDOWS = [Window(each, 4, 3, 5, 5, KERNEL, part) for each, part in zip(SOURCE, (0.5, 0.75, 0.624), strict=True)]
FORWARD = Steps("Channel 6, row 4, column 3", WINDOWS, 1.761,
                [Line("Σ w·x over 3×5×5 = 1.874"), Line("+ bias −0.113 =", "1.761")],
                ("x", "w", "w·x"), [(float(k), -2.0, -2.0 * k) for k in range(4608)])
BACKWARD = Steps("Channel 6, row 4, column 3", lines=[Line("∂L/∂y =", "0.5")], note="It comes from act2.")


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[StepsView]:
    yield in_front(qtbot, StepsView(), 330, 600)


def test_the_window_stands_on_its_pixels(view: StepsView) -> None:
    view.show_steps(FORWARD, BACKWARD, 3.0)
    picture = view.picture
    place, window = picture.picture_place(), picture.window_place()
    cell = place.width() / 12
    assert window.left() - place.left() == pytest.approx(3 * cell)
    assert window.top() - place.top() == pytest.approx(4 * cell) and window.width() == pytest.approx(5 * cell)
    assert words(drawn(picture)) == ["×", "=", "1.761"]
    [chip] = [mark for mark in of("box", drawn(picture)) if mark.fill]
    assert chip.fill == shade_color(1.761, 3.0, "signed").name()
    assert picture.accessibleDescription() == "5 by 5 numbers from row 4, column 3 = 1.761"


@pytest.mark.parametrize("width", [248, 328, 608])
def test_source_kernel_and_result_stand_side_by_side(width: int, view: StepsView) -> None:
    view.resize(width, 600)
    view.show_steps(FORWARD)
    source, kernel, chip = view.picture.places()
    assert 0 <= source.left() < source.right() < kernel.left() < kernel.right() < chip.left()
    assert chip.right() <= width and kernel.width() > 40


def test_pooling_has_no_kernel(view: StepsView) -> None:
    view.show_steps(Steps("t", [Window(SOURCE[0], -1, 0, 2, 2)], 5.0))
    assert words(drawn(view.picture)) == ["=", "5.000"]
    assert not view.way.isVisible() and not view.forth.isVisible()


def test_every_input_channel_can_be_looked_at(view: StepsView) -> None:
    view.show_steps(FORWARD, BACKWARD)
    assert "input channel 0, of 3, adds 0.5" in texts(view)
    for _ in range(2):
        QTest.mouseClick(view.forth, LEFT)
    assert "input channel 2, of 3, adds 0.624" in texts(view)
    QTest.mouseClick(view.forth, LEFT)
    QTest.mouseClick(view.back, LEFT)
    assert "input channel 2, of 3, adds 0.624" in texts(view)


def test_lines_and_every_term(view: StepsView) -> None:
    view.show_steps(FORWARD, BACKWARD)
    assert view.lines.text.accessibleName() == "Σ w·x over 3×5×5 = 1.874; + bias −0.113 = 1.761"
    assert "<b>1.761</b>" in view.lines.text.text()
    model = view.table.model()
    assert (model.rowCount(), model.columnCount()) == (4608, 3)
    assert [model.index(4607, column).data() for column in range(3)] == ["4607", "−2", "−9214"]
    assert model.headerData(2, Qt.Orientation.Horizontal) == "w·x"
    assert view.table.height() < 250, "the rest is scrolled"


def test_forward_and_backward(view: StepsView, qtbot: QtBot) -> None:
    view.show_steps(FORWARD, BACKWARD)
    with qtbot.waitSignal(view.way_chosen) as heard:
        QTest.mouseClick(button_with(view, "Backward"), LEFT)
    assert heard.args == ["backward"]
    assert "It comes from act2." in texts(view) and not view.picture.isVisible() and not view.table.isVisible()
    view.show_steps(FORWARD, BACKWARD)
    assert view.way.shown == "backward", "another unit is looked at the same way"
    view.show_steps(FORWARD)
    assert view.way.shown == "forward" and view.picture.isVisible()


def test_why_there_is_nothing(view: StepsView) -> None:
    view.show_steps(FORWARD, BACKWARD)
    view.show_message("Of this layer no steps are known.")
    assert texts(view) == ["Of this layer no steps are known."]


def test_a_term_that_is_no_number_is_seen(view: StepsView) -> None:
    view.show_steps(Steps("t", [Window(np.full((3, 3), np.nan), 0, 0, 1, 1, np.ones((1, 1)))], float("nan"), (),
                          ("where", "x"), [("0, 0", float("nan"))]))
    assert view.table.model().index(0, 1).data() == "NaN"
    warn = theme.color("warn").name()
    place = view.picture.picture_place().center().toPoint()
    assert view.picture.grab().toImage().pixelColor(place).name() == warn


def test_a_long_title_takes_a_second_line(view: StepsView) -> None:
    view.show_steps(FORWARD._replace(title="residual1.act2: channel 12, row 34, column 56"))
    view.resize(248, 600)
    assert view.minimumSizeHint().width() <= 248 and view.title.width() <= 248
    assert view.title.heightForWidth(248) > view.title.fontMetrics().lineSpacing() * 1.5
