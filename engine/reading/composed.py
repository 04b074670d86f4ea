"""Torch's layers that are made of others: the parts of attention and transformers, by torch's names. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.layers import LAYERS
from engine.reading.values import Chain, Module, Parameter

_ATTENTION = (("out_proj", "NonDynamicallyQuantizableLinear"),)
_FORWARD = (("linear1", "Linear"), ("dropout", "Dropout"), ("linear2", "Linear"))
_ENCODER = (("self_attn", "MultiheadAttention"), *_FORWARD, *((f"norm{place}", "LayerNorm") for place in (1, 2)),
            *((f"dropout{place}", "Dropout") for place in (1, 2)))  # fmt: skip
_DECODER = (("self_attn", "MultiheadAttention"), ("multihead_attn", "MultiheadAttention"), *_FORWARD,
            *((f"norm{place}", "LayerNorm") for place in (1, 2, 3)),
            *((f"dropout{place}", "Dropout") for place in (1, 2, 3)))  # fmt: skip
# In torch's order. A test compares with the installed torch.
PARTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "MultiheadAttention": _ATTENTION, "TransformerEncoderLayer": _ENCODER, "TransformerDecoderLayer": _DECODER}
COMPOSED = frozenset((*PARTS, "Transformer"))


def parts_inside(module: Module) -> list[tuple[str, Any]]:
    """The modules that a layer of torch's is made of, by their names; the same ones whenever it is asked."""
    if module.held is None:
        module.held = _transformer(module) if module.layer.kind() == "Transformer" else [
            (name, _part(module, name, kind)) for name, kind in PARTS.get(module.layer.kind(), ())]
    return module.held


def _part(owner: Module, name: str, made_as: str) -> Module:
    kind, outer = LAYERS["Linear" if made_as.endswith("Linear") else made_as], dict(owner.layer)
    shared = {"dropout": outer["dropout"], "p": outer["dropout"], "bias": outer["bias"],
              "num_heads": outer.get("nhead")}
    options = {option: value for option, value in shared.items() if option in kind.model_fields}
    return Module(kind().with_options(**options), name, made_as=made_as, within=(owner, name), line=owner.line)


def _transformer(owner: Module) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for side, kind in (("encoder", "TransformerEncoderLayer"), ("decoder", "TransformerDecoderLayer")):
        options = {name: value for name, value in owner.layer if name in LAYERS[kind].model_fields}
        layers: list[tuple[str, Any]] = [
            ("", Module(LAYERS[kind]().with_options(**options), side, made_as=kind,
                        within=(owner, f"{side}.layers.{place}")))
            for place in range(dict(owner.layer)[f"num_{side}_layers"])]
        norm = _part(owner, f"{side}.norm", "LayerNorm")
        found.append((side, Chain([("layers", Chain(layers, "layers", calls=False)), ("norm", norm)], side,
                                  calls=False)))
    return found


def names_inside(module: Module) -> list[str]:
    """The names of its parameters, in torch's order."""
    own = _projections(module) if module.layer.kind() == "MultiheadAttention" else []
    return [*own, *_names_in(parts_inside(module))]


def _names_in(parts: list[tuple[str, Any]]) -> list[str]:
    found = []
    for place, (name, part) in enumerate(parts):
        inner = _names_in(part.parts) if isinstance(part, Chain) else names_inside(part) if (
            part.layer.kind() in COMPOSED) else _plain_names(part)
        found += [f"{name or place}.{each}" for each in inner]
    return found


def _plain_names(part: Module) -> list[str]:
    has_bias = dict(part.layer).get("bias", False)
    return ["weight", "bias"][: 1 + has_bias] if part.layer.has_weights() else []


def _projections(module: Module) -> list[str]:
    width, given = module.arguments.get("embed_dim"), module.arguments
    is_one = all(given.get(name) in (None, width) for name in ("kdim", "vdim"))
    weights = ["in_proj_weight"] if is_one else ["q_proj_weight", "k_proj_weight", "v_proj_weight"]
    return [*weights, *(["in_proj_bias"] if dict(module.layer)["bias"] else [])]


def whole(module: Module) -> Module:
    """The layer that it is a part of, or itself."""
    while module.within is not None:
        module = module.within[0]
    return module


def parameter(module: Module, name: str) -> Parameter:
    """A parameter of a layer or of its part, as the whole layer has it: the same one whenever it is asked for."""
    while module.within is not None:
        module, way = module.within
        name = f"{way}.{name}"
    return module.tensors.setdefault(name, Parameter(module, name))


def begins_as(name: str) -> float | None:
    """What a parameter inside begins as, where that is one number."""
    way, _, last = name.rpartition(".")
    if way.rpartition(".")[2].startswith("norm"):
        return 1.0 if last == "weight" else 0.0
    return 0.0 if name.endswith(("in_proj_bias", "out_proj.bias")) else None
