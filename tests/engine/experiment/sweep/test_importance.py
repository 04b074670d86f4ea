"""How much each field explains, beside least squares and F by other libraries."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import stats

from engine.experiment.sweep.axes import Axis
from engine.experiment.sweep.importance import importance
from engine.experiment.sweep.setting import Setting

LR, SIZE, SEED = Axis("lr", (0.01, 0.1, 1.0)), Axis("batch_size", (8, 16)), Axis("seed", (0, 1, 2, 3))


def rows(*axes: Axis) -> list[Setting]:
    return [Setting(tuple(zip([axis.field for axis in axes], values, strict=True)))
            for values in product(*(axis.values for axis in axes))]


def design(settings: list[Setting], fields: list[str]) -> np.ndarray:
    columns = [np.ones(len(settings))]
    for field in fields:
        values = [setting.value(field) for setting in settings]
        columns += [np.array([value == level for value in values], float) for level in sorted(set(values))[1:]]
    return np.stack(columns, axis=1)


def squares(x: np.ndarray, y: np.ndarray) -> float:
    return float(((y - x @ np.linalg.lstsq(x, y, rcond=None)[0]) ** 2).sum())


def omega(settings: list[Setting], fields: list[str], y: np.ndarray) -> dict[str, float]:
    """ω² by its definition."""
    x = design(settings, fields)
    error = squares(x, y) / (len(y) - np.linalg.matrix_rank(x))
    total = float(((y - y.mean()) ** 2).sum())
    found = {}
    for field in fields:
        less = design(settings, [each for each in fields if each != field])
        df = np.linalg.matrix_rank(x) - np.linalg.matrix_rank(less)
        found[field] = (squares(less, y) - squares(x, y) - df * error) / (total + error)
    return {field: min(1.0, max(0.0, value)) for field, value in found.items()}


@pytest.mark.parametrize("seed", range(4))
def test_shares_are_those_of_least_squares(seed: int) -> None:
    random = np.random.default_rng(seed)
    settings = [each for each in rows(LR, SIZE, SEED) if random.random() < 0.8]  # some have failed
    y = np.array([3 * np.log10(each.value("lr")) ** 2 + (each.value("batch_size") == 8) + random.normal(0, 0.3)
                  for each in settings])
    found = importance([LR, SIZE, SEED], settings, list(y))
    expected = omega(settings, ["lr", "batch_size", "seed"], y)
    assert {share.field: share.share for share in found.shares} == pytest.approx(expected, abs=1e-9)
    assert found.shares[0].field == "lr" and found.shares[0].share > 0.7


def test_of_a_single_field_it_follows_from_f() -> None:
    random = np.random.default_rng(0)
    settings = rows(LR, SEED)
    y = np.array([random.normal((0.0, 0.5, 1.0)[LR.values.index(each.value("lr"))], 0.4) for each in settings])
    f = stats.f_oneway(*(y[[each.value("lr") == value for each in settings]] for value in LR.values)).statistic
    [share] = importance([LR], [Setting(each.values[:1]) for each in settings], list(y)).shares
    assert share.share == pytest.approx(2 * (f - 1) / (2 * (f - 1) + len(y)))  # the textbook's form


def test_chance_does_not_look_important() -> None:
    found: dict[str, list[float]] = {"lr": [], "batch_size": [], "seed": []}
    for seed in range(60):
        y = np.random.default_rng(seed).normal(size=24)
        for share in importance([LR, SIZE, SEED], rows(LR, SIZE, SEED), list(y)).shares:
            found[share.field].append(share.share)
    for levels, shares in zip((3, 2, 4), found.values(), strict=True):
        assert np.median(shares) == 0 and np.mean(shares) < (levels - 1) / 23  # which is what chance explains


def test_a_range_counts_by_rank() -> None:
    random = np.random.default_rng(1)
    settings = [Setting((("lr", float(10 ** random.uniform(-4, 0))), ("seed", seed % 4))) for seed in range(40)]
    y = [float(np.log10(each.value("lr"))) + random.normal(0, 0.1) for each in settings]
    found = importance([Axis("lr", low=1e-4, high=1.0), SEED], settings, y)
    shares = {share.field: share.share for share in found.shares}
    assert shares["lr"] > 0.8 and shares["seed"] < 0.05


def test_too_few_runs_say_how_many_would_do() -> None:
    found = importance([LR, SIZE], rows(LR, SIZE)[:5], [0.1, 0.2, 0.3, 0.4, 0.5])
    assert found.shares == () and found.needed == 1 + 2 + 1 + 2
    assert importance([LR, SIZE], rows(LR, SIZE)[:0], []).shares == ()


def test_runs_that_are_all_alike_explain_nothing() -> None:
    found = importance([LR, SEED], rows(LR, SEED), [0.5] * 12)
    assert [share.share for share in found.shares] == [0, 0]
