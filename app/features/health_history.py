"""What the doctor has measured of a run, kept so that a picture of it is made at once, however long the run is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from engine.training.doctor.score import score
from engine.training.events import Examined

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

MOST = 512  # moments; of more than these every second is left out, as often as it takes
WORST = 5  # layers


class History:
    """Of one run: follows its examinations, which only ever become more."""

    def __init__(self, examined: Sequence[Examined]) -> None:
        self._examined = examined  # grows
        self._every = 1
        self._names: tuple[str, ...] = ()
        self._arrays: dict[str, tuple[int, Array]] = {}  # by quantity: every so many, and what was taken of them

    @property
    def count(self) -> int:
        """How often the run was examined."""
        return len(self._examined)

    @property
    def newest(self) -> Examined | None:
        """What was measured last."""
        return self._examined[-1] if self._examined else None

    @property
    def names(self) -> tuple[str, ...]:
        """Of all layers, in the order of computing."""
        newest = self.newest
        if newest is not None and tuple(newest.layers) != self._names:
            self._names = tuple(newest.layers)
            self._arrays.clear()
        return self._names

    def positions(self) -> Array:
        """When the moments were that are told of, in epochs."""
        import numpy as np  # the window appears without it

        return np.array([each.position for each in self._told()])

    def values(self, quantity: str) -> Array:
        """Layers × moments; nan where nothing was measured. The newest moment is always the last."""
        import numpy as np  # the window appears without it

        names, told = self.names, list(self._told())
        every, known = self._arrays.get(quantity, (self._every, np.empty((len(names), 0), np.float32)))
        if every != self._every:
            known = known[:, :: self._every // every]
        fixed = -(-len(self._examined) // self._every)  # those that stay, whatever comes
        known = known[:, : fixed]
        new = [_column(each.layers, names, quantity) for each in told[known.shape[1]:]]
        whole = np.concatenate([known, np.array(new, np.float32).reshape(-1, len(names)).T], axis=1)
        self._arrays[quantity] = self._every, whole[:, : fixed]
        return whole

    def broken(self, values: Array, quantity: str) -> Array:
        """Where it was no number. What a layer does not have is nan as well: it is broken where it was known before,
        and of an output always."""
        import numpy as np  # the window appears without it

        lost = np.isnan(values)
        if quantity not in ("mean", "spread"):
            lost &= np.maximum.accumulate(np.isfinite(values), axis=1)
        return lost | np.isinf(values)

    def worst(self, rows: Sequence[int]) -> tuple[int, ...]:
        """Of these rows the few that are least well now, the worst first."""
        newest = self.newest
        if newest is None:
            return ()
        names, layers = self.names, newest.layers
        return tuple(sorted(rows, key=lambda row: score(layers[names[row]]))[:WORST])

    def _told(self) -> Iterator[Examined]:
        while len(self._examined) > MOST * self._every:
            self._every *= 2
        yield from self._examined[:: self._every]
        if (len(self._examined) - 1) % self._every:
            yield self._examined[-1]


def _column(layers: Mapping[str, Any], names: Sequence[str], quantity: str) -> list[float]:
    take = attrgetter(quantity)
    if len(layers) == len(names) and tuple(layers) == names:
        return list(map(take, layers.values()))
    return [take(layers[name]) if name in layers else float("nan") for name in names]
