"""The activation function, its derivative, this layer's values and the scale's legend."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.painted import drawn, of, words
from tests.seen import texts
from widgets.inside.curve import ActivationCurve, Curve
from widgets.inside.legend import ScaleLegend
from widgets.look import theme

X = np.linspace(-4, 4, 81)
TANH = Curve("tanh", X.tolist(), np.tanh(X).tolist(), (1 - np.tanh(X) ** 2).tolist(), [(-9, -2.5), (2.5, 4)])


@pytest.fixture
def curve(qtbot: QtBot) -> Iterator[ActivationCurve]:
    curve = in_front(qtbot, ActivationCurve(), 320, 240)
    curve.show_curve(TANH)
    yield curve


def test_points_stand_where_they_are(curve: ActivationCurve) -> None:
    picture = curve.picture
    assert picture.ends == pytest.approx((-4, 4, np.tanh(-4), 1))
    zero = picture.at(0, 0)
    assert zero.x() == pytest.approx(picture.width() / 2)
    assert picture.at(4, 1).y() < zero.y() < picture.at(-4, -1).y()
    image = picture.grab().toImage()
    blue = theme.color("accent")
    for x in (-3.0, 3.5):
        place = picture.at(x, float(np.tanh(x)))
        assert image.pixelColor(place.toPoint()).blue() > 0.7 * blue.blue()


def test_bars_stand_where_the_values_are_and_what_lies_outside_is_left_out(curve: ActivationCurve) -> None:
    curve.show_values((1, 8, 4, 6), (-6, -2, 0, 2, 8), "6 values are saturated.")
    bars = [curve.picture.bar(index) for index in range(4)]
    assert bars[0].left() == curve.picture.at(-4, 0).x() and bars[3].right() <= curve.picture.width()
    assert bars[1].left() == pytest.approx(curve.picture.at(-2, 0).x())
    assert bars[1].height() == pytest.approx(2 * bars[2].height()) and len({bar.bottom() for bar in bars}) == 1
    assert texts(curve) == ["6 values are saturated."]


def test_saturated_spans_are_shaded_and_all_is_named(curve: ActivationCurve) -> None:
    curve.show_values((1, 2), (-1, 0, 1))
    marks = drawn(curve.picture)
    spans = [mark.place for mark in of("area", marks) if mark.fill == theme.color("error").name()]
    left, right = spans[:2]
    assert left.left() == 0 and left.right() == pytest.approx(curve.picture.at(-2.5, 0).x())
    assert right.left() == pytest.approx(curve.picture.at(2.5, 0).x()) and right.right() == curve.picture.width()
    said = words(marks)
    assert {"tanh", "derivative", "values", "saturated", "−4", "4", "0", "1"} <= set(said)
    curve.show_values((), ())
    assert "values" not in words(drawn(curve.picture))


def test_with_room_the_values_are_said_to_be_this_layers(qtbot: QtBot) -> None:
    wide = in_front(qtbot, ActivationCurve(), 420, 240)
    wide.show_curve(TANH)
    wide.show_values((1, 2), (-1, 0, 1))
    assert "this layer's values" in words(drawn(wide.picture))


def test_without_a_function_there_is_nothing(curve: ActivationCurve) -> None:
    curve.show_curve(None)
    assert drawn(curve.picture) == []
    curve.show_curve(Curve("ReLU", [0, 1], [0, 0], [0, 0]))
    assert words(drawn(curve.picture))[0] == "0", "a flat line is no division by zero"


@pytest.mark.parametrize(("shade", "ends"), [("signed", ("−2.35", "2.35")), ("positive", ("0", "2.35"))])
def test_the_scale_says_its_ends(shade: str, ends: tuple[str, str], qtbot: QtBot) -> None:
    legend = in_front(qtbot, ScaleLegend(), 200, 20)
    legend.show_scale(2.345678, shade)
    assert words(drawn(legend)) == list(ends)
    assert legend.accessibleDescription() == f"From {ends[0]} to {ends[1]}"
    image = legend.grab().toImage()
    row = [image.pixelColor(x, legend.height() // 2) for x in range(legend.width())]

    def seen(name: str) -> bool:
        wanted = theme.color(name).getRgb()
        return any(max(abs(a - b) for a, b in zip(color.getRgb(), wanted, strict=True)) < 12 for color in row)

    assert seen("accent" if shade == "signed" else "validation")
    assert seen("error") == (shade == "signed")
