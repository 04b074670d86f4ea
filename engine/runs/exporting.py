"""Runs taken elsewhere: one table for a spreadsheet or pandas, or event files that TensorBoard reads. No torch."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from engine.files import WriteError, reason_of_os_error, write_bytes, write_text
from engine.runs.book.entry import Entry
from engine.runs.curves import Row, rows_of
from engine.runs.opened import Run, RunError

if TYPE_CHECKING:
    from tensorboard.compat.proto.event_pb2 import Event

FIRST = ("run", "epoch", "step", "seconds")
EVENTS, FORMAT = "events.out.tfevents", "brain.Event:2"  # by which TensorBoard knows them


def write_csv(entries: Sequence[Entry], path: Path) -> None:
    """Every epoch and every point of these runs, a row each: the run, where it was, and a column for each measure.

    Raises RunError, FileError, WriteError.
    """
    tables = [(name_of(entry), rows_of(entry.open())) for entry in _runs(entries)]
    columns = list(dict.fromkeys(name for _, rows in tables for row in rows for name in row.values))
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow([*FIRST, *columns])
    for name, rows in tables:
        table.writerows(_cells(name, row, columns) for row in rows)
    write_text(path, text.getvalue())


def _cells(name: str, row: Row, columns: Iterable[str]) -> list[str]:
    where = (f"{row.position:.6g}", _whole(row.step), "" if math.isnan(row.seconds) else f"{row.seconds:.3f}")
    return [name, *where, *(repr(row.values[each]) if each in row.values else "" for each in columns)]


def _whole(number: float) -> str:
    return str(round(number)) if math.isfinite(number) else ""


def name_of(entry: Entry) -> str:
    """What tells a run from others: its folder's name, of a member with that of the whole."""
    inside = entry.is_member
    return f"{entry.folder.parent.name}/{entry.folder.name}" if inside else entry.folder.name


def write_tensorboard(entries: Sequence[Entry], folder: Path) -> list[Path]:
    """A folder with an event file for each run: ``loss/train``, ``loss/validation``, ``accuracy/…`` by step, at the
    times when they were measured. Returns the folders.

    Raises RunError, FileError, WriteError; WriteError, too, where there are event files already.
    """
    found = []
    for entry in _runs(entries):
        into = folder / name_of(entry)
        if any(into.glob(f"{EVENTS}.*")):
            raise WriteError("{path} has event files already, and TensorBoard would show both as one run: choose "
                             "another folder", path=into)
        _write_events(entry, into)
        found.append(into)
    return found


def _write_events(entry: Entry, into: Path) -> None:
    """All at once, not by TensorBoard's own thread: what cannot be written leaves nothing behind."""
    from tensorboard.compat.proto.event_pb2 import Event  # takes 0.1 s to load
    from tensorboard.summary.writer.record_writer import RecordWriter  # the same

    run = entry.open()
    begun, file = _moment(run.begun, entry.begun), io.BytesIO()
    records = RecordWriter(file)
    records.write(Event(wall_time=begun, file_version=FORMAT).SerializeToString())
    for event in _events(run, begun):
        records.write(event.SerializeToString())
    try:
        into.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError("{path} could not be made: {reason}", path=into, reason=reason_of_os_error(error)) from error
    write_bytes(into / f"{EVENTS}.{max(0, int(begun)):010}.layerloom", file.getvalue())


def _events(run: Run, begun: float) -> Iterator[Event]:
    from tensorboard.compat.proto.event_pb2 import Event  # takes 0.1 s to load
    from tensorboard.compat.proto.summary_pb2 import Summary  # the same

    for number, row in enumerate(rows_of(run)):
        values = [Summary.Value(tag=_tag(name), simple_value=value) for name, value in row.values.items()]
        step = round(row.step) if math.isfinite(row.step) else number
        seconds = row.seconds if math.isfinite(row.seconds) else 0.0
        yield Event(wall_time=begun + seconds, step=step, summary=Summary(value=values))


def _moment(text: str, otherwise: datetime) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        return otherwise.timestamp()


def _tag(name: str) -> str:
    """``validation_loss`` as TensorBoard groups it: one chart for each measure, one line for each part."""
    for part in ("validation", "after_train", "train", "test", "batch"):
        if name.startswith(f"{part}_"):
            return f"{name.removeprefix(f'{part}_')}/{part}"
    return name


def _runs(entries: Iterable[Entry]) -> list[Entry]:
    """Single ones, each once. Raises RunError where there is none."""
    runs = {run.folder: run for entry in entries for run in entry.runs}
    if not runs:
        raise RunError("There is no run to export")
    return list(runs.values())
