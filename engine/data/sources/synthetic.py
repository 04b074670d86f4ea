"""Numbers made by a known rule: linear, polynomial, and one image with its edges. No files, no torch."""

from __future__ import annotations

from collections.abc import Callable
from math import factorial

import numpy as np

from engine.data.sources.arrays import Array, Arrays, Report
from engine.data.spec.spec import DataSpec

Rule = Callable[[np.random.Generator, int], tuple[Array, Array]]


def make(spec: DataSpec) -> Arrays:
    """The three parts, from the spec's seed. Raises OptionError where inputs and true weights do not fit."""
    if spec.dataset == "edges":
        return _edges()
    return _polynomial(spec) if spec.dataset == "polynomial" else _linear(spec)


def _linear(spec: DataSpec) -> Arrays:
    """y = Xw + b + noise, X of mean 0 and deviation 1; inputs N×inputs, targets N×1."""
    made = spec.synthetic
    weight = np.array(made.weights)

    def rows(random: np.random.Generator, count: int) -> tuple[Array, Array]:
        x = random.normal(size=(count, made.inputs))
        return x, x @ weight + made.bias

    truth = {"weight": weight.tolist(), "bias": [made.bias]}
    return _parts(spec, rows, truth, tuple(f"x{index}" for index in range(1, made.inputs + 1)))


def _polynomial(spec: DataSpec) -> Arrays:
    """y = Σ cₙ·xⁿ/n! + noise, x of mean 0 and deviation 1; inputs xⁿ/n! for n = 0 … degree, N×(degree + 1)."""
    made = spec.synthetic
    powers = np.arange(max(made.degree + 1, len(made.coefficients)))
    scale = np.array([float(factorial(power)) for power in powers])
    coefficients = np.zeros(len(powers))
    coefficients[:len(made.coefficients)] = made.coefficients

    def rows(random: np.random.Generator, count: int) -> tuple[Array, Array]:
        features = random.normal(size=(count, 1)) ** powers / scale
        return features[:, :made.degree + 1], features @ coefficients

    truth = {"weight": coefficients[:made.degree + 1].tolist()}
    return _parts(spec, rows, truth, tuple(f"x^{power}/{power}!" for power in range(made.degree + 1)))


def _parts(spec: DataSpec, rows: Rule, truth: dict[str, list[float]], names: tuple[str, ...]) -> Arrays:
    made, random = spec.synthetic, np.random.default_rng(spec.seed)

    def part(count: int) -> tuple[Array, Array]:
        inputs, targets = rows(random, count)
        noisy = targets + random.normal(scale=made.noise, size=count)
        return inputs.astype(np.float32), noisy.astype(np.float32)[:, None]

    train, validation, test = (part(count) for count in (made.rows, made.validation_rows, made.test_rows))
    return Arrays(*train, *test, *validation, truth=truth, report=Report(features=names))


def _edges() -> Arrays:
    """One example in every part: 1×6×8 ones with a dark band, and its horizontal difference 1×6×7."""
    image = np.ones((1, 1, 6, 8), np.float32)
    image[..., 2:6] = 0
    one = image, image[..., :-1] - image[..., 1:]
    return Arrays(*one, *one, *one, truth={"weight": [1.0, -1.0]})
