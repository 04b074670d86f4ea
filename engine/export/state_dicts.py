"""The state dicts in what a file holds: the file itself, a checkpoint's entry, or what is nested in it. No torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.messages import LayerloomError, Message
from engine.torch_files.kinds import Odd
from engine.torch_files.meant import is_no_network, unlikeliness
from engine.torch_files.others import HOW

if TYPE_CHECKING:
    from torch import Tensor

DEEPEST = 5  # a checkpoint's entries inside one another


class NoWeightsError(LayerloomError):
    """What a file holds instead of a state dict."""


class Held(NamedTuple):
    """A state dict, where in the file it is, and those of its tensors that cannot be used, with what they are."""

    where: str  # ``ema.state_dict``; empty: it is the file itself
    weights: dict[str, Tensor]
    odd: dict[str, Message]


@dataclass(frozen=True)
class WeightsFile:
    """All state dicts of a file, the likeliest first, and what else is in it that nothing can be made of."""

    held: tuple[Held, ...]
    left_out: Mapping[str, Message] = field(default_factory=dict)
    network: str = ""  # the id of the one that its tensors belong to, where the file says so


def state_dicts(content: Any) -> WeightsFile:
    """Raises NoWeightsError where there is none, saying what is there instead and how to save weights."""
    found = sorted(_found(content, "", 0), key=_likelihood)
    found += sorted(_joint(content, "", 0), key=_likelihood)
    others = dict(_objects(content, "", 0))
    if not any(held.weights for held in found):
        raise _none(content, found)
    return WeightsFile(tuple(held for held in found if held.weights), others)


def _found(content: Any, where: str, depth: int) -> Iterator[Held]:
    from torch import Tensor  # is loaded by whoever read the file

    if depth > DEEPEST or not isinstance(content, (dict, list, tuple)):
        return
    entries = {str(key): value for key, value in
               (content.items() if isinstance(content, dict) else enumerate(content))}
    weights = {key: value for key, value in entries.items() if isinstance(value, Tensor)}
    odd = {key: value.what for key, value in entries.items() if isinstance(value, Odd) and value.kind == "tensor"}
    if weights or odd:
        yield Held(where, weights, odd)
    for key, value in entries.items():
        yield from _found(value, _joined(where, key), depth + 1)


def _joint(content: Any, where: str, depth: int) -> Iterator[Held]:
    """An encoder and a decoder, each with a dict of its own, as one state dict with dotted names."""
    if depth > DEEPEST or not isinstance(content, dict):
        return
    parts = [held for held in _found(content, "", depth) if not is_no_network(held.where)]
    if len(parts) > 1:
        yield Held(where, {_joined(held.where, key): value for held in parts for key, value in held.weights.items()},
                   {_joined(held.where, key): value for held in parts for key, value in held.odd.items()})
    for key, value in content.items():
        yield from _joint(value, _joined(where, str(key)), depth + 1)


def _joined(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _likelihood(held: Held) -> tuple[bool, tuple[bool, bool], int]:
    """Sorts by what the names say, then the one with most tensors first."""
    return not held.weights, unlikeliness(held.where), -len(held.weights)


def _objects(content: Any, where: str, depth: int) -> Iterator[tuple[str, Message]]:
    if isinstance(content, Odd) and content.kind != "tensor" and where:
        yield where, content.what
    elif isinstance(content, dict) and depth <= DEEPEST and not is_no_network(where):
        for key, value in content.items():
            yield from _objects(value, _joined(where, str(key)), depth + 1)


def _none(content: Any, found: list[Held]) -> NoWeightsError:
    from torch import Tensor  # is loaded by whoever read the file

    model = next(_models(content), None)
    if model is not None:
        return NoWeightsError("it is a whole model ({model}), whose code would have to be run. {how}",
                              model=model, how=HOW)
    odd = next((what for held in found for what in held.odd.values()), None)
    if odd is not None:
        return NoWeightsError("its tensors cannot be used: {what}. Save them as plain ones. {how}", what=odd, how=HOW)
    if isinstance(content, Tensor):
        return NoWeightsError("it is one tensor without a name. {how}", how=HOW)
    if isinstance(content, Odd):
        return NoWeightsError("it is a Python object ({what}), which would have to be run. {how}", what=content.what,
                              how=HOW)
    return NoWeightsError("it is not a state dict: there are no tensors in it. {how}", how=HOW)


def _models(content: Any) -> Iterator[Message]:
    if isinstance(content, Odd) and content.kind == "model":
        yield content.what
    elif isinstance(content, dict):
        for value in content.values():
            if isinstance(value, Odd) and value.kind == "model":
                yield value.what
            elif isinstance(value, dict):
                yield from (each.what for each in value.values() if isinstance(each, Odd) and each.kind == "model")
