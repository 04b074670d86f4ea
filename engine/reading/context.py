"""What all who read a piece of code share: its source, its names, the graph that is being drawn, line and budget."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from engine.layers import Layer
from engine.messages import Message, say
from engine.reading.elsewhere import is_read
from engine.reading.lasting import Uses
from engine.reading.reach import reached
from engine.reading.sheet import Declared, Sheet
from engine.reading.sizes import BATCH, Size
from engine.reading.unsteady import Unsteady
from engine.reading.values import (
    Last,
    Method,
    Module,
    Names,
    Once,
    OwnParameterError,
    Path,
    Reach,
    ReadingError,
    SpentError,
    Tensor,
    Unknown,
)
from engine.writing.naming import SCRATCH

MOST_STEPS = 400_000
DEEPEST = 60  # calls within calls
BOTH = "Both all steps and the last state are used here: take the last step with x[:, -1]"
LEARNING = frozenset(("requires_grad", "requires_grad_", "detach_"))  # which say what learns
# What a piece of a file may use without importing it.
IMPORTED = {"torch": Path("torch"), "nn": Path("torch.nn"), "F": Path("torch.nn.functional"), "math": Path("math"),
            "d2l": Path("d2l.torch"), "tab": Path("d2l.tab"),
            "np": Path("numpy"), "plt": Path("matplotlib.pyplot")}  # fmt: skip


class AgainError(ReadingError):
    """The network is to be followed again, and these objects where they are called: they are no layers."""

    made: Sequence[Any] = ()


class ChangedInsideError(AgainError):
    """A tensor is used again that an object of the code's own has changed in place."""


class SharedOutsideError(AgainError):
    """Weights are used inside of an object of the code's own and elsewhere."""


class StrangeError(ReadingError):
    """A tensor is read that is not of the graph that is being drawn."""


def _never() -> bool:
    return False


