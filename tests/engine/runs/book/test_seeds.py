"""Several seeds as one row, and what is said of two of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.experiment.experiment import Experiment
from engine.runs.book.book import read_book
from engine.runs.book.entry import Entry
from engine.runs.book.seeds import Row, Seeds, compared, rows_of
from engine.training.events import Steered
from tests.engine.cases import experiment, with_recipe
from tests.engine.runs.book.kept import kept

BASE = experiment(epochs=3)
LOW, HIGH = (0.90, 0.91, 0.92), (0.96, 0.95, 0.97)


def seeds(root: Path, first: int, base: Experiment, best: tuple[float, ...]) -> None:
    for seed, each in enumerate(best):
        kept(root, first + seed, with_recipe(base, seed=seed), (0.5, each))


def of(rows: list[Row]) -> list[int]:
    return [len(row.entries) if isinstance(row, Seeds) else 1 for row in rows]


def test_runs_that_differ_in_their_seed_are_one_row(tmp_path: Path) -> None:
    seeds(tmp_path, 0, BASE, LOW)
    kept(tmp_path, 5, with_recipe(BASE, lr=0.1))
    seeds(tmp_path, 10, with_recipe(BASE, batch_size=8), HIGH)
    rows = rows_of(read_book([tmp_path]).entries)
    assert of(rows) == [3, 1, 3]
    assert isinstance(rows[0], Seeds) and isinstance(rows[2], Seeds)
    assert rows[0].seeds == (0, 1, 2) and rows[0].first.number == "5"
    found = rows[2].spread("best", "accuracy")
    assert found == pytest.approx((3, np.mean(LOW), np.std(LOW, ddof=1)))


def test_settings_that_differ_and_those_that_overlap(tmp_path: Path) -> None:
    seeds(tmp_path, 0, BASE, LOW)
    seeds(tmp_path, 10, with_recipe(BASE, lr=0.1), HIGH)
    seeds(tmp_path, 20, with_recipe(BASE, lr=0.2), (0.905, 0.925, 0.89))
    overlaps, better, base = rows_of(read_book([tmp_path]).entries)
    high, none = compared(better, base, "accuracy"), compared(overlaps, base, "accuracy")
    assert high is not None and high.is_real and high.mean == pytest.approx(0.05)
    assert none is not None and not none.is_real
    assert compared(better, entry(overlaps), "accuracy") is None


def entry(row: Row) -> Entry:
    return row.first if isinstance(row, Seeds) else row


def test_one_seed_again_is_no_second_seed(tmp_path: Path) -> None:
    kept(tmp_path, 0)
    kept(tmp_path, 1)
    assert of(rows_of(read_book([tmp_path]).entries)) == [1, 1]
    kept(tmp_path, 2, with_recipe(BASE, seed=1), (0.5, 0.8))
    (row,) = rows_of(read_book([tmp_path]).entries)
    assert isinstance(row, Seeds) and len(row.entries) == 3 and row.spread("best", "accuracy").runs == 2


def test_a_run_that_was_stopped_says_nothing_of_the_others(tmp_path: Path) -> None:
    seeds(tmp_path, 0, BASE, LOW)
    kept(tmp_path, 9, with_recipe(BASE, seed=9), (0.1,), stopped=True)
    (row,) = rows_of(read_book([tmp_path]).entries)
    assert isinstance(row, Seeds) and len(row.entries) == 4 and row.spread("best", "accuracy").runs == 3


def test_a_run_that_was_steered_is_of_another_course(tmp_path: Path) -> None:
    seeds(tmp_path, 0, BASE, LOW)
    kept(tmp_path, 9, with_recipe(BASE, seed=9), changes=[Steered(1, 2, 0.2, {"lr": 0.001}, {"lr": 0.005})])
    assert of(rows_of(read_book([tmp_path]).entries)) == [1, 3]
