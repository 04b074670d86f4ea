"""Runs taken elsewhere: one table for a spreadsheet or pandas, or event files that TensorBoard reads. No torch."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from engine.files import WriteError, reason_of_os_error, write_text
from engine.runs.book.entry import Entry
from engine.runs.curves import Row, rows_of
from engine.runs.opened import RunError

FIRST = ("run", "epoch", "step", "seconds")


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
    return "" if math.isnan(number) else str(round(number))


def name_of(entry: Entry) -> str:
    """What tells a run from others: its folder's name, of a member with that of the whole."""
    inside = "." in entry.number
    return f"{entry.folder.parent.name}/{entry.folder.name}" if inside else entry.folder.name


def write_tensorboard(entries: Sequence[Entry], folder: Path) -> list[Path]:
    """A folder with an event file for each run: ``loss/train``, ``loss/validation``, ``accuracy/…`` by step, at the
    times when they were measured. Returns the folders.

    Raises RunError, FileError, WriteError; WriteError, too, where there are event files already.
    """
    found = []
    for entry in _runs(entries):
        into = folder / name_of(entry)
        if any(into.glob("events.out.tfevents.*")):
            raise WriteError("{path} has event files already, and TensorBoard would show both as one run: choose "
                             "another folder", path=into)
        _write_events(entry, into)
        found.append(into)
    return found


def _write_events(entry: Entry, into: Path) -> None:
    from tensorboard.compat.proto.event_pb2 import Event  # takes 0.1 s to load
    from tensorboard.compat.proto.summary_pb2 import Summary  # the same
    from tensorboard.summary.writer.event_file_writer import EventFileWriter  # the same

    run = entry.open()
    begun = _moment(run.begun, entry.begun)
    try:
        writer = EventFileWriter(str(into))
        try:
            for number, row in enumerate(rows_of(run)):
                values = [Summary.Value(tag=_tag(name), simple_value=value) for name, value in row.values.items()]
                step = number if math.isnan(row.step) else round(row.step)
                seconds = 0.0 if math.isnan(row.seconds) else row.seconds
                writer.add_event(Event(wall_time=begun + seconds, step=step, summary=Summary(value=values)))
        finally:
            writer.close()
    except OSError as error:
        raise WriteError("{path} could not be written: {reason}", path=into,
                         reason=reason_of_os_error(error)) from error


def _moment(text: str, otherwise: datetime) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
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
