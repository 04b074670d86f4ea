"""Pickles as plain values, by opcodes of our own: nothing is imported, called or built that a pickle names.

What a pickle would make of a class or function becomes a ``Made``, which only says so. What comes out takes memory in
proportion to the pickle's length. It may be nested as deep as the pickle is long, or contain itself: whoever walks it
bounds the depth, and never asks for its hash, for equality or for its text.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any, NamedTuple

MOST_STEPS = 5_000_000  # opcodes: a state dict of ten thousand tensors has a tenth of it
KEYS = (str, bytes, bool, type(None))  # what may stand before a colon; of whole numbers small ones
GAP = 500  # so far may they be ahead of a count: a number below the size of a dict has a place of its own


class PickleError(ValueError):
    """The bytes are no pickle, or one that does what no file for us needs."""


class Named(NamedTuple):
    """A class or function that a pickle names."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


class Stored(NamedTuple):
    """Something that lies outside of the pickle, by what the pickle calls it."""

    key: Any


@dataclass(eq=False)
class Made:
    """What a call of ``how`` would have given: its arguments, its state, and what was put into it."""

    how: Any
    args: tuple[Any, ...] = ()
    state: Any = None
    items: dict[Any, Any] = field(default_factory=dict)
    values: list[Any] = field(default_factory=list)


MARK = object()


def unpickled(file: IO[bytes]) -> Any:
    """The next pickle of a file as plain values, with ``Made``, ``Named`` and ``Stored`` for all else.

    Raises PickleError, or what ``pickletools`` raises.
    """
    return _Machine().run(file)


class _Machine:
    """A stack, a memo, and a method or a row for each opcode."""

    def __init__(self) -> None:
        self._stack: list[Any] = []
        self._memo: dict[str, Any] = {}  # by texts, whose hashes no file can choose

    def run(self, file: IO[bytes]) -> Any:
        for step, (opcode, argument, _) in enumerate(pickletools.genops(file)):
            if step > MOST_STEPS:
                raise PickleError("too long")
            name = opcode.name
            if name == "STOP":
                break
            if name in _VALUES:
                self._stack.append(argument)
            elif name in _CONSTANTS:
                self._stack.append(_CONSTANTS[name])
            elif (does := _DOES.get(name)) is not None:
                does(self, argument)
            else:
                raise PickleError(f"has {name}")
        return self._pop()

    # -- the stack ----------------------------------------------------------------------------------------------

    def _pop(self) -> Any:
        if not self._stack or self._stack[-1] is MARK:
            raise PickleError("takes what is not there")
        return self._stack.pop()

    def _top(self) -> Any:
        if not self._stack or self._stack[-1] is MARK:
            raise PickleError("takes what is not there")
        return self._stack[-1]

    def _to_mark(self) -> list[Any]:
        taken: list[Any] = []
        while self._stack:
            value = self._stack.pop()
            if value is MARK:
                return taken[::-1]
            taken.append(value)
        raise PickleError("takes what is not there")

    def _tuple(self, count: int) -> None:
        if len(self._stack) < count or any(value is MARK for value in self._stack[-count:]):
            raise PickleError("takes what is not there")
        values = tuple(self._stack[-count:])
        del self._stack[-count:]
        self._stack.append(values)

    # -- memo ---------------------------------------------------------------------------------------------------

    def _put(self, index: int) -> None:
        self._memo[str(index)] = self._top()

    def _memoize(self, _: Any) -> None:
        self._put(len(self._memo))

    def _get(self, index: int) -> None:
        if str(index) not in self._memo:
            raise PickleError("takes what is not there")
        self._stack.append(self._memo[str(index)])

    # -- containers ---------------------------------------------------------------------------------------------

    def _extend(self, values: list[Any]) -> None:
        into = self._top()
        if isinstance(into, list):
            into += values
        elif isinstance(into, Made):
            into.values += values
        else:
            raise PickleError("appends to no list")

    def _set(self, pairs: list[Any]) -> None:
        into = self._top()
        items = into.items if isinstance(into, Made) else into
        if not isinstance(items, dict) or len(pairs) % 2:
            raise PickleError("sets items of no dict")
        _fill(items, pairs)

    def _dict(self, _: Any) -> None:
        pairs = self._to_mark()
        self._stack.append(_fill({}, pairs))

    def _list(self, _: Any) -> None:
        values = self._to_mark()
        self._stack.append(values)

    def _marked_tuple(self, _: Any) -> None:
        values = tuple(self._to_mark())
        self._stack.append(values)

    # -- what would be called -----------------------------------------------------------------------------------

    def _made(self, how: Any, args: Any) -> None:
        if not isinstance(args, tuple):
            raise PickleError("calls without arguments")
        text = _as_bytes(how, args)
        self._stack.append(Made(how, args) if text is None else text)

    def _reduce(self, _: Any) -> None:
        args = self._pop()
        self._made(self._pop(), args)

    def _new_with_keywords(self, _: Any) -> None:
        self._pop()
        self._reduce(_)

    def _instance(self, name: str) -> None:
        args = tuple(self._to_mark())
        self._made(Named(*name.split(" ", 1)), args)

    def _object(self, _: Any) -> None:
        how, *args = self._to_mark() or [None]
        self._made(how, tuple(args))

    def _build(self, _: Any) -> None:
        state, into = self._pop(), self._top()
        if not isinstance(into, Made):
            raise PickleError("sets the state of a plain value")
        into.state = state

    def _stack_global(self, _: Any) -> None:
        name, module = self._pop(), self._pop()
        if not (isinstance(name, str) and isinstance(module, str)):
            raise PickleError("names nothing")
        self._stack.append(Named(module, name))

    def _stored(self, key: Any) -> None:
        self._stack.append(Stored(key))


