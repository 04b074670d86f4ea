"""How one node's parameters begin and learn: frozen values. No torch."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from engine.formula import check_formula
from engine.layers.base import OptionError, reason_of
from engine.messages import ImpossibleError

InitKind = Literal["default", "normal", "uniform", "constant", "xavier_uniform", "xavier_normal", "kaiming_uniform",
                   "kaiming_normal", "orthogonal", "formula"]  # fmt: skip
INIT_TITLES: dict[InitKind, str] = {
    "default": "PyTorch's own", "normal": "Normal", "uniform": "Uniform", "constant": "Constant",
    "xavier_uniform": "Xavier uniform", "xavier_normal": "Xavier normal", "kaiming_uniform": "Kaiming uniform",
    "kaiming_normal": "Kaiming normal", "orthogonal": "Orthogonal", "formula": "Formula",
}  # fmt: skip
FROZEN = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True,
                    defer_build=True)


class Init(BaseModel):
    """What a tensor is filled with before training (torch.nn.init; Dive into Deep Learning, section 6.3)."""

    model_config = FROZEN

    kind: InitKind = Field("default", title="Starts as", description="What the values are before training.")
    mean: float = Field(0.0, title="Mean", description="Centre of the normal distribution.")
    std: float = Field(0.01, ge=0, title="Deviation", description="Width of the normal distribution.")
    low: float = Field(-0.1, title="From", description="Least value of the uniform distribution.")
    high: float = Field(0.1, title="To", description="Largest value of the uniform distribution.")
    value: float = Field(0.0, title="Value", description="Every number begins with it.")
    formula: str = Field(
        "", max_length=1000, title="Formula",
        description="What every number becomes. Knows w, fan_in, fan_out, i, j, normal, sqrt …",
        json_schema_extra={"example": "w = uniform(-10, 10); w * (abs(w) >= 5)"},
    )

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.kind == "uniform" and self.low > self.high:
            raise ImpossibleError("uniform: “from” must not be above “to”")
        if self.kind == "formula":
            check_formula(self.formula)
        return self

    @property
    def fields(self) -> tuple[str, ...]:
        """The numbers that this kind reads."""
        read: dict[InitKind, tuple[str, ...]] = {
            "normal": ("mean", "std"), "uniform": ("low", "high"), "constant": ("value",), "formula": ("formula",)}
        return read.get(self.kind, ())


class ValueEdit(BaseModel):
    """One number set by hand, after initialisation: ``key`` inside the node (``weight``), its index, its value."""

    model_config = FROZEN

    key: str
    index: tuple[Annotated[int, Field(ge=0)], ...]
    value: float


DEFAULT_INIT = Init.model_construct()  # not validated: schemas wait until a file or a person needs them


class NodeParameters(BaseModel):
    """How a node's weights begin and learn. A block's apply to every layer in it that has none of its own."""

    model_config = FROZEN

    weight: Init = Field(DEFAULT_INIT, title="Weights", description="Tensors of two or more dimensions.")
    bias: Init = Field(DEFAULT_INIT, title="Biases", description="Tensors of one dimension: biases, scales, shifts.")
    trainable: bool = Field(True, title="Trainable", description="Off: frozen, training leaves these weights alone. "
                            "As in PyTorch, a normalisation goes on to measure what it reads.")
    lr_multiplier: float = Field(
        1.0, ge=0, le=1000, title="Learning rate ×", description="The recipe's learning rate times this."
    )
    decay_multiplier: float = Field(
        1.0, ge=0, le=1000, title="Weight decay ×", description="The recipe's weight decay times this; 0 is none."
    )
    edits: tuple[ValueEdit, ...] = Field((), title="Set by hand", description="Single values set by hand.")

    def with_options(self, **options: object) -> NodeParameters:
        """The same with other options. Raises OptionError, in words."""
        try:
            return NodeParameters.model_validate({**dict(self), **options})
        except ValidationError as error:
            raise OptionError("{reason}", reason=reason_of(error, NodeParameters)) from error


DEFAULTS = NodeParameters.model_construct()
