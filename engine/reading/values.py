"""What stands for what while PyTorch code is read: tensors, modules, things that are known only by name. No torch."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from engine.graph.parameters import Init, NodeParameters, ValueEdit
from engine.layers import Layer
from engine.messages import LayerloomError
from engine.reading.hierarchy import OF_MODULES
from engine.reading.sizes import Dims

Names = dict[str, Any]
MOST_KEPT, MOST_DEEP = 20_000, 60  # parts of a network that are counted, and levels
MOST_COPIED = 1000  # plain values in lists
SIZED: Any = (str, list, tuple, dict, set, frozenset, range, *map(type, ({}.keys(), {}.values(), {}.items())))


class ReadingError(LayerloomError):
    """The text is nothing that can be made into layers; ``line`` counts from 1, None where no line is to blame."""

    def __init__(self, template: str, /, *, line: int | None = None, **values: object) -> None:
        prefix = "" if line is None else "Line {line}: "
        super().__init__(prefix + template, **values, **({} if line is None else {"line": line}))
        self.line = line
        self.kept_in: list[Any] = []  # objects that keep what is not known for this reason


class OwnParameterError(ReadingError):
    """A class has a parameter of its own, beside its layers."""

    owner: Any = None  # the object in whose constructor it is made
    is_layers = False  # it stands for layers that are not known
    set_line = 0  # where something else says how it begins, or whether it learns
    shape: tuple[int, ...] | None = None  # where that is known


class SpentError(Exception):
    """The reading took too long or was given up: nothing goes on after it, whatever else may fail where it happens."""

    def __init__(self, template: str, *, line: int | None = None) -> None:
        super().__init__(template)
        self.reason = ReadingError(template, line=line)


class Returned(Exception):  # noqa: N818  (no error)
    """What a function gives back, on its way to the caller."""

    def __init__(self, value: Any) -> None:
        self.value = value


@dataclass(frozen=True)
class Path:
    """Something imported, by its full name: ``torch.nn.Conv2d``."""

    name: str


@dataclass(frozen=True, eq=False)
class Reach:
    """Modules that may be reached through a value: it is one of them or a part (``is_part``), or holds some.

    ``fills``: what is appended to it may be reached from then on, too.
    """

    parts: list[Any]
    is_part: bool = True
    fills: bool = False


@dataclass(frozen=True)
class Unknown:
    """A value that is not known: by its name, and the error that says why where it is more than a missing value."""

    name: str
    error: ReadingError | None = None
    of: Reach | None = field(default=None, compare=False, kw_only=True)

    def reaching(self, parts: Reach) -> Unknown:
        """The same, and what may be reached through it."""
        return replace(self, of=parts)

    def __deepcopy__(self, memo: Any) -> Unknown:
        return self


@dataclass(frozen=True)
class Numbers(Unknown):
    """A tensor of which only the shape is known, be it None."""

    shape: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Lost(Unknown):
    """A function of the code of which it is not known what a decorator made of it."""

    function: Any = None


@dataclass(frozen=True)
class Method(Unknown):
    """Something of an object of which nothing is known but that it may be called."""

    owner: Any = None

    def __deepcopy__(self, memo: Any) -> Method:
        return Method(self.name, self.error, copy.deepcopy(self.owner, memo))


@dataclass(frozen=True)
class Marker:
    """A value of which only the kind matters: something that nobody reads, a mask."""

    kind: str


@dataclass(frozen=True)
class Address:
    """What ``id`` gives: another number in every run, of which only equality means something."""

    of: Any


OPAQUE, MASK, TRAINING = Marker("opaque"), Marker("mask"), Marker("training")
LOSS = Marker("loss")  # a module of torch's that is no layer


class Zeros:
    """A tensor of zeros, as a recurrent layer begins with by itself, until something fills it."""

    KEEP = frozenset(("to", "cuda", "cpu", "float", "contiguous", "type_as", "requires_grad_", "view", "reshape",
                      "unsqueeze", "squeeze", "transpose", "permute", "expand", "repeat", "clone", "detach", "zero_",
                      "size", "dim", "data"))  # fmt: skip

    def __init__(self) -> None:
        self.taint: ReadingError | None = None


OWN_WAYS = ("train", "eval", "parameters", "named_parameters", "modules", "named_modules", "children", "named_children")


class Storage:
    """The numbers that several tensors may look at."""

    def __init__(self) -> None:
        self.tensors: list[Tensor] = []


class Tensor:
    """What comes out of a node of the graph that is being made; a change in place gives it another node."""

    def __init__(self, node: str, shape: Dims | None = None, of: Tensor | None = None, last: bool = False) -> None:
        self.node, self.shape, self.last = node, shape, last
        self.storage: Storage = of.storage if of is not None else Storage()
        self.storage.tensors.append(self)
        self.stale: ReadingError | None = None  # why its numbers are not known any more
        self.spread: Dims | None = None  # the shape it is repeated to, as by ``expand``
        self.whole = False  # made whole numbers, as for an embedding
        self.home: int = of.home if of is not None else 0  # the number of the graph that it is in

    def copy(self) -> Tensor:
        """The same numbers, which no change in place reaches any more."""
        made = Tensor(self.node, self.shape, last=self.last)
        made.spread, made.whole, made.stale, made.home = self.spread, self.whole, self.stale, self.home
        return made

    def change(self, node: str, shape: Dims | None, error: ReadingError) -> None:
        """Its numbers become those of another node; others that look at them cannot be followed."""
        for other in self.storage.tensors:
            if other is not self:
                other.stale = error
        self.node, self.shape, self.last = node, shape, False


@dataclass(frozen=True)
class Last:
    """The state that a recurrent layer ends with: its ``[-1]`` is the last step."""

    node: str


@dataclass(eq=False)
class Module:
    """A layer that was made and waits to be called."""

    layer: Layer
    name: str = ""
    places: dict[int, str] = field(default_factory=dict)  # by graph, its number: the node that has its weights
    made_as: str = ""  # the class that torch knows it by
    arguments: dict[str, Any] = field(default_factory=dict)  # as given there, also what follows from the input
    declared: tuple[tuple[str, Any], ...] = ()  # what is said of the input
    inits: dict[str, Init] = field(default_factory=dict)  # how its parameters begin, where that is said
    frozen: dict[str, int] = field(default_factory=dict)  # parameters that do not learn, and in which line that is said
    line: int = 0
    taint: ReadingError | None = None
    kind: Class | None = None  # a class of the code that is this layer
    settings: NodeParameters | None = None  # of a block for all in it
    edits: list[ValueEdit] = field(default_factory=list)  # single values that are set
    changed: dict[str, Any] = field(default_factory=dict)  # options that were set later, as they were given
    inside: list[Module] = field(default_factory=list)  # of a block: what leads to its output
    of: Instance | None = None  # the object that a block stands for
    held: list[tuple[str, Any]] | None = None  # the parts that torch's layer is made of, once they are asked for
    calls: int = 0  # in one graph, the most
    tensors: dict[str, Parameter] = field(default_factory=dict)  # its parameters that code has looked at
    within: tuple[Module, str] | None = None  # the layer whose part it is, and under which name


@dataclass(eq=False)
class Parameter:
    """A tensor that a layer learns, as code looks at it to say how it begins."""

    module: Module
    name: str
    is_part = False  # of its numbers


def as_now(value: Any) -> Any:
    """A list of plain values as it is, whatever becomes of it; other values themselves."""
    if type(value) in (list, dict, set) and hanging(value, MOST_COPIED) <= MOST_COPIED:
        return copy.deepcopy(value) if _are_plain(value) else value
    return value


def has_twice(values: Any) -> bool:
    """Whether one list or dict stands in others twice."""
    met, waiting = set[int](), [values]
    while waiting:
        each = waiting.pop()
        if isinstance(each, (list, tuple, dict, set)):
            if id(each) in met and (not isinstance(each, tuple) or hanging(each, MOST_COPIED) > MOST_COPIED):
                return True
            met.add(id(each))
            waiting += [*each.values()] if isinstance(each, dict) else [*each]
    return False


def _are_plain(value: Any) -> bool:
    if type(value) in (list, tuple, set):
        return all(map(_are_plain, value))
    if type(value) is dict:
        return all(map(_are_plain, (*value, *value.values())))
    return value is None or isinstance(value, (int, float, str, bool, bytes))


def is_own_parameter(value: Any) -> bool:
    """Whether it is a parameter of a class's own."""
    return isinstance(value, Unknown) and value.name == "parameter" and isinstance(value.error, OwnParameterError)


