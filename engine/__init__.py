"""Layerloom's engine: networks as values, without any user interface. Names below are loaded when first used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "load_experiment": "engine.experiment.experiment",
    "save_experiment": "engine.experiment.experiment",
    "Experiment": "engine.experiment.experiment",
    "Graph": "engine.graph.graph",
    "Node": "engine.graph.graph",
    "Edge": "engine.graph.graph",
    "DataSpec": "engine.data.spec.spec",
    "Recipe": "engine.experiment.recipe",
    "LayerloomError": "engine.messages",
    "analyze": "engine.analysis.analysis",
    "advise": "engine.advice.advice",
    "build_module": "engine.network.building",
    "to_python": "engine.writing.source",
    "from_text": "engine.reading.reading",
    "load_data": "engine.data.tensors.loading",
    "watched": "engine.network.watched",
    "predict": "engine.runs.looking",
    "activations": "engine.runs.looking",
    "suspects": "engine.runs.suspects",
    "evaluate": "engine.runs.evaluating",
    "fit": "engine.training",
    "Control": "engine.training.control",
    "Observer": "engine.training.observer",
    "record": "engine.runs.folder",
    "open_run": "engine.runs.opened",
    "load_checkpoint": "engine.runs.resuming",
}
__all__ = sorted([*_HOME, "runs"])


def __getattr__(name: str) -> Any:
    if name == "runs":  # a room that can be called: runs("runs") lists a folder
        return import_module("engine.runs")
    if name not in _HOME:
        raise AttributeError(f"module 'engine' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME, "runs"})
