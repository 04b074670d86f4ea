"""Failures of training, in words."""

from __future__ import annotations

import math
import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from engine.advice.advice import AdviceError
from engine.data.fetching.folder import raw_folder
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment, load_experiment
from engine.experiment.trust import allow
from engine.graph.graph import Graph, Node
from engine.layers.code.source import CodeError
from engine.layers.inputs import Input
from engine.training import devices, fit, run
from engine.training.devices import NoDeviceError, available_devices, resolve_device, useful_threads
from engine.training.events import EpochEnded, Finished, Point, Started
from engine.training.failures import (
    DataShapeError,
    DivergedError,
    NothingToLearnError,
    OutOfMemoryError,
    TrainingError,
    expect_targets,
    memory_of,
)
from engine.training.learner import Learner
from tests.engine.cases import MLP, experiment, idx, made_data, of_type, with_recipe


@pytest.fixture
def every_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """A point after every batch."""
    monkeypatch.setattr(run, "READ_EVERY", 0.0)


def test_a_diverging_loss_stops_and_says_so() -> None:
    with pytest.raises(DivergedError, match=r"^The loss became (nan|inf) in epoch \d+: the steps are too large. "
                                            r"Try a lower learning rate, such as 0.01. It began here: "):
        list(fit(experiment(optimizer="momentum", loss="mse", lr=1000.0, epochs=5)))


@pytest.mark.usefixtures("every_batch")
def test_a_diverging_loss_is_seen_within_the_epoch() -> None:
    events = []
    with pytest.raises(DivergedError):
        events.extend(fit(experiment(optimizer="momentum", loss="mse", lr=1000.0, batch_size=4)))
    assert of_type(events, Point) and not of_type(events, EpochEnded)


def test_what_advice_forbids_raises_its_own_words_before_anything_is_read() -> None:
    wrong = experiment(MLP[0], ("fc1", "Linear", {"out_features": 7}))
    with pytest.raises(AdviceError, match="fc1: Digits has 10 classes, but the network ends in 7"):
        next(fit(wrong, root=Path("/nowhere")))


def test_the_shape_of_an_input_that_is_bypassed_says_nothing() -> None:
    base = experiment(epochs=1)
    stray = Node("stray", Input(shape=(3, 99, 99)), bypassed=True)
    graph = Graph.of([stray, *base.graph.nodes.values()], base.graph.edges)
    events = list(fit(replace(base, graph=graph)))
    assert isinstance(events[-1], Finished) and events[-1].summary.epochs == 1


def test_a_network_without_weights_has_nothing_to_learn() -> None:
    with pytest.raises(NothingToLearnError, match="nothing to learn"):
        next(fit(experiment(("pool1", "AdaptiveAvgPool2d", {"output_size": (1, 10)}), ("flatten", "Flatten", {}))))


def test_data_of_another_shape_are_a_sentence() -> None:
    base = experiment()
    typed = replace(base, graph=base.graph.with_layer("input", Input(shape=(3, 32, 32))))
    with pytest.raises(DataShapeError, match=r"^The Input expects 3×32×32, but Digits gives 1×8×8: "):
        next(fit(typed))
    with pytest.raises(DataShapeError, match=r"The Input expects 1×8×8, but Digits gives 1×12×12"):
        list(fit(base, data=made_data(30, size=12)))


@pytest.mark.parametrize("device", ["cuda", "cuda:3"])
def test_a_missing_gpu_is_a_sentence(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(NoDeviceError, match=r"^This computer has no GPU that PyTorch can use: choose auto or cpu$"):
        next(fit(experiment(device=device)))


def test_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert available_devices() == ["cuda:0", "cuda:1", "cpu"]
    names = ("auto", "cuda", "cuda:1", "cpu")
    assert [str(resolve_device(name)) for name in names] == ["cuda:0", "cuda:0", "cuda:1", "cpu"]
    with pytest.raises(NoDeviceError, match="no cuda:2: choose auto, cuda:0, cuda:1 or cpu"):
        resolve_device("cuda:2")


def test_small_steps_are_not_spread_over_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "ALL_THREADS", 8)
    lenet = load_experiment("gallery:lenet")
    assert [useful_threads(with_recipe(lenet, batch_size=size)) for size in (1, 32, 256, 100_000)] == [1, 1, 2, 8]


