"""PyTorch's own files as tensors and plain values: nothing in them runs, and no number in them is believed.

``outline`` says what a file holds without torch; ``tensors_of`` gives the tensors too. What is neither a tensor nor a
plain value comes as an ``Odd``, which says what it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.files import opened
from engine.messages import say
from engine.pickles import Made, Named, Stored
from engine.torch_files.kinds import BYTES, LATER, ODD_TENSORS, Odd, Shaped, TorchFileError
from engine.torch_files.sources import source_of
from engine.units import grouped

if TYPE_CHECKING:
    from torch import Tensor

MOST_BYTES = 2**36  # of a file
BEYOND = 2**26  # bytes that an expanded tensor may take more than its file
DEEPEST = 32  # containers inside one another; deeper ones are left out
MOST_VALUES = 2_000_000  # one that stands in several places counts in each …
MOST_AGAIN = 50_000  # … and here: a small file may say to hold itself twice, and that twice
MOST_DIMENSIONS = 64


def outline(path: Path) -> Any:
    """What the file holds, every tensor as a ``Shaped``. Loads no torch. Raises TorchFileError, ReadError, anything."""
    with opened(path, MOST_BYTES) as file:
        source = source_of(file)
        return _Reader(source.sizes, _only_shapes).value(source.content)


def tensors_of(path: Path) -> Any:
    """What the file holds: tensors, plain values, lists, tuples and dicts of them. Raises as ``outline``."""
    with opened(path, MOST_BYTES) as file:
        source = source_of(file)
        return _Reader(source.sizes, partial(_tensor, source.read, {})).value(source.content)


# -- what the values are -----------------------------------------------------------------------------------------------

Shape = tuple[int, ...]
Make = Callable[[str, str, int, Shape, Shape], Any]  # of a storage's key, a dtype, offset, shape, strides


class _Reader:
    """Turns what was pickled into values; ``make`` makes a tensor of what is checked."""

    def __init__(self, sizes: Mapping[str, int], make: Make) -> None:
        self._sizes, self._make, self._met, self._again = sizes, make, 0, 0
        self._seen: set[int] = set()  # containers, by where they are in memory

    def value(self, content: Any, depth: int = 0) -> Any:
        self._met += 1
        if self._met > MOST_VALUES:
            raise TorchFileError("it holds more than {most} values", most=grouped(MOST_VALUES))
        if depth > DEEPEST:
            return Odd(say("nested too deeply"))
        self._expect_once(content)
        if isinstance(content, Made):
            return self._made(content, depth)
        if isinstance(content, Named):
            return Odd(say("{name}", name=content))
        if isinstance(content, Stored):
            return Odd(say("a storage without a shape"))
        if isinstance(content, dict):
            return {key: self.value(item, depth + 1) for key, item in content.items()}
        if isinstance(content, (list, tuple)):
            return type(content)(self.value(item, depth + 1) for item in content)
        return content

    def _expect_once(self, content: Any) -> None:
        """Raise TorchFileError where the same containers stand in too many places."""
        if not isinstance(content, (Made, dict, list, tuple)):
            return
        if id(content) in self._seen:
            self._again += 1 if isinstance(content, Made) else len(content)
        self._seen.add(id(content))
        if self._again > MOST_AGAIN:
            raise TorchFileError("it holds the same values in more than {most} places", most=grouped(MOST_AGAIN))

    def _made(self, content: Made, depth: int) -> Any:
        how = _named(content.how)
        if how is None:
            return Odd(say("a Python object"))
        if how == ("collections", "OrderedDict") or how == ("collections", "defaultdict"):
            return {key: self.value(item, depth + 1) for key, item in content.items.items()}
        if how == ("torch", "Size") and content.args and isinstance(content.args[0], tuple):
            return tuple(self.value(item, depth + 1) for item in content.args[0])
        if how.module == "torch._utils":
            return self._rebuilt(how.name, content.args, depth)
        if how.module in ("torch._tensor", "torch") and how.name in ODD_TENSORS:
            return self._special(how.name, content, depth)
        if isinstance(content.state, dict) and {"_modules", "_parameters"} <= content.state.keys():
            return Odd(say("{name}", name=_class_of(content)), "model")
        return Odd(say("{name}", name=how))

    def _special(self, name: str, content: Made, depth: int) -> Any:
        """A subclass of Tensor: what it is made of, where that is a plain one."""
        match content.args:
            case (Named() as how, _, tuple() as args, *_) if how.module == "torch._utils":
                return self._rebuilt(how.name, args, depth)
        return Odd(ODD_TENSORS[name], "tensor")

    def _rebuilt(self, name: str, args: tuple[Any, ...], depth: int) -> Any:
        if name in ("_rebuild_parameter", "_rebuild_parameter_with_state") and args:
            return self.value(args[0], depth + 1)
        match name, args:
            case "_rebuild_tensor", (Stored() as stored, offset, tuple() as shape, tuple() as strides):
                return self._checked(stored, offset, shape, strides, None)
            case "_rebuild_tensor_v2", (Stored(), _, _, _, _, _, dict() as marks, *_) if any(marks.values()):
                return Odd(say("a conjugated or negated view"), "tensor")
            case "_rebuild_tensor_v2", (Stored() as stored, offset, tuple() as shape, tuple() as strides, *_):
                return self._checked(stored, offset, shape, strides, None)
            case "_rebuild_tensor_v3", (Stored() as stored, offset, tuple() as shape, tuple() as strides, _, _, dtype,
                                        *_):
                return self._checked(stored, offset, shape, strides, dtype)
        return Odd(ODD_TENSORS.get(name, say("{name}", name=name)), "tensor")

    def _checked(self, stored: Stored, offset: Any, shape: Shape, strides: Shape, dtype: Any) -> Any:
        """A tensor whose every number lies in its storage. Raises TorchFileError where one does not."""
        key, kind, size = self._kind(stored, dtype)
        if kind is None:
            return Odd(say("a tensor of {dtype}", dtype=size), "tensor")
        numbers = (offset, *shape, *strides)
        if any(type(number) is not int or number < 0 for number in numbers) or not (
                len(shape) == len(strides) <= MOST_DIMENSIONS):
            raise TorchFileError("it is damaged: the shape of a tensor in it is impossible")
        count, last = math.prod(shape), offset + sum((n - 1) * stride for n, stride in zip(shape, strides, strict=True))
        there = self._sizes.get(key, 0)
        if (count and (last + 1) * size > there) or count * size > there + BEYOND:
            raise TorchFileError("it is damaged: a tensor in it says to be larger than it is")
        return self._make(key, kind, offset, shape, strides)

    @staticmethod
    def _kind(stored: Stored, dtype: Any) -> tuple[str, str | None, Any]:
        """Which storage, of what numbers, and how many bytes each has; no kind: of which it is, in words."""
        match stored.key:
            case ("storage", Named() as storage, str() as key, _, _, *_):
                if isinstance(dtype, Named):
                    return key, dtype.name if dtype.name in LATER else None, LATER.get(dtype.name, dtype.name)
                kind, size = BYTES.get(storage.name, (None, storage.name))
                return key, kind, size
        raise TorchFileError("it is damaged: a tensor in it has no numbers")


def _class_of(content: Made) -> str:
    """The class of an object, by which a pickle makes it in one of two ways."""
    names = (_named(each) for each in (*content.args, content.how))
    own = (each.name for each in names if each is not None and each.module not in ("builtins", "__builtin__"))
    return next(own, "?")


def _named(value: Any) -> Named | None:
    """A class, also as files of before PyTorch 1.6 name those of models: with their source beside them."""
    if isinstance(value, Stored) and isinstance(value.key, tuple) and len(value.key) > 1 and value.key[0] == "module":
        value = value.key[1]
    return value if isinstance(value, Named) else None


def _only_shapes(_key: str, dtype: str, _offset: int, shape: Shape, _strides: Shape) -> Shaped:
    return Shaped(shape, dtype)


def _tensor(read: Callable[[str], bytearray], known: dict[tuple[str, str], Tensor], key: str, dtype: str, offset: int,
            shape: Shape, strides: Shape) -> Tensor:
    """The tensor on its storage, which tensors that share weights share."""
    import torch  # whoever only asks what there is needs none

    kind: torch.dtype = getattr(torch, dtype)
    if not math.prod(shape):
        return torch.empty(shape, dtype=kind)
    if (key, dtype) not in known:
        whole = read(key)
        known[key, dtype] = torch.frombuffer(whole, dtype=kind, count=len(whole) // kind.itemsize)
    return known[key, dtype].as_strided(shape, strides, offset)
