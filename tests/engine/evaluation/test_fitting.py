"""Curves and least squares: numpy's normal equations, polyfit, and the network asked point by point."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine import build_module, load_data, load_experiment
from engine.evaluation.values import Curve, LeastSquares
from tests.engine.cases import chain, with_recipe
from tests.engine.evaluation.test_judging import judge

LINREG, POLYNOMIAL = (replace(load_experiment(f"gallery:{name}"), variants=()) for name in ("linreg", "polynomial"))


def squares(found: LeastSquares | None) -> LeastSquares:
    assert found is not None
    return found


def test_linreg_beside_the_normal_equations() -> None:
    found, data = squares(judge(LINREG, None, "validation").least_squares), load_data(LINREG.data)
    x, y = data.train.inputs.double().numpy(), data.train.targets.double().numpy()[:, 0]
    full = np.column_stack([x, np.ones(len(x))])
    wanted = np.linalg.solve(full.T @ full, full.T @ y)
    assert [*found.weights, found.bias] == pytest.approx(wanted, abs=1e-9) and found.names == ("x1", "x2")
    held = data.validation.inputs.double().numpy() @ wanted[:2] + wanted[2]
    factor = LINREG.recipe.loss_row.factor
    assert found.loss == pytest.approx(factor * np.mean((held - data.validation.targets.numpy()[:, 0]) ** 2), rel=1e-3)
    layer = build_module(LINREG).get_submodule("fc1")
    assert found.learned.tolist() == layer.weight[0].tolist() and found.learned_bias == float(layer.bias.detach())
    assert found.true == {"weight": (2.0, -3.4), "bias": (4.2,)}


@pytest.mark.parametrize("degree", [1, 3, 19])
def test_polynomials_have_a_curve_with_the_closed_form_beside_it(degree: int) -> None:
    base = replace(POLYNOMIAL, data=POLYNOMIAL.data.with_options(synthetic={"degree": degree}))
    made, data = judge(base, None, "test"), load_data(base.data)
    curve, found = made.curve, squares(made.least_squares)
    assert isinstance(curve, Curve) and curve.closed is not None and len(found.weights) == degree + 1
    assert curve.x == pytest.approx(data.test.inputs[:, 1].numpy()) and (np.diff(curve.grid) > 0).all()
    assert (curve.grid[0], curve.grid[-1]) == pytest.approx((curve.x.min(), curve.x.max()))
    with torch.no_grad():
        outputs = build_module(base)(data.test.inputs)[:, 0].numpy()
    at = np.interp(curve.x, curve.grid, curve.predicted)
    assert at == pytest.approx(outputs, abs=0.02 * float(np.abs(outputs).max()) + 0.01)
    if degree < 19:
        wanted = np.polyfit(data.train.inputs[:, 1].double().numpy(), data.train.targets[:, 0].double().numpy(), degree)
        assert curve.closed == pytest.approx(np.polyval(wanted, curve.grid), abs=1e-3)
    x, y = data.train.inputs.double(), data.train.targets.double()[:, 0]
    best = torch.linalg.lstsq(x, y[:, None], driver="gelsd").solution[:, 0]
    mine = float(((x @ torch.tensor(found.weights) - y) ** 2).mean())
    assert mine <= float(((x @ best - y) ** 2).mean()) * (1 + 1e-6) and mine < 0.1 + 40 * (degree == 1)


@pytest.mark.parametrize("rows", [
    [("fc1", "Linear", {"out_features": 4}), ("fc2", "Linear", {"out_features": 1})],
    [("act", "ReLU", {}), ("fc1", "Linear", {"out_features": 1})],
])
def test_what_is_not_linear_in_its_weights_has_no_closed_form(rows: list[tuple[str, str, dict[str, object]]]) -> None:
    found = judge(replace(POLYNOMIAL, graph=chain(*rows)), None, "train")
    assert found.least_squares is None and found.curve is not None and found.curve.closed is None


def test_another_loss_has_no_closed_form_and_several_inputs_no_curve() -> None:
    assert judge(with_recipe(LINREG, loss="l1"), None, "train").least_squares is None
    assert judge(LINREG, None, "train").curve is None