@pytest.mark.parametrize("error", [
    torch.OutOfMemoryError("CUDA out of memory."), MemoryError(),
    RuntimeError("[enforce fail at alloc_cpu.cpp:117] . DefaultCPUAllocator: can't allocate memory"),
    RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 1 bytes."),
], ids=["cuda", "python", "linux", "windows"])  # fmt: skip
def test_too_large_a_batch_is_a_sentence(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise error

    monkeypatch.setattr(Learner, "learn", full)
    with pytest.raises(OutOfMemoryError, match=r"not enough memory for a batch of 64: try a smaller .* such as 32"):
        list(fit(experiment()))


@pytest.mark.parametrize(("has_one", "here"), [(True, ["mps", "cpu"]), (False, ["cpu"])])
def test_a_mac_has_one_device_beside_the_cpu(has_one: bool, here: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: has_one)
    assert available_devices() == here and str(resolve_device("auto")) == here[0]
    with pytest.raises(NoDeviceError) as raised:
        resolve_device("cuda")
    assert str(raised.value) == (
        "This computer has no cuda:0: choose auto, mps or cpu" if has_one else
        "This computer has no GPU that PyTorch can use: choose auto or cpu")


@pytest.mark.parametrize(("size", "less"), [(64, 32), (3, 1), (2, 1)])
def test_half_the_batch_is_proposed(size: int, less: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Learner, "learn", full)
    with pytest.raises(OutOfMemoryError) as raised:
        list(fit(experiment(batch_size=size)))
    assert str(raised.value) == (f"There is not enough memory for a batch of {size}: try a smaller batch size, such as "
                                 f"{less}")


def test_memory_that_cannot_be_asked_is_endless(monkeypatch: pytest.MonkeyPatch) -> None:
    for error in (AttributeError, ValueError, OSError):
        def asked(_: str, error: type[Exception] = error) -> int:
            raise error

        with monkeypatch.context() as patch:
            patch.setattr(os, "sysconf", asked, raising=False)
            assert memory_of(torch.device("cpu")) == math.inf
    monkeypatch.setattr(os, "sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 1000}.__getitem__, raising=False)
    assert memory_of(torch.device("cpu")) == 4_096_000
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: SimpleNamespace(total_memory=7))
    assert memory_of(torch.device("cuda")) == 7


NUMBERS = replace(load_experiment("gallery:linreg"), data=DataSpec(dataset="linear"))


@pytest.mark.parametrize(("base", "targets", "said"), [
    (experiment(), torch.zeros(3, dtype=torch.int64), ""), (NUMBERS, torch.zeros(3, 1), ""),
    (experiment(), torch.zeros(3), "Digits promises a class to predict, but gives one number"),
    (experiment(), torch.zeros(3, 2, dtype=torch.int64), "Digits promises a class to predict, but gives 2"),
    (NUMBERS, torch.zeros(3, 1, dtype=torch.int64), "Linear (synthetic) promises 1 to predict, but gives 1"),
    (NUMBERS, torch.zeros(3, 2, 4), "Linear (synthetic) promises 1 to predict, but gives 2×4"),
])  # fmt: skip
def test_targets_must_be_what_the_data_promise(base: Experiment, targets: torch.Tensor, said: str) -> None:
    try:
        expect_targets(base, targets)
        found = ""
    except DataShapeError as error:
        found = str(error)
    assert found == said


@pytest.mark.parametrize(("least", "most", "fits"), [(0.0, 1.0, True), (-0.01, 1.0, False), (0.0, 1.01, False)])
def test_binary_cross_entropy_is_for_zero_to_one(least: float, most: float, fits: bool) -> None:
    targets = torch.tensor([[least], [0.5], [most]])
    expect_targets(with_recipe(NUMBERS, loss="mse"), targets)
    if fits:
        expect_targets(with_recipe(NUMBERS, loss="bce"), targets)
        return
    with pytest.raises(TrainingError, match=r"those of Linear \(synthetic\) go from .* to .*: choose the mean squared"):
        expect_targets(with_recipe(NUMBERS, loss="bce"), targets)


def test_what_torch_refuses_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("something odd\nwith a long story")

    monkeypatch.setattr(Learner, "judge", broken)
    with pytest.raises(TrainingError, match=r"^PyTorch stopped the training: something odd$"):
        list(fit(experiment()))


LEAVING = '''class Leaving(nn.Module):
    def __init__(self, in_features):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x):
        if len(x) > 2:
            {act}
        return x * self.scale
'''


def with_own_layer(act: str) -> Experiment:
    source = LEAVING.format(act=act)
    allow([source])
    return experiment(MLP[0], ("own", "Code", {"source": source}), *MLP[1:])


@pytest.mark.parametrize(("act", "reason"), [
    ("raise SystemExit(3)", "Line 8: SystemExit: 3"), ("exit(\"bye\")", "Line 8: SystemExit: bye"),
    ("raise KeyboardInterrupt", "Line 8: KeyboardInterrupt: "), ("raise GeneratorExit", "Line 8: GeneratorExit: "),
    ("raise type('Odd', (BaseException,), {})('own')", "Line 8: Odd: own"), ("1 / 0", "Line 8: ZeroDivisionError: "),
])  # fmt: skip
def test_own_code_that_leaves_ends_the_run_with_a_sentence(act: str, reason: str) -> None:
    with pytest.raises(CodeError, match=f"^{reason}"):
        list(fit(with_own_layer(act)))


def test_an_interrupt_is_no_failure_of_a_layer() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            list(fit(with_own_layer("__import__('signal').raise_signal(2)")))  # Ctrl+C while it runs
    finally:
        signal.signal(signal.SIGINT, before)
    events = fit(experiment())
    assert any(isinstance(event, EpochEnded) for event in events)
    events.close()  # type: ignore[attr-defined]  # whoever listens leaves: nothing is raised


def test_training_goes_on_when_the_data_folder_is_removed(tmp_path: Path) -> None:
    folder = raw_folder(DataSpec(dataset="mnist").files, tmp_path)
    folder.mkdir(parents=True)
    for part in ("train", "t10k"):
        (folder / f"{part}-images-idx3-ubyte").write_bytes(idx(np.zeros((30, 28, 28), np.uint8)))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(idx((np.arange(30) % 10).astype(np.uint8)))
    events = []
    for event in fit(experiment(data=DataSpec(dataset="mnist")), root=tmp_path):
        events.append(event)
        if isinstance(event, Started):
            shutil.rmtree(tmp_path)
    assert isinstance(events[-1], Finished) and events[-1].summary.epochs == 2


def test_binary_cross_entropy_of_other_numbers_is_refused() -> None:
    base = replace(load_experiment("gallery:linreg"))
    with pytest.raises(TrainingError, match="from 0 to 1"):
        list(fit(with_recipe(base, loss="bce", device="cpu")))
