"""Layerloom's engine: networks as values, without any user interface. Names below are loaded when first used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "load_experiment": "engine.experiment",
    "save_experiment": "engine.experiment",
    "Experiment": "engine.experiment",
    "Graph": "engine.graph",
    "Node": "engine.graph",
    "Edge": "engine.graph",
    "analyze": "engine.analysis",
    "advise": "engine.advice",
    "build_module": "engine.compile",
    "to_python": "engine.codegen",
    "fit": "engine.training",
}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'engine' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
