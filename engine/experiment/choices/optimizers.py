"""Every optimizer a recipe may name: one row each.

Not here: LBFGS, which calls the network many times a step, with the same batch; and SparseAdam, which wants sparse
gradients, as no layer here has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.experiment.choices.choice import Choice, Option, choice_of
from engine.messages import ImpossibleError, say

Kernel = Literal["", "sgd", "adam", "adamw"]
Values = Mapping[str, Any]


@dataclass(frozen=True)
class OptimizerRow:
    """How an optimizer is called and made. Whatever shows, makes or counts one takes it from here."""

    id: str  # in .loom files and on the command line
    title: str
    torch: str  # its class in torch.optim
    state: int  # numbers that it keeps for each parameter, with the usual options
    fields: Mapping[str, str] = field(default_factory=dict)  # a field of the recipe → an argument of the class
    options: tuple[Option, ...] = ()
    # torch's one call for a whole step, bit for bit the same as the class; “”: the class itself takes every step
    kernel: Kernel = ""
    usual: float = 0.01  # the learning rate that most networks learn with
    about: str = ""  # what it does, in a sentence
    section: str = ""  # of Dive into Deep Learning
    more: Callable[[Values], int] = lambda _: 0  # numbers that options add for each parameter; fields are in it, too
    arguments: Callable[[Values], dict[str, Any]] = dict  # of the class, from the options
    check: Callable[[Values], None] = lambda _: None  # raises ImpossibleError where options exclude each other
    decays: bool = True  # the class knows weight decay
    others: str = ""  # the row that takes the weights which are no matrices; “”: the class takes all

    def numbers(self, values: Values) -> int:
        """How many numbers it keeps for each parameter, with these options and fields of the recipe."""
        return self.state + self.more(values)


def optimizer_of(text: str) -> Choice[OptimizerRow]:
    """Read ``adam:beta1=0.8,amsgrad=yes``. Raises ImpossibleError."""
    choice = choice_of(OPTIMIZERS, text, say("optimizer"))
    choice.row.check(choice.options)
    return choice


# -- what several rows have -------------------------------------------------------------------------------------------


def _share(name: str, default: float, title: str, about: str) -> Option:
    return Option(name, default, 0, 1, title=title, about=about, excludes=(1,))


def _epsilon(default: float) -> Option:
    return Option("eps", default, 0, 1, title="Epsilon", about="Added to what is divided by, so that it is never 0.",
                  excludes=(0,))


_BETA1 = _share("beta1", 0.9, "Beta 1", "Share of the mean gradient that is kept in each step.")
_BETA2 = _share("beta2", 0.999, "Beta 2", "Share of the mean squared gradient that is kept in each step.")
_MOMENTS = (_BETA1, _BETA2, _epsilon(1e-8))
_AMSGRAD = Option("amsgrad", False, title="AMSGrad", about="Divide by the largest mean square so far: steps only "
                  "become smaller.")
_DECOUPLED = Option("decoupled", False, title="Decoupled decay", about="Weight decay acts on the weights by itself, as "
                    "in AdamW, and not through the gradient.")
_DAMPENING = Option("dampening", 0.0, 0, 1, title="Dampening", about="Share of each new gradient that momentum does "
                    "not take.")
_NESTEROV = Option("nesterov", False, title="Nesterov", about="Look ahead: the gradient counts once more after "
                   "momentum.")


def _plain(values: Values) -> dict[str, Any]:
    """torch's names: its betas are a pair, and decoupled_weight_decay is long."""
    found = dict(values)
    if "beta1" in found:
        found["betas"] = (found.pop("beta1"), found.pop("beta2"))
    if "decoupled" in found:
        found["decoupled_weight_decay"] = found.pop("decoupled")
    return found


def _rprop(values: Values) -> dict[str, Any]:
    return {"etas": (values["shrink"], values["grow"]), "step_sizes": (values["least"], values["most"])}


def _adafactor(values: Values) -> dict[str, Any]:
    return {"beta2_decay": -values["decay"], "eps": (None, values["eps"]), "d": values["clip"]}


def _muon(values: Values) -> dict[str, Any]:
    return {**values, "ns_steps": int(values["ns_steps"]), "adjust_lr_fn": "match_rms_adamw"}


def _check_nesterov(values: Values) -> None:
    if values["nesterov"] and values["dampening"]:
        raise ImpossibleError("Nesterov momentum has no dampening: leave out one of them")


def _check_rprop(values: Values) -> None:
    if values["least"] > values["most"]:
        raise ImpossibleError("least should not be above most")


def _amsgrad(values: Values) -> int:
    return int(values["amsgrad"])


