"""Steps as lines for a panel, and as arrays for a file."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.inspect.steps.values import Factor, Gathered, Part, Steps
from engine.messages import Message, say
from engine.units import measure_text

SHOWN = 4  # terms of a part in a line


def steps_text(steps: Steps) -> tuple[Message, ...]:
    """Short lines: the arithmetic, whether torch agrees, and the gradient where there is one."""
    lines = [say("{text} {value}", text=line.text, value=measure_text(line.value)) for line in steps.lines]
    if not steps.agrees:
        lines.append(say("the network has {value}: it was changed on the way", value=measure_text(steps.given)))
    if steps.backward is not None and steps.backward.arrived is not None:
        lines += gathered_text(steps.backward.arrived)
    return tuple(lines)


def gathered_text(found: Gathered) -> list[Message]:
    """The gradient of a number, part by part."""
    lines = [say("gradient {title}: {terms} = {value}", title=part.title, terms=terms_text(part),
                 value=measure_text(part.sum)) for part in found.parts]
    lines += list(found.missing)
    return [*lines, say("gradient = {value}", value=measure_text(found.value))]


def terms_text(part: Part) -> str:
    """“0.5·1.2 + 0.1·0.3 … (25)”: the first few terms, and how many there are."""
    first = " + ".join("·".join(measure_text(factor.value) for factor in term.factors) for term in part.terms[:SHOWN])
    return first if len(part.terms) <= SHOWN else f"{first} … ({len(part.terms)})"


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
