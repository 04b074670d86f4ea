"""Every feature of the window: being in this folder is enough."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

import app.features
from app.window.host import Feature

FIRST = (  # what the first picture shows; the others come after it
    "workspaces", "training", "belonging", "documents", "gallery", "inspecting", "blocks", "curves", "problems", "data",
    "results", "parameters", "source", "code_layers", "outline",
)  # fmt: skip


def first() -> list[type[Feature]]:
    """Those that are made with the window."""
    return [kind for name in FIRST for kind in _in(name)]


def later() -> list[type[Feature]]:
    """Those that are made once its first picture is on the screen."""
    names = sorted(module.name for module in iter_modules(app.features.__path__))
    return [kind for name in names if name not in FIRST for kind in _in(name)]


def _in(name: str) -> Iterator[type[Feature]]:
    """The features that a module of this folder defines."""
    module = import_module(f"app.features.{name}")
    for kind in vars(module).values():
        if isinstance(kind, type) and issubclass(kind, Feature) and kind.__module__ == module.__name__:
            yield kind
