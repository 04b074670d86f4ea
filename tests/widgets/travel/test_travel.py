"""The slider below the curves: mouse, wheel and keys go from moment to moment; two moments lie beside each other."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.redrawn import is_redrawn
from widgets.look import theme
from widgets.travel.moment import Moments
from widgets.travel.moved import MovedLayer
from widgets.travel.page import TravelPage

LEFT = Qt.MouseButton.LeftButton
STOPS = (0.0, 0.02, 0.25, 1.0, 2.0, 4.0, 7.0, 10.0)
EPOCHS = [(at, 1 / at, 0.09 * at, 1.1 / at, 0.08 * at, at == 7) for at in range(1, 11)]


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[TravelPage]:
    page = TravelPage()
    qtbot.addWidget(page)
    page.resize(900, 190)
    page.show_run((), EPOCHS, 10, is_share=True)
    page.show_moments(Moments(STOPS, 2.0, words="Epoch 2: everything above shows this moment"))
    page.show()
    qtbot.waitExposed(page)
    yield page


@pytest.fixture
def asked(page: TravelPage) -> list[float]:
    """What it asks for; whoever listens says that this is in hand then."""
    found: list[float] = []

    def take(position: float) -> None:
        found.append(position)
        page.show_moments(page.plot.moments._replace(now=position))

    page.asked.connect(take)
    return found


def at(page: TravelPage, position: float, up: int = 40) -> QPoint:
    """A place in the plot, or with 0 at the axis, where the handle is."""
    return QPoint(round(page.plot.x_of(position)), round(page.plot.area.bottom()) - up)


def test_a_click_goes_to_the_nearest_moment(page: TravelPage, asked: list[float], qtbot: QtBot) -> None:
    for where, up in ((6.4, 40), (9.6, 0), (0.3, 12), (2.6, 3), (-3.0, 0), (30.0, 0)):
        qtbot.mouseClick(page.plot.viewport(), LEFT, pos=at(page, where, up))
    assert asked == [7.0, 10.0, 0.25, 2.0, 0.0, 10.0]


def test_a_drag_snaps_from_moment_to_moment_and_asks_for_each_once(page: TravelPage, asked: list[float],
                                                                  qtbot: QtBot) -> None:
    port = page.plot.viewport()
    qtbot.mousePress(port, LEFT, pos=at(page, 2.0, 0))
    for step in range(20, 75):
        qtbot.mouseMove(port, at(page, step / 10, 0))
    qtbot.mouseRelease(port, LEFT, pos=at(page, 7.4, 0))
    qtbot.mouseMove(port, at(page, 1.0))
    assert asked == [4.0, 7.0]


def test_a_double_click_is_no_zoom(page: TravelPage, asked: list[float], qtbot: QtBot) -> None:
    span = page.plot.span
    qtbot.mouseDClick(page.plot.viewport(), LEFT, pos=at(page, 4.0))
    assert page.plot.span == span and asked == [4.0]


def turn(page: TravelPage, by: int) -> None:
    port, where = page.plot.viewport(), QPointF(at(page, 3.0))
    event = QWheelEvent(where, port.mapToGlobal(where), QPoint(), QPoint(0, by), Qt.MouseButton.NoButton,
                        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(port, event)


def test_the_wheel_goes_on_and_back_by_whole_notches(page: TravelPage, asked: list[float]) -> None:
    for by in (120, -120, -240, 40, 40, 30, 10, 120 * 99):
        turn(page, by)
    assert asked == [4.0, 2.0, 0.25, 1.0, 10.0]


def test_keys_go_through_all_moments(page: TravelPage, asked: list[float], qtbot: QtBot) -> None:
    keys = Qt.Key
    page.plot.setFocus()
    for key in (keys.Key_Right, keys.Key_Left, keys.Key_Up, keys.Key_Down, keys.Key_End, keys.Key_End, keys.Key_Right,
                keys.Key_Home, keys.Key_Left, keys.Key_PageUp, keys.Key_PageDown):
        qtbot.keyClick(page.plot, key)
    assert asked == [4.0, 2.0, 4.0, 2.0, 10.0, 0.0, 2.0, 0.0]
    qtbot.keyClick(page.plot, keys.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert len(asked) == 8


def test_space_and_the_button_play_and_say_what_they_do(page: TravelPage, qtbot: QtBot) -> None:
    played: list[None] = []
    page.play_asked.connect(lambda: played.append(None))
    page.plot.setFocus()
    qtbot.keyClick(page.plot, Qt.Key.Key_Space)
    qtbot.mouseClick(page.play, LEFT)
    assert len(played) == 2 and page.play.text() == "Play"
    page.show_playing(True)
    assert page.play.text() == "Pause"


def test_a_moment_is_held_and_let_go(page: TravelPage, qtbot: QtBot) -> None:
    wishes: list[bool] = []
    page.pin_asked.connect(wishes.append)
    assert page.pin.text() == "Hold as A" and not page.beside.isVisible()
    qtbot.mouseClick(page.pin, LEFT)
    page.show_moments(page.plot.moments._replace(pinned=2.0, now=7.0))
    page.show_moved([MovedLayer("conv1", 0.5), MovedLayer("fc1", math.inf), MovedLayer("fc2", 0.0)], "since epoch 2")
    assert page.pin.text() == "Release A" and page.pin.isChecked() and page.beside.isVisible()
    assert [row.number for row in page.list.layers.rows] == ["0.500", "∞", "0.000"]
    qtbot.mouseClick(page.pin, LEFT)
    assert wishes == [True, False]
    page.show_moved((), "")
    assert not page.beside.isVisible()


def test_a_layer_is_chosen_and_stays_chosen_while_numbers_change(page: TravelPage, qtbot: QtBot) -> None:
    chosen: list[str] = []
    page.layer_chosen.connect(chosen.append)
    page.show_moved([MovedLayer("a", 0.5), MovedLayer("b", 0.25)], "since epoch 2")
    QApplication.processEvents()
    index = page.list.layers.index(1)
    qtbot.mouseClick(page.list.viewport(), LEFT, pos=page.list.visualRect(index).center())
    page.show_moved([MovedLayer("a", 0.75), MovedLayer("b", 0.5)], "since epoch 2")
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    assert chosen == ["b", "b"] and "b: the weights have moved by 0.500" in str(
        page.list.layers.data(index, Qt.ItemDataRole.AccessibleTextRole))
    page.list.choose("a")
    assert page.list.currentIndex().row() == 0 and chosen == ["b", "b"]


def test_the_numbers_are_those_of_the_moment(page: TravelPage) -> None:
    def numbers() -> list[float]:
        return [round(reading.y, 3) for reading in page.plot.surround.readings if reading is not None]

    assert numbers() == [0.18, 0.16]
    page.show_moments(page.plot.moments._replace(now=7.0))
    assert numbers() == [0.63, 0.56]
    page.show_run((), EPOCHS, 10, is_share=False)
    assert page.plot.surround.title == "Loss" and numbers() == [0.143, 0.157]


def test_a_run_that_goes_on_grows(page: TravelPage, asked: list[float], qtbot: QtBot) -> None:
    page.add((), [(11, 0.1, 0.95, 0.1, 0.9, True), (12, 0.1, 0.95, 0.1, 0.9, False)])
    assert page.plot.span == (0.0, 12.0)
    page.show_moments(page.plot.moments._replace(stops=(*STOPS, 12.0)))
    qtbot.mouseClick(page.plot.viewport(), LEFT, pos=at(page, 11.8))
    assert asked == [12.0]


def test_without_a_run_it_says_what_to_do(page: TravelPage) -> None:
    page.show_nothing("Train the network")
    assert page.empty.isVisible() and not page.plot.isVisible() and not page.play.isVisible()
    page.show_run((), EPOCHS, 10, is_share=True)
    assert page.plot.isVisible() and not page.empty.isVisible()


def test_nowhere_is_a_place_to_begin_from(page: TravelPage, asked: list[float], qtbot: QtBot) -> None:
    page.show_moments(Moments(STOPS, words="Initial weights"))
    assert not page.pin.isEnabled() and page.plot.cursor_at is None
    page.plot.setFocus()
    qtbot.keyClick(page.plot, Qt.Key.Key_Right)
    page.show_moments(Moments(STOPS))
    qtbot.keyClick(page.plot, Qt.Key.Key_Left)
    assert asked == [0.0, 10.0]


def test_it_takes_another_theme(page: TravelPage, qapp: QApplication) -> None:
    page.show_moments(page.plot.moments._replace(pinned=1.0))
    page.show_moved([MovedLayer("a", 0.5)], "since epoch 1")
    found = []
    for look in (theme.DARK, theme.LIGHT):
        theme.apply(qapp, look)
        QApplication.processEvents()
        picture = page.plot.viewport().grab().toImage()
        found += [picture.pixelColor(at(page, position, 0)) for position in (2.0, 1.0)]
    assert found == [QColor(each) for look in (theme.DARK, theme.LIGHT) for each in (look.text, look.validation)]
    assert is_redrawn(page.list.viewport(), lambda: theme.apply(qapp, theme.DARK))


def test_steps_end_at_the_ends() -> None:
    moments = Moments(STOPS, 7.0)
    assert (moments.step(1), moments.step(9), moments.step(-9)) == (10.0, 10.0, 0.0)
    assert not moments.is_at_end and moments._replace(now=10.0).is_at_end
    assert math.isnan(Moments().step(1)) and math.isnan(Moments().nearest(3)) and not Moments().is_at_end
