"""A text read, beside what torch makes of the same text: the same weights, the same outputs."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import torch
from torch import nn

from engine.experiment.trust import allow, sources_of
from engine.layers.base import Shape
from engine.messages import LayerloomError
from engine.network.compile import build_module
from engine.reading.reading import from_text

HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"


def by_torch(text: str) -> nn.Module:
    """What the text calls ``net`` when it is run."""
    scope: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(text, "text", "exec"), scope)
    net = scope["net"]
    assert isinstance(net, nn.Module)
    return net


def difference(text: str, shape: Shape, training: bool = False, known: bool = False) -> str:
    """In what the network that is read is another, or ""; raises LayerloomError where the text is refused.

    ``known``: the input's shape is known while reading.
    """
    torch.manual_seed(1)
    want = by_torch(text)
    graph = from_text(text, shape if known else None)
    allow(sources_of(graph))
    net = build_module(graph, shape)
    theirs, ours = want.state_dict(), net.state_dict()
    counts = [sum(p.numel() for p in module.parameters()) for module in (want, net)]
    if counts[0] != counts[1] or len({id(t) for t in want.parameters()}) != len(list(net.parameters())):
        return f"{counts[1]} parameters, torch has {counts[0]}"
    keys = list(theirs)
    if len(keys) != len(ours):
        return f"keys {list(ours)}, torch has {keys}"
    pairs = zip(ours, ours if set(ours) == set(keys) else keys, strict=True)
    net.load_state_dict({key: theirs[its].clone() for key, its in pairs})
    want.train(training)
    net.train(training)
    x = torch.randn(3, *shape)
    with torch.no_grad():
        torch.manual_seed(2)
        y = want(x.clone())
        torch.manual_seed(2)
        z = net(x.clone())
    if y.shape != z.shape:
        return f"{tuple(z.shape)} comes out, torch gives {tuple(y.shape)}"
    if not torch.allclose(y, z, atol=1e-5, equal_nan=True):
        return f"outputs differ by {(y - z).abs().max():.3g}"
    return _kept_difference(want, net) if training else ""


def _kept_difference(want: nn.Module, net: nn.Module) -> str:
    """In what the numbers that a call leaves behind differ, or what learns."""
    theirs, ours = want.state_dict(keep_vars=True), net.state_dict(keep_vars=True)
    for key, its in zip(ours, ours if set(ours) == set(theirs) else theirs, strict=True):
        if not torch.allclose(theirs[its], ours[key], atol=1e-5):
            return f"{key} is another after a call"
        if theirs[its].requires_grad != ours[key].requires_grad:
            return f"{key} learns: {ours[key].requires_grad}, with torch {theirs[its].requires_grad}"
    return ""


def outcome(text: str, shape: Shape) -> str:
    """``equal``, ``refused: …`` or ``WRONG: …``, both with and without the input's shape at hand."""
    found = []
    for known in (False, True):
        try:
            found.append(difference(text, shape, known=known))
        except LayerloomError as error:
            found.append(f"refused: {error}")
    wrong = [each for each in found if each and not each.startswith("refused")]
    return f"WRONG: {wrong[0]}" if wrong else "equal" if "" in found else found[1]
