"""Code as a layer: its source read, run and tried out. Importing this registers it."""

from engine.layers.code.layer import Code

__all__ = ["Code"]
