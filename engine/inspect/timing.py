"""How long each layer really takes: the network run forward and back, layer by layer, with a clock beside it."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

import torch
from torch import Tensor, fx

from engine.analysis.analysis import Analysis, analyze
from engine.blocks.base import Block
from engine.experiment.experiment import Experiment
from engine.messages import LayerloomError
from engine.network.ready import ready
from engine.network.weights import RANDOM, room_for_weights
from engine.search.finding import inside
from engine.training.devices import resolve_device

LONGEST = 4.0  # seconds; a slow network is measured fewer times
MOST, FEWEST = 15, 3
WORK = 8_000_000_000  # multiply-adds of one forward pass on a CPU: larger batches are made smaller


class TimingCancelledError(LayerloomError):
    """Nobody waits for the times any more."""


@dataclass(frozen=True)
class Timing:
    """Seconds of a training step by dotted path, forward and back; those of a block are the sum of its layers'.

    A repeated block's layers stand for all copies, as on the canvas.
    """

    seconds: Mapping[str, float]
    batch_size: int
    device: str
    runs: int


def time_layers(experiment: Experiment, *, cancelled: Callable[[], bool] = lambda: False,
                longest: float = LONGEST) -> Timing:
    """Measure every layer on the recipe's device: warm up, then the median of several steps on random inputs.

    Raises what ``build_module`` and ``resolve_device`` raise, and TimingCancelledError.
    """
    device, shape = resolve_device(experiment.recipe.device), experiment.data.sample_shape
    analysis = analyze(experiment.graph, shape)
    module = ready(experiment, None, device, training=True).module
    batch = _batch_size(experiment.recipe.batch_size, analysis.mult_adds, device)
    assert analysis.active.input is not None
    shapes = analysis.nodes[analysis.active.input].input_shapes
    assert shapes is not None
    run = _Run(module, device)
    samples: defaultdict[str, list[float]] = defaultdict(list)
    with RANDOM, torch.random.fork_rng(devices=[]), torch.enable_grad(), room_for_weights(experiment):
        torch.default_generator.manual_seed(experiment.recipe.seed)
        x = torch.rand((batch, *shapes[0])).to(device)
        began, runs = time.perf_counter(), 0
        while runs < FEWEST or (runs < MOST and time.perf_counter() - began < longest):
            if cancelled():
                raise TimingCancelledError("Measuring was stopped")
            for place, seconds in run.step(x).items():
                if runs:  # the first only warms up
                    samples[place].append(seconds)
            runs += 1
    medians = {place: median(values) for place, values in samples.items()}
    return Timing(_with_blocks(medians, analysis), batch, str(device), runs - 1)


def _batch_size(wanted: int, mult_adds: int, device: torch.device) -> int:
    """The recipe's batch, on a CPU not larger than what takes about half a second."""
    return wanted if device.type != "cpu" else max(2, min(wanted, WORK // max(1, mult_adds)))


def _with_blocks(seconds: Mapping[str, float], analysis: Analysis) -> dict[str, float]:
    """The same by the places that the canvas shows: with every block's sum, and the copies of a repeated one as one."""
    total: defaultdict[str, float] = defaultdict(float)
    for place, value in seconds.items():
        for shown in _shown(place.split("."), analysis):
            total[shown] += value
    return dict(total)


def _shown(parts: list[str], analysis: Analysis | None) -> Iterator[str]:
    """The place of a layer and of every block around it."""
    way = ""
    while parts and analysis is not None:
        name, *parts = parts
        way = f"{way}.{name}" if way else name
        yield way
        layer, shapes = analysis.graph.nodes[name].layer, analysis.nodes[name].input_shapes
        if isinstance(layer, Block):
            analysis = inside(layer, shapes)
            parts = parts[1:] if layer.repeat > 1 else parts


# -- one step -------------------------------------------------------------------------------------------------------


@dataclass
class _Done:
    """A layer that has run: what it read, cut off from the layers before it, and what it made."""

    place: str
    sources: list[int]
    inputs: list[Tensor]
    output: Tensor
    target: int


class _Run:
    """Runs a compiled network as its layers one by one, each cut off from the next, so that each can be timed."""

    def __init__(self, module: fx.GraphModule, device: torch.device) -> None:
        self._module, self._clock = module, _Clock(device)

    def step(self, x: Tensor) -> dict[str, float]:
        """Forward and back once; seconds by place."""
        self._clock.clear()
        self._values: dict[int, Tensor] = {0: x}
        self._done: list[_Done] = []
        end = self._forward(self._module, 0, "")
        self._backward(end)
        seconds = self._clock.read()
        self._module.zero_grad(set_to_none=True)
        self._values, self._done = {}, []
        return seconds

    def _forward(self, module: fx.GraphModule, source: int, prefix: str) -> int:
        """Run a network on a value; the number of the value it returns."""
        keys: dict[fx.Node, int] = {}
        for place, nodes in _layers(module):
            if nodes[0].op == "placeholder":
                keys[nodes[0]] = source
                continue
            if nodes[0].op == "output":
                (returned,) = nodes[0].all_input_nodes
                return keys[returned]
            inner = module.get_submodule(str(nodes[0].target)) if nodes[0].op == "call_module" else None
            if isinstance(inner, fx.GraphModule):
                keys[nodes[-1]] = self._forward(inner, keys[nodes[0].all_input_nodes[0]], f"{prefix}{place}.")
            else:
                keys[nodes[-1]] = self._layer(module, nodes, keys, prefix + place)
        raise AssertionError("a network without an output")

    def _layer(self, module: fx.GraphModule, nodes: list[fx.Node], keys: Mapping[fx.Node, int], place: str) -> int:
        outside = list(dict.fromkeys(node for own in nodes for node in own.all_input_nodes if node not in nodes))
        inputs = [self._values[keys[node]].detach() for node in outside]
        for source, value in zip(outside, inputs, strict=True):
            value.requires_grad_(self._values[keys[source]].requires_grad)
        # What works in place may not touch a leaf: it gets a copy, which is made before the clock starts.
        known: dict[fx.Node, Any] = {
            node: value.clone() for node, value in zip(outside, inputs, strict=True)
        } if _works_in_place(module, nodes) else dict(zip(outside, inputs, strict=True))
        with self._clock(place):
            for node in nodes:
                known[node] = _called(module, node, known)
        target = len(self._values)
        self._values[target] = known[nodes[-1]]
        self._done.append(_Done(place, [keys[node] for node in outside], inputs, known[nodes[-1]], target))
        return target

    def _backward(self, end: int) -> None:
        value = self._values[end]
        gradients: dict[int, Tensor] = {end: torch.full_like(value, 1 / max(1, value.numel()))}
        for done in reversed(self._done):
            gradient = gradients.pop(done.target, None)
            if gradient is None or not done.output.requires_grad:
                continue
            with self._clock(done.place):
                done.output.backward(gradient)  # type: ignore[no-untyped-call]
            for source, read in zip(done.sources, done.inputs, strict=True):
                if read.grad is not None:
                    gradients[source] = gradients[source] + read.grad if source in gradients else read.grad
                    read.grad = None


def _layers(module: fx.GraphModule) -> Iterator[tuple[str, list[fx.Node]]]:
    """The recorded calls, those of one layer together."""
    place, nodes = "", list[fx.Node]()
    for node in module.graph.nodes:
        here = str(node.meta.get("layer", node.name))
        if nodes and here != place:
            yield place, nodes
            nodes = []
        place = here
        nodes.append(node)
    if nodes:
        yield place, nodes


def _works_in_place(module: fx.GraphModule, nodes: list[fx.Node]) -> bool:
    """Whether any of a layer's calls may overwrite what it reads."""
    parts = [module.get_submodule(str(node.target)) for node in nodes if node.op == "call_module"]
    return any(getattr(inner, "inplace", False) for part in parts for inner in part.modules()) or any(
        node.kwargs.get("inplace") or str(node.target).endswith("_") for node in nodes if node.op != "call_module")


def _called(module: fx.GraphModule, node: fx.Node, known: Mapping[fx.Node, Any]) -> Any:
    """What one recorded call returns."""
    args = fx.map_arg(node.args, lambda inner: known[inner])
    options = fx.map_arg(node.kwargs, lambda inner: known[inner])
    if node.op == "call_module":
        return module.get_submodule(str(node.target))(*args, **options)
    if node.op == "call_function":
        assert callable(node.target)
        return node.target(*args, **options)
    if node.op == "call_method":
        return getattr(args[0], str(node.target))(*args[1:], **options)
    value: Any = module
    for part in str(node.target).split("."):  # get_attr
        value = getattr(value, part)
    return value


class _Clock:
    """Adds up time by place. On a GPU by events in its stream: what was only asked for has not yet happened."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._spans: list[tuple[str, Any, Any]] = []

    def clear(self) -> None:
        """Begin anew, with nothing left to do on the device."""
        self._spans = []
        self._wait()

    def _wait(self) -> None:
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)
        elif self._device.type == "mps":
            torch.mps.synchronize()

    def _now(self) -> Any:
        if self._device.type != "cuda":
            self._wait()
            return time.perf_counter()
        event = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        event.record(torch.cuda.current_stream(self._device))
        return event

    @contextmanager
    def __call__(self, place: str) -> Iterator[None]:
        begin = self._now()
        yield
        self._spans.append((place, begin, self._now()))

    def read(self) -> dict[str, float]:
        """Seconds by place."""
        self._wait()
        seconds: defaultdict[str, float] = defaultdict(float)
        for place, begin, end in self._spans:
            seconds[place] += end - begin if isinstance(begin, float) else begin.elapsed_time(end) / 1000
        return dict(seconds)
