"""What can go wrong in a run, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from engine.advice import AdviceError, advise
from engine.analysis import analyze
from engine.experiment import Experiment
from engine.layers.base import shape_text
from engine.layers.inputs import Input
from engine.messages import LayerloomError
from engine.recipe import Recipe


class TrainingError(LayerloomError):
    """Training cannot begin or go on."""


class NothingToLearnError(TrainingError):
    """The network has no weights."""


class DataShapeError(TrainingError):
    """The data are not of the shape the network expects."""


class DivergedError(TrainingError):
    """The loss is no longer a number."""


class OutOfMemoryError(TrainingError):
    """A batch needs more memory than there is."""


def check_trainable(experiment: Experiment) -> None:
    """Raise AdviceError with the first problem's own words, DataShapeError or NothingToLearnError."""
    shape = experiment.data.sample_shape
    expect_shape(experiment, shape)
    analysis = analyze(experiment.graph, shape)
    for problem in advise(experiment, analysis):
        if problem.severity == "error" and problem.node:
            raise AdviceError("{name}: {reason}", name=problem.node, reason=problem.message)
        if problem.severity == "error":
            raise AdviceError("{reason}", reason=problem.message)
    if not analysis.params:
        raise NothingToLearnError("This network has nothing to learn: add a layer with weights, such as Linear")


def expect_shape(experiment: Experiment, shape: tuple[int, ...]) -> None:
    """Raise DataShapeError unless examples of this shape may enter the network."""
    typed = next((node.layer.shape for node in experiment.graph.nodes.values() if isinstance(node.layer, Input)), None)
    wanted = typed or experiment.data.sample_shape
    if tuple(shape) != wanted:
        raise DataShapeError("The Input expects {wanted}, but {data} gives {shape}: clear the Input's shape, or change "
                             "the data", wanted=shape_text(wanted), data=experiment.data.info.title,
                             shape=shape_text(shape))


def diverged(loss: float, epoch: int, lr: float) -> DivergedError:
    """The loss became infinite or not a number."""
    return DivergedError("The loss became {loss} in epoch {epoch}: the steps are too large. Try a lower learning rate, "
                         "such as {lr}", loss=loss, epoch=epoch, lr=f"{lr / 10:g}")


_CPU_IS_FULL = ("not enough memory", "can't allocate memory")  # torch raises a plain RuntimeError there


@contextmanager
def in_words(recipe: Recipe) -> Iterator[None]:
    """Turn torch's own exceptions into sentences."""
    try:
        yield
    except MemoryError as error:
        raise _out_of_memory(recipe) from error
    except (RuntimeError, ValueError) as error:
        if isinstance(error, torch.OutOfMemoryError) or any(sign in str(error) for sign in _CPU_IS_FULL):
            raise _out_of_memory(recipe) from error
        raise TrainingError("PyTorch stopped the training: {reason}", reason=str(error).split("\n")[0]) from error


def _out_of_memory(recipe: Recipe) -> OutOfMemoryError:
    return OutOfMemoryError(
        "There is not enough memory for a batch of {size}: try a smaller batch size, such as {less}",
        size=recipe.batch_size, less=max(1, recipe.batch_size // 2))
