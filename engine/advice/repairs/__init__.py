"""What mends which fault. Importing this fills the registry, in the order in which the buttons stand."""

from engine.advice.repairs import (  # noqa: I001  (the buttons' order)
    declared,
    dimensions,
    merging,
    options,
    wires,
    outputs,
    data,
)

__all__ = ["data", "declared", "dimensions", "merging", "options", "outputs", "wires"]
