"""Curves for drawing, against what the run's own reader and pandas find."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.runs.arrays import band, drawn
from engine.runs.names import POINTS
from engine.runs.opened import RunError, open_run
from engine.runs.texts import POINTS_HEAD
from tests.engine.runs.book.kept import kept


@pytest.mark.parametrize("text", [
    "0.5,1.25,0.5\n1.000000,2e-3,0.75\n", "0.5,1.25,\n1.0,0.5,\n", "0.5,nan,0.5\n1.0,inf,0.1\n", "", "0.5,1,0.5\n0.7,1",
    "0.5,1,0.5\nx,y,z\n1.0,1.5,0.5\n", "0.5,1,0.5\n\n1.0,2,0.5\n", "0.5,1,0.5,7\n", "0.5,1\n", "\x00\x00\n",
])  # fmt: skip
def test_points_are_those_that_the_runs_reader_finds(text: str, tmp_path: Path) -> None:
    folder = kept(tmp_path, 0)
    (folder / POINTS).write_text(POINTS_HEAD + text, encoding="utf-8")
    known = [(point.position, point.loss, point.accuracy) for point in open_run(folder).state.points]
    found = drawn(folder).points
    assert found.shape[1] == 3
    np.testing.assert_allclose(found[: len(known)], np.array(known).reshape(-1, 3))
    assert len(found) - len(known) in (0, 1 if not text.endswith("\n") else 0)


def test_the_rest_is_that_of_the_run(tmp_path: Path) -> None:
    folder = kept(tmp_path, 0)
    found, state = drawn(folder), open_run(folder).state
    assert found.epochs == tuple(state.epochs) and found.best == 2
    assert found.steps == ([0.0, 3.0], [0.0, 48.0]) and found.seconds[1][-1] == 6.0
    (folder / POINTS).unlink()
    assert drawn(folder).points.shape == (0, 3)
    with pytest.raises(RunError):
        drawn(tmp_path)


def test_a_band_is_mean_and_sample_deviation_of_those_that_came_so_far() -> None:
    curves = [{1: 0.5, 2: 0.7, 3: 0.8}, {1: 0.6, 2: 0.8}, {1: 0.4, 2: math.nan, 3: 0.6, 4: 0.9}]
    table = pd.DataFrame([pd.Series(curve) for curve in curves]).sort_index(axis=1)
    known = table.loc[:, table.count() > 1]
    found = band(curves)
    assert found.positions.tolist() == known.columns.tolist() == [1, 2, 3]
    np.testing.assert_allclose(found.means, known.mean())
    np.testing.assert_allclose(found.deviations, known.std())
    assert len(band([]).positions) == len(band(curves[:1]).positions) == 0
