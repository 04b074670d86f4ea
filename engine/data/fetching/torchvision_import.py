"""torchvision, imported so that it also loads beside a torch it was not built for."""

from __future__ import annotations

import functools
import importlib
from typing import Any

_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


@functools.cache
def torchvision() -> Any:
    """The torchvision package.

    Its wheel holds operators compiled for one build of torch. Beside another build (a CPU-only torch, say) they do
    not load, and the import stops at “operator torchvision::nms does not exist”, although we only want its list of
    data sets. Declaring the two operators that it looks for lets the import go through; nothing here calls them.
    With a matching pair the first import succeeds and nothing is declared.
    """
    try:
        return importlib.import_module("torchvision")
    except RuntimeError as error:
        if "torchvision::" not in str(error):
            raise
    _declare_missing_operators()
    return importlib.import_module("torchvision")


_keep: list[object] = []  # a Library takes its declarations back when it is collected


def _declare_missing_operators() -> None:
    import torch  # is loaded by whoever has brought us here

    library: Any = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    for name in ("nms", "qnms"):
        if not hasattr(torch.ops.torchvision, name):
            library.define(f"{name}{_SCHEMA}")
    _keep.append(library)
