"""Options of torch's layers that are set after they were made: which of them torch reads anew. No torch."""

from __future__ import annotations

from typing import Any

from engine.reading.attributes import NOT_KNOWN, kept
from engine.reading.beginnings import names_of
from engine.reading.hierarchy import ASKED, DERIVED, HAVE
from engine.reading.values import Module, Unknown

# What may be set on a module later, where torch reads it anew in every call.
LIVE = frozenset(("p", "inplace", "eps", "momentum", "negative_slope", "stride", "padding", "dilation"))


def is_live(owner: Module, name: str, value: Any) -> bool:
    """Whether torch reads it anew in every call, so that it is as if the layer had been made so."""
    if name not in LIVE or isinstance(value, Unknown) or kept(owner, name) is NOT_KNOWN:
        return False
    layer: Any = owner.layer
    if getattr(layer, "padding_mode", "zeros") != "zeros" and (
            name == "padding" or (name == "dilation" and layer.padding == "same")):
        return False  # the border was worked out when it was made
    if "Pad" in owner.made_as and not isinstance(value, (tuple, list)):
        return False
    return name in type(layer).model_fields


def is_as_before(layer: Module, name: str, value: Any) -> bool:
    """Whether it is set to the plain value that it has."""
    old = kept(layer, name) if name not in names_of(layer) else NOT_KNOWN
    return type(old) is type(value) and type(value) in (int, float, str, bool, type(None)) and bool(old == value)


def is_torchs(layer: Module, name: str) -> bool:
    """Whether a layer of torch's asks itself for what is called so."""
    return name in ASKED or name in DERIVED or name in HAVE or name in type(layer.layer).model_fields or (
        kept(layer, name) is not NOT_KNOWN)
