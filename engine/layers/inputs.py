"""Where data comes in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from engine.layers.base import Facts, Layer, Shape, register
from engine.units import setting_text, shape_text


@register
class Input(Layer):
    """The data. Its shape is the data's own unless one is typed."""

    title = "Input"
    category = "input"
    stem = "input"
    meaning = "Where examples come in. The shape follows the data unless you set one."
    rule = "The shape of one example, without the batch."
    min_inputs = 0
    max_inputs = 0

    shape: tuple[Annotated[int, Field(ge=1, le=65_536)], ...] | None = Field(
        None, title="Shape", min_length=1, max_length=6,
        description="Shape of one example, such as 1×28×28.", json_schema_extra={"empty": "from the data"},
    )

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        return self.shape if self.shape is not None else shapes[0]

    def details(self) -> tuple[str, ...]:
        return (shape_text(self.shape) if self.shape else "",)


@register
class Constant(Layer):
    """Numbers that are part of the network and do not learn (a buffer; section 6.5)."""

    title = "Constant"
    category = "input"
    torch = "torch.full"
    stem = "constant"
    meaning = "Fixed numbers, the same for every example: saved with the network, never learned."
    rule = "The shape you type, repeated for every example."
    synonyms = ("buffer", "fixed", "random", "tensor", "number")
    min_inputs = 0
    max_inputs = 0
    reads_batch = True

    shape: tuple[Annotated[int, Field(ge=1, le=65_536)], ...] = Field(
        (8,), title="Shape", min_length=1, max_length=6, description="Shape for one example, such as 20×20."
    )
    values: Literal["number", "uniform", "normal"] = Field(
        "number", title="Values", description="All the same number, random from 0 to 1, or random normal."
    )
    number: Annotated[float, Field(ge=-1e6, le=1e6)] = Field(
        1.0, title="Number", description="What all values are, when they are a number."
    )
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = Field(
        0, title="Seed", description="Which random numbers; the same seed gives the same ones."
    )

    def typical_inputs(self) -> tuple[Shape, ...]:
        return ()

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        return self.shape

    def facts(self, shapes: Sequence[Shape]) -> Facts:
        # Every example reads the same numbers: they need memory once, as weights do.
        return super().facts(shapes)._replace(output_bytes=0, peak_bytes=0)

    def tensor_source(self, shapes: Sequence[Shape]) -> str:
        sizes = ", ".join(map(str, self.shape))
        if self.values == "number":
            return f"torch.full(({sizes}{',' * (len(self.shape) == 1)}), {self.number!r})"
        function = "rand" if self.values == "uniform" else "randn"
        return f"torch.{function}({sizes}, generator=torch.Generator().manual_seed({self.seed}))"

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        sizes = ", ".join(map(str, self.shape))
        return f"{module}.expand({inputs[0]}.shape[0], {sizes})" if inputs else module

    def torch_line(self, shapes: Sequence[Shape]) -> str:
        return self.tensor_source(shapes)

    def details(self) -> tuple[str, ...]:
        how = setting_text(self.number) if self.values == "number" else self.values
        return shape_text(self.shape), how
