"""From what the engine measured of data to what the data panel shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from engine.units import measure_text, shape_text, value_text
from widgets.data.values import Channel, ClassCount, Facts, Pairs, Part, Pixels, Rows, Step, StoredExample
from widgets.look.text import QT_TRANSLATE_NOOP, message_text, translated

if TYPE_CHECKING:
    from engine.data.formats.arrays import Array, Skipped
    from engine.data.options.corrections import ExampleId
    from engine.data.tensors.samples import Stored
    from engine.data.tensors.statistics import Statistics
    from engine.data.tensors.steps import Transformed
    from engine.data.tensors.table_views import Entered
    from engine.data.tensors.table_views import Pairs as Measured

MOST = 12  # notes
DIGITS = 3
FEW = 3  # skipped files that are named
_PARTS = {
    "train": QT_TRANSLATE_NOOP("Data", "training"), "validation": QT_TRANSLATE_NOOP("Data", "validation"),
    "test": QT_TRANSLATE_NOOP("Data", "test"),
}  # fmt: skip


def facts_of(found: Statistics) -> Facts:
    """Counts, shapes, statistics and notes."""
    parts = tuple(Part(_say(_PARTS[part.name]), part.examples, tuple(part.inputs[1:]), tuple(part.targets[1:]),
                       f"{part.inputs_dtype} → {part.targets_dtype}") for part in found.parts)
    counts = [part.counts for part in found.parts]
    rows = zip(*counts, strict=True) if all(counts) else ()
    classes = tuple(ClassCount(translated(name), row) for name, row in zip(found.spec.classes, rows, strict=False))
    channels = [Channel(translated(row.name), *row[1:]) for row in found.channels]
    targets = [Channel(_target(row.name, len(found.targets)), *row[1:]) for row in found.targets]
    notes = [*_few(list(map(message_text, found.notes))), *_skipped(found.skipped)]
    return Facts(parts, classes, (*targets, *channels), tuple(notes), len(found.skipped))


def stored_of(found: Mapping[ExampleId, Stored]) -> dict[ExampleId, StoredExample]:
    """Corrected examples as they are stored."""
    return {id: StoredExample(translated(each.label), each.picture[:4] if each.picture is not None else None,
                              "  ".join(value_text(number, DIGITS) for number in each.numbers), each.is_there)
            for id, each in found.items()}


def _few(notes: list[str]) -> list[str]:
    """Of very many the first."""
    more = _say(QT_TRANSLATE_NOOP("Data", "… and {count} more notes")).format(count=len(notes) - MOST)
    return notes if len(notes) <= MOST else [*notes[:MOST], more]


def _target(name: str, count: int) -> str:
    target = _say(QT_TRANSLATE_NOOP("Data", "target"))
    return target if count == 1 else f"{target} {name}"


def _skipped(files: Iterable[Skipped]) -> list[str]:
    """The count, and the first ones by name with the reason."""
    files = list(files)
    if not files:
        return []
    words = (QT_TRANSLATE_NOOP("Data", "1 image could not be read and is left out:") if len(files) == 1
             else QT_TRANSLATE_NOOP("Data", "{count} images could not be read and are left out:"))
    text = _say(words).format(count=len(files))
    named = [f"{file.path} ({message_text(file.reason)})" for file in files[:FEW]]
    return [f"{text} {'; '.join(named)}{' …' if len(files) > FEW else ''}"]


def _say(text: str) -> str:
    return QCoreApplication.translate("Data", text)


def rows_of(found: Entered | None) -> Rows | None:
    """The first rows of a table."""
    return None if found is None else Rows(*found)


def pairs_of(found: Measured | None) -> Pairs | None:
    """Its columns against the target; classes by the names that people read."""
    return None if found is None else Pairs(*found)._replace(classes=tuple(map(translated, found.classes)))


def steps_of(made: Iterable[Transformed]) -> list[Step]:
    """Pictures of one image after each transform; what is no image gives none."""
    return [Step(message_text(title), pixels_of(array), _note(array)) for title, array in made if array.ndim == 3]


def pixels_of(array: Array) -> Pixels:
    """C×H×W as bytes; numbers are stretched over what a screen can show, other channels than 1 or 3 are averaged."""
    import numpy as np  # takes long to import, and the window is to appear soon

    if array.dtype != np.uint8:
        low, high = float(array.min()), float(array.max())
        array = np.round((array - low) / max(high - low, 1e-12) * 255).astype(np.uint8)
    if array.shape[0] != 3:
        array = array.mean(axis=0, keepdims=True).astype(np.uint8)
    channels, height, width = array.shape
    return np.ascontiguousarray(array.transpose(1, 2, 0)).tobytes(), channels, height, width


def _note(array: Array) -> str:
    """Its shape, and the range of its values."""
    shape = shape_text(array.shape)
    if array.dtype == "uint8":
        return f"{shape}, {array.min()} … {array.max()}"
    return f"{shape}, {measure_text(float(array.min()), 2)} … {measure_text(float(array.max()), 2)}"
