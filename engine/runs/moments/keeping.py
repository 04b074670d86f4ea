"""Keeping moments while a run goes on: within bounds of room and of time."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from engine.files import WriteError, reason_of_os_error
from engine.runs.moments.coding import Layout, layout_of, size_of
from engine.runs.moments.files import MomentError, merge, read_head, write_moment
from engine.runs.moments.kept import Moments
from engine.runs.moments.names import name_of, place_of, positions_in
from engine.runs.moments.removing import remove_file, sweep_moments
from engine.runs.moments.thinning import least
from engine.training.values import Weights

TIMES, LEAST = 11.5, 2**16  # as much room as the weights themselves so many times, and this at least
FREE, SHARE = 0.5, 0.03  # seconds, and which part of those since it began: more is not spent on keeping


class _Kept(NamedTuple):
    position: float
    size: int


class Keeper:
    """Writes the moments of one run into a folder. Each is the difference to the one before it; where there is no more
    room, the one that is missed least goes."""

    def __init__(self, folder: Path, upto: float | None = None, clock: Callable[[], float] = time.perf_counter) -> None:
        """``upto``: a run goes on from there, with the moments that it has until then; None: with none."""
        self._folder, self._upto, self._clock = folder, upto, clock
        self._kept: list[_Kept] | None = None  # not looked at yet
        self._last: Weights | None = None  # of the last one; None: unknown
        self._layout: Layout | None = None
        self._begun, self._spent, self._cost = clock(), 0.0, 0.0

    def forget(self) -> None:
        """The folder is gone, or begins anew."""
        self._kept, self._last = None, None

    def begin(self) -> None:
        """What is there of a time that the run comes through again goes. Raises WriteError."""
        if self._kept is None:
            upto = -1.0 if self._upto is None else place_of(self._upto)
            self._kept = _chain(self._folder, upto)
            standing = {kept.position for kept in self._kept}
            sweep_moments(self._folder)
            for position in positions_in(self._folder):
                if position not in standing:
                    remove_file(self._folder / name_of(position))

    def keep(self, position: float, weights: Weights) -> None:
        """Unless it would take too long just now. Raises WriteError."""
        self.begin()
        assert self._kept is not None
        position, layout = place_of(position), layout_of(weights)
        if layout is None or (self._kept and position <= self._kept[-1].position) or not self.has_time():
            return
        start = self._clock()
        try:
            self._keep(self._kept, position, weights, layout)
        finally:
            self._cost = self._clock() - start
            self._spent += self._cost

    def has_time(self) -> bool:
        """Whether one more keeps to its share of the time."""
        return self._spent + self._cost <= FREE + SHARE * (self._clock() - self._begun)

    def _keep(self, kept: list[_Kept], position: float, weights: Weights, layout: Layout) -> None:
        _make(self._folder)
        if kept and self._last is None:
            self._last = self._known(kept[-1].position)
        if layout != self._layout:
            known = None if self._last is None else layout_of(self._last)
            self._last, self._layout = (self._last if known == layout else None), layout
        base = kept[-1].position if kept and self._last is not None else None
        size = write_moment(self._folder, position, weights, base, self._last if base is not None else None)
        kept.append(_Kept(position, size))
        self._last = weights
        most = max(LEAST, TIMES * size_of(layout))
        while sum(each.size for each in kept) > most and (at := least([each.position for each in kept])) is not None:
            self._take_out(kept, at)

    def _known(self, position: float) -> Weights | None:
        try:
            return Moments(self._folder, 0).weights(position)
        except MomentError:  # what comes now does not follow from it
            return None

    def _take_out(self, kept: list[_Kept], at: int) -> None:
        """The next one becomes the difference to the one before, first: whenever it ends here, all can be read."""
        gone, after = self._folder / name_of(kept[at].position), self._folder / name_of(kept[at + 1].position)
        try:
            head, next_head = read_head(gone), read_head(after)
            if next_head.base == head.position:
                kept[at + 1] = kept[at + 1]._replace(size=merge(self._folder, head, next_head))
        except MomentError:  # damaged meanwhile: whatever follows from it cannot be read either
            for each in kept[at:]:
                remove_file(self._folder / name_of(each.position))
            del kept[at:]
            self._last = None
            return
        remove_file(gone)
        del kept[at]


def _chain(folder: Path, upto: float) -> list[_Kept]:
    """The moments that the last one until then follows from, and what those before do not follow from."""
    found, way, wanted = list[_Kept](), list[_Kept](), None
    for position in reversed(positions_in(folder)):
        if position > upto or (wanted is not None and position > wanted):
            continue
        if wanted is not None and position < wanted:
            way, wanted = [], None  # what they follow from is missing
        try:
            head = read_head(folder / name_of(position))
        except MomentError:
            way, wanted = [], None
            continue
        way.append(_Kept(position, head.size))
        wanted = head.base
        if wanted is None:
            found, way = found + way, []
    return found[::-1]


def _make(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise WriteError("{path} could not be made: {reason}", path=folder, reason=reason_of_os_error(error)) from error
