"""Functions of one number and their derivatives, as torch has them at their corners."""

from __future__ import annotations

from collections.abc import Callable
from math import copysign, cos, erf, exp, expm1, log, log1p, pi, sin, sqrt, tanh
from typing import Any, NamedTuple

Curve = Callable[[float, Any], float]  # of x and the layer with its options
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805
GELU_TANH, GELU_CUBE = sqrt(2 / pi), 0.044715


class Row(NamedTuple):
    """``formula`` as it is shown, ``value`` f(x), ``slope`` f′(x); ``cancels``: a difference of larger numbers."""

    formula: str
    value: Curve
    slope: Curve
    cancels: bool = False


def sigmoid(x: float) -> float:
    """1 / (1 + e⁻ˣ) without an overflow."""
    if x >= 0:
        return 1 / (1 + exp(-x))
    power = exp(x)
    return power / (1 + power)


def softplus(x: float) -> float:
    """log(1 + eˣ) without an overflow."""
    return max(x, 0.0) + log1p(exp(-abs(x)))


def _power(x: float) -> float:
    """eˣ, infinite where it is too large, as torch has it."""
    try:
        return exp(x)
    except OverflowError:
        return float("inf")


def _gelu(x: float, layer: Any) -> float:
    if layer.approximate == "tanh":
        return 0.5 * x * (1 + tanh(GELU_TANH * (x + GELU_CUBE * x**3)))
    return 0.5 * x * (1 + erf(x / sqrt(2)))


def _gelu_slope(x: float, layer: Any) -> float:
    if layer.approximate == "tanh":
        bend = tanh(GELU_TANH * (x + GELU_CUBE * x**3))
        return 0.5 * (1 + bend) + 0.5 * x * (1 - bend**2) * GELU_TANH * (1 + 3 * GELU_CUBE * x**2)
    return 0.5 * (1 + erf(x / sqrt(2))) + x * exp(-x * x / 2) / sqrt(2 * pi)


def _mish_slope(x: float, _: Any) -> float:
    bend = tanh(softplus(x))
    return bend + x * (1 - bend**2) * sigmoid(x)


def _softplus(x: float, layer: Any) -> float:
    return x if x * layer.beta > layer.threshold else softplus(x * layer.beta) / layer.beta


def _clamped(x: float, layer: Any) -> float:
    low = x if layer.min is None else max(x, layer.min)
    return low if layer.max is None else min(low, layer.max)


def _inside(x: float, layer: Any) -> float:
    return float((layer.min is None or x >= layer.min) and (layer.max is None or x <= layer.max))


