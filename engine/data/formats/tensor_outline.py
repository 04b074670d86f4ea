"""Whether one of PyTorch's files holds data or weights, by the names in it. Loads neither torch nor numpy."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.data.formats.suffixes import PICKLED
from engine.torch_files.kinds import Odd, Shaped
from engine.torch_files.reading import outline

INPUTS, TARGETS = ("x", "inputs", "images"), ("y", "labels", "targets")
PARTS: dict[str, tuple[str, ...]] = {
    "train": ("train", "training"), "validation": ("val", "valid", "validation", "dev"), "test": ("test", "testing"),
}  # fmt: skip
DEEPEST = 5


def names_of(part: str, name: str) -> Iterator[str]:
    """How an array of a part may be called: ``x_val``, ``val_x``; of the training part also ``x`` alone."""
    if part == "train":
        yield name
    for word in PARTS[part]:
        yield from (f"{name}_{word}", f"{word}_{name}")


def is_wanted(name: str) -> bool:
    """Whether an array of this name is data."""
    return name.casefold() in _WANTED


_WANTED = frozenset(form for part in PARTS for name in INPUTS + TARGETS for form in names_of(part, name))


def holds_weights(path: Path) -> bool:
    """Whether a file that could be data by its suffix is weights by what it holds; what cannot be read is not."""
    if path.suffix.lower() not in PICKLED:
        return False
    try:
        about = path.stat()
        return _holds_weights(path, about.st_mtime_ns, about.st_size)
    except OSError:
        return False


@lru_cache(maxsize=64)
def _holds_weights(path: Path, _changed: int, _size: int) -> bool:
    try:
        content = outline(path)
    except Exception:  # whoever reads it says why
        return False
    return _is_weights(content)


def _is_weights(content: Any, depth: int = 0) -> bool:
    if isinstance(content, dict):
        if any(is_wanted(str(key)) for key in content):
            return False
        return any(isinstance(value, Shaped) or (isinstance(value, Odd) and value.kind != "object")
                   or (depth < DEEPEST and isinstance(value, dict) and _is_weights(value, depth + 1))
                   for value in content.values())
    return isinstance(content, Odd) and content.kind == "model"
