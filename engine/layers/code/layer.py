"""The layer that a person writes in Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from engine.layers.base import FLOAT_BYTES, Category, Facts, Layer, Shape, numel, register
from engine.layers.code.running import Trial, tried
from engine.layers.code.source import EXAMPLE, CodeError, CodeNotAllowedError, arguments, is_allowed, outline
from engine.units import shape_text

# Constructor arguments that follow from what comes in, where the class has them and nobody gives them.
INFERRED = ("in_features", "in_channels", "in_shape")


@register
class Code(Layer):
    """A layer written in Python (torch.nn.Module; Dive into Deep Learning, section 6.5)."""

    title: ClassVar[str] = "Code"
    category: ClassVar[Category] = "code"
    stem: ClassVar[str] = "code"
    meaning: ClassVar[str] = "A layer of your own, written in Python. Tensors it keeps are saved with the network."
    rule: ClassVar[str] = "what its forward method returns; the first dimension is the batch and stays"
    example: ClassVar[Shape] = (8,)

    source: str = Field(EXAMPLE, max_length=100_000, title="Code", description="A class that is an nn.Module.")
    made_with: str = Field(
        "", max_length=2000, title="Arguments",
        description="What the class is made with. in_features and in_shape are filled in.",
        json_schema_extra={"example": "units=3"},
    )

    # What the class says decides how many wires come in; a source that cannot be read takes one.
    @property
    def min_inputs(self) -> int:  # type: ignore[override]
        return self._inputs()[0]

    @property
    def max_inputs(self) -> int | None:  # type: ignore[override]
        return self._inputs()[1]

    def _inputs(self) -> tuple[int, int | None]:
        try:
            return outline(self.source).inputs
        except CodeError:
            return 1, 1

    def construction(self, shapes: Sequence[Shape]) -> str:
        """How the module is made: ``Mine(in_features=20, units=3)``. Raises CodeError."""
        known, given = outline(self.source), self.given()
        values = {"in_features": shapes[0][-1:], "in_channels": shapes[0][:1], "in_shape": (shapes[0],)}
        inferred = [f"{name}={values[name][0]!r}" for name in INFERRED
                    if name in known.constructor and values[name] and not self._is_given(name)]
        return f"{known.name}({', '.join([*([given] if given else []), *inferred])})"

    def given(self) -> str:
        """The arguments as typed. Raises CodeError unless they are plain values."""
        positional, named = arguments(self.made_with)
        return ", ".join([*positional, *(f"{name}={value}" for name, value in named.items())])

    def _is_given(self, name: str) -> bool:
        positional, named = arguments(self.made_with)
        return name in outline(self.source).constructor[: len(positional)] or name in named

    def trial(self, shapes: Sequence[Shape]) -> Trial:
        """What it makes of inputs of these shapes, found out by running it. Raises CodeError."""
        if not is_allowed(self.source):
            raise CodeNotAllowedError("This layer is code: agree to run it first")
        return tried(self.source, self.construction(shapes), tuple(shapes))

    def facts(self, shapes: Sequence[Shape]) -> Facts:
        found = self.trial(shapes)
        size = numel(found.output_shape) * FLOAT_BYTES
        return Facts(found.output_shape, found.params, found.trainable, 0, True, True, 0, False, False, size, size)

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        return self.facts(shapes).output_shape

    def num_params(self, shapes: Sequence[Shape]) -> int:
        return self.facts(shapes).params

    def fits_weights(self, shapes: Sequence[Shape], others: Sequence[Shape]) -> bool:
        return self.construction(shapes) == self.construction(others)

    def torch_line(self, shapes: Sequence[Shape]) -> str:
        return self.construction(shapes)

    def details(self) -> tuple[str, ...]:
        try:
            return (outline(self.source).name,)
        except CodeError:
            return ()

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        return (f"{', '.join(map(shape_text, shapes))} → {shape_text(self.output_shape(shapes))}",)
