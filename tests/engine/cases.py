"""Small experiments and data that several tests train with."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import numpy as np

from engine.data.formats.arrays import Arrays
from engine.data.progress import result_of
from engine.data.spec.spec import DataSpec
from engine.data.tensors.data import Data
from engine.data.tensors.splitting import splitting
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Recipe
from engine.graph.graph import Edge, Graph, Node
from engine.layers.base import LAYERS
from engine.training import fit
from engine.training.events import EpochEnded, Event, Finished, Point

MLP = (("flatten", "Flatten", {}), ("fc1", "Linear", {"out_features": 16}), ("act1", "ReLU", {}),
       ("fc2", "Linear", {"out_features": 10}))  # fmt: skip


def chain(*rows: tuple[str, str, dict[str, object]]) -> Graph:
    """An Input and what follows it, one after the other."""
    nodes = [Node("input", LAYERS["Input"]())]
    nodes += [Node(name, LAYERS[kind].model_validate(options)) for name, kind, options in rows]
    return Graph.of(nodes, [Edge(a.name, b.name) for a, b in pairwise(nodes)])


def experiment(*rows: tuple[str, str, dict[str, object]], data: DataSpec | None = None, **recipe: object) -> Experiment:
    """A small perceptron on the bundled digits, unless other layers are given."""
    options = {"batch_size": 64, "epochs": 2, "optimizer": "adam", "lr": 0.005, "device": "cpu", **recipe}
    return Experiment(chain(*(rows or MLP)), data or DataSpec(), Recipe.model_validate(options))


def with_recipe(base: Experiment, **options: object) -> Experiment:
    """The same experiment with another recipe."""
    return replace(base, recipe=base.recipe.with_options(**options))


def made_data(count: int, spec: DataSpec | None = None, size: int = 8) -> Data:
    """Random images with labels 0 … 9."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (count, 1, size, size), dtype=np.uint8)
    return divided(spec or DataSpec(), Arrays(images, (np.arange(count) % 10).astype(np.uint8)))


def divided(spec: DataSpec, arrays: Arrays) -> Data:
    """Arrays in training, validation and test."""
    return result_of(splitting(spec, arrays))


def idx(array: np.ndarray) -> bytes:
    """MNIST's file format."""
    return struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape) + array.tobytes()


def of_type(events: Iterable[Event], *kinds: type) -> list:  # type: ignore[type-arg]
    """Those events that are of these kinds."""
    return [event for event in events if isinstance(event, kinds)]


def trained(base: Experiment, **options: object) -> tuple[list[Point], list[EpochEnded], Finished]:
    """Points, epochs and the end of a whole run."""
    events = list(fit(base, **options))  # type: ignore[arg-type]
    end = events[-1]
    assert isinstance(end, Finished)
    return of_type(events, Point), of_type(events, EpochEnded), end
