"""Limits of the machine and of the installed torch, in words; random numbers of two threads."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import torch
from torch import nn

from engine.experiment.experiment import FileError, from_json, load_experiment, to_json
from engine.export.export import export
from engine.messages import LayerloomError
from engine.network.compile import OldTorchError, build_module
from engine.network.weights import NetworkTooLargeError, initial_module
from engine.training import failures, fit
from engine.training.events import EpochEnded
from engine.training.failures import OutOfMemoryError
from engine.training.learner import Learner
from tests.engine.cases import MLP, experiment, of_type, trained, with_recipe

MILLION = experiment(MLP[0], ("fc1", "Linear", {"out_features": 1_000_000}),
                     ("fc9", "Linear", {"out_features": 1_000_000}), MLP[-1])


def allocator(*_: object, **__: object) -> None:
    raise RuntimeError("[enforce fail at alloc_cpu.cpp:117] . DefaultCPUAllocator: can't allocate memory")


@pytest.mark.parametrize("suffix", [".pt", ".py"])
def test_a_network_that_no_memory_holds(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # asking for terabytes could succeed, and end us
    monkeypatch.setattr("engine.network.weights.build_module", allocator)
    with pytest.raises(NetworkTooLargeError, match=r"too large for this computer's memory: its weights alone .*TB"):
        export(MILLION, tmp_path / f"net{suffix}")
    with pytest.raises(NetworkTooLargeError):
        list(fit(MILLION))


@pytest.mark.parametrize(("size", "memory"), [(64, 1000), (1, 10**12)], ids=["too large", "batch of 1"])
def test_a_smaller_batch_is_not_proposed_where_it_cannot_help(size: int, memory: int,
                                                              monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Learner, "learn", allocator)
    monkeypatch.setattr(failures, "memory_of", lambda _: memory)
    with pytest.raises(OutOfMemoryError, match=r"^There is not enough memory on cpu to train .* alone need 19.4.kB$"):
        list(fit(experiment(batch_size=size)))


def test_memory_of_this_computer() -> None:
    assert failures.memory_of(torch.device("cpu")) > 10**8


def test_an_option_this_torch_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    class Old(nn.Module):
        def __init__(self, num_features: int, eps: float = 1e-5) -> None:
            super().__init__()

    monkeypatch.setattr(nn, "BatchNorm2d", Old)
    images = ("conv1", "Conv2d", {"out_channels": 4})
    with pytest.raises(OldTorchError, match=r"^Batch norm 2d: the installed PyTorch .* is too old for .* “Bias”$"):
        build_module(experiment(images, ("bn1", "BatchNorm2d", {"bias": False}), *MLP).graph, (1, 8, 8))
    build_module(experiment(images, ("bn1", "BatchNorm2d", {}), *MLP).graph, (1, 8, 8))


def test_an_export_meanwhile_does_not_change_a_training() -> None:
    base = experiment(*MLP[:-1], ("drop1", "Dropout", {"p": 0.5}), MLP[-1], epochs=4, batch_size=16)
    undisturbed = trained(base)[1]
    done = threading.Event()

    def exporting() -> None:
        while not done.is_set():
            initial_module(with_recipe(base, seed=9))

    thread = threading.Thread(target=exporting)
    thread.start()
    try:
        disturbed = of_type(list(fit(base)), EpochEnded)
    finally:
        done.set()
        thread.join()
    assert [(epoch.train, epoch.validation) for epoch in disturbed] == [
        (epoch.train, epoch.validation) for epoch in undisturbed]


@pytest.mark.parametrize("odd", ["{foo}", "{", "{0}", "%s", "{option}"])
def test_what_a_file_says_is_never_a_template(odd: str, tmp_path: Path) -> None:
    text = to_json(experiment())
    for old, new in (('"out_features"', f'"{odd}"'), ('"Linear"', f'"{odd}"'), ('"fc1"', f'"{odd}"'),
                     ('"batch_size"', f'"{odd}"'), ('"dataset"', f'"{odd}"'), ('"digits"', f'"{odd}"')):
        assert old in text
        with pytest.raises(LayerloomError) as raised:
            from_json(text.replace(old, new))
        assert odd in str(raised.value) or old == '"digits"'
        path = tmp_path / "{bar}.loom"
        path.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(FileError, match=r"\{bar\}\.loom: "):
            load_experiment(path)


def test_a_broken_file_names_itself_and_the_line(tmp_path: Path) -> None:
    (tmp_path / "a.loom").write_text('{\n"format":\n oops}')
    with pytest.raises(FileError, match=r"a\.loom: This is not a Layerloom file: .*: line 3 cannot be read$"):
        load_experiment(tmp_path / "a.loom")