_ROWS = (
    OptimizerRow("sgd", "SGD", "SGD", 0, kernel="sgd", usual=0.1, section="12.4",
                 about="Goes straight down the gradient of each batch."),
    OptimizerRow(
        "momentum", "SGD + momentum", "SGD", 0, {"momentum": "momentum"}, (_NESTEROV, _DAMPENING), kernel="sgd",
        section="12.6", about="Keeps a share of the last step: faster along valleys, calmer across them.",
        more=lambda values: int(values["momentum"] > 0), check=_check_nesterov),
    OptimizerRow("adam", "Adam", "Adam", 2, options=(*_MOMENTS, _AMSGRAD), kernel="adam", usual=0.001, section="12.10",
                 about="Momentum, with a step size of its own for each weight.", more=_amsgrad, arguments=_plain),
    OptimizerRow("adamw", "AdamW", "AdamW", 2, options=(*_MOMENTS, _AMSGRAD), kernel="adamw", usual=0.001,
                 section="12.10", about="Adam whose weight decay acts on the weights by itself: the usual choice for "
                 "attention.", more=_amsgrad, arguments=_plain),
    OptimizerRow(
        "nadam", "NAdam", "NAdam", 2, options=(
            *_MOMENTS, Option("momentum_decay", 0.004, 0, 1, title="Momentum decay", about="How fast momentum "
                              "reaches its full share."), _DECOUPLED),
        usual=0.001, about="Adam that looks ahead as Nesterov momentum does.", arguments=_plain),
    OptimizerRow("radam", "RAdam", "RAdam", 2, options=(*_MOMENTS, _DECOUPLED), usual=0.001, arguments=_plain,
                 about="Adam that takes plain steps until its mean squares can be relied on: a warm-up of its own."),
    OptimizerRow("adamax", "Adamax", "Adamax", 2, options=_MOMENTS, usual=0.002, arguments=_plain,
                 about="Adam that divides by the largest gradient lately, not by the mean square."),
    OptimizerRow(
        "rmsprop", "RMSprop", "RMSprop", 1, options=(
            _share("alpha", 0.99, "Alpha", "Share of the mean squared gradient that is kept in each step."),
            _epsilon(1e-8), _share("momentum", 0.0, "Momentum", "Share of the last step kept."),
            Option("centered", False, title="Centred", about="Divide by the deviation of the gradient, not by its "
                   "size.")),
        usual=0.001, section="12.8", about="Divides each gradient by its usual size lately.",
        more=lambda values: int(values["momentum"] > 0) + int(values["centered"])),
    OptimizerRow(
        "adagrad", "Adagrad", "Adagrad", 1, options=(
            Option("lr_decay", 0.0, title="Rate decay", about="The rate is divided by 1 + this × steps."),
            Option("initial_accumulator_value", 0.0, title="Sum begins at", about="What the sum of squares "
                   "begins with."), _epsilon(1e-10)),
        section="12.7", about="Divides by all squared gradients so far: rare features keep large steps."),
    OptimizerRow(
        "adadelta", "Adadelta", "Adadelta", 2, options=(
            _share("rho", 0.9, "Rho", "Share of both mean squares that is kept in each step."), _epsilon(1e-6)),
        usual=1.0, section="12.9", about="Step sizes follow from how much the weights have moved: nearly no learning "
        "rate to choose."),
    OptimizerRow(
        "rprop", "Rprop", "Rprop", 2, options=(
            Option("shrink", 0.5, 0, 1, title="Shrink", about="Times the step where the gradient turns.",
                   excludes=(0, 1)),
            Option("grow", 1.2, 1, title="Grow", about="Times the step where it keeps its sign.", excludes=(1,)),
            Option("least", 1e-6, title="Smallest step", about="No step is smaller."),
            Option("most", 50.0, title="Largest step", about="No step is larger.", excludes=(0,))),
        arguments=_rprop, check=_check_rprop, decays=False, about="Follows only the signs of gradients, each weight "
        "with its own step; for batches of all examples. The learning rate is the first step; there is no weight "
        "decay."),
    OptimizerRow(
        "asgd", "Averaged SGD", "ASGD", 1, options=(
            Option("lambd", 1e-4, title="Lambda", about="How fast the rate decays, and pulls weights towards 0."),
            Option("alpha", 0.75, title="Alpha", about="Power of that decay."),
            Option("t0", 1e6, title="Averages from", about="The step from which it keeps a mean of the weights.")),
        about="SGD whose rate decays by itself; the mean of the weights that it keeps is not used."),
    OptimizerRow(
        "adafactor", "Adafactor", "Adafactor", 0, options=(
            Option("decay", 0.8, 0, 1, title="Decay", about="How fast the mean squares forget: power of the step.",
                   excludes=(0,)),
            Option("eps", 1e-3, 0, 1, title="Least scale", about="A step is scaled by its weights, and by so much at "
                   "least."),
            Option("clip", 1.0, 1, title="Clip", about="Larger mean steps are made as small.")),
        arguments=_adafactor, about="Adam for little memory: of a matrix it keeps a row and a column."),
    OptimizerRow(
        "muon", "Muon", "Muon", 1, options=(
            _share("momentum", 0.95, "Momentum", "Share of the last step kept."),
            Option("nesterov", True, title="Nesterov", about=_NESTEROV.about), _epsilon(1e-7),
            Option("ns_steps", 5, 1, 99, is_whole=True, title="Rounds", about="Newton–Schulz rounds in each step.")),
        usual=0.001, arguments=_muon, others="adamw", about="Makes every direction of a matrix's step as long as the "
        "others. What is no matrix, convolutions and biases, follows AdamW with the same rate and decay."),
)
OPTIMIZERS: Mapping[str, OptimizerRow] = {row.id: row for row in _ROWS}
