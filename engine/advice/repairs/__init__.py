"""What mends which fault. Importing this fills the registry, in the order in which the buttons stand."""

from engine.advice.repairs import (  # noqa: I001  (the buttons' order)
    dimensions,
    merging,
    options,
    wires,
    outputs,
    data,
)

__all__ = ["data", "dimensions", "merging", "options", "outputs", "wires"]
