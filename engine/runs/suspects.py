"""Likely mislabelled examples of a cross-validation: what the fold that did not learn an example says of its label."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from engine.data.options.corrections import ExampleId, Label
from engine.data.progress import Steps
from engine.data.spec.changes import difference
from engine.data.tensors.data import Data
from engine.data.tensors.loading import loading
from engine.data.tensors.splitting import folded
from engine.experiment.experiment import Experiment
from engine.inspect.answering import Answers
from engine.inspect.confident import FAR, confident, spread
from engine.inspect.lens import Lens
from engine.inspect.samples.prepared import as_given, expect_fit, in_own_unit
from engine.inspect.samples.splits import label_of
from engine.inspect.samples.strip import Shown
from engine.inspect.samples.values import Example, Picture
from engine.messages import LayerloomError, Message, say
from engine.runs.names import EXPERIMENT, RUN, member_folder
from engine.runs.opened import RunError, data_root_of, experiment_of, json_in, open_run
from engine.training.series import plans
from engine.units import grouped, value_text

TOGETHER = 256  # examples in a batch
MOST = 500  # that are listed
MANY = 0.2  # a share of the examples that are hardly all mislabelled


class Looked(NamedTuple):
    """How many of the examples have been looked at."""

    done: int
    total: int


class Suspect(NamedTuple):
    """An example whose label is likely wrong.

    ``confidence``: the probability of its label, out of fold; ``margin``: that without the largest of another class.
    Of numbers: NaN, and how many spreads the residual is large. ``was`` and ``label`` are what is given and what is
    suggested, as a correction has it.
    """

    id: ExampleId
    given: str
    suggested: str
    label: Label
    confidence: float
    margin: float
    fold: int  # from 1
    picture: Picture = Picture()
    numbers: tuple[float, ...] = ()
    was: Label = ""


@dataclass(frozen=True)
class Suspects:
    """The likeliest first: ``found`` are at most so many as were asked for of ``count``, among ``judged`` of ``total``
    examples. ``notes`` say what could not be judged. ``classes``: how they are told: by probabilities of classes, or by
    residuals of numbers in ``spread``."""

    found: tuple[Suspect, ...]
    count: int
    judged: int
    total: int
    classes: tuple[str, ...] = ()
    spread: float = float("nan")
    notes: tuple[Message, ...] = ()


def suspects(folder: Path | str, root: Path | None = None, *, most: int = MOST) -> Suspects:
    """The likely mislabelled examples of the k-fold run in ``folder``.

    Classes: by confident learning, the least margin first. Numbers: by residual, where it is more than three times as
    large as they usually are. ``root`` is where the data lie. Raises RunError, DataError, or LayerloomError.
    """
    with closing(suspecting(folder, root, most=most)) as steps:
        while True:
            try:
                next(steps)
            except StopIteration as end:
                found: Suspects = end.value
                return found


def suspecting(folder: Path | str, root: Path | None = None, *, most: int = MOST) -> Generator[Looked, None, Suspects]:
    """The same as a generator of steps that returns them; to stop, close it."""
    folder = Path(folder)
    experiment = experiment_of(folder)
    members = list(_members(folder, experiment))
    data = yield from _loaded(loading(experiment.data, root or data_root_of(folder)))
    _expect_same(experiment, data, folder)
    experiment = replace(experiment, data=data.spec)
    total, folds, notes = len(data.train) + len(data.validation), list[_Fold](), list[Message]()
    for number, place in members:
        done = sum(len(fold.outputs) for fold in folds)
        try:
            folds.append((yield from _judged(number, place, experiment, data, Looked(done, total))))
        except RunError as error:
            notes.append(error.message)
    if not folds:
        raise RunError("No fold of {folder} has come to weights yet: there is nothing to judge by", folder=folder)
    judged = sum(len(fold.outputs) for fold in folds)
    if judged < total:
        notes.append(say("{judged} of {total} examples are judged: the other folds have no weights",
                         judged=grouped(judged), total=grouped(total)))
    return _by_class(folds, data, total, notes, most) if data.spec.task == "classification" else (
        _by_residual(folds, data, total, notes, most))


# -- what is there -----------------------------------------------------------------------------------------------------


def is_k_fold(experiment: Experiment) -> bool:
    """Whether its runs are folds, so that each example is judged by one that has not learned it."""
    return not experiment.variants and experiment.recipe.folds >= 2


def _members(folder: Path, experiment: Experiment) -> Iterator[tuple[int, Path]]:
    """The number of each fold, from 0, and its folder."""
    if not is_k_fold(experiment):
        raise RunError("{folder} is no k-fold run: which labels are likely wrong is seen where every example is judged "
                       "by a network that has not learned it. Set K-fold in the recipe and train", folder=folder)
    if json_in(folder / RUN).get("is_fold"):
        raise RunError("{folder} is one of several folds: name the folder that they lie in, {parent}", folder=folder,
                       parent=folder.absolute().parent)
    for number, plan in enumerate(plans(experiment)):
        place = folder / member_folder(number + 1, plan.title)
        if (place / EXPERIMENT).is_file():
            yield number, place


def _loaded(steps: Steps[Data]) -> Generator[Looked, None, Data]:
    with closing(steps):
        while True:
            try:
                next(steps)
            except StopIteration as end:
                data: Data = end.value
                return data
            yield Looked(0, 0)


def _expect_same(experiment: Experiment, data: Data, folder: Path) -> None:
    """Raise RunError where the data were others: their folds were divided otherwise."""
    before, now = (spec.known.fingerprint if spec.known is not None else None for spec in (experiment.data, data.spec))
    if (changes := difference(before, now, experiment.data)) is not None:
        raise RunError("{changes}. The folds in {folder} were of the data as they were: put them back, or train anew",
                       changes=changes, folder=folder)


class _Fold(NamedTuple):
    """What one fold says of the examples that it has not learned: probabilities N×classes, or numbers N."""

    number: int
    data: Data
    outputs: Tensor


def _judged(number: int, place: Path, experiment: Experiment, data: Data,
            looked: Looked) -> Generator[Looked, None, _Fold]:
    run = open_run(place, points=False)
    mine = folded(data, experiment.recipe.folds, number)
    of_fold = replace(run.experiment, data=mine.spec)
    try:
        answers = Answers(Lens(of_fold, run.best_weights()))
        outputs = list[Tensor]()
        for start in range(0, len(mine.validation), TOGETHER):
            yield looked._replace(done=looked.done + start)
            stored = mine.validation.inputs[start : start + TOGETHER]
            given = answers.outputs(expect_fit(of_fold, mine, as_given(mine, stored)))
            outputs.append((answers.probabilities(given) if mine.spec.task == "classification" else
                            _numbers(answers.values(given))).detach())
    except LayerloomError as error:
        raise RunError("Fold {number} is left out: {reason}", number=number + 1, reason=error.message) from error
    return _Fold(number, mine, torch.cat(outputs))


def _numbers(values: Tensor) -> Tensor:
    """B×1 → B."""
    if values[0].numel() != 1:
        raise RunError("it gives several numbers for each example, of which none is the label")
    return values.reshape(len(values))


# -- which are suspect -------------------------------------------------------------------------------------------------


def _by_class(folds: list[_Fold], data: Data, total: int, notes: list[Message], most: int) -> Suspects:
    found = confident(torch.cat([fold.outputs for fold in folds]), torch.cat([fold.data.validation.targets
                                                                              for fold in folds]))
    names, unsure = data.spec.classes, int(found.confidence.isnan().sum())
    if unsure:
        notes.append(say("{count} examples are left out: their fold gives NaN for them", count=grouped(unsure)))
    ranks = found.suspects
    if len(ranks) > MANY * len(found.labels):
        notes.append(say("The folds agree with few labels: a network that is trained longer, or fits the data better, "
                         "makes a list that says more"))
    listed = [each._replace(suggested=names[into], label=names[into], was=each.given, confidence=confidence,
                            margin=margin)
              for each, into, confidence, margin in zip(
                  _shown(folds, ranks[:most]), *(values[ranks[:most]].tolist() for values in (
                      found.counted, found.confidence, found.margin)), strict=True)]
    return Suspects(tuple(listed), len(ranks), len(found.labels) - unsure, total, names, notes=tuple(notes))


def _by_residual(folds: list[_Fold], data: Data, total: int, notes: list[Message], most: int) -> Suspects:
    said = torch.cat([fold.outputs for fold in folds]).double()
    given = torch.cat([in_own_unit(data.spec, fold.data.validation.targets).reshape(-1) for fold in folds]).double()
    residuals = given - said
    usual = spread(residuals)
    far = residuals.abs() / usual if usual > 0 else torch.zeros_like(residuals)
    ranks = torch.argsort(far.nan_to_num(0.0), descending=True, stable=True)
    ranks = ranks[: int((far > FAR).sum())]
    listed = [each._replace(suggested=value_text(number), label=number, was=was, margin=margin)
              for each, number, was, margin in zip(_shown(folds, ranks[:most]), *(
                  values[ranks[:most]].tolist() for values in (said, given, far)), strict=True)]
    return Suspects(tuple(listed), len(ranks), len(residuals), total, spread=usual, notes=tuple(notes))


def _shown(folds: list[_Fold], ranks: Tensor) -> list[Suspect]:
    """Those numbered so in all folds together, as they are stored and seen."""
    ends = torch.tensor([len(fold.outputs) for fold in folds]).cumsum(0)
    pictures = [Shown(fold.data, "validation") for fold in folds]
    found = list[Suspect]()
    for rank in ranks.tolist():
        at = int(torch.searchsorted(ends, rank, right=True))
        fold, index = folds[at], rank - (int(ends[at - 1]) if at else 0)
        given = label_of(fold.data, fold.data.validation.targets[index])
        seen = pictures[at].with_picture(Example(index, given))
        assert seen.id is not None  # what was read knows where it came from
        found.append(Suspect(seen.id, given, "", "", float("nan"), float("nan"), fold.number + 1, seen.picture,
                             seen.numbers))
    return found
