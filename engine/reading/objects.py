"""Objects of the code's own classes and of torch's: how they are made, and what is asked of them. No torch."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from engine.reading.aliasing import LOOKING
from engine.reading.attributes import STATISTICS, has
from engine.reading.beginnings import begun_in, layer_in, parameters_in
from engine.reading.composed import parts_inside, whole
from engine.reading.containers import Containers
from engine.reading.dimensions import ASKED as ASKED_OF
from engine.reading.dimensions import FORMS, asked
from engine.reading.expressions import UNKNOWN
from engine.reading.functions import OpenShape
from engine.reading.held import held_in
from engine.reading.hierarchy import ASKED, HAVE, kinds_of
from engine.reading.layers import KINDS
from engine.reading.modules import EVERYWHERE, GRADIENT_HOOKS, HOOKED, HOOKS, Buffer, class_of
from engine.reading.paths import meant
from engine.reading.sizes import BATCH, Size
from engine.reading.switches import IN_32_BITS, keeps_kind
from engine.reading.tracing import FORWARD
from engine.reading.values import (
    LOSS,
    MODULE,
    OPAQUE,
    SIZED,
    Chain,
    Class,
    Detached,
    Function,
    Instance,
    Kept,
    Lost,
    Marker,
    Measured,
    Method,
    Module,
    Names,
    Once,
    OwnParameterError,
    Parameter,
    Path,
    ReadingError,
    Tensor,
    Unknown,
    View,
    Zeros,
    address,
    as_now,
    every_module,
    has_twice,
    is_module,
    parts_of,
)

if TYPE_CHECKING:
    from engine.reading.interpreter import Interpreter

CONTAINERS = ("Sequential", "ModuleList", "ModuleDict")
FOLLOWED = frozenset(("register_buffer", "add_module", "parameters", "modules", "requires_grad_"))  # in exact reading
PLAIN_BASES = ("abc.ABC", "typing.Generic", "typing.Protocol", "d2l.torch.HyperParameters")
TYPES = {"int": (int, Size), "float": (float,), "str": (str,), "list": (list,), "tuple": (tuple,), "dict": (dict,),
         "bool": (bool,), "set": (set,), "range": (range,)}  # fmt: skip
UNFOLLOWED = ("__new__", "__setattr__", "__getattribute__", "__getattr__", "__delattr__")
MEASURES = frozenset(("item", "norm", "mean", "std", "sum", "clone", "data_ptr", "abs", "max", "min", "tolist"))
SAME = frozenset(("detach", "cpu", "cuda", "float", "to"))  # which give the same numbers in the same form
# What else every module of torch's has.
ALSO = frozenset((
    "T_destination", "call_super_init", "dump_patches", "get_buffer", "get_extra_state", "get_parameter", "ipu", "mtia",
    "register_backward_hook", "register_full_backward_pre_hook", "register_load_state_dict_post_hook",
    "register_load_state_dict_pre_hook", "register_state_dict_post_hook", "register_state_dict_pre_hook",
    "set_extra_state", "set_submodule", "to_empty", "training", "xpu"))
QUIET = frozenset(("cuda", "cpu", "float", "zero_grad", "share_memory", "compile"))


class Objects:
    """Makes objects and answers what is asked of them."""

    def __init__(self, reader: Interpreter) -> None:
        self.reader, self.context = reader, reader.context

    # -- making --------------------------------------------------------------------------------------------------------

    def made(self, kind: Class, given: list[Any], named: Names, node: ast.Call | None) -> Any:
        """An object of a class of the code. Raises ReadingError."""
        self._check_bases(kind)
        made = Instance(kind, line=self.context.line)
        if node is not None:
            made.given = ([*map(as_now, given)], {name: as_now(value) for name, value in named.items()})
            made.has_twice = has_twice([*given, *named.values()])
        if self.context.exact and kind.method("forward") is None:
            raise self.context.error("{name} has no forward method", name=kind.made.name)
        if isinstance(lost := kind.find("__init__"), Lost) and lost.error is not None:
            raise lost.error
        constructor, fields = kind.method("__init__"), kind.holder("__dataclass__")
        order = kind.order()
        if fields is not None and (constructor is None or order.index(fields) < next(
                place for place, each in enumerate(order) if "__init__" in each.names)):
            self._with_fields(made, given, named)
        elif constructor is not None:
            self.reader.function_called(self.reader.modules.bound(constructor, made), given, named)
        else:
            self.torch_super(made, "__init__", given, named)
        made.begun, made.held = begun_in(made), held_in(made)
        return made

    def _check_bases(self, kind: Class) -> None:
        """Raise a ReadingError where a class is built on one whose code is not here."""
        for each in kind.order():
            each.bases = tuple(self._base(base) for base in each.bases)
        for each in kind.order():
            each.line = []
        if self.context.exact:
            return
        if any(name in each.names for each in kind.order() for name in UNFOLLOWED):
            raise self.context.error("How objects of {name} are made cannot be read", name=kind.made.name)
        if any(self._is_torchs(base) and base != MODULE for base in kind.foreign()) and (
                asked := next((name for each in kind.order() for name in each.names if name in ASKED), None)):
            raise self.context.error("{name} says itself what “{part}” is, which PyTorch's own layer asks for: that "
                                     "cannot be read", name=kind.made.name, part=asked)
        for base in kind.foreign():
            if isinstance(base, Unknown) and base.error is not None:
                raise base.error
            name = base.name if isinstance(base, Path) else ""
            known = name.startswith("torch.nn.") or name in PLAIN_BASES or name.endswith("LightningModule")
            if not known or (name.startswith("torch.nn.") and not self._is_known(name)):
                raise self.context.error("{name} is built on {base}, whose code is not in this text: paste it, too",
                                         name=kind.made.name, base=name or "something that is not known")

    def _base(self, base: Any) -> Any:
        if isinstance(base, Path) and base.name.startswith("d2l."):
            found = self.reader.from_book(base.name)
            return found if isinstance(found, Class) else base
        if isinstance(base, Path) and base.name.startswith("torch.nn.modules."):  # of names that begin with “_”
            return Path(f"torch.nn.{base.name.rpartition('.')[2]}")
        return base

    def _is_known(self, name: str) -> bool:
        last = name.rpartition(".")[2]
        return last in ("Module", *CONTAINERS) or last.removeprefix("Lazy") in KINDS

    def _with_fields(self, made: Instance, given: list[Any], named: Names) -> None:
        nodes = [node for each in reversed(made.kind.order()) if "__dataclass__" in each.names
                 for node in each.made.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)]
        fields = [*dict.fromkeys(ast.unparse(node.target) for node in nodes)]
        given_by = dict(zip(fields, given, strict=False))
        missing = [name for name in fields if name not in {**given_by, **named} and made.kind.holder(name) is None]
        if missing or len(given) > len(fields) or any(name in given_by or name not in fields for name in named) or any(
                word in ast.unparse(node.annotation) for node in nodes for word in ("ClassVar", "InitVar", "KW_ONLY")):
            raise self.context.error("How objects of {name} are made cannot be read", name=made.kind.made.name)
        for name, value in {**{name: made.kind.find(name) for name in fields}, **given_by, **named}.items():
            self.reader.modules.set_attribute(made, name, value)
        if made.kind.find("__post_init__") is not None:
            self.reader.plain.asked(made, "__post_init__", [])

    def torch_super(self, made: Instance, name: str, given: list[Any], named: Names) -> Any:
        """What torch's own base class does: keep its parts, call them. Raises ReadingError."""
        base = next((base.name.rpartition(".")[2] for base in made.kind.foreign() if isinstance(base, Path)
                     and base.name.startswith("torch.nn.") and base.name != "torch.nn.Module"), None)
        if name == "__init__":
            made.is_begun = True
            if base is not None:
                made.inner = self.reader.modules.torch_module(base, given, named)
                if isinstance(made.inner, Module):
                    made.inner.kind = made.kind
                    if base.removeprefix("Lazy").startswith((*HAVE["weight"], *HAVE["bias"])) and base == (
                            base.removeprefix("Lazy")) and made.kind.find("reset_parameters") is not None:
                        self.reader.plain.asked(made, "reset_parameters", [])
            elif (given or named) and not self.context.exact and made.kind.is_module:
                raise self.context.error("{name} takes no arguments", name=made.kind.made.name)
            return None
        if name == "__call__" and (own := self.reader.tracing.own_forward(made)) is not None:
            return self.reader.called(own, given, named, FORWARD, {})
        if name in ("forward", "__call__") and made.inner is not None:
            return self.reader.module_called(made.inner, given, named)
        if name == "__setattr__" and len(given) == 2:
            return self.reader.modules.set_attribute(made, self.context.as_name(given[0]), given[1])
        if made.inner is not None or name in EVERYWHERE:
            return self.method(made, name, given, named)
        if name in ("__post_init__", "__init_subclass__", "__del__"):
            return None
        raise self.context.error("“super().{name}” cannot be read here", name=name)

    # -- builtins ------------------------------------------------------------------------------------------------------

    def builtin(self, name: str, given: list[Any], named: Names, node: ast.Call, names: Names) -> Any:
        """``isinstance``, ``getattr`` and others that look at objects. Raises ReadingError."""
        text = ast.unparse(node)[:40]
        if name in ("isinstance", "issubclass") and len(given) == 2:
            found = self.is_kind(given[0], given[1], name == "issubclass")
            return Unknown(text) if found is None else found
        if name == "type" and len(given) == 1:
            return self._type(given[0])
        if name in ("hasattr", "getattr", "setattr", "delattr") and len(given) > 1:
            return self._by_name(name, given)
        if name == "callable" and given:
            if isinstance(given[0], Unknown):
                return Unknown(text, given[0].error)
            return is_module(given[0]) or isinstance(given[0], (Function, Class, Path))
        if name in ("iter", "next", "map", "filter", "zip", "enumerate", "reversed") and given:
            return self._gone_through(name, given, named, node, names)
        if name in ("all", "any") and len(given) == 1:
            return self._decided(name == "any", given[0], text)
        if name == "pow" and len(given) == 2:
            return self.reader.plain.work(pow, *given)
        if name == "slice":
            return slice(*given)
        if name == "object":
            return OPAQUE
        if name in ("property", "staticmethod", "classmethod") and len(given) == 1 and not named:
            is_as_it_is = name == "staticmethod" and not isinstance(given[0], Function)
            return given[0] if is_as_it_is else self.reader.decorated(Path(f"builtins.{name}"), given[0], name)
        if name == "vars" and len(given) == 1 and isinstance(given[0], (Instance, Class, Module, Chain)):
            return self.reader.modules.by_hand(given[0], "__dict__")
        if name == "id" and given:
            self.context.kept.append(given[0])
            return address(given[0])
        is_top = self.context.depth == 0 and not given  # those of a function are only a copy
        if name in ("exec", "eval", "globals") or (name in ("locals", "vars") and is_top):
            self.context.lose_names(self.context.error("“{text}” may change any name: that cannot be read", text=text))
        raise self.context.error("“{text}” cannot be worked out here", text=text)

    def by_object(self, name: str, given: list[Any]) -> Any:
        """``object.__setattr__(self, …)``, past what torch does with its parts. Raises ReadingError."""
        owner = self.context.need(given[0])
        if name == "__setattr__" and isinstance(owner, Parameter):
            return self._by_name("setattr", given)
        if name == "__init__" and isinstance(owner, Instance) and not owner.kind.is_module:
            return None
        if name == "__setattr__" and len(given) == 3 and isinstance(owner, Instance) and not is_module(given[2]):
            return self.reader.modules.set_attribute(owner, self.context.as_name(given[1]), given[2])
        return self.reader.modules.by_hand(owner, f"object.{name}")

    def _by_name(self, name: str, given: list[Any]) -> Any:
        if name in ("setattr", "delattr") and isinstance(given[0], Unknown):
            self.context.set_from_outside(given[0], "requires_grad")
            self.context.taint(given[0], given[0].error or self.context.error("What is set here is not known"))
        owner, attribute = self.context.need(given[0]), given[1]
        if not isinstance(attribute, str) or isinstance(owner, Unknown):
            if name in ("setattr", "delattr"):
                self.context.taint(owner, self.context.error("What is set here is not known"))
            return Unknown(name, self.context.error("Which part this is is not known"))
        if name == "setattr":
            return self.reader.modules.set_attribute(owner, attribute, given[2])
        if name == "delattr":
            return self.reader.modules.delete_attribute(owner, attribute)
        if isinstance(owner, Path):
            if name == "hasattr":
                return Unknown(name)
            return meant(f"{owner.name}.{attribute}")
        try:
            found = self.reader.expressions.attribute(owner, attribute)
        except ReadingError:
            found = self.context.method(owner, attribute)
        is_there = True if not (isinstance(found, Method) and found.owner is owner) else self._has(owner, attribute)
        if is_there is None:
            return found if name == "getattr" and len(given) < 3 else Unknown(name, found.error)
        if name == "hasattr":
            return is_there
        if not is_there and len(given) > 2:
            return given[2]
        if not is_there:
            raise self.context.error("“{name}” is used, but nowhere made in a way that can be read", name=attribute)
        return found

    def _has(self, owner: Any, name: str) -> bool | None:
        """Whether it has an attribute of which no more is known; None where that is not known either."""
        if is_module(owner) and (name in EVERYWHERE or name in HOOKS or name in ALSO):
            return True
        if is_module(owner) and name.startswith("_"):
            return None
        if isinstance(owner, Module):
            return has(owner, name)
        if isinstance(owner, Chain):
            return name in Containers.METHODS
        if isinstance(owner, (Instance, Class)):
            return False
        return None if isinstance(owner, (Tensor, Marker, Parameter)) else hasattr(owner, name)

    def _gone_through(self, name: str, given: list[Any], named: Names, node: ast.Call, names: Names) -> Any:
        """What gives one value after the other, worked out as far as it is asked for."""
        plain = self.reader.plain
        if name == "next" and isinstance(given[0], Once):
            found = next(given[0], *given[1:2]) if given[1:] else next(given[0], plain)
            return found if found is not plain else self._unworked(node)
        if name == "iter" and len(given) == 1:
            return given[0] if isinstance(given[0], Once) else plain.once(plain.iterate(given[0]))
        if name == "reversed" and len(given) == 1:
            value = self.context.need(given[0])
            if isinstance(value, (Chain, Instance)):
                value = list(plain.iterate(value))
            return plain.once(plain.work(reversed, value))
        if name == "enumerate":
            return plain.once(plain.work(enumerate, plain.iterate(given[0]), *given[1:], **named))
        if name == "zip":
            return plain.once(plain.work(zip, *map(plain.iterate, given), **named))
        if name not in ("map", "filter") or len(given) < 2 or (name == "filter" and len(given) > 2):
            return self._unworked(node)

        def result(values: Sequence[Any]) -> Any:
            self.context.step(node)
            return self.reader.called(given[0], list(values), {}, node, names) if given[0] is not None else values[0]

        steps = zip(*map(plain.iterate, given[1:]), strict=False)
        if name == "map":
            return plain.once(map(result, steps))
        return plain.once(values[0] for values in steps if self._is_true(result(values)))

    def _unworked(self, node: ast.Call) -> Any:
        raise self.context.error("“{text}” cannot be worked out here", text=ast.unparse(node)[:40])

    def _is_true(self, value: Any) -> bool:
        found = self.reader.expressions.holds(value)
        if found is None:
            raise self.context.error(UNKNOWN)
        return found

    def _decided(self, wanted: bool, values: Any, text: str) -> Any:
        """``any`` (True) or ``all`` of some values, as far as they must be asked."""
        for value in self.reader.plain.iterate(values):
            self.context.spend(1)
            found = self.reader.expressions.holds(value)
            if found is None:
                return Unknown(text, self.context.error(UNKNOWN))
            if found is wanted:
                return wanted
        return not wanted

    def _type(self, value: Any) -> Any:
        if isinstance(value, Module):
            return value.kind or Path(f"torch.nn.{value.made_as}")
        if isinstance(value, Chain) and not isinstance(value, Kept):
            return class_of(value)
        if isinstance(value, Instance):
            return value.kind
        name = type(value).__name__
        return Path(f"builtins.{name}") if name in TYPES else Unknown("type")

    def is_kind(self, value: Any, kind: Any, as_class: bool = False) -> bool | None:
        """``isinstance``, or ``issubclass``; None where that is not known."""
        self.context.spend(1)
        if isinstance(kind, (tuple, list)):
            found = [self.is_kind(value, each, as_class) for each in kind]
            return True if True in found else None if None in found else False
        if value is LOSS and isinstance(kind, Path) and kind.name.startswith("torch.nn") and "Loss" not in kind.name:
            return kind.name.endswith(".Module")
        if isinstance(value, (Unknown, Marker, Kept)) or isinstance(kind, Unknown):
            return None
        if as_class and not (isinstance(value, Class) and (isinstance(kind, Class) or self._is_torchs(kind))) and not (
                self._is_torchs(value) and (isinstance(kind, Class) or self._is_torchs(kind))):
            return None
        if isinstance(kind, Class):
            own = value if as_class else value.kind if isinstance(value, (Instance, Module)) else None
            if not isinstance(own, Class):
                return False
            return kind in own.order()
        if not isinstance(kind, Path):
            return None
        scope, _, name = kind.name.rpartition(".")
        if scope == "builtins":
            if name == "int" and isinstance(value, bool):
                return True
            return isinstance(value, TYPES[name]) if name in TYPES else None
        if scope == "typing" and name.lower() in TYPES:
            return isinstance(value, TYPES[name.lower()])
        if name in ("Tensor", "FloatTensor"):
            return isinstance(value, Tensor)
        if scope.startswith("torch.nn"):
            return self._is_torch(value, name) if as_class or not isinstance(value, (Class, Path)) else (
                False if isinstance(value, Class) or self._is_torchs(value) else None)
        if name in ("Iterable", "Sequence", "OrderedDict", "Mapping", "Callable", "Number"):
            kinds = {"OrderedDict": (dict,), "Mapping": (dict,), "Number": (int, float), "Sequence": (
                str, list, tuple, range)}.get(name, (*SIZED, Once, Chain))
            return isinstance(value, kinds) if name != "Callable" else None
        return None if isinstance(value, Instance) else False

    def _is_torch(self, value: Any, name: str) -> bool:
        if name == "Parameter":
            return isinstance(value, Parameter) and not isinstance(value, Detached)
        kind = value if isinstance(value, (Class, Path)) else self._type(value)
        if isinstance(kind, Class):
            return any(self._is_torch(base, name) for base in kind.foreign() if isinstance(base, Path))
        return self._is_torchs(kind) and name in kinds_of(kind.name.rpartition(".")[2])

    def _is_torchs(self, kind: Any) -> bool:
        """Whether it is a class of modules of torch's own."""
        return isinstance(kind, Path) and kind.name.startswith("torch.nn.") and (
            kind.name.rpartition(".")[2].lstrip("_")[:1].isupper())

    # -- methods -------------------------------------------------------------------------------------------------------

    def of_shape(self, shape: OpenShape, name: str) -> Any:
        """``x.size().numel()`` and the like."""
        if name == "numel":
            return OPAQUE
        raise self.context.error("“.{name}()” cannot be read here", name=name)

    def method(self, owner: Any, name: str, given: list[Any], named: Names) -> Any:
        """A method of a module, a parameter, a class or a buffer. Raises ReadingError."""
        if isinstance(owner, Parameter):
            return self._of_parameter(owner, name, given, named)
        if isinstance(owner, Kept) and name == "pop" and len(given) == 1:
            return self.reader.modules.drop_part(owner, given[0])
        if isinstance(owner, Kept) and name not in ("values", "items", "keys"):
            self.reader.modules.containers.chain_of(owner)
        if isinstance(owner, Chain) and name in Containers.METHODS:
            return self.reader.modules.container_method(owner, name, _in_order(given, named))
        if isinstance(owner, Instance) and isinstance(owner.inner, Chain) and name in Containers.METHODS and (
                name not in ("children", "named_children", "add_module", "register_module")):
            return self.reader.modules.container_method(owner, name, given)
        if is_module(owner) or isinstance(owner, Instance):
            return self._of_module(owner, name, given, named)
        if isinstance(owner, Buffer) and name == "expand" and given[:1] == [BATCH] and (
                not self.context.exact or tuple(given[1:]) == owner.layer.shape):
            return self.context.add(owner.layer, [], owner.name)
        if owner == OPAQUE and name == "manual_seed":
            return given[0]
        if isinstance(owner, Zeros):
            return Zeros() if name == "clone" else OPAQUE if name in ("size", "dim") else owner
        if isinstance(owner, Buffer) and name.endswith("_"):
            self.context.taint(owner, self.context.error("“{name}” changes a tensor that is kept here: no layer does "
                                                         "that", name=name))
        if isinstance(owner, Measured) and name.endswith("_"):
            self.reader.modules.measured_anew(owner)
        if isinstance(owner, Unknown) and name.endswith("_") and not name.startswith("_"):
            self.context.set_from_outside(owner, name)
        if isinstance(owner, Unknown) and name in ASKED_OF:
            found = asked(owner, name, given) if not named else None
            return owner if found is None else found
        if isinstance(owner, (Marker, Unknown)):
            return owner
        raise self.context.error("“.{name}()” cannot be read here", name=name)

    def _of_parameter(self, owner: Parameter, name: str, given: list[Any], named: Names) -> Any:
        if name in ("requires_grad_", "detach_"):
            learns = given[0] if given else named.get("requires_grad", True)
            self.reader.modules._learns(owner, learns if name == "requires_grad_" else False)
        elif name == "__setattr__":
            self._by_name("setattr", [owner, *given])
        elif name.endswith("_"):
            self.reader.modules.fill(owner, name, given, named)
        elif name in GRADIENT_HOOKS:
            self.context.note(HOOKED)
            return OPAQUE
        elif name in LOOKING or name in FORMS:
            return self._looked_at(owner, name, given, named)
        elif name in ASKED_OF or name in MEASURES:
            found = asked(owner, name, given) if not named else None
            return OPAQUE if found is None else found
        else:
            raise self.context.error("A layer's own weight is used by itself here: no layer does that")
        return owner

    def _looked_at(self, owner: Parameter, name: str, given: list[Any], named: Names) -> Parameter:
        """The same numbers, as they are or in another form."""
        values = (*(("", each) for each in given), *named.items())
        if name in SAME and not isinstance(owner, View) and self.context.sheet is None and all(
                keeps_kind(word, value) for word, value in values):
            return Detached(owner.module, owner.name)
        return self.reader.modules.view(owner, name)

    def _of_module(self, owner: Any, name: str, given: list[Any], named: Names) -> Any:
        if self.context.exact and name not in FOLLOWED:
            return OPAQUE if name in ("apply", "eval", "train") and self.context.sheet is None else self._refused(name)
        handler = getattr(self, f"_do_{name}", None)
        if handler is not None:
            return handler(owner, given, named)
        if name in QUIET:
            return owner
        if name in ("half", "double", "bfloat16", "type", "to"):
            if name in ("to", "type") and all(keeps_kind(word, value) for word, value in (
                    *(("", each) for each in given), *named.items())):
                return owner
            self.context.note(IN_32_BITS)
            return owner
        if name in HOOKS:
            self.context.taint(owner, self.context.error("What “{name}” changes cannot be read", name=name))
            return OPAQUE
        if name in ("forward", "__call__"):
            return self.reader.module_called(owner, given, named)
        if name in EVERYWHERE:
            return OPAQUE
        if name.startswith("_"):
            self.context.taint(owner, self.context.error("What “{name}” changes cannot be read", name=name))
        return self._refused(name)

    def _refused(self, name: str) -> Any:
        error = self.context.error("“.{name}()” of a layer cannot be read here", name=name)
        if name == "flatten_parameters":  # changes nothing
            raise error
        self.context.refuse(error)

    def _do_train(self, owner: Any, given: list[Any], named: Names) -> Any:
        return self._mode(owner, "train")

    def _do_eval(self, owner: Any, given: list[Any], named: Names) -> Any:
        return self._mode(owner, "eval")

    def _mode(self, owner: Any, name: str) -> Any:
        """Whether the whole network trains is said by who uses it; that of a part is only noted."""
        if self.context.sheet is not None:
            self._refused(name)
        self.context.modes.append((whole(owner) if isinstance(owner, Module) else owner, name, self.context.line))
        return owner

    def _do_save_hyperparameters(self, owner: Instance, given: list[Any], named: Names) -> None:
        """The constructor's arguments become attributes, as the book has it."""
        ignored = named.get("ignore", [])
        if not self.context.frames:
            return
        function, names = self.context.frames[-1]
        for argument in [*function.made.args.args[1:], *function.made.args.kwonlyargs]:
            if argument.arg not in ignored:
                self.reader.modules.set_attribute(owner, argument.arg, names.get(argument.arg))

    def _do_apply(self, owner: Any, given: list[Any], named: Names) -> Any:
        """A function called with every module, inner ones first, as torch does."""
        function = given[0] if given else named.get("fn")
        if not isinstance(function, Function):
            self.context.only_outside("apply")
        if isinstance(function, Path):
            function = self.reader.from_book(function.name) or function
        is_rebuilding = isinstance(function, Path) and function.name.startswith("torch.nn.utils.")
        if isinstance(function, Lost) and function.error is not None:
            self.context.taint(owner, function.error)
        if isinstance(function, (Marker, Path, Unknown)) and not is_rebuilding:
            self.context.note("How weights begin here is no setting of a layer: they begin as PyTorch's own")
            return owner
        call = ast.Call(ast.Name("apply", ast.Load()), [], [], lineno=self.context.line)
        self._applied(owner, lambda part: self.reader.called(function, [part], {}, call, {}))
        return owner

    def _applied(self, owner: Any, function: Callable[[Any], Any], is_inner: bool = False) -> None:
        if is_inner and isinstance(owner, Instance) and owner.kind.find("apply") is not None:
            error = self.context.error("{name} says itself what “apply” does: that cannot be read",
                                       name=owner.kind.made.name)
            self.context.taint(owner, error)
            raise error
        for _, part in self._children(owner):
            self._applied(part, function, True)
        for _, layers in _hidden_layers(owner):
            function(layers)
        function(owner)

    def _do_requires_grad_(self, owner: Any, given: list[Any], named: Names) -> Any:
        self.reader.modules.freeze(owner, given[0] if given else named.get("requires_grad", True))
        return owner

    def _do_modules(self, owner: Any, given: list[Any], named: Names) -> Any:
        return self.reader.plain.once(part for _, part in self._with_hidden(owner))

    def _do_named_modules(self, owner: Any, given: list[Any], named: Names) -> Any:
        asked = self._asked_for(given, named, {"memo": None, "prefix": "", "remove_duplicate": True})
        return self.reader.plain.once(self._with_hidden(owner, asked["prefix"]))

    def _with_hidden(self, owner: Any, way: str = "") -> Iterator[tuple[str, Any]]:
        """A module and all in it, also layers that are not known."""
        for place, part in self._walked(owner, way):
            yield place, part
            yield from ((f"{place}.{name}" if place else name, value) for name, value in _hidden_layers(part))

    def _walked(self, value: Any, way: str = "", met: set[int] | None = None) -> Iterator[tuple[str, Any]]:
        """A module and all in it, as they are by the time that they are asked for."""
        met = set() if met is None else met
        if id(value) in met:
            return
        met.add(id(value))
        yield way, value
        for name, part in self._parts_by_then(value):
            yield from self._walked(part, f"{way}.{name}" if way else name, met)

    def _parts_by_then(self, owner: Any) -> Iterator[tuple[str, Any]]:
        """Its parts by name; one that is put in another's place meanwhile is met there, as in torch."""
        parts = self._listed(owner)
        for place, (name, _) in enumerate(parts):
            now = self._listed(owner)
            self.context.spend(len(now) // 64)
            if len(now) != len(parts) or now[place][0] != name:
                raise self.context.error("This list of layers changes while it is gone through")
            yield now[place]
        if len(self._listed(owner)) != len(parts):
            raise self.context.error("This list of layers changes while it is gone through")

    def _listed(self, owner: Any) -> list[tuple[str, Any]]:
        """Its parts, and what torch counts among them that is no layer."""
        if isinstance(owner, Instance) and LOSS in owner.attributes.values():
            inner = parts_of(owner.inner) if isinstance(owner.inner, Chain) else ()
            return [*inner, *(pair for pair in owner.attributes.items() if is_module(pair[1]) or pair[1] is LOSS)]
        layer = layer_in(owner)
        return [*(parts_inside(layer) if layer is not None else ()), *parts_of(owner)]

    def _do_children(self, owner: Any, given: list[Any], named: Names) -> Any:
        return self.reader.plain.once(part for _, part in itertools.chain(self._children(owner), _hidden_layers(owner)))

    def _do_named_children(self, owner: Any, given: list[Any], named: Names) -> Any:
        return self.reader.plain.once(itertools.chain(self._children(owner), _hidden_layers(owner)))

    def _children(self, owner: Any) -> Iterator[tuple[str, Any]]:
        """Its parts, each once, also where it is kept under several names."""
        met: list[Any] = []
        for name, part in self._parts_by_then(owner):
            if not any(part is each for each in met):
                met.append(part)
                yield name, part

    def _do_named_parameters(self, owner: Any, given: list[Any], named: Names) -> Any:
        return self.reader.plain.once(self._parameters(owner, self._asked_for(
            given, named, {"prefix": "", "recurse": True, "remove_duplicate": True})))

    def _do_parameters(self, owner: Any, given: list[Any], named: Names) -> Any:
        asked = self._asked_for(given, named, {"recurse": True})
        return self.reader.plain.once(parameter for _, parameter in self._parameters(owner, {"prefix": "", **asked}))

    def all_weights(self, owner: Any) -> Iterator[Any]:
        """All that torch would let learn in it."""
        return (weight for _, weight in self._parameters(owner, {"prefix": "", "recurse": True}))

    def _parameters(self, owner: Any, asked: Names) -> Iterator[tuple[str, Any]]:
        """Those of all layers in it, or only its own."""
        for way, part in self._walked(owner, asked["prefix"]) if asked["recurse"] else ((asked["prefix"], owner),):
            for name, value in part.attributes.items() if isinstance(part, Instance) else ():
                if isinstance(value, Unknown) and isinstance(value.error, OwnParameterError):
                    yield f"{way}.{name}" if way else name, value
            yield from ((f"{way}.{name}" if way else name, value) for name, value in _hidden_layers(part))
            layer = layer_in(part)
            if layer is None or (layer.within is not None and part is not owner):
                continue  # what torch's layers are made of is counted with them
            for name, parameter in parameters_in(layer):
                if asked["recurse"] or "." not in name:
                    yield f"{way}.{name}" if way else name, parameter

    def _do_state_dict(self, owner: Any, given: list[Any], named: Names) -> Any:
        """The tensors that it keeps, by their names: what is done to their numbers is done to the network's."""
        asked = self._asked_for(given, named, {"destination": None, "prefix": "", "keep_vars": False})
        found: Names = {}
        for way, part in self._walked(owner):
            found |= {f"{way}.{name}" if way else name: value for name, value in (
                part.attributes.items() if isinstance(part, Instance) else ()) if _is_saved(value)}
            layer = layer_in(part)
            for name, parameter in parameters_in(layer) if layer is not None and layer.within is None else ():
                found[f"{way}.{name}" if way else name] = parameter if asked["keep_vars"] else Detached(
                    parameter.module, parameter.name)
            if layer is not None and getattr(layer.layer, "track_running_stats", False):
                found |= {f"{way}.{name}" if way else name: Measured(name, layer) for name in sorted(STATISTICS)}
        return {asked["prefix"] + name: value for name, value in found.items()}

    def _asked_for(self, given: list[Any], named: Names, defaults: Names) -> Names:
        """The arguments of such a method. Raises ReadingError where one is not known."""
        found = {name: self.context.need(value) for name, value in {**dict(zip(
            defaults, given, strict=False)), **named}.items()}
        for name, value in found.items():
            if name not in defaults or type(value) is not type(defaults[name]) or (
                    name == "remove_duplicate" and not value):
                raise self.context.error("“{name}” cannot be read here", name=name)
        return {**defaults, **found}

    def _do_reset_parameters(self, owner: Any, given: list[Any], named: Names) -> None:
        """The weights begin as PyTorch's own again."""
        self.context.only_outside("reset_parameters")
        layer = layer_in(owner) or self._refused("reset_parameters")
        if layer.within is not None:
            self.context.taint(whole(layer), self.context.error("“.{name}()” of a layer cannot be read here",
                                                                name="reset_parameters"))
        layer.inits.clear()
        layer.edits.clear()

    def _do_load_state_dict(self, owner: Any, given: list[Any], named: Names) -> Any:
        self.context.only_outside("load_state_dict")
        self.context.note("Weights from a file are not read along: load them into the network")
        return OPAQUE

    def _do_get_submodule(self, owner: Any, given: list[Any], named: Names) -> Any:
        found = next((part for way, part in every_module(owner) if way == given[0]), None) if given else None
        return found if found is not None else self._refused("get_submodule")

    def _do_register_buffer(self, owner: Instance, given: list[Any], named: Names) -> None:
        values = [*given, *([named["tensor"]] if "tensor" in named else [])]
        if len(values) < 2:
            raise self.context.error("“.register_buffer()” cannot be read here")
        self._check_free(owner, values[0])
        value = values[1]
        if not isinstance(value, Buffer) and not self.context.exact and value is not None:
            error = value.error if isinstance(value, Unknown) and value.error else self.context.error(
                "A tensor that is kept here cannot be read")
            value = Unknown("parameter" if (*values[2:3], named.get("persistent", True))[0] else "", error)
        if isinstance(value, Buffer):
            value.is_kept = bool((*values[2:3], named.get("persistent", True))[0])
        self.reader.modules.set_attribute(owner, self.context.as_name(values[0]), value)

    def _do_register_parameter(self, owner: Instance, given: list[Any], named: Names) -> None:
        values = [*given, *named.values()]
        if len(values) > 1:
            self.reader.modules.set_attribute(owner, self.context.as_name(values[0]), values[1])

    def _check_free(self, owner: Any, name: Any) -> None:
        """Raise a ReadingError where torch does, for the object has something else of that name."""
        if not isinstance(owner, Instance) or not isinstance(name, str):
            return
        value = owner.attributes.get(name)
        if owner.kind.holder(name) is not None or not (
                value is None or is_module(value) or isinstance(value, (Buffer, Unknown))):
            raise self.context.error("“{name}” is there already: PyTorch raises an error here", name=name)

    def _do_add_module(self, owner: Any, given: list[Any], named: Names) -> None:
        values = _in_order(given, named)
        if len(values) < 2:
            raise self.context.error("“.add_module()” cannot be read here")
        self._check_free(owner, values[0])
        if isinstance(owner, Instance) and isinstance(owner.inner, Chain):
            self.reader.modules.container_method(owner, "add_module", values)
        else:
            self.reader.modules.set_attribute(owner, self.context.as_name(values[0]), values[1])

    _do_register_module = _do_add_module

    def _do___setattr__(self, owner: Any, given: list[Any], named: Names) -> None:
        self._by_name("setattr", [owner, *given])

    def _do___getattr__(self, owner: Any, given: list[Any], named: Names) -> Any:
        return self._by_name("getattr", [owner, *given])

    def _do___delattr__(self, owner: Any, given: list[Any], named: Names) -> None:
        self._by_name("delattr", [owner, *given])


def _is_saved(value: Any) -> bool:
    """Whether torch has it in its state dict: a parameter of a class's own, or a buffer."""
    return value.is_kept if isinstance(value, Buffer) else isinstance(value, Unknown) and value.name == "parameter"


def _in_order(given: list[Any], named: Names) -> list[Any]:
    """The arguments of a list's method, those by name behind the others."""
    order = ("name", "index", "module", "modules", "tensor")
    return [*given, *(named[name] for name in order if name in named)]


def _hidden_layers(part: Any) -> list[tuple[str, Unknown]]:
    """What an object keeps of layers that could not be read."""
    return [*part.hidden.items()] if isinstance(part, Instance) else []
