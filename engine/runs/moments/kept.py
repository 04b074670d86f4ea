"""The moments of a run, read back: which there are, and the weights of each, exactly as they were."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from engine.messages import say
from engine.runs.moments.names import name_of, place_of, positions_in
from engine.runs.names import BEST, LAST

if TYPE_CHECKING:
    from torch import Tensor

    from engine.runs.moments.files import Head

CACHE = 2**28  # bytes of weights that are held ready
SMALL, UNKNOWN = 2**24, 2**30  # bytes of weights that are no matter, and where nothing lies beside them
PATIENCE = 4  # times that a run which writes meanwhile may take a moment out of the way


class Moments:
    """What was kept of a run on its way: ``positions`` in epochs (0 is before the first step, 0.25 within the first
    epoch, 7 after the seventh), and the ``weights`` at each.

    ``for position in run.moments: run.moments.weights(position)``
    """

    def __init__(self, folder: Path, cache: int = CACHE) -> None:
        """``folder`` has their files; it need not be there."""
        self.folder, self._most = folder, cache
        self._known: OrderedDict[tuple[float, int], dict[str, Tensor]] = OrderedDict()
        self._lazy: dict[float, Moment] = {}
        self._lock = RLock()

    @property
    def positions(self) -> tuple[float, ...]:
        """Those that are kept now, the first one first; of a run of an earlier version none."""
        return positions_in(self.folder)

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return sum(path.stat().st_size for position in self.positions
                   if (path := self.folder / name_of(position)).exists())

    def __iter__(self) -> Iterator[float]:
        return iter(self.positions)

    def __len__(self) -> int:
        return len(self.positions)

    def weights(self, position: float) -> dict[str, Tensor]:
        """The state dict at a position, bit for bit; not to be written to. Raises MomentError where it is not kept, or
        its file or one that it follows from is damaged."""
        from engine.runs.moments.files import MomentError  # loads torch

        with self._lock:
            for tried in range(PATIENCE):
                try:
                    return self._weights(self._way_to(place_of(position)))
                except MomentError as error:  # a run that goes on may just have taken one out, and written the next
                    failed = error
                    if tried and not self._has_changed:
                        break
            raise failed

    def at(self, position: float) -> Moment:
        """The same, read when it is needed; the same object for the same position."""
        with self._lock:
            return self._lazy.setdefault(place_of(position), Moment(self, place_of(position)))

    def _way_to(self, position: float) -> list[Head]:
        """The files that its weights follow from, itself last."""
        from engine.runs.moments.coding import size_of  # loads torch
        from engine.runs.moments.files import MomentError, read_head

        self._seen = self.positions
        way: list[Head] = []
        at: float | None = position
        while at is not None:
            if at not in self._seen:
                raise self._not_kept(position, at)
            head = read_head(self.folder / name_of(at))
            is_other = head.position != at or (way and head.layout != way[-1].layout)
            if is_other or size_of(head.layout) > self._most_bytes:
                raise MomentError("{path} holds no weights that can be read: {reason}", path=head.path,
                                  reason=say("it is damaged"))
            way.append(head)
            at = None if (head.position, head.crc) in self._known else head.base
        return way[::-1]

    @property
    def _most_bytes(self) -> int:
        """What weights may take here: a damaged file may promise a thousand times its size."""
        beside = (self.folder.parent / name for name in (LAST, BEST))
        known = max((path.stat().st_size for path in beside if path.is_file()), default=UNKNOWN)
        return max(SMALL, 2 * known)

    def _not_kept(self, position: float, at: float) -> Exception:
        from engine.runs.moments.files import MomentError  # is loaded

        if at != position:
            return MomentError("{path} holds no weights that can be read: {reason}",
                               path=self.folder / name_of(position),
                               reason=say("the moment before it, {before}, is missing", before=f"{at:g}"))
        if not self._seen:
            return MomentError("{folder} holds no moments: the run is of an earlier version, or none were kept",
                               folder=self.folder.parent)
        nearest = min(self._seen, key=lambda each: abs(each - position))
        return MomentError("No moment at {position} is kept of this run: the nearest one is at {nearest}",
                           position=f"{position:g}", nearest=f"{nearest:g}")

    @property
    def _has_changed(self) -> bool:
        return self.positions != self._seen

    def _weights(self, way: list[Head]) -> dict[str, Tensor]:
        from engine.runs.moments.coding import blocks, weights_of  # loads torch
        from engine.runs.moments.files import MomentError, crc_of, differences

        first, *rest = way
        known = self._known.get((first.position, first.crc))
        if known is not None and not rest:
            self._known.move_to_end((first.position, first.crc))
            return known
        numbers = list(differences(first) if known is None else blocks(known, first.layout))
        for head in (first, *rest):
            if head is not first:
                for number, difference in zip(numbers, differences(head), strict=True):
                    number += difference
            if crc_of(numbers) != head.crc:
                raise MomentError("{path} holds no weights that can be read: {reason}", path=head.path,
                                  reason=say("it is damaged"))
        found = weights_of(numbers, way[-1].layout)
        self._hold((way[-1].position, way[-1].crc), found)
        return found

    def _hold(self, key: tuple[float, int], weights: dict[str, Tensor]) -> None:
        self._known[key] = weights
        while len(self._known) > 1 and sum(map(_bytes_of, self._known.values())) > self._most:
            self._known.popitem(last=False)


def _bytes_of(weights: Mapping[str, Tensor]) -> int:
    return sum(value.nbytes for value in weights.values())


class Moment(Mapping[str, "Tensor"]):
    """The weights of one moment, as a state dict that is read when somebody looks into it. Then MomentError may be
    raised."""

    def __init__(self, moments: Moments, position: float) -> None:
        self.moments, self.position = moments, position

    def __getitem__(self, key: str) -> Tensor:
        return self.moments.weights(self.position)[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.moments.weights(self.position))

    def __len__(self) -> int:
        return len(self.moments.weights(self.position))