CURVES: dict[str, Row] = {
    "ReLU": Row("max(x, 0)", lambda x, _: max(x, 0.0), lambda x, _: float(x > 0)),
    "Sigmoid": Row("1 / (1 + e⁻ˣ)", lambda x, _: sigmoid(x), lambda x, _: sigmoid(x) * sigmoid(-x)),
    "Tanh": Row("tanh(x)", lambda x, _: tanh(x), lambda x, _: 1 - tanh(x) ** 2),
    "LeakyReLU": Row("x, or slope·x below 0", lambda x, o: x if x > 0 else o.negative_slope * x,
                     lambda x, o: 1.0 if x > 0 else o.negative_slope),
    "PReLU": Row("x, or a·x below 0, a learned", lambda x, a: x if x > 0 else a * x, lambda x, a: 1.0 if x > 0 else a),
    "ELU": Row("x, or α(eˣ − 1) below 0", lambda x, o: x if x > 0 else o.alpha * expm1(x),
               lambda x, o: 1.0 if x > 0 else o.alpha * exp(x)),
    "CELU": Row("x, or α(e^(x/α) − 1) below 0", lambda x, o: x if x > 0 else o.alpha * expm1(x / o.alpha),
                lambda x, o: 1.0 if x > 0 else exp(x / o.alpha)),
    "SELU": Row("λ·x, or λα(eˣ − 1) below 0",
                lambda x, _: SELU_SCALE * (x if x > 0 else SELU_ALPHA * expm1(x)),
                lambda x, _: SELU_SCALE * (1.0 if x > 0 else SELU_ALPHA * exp(x))),
    "GELU": Row("x · Φ(x)", _gelu, _gelu_slope, cancels=True),
    "SiLU": Row("x · sigmoid(x)", lambda x, _: x * sigmoid(x), lambda x, _: sigmoid(x) * (1 + x * sigmoid(-x))),
    "Mish": Row("x · tanh(log(1 + eˣ))", lambda x, _: x * tanh(softplus(x)), _mish_slope),
    "Softplus": Row("log(1 + e^(βx)) / β", _softplus,
                    lambda x, o: 1.0 if x * o.beta > o.threshold else sigmoid(x * o.beta)),
    "Softsign": Row("x / (1 + |x|)", lambda x, _: x / (1 + abs(x)), lambda x, _: 1 / (1 + abs(x)) ** 2),
    "LogSigmoid": Row("log(1 / (1 + e⁻ˣ))", lambda x, _: -softplus(-x), lambda x, _: sigmoid(-x)),
    "ReLU6": Row("min(max(x, 0), 6)", lambda x, _: min(max(x, 0.0), 6.0), lambda x, _: float(0 < x < 6)),
    "Hardtanh": Row("min(max(x, lowest), highest)", lambda x, o: min(max(x, o.min_val), o.max_val),
                    lambda x, o: float(o.min_val < x < o.max_val)),
    "Hardsigmoid": Row("min(max(x/6 + 1/2, 0), 1)", lambda x, _: min(max(x / 6 + 0.5, 0.0), 1.0),
                       lambda x, _: 1 / 6 if -3 < x < 3 else 0.0),
    "Hardswish": Row("x · min(max(x/6 + 1/2, 0), 1)", lambda x, _: x * min(max(x / 6 + 0.5, 0.0), 1.0),
                     lambda x, _: 0.0 if x <= -3 else 1.0 if x >= 3 else x / 3 + 0.5),
    "Threshold": Row("x above the threshold, else the value", lambda x, o: x if x > o.threshold else o.value,
                     lambda x, o: float(x > o.threshold)),
    "Hardshrink": Row("x, or 0 within ±λ", lambda x, o: x if abs(x) > o.lambd else 0.0,
                      lambda x, o: float(abs(x) > o.lambd)),
    "Softshrink": Row("x moved by λ towards 0", lambda x, o: copysign(max(abs(x) - o.lambd, 0.0), x),
                      lambda x, o: float(abs(x) > o.lambd)),
    "Tanhshrink": Row("x − tanh(x)", lambda x, _: x - tanh(x), lambda x, _: tanh(x) ** 2,
                      cancels=True),
    "Abs": Row("|x|", lambda x, _: abs(x), lambda x, _: float((x > 0) - (x < 0))),
    "Exp": Row("eˣ", lambda x, _: _power(x), lambda x, _: _power(x)),
    "Square": Row("x²", lambda x, _: x * x, lambda x, _: 2 * x),
    "Sin": Row("sin(x)", lambda x, _: sin(x), lambda x, _: cos(x)),
    "Cos": Row("cos(x)", lambda x, _: cos(x), lambda x, _: -sin(x)),
    "Log": Row("log(x)", lambda x, _: log(x) if x > 0 else -float("inf") if x == 0 else float("nan"),
               lambda x, _: 1 / x if x else float("inf")),
    "Sqrt": Row("√x", lambda x, _: sqrt(x) if x >= 0 else float("nan"),
                lambda x, _: 0.5 / sqrt(x) if x > 0 else float("inf") if x == 0 else float("nan")),
    "Scale": Row("a·x + b", lambda x, o: o.factor * x + o.shift, lambda x, o: o.factor),
    "Clamp": Row("min(max(x, lowest), highest)", _clamped, _inside),
}  # fmt: skip