class Context:
    """Where the reading is; ``sheet`` is the graph that calls of modules are drawn on, None outside of ``forward``.

    ``exact``: the code must run as it stands, objects of its classes are followed down to torch's own layers, and what
    would be understood only roughly is an error.
    """

    def __init__(self, source: str, exact: bool = False, cancelled: Callable[[], bool] = _never) -> None:
        self.source, self.exact, self._cancelled = source, exact, cancelled
        self.globals: Names = {"__name__": "code"} if exact else {**IMPORTED, "__name__": "__main__"}
        self.sheet: Sheet | None = None
        self.line = 1
        self.depth = 0
        self.training = True  # which of both ways through ``forward`` is followed
        self.asked = 0  # how often that was asked
        self.only_trains = 0  # branches around that are gone through only where it trains
        self.training_line = 0  # where code first asks which it is
        self.kept: list[Any] = []  # of lists and dicts that cannot be followed any more, so that ids stay theirs
        self.tainted: dict[int, Unknown] = {}
        self.notes: list[tuple[int, Message]] = []
        self.made: list[Any] = []  # modules made at top level, in order
        self.builder: list[Any] = []  # objects whose constructor or method is being followed
        self.frames: list[tuple[Any, Names]] = []  # functions that are being followed, and their names
        self.called: dict[int, Any] = {}  # modules that are called, by their ids
        self.uses = Uses(())  # where names of the text stand
        self.unsteady = Unsteady()  # names of the text that do not mean the same all along
        self.hidden: dict[int, tuple[str, str]] = {}  # parts, by id, whose names mean something else in that class
        self.inlined: set[int] = set()  # objects that are followed where they are called
        self.lost: ReadingError | None = None  # why a statement was left, the last time
        self.broken: ReadingError | None = None  # what “forward” does that no network does, whoever needs it
        self.spoiled: ReadingError | None = None  # what the text does to code of others, so that no line means the same
        self.state_line = 0  # where “forward” first sets an attribute of an object, which the next call may read
        self.watched: list[Any] = []  # modules that “forward” asks whether they train
        self.modes: list[tuple[Any, str, int]] = []  # on what “train” and “eval” are called, and in which line
        self.optimized: list[Any] = []  # what each optimizer is given to learn
        self.coded: list[ast.AST] = []  # classes and functions that are kept as code
        self.trying = 0  # “try” around what is followed, of which errors are caught
        self.strange = 0  # calls of which nothing is known
        self.is_library = False  # what is followed is no text of the person's
        self.is_own = False  # the text is a file of this program's
        self._steps = 0
        self._sizes: dict[str, int] = {}  # sizes that code itself says by what it does with them

    def step(self, node: ast.AST) -> None:
        """Go to a node's line. Raises SpentError where the budget is spent."""
        if not self.is_library:
            self.line = getattr(node, "lineno", self.line)
        self.spend(1)

    def spend(self, steps: int) -> None:
        """Take work from the budget before it is done. Raises SpentError where there is not so much left."""
        self._steps += steps
        if self._steps > MOST_STEPS:
            raise SpentError("This code takes too many steps to be read", line=self.line)
        if self._steps % 256 < steps and self._cancelled():
            raise SpentError("Reading was cancelled")

    @property
    def steps_left(self) -> int:
        """How much of the budget there is."""
        return MOST_STEPS - self._steps

    def error(self, template: str, **values: object) -> ReadingError:
        """An error at the line that is being read."""
        return ReadingError(template, line=self.line, **values)

    def note(self, template: str, **values: object) -> None:
        """Something that is left out or understood otherwise, to be said once."""
        entry = (self.line, say(template, **values))
        if entry not in self.notes:
            self.notes.append(entry)

    def forget_notes(self, made: ast.AST, templates: Sequence[str]) -> None:
        """Of a definition that is kept as it is, the notes on what would be left out of it."""
        first, last = getattr(made, "lineno", 0), getattr(made, "end_lineno", None) or 0
        self.notes = [(line, note) for line, note in self.notes if note.template not in templates or not (
            first <= line <= last)]

    @contextmanager
    def branch(self, asked: int) -> Iterator[None]:
        """One of two branches, which was chosen when ``asked`` was what it was before."""
        trains = self.training and self.asked > asked
        self.only_trains += trains
        try:
            yield
        finally:
            self.only_trains -= trains

    # -- what cannot be followed ---------------------------------------------------------------------------------------

    def taint(self, value: Any, error: ReadingError) -> None:
        """Whoever uses this value from now on meets the error."""
        if isinstance(value, (list, dict, set)):
            self.kept.append(value)
            self.tainted[id(value)] = Unknown("", error, of=Reach([*reached(value)], False, True))
        elif isinstance(value, Tensor):
            for each in (value, *value.storage.tensors):
                each.stale = error
        elif isinstance(value, Unknown):  # whatever it is of
            for each in value.of.parts if value.of is not None and value.of.is_part else ():
                self.taint(each, error)
        elif hasattr(value, "taint"):
            value.taint = value.taint or error

    def checked(self, value: Any) -> Any:
        """The value, or Unknown where something has happened to it that could not be followed."""
        if isinstance(value, (list, dict, set)) and self.tainted:
            return self.tainted.get(id(value), value)
        if self._sizes and isinstance(value, (Size, tuple, Tensor)):
            self.spend(len(value) // 16 if isinstance(value, tuple) else 0)
            value = self._settled(value)
        if isinstance(value, Tensor):
            return value if value.stale is None else Unknown("", value.stale, of=Reach([value]))
        error = getattr(value, "taint", None)
        return value if error is None else Unknown("", error, of=value.of if isinstance(value, Once) else None)

    def bind(self, size: Any, number: int) -> None:
        """A size that is not known is this number, where the code runs at all."""
        if isinstance(size, Size) and size.factor == 1 and len(size.atoms) == 1 and size != BATCH:
            self._sizes[size.atoms[0]] = number

    def _settled(self, value: Any) -> Any:
        """The value with sizes that are known by now as numbers."""
        if isinstance(value, Size):
            return value.settled(self._sizes)
        if isinstance(value, Tensor):
            value.shape = None if value.shape is None else self._settled(value.shape)
            value.spread = None if value.spread is None else self._settled(value.spread)
            return value
        if any(isinstance(each, Size) for each in value):
            return tuple(each.settled(self._sizes) if isinstance(each, Size) else each for each in value)
        return value

    def spoil(self, owner: Path, name: str) -> None:
        """Code of others is changed; where such is read here, there is no network any more."""
        path = f"{owner.name}.{name}"
        if is_read(path):
            self.spoiled = self.spoiled or self.error("“{name}” is changed here, which is no code of this text: that "
                                                      "cannot be read", name=path)

    def check_unspoiled(self) -> None:
        """Raise the ReadingError of what was done to code of others."""
        if self.spoiled is not None:
            raise self.spoiled

    def refuse(self, error: ReadingError) -> NoReturn:
        """Raise the error, in “forward” so that there is no network whatever becomes of the statement."""
        if self.sheet is not None:
            self.broken = self.broken or error
        raise error

    def lose_names(self, error: ReadingError) -> NoReturn:
        """Raise the error; no name is known any more, for any may be something else."""
        for names in (self.globals, *(names for _, names in self.frames)):
            names.update({name: Unknown("", error) for name in names if not name.startswith("__")})
        self.refuse(error)

    def only_outside(self, name: str) -> None:
        """Raise a ReadingError in “forward”, where this would be done anew in every call."""
        if self.sheet is not None:
            self.refuse(self.error("“{name}” changes a layer in every call here: that cannot be read", name=name))

    def set_from_outside(self, value: Any, how: str) -> None:
        """A parameter of a class's own begins or learns as something says that may not be the class itself; ``how``:
        the name of what says so.
        """
        for owner in value.error.kept_in if isinstance(value, Unknown) and value.error is not None else ():
            owner.is_changed = owner.is_changed or not any(owner is each for each in self.builder)
        if self.is_outside(value) and self.sheet is None and how not in LEARNING:
            self.note("How a class's own parameter begins is said outside of the class here: that is not read along")
        elif self.is_outside(value):
            value.error.set_line = value.error.set_line or self.line

    def is_outside(self, value: Any) -> bool:
        """Whether it is a parameter of a class's own, looked at from somewhere else than the class."""
        error = value.error if isinstance(value, Unknown) else None
        return isinstance(error, OwnParameterError) and not any(error.owner is each for each in self.builder if each)

    def must_succeed(self) -> None:
        """Raise a ReadingError where an error would be caught, for here only a run would tell whether there is one."""
        if self.trying:
            raise self.error("Whether this succeeds is not known: “try” cannot be read here")

    def method(self, owner: Any, name: str) -> Method:
        """``owner.name``, which is to be called: as a value it is not known."""
        if not isinstance(owner, (list, dict, str, tuple, set)) or not hasattr(owner, name):
            self.must_succeed()
        return Method(name, self.error("“.{name}” is not known here", name=name), owner)

    def need(self, value: Any) -> Any:
        """The value. Raises the error that stands in its place."""
        value = self.checked(value)
        if isinstance(value, Unknown) and value.error is not None:
            raise value.error
        return value

    def as_name(self, value: Any) -> str:
        """The name of a part of a module. Raises ReadingError where it is no text."""
        value = self.need(value)
        if not isinstance(value, str):
            raise self.error("A part of a module is called by a text")
        return value

    # -- drawing -------------------------------------------------------------------------------------------------------

    def drawing(self) -> Sheet:
        """The graph that is being drawn. Raises ReadingError outside of ``forward``."""
        if self.sheet is None:
            raise self.error("Tensors are only known inside “forward”")
        return self.sheet

    def add(self, layer: Layer, inputs: Sequence[Any], name: str = "", declared: Declared = (),
            spread: bool = False) -> Tensor:
        """A node that reads these tensors; only some (``spread``) take what is repeated to fit. Raises ReadingError."""
        self.must_succeed()
        tensor = self.drawing().add(layer, self._read(inputs, spread, layer), name, declared=declared)
        if layer.is_view or layer.category == "regularization":
            self.shares_numbers(tensor, inputs[0])
        return tensor

    def shares_numbers(self, tensor: Tensor, source: Tensor) -> None:
        """Both look at the same numbers: a change in place of one is one of the other."""
        tensor.storage = source.storage
        source.storage.tensors.append(tensor)

    def call(self, module: Module, inputs: Sequence[Tensor]) -> Tensor:
        """A node for one more call of a module. Raises ReadingError."""
        self.must_succeed()
        self.need(module)
        self.called[id(module)] = module
        tensor = self.drawing().call(module, self._read(inputs, False, module.layer))
        if module.layer.is_view or module.layer.category == "regularization":
            self.shares_numbers(tensor, inputs[0])
        return tensor

    def named(self, value: Any, name: str) -> None:
        """A variable names what is kept under no name, in files of this program's."""
        if self.sheet is not None and isinstance(value, Tensor) and name != SCRATCH:
            self.sheet.rename(value, name)

    def in_place(self, tensor: Tensor, made: Tensor) -> Tensor:
        """The tensor itself becomes what was made of it."""
        if tensor.spread is not None:
            raise self.error("This changes in place what is only repeated: that cannot be read")
        others = ReadingError("A tensor is changed in place in line {other} under another name: what it holds then "
                              "cannot be read", line=self.line, other=self.line)
        tensor.change(made.node, made.shape, others)
        return tensor

    def last_step(self, state: Last) -> Tensor:
        """A recurrent layer gives its last step from now on. Raises ReadingError where others read all its steps."""
        sheet = self.drawing()
        if state.node not in sheet.lasts and any(edge.source == state.node for edge in sheet.edges):
            raise self.error(BOTH)
        sheet.lasts.add(state.node)
        layer = sheet.nodes[state.node].layer.with_options(returns="last")
        sheet.with_layer(state.node, layer)
        made = Tensor(state.node, last=True)
        made.home = sheet.number
        return made

    def _read(self, inputs: Sequence[Any], spread: bool, layer: Layer) -> list[Tensor]:
        tensors = [self.need(each) for each in inputs]
        for tensor in tensors:
            if not isinstance(tensor, Tensor):
                raise self.error("Something is read here that is no tensor")
            if tensor.home not in (0, self.drawing().number):
                raise StrangeError("A tensor of another part of the network is read here", line=self.line)
            if tensor.spread is not None and not spread:
                raise self.error("A tensor that is repeated to fit is used here as no layer does it")
            if tensor.whole and not layer.kind().startswith("Embedding"):
                raise self.error("A tensor is made whole numbers here: only an embedding reads such")
            if tensor.node in self.drawing().lasts and not tensor.last:
                raise self.error(BOTH)
        return tensors
