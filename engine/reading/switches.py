"""What torch is told for all that follows: whether gradients flow, and in which numbers it computes. No torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.reading.values import TRAINING, Marker, Path

OTHER_KINDS = frozenset(("float16", "half", "bfloat16", "float64", "double", "complex64", "complex128"))
IN_32_BITS = "Numbers of another kind are not read along: the network computes in 32 bits"
FLOWS, STILL, OTHER = Marker("gradients"), Marker("no gradients"), Marker("autocast")
HALF, UNSURE = Marker("gradients while it trains"), Marker("gradients or none")
SWITCHES: Mapping[str, Marker] = {"no_grad": STILL, "inference_mode": STILL, "enable_grad": FLOWS, "autocast": OTHER}
# Why a network cannot be read in which one is set.
REASONS: Mapping[Marker, str] = {STILL: "No gradient flows through this part: that cannot be read",
                                 HALF: "No gradient flows through this part while it predicts: that cannot be read",
                                 UNSURE: "Whether a gradient flows through this part is not known: that cannot be read",
                                 OTHER: "Numbers of another kind are no layer here: autocast"}
DEFAULTS = ("set_default_dtype", "set_default_tensor_type")


def switch(path: str, given: Sequence[Any], named: Mapping[str, Any]) -> Marker | None:
    """What such a call, or the function itself, switches to; None where it is no switch."""
    name = path.rpartition(".")[2] if path.startswith("torch.") else ""
    if name in ("set_grad_enabled", "inference_mode"):
        values = [*given, *named.values()] or [True]
        if values[0] is TRAINING:
            return HALF if name == "set_grad_enabled" else STILL
        if not isinstance(values[0], bool):
            return UNSURE
        return FLOWS if values[0] is (name == "set_grad_enabled") else STILL
    if name == "autocast" and named.get("enabled", True) is False:
        return FLOWS
    return SWITCHES.get(name)


def keeps_kind(word: str, value: Any) -> bool:
    """Whether an argument like ``dtype``, or one of ``.to(…)``, leaves numbers of 32 bits."""
    kind = value.name.rpartition(".")[2] if isinstance(value, Path) else value if isinstance(value, str) else ""
    if word in ("dtype", "dst_type"):
        return value is None or kind in ("float32", "float", "torch.FloatTensor")
    return kind not in OTHER_KINDS and not kind.endswith("Tensor")
