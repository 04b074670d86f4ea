"""What the data panel shows of data: plain values, filled in by whoever has loaded them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from numpy.typing import NDArray

Pixels = tuple[bytes, int, int, int]  # row by row with channels last; channels, height, width


class Part(NamedTuple):
    """The training, validation or test part."""

    name: str
    examples: int
    inputs: tuple[int, ...]  # shape of one example
    targets: tuple[int, ...]  # shape of one target, () for a class
    dtypes: str  # “uint8 → int64”


class ClassCount(NamedTuple):
    """How many examples of one class each part has, in the order of the parts."""

    name: str
    counts: tuple[int, ...]


class Channel(NamedTuple):
    """A channel of images, or a column of numbers, over the training part."""

    name: str
    mean: float
    sd: float
    low: float
    high: float


class Facts(NamedTuple):
    """Everything there is to count."""

    parts: tuple[Part, ...] = ()
    classes: tuple[ClassCount, ...] = ()
    channels: tuple[Channel, ...] = ()
    notes: tuple[str, ...] = ()  # “3 images could not be read and were skipped”
    skipped: int = 0  # files that could not be read


class Step(NamedTuple):
    """One image after one transform."""

    title: str
    pixels: Pixels
    note: str = ""  # “1×28×28, 0 … 255”


class StoredExample(NamedTuple):
    """An example that was corrected, as it is stored; ``is_there``: the data still have it, so that it counts."""

    label: str = ""
    pixels: Pixels | None = None
    line: str = ""  # of a table: its row
    is_there: bool = True


class Rows(NamedTuple):
    """The first rows of a table as text and as numbers of the network, the target last in both."""

    numbers: tuple[int, ...]  # of the rows, from 1
    raw_names: tuple[str, ...]
    raw: tuple[tuple[str, ...], ...]
    names: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    more: int = 0  # columns that are not among them
    left_out: tuple[str, ...] = ()  # of the raw ones


class Pairs(NamedTuple):
    """Number columns of training rows, NaN where missing, with their targets: numbers, or places among ``classes``."""

    names: tuple[str, ...]
    values: NDArray[Any]  # rows × columns
    target: str
    targets: NDArray[Any]
    classes: tuple[str, ...]
    rows: int  # of the training part
