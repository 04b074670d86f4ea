"""Steps as arrays for a file."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.inspect.steps.values import Factor, Part, Steps


def as_arrays(steps: Steps) -> dict[str, NDArray[Any]]:
    """For an .npz file: values, the terms of every part with the places of their factors, windows as they lie."""
    arrays: dict[str, NDArray[Any]] = {
        "place": np.array(steps.place), "index": np.array(steps.index, dtype=np.int64),
        "value": np.array(steps.value), "given": np.array(steps.given),
        "lines": np.array([str(line.text) for line in steps.lines]),
        "line_values": np.array([line.value for line in steps.lines])}
    for number, part in enumerate(steps.parts):
        arrays |= _part(f"part{number}", part)
    if steps.backward is not None:
        arrays["gradient"] = np.array(steps.backward.gradient)
        for name, parts in (("to_inputs", steps.backward.to_inputs), ("to_weights", steps.backward.to_weights),
                            ("arrived", steps.backward.arrived.parts if steps.backward.arrived else ())):
            for number, part in enumerate(parts):
                arrays |= _part(f"{name}{number}", part)
    return arrays


def _part(name: str, part: Part) -> dict[str, NDArray[Any]]:
    found: dict[str, NDArray[Any]] = {
        f"{name}.title": np.array(str(part.title)), f"{name}.sum": np.array(part.sum),
        f"{name}.products": np.array([term.product for term in part.terms]),
        f"{name}.factors": np.array([" × ".join(map(_where, term.factors)) for term in part.terms])}
    if part.left is not None:
        found[f"{name}.left"] = part.left
    if part.right is not None:
        found[f"{name}.right"] = part.right
    if part.border is not None:
        found[f"{name}.border"] = part.border
    return found


def _where(factor: Factor) -> str:
    return factor.name if factor.index is None else f"{factor.name}[{', '.join(map(str, factor.index))}]"
