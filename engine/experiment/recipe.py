"""How a network is trained: one frozen value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from engine.experiment.choices.averages import AveragingRow, averaging_of
from engine.experiment.choices.choice import Choice
from engine.experiment.choices.losses import LOSSES, LossRow
from engine.experiment.choices.measures import MEASURES, MeasureRow
from engine.experiment.choices.optimizers import OptimizerRow, optimizer_of
from engine.experiment.choices.precisions import PRECISIONS, PrecisionRow
from engine.experiment.choices.schedules import ScheduleRow, schedule_of
from engine.experiment.moves import Moves
from engine.layers.base import OptionError, reason_of

if TYPE_CHECKING:
    Loss: TypeAlias = str
    Precision: TypeAlias = str
    Measure: TypeAlias = str
else:  # for pydantic, whose form and refusals name what there is to choose
    Loss, Precision, Measure = Literal[tuple(LOSSES)], Literal[tuple(PRECISIONS)], Literal[tuple(MEASURES)]
Reduction = Literal["mean", "sum"]
ClassWeights = Literal["none", "balanced"]
ScheduleBy = Literal["epoch", "batch"]
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
    optimizer: Annotated[str, AfterValidator(lambda text: str(optimizer_of(text)))] = Field(
        "sgd", title="Optimizer",
        description="How weights follow the gradient. Options stand behind its name: adam:beta1=0.8,amsgrad=yes.",
    )
    lr: float = Field(0.1, gt=0, le=1000, title="Learning rate", description="Size of each step: 0.001 … 1.")
    schedule: Annotated[str, AfterValidator(lambda text: str(schedule_of(text)))] = Field(
        "constant", title="Schedule",
        description="How the learning rate changes on the way, once an epoch or with every step. Options stand behind "
        "its name, as in step:every=10,factor=0.1 or cosine:end=0.01.",
    )
    schedule_by: ScheduleBy = Field(
        "epoch", title="Schedule moves", description="Once an epoch, or with every step. Its options count epochs in "
        "either case. One cycle and warm-up always move with every step.",
    )
    warmup: float = Field(
        0.0, ge=0, le=100_000, title="Warm-up",
        description="Epochs in which the learning rate grows to where the schedule begins, by the same with each step. "
        "0: none.",
    )
    warmup_start: float = Field(
        0.1, ge=0, le=1, title="Warm-up begins at",
        description="The share of the learning rate that the first step has.",
    )
    momentum: float = Field(
        0.9, ge=0, lt=1, title="Momentum", description="Share of the last step kept (SGD with momentum)."
    )
    weight_decay: float = Field(0.0, ge=0, le=100, title="Weight decay", description="Pulls weights towards 0.")
    l1: float = Field(
        0.0, ge=0, le=100, title="L1 decay",
        description="Pulls each weight towards 0 by the same, small or large: what is not needed becomes nearly 0. "
        "Like weight decay it is no part of the loss that is shown.",
    )
    decay_biases: bool = Field(
        True, title="Decay biases",
        description="Off: weight decay and L1 leave biases and normalisation alone and pull on weights only.",
    )
    clip_norm: float = Field(
        0.0, ge=0, le=1e6, title="Clip norm",
        description="Gradients whose norm, of all weights together, is above this are shortened to it. 0: not.",
    )
    clip_value: float = Field(
        0.0, ge=0, le=1e6, title="Clip values",
        description="No single gradient is larger than this, before the norm is looked at. 0: not.",
    )
    batch_size: int = Field(256, ge=1, le=1_000_000, title="Batch size", description="Examples per step.")
    accumulate: int = Field(
        1, ge=1, le=100_000, title="Batches a step",
        description="Gradients of so many batches are gathered for one step, which follows their mean: a large batch "
        "in little memory. What is left at an epoch's end is a step, too.",
    )
    epochs: int = Field(10, ge=1, le=100_000, title="Epochs", description="How often every example is seen.")
    early_stop: int = Field(
        0, ge=0, le=100_000, title="Early stop",
        description="The run ends after so many epochs in a row without a better one. 0: never.",
    )
    best_by: Measure = Field(
        "auto", title="Best epoch by",
        description="The measure that chooses the best epoch and that an early stop waits for. Auto: the validation "
        "accuracy, of numbers the validation loss; without validation data the last epoch counts.",
    )
    averaging: Annotated[str, AfterValidator(lambda text: str(averaging_of(text)))] = Field(
        "none", title="Averaged weights",
        description="ema:decay=0.999, a moving average over steps, or swa:start=0.75, the mean of the last epochs. "
        "What is judged, kept and exported are then the averaged weights.",
    )
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
    deterministic: bool = Field(
        True, title="Repeatable",
        description="The same run gives the same numbers: it keeps its number of threads, and a GPU's exact kernels. "
        "Off: threads follow the cores that are free, which is faster beside other work.",
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
    def optimizer_choice(self) -> Choice[OptimizerRow]:
        """Its optimizer with options."""
        return optimizer_of(self.optimizer)

    @property
    def optimizer_row(self) -> OptimizerRow:
        """What there is to know of its optimizer."""
        return self.optimizer_choice.row

    @property
    def schedule_choice(self) -> Choice[ScheduleRow]:
        """Its schedule with options."""
        return schedule_of(self.schedule)

    @property
    def averaging_choice(self) -> Choice[AveragingRow]:
        """How its weights are averaged, with options."""
        return averaging_of(self.averaging)

    @property
    def precision_row(self) -> PrecisionRow:
        """What there is to know of its precision."""
        return PRECISIONS[self.precision]

    @property
    def measure_row(self) -> MeasureRow:
        """What chooses the best epoch."""
        return MEASURES[self.best_by]

    @property
    def numbers_kept(self) -> int:
        """How many numbers training keeps for each parameter, beside itself and its gradient."""
        optimizer = self.optimizer_choice
        fields = {argument: getattr(self, name) for name, argument in optimizer.row.fields.items()}
        return optimizer.row.numbers({**optimizer.options, **fields}) + self.averaging_choice.row.copies

    @property
    def spans_run(self) -> bool:
        """Whether the number of epochs changes what happens in each of them."""
        return self.schedule_choice.row.spans_run or self.averaging_choice.row.spans_run

    def lr_factor(self, epoch: int, batch: int = 1, batches: int = 1) -> float:
        """What the learning rate is multiplied by in a step: that of the so-and-so-many-th of the epoch's batches.

        All count from 1. A schedule that follows what is measured counts as 1.
        """
        return Moves(self).factor(epoch, batch, batches)

    def with_options(self, **options: object) -> Recipe:
        """The same recipe with other options. Raises OptionError, in words."""
        try:
            return Recipe.model_validate({**dict(self), **options})
        except ValidationError as error:
            raise OptionError("{reason}", reason=reason_of(error, Recipe)) from error
