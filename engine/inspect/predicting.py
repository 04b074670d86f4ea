"""What a network predicts for pictures, rows of a table, and arrays in files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from engine.data.formats.image_kinds import begins_as_image, kind_of
from engine.data.formats.suffixes import TABLES
from engine.data.tensors.data import Data
from engine.data.tensors.loading import load_data
from engine.experiment.experiment import Experiment
from engine.inspect.answering import Answers
from engine.inspect.lens import Lens
from engine.inspect.samples.arrays import SUFFIXES, from_arrays, from_numbers
from engine.inspect.samples.pictures import Pictures
from engine.inspect.samples.prepared import with_known_data
from engine.inspect.samples.rows import Row, rows_in
from engine.inspect.samples.sample import Sample, SampleError, UnreadSampleError
from engine.inspect.samples.typed import is_table, rows_given

PICTURES, ROWS = 32, 1024  # that run together
MOST_FILES = 2_000_000


class Prediction(NamedTuple):
    """For a file, or row ``row`` of it, from 0: the likeliest class and the probability of each, or the numbers.

    ``values`` is one number, or nested lists of the target's shape; None where classes are told apart. The label is
    empty where the probabilities are no numbers.
    """

    path: str
    row: int | None = None
    label: str = ""
    probabilities: Mapping[str, float] = {}
    values: Any = None

    def as_json(self) -> dict[str, Any]:
        """``path``, ``row`` where it is one, then ``class`` and ``probabilities``, or ``value`` or ``values``."""
        place = {"path": self.path, **({} if self.row is None else {"row": self.row})}
        if self.values is None:
            return {**place, "class": self.label or None, "probabilities": dict(self.probabilities)}
        return {**place, "values" if isinstance(self.values, list) else "value": self.values}


class Failed(NamedTuple):
    """A file, or a row of it, that could not be looked at, and why."""

    path: str
    row: int | None
    error: SampleError


class Predictor:
    """A network with its weights, ready to be asked. ``inverted``: pictures are dark on light, the data light on dark.

    Raises LayerloomError where nothing can run, or the weights do not fit.
    """

    def __init__(self, experiment: Experiment, weights: Mapping[str, Tensor] | None = None, root: Path | None = None,
                 *, inverted: bool = False) -> None:
        experiment = with_known_data(experiment, root)
        self._experiment, self._root, self._inverted = experiment, root, inverted
        self._answers = Answers(Lens(experiment, weights))
        self._pictures: Pictures | None = None
        self._is_table = is_table(experiment)

    def predictions(self, files: Iterable[Path]) -> Iterator[Prediction | Failed]:
        """Of every file in its order, and of every row where it has several; what cannot be read does not end it.

        Raises NoAnswerError or AnswerError of the network, DataError of its data.
        """
        waiting = list[tuple[Path, Sample | Failed]]()
        for path in files:
            if self._is_table or path.suffix.lower() in (*SUFFIXES, *TABLES):
                yield from self._of_pictures(waiting)
                waiting = []
                yield from self._of_rows(path)
                continue
            waiting.append((path, self._picture(path)))
            if len(waiting) == PICTURES:
                yield from self._of_pictures(waiting)
                waiting = []
        yield from self._of_pictures(waiting)

    # -- pictures -----------------------------------------------------------------------------------------------

    def _picture(self, path: Path) -> Sample | Failed:
        if self._pictures is None:  # a network that takes none says so of all
            self._pictures = Pictures(self._experiment, self._root)
        try:
            return self._pictures.of_file(path, self._inverted)
        except UnreadSampleError as error:
            return Failed(str(path), None, error)

    def _of_pictures(self, waiting: Sequence[tuple[Path, Sample | Failed]]) -> Iterator[Prediction | Failed]:
        whole = [sample.x for _, sample in waiting if isinstance(sample, Sample)]
        found = iter(self._said(torch.cat(whole)) if whole else ())
        for path, sample in waiting:
            yield sample if isinstance(sample, Failed) else next(found)._replace(path=str(path))

    # -- rows ---------------------------------------------------------------------------------------------------

    def _of_rows(self, path: Path) -> Iterator[Prediction | Failed]:
        try:
            if path.suffix.lower() in SUFFIXES:
                yield from self._numbered(path, from_arrays(self._experiment, path, self._root))
            elif self._is_table:
                yield from self._of_table(path)
            else:
                yield from self._numbered(path, from_numbers(self._experiment, path, self._root))
        except SampleError as error:
            yield Failed(str(path), None, error)

    def _numbered(self, path: Path, x: Tensor, first: int = 0) -> Iterator[Prediction]:
        for begin in range(0, len(x), ROWS):
            for row, said in enumerate(self._said(x[begin : begin + ROWS]), first + begin):
                yield said._replace(path=str(path), row=row)

    def _of_table(self, path: Path) -> Iterator[Prediction | Failed]:
        data = load_data(self._experiment.data, self._root)
        rows = rows_in(data, path)
        for begin in range(0, len(rows), ROWS):
            there = rows[begin : begin + ROWS]
            try:
                yield from self._numbered(path, rows_given(self._experiment, data, there), begin)
            except SampleError:  # one of them is wrong: which?
                for row, values in enumerate(there, begin):
                    yield from self._of_row(path, row, data, values)

    def _of_row(self, path: Path, row: int, data: Data, values: Row) -> Iterator[Prediction | Failed]:
        try:
            yield from self._numbered(path, rows_given(self._experiment, data, [values]), row)
        except SampleError as error:
            yield Failed(str(path), row, error)

    def _said(self, x: Tensor) -> list[Prediction]:
        outputs = self._answers.outputs(x)
        if self._experiment.data.task == "regression":
            numbers = self._answers.values(outputs)
            return [Prediction("", values=one.item() if one.numel() == 1 else one.tolist()) for one in numbers]
        found, names = self._answers.probabilities(outputs), self._experiment.data.classes
        most, called = found.max(1)  # NaN where any is
        return [Prediction("", None, names[place] if p == p else "", dict(zip(names, row, strict=True)))
                for row, p, place in zip(found.tolist(), most.tolist(), called.tolist(), strict=True)]


# -- which files -------------------------------------------------------------------------------------------------------


def files_in(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """The files themselves, and of folders every picture below them, by name. Raises UnreadSampleError where there is
    nothing."""
    found = list[Path]()
    for path in map(Path, paths):
        if not os.path.exists(path):  # noqa: PTH110  (a name that no file can have is no exception)
            raise UnreadSampleError("{path} is not there", path=path)
        if not path.is_dir():
            found.append(path)
            continue
        inside = _pictures_below(path)
        if not inside:
            raise UnreadSampleError("{path} holds no pictures", path=path)
        found += inside
    return found


def _pictures_below(folder: Path) -> list[Path]:
    found, looked = list[Path](), 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        looked += len(names)
        if looked > MOST_FILES:
            raise UnreadSampleError("{path} holds too many files", path=folder)
        paths = [Path(place, name) for name in sorted(names) if not name.startswith(".")]
        found += [path for path in paths if kind_of(path.name) == "image"
                  or (kind_of(path.name) == "unknown" and begins_as_image(path))]
    return found
