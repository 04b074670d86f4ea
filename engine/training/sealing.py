"""A short mark of tensors and plain values: another one where anything in them is another."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any
from zlib import crc32

import torch
from torch import Tensor


def seal_of(content: Any) -> str:
    """The mark of nested mappings, lists, tensors and plain values; tuples are lists, for files may not tell them."""
    mark = hashlib.blake2b(digest_size=16)
    _take(content, mark.update)
    return mark.hexdigest()


def _take(value: Any, take: Callable[[Any], None]) -> None:
    if isinstance(value, Tensor):
        plain = value.detach().cpu().contiguous()
        take(f"{plain.dtype} {tuple(plain.shape)}:".encode())
        take(crc32(plain.reshape(-1).view(torch.uint8).numpy().data).to_bytes(4, "big"))  # several times as fast
    elif isinstance(value, Mapping):
        take(f"{len(value)} named:".encode())
        for key, item in value.items():
            _take(key, take)
            _take(item, take)
    elif isinstance(value, (list, tuple)):
        take(f"{len(value)} listed:".encode())
        for item in value:
            _take(item, take)
    else:
        take(f"{type(value).__name__} {value!r};".encode())
