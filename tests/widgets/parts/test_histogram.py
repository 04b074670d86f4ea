"""The histogram: where each bar stands, what it says, and what is drawn below it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests import seen
from tests.painted import drawn, of
from tests.redrawn import is_redrawn
from widgets.look import theme
from widgets.parts import histogram as module
from widgets.parts.histogram import Histogram

WIDTH = 400
FOUR = (0, 4, 1, 2), (-1.0, -0.5, 0.0, 0.5, 1.0)


@pytest.fixture
def histogram(qtbot: QtBot) -> Iterator[Histogram]:
    stage = QWidget()
    histogram = Histogram(stage)
    histogram.resize(WIDTH, histogram.height())
    stage.resize(WIDTH, 100)
    qtbot.addWidget(stage)
    stage.show()
    qtbot.waitExposed(stage)
    yield histogram


def colors(histogram: Histogram, *box: int) -> set[str]:
    return seen.colors(histogram, QRect(*box) if box else None)


def tone(name: str) -> str:
    return QColor(theme.color(name)).name()


def test_bars_stand_side_by_side_on_one_floor(histogram: Histogram) -> None:
    histogram.show_counts(*FOUR)
    bars = [histogram.bar(index) for index in range(4)]
    assert [bar.left() for bar in bars] == [0, 100, 200, 300]
    assert {bar.width() for bar in bars} == {99}
    assert {bar.bottom() for bar in bars} == {histogram.height() - 16}
    assert bars[1].top() == 4
    assert [bar.height() for bar in bars] == pytest.approx([0, 48, 12, 24])
    histogram.show_counts((1, 100_000), (0.0, 1.0, 2.0))
    assert histogram.bar(0).height() == 1, "one can see that there is something"
    histogram.show_counts((1,) * 800, tuple(map(float, range(801))))
    assert {histogram.bar(index).width() for index in range(800)} == {1}


def test_the_bar_under_the_mouse_stands_out_until_it_leaves(histogram: Histogram) -> None:
    histogram.show_counts(*FOUR)
    inside = (310, 40, 20, 8)
    assert colors(histogram, *inside) == {tone("accent")}
    QTest.mouseMove(histogram, QPoint(320, 5))
    assert colors(histogram, *inside) == {tone("text")}
    assert colors(histogram, 110, 40, 20, 8) == {tone("accent")}
    QTest.mouseMove(histogram, QPoint(120, 5))
    assert colors(histogram, *inside) == {tone("accent")}
    QApplication.sendEvent(histogram, QEvent(QEvent.Type.Leave))
    assert colors(histogram, 110, 40, 20, 8) == {tone("accent")}
    QTest.mouseMove(histogram, QPoint(320, 5))
    histogram.show_counts((4, 4, 4, 4), FOUR[1])
    assert colors(histogram, *inside) == {tone("accent")}


@pytest.mark.parametrize(("x", "said"), [
    (0, "<qt>−1 … −0.5: 0 values</qt>"), (99, "<qt>−1 … −0.5: 0 values</qt>"), (100, "<qt>−0.5 … 0: 4 values</qt>"),
    (399, "<qt>0.5 … 1: 2 values</qt>"), (400, ""), (-1, ""),
])  # fmt: skip
def test_what_is_said_at_rest(x: int, said: str, histogram: Histogram, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(module.QToolTip, "showText", lambda _at, text, _widget: told.append(text))
    at = QPoint(x, 10)
    histogram.show_counts((), ())
    QApplication.sendEvent(histogram, QHelpEvent(QEvent.Type.ToolTip, at, histogram.mapToGlobal(at)))
    histogram.show_counts(*FOUR)
    QApplication.sendEvent(histogram, QHelpEvent(QEvent.Type.ToolTip, at, histogram.mapToGlobal(at)))
    assert told == ["", said]


def test_many_values_are_told_in_groups(histogram: Histogram) -> None:
    histogram.show_counts((12345,), (0.0, 1e-5))
    assert histogram.bar_text(0).replace("\xa0", " ") == "0 … 1e−5: 12 345 values"
    assert histogram.accessibleDescription() == "From 0 to 1e−5"
    histogram.show_counts((), ())
    assert histogram.accessibleDescription() == ""
    assert len(colors(histogram)) == 1, "nothing is drawn"


def zero(histogram: Histogram, x: int) -> tuple[bool, bool]:
    """Whether there is a tick at this place, and whether something is written below it."""
    floor = histogram.height() - 16
    return (tone("dim") in colors(histogram, x - 1, floor + 1, 3, 2),
            len(colors(histogram, x - 5, floor + 5, 10, 9)) > 1)


def test_the_line_below_says_its_ends_and_where_zero_is(histogram: Histogram) -> None:
    floor = histogram.height() - 16
    histogram.show_counts((1, 1), (-1.0, 1.0, 3.0))
    assert colors(histogram, 20, floor, 60, 1) == {tone("line")}
    assert len(colors(histogram, 0, floor + 4, 14, 12)) > 1
    assert len(colors(histogram, WIDTH - 8, floor + 4, 8, 12)) > 1
    assert zero(histogram, 100) == (True, True)
    assert zero(histogram, 200) == (False, False)
    histogram.show_counts((1, 1), (-1.0, 1.0, 99.0))
    assert zero(histogram, 4)[0], "a tick, without room for its name"
    histogram.show_counts((1, 1), (-99.0, 1.0, 1.0))
    assert zero(histogram, 396)[0]
    for low, high in ((0.0, 4.0), (-4.0, 0.0), (1.0, 3.0)):
        histogram.show_counts((1, 1), (low, (low + high) / 2, high))
        assert not any(zero(histogram, x)[0] for x in (1, 100, 200, 300, WIDTH - 1))


@pytest.mark.parametrize(("low", "named"), [(-0.2, False), (-0.3, False), (-0.9, True), (-3.1, True), (-3.85, False)])
def test_zero_is_named_where_the_ends_leave_room(low: float, named: bool, histogram: Histogram) -> None:
    x, floor, high = round(-low / 4 * WIDTH), histogram.height() - 16, low + 4
    below = QRect(x - 12, floor + 5, 24, 9)
    histogram.show_counts((1,), (low, high))
    with_zero = histogram.grab(below).toImage()
    histogram.show_counts((1,), (low, -0.01) if x < WIDTH / 2 else (0.01, high))  # that end alone
    assert (histogram.grab(below).toImage() != with_zero) == named


def test_it_asks_for_its_room(histogram: Histogram) -> None:
    assert histogram.height() == histogram.sizeHint().height()
    assert histogram.sizeHint().width() == 200


def test_what_changes_is_drawn_at_once(histogram: Histogram) -> None:
    assert is_redrawn(histogram, lambda: histogram.show_counts(*FOUR))
    QTest.mouseMove(histogram, QPoint(20, 5))
    assert is_redrawn(histogram, lambda: QTest.mouseMove(histogram, QPoint(320, 5)))
    assert is_redrawn(histogram, lambda: QApplication.sendEvent(histogram, QEvent(QEvent.Type.Leave)))


def test_the_line_and_its_words_are_thin_small_and_quiet(histogram: Histogram) -> None:
    histogram.show_counts((1, 1), (-1.0, 1.0, 3.0))
    marks, floor = drawn(histogram), histogram.height() - 16
    line, tick = of("line", marks)
    assert (line.place, line.pen) == (QRectF(0, floor, WIDTH, 0), tone("line"))
    assert (tick.place, tick.pen) == (QRectF(100, floor, 0, 3), tone("dim"))
    texts = of("text", marks)
    assert [(mark.text, mark.pen) for mark in texts] == [(text, tone("dim")) for text in ("−1", "3", "0")]
    assert {mark.font.family() for mark in texts} == {theme.mono_font(10).family()}
    assert {mark.font.pixelSize() for mark in texts} == {10}
    assert [mark.place for mark in texts] == [QRectF(0, floor + 2, WIDTH, 14)] * 2 + [QRectF(90, floor + 2, 20, 14)]


def test_it_is_as_wide_as_its_room_and_never_higher(histogram: Histogram, qtbot: QtBot) -> None:
    stage = QWidget()
    column = QVBoxLayout(stage)
    column.addWidget(histogram)
    qtbot.addWidget(stage)
    stage.resize(700, 300)
    stage.show()
    QApplication.processEvents()
    assert histogram.width() > 600
    assert histogram.height() == histogram.sizeHint().height()
    histogram.setParent(None)
    histogram.deleteLater()