def address(value: Any) -> Address:
    """The same for the same: a parameter is looked at through another object each time."""
    if isinstance(value, Parameter):
        return Address((id(value.module), value.name, isinstance(value, Detached)))
    error = value.error if isinstance(value, Unknown) else None
    return Address(id(error if isinstance(error, OwnParameterError) else value))


class Detached(Parameter):
    """The numbers of a parameter without what it learns: ``weight.data``, a value of ``state_dict()``."""

    def __deepcopy__(self, memo: Any) -> Marker:
        return OPAQUE


class View(Detached):
    """A look at the numbers of a parameter in another form, or at some of them: ``weight.data.t()``."""

    def __init__(self, module: Module, name: str, is_whole: bool) -> None:
        super().__init__(module, name)
        self.is_whole, self.is_part = is_whole, True


@dataclass(frozen=True, eq=False)
class Measured(Marker):
    """What a normalisation has measured, or another tensor that a layer keeps and does not learn."""

    module: Any = None


@dataclass(eq=False)
class Chain:
    """Modules called one after the other, or merely kept in a list."""

    parts: list[tuple[str, Any]]
    name: str = ""
    calls: bool = True  # a ModuleList does not
    is_dict: bool = False  # a ModuleDict, which is gone through by its keys
    taint: ReadingError | None = None
    is_plain: bool = False  # a list that torch does not look into


