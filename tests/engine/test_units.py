"""Numbers as people read them: one function for each kind."""

from __future__ import annotations

import math

import pytest

from engine.units import (
    SPACE,
    TwoMeaningsError,
    bytes_text,
    clock_text,
    count_text,
    duration_text,
    grouped,
    measure_text,
    power_text,
    readings,
    seconds_text,
    setting_text,
    shape_text,
    share_text,
    short_count,
    short_measure,
    tick_text,
    typed_number,
    typed_text,
    value_text,
)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(("number", "text"), [(0, "0"), (999, "999"), (61706, "61 706"), (1234567, "1 234 567"),
                                              (-1204.6, "−1 205"), (math.nan, "–"), (math.inf, "–")])
def test_digits_are_grouped_by_three(number: float, text: str) -> None:
    assert plain(grouped(number)) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (999, "999"), (1000, "1 k"), (61706, "61.7 k"), (416_520, "417 k"), (999_999, "1 M"),
     (1_820_000_000, "1.82 G"), (999_499, "999 k"), (999_500, "1 M"), (7 * 10**15, "7 P"), (10**18, "1000 P"),
     (1_234_567 * 10**12, "1235 P")],
)
def test_counts_are_short(count: int, text: str) -> None:
    assert plain(short_count(count)) == text


def test_large_counts_are_short_only_where_every_digit_is_too_many() -> None:
    assert plain(count_text(9_999_999)) == "9 999 999"
    assert plain(count_text(10_000_000)) == "10 M"


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (312, "312 B"), (61706, "61.7 kB"), (310_000, "0.31 MB"), (13_107_200, "13.1 MB"),
     (2_500_000_000, "2.5 GB"), (99_999, "100 kB"), (100_000, "0.10 MB"), (999_999, "1.00 MB"), (1_000_000, "1 MB"),
     (999, "999 B"), (1000, "1 kB"), (10**15, "1 PB")],
)
def test_bytes_have_a_unit(count: int, text: str) -> None:
    assert plain(bytes_text(count)) == text


@pytest.mark.parametrize(("seconds", "text"), [(2.5, "2.5 s"), (1234.5, "1234 s"), (0.0012, "1.2 ms"), (35e-6, "35 µs"),
                                               (0.99996, "1 s"), (0, "0 µs"),
                                               (0.9995, "1 s"), (0.9994, "999 ms"), (0.0009994, "999 µs"),
                                               (999.5, "1000 s"), (999.4, "999 s")])
def test_measured_times_have_a_unit(seconds: float, text: str) -> None:
    assert plain(seconds_text(seconds)) == text


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (21.4, "0:21"), (725, "12:05"), (3729, "1:02:09"),
                                               (-1, "–"), (float("nan"), "–"), (math.inf, "–"), (59.4, "0:59"),
                                               (60, "1:00"), (3599, "59:59"), (3600, "1:00:00"), (36_610, "10:10:10")])
def test_time_left(seconds: float, text: str) -> None:
    assert clock_text(seconds) == text


@pytest.mark.parametrize(("share", "text"), [(1, "100 %"), (0.6249, "62 %"), (0.0995, "10 %"), (0.0994, "9.9 %"),
                                             (0.053, "5.3 %"), (0.0004, "0.04 %"), (0.00002, "< 0.01 %"), (0, "0 %"),
                                             (0.0001, "0.01 %"), (0.00009, "< 0.01 %")])
def test_shares_are_percents(share: float, text: str) -> None:
    assert plain(share_text(share)) == text


def test_shapes() -> None:
    assert [shape_text(shape) for shape in ((6, 28, 28), (10,), (), ["–", 7])] == ["6×28×28", "10", "1", "–×7"]


def test_measures_for_a_table() -> None:
    values = (0.8224, 13.73, 0.000248, 35726.3, -0.9873, 0.0, math.nan, math.inf, -math.inf, 1.5e9, 3e-9, None,
              -0.00001, -0.0, -2e8)  # fmt: skip
    assert [plain(measure_text(value)) for value in values] == [
        "0.822", "13.730", "0.000248", "35 726", "−0.987", "0.000", "–", "∞", "−∞", "1.5e9", "3e−9", "–", "−0.00001",
        "0.000", "−2e8"]
    assert measure_text(0.98731, 4) == "0.9873"
    edges = (1e7, 9_999_999.0, 1000.0, 999.0, 0.01, 0.00999, 1e-6, 9.9e-7, -1e7, -1000.0)
    assert [plain(measure_text(value)) for value in edges] == [
        "1e7", "9 999 999", "1 000", "999.000", "0.010", "0.00999", "0.000001", "9.9e−7", "−1e7", "−1 000"]
    assert (measure_text(0.001, 4), measure_text(0.000999, 4)) == ("0.0010", "0.000999")


def test_measures_in_five_characters() -> None:
    values = (0.4731, 9.9999, 12.306, 123.4, 12345.6, 123456.0, 0.0002, -0.5, None, math.nan, math.inf)
    assert [short_measure(value) for value in values] == [
        "0.473", "10.00", "12.31", "123.4", "12346", "1e5", "2e−4", "−0.500", "–", "NaN", "∞"]
    edges = (0.0, 0.0005, 0.00049, 9.998, 10.0, 99_990.0, 99_999.0, 1e5, 1234.0, -math.inf)
    assert [short_measure(value) for value in edges] == [
        "0.000", "0.001", "5e−4", "9.998", "10.00", "99990", "1e5", "1e5", "1234", "−∞"]


