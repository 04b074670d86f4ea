"""Runs as curves behind the one in hand: read from their folders once, several seeds as a mean with its band."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from app.features.curve_rows import EpochTuple, epoch_row
from app.features.run_rows import entries_of, group_key, key_of
from engine.runs.book.entry import Entry
from engine.runs.book.seeds import Seeds
from engine.training.state import EpochRow

if TYPE_CHECKING:
    from engine.runs.arrays import Drawn
    from engine.training.values import Metrics
    from widgets.plot.overlaid import Overlaid
    from widgets.plot.ways import Ways

MOST = 64  # curves at once: more are no picture any more


@dataclass(frozen=True)
class Wanted:
    """A curve that is to be there: of one run, or of several seeds."""

    key: str
    title: str
    color: int
    entries: tuple[Entry, ...]

    @property
    def mark(self) -> tuple[object, ...]:
        """Another one where anything of it is to be read again."""
        return (self.key, *((entry.folder, entry.size, entry.epochs, entry.state) for entry in self.entries))


def as_wanted(read: Overlaid | None, wanted: Wanted) -> Overlaid | None:
    """What was read already, under the name and in the colour that it has now."""
    if read is None or (read.title, read.color) == (wanted.title, wanted.color):
        return read
    return replace(read, title=wanted.title, color=wanted.color)


def curves_of(rows: Iterable[Entry | Seeds], keys: Iterable[str]) -> dict[str, tuple[Entry, ...]]:
    """The curves of the runs that are selected, by key: seeds of which all are, as one."""
    chosen = set(keys)
    found: dict[str, tuple[Entry, ...]] = {}
    for row in rows:
        mine = [entry for entry in entries_of(row) if key_of(entry) in chosen and entry.state != "damaged"]
        if isinstance(row, Seeds) and len(mine) == len(row.entries):
            found[group_key(row)] = row.entries
        else:
            found |= {key_of(entry): (entry,) for entry in mine}
    return dict(islice(found.items(), MOST))


def overlaid(wanted: Wanted) -> Overlaid:
    """Read a curve; of several seeds their mean. In a job's thread. Raises RunError, FileError."""
    from engine.runs.arrays import drawn  # loads numpy

    read = [drawn(entry.folder) for entry in wanted.entries]
    return _one(wanted, read[0]) if len(read) == 1 else _several(wanted, read)


def _one(wanted: Wanted, drawn: Drawn) -> Overlaid:
    from widgets.plot.overlaid import Columns, Overlaid  # loads numpy

    points = Columns(*drawn.points.T.copy()) if len(drawn.points) else ()
    epochs = [epoch_row(row, row.epoch == drawn.best) for row in drawn.epochs]
    return Overlaid(wanted.key, wanted.title, wanted.color, points, epochs, ways=_ways(drawn))


def _ways(drawn: Drawn) -> Ways:
    from widgets.plot.ways import Ways  # loads numpy

    return Ways(drawn.steps if drawn.steps[0] else None, drawn.seconds if drawn.seconds[0] else None)


def _several(wanted: Wanted, read: Sequence[Drawn]) -> Overlaid:
    from engine.runs.arrays import band  # loads numpy
    from widgets.plot.overlaid import Band, Overlaid  # loads numpy

    bands = [band([{row.epoch: getattr(_judged(row), name) for row in drawn.epochs} for drawn in read])
             for name in ("loss", "accuracy")]
    shown = tuple(Band(each.positions, each.means, each.deviations) if len(each.positions) else None for each in bands)
    return Overlaid(wanted.key, wanted.title, wanted.color, (), _means(read), (shown[0], shown[1]), _ways(read[0]))


def _judged(row: EpochRow) -> Metrics:
    """What an epoch is compared by: validation, or training where there is none."""
    return row.validation if row.validation.loss == row.validation.loss else row.train


def _means(read: Sequence[Drawn]) -> list[EpochTuple]:
    """Every epoch that two or more have, in the mean."""
    import numpy as np  # loads numpy

    found: dict[int, list[EpochTuple]] = {}
    for drawn in read:
        for row in drawn.epochs:
            found.setdefault(row.epoch, []).append(epoch_row(row, False)[:6])
    means = [np.mean(rows, axis=0) for _, rows in sorted(found.items()) if len(rows) > 1]
    return [tuple(float(value) for value in mean) for mean in means]
