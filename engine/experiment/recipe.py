"""How a network is trained: one frozen value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from engine.experiment.choices.losses import LOSSES, LossRow
from engine.experiment.choices.optimizers import OPTIMIZERS, OptimizerRow
from engine.experiment.choices.precisions import PRECISIONS, PrecisionRow
from engine.experiment.choices.schedules import schedule_of
from engine.layers.base import OptionError, reason_of

if TYPE_CHECKING:
    Loss: TypeAlias = str
    Optimizer: TypeAlias = str
    Precision: TypeAlias = str
else:  # for pydantic, whose form and refusals name what there is to choose
    Loss, Optimizer, Precision = Literal[tuple(LOSSES)], Literal[tuple(OPTIMIZERS)], Literal[tuple(PRECISIONS)]
Reduction = Literal["mean", "sum"]
ClassWeights = Literal["none", "balanced"]
Initialization = Literal["default", "xavier_uniform", "kaiming_uniform", "normal", "normal_unit"]
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
    schedule: Annotated[str, AfterValidator(lambda text: str(schedule_of(text)))] = Field(
        "constant", title="Schedule",
        description="How the learning rate changes from epoch to epoch. Constant, step:every=10,factor=0.1, "
        "exponential:factor=0.95, or cosine:end=0, which goes down to that share of it.",
    )
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
    precision: Precision = Field(
        "float32", title="Precision",
        description="In what numbers a step is computed. The mixed ones take half the memory, and less time on devices "
        "that are made for them; weights stay float32.",
    )
    initialization: Initialization = Field(
        "default", title="Weights start as",
        description="Default: PyTorch's own. Xavier: for sigmoid and tanh. Kaiming: for ReLU. Normal: N(0, 0.01²). "
        "Unit normal: N(0, 1).",
    )

    train_curve: bool = Field(
        False, title="Training data after each epoch",
        description="Judge the training examples once more after each epoch, as others report them: the usual training "
        "loss is the mean while learning. Takes a third of the epoch's time or so.",
    )
    test_curve: bool = Field(
        False, title="Test data after each epoch",
        description="Judge the test examples after each epoch too. You are looking at the test set then: whatever is "
        "chosen by it, an epoch or an option, makes its number worthless.",
    )

    @property
    def loss_row(self) -> LossRow:
        """What there is to know of its loss."""
        return LOSSES[self.loss]

    @property
    def optimizer_row(self) -> OptimizerRow:
        """What there is to know of its optimizer."""
        return OPTIMIZERS[self.optimizer]

    @property
    def precision_row(self) -> PrecisionRow:
        """What there is to know of its precision."""
        return PRECISIONS[self.precision]

    def lr_factor(self, epoch: int) -> float:
        """What the schedule multiplies the learning rate by in an epoch, which count from 1."""
        return schedule_of(self.schedule).factor(epoch - 1, self.epochs)

    def with_options(self, **options: object) -> Recipe:
        """The same recipe with other options. Raises OptionError, in words."""
        try:
            return Recipe.model_validate({**dict(self), **options})
        except ValidationError as error:
            raise OptionError("{reason}", reason=reason_of(error, Recipe)) from error