class Kept(Chain):
    """``self._modules``: the parts of a module by their names, as they are by the time that they are asked for."""

    def __init__(self, owner: Instance | Chain) -> None:
        self.owner = owner
        super().__init__([], calls=False, is_dict=True, is_plain=True)

    def __getattribute__(self, name: str) -> Any:
        if name != "parts":
            return super().__getattribute__(name)
        if isinstance(self.owner, Chain):
            return [*parts_of(self.owner)]
        inner = parts_of(self.owner.inner) if isinstance(self.owner.inner, Chain) else ()
        return [*inner, *(pair for pair in self.owner.attributes.items() if is_module(pair[1]) or pair[1] is LOSS)]


@dataclass(eq=False)
class Function:
    """A function of the code, the object it is a method of, and the names around it."""

    made: ast.FunctionDef | ast.Lambda
    owner: Any = None
    around: Names | None = None
    home: Class | None = None
    defaults: Mapping[str, Any] | None = None
    kind: str = ""  # "static", "class", "property", "cached"
    setter: Function | None = None  # of a property
    switch: Marker | None = None  # what torch is told while it runs

    @property
    def name(self) -> str:
        return getattr(self.made, "name", "lambda")

    def __deepcopy__(self, memo: Any) -> Function:
        return self if self.owner is None else replace(self, owner=copy.deepcopy(self.owner, memo))