@pytest.mark.parametrize(("value", "text"), [
    (0.0, "0"), (1.0, "1"), (-1.5, "−1.5"), (0.0123456, "0.01235"), (2.5e-7, "2.5e−7"), (12345678.0, "1.235e7"),
    (0.0005, "5e−4"), (None, "–"), (math.inf, "∞"), (-math.inf, "−∞"), (math.nan, "NaN"), (9999.4, "9999"),
    (9999.9, "10 000"), (-35726.3, "−35 726"), (9999.5, "10 000"), (999_999.0, "999 999"), (1e6, "1e6"),
    (0.001, "0.001"), (0.00099, "9.9e−4"), (-0.00099, "−9.9e−4"), (1000.0, "1000"),
])
def test_values_are_written_short(value: float | None, text: str) -> None:
    assert plain(value_text(value)) == text


@pytest.mark.parametrize("value", [0.0, -1.5, 0.015625, 2.5e-7, 1e30, 35726.0])
def test_what_is_written_can_be_read(value: float) -> None:
    assert typed_number(value_text(value, 9)) == value
    assert typed_number(typed_text(value)) == value


@pytest.mark.parametrize(("text", "meanings", "of_whole"), [
    ("1,000", ("1000", "1.0"), ("1000", "1")), ("1.000", ("1.000",), ("1000", "1")),
    ("−12,345", ("-12345", "-12.345"), ("-12345", "-12.345")), ("1,000,000", ("1000000",), ("1000000",)),
    ("1.000.000", ("1000000",), ("1000000",)), ("1,234.5", ("1234.5",), ("1234.5",)),
    ("1.234,5", ("1234.5",), ("1234.5",)), ("0,125", ("0.125",), ("0.125",)), ("12,5", ("12.5",), ("12.5",)),
    ("1 000", ("1000",), ("1000",)), ("1\u2009000", ("1000",), ("1000",)), ("1_000", ("1000",), ("1000",)),
    ("1’000", ("1000",), ("1000",)), ("1_0", ("1_0",), ("1_0",)),
])  # fmt: skip
def test_what_could_be_meant_two_ways_is_known(text: str, meanings: tuple[str, ...], of_whole: tuple[str, ...]) -> None:
    assert (readings(text), readings(text, whole=True)) == (meanings, of_whole)


def test_a_number_that_means_two_is_none() -> None:
    with pytest.raises(TwoMeaningsError) as caught:
        typed_number(" 1,000 ")
    assert (caught.value.text, caught.value.first, caught.value.second) == ("1,000", "1000", "1.0")
    assert [typed_number(text) for text in ("1 000", "1_000", "1.000", "1,00")] == [1000, 1000, 1, 1]


@pytest.mark.parametrize("text", ["", "x", "1_0", "inf", "nan", "1e999"])
def test_what_is_no_finite_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        typed_number(text)


def test_numbers_as_one_types_them() -> None:
    assert [typed_text(value) for value in (0.1, 10.0, 1e-5, 1e20, 0.1234567)] == [
        "0.1", "10", "1e-5", "1e20", "0.1234567"]


@pytest.mark.parametrize(("value", "text"), [
    (0.5, "0.5"), (3.0, "3"), (-2.0, "−2"), (1e-8, "1e−8"), (999_999, "999999"), (2.5e6, "2 500 000"),
    (2147483647, "2 147 483 647"), (1e20, "1e20"),
])  # fmt: skip
def test_options_are_told_short(value: float, text: str) -> None:
    assert plain(setting_text(value)) == text


def test_numbers_on_axes() -> None:
    assert [tick_text(value, 0.25) for value in (0, 0.25, 1)] == ["0.00", "0.25", "1.00"]
    assert [tick_text(value, 0.5) for value in (0, 2.5, -2.5)] == ["0.0", "2.5", "−2.5"]
    assert (tick_text(10, 1), tick_text(2e6, 1e6), tick_text(0, 1e6)) == ("10", "2e6", "0")
    assert [tick_text(value, 1.0) for value in (99_999, 1e5, -1e5)] == ["99999", "1e5", "−1e5"]
    assert [tick_text(0.00002, step) for step in (1e-5, 9e-6)] == ["0.00002", "2e−5"]
    assert [tick_text(1.0, step) for step in (1e5, 99_999.0)] == ["1", "1"]
    assert [tick_text(value, 0.1) for value in (-1e-8, 1e-7, 0.3)] == ["0.0", "0.0", "0.3"]
    assert [tick_text(0.5, step) for step in (0.05, 0.025, 2.5, 20)] == ["0.50", "0.500", "0.5", "0"]
    assert [power_text(value) for value in (1e-4, 9.9e-5, 1e5, 99_999)] == ["0.0001", "9.9e−5", "1e5", "99999"]
    assert [power_text(value) for value in (2.5e-6, 0.02, 0.5, 1, 500, 1e6)] == [
        "2.5e−6", "0.02", "0.5", "1", "500", "1e6"]


@pytest.mark.parametrize(("seconds", "text"), [
    (0.0123, "12.3 ms"), (1.5, "1.5 s"), (59.9, "59.9 s"), (59.97, "1:00 min"), (125.2, "2:05 min"),
    (3599.4, "59:59 min"), (3599.6, "1:00:00 h"), (3729, "1:02:09 h"), (float("nan"), "–")])
def test_what_a_run_took(seconds: float, text: str) -> None:
    assert duration_text(seconds).replace(SPACE, " ") == text
