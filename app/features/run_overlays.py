"""Runs as curves behind the one in hand: read from their folders once, several seeds as a mean with its band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.features.curve_rows import EpochTuple, epoch_row
from engine.runs.book.entry import Entry
from engine.runs.book.seeds import Seeds

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
        return (self.key, self.title, self.color,
                *((entry.folder, entry.size, entry.epochs, entry.state) for entry in self.entries))


def wanted_of(rows: Sequence[Entry | Seeds], keys: Sequence[str], colors: Mapping[str, int],
              names: Mapping[str, str]) -> list[Wanted]:
    """The curves of what is selected: seeds of which all are, as one."""
    chosen, found = set(keys), list[Wanted]()
    for row in rows:
        if isinstance(row, Seeds):
            mine = [entry for entry in row.entries if str(entry.folder) in chosen]
            if len(mine) == len(row.entries):
                key = f"seeds:{row.first.course}"
                found.append(Wanted(key, names.get(key, ""), colors[key], row.entries))
                continue
        else:
            mine = [entry for entry in (row, *row.runs) if str(entry.folder) in chosen and not entry.members]
        for entry in mine:
            key = str(entry.folder)
            found.append(Wanted(key, names.get(key, entry.number), colors[key], (entry,)))
    return found[:MOST]


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


def _judged(row: object) -> Metrics:
    """What an epoch is compared by: validation, or training where there is none."""
    from engine.training.state import EpochRow

    assert isinstance(row, EpochRow)
    return row.validation if row.validation.loss == row.validation.loss else row.train


def _means(read: Sequence[Drawn]) -> list[EpochTuple]:
    """Every epoch that two or more have, in the mean."""
    import numpy as np

    found: dict[int, list[EpochTuple]] = {}
    for drawn in read:
        for row in drawn.epochs:
            found.setdefault(row.epoch, []).append(epoch_row(row, False)[:6])
    means = [np.mean(rows, axis=0) for _, rows in sorted(found.items()) if len(rows) > 1]
    return [tuple(float(value) for value in mean) for mean in means]
