"""A network and its weights from whatever names them, to be asked: what it predicts, and what every layer gives."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from torch import Tensor

from engine.analysis.analysis import analyze, first_error
from engine.experiment.experiment import Experiment, gallery_ids
from engine.experiment.keys import current_weights
from engine.experiment.trust import allow, sources_of
from engine.export.bringing import weights_for
from engine.export.weight_files import load_weights
from engine.inspect.lens import Lens, no_answer
from engine.inspect.predicting import Failed, Prediction, Predictor, files_in
from engine.inspect.samples.named import sample_of
from engine.inspect.samples.prepared import with_known_data
from engine.inspect.samples.sample import Sample
from engine.messages import Message
from engine.network.fitting import told
from engine.network.weights import check_weights
from engine.reading.files import opened
from engine.runs.opened import Run, RunError, data_root_of, open_run

Source: TypeAlias = "Experiment | Run | str | os.PathLike[str]"
Weights: TypeAlias = "Mapping[str, Tensor] | str | os.PathLike[str] | None"


class Network(NamedTuple):
    """A network with its weights; without, those that its seed gives. ``notes`` say what was left out."""

    experiment: Experiment
    weights: Mapping[str, Tensor] | None = None
    notes: tuple[Message, ...] = ()
    root: Path | None = None  # where a run's data lay, if that was said
    run: Run | None = None


def network_of(source: Source, weights: Weights = None, *, by_order: bool = False,
               allow_code: bool = False) -> Network:
    """An experiment, a .loom file, ``gallery:lenet`` or its id alone, a file of code; of a run's folder the network
    with its best weights. ``weights`` are others, or a file of them. ``allow_code``: the code in it may run.

    Raises FileError, RunError, ReadingError, WeightsFileError, WeightsError, or OrderError.
    """
    found = _source(source)
    if allow_code:
        allow(sources_of(found.experiment.graph))
    experiment = found.experiment
    if weights is None:
        return found if found.run is None else found._replace(weights=found.run.best_weights())
    is_whole = first_error(analyze(experiment.graph, experiment.data.sample_shape)) is None
    if isinstance(weights, Mapping):
        if is_whole:
            check_weights(experiment, weights)
        return found._replace(weights=weights)
    if not is_whole:  # what fits of them is found out layer by layer
        return found._replace(weights=current_weights(load_weights(weights), experiment))
    fit = weights_for(experiment, weights, by_order=by_order)
    note = told(fit, Path(weights).name)
    return found._replace(weights=fit.weights, notes=(*found.notes, *([note] if note else [])))


def _source(source: Source) -> Network:
    if isinstance(source, Experiment):
        return Network(source)
    if isinstance(source, Run):
        return _of_run(source)
    text = os.fspath(source)
    if os.path.isdir(text):  # noqa: PTH112  (a folder that may not be read is no exception)
        return _of_run(open_run(text, points=False))
    if text in gallery_ids() and not os.path.exists(text):  # noqa: PTH110
        text = f"gallery:{text}"
    experiment, notes = opened(text)
    return Network(experiment, None, notes)


def _of_run(run: Run) -> Network:
    if run.members:
        raise RunError("{folder} is a series: name one of its runs, {names}", folder=run.folder,
                       names=", ".join(member.folder.name for member in run.members[:5]))
    return Network(run.experiment, root=data_root_of(run.folder), run=run)


def predict(source: Source, paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]], weights: Weights = None,
            root: str | os.PathLike[str] | None = None, *, inverted: bool = False) -> list[Prediction]:
    """What a network says of pictures, folders of pictures, and every row of tables and arrays.

    ``root`` is where the data lie that say how examples are prepared. ``inverted``: pictures are dark on light, where
    the data are light on dark. Raises LayerloomError, also of the first file or row that cannot be looked at.
    """
    network = network_of(source, weights)
    warn(network.notes)
    files = files_in([paths] if isinstance(paths, (str, os.PathLike)) else paths)
    predictor = Predictor(network.experiment, network.weights, root_of(root, network), inverted=inverted)
    found = list[Prediction]()
    for each in predictor.predictions(files):
        if isinstance(each, Failed):
            raise each.error
        found.append(each)
    return found


def activations(source: Source, sample: Sample | Tensor | np.ndarray[Any, Any] | str | os.PathLike[str]
                | tuple[str, int], weights: Weights = None, root: str | os.PathLike[str] | None = None, *,
                training: bool = False) -> dict[str, Tensor]:
    """Every layer's output B×… under its name (``block1.conv2``), in the order of computing.

    ``sample``: a tensor B×… (or one example) as the network gets it, a file, ``"test:3"`` or ``("test", 3)``, or typed
    numbers. A layer that cannot run is warned of, and what needs it is left out. Raises LayerloomError where nothing
    can run.
    """
    network = network_of(source, weights)
    place = root_of(root, network)
    experiment = with_known_data(network.experiment, place)
    look = Lens(experiment, network.weights, training=training).look(sample_of(experiment, sample, place).x)
    if not look.outputs:
        raise no_answer(look)
    warn((*network.notes, *(Message("{place}: {reason}", (("place", place), ("reason", reason)))
                             for place, reason in look.faults.items())))
    return dict(look.outputs)


def root_of(given: str | os.PathLike[str] | None, network: Network) -> Path | None:
    """Where data lie: as it is said, else as it was said of the run."""
    return network.root if given is None else Path(given)


def warn(notes: Iterable[Message]) -> None:
    """Whoever calls from Python hears of what was left out."""
    for note in notes:
        warnings.warn(str(note), stacklevel=3)
