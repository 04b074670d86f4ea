"""How exactly a GPU computes while a run goes on; as it was before, afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from engine.experiment.recipe import Recipe


@contextmanager
def as_exact_as(recipe: Recipe, device: torch.device) -> Iterator[None]:
    """Kernels that give the same numbers each time, and products as coarse as the recipe allows. A CPU's always do."""
    if device.type != "cuda":
        yield
        return
    repeats, warns = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    products, convolutions = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = recipe.precision_row.is_coarse  # else torch's convolutions are coarse by default
    if recipe.deterministic:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS reads it once, when it begins
        torch.use_deterministic_algorithms(True, warn_only=True)
    if recipe.precision_row.is_coarse:
        torch.set_float32_matmul_precision("high")
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(repeats, warn_only=warns)
        torch.set_float32_matmul_precision(products)
        torch.backends.cudnn.allow_tf32 = convolutions
