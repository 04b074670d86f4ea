"""How the parameters of modules begin, where code says so (``nn.init``), as settings of a node. No torch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from engine.graph.parameters import DEFAULT_INIT, DEFAULTS, Init, NodeParameters
from engine.messages import LayerloomError
from engine.reading.composed import COMPOSED, begins_as, names_inside, parameter
from engine.reading.values import Instance, Module, Parameter, every_module

FLAT = ("BatchNorm", "LayerNorm", "GroupNorm", "InstanceNorm", "RMSNorm", "PReLU")  # whose weight has one dimension
GAINS = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": 2**0.5, "selu": 0.75,
         **{f"conv{kind}{rank}d": 1.0 for rank in (1, 2, 3) for kind in ("", "_transpose")}}  # fmt: skip
# Of each function of torch.nn.init, the parameters behind the tensor and torch's defaults.
FUNCTIONS: Mapping[str, Mapping[str, Any]] = {
    "normal_": {"mean": 0.0, "std": 1.0}, "uniform_": {"a": 0.0, "b": 1.0}, "constant_": {"val": 0.0},
    "zeros_": {}, "ones_": {}, "fill_": {"val": 0.0}, "zero_": {}, "orthogonal_": {"gain": 1},
    "xavier_uniform_": {"gain": 1.0}, "xavier_normal_": {"gain": 1.0},
    "kaiming_uniform_": {"a": 0, "mode": "fan_in", "nonlinearity": "leaky_relu"},
    "kaiming_normal_": {"a": 0, "mode": "fan_in", "nonlinearity": "leaky_relu"},
}  # fmt: skip


def gain(nonlinearity: str, param: float | None = None) -> float:
    """As ``nn.init.calculate_gain``."""
    if nonlinearity == "leaky_relu":
        return math.sqrt(2 / (1 + (0.01 if param is None else param) ** 2))
    return GAINS[nonlinearity]


_AS_METHOD = {"from": "a", "to": "b", "value": "val"}  # words of a tensor's own methods, and those of torch.nn.init


def beginning(name: str, given: Sequence[Any], named: Mapping[str, Any]) -> Init | None:
    """What a call of ``nn.init`` fills a tensor with; None where no setting says that."""
    expected = FUNCTIONS.get(name)
    if expected is None:
        return None
    said = {_AS_METHOD.get(key, key): value for key, value in named.items() if key not in ("generator", "tensor")}
    if len(given) > len(expected) or not said.keys() <= expected.keys():
        return None
    values = {**expected, **dict(zip(expected, given, strict=False)), **said}
    try:
        made = _init(name, values)
        return None if made is None else Init.model_validate(made)
    except (LayerloomError, ValueError, TypeError):
        return None


def _init(name: str, values: Mapping[str, Any]) -> dict[str, Any] | None:
    kind = name.rstrip("_")
    if kind == "normal":
        return {"kind": "normal", "mean": values["mean"], "std": values["std"]}
    if kind == "uniform":
        return {"kind": "uniform", "low": values["a"], "high": values["b"]}
    if kind in ("constant", "fill", "zeros", "zero", "ones"):
        return {"kind": "constant", "value": values.get("val", 1.0 if kind == "ones" else 0.0)}
    if kind == "orthogonal":
        return {"kind": "orthogonal"} if values["gain"] == 1 else None
    if kind.startswith("xavier"):
        return {"kind": kind} if values["gain"] == 1 else {"kind": "formula", "formula": _spread(
            kind, f"{float(values['gain']) ** 2!r} * 2 / (fan_in + fan_out)")}
    return _kaiming(kind, values)


def _kaiming(kind: str, values: Mapping[str, Any]) -> dict[str, Any] | None:
    how, fan = values["nonlinearity"], values["mode"]
    gain = (2 / (1 + values["a"] ** 2)) ** 0.5 if how == "leaky_relu" else GAINS.get(how)
    if gain is None or fan not in ("fan_in", "fan_out"):
        return None
    if fan == "fan_in" and abs(gain - 2**0.5) < 1e-12:
        return {"kind": kind}
    return {"kind": "formula", "formula": _spread(kind, f"{gain**2!r} / {fan}")}


def _spread(kind: str, variance: str) -> str:
    if kind.endswith("uniform"):
        return f"uniform(-sqrt(3 * {variance}), sqrt(3 * {variance}))"
    return f"normal(0, sqrt({variance}))"


def is_flat(module: Module) -> bool:
    """Whether its weight has one dimension, as its bias."""
    return module.layer.kind().startswith(FLAT)


def parameters_of(module: Module) -> NodeParameters:
    """The settings of the module's node; what no setting says is left out (``unsaid``)."""
    given: dict[str, Any] = dict(_settings(module))
    if module.frozen and not learns_in_part(module):
        given["trainable"] = False
    if module.edits:
        given["edits"] = tuple(module.edits)
    return DEFAULTS.with_options(**given) if given else DEFAULTS


