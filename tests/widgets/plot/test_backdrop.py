"""The picture of other runs: every extreme is on it, and it is made in pieces, once for a view."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from widgets.look import theme
from widgets.plot import backdrop
from widgets.plot.backdrop import Backdrop, Scene, scene_strokes
from widgets.plot.overlaid import Band, Columns, Other, Overlaid
from widgets.plot.projection import Projection
from widgets.plot.view_options import ViewOptions
from widgets.plot.ways import Ways

SEEN = Projection(20, 10, 400, 200, (0.0, 10.0), (0.0, 1.0), False)
SMOOTH = ViewOptions(what="training", smoothing=0.9)


def run(key: str, y: np.ndarray, color: str = "#ff0000", length: float = 10.0, ways: Ways | None = None) -> Other:
    y = np.asarray(y, float)
    points = Columns(np.linspace(0, length, len(y)), y, y)
    return Other(Overlaid(key, key, QColor(color), points, ways=ways or Ways()))


def scene(*others: Other, seen: Projection = SEEN, view: ViewOptions = SMOOTH, ratio: float = 1.0) -> Scene:
    return Scene(others, 0, view, seen, ratio, theme.current().name)


def picture(drop: Backdrop, ratio: float = 1.0, is_dim: bool = False) -> np.ndarray:
    """How much red, green and blue each pixel has, on black."""
    image = QImage(round(440 * ratio), round(220 * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    with QPainter(image) as painter:
        drop.paint(painter, is_dim)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[..., 2::-1].copy()


def settled(*others: Other, seen: Projection = SEEN, view: ViewOptions = SMOOTH, ratio: float = 1.0) -> np.ndarray:
    drop = Backdrop(lambda: None)
    drop.show(scene(*others, seen=seen, view=view, ratio=ratio))
    for _ in range(1000):
        found = picture(drop, ratio)
        if drop.is_ready:
            return found
    raise AssertionError("it is never done")


def is_inked(found: np.ndarray, x: float, y: float, reach: int = 1) -> bool:
    """Whether anything is painted at most a pixel away."""
    column, row = math.floor(x), math.floor(y)
    return bool(found[max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1].any())


@settings(max_examples=12, deadline=None)
@given(count=st.sampled_from([50, 3000, 60_000]), spikes=st.lists(st.floats(0.001, 0.999), min_size=1, max_size=8),
       view=st.sampled_from([SMOOTH, SMOOTH._replace(smoothing=0.0), SMOOTH._replace(smoothing=0.99)]),
       low=st.floats(0, 6), wide=st.floats(0.5, 4))
def test_every_extreme_of_the_raw_values_is_painted(count: int, spikes: list[float], view: ViewOptions, low: float,
                                                    wide: float) -> None:
    """Of the whole, of each bucket of the decimation, and every spike, whatever is smoothed."""
    rng = np.random.default_rng(count)
    y = rng.uniform(0.45, 0.55, count)
    for index, spike in enumerate(spikes):
        y[int(spike * count)] = 0.03 if index % 2 else 0.97
    x = np.linspace(0, 10, count)
    for span in ((0.0, 10.0), (low, low + wide)):
        seen = SEEN._replace(span=span)
        found = settled(run("a", y), seen=seen, view=view)
        inside = (x >= span[0]) & (x <= span[1])
        spiked = inside & (np.abs(y - 0.5) > 0.3)
        buckets = np.array_split(np.flatnonzero(inside), 40)
        extremes = [pick for bucket in buckets if len(bucket)
                    for pick in (bucket[y[bucket].argmin()], bucket[y[bucket].argmax()])]
        for index in (*np.flatnonzero(spiked), *extremes):
            at, height = seen.x(x[index : index + 1])[0], seen.y(y[index : index + 1])[0]
            assert is_inked(found, min(at, 419), height, 1 if spiked[index] else 2), (x[index], y[index])


def test_a_spike_is_seen_behind_the_smoothed_curve_and_more_faintly() -> None:
    y = np.full(5000, 0.5)
    y[2500] = 0.9
    found = settled(run("a", y))
    spike, course = found[15:60, 215:226].max(), found[105:115, 300].max()
    assert 0 < spike < course


def test_gaps_stay_gaps_and_points_alone_are_dots() -> None:
    y = np.full(1000, 0.5)
    y[300:700] = np.nan
    found = settled(run("a", y))
    assert found[:, 100].any() and found[:, 350].any() and not found[:, 150:290].any()
    assert settled(run("a", [0.5]), seen=SEEN._replace(span=(-5.0, 5.0))).any()
    assert not settled(run("a", np.full(10, np.nan))).any() and not settled(Other(Overlaid("a", "a"))).any()


@pytest.mark.parametrize("is_log", [False, True])
def test_a_band_reaches_from_mean_minus_sd_to_mean_plus_sd(is_log: bool) -> None:
    epochs = np.linspace(0, 10, 11)
    mean, sd = 0.3 + epochs / 40, np.full(11, 0.1)
    seen = SEEN._replace(is_log=is_log, ends=(-2.0, 0.0)) if is_log else SEEN
    told = Overlaid("a", "a", QColor("#ff0000"), bands=(Band(epochs, mean, sd), None))
    found = settled(Other(told), seen=seen, view=ViewOptions(log=is_log))
    for at in (2.0, 5.0, 8.0):
        column = found[:, round(20 + at * 40), 0]
        rows = np.flatnonzero(column) + 0.5
        edges = np.array([0.3 + at / 40 + 0.1, 0.3 + at / 40 - 0.1])
        shares = (np.log10(edges) + 2) / 2 if is_log else edges
        assert [rows.min(), rows.max()] == pytest.approx((10 + 200 * (1 - shares)).tolist(), abs=1.1)
        assert column.max() > 140 and np.median(column[column > 0]) < 90, "a line in a light area"


def test_one_seed_alone_has_no_band() -> None:
    told = Overlaid("a", "a", QColor("#ff0000"), bands=(Band([0, 10], [0.5, 0.5], [math.nan, math.nan]), None))
    rows = np.flatnonzero(settled(Other(told), view=ViewOptions())[:, 200].any(axis=1))
    assert len(rows) <= 2


def test_each_run_goes_its_own_way_along_the_axis() -> None:
    slow, fast = (run(key, np.full(200, height), ways=Ways(seconds=([0, 10], [0, seconds])))
                  for key, height, seconds in (("slow", 0.25, 40), ("fast", 0.75, 10)))
    seen = SEEN._replace(span=(0.0, 40.0))
    found = settled(slow, fast, run("unknown", np.full(200, 0.5)), seen=seen, view=SMOOTH._replace(axis="time"))
    assert not found[100:120].any(), "where no way is known nothing is drawn"
    assert np.flatnonzero(found[158:162].any(axis=(0, 2))).max() >= 418
    assert np.flatnonzero(found[58:62].any(axis=(0, 2))).max() == pytest.approx(120, abs=2)


def test_many_runs_are_drawn_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backdrop, "SLICE_S", 0.0)
    others = [run(str(index), np.random.default_rng(index).uniform(0, 1, 500)) for index in range(5)]
    asked: list[int] = []
    drop = Backdrop(lambda: asked.append(1))
    drop.show(scene(*others))
    inks = []
    while not drop.is_ready:
        inks.append(int(picture(drop).any(axis=2).sum()))
        QApplication.processEvents()
    assert len(inks) == 11 and inks == sorted(inks) and inks[0] > 0, "a raw and a smoothed curve of each"
    assert len(asked) == 10, "another look is asked for until all is there"
    assert {trace.key for trace in drop.traces} == {"0", "1", "2", "3", "4"}
    monkeypatch.undo()
    assert (picture(drop) == settled(*others)).all()


def test_what_does_not_change_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backdrop, "SLICE_S", 10.0)
    drop, other = Backdrop(lambda: None), run("a", np.linspace(0.2, 0.8, 100))
    drop.show(scene(other))
    before = picture(drop)
    assert drop.is_ready
    monkeypatch.setattr(backdrop, "paint_stroke", None)
    drop.show(scene(other))
    assert (picture(drop) == before).all()
    dim = picture(drop, is_dim=True)
    assert 0 < dim.max() < before.max() and ((dim > 0) <= (before > 0)).all()
    drop.show(scene())
    assert not picture(drop).any() and drop.traces == []


def test_meanwhile_the_picture_before_stands_where_its_curves_belong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backdrop, "SLICE_S", 10.0)
    other = run("a", np.where(np.arange(5001) < 2500, 0.25, 0.75))
    drop = Backdrop(lambda: None)
    drop.show(scene(other))
    picture(drop)
    assert drop.is_ready
    monkeypatch.setattr(backdrop, "SLICE_S", -1.0)
    seen = SEEN._replace(span=(4.0, 6.0), ends=(0.0, 2.0))
    drop.show(scene(other, seen=seen))
    first = picture(drop)
    assert not drop.is_ready
    for at, height in ((4.5, 0.25), (5.5, 0.75)):
        x, y = seen.x(np.array([at]))[0], seen.y(np.array([height]))[0]
        assert is_inked(first, x, y, 3), "stretched"
    drop.show(scene(other, seen=seen, view=SMOOTH._replace(axis="steps")))
    assert not picture(drop).any(), "on another axis it would be wrong"


@pytest.mark.parametrize("ratio", [1.5, 2.0])
def test_it_is_sharp_on_fine_screens(ratio: float) -> None:
    other = run("a", np.full(100, 0.5))
    found = settled(other, ratio=ratio)
    rows = np.flatnonzero(found[:, round(200 * ratio)].any(axis=1)) / ratio
    assert rows.mean() == pytest.approx(110, abs=1) and len(rows) <= 2 * ratio
    assert np.flatnonzero(found.any(axis=(0, 2))).max() == pytest.approx(420 * ratio, abs=2)


def test_of_many_runs_each_has_fewer_points_and_all_extremes() -> None:
    y = np.random.default_rng(0).uniform(0.4, 0.6, 30_000)
    y[12_345] = 0.95
    for count, most in ((1, 800), (20, 320), (40, 200)):
        strokes = list(scene_strokes(scene(*(run(str(index), y) for index in range(count))), [run("0", y)]))
        assert [len(stroke.trace.x) <= most for stroke in strokes] == [True, True]
        raw = strokes[0].trace.y
        assert raw.min() == pytest.approx(SEEN.y(np.array([0.95]))[0])
