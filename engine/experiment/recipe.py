"""How a network is trained: one frozen value."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.layers.base import OptionError, reason_of

Loss = Literal["cross_entropy", "bce", "mse", "half_mse", "l1", "huber", "nll"]
Reduction = Literal["mean", "sum"]
ClassWeights = Literal["none", "balanced"]
Optimizer = Literal["sgd", "momentum", "adam", "adamw"]
Initialization = Literal["default", "xavier_uniform", "kaiming_uniform", "normal", "normal_unit"]

# Extra numbers an optimizer keeps for each parameter.
OPTIMIZER_STATE: dict[Optimizer, int] = {"sgd": 0, "momentum": 1, "adam": 2, "adamw": 2}
# As they stand in a sentence.
LOSS_TITLES: dict[Loss, str] = {
    "cross_entropy": "Cross-entropy", "bce": "Binary cross-entropy", "mse": "Mean squared error",
    "half_mse": "½ mean squared error", "l1": "L1", "huber": "Huber", "nll": "Negative log-likelihood",
}  # fmt: skip
CLASSES_ONLY: frozenset[Loss] = frozenset({"cross_entropy", "nll"})  # the others take numbers too
MAX_FOLDS = 100


class Recipe(BaseModel):
    """Everything that decides a training run besides the network and the data."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)

    loss: Loss = Field(
        "cross_entropy", title="Loss",
        description="What is made small. Cross-entropy: for classes, softmax included. NLL: the same after LogSoftmax. "
        "BCE: each output its own yes or no, sigmoid included. MSE, ½ MSE, L1, Huber: distance to the target "
        "(of a class: 0/1). ½ MSE has half the gradient, so it needs twice the learning rate of MSE.",
    )
    reduction: Reduction = Field(
        "mean", title="Over a batch",
        description="Mean: a step does not grow with the batch. Sum: over all examples and outputs of the batch, so "
        "one learning rate takes steps many times as large.",
    )
    label_smoothing: float = Field(
        0.0, ge=0, lt=1, title="Label smoothing",
        description="Cross-entropy: this share of the target is spread over all classes.",
    )
    class_weights: ClassWeights = Field(
        "none", title="Class weights",
        description="Cross-entropy and NLL. Balanced: rare classes count as much as frequent ones.",
    )
    optimizer: Optimizer = Field("sgd", title="Optimizer", description="How weights follow the gradient.")
    lr: float = Field(0.1, gt=0, le=1000, title="Learning rate", description="Size of each step: 0.001 … 1.")
    momentum: float = Field(
        0.9, ge=0, lt=1, title="Momentum", description="Share of the last step kept (SGD with momentum)."
    )
    weight_decay: float = Field(0.0, ge=0, le=100, title="Weight decay", description="Pulls weights towards 0.")
    decay_biases: bool = Field(
        True, title="Decay biases",
        description="Off: weight decay leaves biases and normalisation alone and pulls on weights only.",
    )
    batch_size: int = Field(256, ge=1, le=1_000_000, title="Batch size", description="Examples per step.")
    epochs: int = Field(10, ge=1, le=100_000, title="Epochs", description="How often every example is seen.")
    folds: int = Field(
        0, ge=0, le=MAX_FOLDS, title="Folds",
        description="2 or more: k-fold cross-validation. The training data are cut into so many parts, and each is "
        "once the validation part. 0: one run.",
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, title="Seed", description="Same seed, same run.")
    device: Annotated[str, Field(pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$")] = Field(
        "auto", title="Device", description="Where it is computed."
    )
    initialization: Initialization = Field(
        "default", title="Weights start as",
        description="Default: PyTorch's own. Xavier: for sigmoid and tanh. Kaiming: for ReLU. Normal: N(0, 0.01²). "
        "Unit normal: N(0, 1).",
    )

    def with_options(self, **options: object) -> Recipe:
        """The same recipe with other options. Raises OptionError, in words."""
        try:
            return Recipe.model_validate({**dict(self), **options})
        except ValidationError as error:
            raise OptionError("{reason}", reason=reason_of(error, Recipe)) from error
