"""Axes of parallel coordinates: where values stand, and what is written."""

from __future__ import annotations

import math

import numpy as np
import pytest

from widgets.sweep.axes import Axis, axis_of
from widgets.sweep.values import FieldAxis, Kind, Value


def texts(axis: Axis) -> list[str]:
    return [tick.text for tick in sorted(axis.ticks())]


@pytest.mark.parametrize("kind", ["linear", "log"])
def test_numbers_lie_between_the_lowest_and_the_highest(kind: Kind) -> None:
    values = [0.001, 0.02, 0.3, 1.0]
    axis = axis_of(FieldAxis("lr", kind), values)
    scaled = np.log10(values) if kind == "log" else np.array(values)
    wanted = np.interp(scaled, (scaled[0], scaled[-1]), (0, 1))
    assert [axis.place(value) for value in values] == pytest.approx(list(wanted))
    for value, place in zip(scaled, wanted, strict=True):
        assert axis.read(float(place)) == pytest.approx(value) and axis.spot(float(value)) == pytest.approx(place)


def test_few_values_are_all_written_and_of_many_round_ones() -> None:
    assert texts(axis_of(FieldAxis("lr", "log"), [1.0, 0.01, 0.1, 0.1])) == ["0.01", "0.1", "1"]
    many = axis_of(FieldAxis("p", "linear"), [0.07 * at for at in range(20)])
    assert texts(many) == ["0.0", "0.5", "1.0"]
    for tick in many.ticks():
        assert tick.place == pytest.approx(float(tick.text) / 1.33)
    rates = axis_of(FieldAxis("lr", "log"), [10 ** (-4 + at / 10) for at in range(41)])
    assert texts(rates) == ["0.0001", "0.001", "0.01", "0.1", "1"]
    assert [tick.short for tick in sorted(rates.ticks())][:2] == ["1e−4", "1e−3"]


@pytest.mark.parametrize("decades", [(-4.0, -3.6), (-2.0, -0.5), (-9.0, 3.0), (-0.3, -0.2)])
def test_powers_are_written_whatever_they_span(decades: tuple[float, float]) -> None:
    low, high = decades
    axis = axis_of(FieldAxis("x", "log"), [10 ** (low + (high - low) * at / 19) for at in range(20)])
    ticks = axis.ticks()
    assert 1 <= len(ticks) <= 12 and all(-1e-6 <= tick.place <= 1 + 1e-6 for tick in ticks)
    for tick in ticks:
        assert math.log10(float(tick.text.replace("−", "-"))) == pytest.approx(axis.read(tick.place), abs=1e-3)


def test_words_stand_evenly_in_their_order_and_others_follow() -> None:
    axis = axis_of(FieldAxis("opt", "words", ("SGD", "Adam")), ["Lion", "SGD", None])
    assert [axis.place(word) for word in ("SGD", "Adam", "Lion")] == pytest.approx([5 / 6, 1 / 2, 1 / 6])
    assert axis.place("RMSprop") is None and axis.place(None) is None
    assert texts(axis_of(FieldAxis("nesterov"), [True, False])) == ["no", "yes"]


@pytest.mark.parametrize("kind", ["linear", "log"])
@pytest.mark.parametrize("value", [None, math.nan, math.inf, "auto"])
def test_what_has_no_place_has_none(kind: Kind, value: Value) -> None:
    axis = axis_of(FieldAxis("x", kind), [1.0, 2.0, value])
    assert axis.place(value) is None and axis.place(2.0) == 1
    assert axis_of(FieldAxis("x", kind), [None]).place(None) is None, "an axis of nothing"


def test_zero_has_a_place_among_powers() -> None:
    axis = axis_of(FieldAxis("Weight decay", "log"), [0.0, 0.01, 0.001, 0.0])
    assert texts(axis) == ["0", "0.001", "0.01"]
    assert [axis.place(value) for value in (0.0, 0.001, 0.01)] == pytest.approx([1 / 6, 1 / 2, 5 / 6])
    many = axis_of(FieldAxis("Weight decay", "log"), [at / 20 for at in range(21)])
    assert many.place(0.0) == 0 and many.place(0.5) == pytest.approx(0.5)


def test_one_value_stands_in_the_middle() -> None:
    axis = axis_of(FieldAxis("x", "linear"), [0.9, 0.9])
    assert axis.place(0.9) == 0.5 and texts(axis) == ["0.9"]


def test_results_far_out_stand_at_the_end() -> None:
    axis = axis_of(FieldAxis("", "result"), [0.90, 0.91, 0.92, 0.93, 0.94, 1e9])
    assert axis.place(0.94) == 1 and axis.place(1e9) == 1 and axis.place(0.90) == 0
    assert axis.place(0.92) == pytest.approx(0.5)
    assert all(float(text) < 1 for text in texts(axis))