@dataclass(eq=False)
class Class:
    """A class of the code."""

    made: ast.ClassDef
    bases: tuple[Any, ...]
    names: Names = field(default_factory=dict)
    is_changed: bool = False  # since it was written
    taint: ReadingError | None = None
    line: list[Any] = field(default_factory=list)  # itself and all that it is built on, once that is asked for

    def lineage(self) -> list[Any]:
        """Itself and all that it is built on, as Python looks names up: also what is not of this code."""
        if not self.line:
            self.line = [self, *_merged([*map(_lineage, self.bases), list(self.bases)])]
        return self.line

    def order(self) -> list[Class]:
        """Itself and its bases in the same code, as Python looks names up."""
        return [kind for kind in self.lineage() if isinstance(kind, Class)]

    def holder(self, name: str, after: Class | None = None) -> Class | None:
        """Which class, itself or a base, says what is called so; only those behind ``after``."""
        line = self.lineage()
        for kind in line[line.index(after) + 1 :] if after in line else line:
            if isinstance(kind, Class) and name in kind.names:
                return kind
            if isinstance(kind, Path) and kind.name.startswith("torch.nn.") and name in OF_MODULES:
                return None
        return None

    def find(self, name: str, after: Class | None = None) -> Any:
        """What it or a base calls so; only bases behind ``after``. None where there is nothing."""
        holder = self.holder(name, after)
        return None if holder is None else holder.names[name]

    def method(self, name: str) -> Function | None:
        """Its own method, or that of a base in the same code."""
        found = self.find(name)
        return found if isinstance(found, Function) else None

    def own_mode(self) -> str:
        """“train”, “parameters” …, where it says itself what that does; "" where it leaves that to torch."""
        return next((name for name in OWN_WAYS for each in self.order()
                     if name in each.names and not _is_plain_mode(each.names[name])), "")

    def foreign(self) -> list[Any]:
        """The classes of others that it is built on; what is not known, too."""
        return [base for kind in self.order() for base in kind.bases if not isinstance(base, Class)]

    @property
    def is_module(self) -> bool:
        """Whether it is built on torch's modules."""
        return any(isinstance(base, Path) and (base.name.startswith("torch.nn.") or base.name.endswith(
            "LightningModule")) for base in self.foreign())

    def __deepcopy__(self, memo: Any) -> Class:
        return self


def _is_plain_mode(value: Any) -> bool:
    """Whether a method only does what torch's own does."""
    if not isinstance(value, Function) or not isinstance(value.made, ast.FunctionDef):
        return False
    words = [argument.arg for argument in value.made.args.args[1:]]
    call = f"super().{value.name}({', '.join(words[:1])})"
    said = [ast.unparse(each) for each in value.made.body[bool(ast.get_docstring(value.made)):]]
    return said in ([f"return {call}"], [call, "return self"], [call])


def _lineage(base: Any) -> list[Any]:
    if isinstance(base, Class):
        return base.lineage()
    is_layer = isinstance(base, Path) and base.name.startswith("torch.nn.") and base != MODULE
    return [base, MODULE] if is_layer else [base]


def _merged(lines: list[list[Any]]) -> list[Any]:
    """Bases in one order, each behind all that are built on it; where that cannot be, torch's own come last."""
    found, left = list[Any](), [line for line in lines if line]
    while left:
        head = next((line[0] for line in left if not any(line[0] in other[1:] for other in left)), None)
        if head is None:
            rest = [each for line in left for each in line]
            return [*found, *dict.fromkeys(each for each in rest if isinstance(each, Class)),
                    *dict.fromkeys(each for each in rest if not isinstance(each, Class))]
        found.append(head)
        left = [kept for line in left if (kept := line[1:] if line[0] == head else line)]
    return found


@dataclass(frozen=True, eq=False)
class Super:
    """``super()``: what the classes behind one of an object's own say."""

    home: Any
    owner: Any


MODULE = Path("torch.nn.Module")
OWN_ORDER = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__contains__", "__hash__", "__dataclass__")


def compares_itself(value: Any) -> bool:
    """Whether the code says what it is to be the same, of an object or of one in a list."""
    waiting, met = [value], set[int]()
    while waiting:
        each = waiting.pop()
        if isinstance(each, Instance) and any(each.kind.find(name) is not None for name in OWN_ORDER):
            return True
        if isinstance(each, SIZED) and not isinstance(each, (str, range)) and id(each) not in met:
            met.add(id(each))
            waiting += [*each, *each.values()] if isinstance(each, dict) else each
    return False