def unsaid(module: Module) -> list[str]:
    """Parameters that begin as no setting says."""
    settings = _settings(module)
    return [name for name, init in module.inits.items()
            if settings.get("weight" if _is_wide(module, name) else "bias", _native(module, name)) != init]


def learns_in_part(module: Module) -> bool:
    """Whether some of its parameters learn and others do not: no setting says that."""
    return bool(module.frozen) and not module.frozen.keys() >= {*names_of(module)}


def names_of(module: Module) -> tuple[str, ...]:
    """The names of its parameters, as torch calls them."""
    layer: Any = module.layer
    if not layer.torch.startswith("nn.") or not layer.has_weights():
        return ()
    if layer.kind() in ("RNN", "LSTM", "GRU"):
        ends = ("weight_ih", "weight_hh", *(("bias_ih", "bias_hh") if layer.bias else ()))
        return tuple(f"{end}_l{depth}{back}" for depth in range(layer.num_layers)
                     for back in ("", "_reverse")[: 1 + layer.bidirectional] for end in ends)
    if layer.kind() in COMPOSED:
        return tuple(names_inside(module))
    has_bias = getattr(layer, "bias", layer.kind() != "PReLU" and not layer.kind().startswith(("Embedding", "RMSNorm")))
    if layer.kind().startswith("Embedding"):
        has_bias = False
    return ("weight", "bias") if has_bias else ("weight",)


def _is_wide(module: Module, name: str) -> bool:
    way, _, last = name.rpartition(".")
    if getattr(module.layer, "dims", 1) > 1:
        return True
    return "weight" in last and not (way.rpartition(".")[2].startswith("norm") if way else is_flat(module))


def _native(module: Module, name: str) -> Init | None:
    """What a parameter begins as by itself, where that is one number."""
    if module.layer.kind() in COMPOSED:
        value = begins_as(name)
        return None if value is None else Init(kind="constant", value=value)
    if not is_flat(module) or module.layer.kind() == "PReLU":
        return None
    return Init(kind="constant", value=1.0 if name == "weight" else 0.0)


def _settings(module: Module) -> dict[str, Init]:
    """One beginning for all tensors of two dimensions and more, and one for the others, where these agree."""
    found: dict[str, Init] = {}
    for part, wide in (("weight", True), ("bias", False)):
        names = [name for name in names_of(module) if _is_wide(module, name) == wide]
        inits = [module.inits.get(name, DEFAULT_INIT) for name in names]
        if inits and inits[0] != DEFAULT_INIT and all(init == inits[0] for init in inits) and not (
                all(init == _native(module, name) for name, init in zip(names, inits, strict=True))):
            found[part] = inits[0]
    return found


def rank_of(parameter: Parameter) -> int:
    """How many dimensions it has."""
    layer = parameter.module.layer
    if not _is_wide(parameter.module, parameter.name):
        return 1
    if layer.kind() == "Bilinear":
        return 3
    if hasattr(layer, "dims"):
        return int(layer.dims)
    return 2 + next((int(digit) for digit in layer.kind() if digit.isdigit()), 0)


def parameters_in(module: Module) -> list[tuple[str, Parameter]]:
    """Its parameters by name."""
    return [(name, parameter(module, name)) for name in names_of(module)]


class Begun(NamedTuple):
    """How a layer's weights begin, and which of them do not learn."""

    inits: dict[str, Any]
    frozen: set[str]
    edits: list[Any]


def begun_in(made: Instance) -> list[Begun]:
    """How all that it keeps begins and learns, as it is said by now."""
    layers = filter(None, (layer_in(part) for _, part in every_module(made)))
    return [Begun(dict(layer.inits), set(layer.frozen), list(layer.edits)) for layer in layers]


def layer_in(part: Any) -> Module | None:
    """The layer that has parameters of its own: the part itself, or what its class is built on."""
    found = part.inner if isinstance(part, Instance) else part
    return found if isinstance(found, Module) else None
