"""Numbers made by a known rule, so that what is learned can be held beside it: linear, polynomial, edges."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import factorial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from engine.data.formats.arrays import Array, Arrays, Report
from engine.data.sources.base import Expected, OneNumber, Page, Presets, Request, Source, register

if TYPE_CHECKING:
    import numpy as np

    Rule = Callable[[np.random.Generator, int], tuple[Array, Array]]

_ROWS = {"noise", "rows", "validation_rows", "test_rows"}


class _Made(Source):
    """Rows of numbers from a seed; nothing is read."""

    kind = "synthetic"
    reads: ClassVar[tuple[str, ...]] = ("synthetic", "seed")

    def is_image(self, request: Request) -> bool:
        """Numbers stay as they are made."""
        return False

    def options(self, request: Request) -> frozenset[str]:
        """How many are set aside stands with the rule."""
        return frozenset({"seed"})

    def pages(self, request: Request) -> frozenset[Page]:
        """The rule."""
        return frozenset({"rule"})


def _examples(request: Request) -> int:
    made = request.synthetic
    return made.rows + made.validation_rows + made.test_rows


def _parts(request: Request, rows: Rule, truth: dict[str, list[float]], names: tuple[str, ...]) -> Arrays:
    """The three parts with noise; inputs N×F, targets N×1."""
    import numpy as np  # numpy is loaded when data are made

    made, random = request.synthetic, np.random.default_rng(request.seed)

    def part(count: int) -> tuple[Array, Array]:
        inputs, targets = rows(random, count)
        noisy = targets + random.normal(scale=made.noise, size=count)
        return inputs.astype(np.float32), noisy.astype(np.float32)[:, None]

    train, validation, test = (part(count) for count in (made.rows, made.validation_rows, made.test_rows))
    return Arrays(*train, *test, *validation, truth=truth, report=Report(features=names))


@register
class Linear(_Made):
    """A weighted sum."""

    id = "linear"
    title = "Linear (synthetic)"
    about = "Made numbers: y = Xw + b + noise."
    expects = Expected((2,), "regression", output_shape=(1,))
    rule = "y = Xw + b + noise"
    rule_options = frozenset({"inputs", "weight", "bias"} | _ROWS)

    def expected(self, request: Request) -> Expected:
        """As many inputs and rows as are asked for."""
        return self.expects._replace(sample_shape=(request.synthetic.inputs,), examples=_examples(request))

    def truth(self, request: Request) -> Mapping[str, Sequence[float]]:
        """Weights, bias, and the deviation of the noise."""
        made = request.synthetic
        return {"w": made.weights, "b": (made.bias,), "σ": (made.noise,)}

    def read(self, request: Request, root: Path | None) -> Arrays:
        """y = Xw + b + noise, X of mean 0 and deviation 1. Raises OptionError where inputs and weights do not fit."""
        import numpy as np  # numpy is loaded when data are made

        made = request.synthetic
        weight = np.array(made.weights)

        def rows(random: np.random.Generator, count: int) -> tuple[Array, Array]:
            x = random.normal(size=(count, made.inputs))
            return x, x @ weight + made.bias

        truth = {"weight": weight.tolist(), "bias": [made.bias]}
        return _parts(request, rows, truth, tuple(f"x{index}" for index in range(1, made.inputs + 1)))


@register
class Polynomial(_Made):
    """A polynomial of one number, for a network that sees its powers."""

    id = "polynomial"
    title = "Polynomial (synthetic)"
    about = "Made numbers: a polynomial of x, and noise."
    expects = Expected((4,), "regression", output_shape=(1,))
    presets: ClassVar[Presets] = {"synthetic": {"noise": 0.1, "rows": 100, "validation_rows": 100, "test_rows": 100}}
    rule = "y = c₀ + c₁x + c₂x²/2! + c₃x³/3! + … + noise"
    rule_options = frozenset({"coefficients", "degree"} | _ROWS)

    def expected(self, request: Request) -> Expected:
        """As many powers and rows as are asked for."""
        return self.expects._replace(sample_shape=(request.synthetic.degree + 1,), examples=_examples(request))

    def truth(self, request: Request) -> Mapping[str, Sequence[float]]:
        """Coefficients, and the deviation of the noise."""
        return {"c": request.synthetic.coefficients, "σ": (request.synthetic.noise,)}

    def of_one(self, request: Request) -> OneNumber | None:
        """The number whose powers they are, which is the first of them; there is none of degree 0."""
        degree = request.synthetic.degree

        def examples(x: Array) -> Array:
            import numpy as np  # numpy is loaded when data are made

            powers = np.arange(degree + 1)
            made: Array = x[:, None] ** powers / np.array([float(factorial(power)) for power in powers])
            return made

        return OneNumber("x", 1, examples) if degree else None

    def read(self, request: Request, root: Path | None) -> Arrays:
        """y = Σ cₙ·xⁿ/n! + noise, x of mean 0 and deviation 1; inputs xⁿ/n! for n = 0 … degree, N×(degree + 1)."""
        import numpy as np  # numpy is loaded when data are made

        made = request.synthetic
        powers = np.arange(max(made.degree + 1, len(made.coefficients)))
        scale = np.array([float(factorial(power)) for power in powers])
        coefficients = np.zeros(len(powers))
        coefficients[:len(made.coefficients)] = made.coefficients

        def rows(random: np.random.Generator, count: int) -> tuple[Array, Array]:
            features = random.normal(size=(count, 1)) ** powers / scale
            return features[:, :made.degree + 1], features @ coefficients

        truth = {"weight": coefficients[:made.degree + 1].tolist()}
        return _parts(request, rows, truth, tuple(f"x^{power}/{power}!" for power in range(made.degree + 1)))


@register
class Edges(_Made):
    """One image and where its edges are, for a kernel to be learned."""

    id = "edges"
    title = "Edges (synthetic)"
    about = "One image with a dark band, and where its edges are."
    expects = Expected((1, 6, 8), "regression", output_shape=(1, 6, 7), examples=1)
    overlaps = True
    reads = ()
    rule = "Y = X[:, j] − X[:, j + 1]: the difference of neighbours in a row"

    def truth(self, request: Request) -> Mapping[str, Sequence[float]]:
        """The kernel."""
        return {"K": (1.0, -1.0)}

    def read(self, request: Request, root: Path | None) -> Arrays:
        """One example in every part: 1×6×8 ones with a dark band, and its horizontal difference 1×6×7."""
        import numpy as np  # numpy is loaded when data are made

        image = np.ones((1, 1, 6, 8), np.float32)
        image[..., 2:6] = 0
        one = image, image[..., :-1] - image[..., 1:]
        return Arrays(*one, *one, *one, truth={"weight": [1.0, -1.0]})
