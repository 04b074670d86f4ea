"""Data as a spec asks for them: downloaded where they are missing, read and split once for all who ask."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from engine.data.cache import LOADED, State
from engine.data.errors import StoppedError
from engine.data.fetching.download import fetch
from engine.data.options.options import Augment
from engine.data.progress import Steps
from engine.data.spec.changes import marked
from engine.data.spec.reading import files_state, reading
from engine.data.spec.spec import DataSpec
from engine.data.tensors.corrected import corrected
from engine.data.tensors.data import Data
from engine.data.tensors.splitting import splitting

# does not change how it is split
_LATER = {"resize": None, "normalize": False, "augment": Augment(), "known": None, "corrections": ()}


def load_data(spec: DataSpec, root: Path | None = None, progress: Callable[[int, int], object] | None = None,
              cancelled: Callable[[], bool] | None = None) -> Data:
    """The data, downloaded into ``root`` (default: the per-user folder) where they are missing.

    ``progress(done, total)`` counts bytes of one file. Raises DataError, or StoppedError once ``cancelled()`` is true.
    What is read is kept in ``LOADED`` and shared: nobody may change it.
    """
    with closing(loading(spec, root)) as steps:
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                data: Data = end.value
                return data
            if cancelled is not None and cancelled():
                raise StoppedError("The download was stopped" if step.doing == "downloading" else
                                   "Reading was stopped")
            if progress is not None:
                progress(step.done, step.total)


def loading(spec: DataSpec, root: Path | None = None) -> Steps[Data]:
    """The same as a generator of steps that returns the data; to stop, close it: others may wait for its end."""
    yield from fetch(spec.files, root)
    state = files_state(spec, root)
    split = spec.model_copy(update=_LATER)
    read = tuple(getattr(spec, name) for name in spec.source.reads)  # which may hold some of what comes later
    data = yield from LOADED.get(("splits", split, read), state, lambda: _split(spec, root, state),
                                 lambda data: data.nbytes)
    known = (yield from marked(data.spec.known, spec, root, state)) if spec.source.finds else spec.known
    if not spec.corrections:
        return replace(data, spec=spec.with_options(known=known))
    return (yield from _corrected(data, spec.with_options(known=known), (split, read), state))


def _corrected(data: Data, spec: DataSpec, what: Hashable, state: State) -> Steps[Data]:
    """As its examples were corrected; made once, of what was read already."""
    def making() -> Steps[Data]:
        yield from ()
        return corrected(data, spec)

    plain = replace(data, spec=spec.with_options(corrections=()))
    found = yield from LOADED.get(("corrected", what, spec.corrections), state, making,
                                  lambda made: made.nbytes)
    return replace(found, spec=spec, before=plain)


def _split(spec: DataSpec, root: Path | None, state: State) -> Steps[Data]:
    arrays = yield from reading(spec, root, state)
    return (yield from splitting(spec, arrays))
