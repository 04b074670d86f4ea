"""What a spec's data are: described from their files, or read for all who ask. numpy is loaded when they are read."""

from __future__ import annotations

from pathlib import Path

from engine.data.cache import LOADED, State, state_of
from engine.data.errors import DataError
from engine.data.fetching.folder import missing_files
from engine.data.formats.arrays import Arrays
from engine.data.options.table import Table
from engine.data.progress import Steps, result_of
from engine.data.spec.changes import marked
from engine.data.spec.spec import DataSpec
from engine.messages import Message


def described(spec: DataSpec, root: Path | None = None) -> DataSpec:
    """The spec with ``known`` as the files say it now; as it is where nothing is found out, or not downloaded yet.

    Of an image folder only names and headers are read. Raises DataError, in words.
    """
    return result_of(describing(spec, root))


def describing(spec: DataSpec, root: Path | None = None) -> Steps[DataSpec]:
    """The same, yielding where it takes long; to stop, close it."""
    if not spec.source.finds or missing_files(spec.files, root):
        return spec
    state = files_state(spec, root)
    known = spec.source.scan(spec, root) or (yield from reading(spec, root, state)).known
    return spec.with_options(known=(yield from marked(known, spec, root, state)))


def chosen(spec: DataSpec, before: DataSpec, root: Path | None = None) -> DataSpec:
    """Data that were put in the place of others (``with_dataset``), described and resized to what a network saw before.

    Options of another table stay where this one has such columns. Raises DataError, in words.
    """
    return result_of(choosing(spec, before, root))


def choosing(spec: DataSpec, before: DataSpec, root: Path | None = None) -> Steps[DataSpec]:
    """The same, yielding where it takes long; to stop, close it."""
    try:
        found = yield from describing(spec, root)
    except DataError:
        if spec.path == before.path or spec.table != before.table or spec.table == Table():
            raise
        found = yield from describing(spec.with_options(table=Table()), root)
    return found.in_place_of(before)


def notes_of(spec: DataSpec, root: Path | None = None) -> tuple[Message, ...]:
    """What reading a table that is here has noticed; of what takes longer to read, nothing."""
    if "columns" not in spec.source.pages(spec) or missing_files(spec.files, root):
        return ()
    return read_arrays(spec, root).report.notes


def read_arrays(spec: DataSpec, root: Path | None = None) -> Arrays:
    """Read data that are there. Raises DataMissingError, DataDamagedError or DataError."""
    return result_of(reading(spec, root))


def files_state(spec: DataSpec, root: Path | None = None) -> State:
    """The state of the files that are read. Raises DataMissingError or DataError where they are not there."""
    return state_of(spec.source.paths(spec, root))


def reading(spec: DataSpec, root: Path | None = None, state: State | None = None) -> Steps[Arrays]:
    """The same, yielding where it takes long; to stop, stop iterating. ``state`` is that of the files, if known."""
    what = ("arrays", spec.dataset, *(getattr(spec, name) for name in spec.source.reads))
    return (yield from LOADED.get(what, files_state(spec, root) if state is None else state,
                                  lambda: spec.source.reading(spec, root), lambda arrays: arrays.nbytes))
