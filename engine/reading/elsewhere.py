"""Modules whose code is never in a text: Python's own, torch, and packages of many texts; and what is set in them."""

from __future__ import annotations

import sys

PACKAGES = frozenset((
    "torch", "torchvision", "torchaudio", "torchtext", "numpy", "scipy", "pandas", "matplotlib", "sklearn", "PIL",
    "cv2", "tqdm", "einops", "timm", "transformers", "lightning", "pytorch_lightning", "tensorboard", "tensorflow",
    "keras", "jax", "yaml", "requests", "wandb", "torchinfo", "torchsummary", "torchmetrics", "skimage", "seaborn",
    "d2l"))
# Where a setting changes how fast a network computes, and on what, but not what.
SETTINGS = ("torch.backends", "torch.cuda", "torch._dynamo", "torch._inductor", "torch.distributed", "torch.utils",
            "torch.multiprocessing", "sys", "os", "warnings", "logging")  # fmt: skip
READ = frozenset(("torch", "math", "copy", "functools", "itertools", "collections", "operator", "builtins", "types",
                  "typing", "d2l"))  # what calls are read of


def is_elsewhere(module: str) -> bool:
    """Whether a module of that name cannot be another part of the same text."""
    root = module.partition(".")[0]
    return root in PACKAGES or root in sys.stdlib_module_names


def is_read(path: str) -> bool:
    """Whether something set under that name would change what other lines of a text mean."""
    return path.partition(".")[0] in READ and not is_setting(path)


def is_setting(path: str) -> bool:
    """Whether what is set, asked or called under that name leaves a network as it is."""
    return any(f"{path}.".startswith(f"{each}.") for each in SETTINGS)
