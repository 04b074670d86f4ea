"""A data set as it is read, before it is split: arrays and what was noticed. Loads no numpy itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from engine.data.formats.preview import Preview
from engine.data.options.corrections import Stored
from engine.data.options.options import Known
from engine.messages import Message, say
from engine.units import grouped

if TYPE_CHECKING:  # numpy takes long to load, and the sources speak of arrays before any is read
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray

    from engine.data.formats.scaling import Scaling

SHOWN = 5  # files in a sentence
Array: TypeAlias = "NDArray[Any]"
Bytes: TypeAlias = "NDArray[np.uint8]"


class Skipped(NamedTuple):
    """A file that was left out, and why."""

    path: str
    reason: Message


def left_out(skipped: Sequence[Skipped]) -> Message:
    """Which files could not be read, the first of them by name."""
    shown = skipped[:SHOWN]
    names = say(", ".join(f"{{p{place}}} ({{r{place}}})" for place in range(len(shown))),
                **{f"p{place}": each.path for place, each in enumerate(shown)},
                **{f"r{place}": each.reason for place, each in enumerate(shown)})
    if len(skipped) > len(shown):
        return say("{count} files could not be read and are left out: {names} …", count=grouped(len(skipped)),
                   names=names)
    return say("Could not be read and is left out: {names}", names=names)


class Report(NamedTuple):
    """What reading noticed: plain values for the window."""

    notes: tuple[Message, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    features: tuple[str, ...] = ()  # names of the numbers in one example of a table
    preview: Preview | None = None
    target: str = ""  # the column of a table that is to be predicted …
    rows: tuple[int, ...] = ()  # … and which of its first rows are used: the first examples, in order


@dataclass(frozen=True, eq=False)
class Arrays:
    """Inputs uint8 N×C×H×W or float N×…, targets whole numbers N or float N×…, as stored.

    The test part is None where no official one exists, so is the validation part. ``known`` is what was found in a
    person's own file; ``marks`` tell by part (a number for each example) whether it is still the same, where its pixels
    do not; ``scaling`` prepares the columns of a table by its training rows; ``truth`` holds the true
    parameters of made data.
    """

    inputs: Array
    targets: Array
    test_inputs: Array | None = None
    test_targets: Array | None = None
    validation_inputs: Array | None = None
    validation_targets: Array | None = None
    known: Known | None = None
    scaling: Scaling | None = None
    truth: Mapping[str, list[float]] = field(default_factory=dict)
    report: Report = field(default_factory=Report)
    marks: Mapping[Stored, Array] = field(default_factory=dict)

    @property
    def swapped(self) -> Arrays:
        """What comes as test data to learn from, and the other way round; as it is where no test part comes along."""
        if self.test_inputs is None or self.test_targets is None:
            return self
        return replace(self, inputs=self.test_inputs, targets=self.test_targets, test_inputs=self.inputs,
                       test_targets=self.targets)

    @property
    def nbytes(self) -> int:
        """What all parts take in memory."""
        parts = [getattr(self, each.name) for each in fields(self) if each.name.endswith(("inputs", "targets"))]
        return sum(part.nbytes for part in parts if part is not None)
