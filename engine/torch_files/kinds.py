"""What PyTorch's files hold, in words and numbers: kinds of storages, tensors that are no plain ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.messages import LayerloomError, Message, say

BYTES = {
    "FloatStorage": ("float32", 4), "DoubleStorage": ("float64", 8), "HalfStorage": ("float16", 2),
    "BFloat16Storage": ("bfloat16", 2), "LongStorage": ("int64", 8), "IntStorage": ("int32", 4),
    "ShortStorage": ("int16", 2), "CharStorage": ("int8", 1), "ByteStorage": ("uint8", 1), "BoolStorage": ("bool", 1),
    "ComplexFloatStorage": ("complex64", 8), "ComplexDoubleStorage": ("complex128", 16), "UntypedStorage": ("uint8", 1),
}  # fmt: skip
LATER = {"uint16": 2, "uint32": 4, "uint64": 8, "float8_e4m3fn": 1, "float8_e5m2": 1, "float32": 4, "float64": 8,
         "float16": 2, "bfloat16": 2, "int64": 8, "int32": 4, "int16": 2, "int8": 1, "uint8": 1, "bool": 1,
         "complex64": 8, "complex128": 16}  # fmt: skip
QUANTISED = {"QInt8Storage": 1, "QUInt8Storage": 1, "QInt32Storage": 4, "QUInt4x2Storage": 1, "QUInt2x4Storage": 1}
ODD_TENSORS = {  # and further ones, whose names say it
    "_rebuild_sparse_tensor": say("a sparse tensor"), "_rebuild_nested_tensor": say("a nested tensor"),
    "_rebuild_qtensor": say("a quantised tensor"), "_rebuild_meta_tensor_no_storage": say("a tensor without values"),
    "_rebuild_device_tensor_from_numpy": say("a tensor of another device"),
    "_rebuild_device_tensor_from_cpu_tensor": say("a tensor of another device"),
    "_rebuild_wrapper_subclass": say("a tensor of a special kind"),
    "_rebuild_from_type_v2": say("a tensor of a special kind"),
}  # fmt: skip


class TorchFileError(LayerloomError):
    """What a file is instead of one of PyTorch's; ``reason`` is without the file's name."""


@dataclass(frozen=True)
class Odd:
    """Something that is no plain value and no tensor that can be used."""

    what: Message
    kind: Literal["object", "tensor", "model"] = "object"


@dataclass(frozen=True)
class Shaped:
    """A tensor of which only the shape was looked at."""

    shape: tuple[int, ...]
    dtype: str
