"""How a network is trained: one frozen value."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.layers.base import OptionError, reason_of

Loss = Literal["cross_entropy", "mse"]
Optimizer = Literal["sgd", "momentum", "adam", "adamw"]
Initialization = Literal["default", "xavier_uniform", "kaiming_uniform", "normal"]

# Extra numbers an optimizer keeps for each parameter.
OPTIMIZER_STATE: dict[Optimizer, int] = {"sgd": 0, "momentum": 1, "adam": 2, "adamw": 2}


class Recipe(BaseModel):
    """Everything that decides a training run besides the network and the data."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)

    loss: Loss = Field(
        "cross_entropy", title="Loss",
        description="What is made small. Cross-entropy: for classes, softmax included. MSE: squared distance to 0/1.",
    )
    optimizer: Optimizer = Field("sgd", title="Optimizer", description="How weights follow the gradient.")
    lr: float = Field(0.1, gt=0, le=1000, title="Learning rate", description="Size of each step: 0.001 … 1.")
    momentum: float = Field(
        0.9, ge=0, lt=1, title="Momentum", description="Share of the last step kept (SGD with momentum)."
    )
    weight_decay: float = Field(0.0, ge=0, le=100, title="Weight decay", description="Pulls weights towards 0.")
    batch_size: int = Field(256, ge=1, le=1_000_000, title="Batch size", description="Examples per step.")
    epochs: int = Field(10, ge=1, le=100_000, title="Epochs", description="How often every example is seen.")
    seed: int = Field(0, ge=0, le=2**31 - 1, title="Seed", description="Same seed, same run.")
    device: Annotated[str, Field(pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$")] = Field(
        "auto", title="Device", description="Where it is computed."
    )
    initialization: Initialization = Field(
        "default", title="Weights start as",
        description="Default: PyTorch's own. Xavier: for sigmoid and tanh. Kaiming: for ReLU. Normal: N(0, 0.01²).",
    )

    def with_options(self, **options: object) -> Recipe:
        """The same recipe with other options. Raises OptionError, in words."""
        try:
            return Recipe.model_validate({**dict(self), **options})
        except ValidationError as error:
            raise OptionError("{reason}", reason=reason_of(error, Recipe)) from error
