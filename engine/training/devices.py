"""Where a network is computed."""

from __future__ import annotations

import os
from typing import NamedTuple

import torch

from engine.analysis.analysis import analyze
from engine.experiment.choices.precisions import PrecisionRow
from engine.experiment.experiment import Experiment
from engine.messages import LayerloomError, Message, say
from engine.training.processor import processor_name

ALL_THREADS = torch.get_num_threads()  # as torch finds them, before anything sets fewer
MOST_THREADS = max(ALL_THREADS, os.cpu_count() or 1)  # that a run may have had here, whatever was set for it
WORK_PER_THREAD = 40_000_000  # multiply-adds of one forward pass over a batch


class Device(NamedTuple):
    """A device that a recipe may name, and what it is called in a list."""

    id: str
    title: Message


class NoDeviceError(LayerloomError):
    """The recipe asks for a device that this computer does not have."""


def available_devices() -> list[str]:
    """Every device a recipe may name here, the best first; “cpu” is always there."""
    gpus = [f"cuda:{index}" for index in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    return [*gpus, *(["mps"] if torch.backends.mps.is_available() else []), "cpu"]


def devices() -> list[Device]:
    """Those to choose from: which is best, or one of those that are here."""
    return [Device(name, _title(name)) for name in ("auto", *available_devices())]


def _title(name: str) -> Message:
    kind, _, index = name.partition(":")
    if index:
        return say("{kind} {index}", kind=kind.upper(), index=index)
    return say("Auto") if kind == "auto" else say(kind.upper())


def resolve_device(name: str) -> torch.device:
    """The device a recipe's “auto”, “cpu”, “mps”, “cuda” or “cuda:1” means here. Raises NoDeviceError."""
    here = available_devices()
    chosen = here[0] if name == "auto" else "cuda:0" if name == "cuda" else name
    if chosen not in here:
        raise NoDeviceError("This computer has no {device}: choose {devices} or cpu",
                            device=say("GPU that PyTorch can use") if here == ["cpu"] else chosen,
                            devices=", ".join(["auto", *here[:-1]]))
    return torch.device(chosen)


def device_name(device: torch.device) -> str:
    """As its maker calls it: “NVIDIA H200”, “Intel Xeon …”; of Apple's GPU the chip's name."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return processor_name()


class NoPrecisionError(LayerloomError):
    """The device computes slowly in the recipe's precision, or not at all."""


def expect_precision(device: torch.device, precision: PrecisionRow) -> None:
    """Raise NoPrecisionError where the device cannot compute so, or mixed precision would only cost time: a CPU without
    instructions for it."""
    if precision.is_coarse and device.type != "cuda":
        raise NoPrecisionError("{precision} is computed by NVIDIA's GPUs alone: choose float32 on {device}",
                               precision=precision.id, device=device.type)
    if not precision.is_mixed or device.type in {"cuda", "mps"}:
        return
    fast = precision.id == "bfloat16" and any(
        getattr(torch.cpu, name, lambda: False)() for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"))
    if not fast:
        raise NoPrecisionError("This CPU has no instructions for {precision} and would take several times as long: "
                               "choose float32", precision=precision.id)


def fewer_threads(threads: int, on_its_way: int = 0) -> Message | None:
    """That a run was computed with more threads than there are here, from its first step on or later; None: there are
    as many."""
    if threads <= ALL_THREADS and on_its_way <= MOST_THREADS:
        return None
    return say("It was computed with {before} threads, and this computer has {now}: the last digits of its results may "
               "differ", before=max(threads, on_its_way), now=ALL_THREADS if threads > ALL_THREADS else MOST_THREADS)


def useful_threads(experiment: Experiment) -> int:
    """How many CPU threads a step of this experiment is worth; at most as many as torch would take.

    Threads wait for each other by spinning. For small steps they gain little, and lose a factor of ten and more when
    something else wants their core.
    """
    analysis = analyze(experiment.graph, experiment.data.sample_shape)
    work = analysis.mult_adds * experiment.recipe.batch_size
    return max(1, min(ALL_THREADS, work // WORK_PER_THREAD))
