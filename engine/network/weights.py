"""A network's weights: how they begin, and whether others fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock

import torch
from torch import Tensor, fx, nn

from engine.analysis.analysis import analyze
from engine.experiment.experiment import Experiment
from engine.experiment.trust import sources_of
from engine.layers.base import FLOAT_BYTES
from engine.messages import LayerloomError, Message, say
from engine.network.compile import build_module
from engine.network.initialization import initialize
from engine.units import bytes_text, shape_text

SHOWN = 3  # keys of each kind in a sentence
RANDOM = Lock()  # around every use of torch's global generator: training and an export may be in two threads
CPU_IS_FULL = ("not enough memory", "can't allocate memory")  # torch raises a plain RuntimeError there


class WeightsError(LayerloomError):
    """Weights do not fit the network; the message names the keys."""


class NetworkTooLargeError(LayerloomError):
    """The weights alone need more memory than there is."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception of Python's or torch's is about memory."""
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or (
        isinstance(error, RuntimeError) and any(sign in str(error) for sign in CPU_IS_FULL))


@contextmanager
def room_for_weights(experiment: Experiment) -> Iterator[None]:
    """Raise NetworkTooLargeError where what happens inside finds too little memory."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        raise network_too_large(experiment) from error


def network_too_large(experiment: Experiment) -> NetworkTooLargeError:
    """Says how much the weights alone need."""
    params = analyze(experiment.graph, experiment.data.sample_shape).params
    return NetworkTooLargeError("This network is too large for this computer's memory: its weights alone need {size}",
                                size=bytes_text(params * FLOAT_BYTES))


def initial_module(experiment: Experiment) -> fx.GraphModule:
    """The network with the weights its recipe's seed gives; torch's random numbers elsewhere are not disturbed.

    Raises NetworkTooLargeError or InitError.
    """
    with RANDOM, torch.random.fork_rng(devices=[]), room_for_weights(experiment):
        torch.default_generator.manual_seed(experiment.recipe.seed)
        module = build_module(experiment.graph, experiment.data.sample_shape)
        initialize(module, experiment)
    return module


def empty_module(experiment: Experiment) -> fx.GraphModule:
    """The network without memory for its weights (on torch's meta device): shapes, keys, and a place to assign to."""
    with torch.device("meta"):
        return build_module(experiment.graph, experiment.data.sample_shape)


def kept_twice(module: nn.Module) -> dict[str, str]:
    """The keys under which a state dict has a tensor once more (layers that share it), and its first key."""
    found, first = dict[str, str](), dict[int, str]()
    tensors = (*module.named_parameters(remove_duplicate=False), *module.named_buffers(remove_duplicate=False))
    for key, tensor in tensors:
        if (known := first.setdefault(id(tensor), key)) != key:
            found[key] = known
    return found


def on_cpu(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """An independent copy on the CPU, in torch's plain memory order."""
    return {key: value.detach().to("cpu").clone(memory_format=torch.contiguous_format) for key, value in state.items()}


def apart(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same values, each tensor alone in its memory: one that shares it, or is a part of more, becomes a copy."""
    made, seen = dict[str, Tensor](), set[int]()
    for key, value in state.items():
        memory = value.untyped_storage()
        if memory.nbytes() != value.nbytes or memory.data_ptr() in seen:
            value = value.detach().clone(memory_format=torch.contiguous_format)
        seen.add(value.untyped_storage().data_ptr())
        made[key] = value
    return made


def filled(module: nn.Module, weights: Mapping[str, Tensor]) -> nn.Module:
    """The module with these weights, as it predicts; it may have had no memory for them."""
    if any(value.is_meta for value in module.state_dict().values()):
        module.to_empty(device="cpu")
    module.load_state_dict(weights)
    return module.eval()


def trained_module(experiment: Experiment, weights: Mapping[str, Tensor]) -> nn.Module:
    """The network with these weights, as it predicts. What own code keeps beside its weights is there too."""
    own_code = bool(sources_of(experiment.graph))
    return filled(initial_module(experiment) if own_code else empty_module(experiment), weights)


def check_weights(experiment: Experiment, weights: Mapping[str, Tensor]) -> None:
    """Raise WeightsError, naming missing, unexpected and wrongly shaped keys, unless the weights fit."""
    wanted = {key: tuple(value.shape) for key, value in empty_module(experiment).state_dict().items()}
    have = {key: tuple(value.shape) for key, value in weights.items()}
    wrong = [f"{key} ({shape_text(have[key])}, not {shape_text(shape)})" for key, shape in wanted.items()
             if key in have and have[key] != shape]
    reasons = [
        *_some("missing: {keys}", [key for key in wanted if key not in have]),
        *_some("unexpected: {keys}", [key for key in have if key not in wanted]),
        *_some("wrong shape: {keys}", wrong),
    ]
    if reasons:
        raise WeightsError("These weights do not fit the network. {reasons}", reasons="; ".join(map(str, reasons)))


def _some(template: str, keys: list[str]) -> list[Message]:
    if not keys:
        return []
    more = f" … ({len(keys)} in all)" if len(keys) > SHOWN else ""
    return [say(template, keys=", ".join(keys[:SHOWN]) + more)]
