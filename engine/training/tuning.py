"""How a network is best computed here: how many threads, in which memory order. Found out once, and remembered."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from time import perf_counter

import torch
from filelock import FileLock, Timeout
from torch import fx

from engine.analysis.analysis import analyze
from engine.experiment.experiment import Experiment
from engine.experiment.trust import sources_of
from engine.files import WriteError, cache_folder, write_text
from engine.network.ready import CONVOLUTIONS, ready
from engine.network.weights import RANDOM
from engine.training.devices import useful_threads
from engine.training.numerics import Numerics

WORK = 50_000_000  # multiply-adds of one forward pass: larger batches are made smaller
FEWEST, MOST_ROUNDS, SECONDS = 3, 12, 0.08  # rounds, and how long they may take where steps are short
CLEARLY = 0.9  # of the time: less of a gain is chance, and no reason to compute in another order
PATIENCE = 10.0  # seconds that another process may take for it
MOST = 1000  # networks that are remembered
_known: dict[str, bool] = {}


def tuned(experiment: Experiment, device: torch.device) -> Numerics:
    """The fastest way, the same each time: the last digits of a result depend on it."""
    threads = useful_threads(experiment) if device.type == "cpu" else 1
    return Numerics(threads, prefers_channels_last(experiment, device, threads))


def prefers_channels_last(experiment: Experiment, device: torch.device, threads: int) -> bool:
    """Whether images lie in memory pixel by pixel: most convolutions are faster so, small normalisations slower."""
    if len(experiment.data.sample_shape) != 3 or sources_of(experiment.graph):
        return False  # a person's own code may count on torch's usual order, as “view” does
    if device.type != "cpu":
        return True
    key = _key(experiment, threads)
    if key not in _known:
        with _alone():
            _known.update(_read())
            if key not in _known:
                _known[key] = is_faster_channels_last(experiment, threads)
                _write()
    return _known[key]


@contextmanager
def _alone() -> Iterator[None]:
    """Two processes that find it out at once could come to different ends, and their results to different digits."""
    lock = FileLock(_path().with_suffix(".lock"), timeout=PATIENCE)
    with suppress(OSError, Timeout, NotImplementedError):
        _path().parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _key(experiment: Experiment, threads: int) -> str:
    graph = experiment.graph.active
    network = sorted((name, repr(node.layer)) for name, node in graph.nodes.items()), sorted(
        (edge.source, edge.target, edge.port) for edge in graph.edges)
    here = torch.__version__, os.cpu_count(), threads
    about = network, experiment.data.sample_shape, experiment.recipe.batch_size, here
    return sha256(repr(about).encode()).hexdigest()[:32]


def is_faster_channels_last(experiment: Experiment, threads: int) -> bool:
    """Time a few steps in each order, in turns; random numbers elsewhere are not disturbed."""
    work = analyze(experiment.graph, experiment.data.sample_shape).mult_adds
    batch = max(2, min(experiment.recipe.batch_size, WORK // max(1, work)))
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        ways = {last: ready(experiment, training=True, channels_last=last).module for last in (True, False)}
        if not any(isinstance(part, CONVOLUTIONS) for part in ways[False].modules()):
            return False  # nothing is faster so, and flattening would have to copy
        with RANDOM, torch.random.fork_rng(devices=[]), torch.enable_grad():
            x = torch.rand(batch, *experiment.data.sample_shape)
            orders = {True: torch.channels_last, False: torch.contiguous_format}
            best, began, rounds = {True: math.inf, False: math.inf}, perf_counter(), 0
            while rounds <= FEWEST or (rounds < MOST_ROUNDS and perf_counter() - began < SECONDS):
                for last, module in ways.items():
                    seconds = _step(module, x.contiguous(memory_format=orders[last]))
                    best[last] = min(best[last], seconds) if rounds else math.inf  # the first only warms up
                rounds += 1
    finally:
        torch.set_num_threads(before)
    return best[False] > CLEARLY * best[True]


def _step(module: fx.GraphModule, x: torch.Tensor) -> float:
    start = perf_counter()
    module(x).float().square().mean().backward()
    module.zero_grad()
    return perf_counter() - start


# -- what was found out on this computer ----------------------------------------------------------------------------


def _path() -> Path:
    return cache_folder() / "memory-order.json"


def _read() -> dict[str, bool]:
    with suppress(OSError, ValueError, RecursionError):
        found = json.loads(_path().read_text(encoding="utf-8"))
        return {key: value for key, value in found.items() if isinstance(value, bool)} if isinstance(
            found, dict) else {}
    return {}


def _write() -> None:
    """Where it cannot be written it is found out again, and may then be another way: results differ in last digits."""
    known = dict(list({**_read(), **_known}.items())[-MOST:])
    with suppress(OSError, WriteError):
        _path().parent.mkdir(parents=True, exist_ok=True)
        write_text(_path(), json.dumps(known))