def _fill(items: dict[Any, Any], pairs: list[Any]) -> dict[Any, Any]:
    """A key whose hash may never end (a container), or can be chosen to be that of many, is left out with its value."""
    if len(pairs) % 2:
        raise PickleError("sets items of no dict")
    for key, value in zip(pairs[::2], pairs[1::2], strict=True):
        if type(key) in KEYS or (type(key) is int and 0 <= key <= len(items) + GAP):
            items[key] = value
    return items


def _as_bytes(how: Any, args: tuple[Any, ...]) -> bytes | None:
    """How newer Pythons write bytes into an old pickle."""
    if how == ("_codecs", "encode") and args and isinstance(args[0], str) and args[1:] in ((), ("latin1",)):
        return args[0].encode("latin1")
    return b"" if how in (("builtins", "bytes"), ("__builtin__", "bytes")) and not args else None


# -- the opcodes -------------------------------------------------------------------------------------------------------

_VALUES = frozenset({
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "STRING", "BINSTRING", "SHORT_BINSTRING",
    "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8", "UNICODE", "SHORT_BINUNICODE", "BINUNICODE",
    "BINUNICODE8", "FLOAT", "BINFLOAT",
})  # fmt: skip
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "MARK": MARK}
_DOES: dict[str, Callable[[_Machine, Any], object]] = {
    "PROTO": lambda machine, _: None,
    "FRAME": lambda machine, _: None,
    "POP": lambda machine, _: machine._stack.pop() if machine._stack else machine._pop(),
    "POP_MARK": lambda machine, _: machine._to_mark(),
    "DUP": lambda machine, _: machine._stack.append(machine._top()),
    "PUT": _Machine._put, "BINPUT": _Machine._put, "LONG_BINPUT": _Machine._put, "MEMOIZE": _Machine._memoize,
    "GET": _Machine._get, "BINGET": _Machine._get, "LONG_BINGET": _Machine._get,
    "EMPTY_LIST": lambda machine, _: machine._stack.append([]),
    "EMPTY_DICT": lambda machine, _: machine._stack.append({}),
    "EMPTY_SET": lambda machine, _: machine._stack.append(Made(Named("builtins", "set"))),
    "EMPTY_TUPLE": lambda machine, _: machine._stack.append(()),
    "TUPLE": _Machine._marked_tuple,
    "TUPLE1": lambda machine, _: machine._tuple(1),
    "TUPLE2": lambda machine, _: machine._tuple(2),
    "TUPLE3": lambda machine, _: machine._tuple(3),
    "LIST": _Machine._list, "DICT": _Machine._dict,
    "FROZENSET": lambda machine, _: machine._made(Named("builtins", "frozenset"), tuple(machine._to_mark())),
    "APPEND": lambda machine, _: machine._extend([machine._pop()]),
    "APPENDS": lambda machine, _: machine._extend(machine._to_mark()),
    "ADDITEMS": lambda machine, _: machine._extend(machine._to_mark()),
    "SETITEM": lambda machine, _: machine._set([machine._pop(), machine._pop()][::-1]),
    "SETITEMS": lambda machine, _: machine._set(machine._to_mark()),
    "GLOBAL": lambda machine, name: machine._stack.append(Named(*name.split(" ", 1))),
    "STACK_GLOBAL": _Machine._stack_global,
    "REDUCE": _Machine._reduce, "NEWOBJ": _Machine._reduce, "NEWOBJ_EX": _Machine._new_with_keywords,
    "INST": _Machine._instance, "OBJ": _Machine._object, "BUILD": _Machine._build,
    "PERSID": _Machine._stored, "BINPERSID": lambda machine, _: machine._stored(machine._pop()),
}  # fmt: skip
