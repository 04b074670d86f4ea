"""Files of Python code and notebooks, as networks. No torch."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from engine.experiment.experiment import DEFAULT, Experiment, load_experiment
from engine.files import reason_of_os_error
from engine.formats import Format, reader_of
from engine.layers.base import Shape
from engine.messages import Message
from engine.reading.reading import Reading, read
from engine.reading.values import ReadingError

CODE_FILES = (Format(".py", "Python"), Format(".ipynb", "Notebook"))
MOST_BYTES = 32 * 2**20  # notebooks hold pictures


def is_code_file(source: str | os.PathLike[str]) -> bool:
    """Whether it is read as code, by its name."""
    return reader_of(Path(source), CODE_FILES) is not None


def opened(source: str) -> tuple[Experiment, tuple[Message, ...]]:
    """A network from a .loom file, the gallery, a file of code or a notebook, and what was left out or understood
    otherwise. Raises LayerloomError, in words.

    Code has no data and no recipe: they are those of the default network.
    """
    if not is_code_file(source):
        return load_experiment(source), ()
    start, found = load_experiment(DEFAULT), read_file(Path(source))
    return Experiment(found.graph, start.data, start.recipe), found.notes


def read_file(path: Path, shape: Shape | None = None, cancelled: Callable[[], bool] | None = None) -> Reading:
    """The network in a file of code or a notebook. Raises ReadingError, naming the file."""
    try:
        if not path.is_file():
            raise ReadingError("{path} is not a file", path=path)
        if path.stat().st_size > MOST_BYTES:
            raise ReadingError("{path} is too large for code: {size} MB", path=path, size=path.stat().st_size // 2**20)
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ReadingError("{path} could not be read: {reason}", path=path, reason=reason_of_os_error(error)) from error
    except UnicodeDecodeError as error:
        raise ReadingError("{path} is not text", path=path) from error
    try:
        return read(text, shape, cancelled)
    except ReadingError as error:
        placed = ReadingError("{path}: {reason}", path=path.name, reason=error.message)
        placed.line = error.line
        raise placed from error