@dataclass(eq=False)
class Instance:
    """An object of a class of the code."""

    kind: Class
    attributes: Names = field(default_factory=dict)
    name: str = ""
    blocks: dict[bool, Module] = field(default_factory=dict)  # what it becomes where it is one layer; by training
    given: tuple[list[Any], Names] | None = None  # what it was made with
    inner: Any = None  # the torch module that its class is built on
    line: int = 0
    is_changed: bool = False  # by others than its own class
    is_begun: bool = False  # torch's own constructor was called
    hidden: Names = field(default_factory=dict)  # stand for layers that it keeps and that are not known
    has_twice: bool = False  # it was given one list twice
    emptied: set[str] = field(default_factory=set)  # names of parts that became None, which keep their place
    taint: ReadingError | None = None
    begun: list[Any] = field(default_factory=list)  # how what it keeps begins and learns, as its class itself says
    held: list[Any] | None = None  # what was in it when it was made; None: it was called since, or nobody knows


class Once:
    """What is gone through only once, step by step: a generator, ``zip``, ``map``."""

    def __init__(self, values: Iterable[Any], spend: Callable[[int], None]) -> None:
        self._values, self._spend = iter(values), spend
        self.taken = 0  # values that were asked for
        self.taint: ReadingError | None = None
        self.of: Reach | None = None

    def reaching(self, parts: Reach) -> Once:
        """The same, and what may be reached through it."""
        self.of = parts
        return self

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if self.taint is not None:
            raise self.taint
        self._spend(1)
        self.taken += 1
        try:
            return next(self._values)
        except ReadingError as error:
            self.taint = error
            raise

    def __deepcopy__(self, memo: Any) -> Once:
        raise TypeError("what is gone through only once cannot be copied")

    __copy__ = __deepcopy__


def hanging(value: Any, most: int) -> int:
    """How many things hang at a value, counted as often as they would be gone through; hardly more than ``most``."""
    waiting, found = [value], 0
    while waiting and found <= most:
        each = waiting.pop()
        if isinstance(each, str):
            found += len(each) // 64
        elif isinstance(each, SIZED):
            found += len(each) // 4 + 1
            inside = [*each, *each.values()] if isinstance(each, dict) else () if isinstance(each, range) else each
            waiting += [inner for inner in inside if isinstance(inner, SIZED)]
    return found


def in_words(value: Any) -> str:
    """A value in a sentence to the user."""
    if isinstance(value, Path):
        return value.name
    return str(value)[:40] if isinstance(value, (str, int, float, type(None))) else "…"


def parts_of(value: Any) -> Iterable[tuple[str, Any]]:
    """The modules that a module keeps, by their names, as torch sees them."""
    if isinstance(value, Chain) and not value.is_plain:
        return [(key or str(index), part) for index, (key, part) in enumerate(value.parts)]
    if isinstance(value, Instance):
        inner = parts_of(value.inner) if isinstance(value.inner, Chain) else ()
        return [*inner, *((name, part) for name, part in value.attributes.items() if is_module(part))]
    return ()


def is_module(value: Any) -> bool:
    """Whether torch registers it as a part."""
    if isinstance(value, Instance):
        return value.kind.is_module
    return isinstance(value, Module) or (isinstance(value, Chain) and not value.is_plain)


def every_module(value: Any, way: str = "", met: set[int] | None = None) -> Iterable[tuple[str, Any]]:
    """A module and all in it, each once, by its path: ``features.0``."""
    met = set() if met is None else met
    if id(value) in met:
        return
    met.add(id(value))
    yield way, value
    for name, part in parts_of(value):
        yield from every_module(part, f"{way}.{name}" if way else name, met)


def kept_under(network: Any) -> dict[int, list[str]]:
    """The names of each part, by its id, as often as torch keeps it: what layers share stands there more than once."""
    found: dict[int, list[str]] = {}
    for name, part in islice(_every_place(network), MOST_KEPT):
        found.setdefault(id(part), []).append(name)
        if isinstance(part, Instance):
            found.setdefault(id(part.inner), []).append(name)
    return found


def _every_place(value: Any, level: int = 0) -> Iterator[tuple[str, Any]]:
    for name, part in parts_of(value) if level < MOST_DEEP else ():
        yield name, part
        yield from _every_place(part, level + 1)
