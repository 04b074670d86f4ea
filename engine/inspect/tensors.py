"""Looking into a network: every tensor with its statistics and histogram, and the gradient of one batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import torch
from torch import Tensor, nn

from engine.analysis.analysis import analyze
from engine.blocks.settings import node_settings
from engine.experiment.experiment import Experiment
from engine.inspect.tensor_info import TensorInfo, TensorKind
from engine.network.ready import freeze, ready
from engine.network.weights import RANDOM, empty_module
from engine.training.failures import DataShapeError
from engine.training.losses import Criterion
from engine.units import shape_text

__all__ = ["BINS", "TensorInfo", "gradients", "tensor_infos", "tensor_kinds"]

BINS = 64
CHUNK = 2**22  # values looked at together, as float64: 32 MB


def tensor_infos(source: nn.Module | Mapping[str, Tensor], gradients: Mapping[str, Tensor] | None = None,
                 kinds: Mapping[str, TensorKind] | None = None) -> list[TensorInfo]:
    """Every tensor of a module or a state dict, in its order.

    ``kinds`` (see ``tensor_kinds``) says what each is where ``source`` is a state dict, which does not know.
    """
    state = source.state_dict() if isinstance(source, nn.Module) else source
    known = _kinds_of(source) if isinstance(source, nn.Module) else dict(kinds or {})
    return [_info(key, value.detach(), known.get(key, "weight"), (gradients or {}).get(key))
            for key, value in state.items()]


def tensor_kinds(experiment: Experiment) -> dict[str, TensorKind]:
    """Which tensors of the network learn, which are frozen, which are buffers. Needs no memory for them."""
    module = empty_module(experiment)
    freeze(module, node_settings(experiment.graph, analyze(experiment.graph, experiment.data.sample_shape)))
    return _kinds_of(module)


def gradients(experiment: Experiment, weights: Mapping[str, Tensor], batch: tuple[Tensor, Tensor],
              class_weights: Tensor | None = None) -> dict[str, Tensor]:
    """The gradient of the recipe's loss for every weight that learns, from one backward pass over inputs and targets.

    The network is in training mode, and its Dropout draws from the recipe's seed. ``weights`` stay as they are.
    Raises DataShapeError where the network's output is not what the data ask for.
    """
    module = ready(experiment, weights, batch[0].device, training=True).module
    with RANDOM, torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.default_generator.manual_seed(experiment.recipe.seed)
        outputs, wanted = module(batch[0]), experiment.data.output_shape
        if wanted and tuple(outputs.shape[1:]) != wanted:
            raise DataShapeError("The network ends in {given}, but {wanted} is to be predicted",
                                 given=shape_text(tuple(outputs.shape[1:])), wanted=shape_text(wanted))
        Criterion(experiment.recipe, class_weights)(outputs, batch[1]).backward()  # type: ignore[no-untyped-call]
    return {name: weight.grad.cpu() for name, weight in module.named_parameters(remove_duplicate=False)
            if weight.grad is not None}


def _kinds_of(module: nn.Module) -> dict[str, TensorKind]:
    kinds: dict[str, TensorKind] = dict.fromkeys(module.state_dict(), "buffer")
    for name, weight in module.named_parameters(remove_duplicate=False):
        kinds[name] = "weight" if weight.requires_grad else "frozen"
    return kinds


def _info(key: str, value: Tensor, kind: TensorKind, gradient: Tensor | None) -> TensorInfo:
    flat = value.reshape(-1)
    count = flat.numel()
    norm = None if gradient is None else float(torch.linalg.vector_norm(gradient.double()))
    plain = TensorInfo(key, tuple(value.shape), str(value.dtype).removeprefix("torch."), kind, count,
                       gradient_norm=norm)
    finite = sum(len(chunk) for chunk in _chunks(flat))
    if not finite:
        return replace(plain, not_finite=count)
    low = min(float(chunk.min()) for chunk in _chunks(flat))
    high = max(float(chunk.max()) for chunk in _chunks(flat))
    # rounding must not give equal values a spread
    mean = low if low == high else sum(float(chunk.sum()) for chunk in _chunks(flat)) / finite
    variance = sum(float(((chunk - mean) ** 2).sum()) for chunk in _chunks(flat)) / finite
    counts, edges = _histogram(flat, low, high)
    return replace(plain, not_finite=count - finite, minimum=low, maximum=high, mean=mean, std=variance**0.5,
                     counts=counts, edges=edges)


def _chunks(flat: Tensor) -> Iterator[Tensor]:
    """The finite values as float64 on the CPU, some at a time; empty parts are left out."""
    for part in torch.split(flat, CHUNK):
        values = part.to("cpu").abs() if part.is_complex() else part.to("cpu")
        values = values.double()
        values = values[values.isfinite()]
        if len(values):
            yield values


def _histogram(flat: Tensor, low: float, high: float) -> tuple[tuple[int, ...], tuple[float, ...]]:
    if low == high:  # numpy's rule for a single value, and wider where 0.5 is nothing beside it
        half = max(0.5, abs(low) * 1e-6)
        low, high = low - half, high + half
    counts = torch.zeros(BINS, dtype=torch.float64)
    for chunk in _chunks(flat):
        counts += torch.histc(chunk, BINS, low, high)
    edges = torch.linspace(low, high, BINS + 1, dtype=torch.float64)
    return tuple(map(int, counts.tolist())), tuple(edges.tolist())
