"""Why, and what would change it: what is asked for, and what is seen of the answer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.seen import button_with, texts
from widgets.inside.what_if import Active, Asked, Effect
from widgets.inside.why import WhyView
from widgets.look import theme

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[WhyView]:
    view = in_front(qtbot, WhyView(), 330, 800)
    view.set_classes([("3", "three"), ("5", "five")], "5")
    yield view


def press(view: WhyView, text: str) -> None:
    QTest.mouseClick(button_with(view, text), LEFT)


def test_heat_lies_over_what_counted(view: WhyView) -> None:
    heat = np.zeros((4, 4))
    heat[0, 0] = 2.0
    view.show_why("Why a 5?", np.zeros((28, 28), np.uint8), heat, "The upper bar counts most.")
    assert {"Why a 5?", "The upper bar counts most."} <= set(texts(view))
    image = view.explained.picture.grab().toImage()
    amber = theme.color("validation")
    assert image.pixelColor(8, 8).red() > 0.7 * amber.red() and image.pixelColor(90, 90).red() == 0
    view.show_why("Why?", None, None)
    assert not view.explained.picture.isVisible()


def test_class_and_method_are_asked_for(view: WhyView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.asked) as heard:
        QTest.keyClick(view.method, Qt.Key.Key_Down)
    assert heard.args == ["saliency", "5"]
    with qtbot.waitSignal(view.asked) as heard:
        QTest.keyClick(view.of_class, Qt.Key.Key_Up)
    assert heard.args == ["saliency", "3"]


@pytest.mark.parametrize(("button", "asked"), [
    ("Mask", Asked("mask", 6, 0.5, 3)), ("Hold", Asked("hold", 6, 0.5, 3)), ("Scale", Asked("scale", 6, 0.5, 3)),
    ("Swap with", Asked("swap", 6, 0.5, 3)),
])  # fmt: skip
def test_the_channel_in_hand_is_changed(button: str, asked: Asked, view: WhyView, qtbot: QtBot) -> None:
    assert not button_with(view, button).isEnabled(), "none is in hand"
    view.what_if.set_channel(6, 16)
    view.what_if.factor.setText("0,5")
    view.what_if.other.setText("3")
    with qtbot.waitSignal(view.what_if.asked) as heard:
        press(view, button)
    assert heard.args == [asked]


@pytest.mark.parametrize(("button", "text", "said"), [
    ("Scale", "much", "“much” is no number to multiply with."), ("Swap with", "16", "The channels are 0 to 15."),
    ("Swap with", "1.5", "The channels are 0 to 15."), ("Swap with", "", "The channels are 0 to 15."),
])  # fmt: skip
def test_what_cannot_be_is_said(button: str, text: str, said: str, view: WhyView, qtbot: QtBot) -> None:
    view.what_if.set_channel(6, 16)
    (view.what_if.factor if button == "Scale" else view.what_if.other).setText(text)
    with qtbot.assertNotEmitted(view.what_if.asked):
        press(view, button)
    assert said in texts(view)
    press(view, "Mask")
    assert said not in texts(view)


def test_one_channel_cannot_be_swapped(view: WhyView) -> None:
    view.what_if.set_channel(0, 1)
    assert view.what_if.hold.isEnabled() and not view.what_if.swap.isEnabled()


def test_changes_in_force_can_be_taken_away(view: WhyView, qtbot: QtBot) -> None:
    view.what_if.show_active([Active("a", "conv2 channel 6 masked"), Active("b", "act1 channel 0 × 2")])
    assert "act1 channel 0 × 2" in texts(view)
    buttons = view.what_if.list.findChildren(QAbstractButton)
    [button] = [each for each in buttons if each.accessibleName() == "Take away: act1 channel 0 × 2"]
    with qtbot.waitSignal(view.what_if.removed) as heard:
        QTest.mouseClick(button, LEFT)
    assert heard.args == ["b"]
    view.what_if.show_active([])
    assert "conv2 channel 6 masked" not in texts(view)


def test_what_comes_of_it(view: WhyView) -> None:
    view.what_if.show_effect(Effect([("5", 0.851, 0.412), ("3", 0.071, 0.388)], (0.879, 0.834), "validation"))
    assert view.what_if.effect.texts == [["", "before", "after"], ["5", "0.851", "0.412"], ["3", "0.071", "0.388"],
                                         ["accuracy", "0.879", "0.834"]]
    assert "Accuracy of the validation part" in texts(view)
    view.what_if.show_effect(Effect())
    assert not view.what_if.effect.isVisible()


def test_every_channel_in_turn(view: WhyView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.what_if.sweep_asked):
        press(view, "Mask every channel in turn…")
    view.what_if.show_sweep(3, 16)
    assert view.what_if.progress.isVisible() and view.what_if.progress.value() == 3
    assert view.what_if.progress.maximum() == 16
    qtbot.wait(1)
    with qtbot.waitSignal(view.what_if.sweep_stopped):
        view.what_if.sweep.click()
    view.what_if.show_sweep(None)
    view.what_if.show_drops(np.array([0.1, -0.02]))
    assert not view.what_if.progress.isVisible() and view.what_if.drops.isVisible()
