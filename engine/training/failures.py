"""What can go wrong in a run, in words."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from engine.advice.advice import AdviceError, advise
from engine.analysis.analysis import analyze
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Recipe
from engine.experiment.trust import sources_of
from engine.layers.base import FLOAT_BYTES
from engine.layers.code.running import StoppedCodeError, is_raised_by, line_of
from engine.layers.code.running import in_words as code_in_words
from engine.layers.inputs import Input
from engine.messages import LayerloomError, say
from engine.network.guards import VocabularyError
from engine.network.weights import is_out_of_memory
from engine.training.control import AbandonedError
from engine.training.doctor.born import Born
from engine.training.judge.rates import is_tiny, lower_rate
from engine.units import bytes_text, shape_text, typed_text, value_text


class TrainingError(LayerloomError):
    """Training cannot begin or go on."""


class NothingToLearnError(TrainingError):
    """The network has no weights."""


class DataShapeError(TrainingError):
    """The data are not of the shape the network expects."""


class DivergedError(TrainingError):
    """The loss is no longer a number; ``suggestion`` is an option of the recipe to try, where one may help."""

    suggestion: tuple[str, float] | None = None
    born: Born | None = None  # where, if that was found


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
    if not analysis.trainable:
        raise NothingToLearnError("This network has nothing to learn: all of its weights are frozen")


def expect_shape(experiment: Experiment, shape: tuple[int, ...]) -> None:
    """Raise DataShapeError unless examples of this shape may enter the network."""
    used = experiment.graph.active.nodes.values()
    typed = next((node.layer.shape for node in used if isinstance(node.layer, Input)), None)
    wanted = typed or experiment.data.sample_shape
    if tuple(shape) != wanted:
        raise DataShapeError("The Input expects {wanted}, but {data} gives {shape}: clear the Input's shape, or change "
                             "the data", wanted=shape_text(wanted), data=experiment.data.source.title,
                             shape=shape_text(shape))


def expect_targets(experiment: Experiment, targets: Tensor) -> None:
    """Raise DataShapeError unless the targets are what the data promise: a wrong shape would be broadcast silently."""
    wanted = experiment.data.output_shape if experiment.data.task == "regression" else ()
    if tuple(targets.shape[1:]) != wanted or targets.is_floating_point() != (experiment.data.task == "regression"):
        raise DataShapeError("{data} promises {wanted} to predict, but gives {shape}",
                             data=experiment.data.source.title,
                             wanted=shape_text(wanted) if wanted else say("a class"),
                             shape=shape_text(tuple(targets.shape[1:])) if targets.dim() > 1 else say("one number"))
    if experiment.recipe.loss_row.within_unit and targets.is_floating_point():
        least, most = targets.aminmax()
        if least < 0 or most > 1:  # the loss would fall for ever, and mean nothing
            raise TrainingError("Binary cross-entropy is for numbers from 0 to 1, but those of {data} go from {least} "
                                "to {most}: choose the mean squared error", data=experiment.data.source.title,
                                least=value_text(float(least)), most=value_text(float(most)))


def diverged(loss: float, epoch: int, recipe: Recipe, lr: float, before: float, *, has_learned: bool,
             born: Born | None = None) -> DivergedError:
    """The loss became infinite or not a number in this epoch.

    ``before`` is the loss before the first step; ``has_learned``: whole epochs went well; ``born``: where it began.
    """
    error = _diverged(loss, epoch, recipe, lr, before, has_learned) if born is None else _diverged_at(
        born, lambda: _diverged(loss, epoch, recipe, lr, before, has_learned))
    error.born = born
    return error


def _diverged_at(born: Born, usual: Callable[[], DivergedError]) -> DivergedError:
    """With the layer, which may show that the steps are not to blame."""
    if born.how in ("input", "targets"):
        return DivergedError("{born}. Leave these out, or mend them", born=born.message)
    if not born.is_of_large_steps:
        return DivergedError("{born}. The learning rate is not to blame: look for a division, a logarithm or a root "
                             "there", born=born.message)
    error = usual()
    told = DivergedError("{said}. It began here: {born}", said=error.message, born=born.message)
    if born.how == "backward":  # the loss itself is a number
        told = DivergedError("{born}. The steps are too large: try a lower learning rate", born=born.message)
    told.suggestion = error.suggestion
    return told


def _diverged(loss: float, epoch: int, recipe: Recipe, lr: float, before: float, has_learned: bool) -> DivergedError:
    if not has_learned and not math.isfinite(before):
        return DivergedError("The loss is {loss} before the first step: the learning rate is not to blame. Look for "
                             "numbers in the data that are not finite or very large, and for a division, a logarithm "
                             "or a root in the network", loss=loss)
    if is_tiny(recipe, lr):
        return DivergedError("The loss became {loss} in epoch {epoch} even at a learning rate of {lr}: smaller steps "
                             "are no way out. Bring the numbers that go in and those to predict to a usual size, and "
                             "look for a division, a logarithm or a root in the network", loss=loss, epoch=epoch,
                             lr=typed_text(lr))
    less = lower_rate(recipe, lr, has_learned=has_learned)
    error = DivergedError("The loss became {loss} in epoch {epoch}: the steps are too large. Try a lower learning "
                          "rate, such as {lr}", loss=loss, epoch=epoch, lr=typed_text(less))
    error.suggestion = ("lr", less)
    return error


@contextmanager
def in_words(experiment: Experiment, device: torch.device) -> Iterator[None]:
    """Turn the exceptions of torch and of a layer's own code into sentences."""
    try:
        yield
    except VocabularyError as error:
        if experiment.data.table.standardize and "columns" in experiment.data.source.pages(experiment.data):
            raise TrainingError("{reason}. The columns of the table are standardised: switch that off for word numbers",
                                reason=error.message) from error
        raise
    except (LayerloomError, StoppedCodeError, AbandonedError):
        raise
    except BaseException as error:  # a layer's own code may raise anything, such as SystemExit
        sources = sorted(sources_of(experiment.graph))
        if isinstance(error, (KeyboardInterrupt, GeneratorExit)) and not any(
                is_raised_by(error, source) for source in sources):
            raise
        if is_out_of_memory(error):
            raise _out_of_memory(experiment, device) from error
        for source in sources:
            if line_of(error, source) is not None:
                raise code_in_words(error, source) from error
        if not isinstance(error, Exception if sources else (RuntimeError, ValueError)):
            raise
        raise TrainingError("PyTorch stopped the training: {reason}", reason=str(error).split("\n")[0]) from error


def _out_of_memory(experiment: Experiment, device: torch.device) -> OutOfMemoryError:
    recipe = experiment.recipe
    analysis = analyze(experiment.graph, experiment.data.sample_shape)
    # What no batch size changes: weights, and for those that learn gradients and what the optimizer keeps.
    kept = analysis.params + analysis.trainable * (1 + recipe.numbers_kept)
    fixed = kept * FLOAT_BYTES
    if recipe.batch_size == 1 or fixed > memory_of(device):
        return OutOfMemoryError(
            "There is not enough memory on {device} to train this network with any batch size: its weights, their "
            "gradients and the optimizer alone need {size}", device=device, size=bytes_text(fixed))
    return OutOfMemoryError(
        "There is not enough memory for a batch of {size}: try a smaller batch size, such as {less}",
        size=recipe.batch_size, less=max(1, recipe.batch_size // 2))


def memory_of(device: torch.device) -> float:
    """All the memory of a device, in bytes; infinite where it cannot be asked."""
    if device.type == "cuda":
        return int(torch.cuda.get_device_properties(device).total_memory)
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return float("inf")
