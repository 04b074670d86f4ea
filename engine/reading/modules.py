"""Modules of code that is read: made, kept, looked into, changed, and called where they are one layer. No torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from engine.graph.parameters import Init
from engine.layers import LAYERS
from engine.layers.inputs import Constant
from engine.reading.attributes import NOT_KNOWN, STATISTICS, kept
from engine.reading.beginnings import beginning, layer_in, names_of, parameters_in, unsaid
from engine.reading.composed import parameter, parts_inside, whole
from engine.reading.containers import Containers
from engine.reading.context import Context
from engine.reading.dimensions import COPIES, FORMS, asked, edits_of, shape_of
from engine.reading.hierarchy import OF_MODULES, WIDE
from engine.reading.layers import INFERRED, KINDS, MOST_GIVEN, arguments_of, declared_of, layer_of, trains
from engine.reading.live import is_as_before, is_live, is_torchs
from engine.reading.sizes import BATCH, Size, fresh
from engine.reading.switches import IN_32_BITS, keeps_kind
from engine.reading.values import (
    LOSS,
    MASK,
    OPAQUE,
    Chain,
    Class,
    Detached,
    Function,
    Instance,
    Kept,
    Last,
    Measured,
    Module,
    Names,
    Numbers,
    OwnParameterError,
    Parameter,
    Path,
    ReadingError,
    Tensor,
    Unknown,
    View,
    Zeros,
    every_module,
    hanging,
    is_module,
    parts_of,
)

RECURRENT = ("RNN", "LSTM", "GRU")
# Of calls, arguments that change nothing of what comes out first.
UNSEEN = {"need_weights": (True, False), "average_attn_weights": (True, False)}
HINTS = frozenset(("is_causal", "tgt_is_causal", "src_is_causal"))
EVERYWHERE = frozenset(("to", "cuda", "cpu", "train", "float", "eval", "zero_grad", "share_memory", "type",
                        "requires_grad_", "state_dict", "parameters", "named_parameters", "modules", "named_modules",
                        "children", "named_children", "apply", "load_state_dict", "buffers", "named_buffers",
                        "add_module", "register_module", "get_submodule", "extra_repr", "half", "double", "bfloat16",
                        "compile", "register_buffer", "register_parameter", "forward", "__class__", "_get_name",
                        "__setattr__", "__getattr__", "__delattr__"))
LINEAR_MOST = 3  # dimensions that nn.Linear takes here, with that of the batch
UNSAID = "How weights begin here is no setting of a layer: they begin as PyTorch's own"
UNREAD = "The values that are set here are not read along"
EACH_ALIKE = frozenset(("fill_", "zero_", "constant_", "zeros_", "ones_", "normal_", "uniform_"))
# What every module of torch's has, so that no part of that name is found.
OF_TORCH = EVERYWHERE | OF_MODULES
# Where Python and torch themselves keep what objects have.
BY_HAND = frozenset(("__dict__", "_parameters", "_buffers", "_forward_hooks", "_forward_pre_hooks", "_backward_hooks",
                     "_non_persistent_buffers_set", "_flat_weights"))
HOOKS = frozenset(("register_forward_hook", "register_forward_pre_hook", "register_full_backward_hook"))
GRADIENT_HOOKS = frozenset(("register_hook", "register_post_accumulate_grad_hook"))
HOOKED = "What is done with the gradient of a weight here is not read along"


@dataclass(eq=False)
class Buffer:
    """A tensor of fixed numbers that the module keeps."""

    layer: Constant
    name: str = ""
    is_kept: bool = False  # torch has it in its state dict
    taint: ReadingError | None = None


class Modules:
    """Torch's modules, lists of them, and what objects of the code's own classes keep."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.containers = Containers(context)
        self.part_of, self.put_part = self.containers.part_of, self.containers.put_part
        self.delete_part, self.container_method = self.containers.delete_part, self.containers.method
        self.follow: Callable[[Function, list[Any], Names], Any] = lambda function, given, named: None

    # -- making -------------------------------------------------------------------------------------------------------

    def torch_module(self, name: str, given: list[Any], named: Names) -> Any:
        """``nn.Something(…)``. Raises ReadingError."""
        if name in ("Sequential", "ModuleList", "ModuleDict"):
            return self.containers.made(name, [*given, *named.values()])
        if name in ("DataParallel", "parallel.DistributedDataParallel"):
            return self.context.need(given[0])
        if name.endswith("Loss"):
            return self._loss(name, named) if not self.context.exact else self._none(name)
        self.context.spend(20)
        if "dtype" in named and not isinstance(named["dtype"], Unknown) and not keeps_kind("dtype", named["dtype"]):
            self.context.note(IN_32_BITS)
        kind = name.removeprefix("Lazy")
        if kind not in KINDS:
            self._none(name)
        is_lazy = name != kind
        if is_lazy:  # takes what others do, without the size of the input, which comes first there
            first = LAYERS[KINDS[kind]].positional[:1]
            padded = [None, *given] if first and first[0] in INFERRED else given
        else:
            padded = given
        layer = layer_of(KINDS[kind], padded, named, self.context.line)
        if self.context.is_own and next(iter(named), "") == "groups" and given:  # as only that layer is written
            layer = _depthwise(layer, given[0])
        declared = () if self.context.exact or is_lazy else declared_of(KINDS[kind], given, named)
        made = Module(layer, made_as=name, arguments=arguments_of(KINDS[kind], padded, named), declared=declared,
                      line=self.context.line)
        if self.context.sheet is not None and not self.context.exact and (layer.has_weights() or trains(layer)):
            raise self.context.error("nn.{name} is made anew in every call here: make it in __init__", name=name)
        return made

    def _loss(self, name: str, named: Names) -> Any:
        """What is no layer; inside of a network torch keeps the numbers that some have."""
        keeps = name.startswith("Adaptive") or any(named.get(each) is not None for each in ("weight", "pos_weight"))
        if keeps and self.context.builder:
            return Unknown("parameter", self.context.error("PyTorch keeps the weights of nn.{name}: make it outside of "
                                                           "the network", name=name))
        return LOSS

    def _none(self, name: str) -> Any:
        raise self.context.error("There is no layer for nn.{name}", name=name)

    def plain_tensor(self, name: str, given: list[Any], named: Names) -> Any:
        """A tensor of fixed numbers: ``torch.full((3, 4), 0.5)``. Raises ReadingError."""
        if name in ("Generator", "manual_seed", "linspace", "arange", "device", "tensor"):
            return OPAQUE
        if not keeps_kind("", named.get("dtype")):
            raise self.context.error("Numbers of another kind are no layer here: {kind}", kind=named["dtype"].name)
        sizes = given[0] if given and isinstance(given[0], (tuple, list)) else [v for v in given if type(v) is int]
        if name == "zeros" and not self.context.exact and (any(isinstance(v, Size) for v in (*given, *sizes)) or (
                self.context.sheet is not None)):
            return Zeros()
        if name in ("rand", "randn", "normal") and self.context.sheet is not None and not (
                self.context.exact or self.context.is_own):
            raise self.context.error("“torch.{name}” draws other numbers in every call: no layer does that. Dropout is "
                                     "nn.Dropout", name=name)
        if name == "normal" and not self.context.exact:
            return Unknown("torch.normal", self.context.error("“torch.{name}” is no layer here", name=name))
        number: Any = {"ones": 1.0, "zeros": 0.0}.get(name)
        if name == "full" and len(given) > 1:
            number = given[1]
        options: dict[str, Any] = {"shape": tuple(sizes)}
        if name in ("rand", "randn"):
            seed = named.get("generator")
            options |= {"values": "uniform" if name == "rand" else "normal",
                        "seed": seed if isinstance(seed, int) else 0}
        elif name == "empty" and not self.context.exact and self.context.sheet is None:
            error = self.context.error("“torch.{name}” is no layer here", name=name)
            return Numbers("torch.empty", error, options["shape"])
        elif number is None:
            raise self.context.error("“torch.{name}” is no layer here", name=name)
        else:
            options["number"] = number
        layer = layer_of("Constant", (), options, self.context.line, ("shape",))
        assert isinstance(layer, Constant)
        return Buffer(layer)

    # -- what objects hold ---------------------------------------------------------------------------------------------

    def set_attribute(self, owner: Any, name: str, value: Any) -> None:
        """``owner.name = value``: a module is called by the name it is kept under. Raises ReadingError."""
        if isinstance(owner, Class):
            owner.names[name], owner.is_changed = value, True
        elif isinstance(owner, Instance):
            self._keep(owner, name, value)
        elif isinstance(owner, Parameter):
            self._set_parameter(owner, name, value)
        elif isinstance(owner, Module):
            self._set_option(owner, name, value)
        elif isinstance(owner, Chain):
            self.containers.put_part(owner, name, value)
        elif isinstance(owner, Unknown) and owner.error is not None:
            self.context.set_from_outside(owner, name if name in ("data", "grad") else "requires_grad")
            self.context.taint(owner, owner.error) if name not in ("data", "grad", "training") else None
            if name == "requires_grad" and isinstance(owner.error, OwnParameterError) and not (
                    self.context.is_outside(owner)):
                return  # the class says so itself
            raise owner.error
        elif isinstance(owner, Measured) and name == "data":
            self.measured_anew(owner)
        elif isinstance(owner, (Zeros, Buffer)) and name == "data":
            error = self.context.error("A tensor is filled here: no layer does that")
            self.context.taint(owner, error)
            raise error
        elif isinstance(owner, Path):
            self.context.spoil(owner, name)
        elif isinstance(owner, Function) and name in ("__defaults__", "__kwdefaults__", "__code__"):
            self.context.lose_names(self.context.error("“{name}” of a function is set by hand here: that cannot be "
                                                       "read", name=name))
        elif isinstance(owner, Tensor) or self.context.exact:
            raise self.context.error("This assignment cannot be read")

    def _keep(self, owner: Instance, name: str, value: Any) -> None:
        found = owner.kind.find(name)
        if isinstance(found, Unknown) and found.error is not None:
            raise found.error
        if isinstance(found, Function) and found.kind == "property":
            if found.setter is None or (is_module(value) and owner.kind.is_module):
                raise self.context.error("“{name}” is a property, and is set here: that cannot be read", name=name)
            self.follow(self.bound(found.setter, owner), [value], {})
            return
        if name in ("__class__", "__dict__", "_modules", "_parameters", "_buffers"):
            self.context.taint(owner, self.context.error("“{name}” is set by hand here: that cannot be read",
                                                         name=name))
        if (is_module(value) or _is_parameter(value)) and owner.kind.is_module and not owner.is_begun:
            self.context.taint(owner, self.context.error("“{name}” is set before super().__init__() is called: PyTorch "
                                                         "takes nothing there", name=name))
            self.context.need(owner)
        if is_module(value) and isinstance(owner.inner, Chain):
            self.containers.put_part(owner, name, value)  # torch's lists take it in
            return
        if is_module(value) and not value.name:
            value.name = name
        if isinstance(value, Buffer):
            value.name = value.name or name
        if owner not in self.context.builder:
            owner.is_changed = True
        if name == "training" and owner.kind.is_module:
            self.context.refuse(self.context.error("“training” is set by hand here: that cannot be read"))
        if self.context.sheet is not None:
            self.context.state_line = self.context.state_line or self.context.line
        if isinstance(owner.inner, Module) and is_torchs(owner.inner, name) and not is_as_before(owner.inner, name,
                                                                                                   value):
            self._set_option(owner.inner, name, value)
        self._in_place(owner, name, value)
        owner.attributes[name] = value
        if isinstance(value, Unknown) and value.error is not None and not isinstance(value.error, OwnParameterError):
            value.error.kept_in.append(owner)

    def _in_place(self, owner: Instance, name: str, value: Any) -> None:
        """A part stands where its name first had one, as in torch."""
        old = owner.attributes.get(name)
        if is_module(old) and value is None:
            owner.emptied.add(name)
        elif is_module(value) and not is_module(old) and name not in owner.emptied:
            owner.attributes.pop(name, None)

    def keep_part(self, parts: Kept, name: Any, value: Any) -> None:
        """``self._modules[name] = layer``. Raises ReadingError."""
        owner, is_part = parts.owner, isinstance(name, str) and is_module(value)
        if isinstance(owner, Chain) and is_part:
            self.containers.put_part(owner, name, value)
            return
        if isinstance(owner, Chain) or not is_part or owner.kind.holder(name) is not None or not (
                is_module(owner.attributes.get(name, value))):
            self.context.taint(owner, self.context.error("What is put into “_modules” here cannot be read"))
            return
        self.set_attribute(owner, name, value)

    def drop_part(self, parts: Kept, name: Any) -> Any:
        """``del self._modules[name]``: what was kept so. Raises ReadingError."""
        owner, found = parts.owner, dict(parts.parts).get(name) if isinstance(name, str) else None
        if found is None or (isinstance(owner, Instance) and owner.attributes.get(name) is not found):
            self.containers.chain_of(parts)
        self.delete_attribute(owner, name)
        return found

    def _set_parameter(self, owner: Parameter, name: str, value: Any) -> None:
        self.context.only_outside(name)
        if name == "requires_grad":
            self._learns(owner, value)
        elif name == "data":
            self._set_data(owner, value)

    def _set_data(self, owner: Parameter, value: Any) -> None:
        """``weight.data = …``: only noted, where it stays a tensor of its own and of its shape. Raises ReadingError."""
        if isinstance(value, Parameter) and not value.is_part and (value.module, value.name) == (
                owner.module, owner.name):
            return
        shapes = shape_of(owner), value.layer.shape if isinstance(value, Buffer) else shape_of(value)
        if isinstance(value, Parameter) or (None not in shapes and shapes[0] != shapes[1]):
            self.context.taint(owner.module, self.context.error(
                "“{name}” becomes another tensor here: that cannot be read", name=owner.name))
        else:
            self.context.note(UNREAD)

    def measured_anew(self, owner: Measured) -> None:
        """What a layer keeps is set: whoever uses the layer meets the reason."""
        self.context.only_outside(owner.kind)
        self.context.taint(owner.module, self.context.error("“{name}” of a layer is changed here: that cannot be read",
                                                            name=owner.kind))

    def _learns(self, owner: Parameter, value: Any) -> None:
        self.context.only_outside("requires_grad")
        if isinstance(owner, Detached):  # its own sign, not the weight's
            return
        if value is False:
            owner.module.frozen[owner.name] = self.context.line
        elif value is True:
            owner.module.frozen.pop(owner.name, None)
        else:
            raise self.context.error("Whether this learns is not known")

    def _set_option(self, owner: Module, name: str, value: Any) -> None:
        if name == "training":
            self.context.only_outside(name)
        if name in ("name", "requires_grad") and name not in type(owner.layer).model_fields:
            return
        if owner.within is None and is_live(owner, name, value):
            if owner.places:  # its first call has seen what the next one will not
                self.context.only_outside(name)
            owner.layer = layer_of(owner.layer.kind(), (), {**dict(owner.layer), name: value}, self.context.line, ())
            owner.changed[name] = value
            return
        self.context.taint(whole(owner), self.context.error("“{name}” of a layer is changed here: that cannot be read",
                                                            name=name))

    def delete_attribute(self, owner: Any, name: str) -> None:
        """``del owner.name``. Raises ReadingError."""
        if isinstance(owner, Instance) and name in owner.attributes:
            del owner.attributes[name]
            owner.is_changed = True
        elif isinstance(owner, (Chain, Instance)):
            self.containers.delete_part(owner, name)
        elif isinstance(owner, Module):
            self.context.taint(whole(owner), self.context.error(
                "A part of a layer is taken away here: that cannot be read"))
        elif isinstance(owner, Path):
            self.context.spoil(owner, name)
        elif isinstance(owner, Class):
            self.containers.delete_name(owner, name)

    def attribute(self, owner: Instance | Class, name: str) -> Any:
        """``self.name`` or ``Class.name``. Raises ReadingError."""
        kind = owner.kind if isinstance(owner, Instance) else owner
        found = kind.find(name)
        if (error := next((each.taint for each in kind.order() if each.taint is not None), None)) is not None:
            raise error
        if isinstance(owner, Instance) and self.is_own(owner, name):
            return owner.attributes[name]
        if isinstance(found, Function):
            return self.bound(found, owner)
        if kind.holder(name) is not None:
            if any(isinstance(base, Path) and base.name.startswith("enum.") for base in kind.foreign()):
                raise self.context.error("What an enumeration makes of its names cannot be read")
            return found
        if name == "__name__" and isinstance(owner, Class):
            return kind.made.name
        if name == "__class__" and isinstance(owner, Instance):
            return kind
        if name == "_modules" and isinstance(owner, Instance) and kind.is_module and not (
                self.context.exact or owner.emptied):
            return Kept(owner)
        if isinstance(owner, Instance) and owner.inner is not None and not isinstance(owner.inner, Chain):
            return self.look(owner.inner, name)
        if isinstance(owner, Instance) and (inside := self._inside(owner, name)) is not None:
            return inside
        if name in EVERYWHERE or name in HOOKS or name == "save_hyperparameters" or isinstance(owner, Class):
            return self.context.method(owner, name)
        if isinstance(owner, Instance) and isinstance(owner.inner, Chain) and name in Containers.METHODS:
            return self.context.method(owner, name)
        raise self.context.error("self.{name} is used, but nowhere made in a way that can be read: add what makes it",
                                 name=name)

    def by_hand(self, owner: Any, name: str) -> Any:
        """``self.__dict__`` of an object that is no module. Raises ReadingError for what torch keeps."""
        if isinstance(owner, Instance) and not owner.kind.is_module and name == "__dict__":
            owner.is_changed = owner.is_changed or owner not in self.context.builder
            return owner.attributes
        error = self.context.error("What is done with “{name}” by hand cannot be read", name=name)
        if self.context.sheet is not None:
            self.context.refuse(error)
        self.context.taint(owner, error)
        raise error

    def is_own(self, owner: Instance, name: str) -> bool:
        """Whether a name means what the object itself keeps: torch finds its parts behind all that classes have."""
        if name not in owner.attributes:
            return False
        value, found = owner.attributes[name], owner.kind.find(name)
        if isinstance(found, Function) and found.kind == "property":
            return False
        if not (owner.kind.is_module and (is_module(value) or value is LOSS)):
            return True
        if owner.kind.holder(name) is None and name not in OF_TORCH:
            return True
        if id(value) not in self.context.hidden:
            self.context.hidden.update({id(part): (name, owner.kind.made.name) for _, part in every_module(value)})
        return False

    def _inside(self, owner: Instance, name: str) -> Any:
        """A part of what its class is built on, by its name."""
        return dict(parts_of(owner.inner)).get(name) if isinstance(owner.inner, Chain) else None

    def bound(self, found: Function, owner: Instance | Class) -> Any:
        if found.kind == "static":
            return found
        holder = (owner.kind if isinstance(owner, Instance) else owner) if found.kind == "class" else owner
        if holder is owner and isinstance(owner, Class) and found.kind != "class":
            return found
        return replace(found, owner=holder)

    def look(self, owner: Any, name: str) -> Any:
        """An attribute of a layer, of a list of them or of a parameter. Raises ReadingError."""
        if isinstance(owner, Chain):
            if name == "_modules" and not self.context.exact and not owner.is_plain:
                return Kept(owner)
            if name == "__class__" and not owner.is_plain:
                return class_of(owner)
            found = dict(parts_of(owner)).get(name) if name not in OF_TORCH else None
            return found if found is not None else self.context.method(owner, name)
        if isinstance(owner, Parameter):
            if (found := asked(owner, name, []) if name in ("shape", "ndim") else None) is not None:
                return found
            if name == "requires_grad":
                return not isinstance(owner, Detached) and owner.name not in owner.module.frozen
            if name in ("shape", "grad", "dtype", "device", "ndim"):
                return OPAQUE
            if name in ("T", "mT"):
                return self.view(owner, name)
            if name == "data" and isinstance(owner, View):
                return owner
            return Detached(owner.module, owner.name) if name == "data" else self.context.method(owner, name)
        if "." not in name and name in names_of(owner):
            return parameter(owner, name)
        if (inside := dict(parts_inside(owner)).get(name)) is not None:
            return inside
        if owner.layer.kind() in RECURRENT and name in ("all_weights", "_all_weights"):
            return self._all_weights(owner, name == "all_weights")
        if name == "bias" and owner.layer.kind().startswith(WIDE):
            return None
        if name == "__class__":
            return Path(f"torch.nn.{owner.made_as}")
        if name in STATISTICS and kept(owner, "track_running_stats") is not NOT_KNOWN:
            self.context.only_outside(name)
            return Measured(name, owner) if kept(owner, "track_running_stats") else None
        found = kept(owner, name)
        return found if found is not NOT_KNOWN else self.context.method(owner, name)

    def _all_weights(self, owner: Module, as_weights: bool) -> list[list[Any]]:
        """A list for each depth and direction of a recurrent layer: of its weights, or of their names."""
        names, size = names_of(owner), 2 + 2 * dict(owner.layer)["bias"]
        found = [names[start : start + size] for start in range(0, len(names), size)]
        return [[parameter(owner, name) if as_weights else name for name in group] for group in found]

    # -- calling ------------------------------------------------------------------------------------------------------

    def layer_called(self, module: Module, given: list[Any], named: Names) -> Any:
        """A layer called with tensors: one more node. Raises ReadingError."""
        kind = module.layer.kind()
        if module.within is not None:
            raise self.context.error("A part of {layer} is called by itself here: that cannot be read",
                                     layer=whole(module).layer.title)
        given = [self.context.need(value) for value in given]
        named = {name: self.context.need(value) for name, value in named.items()}
        tensors, rest = self._ports(module, kind, given, dict(named))
        self._check_tensors(module, tensors, [*given, *named.values()])
        most = module.layer.max_inputs
        if kind in RECURRENT and not self.context.exact:
            rest = {name: value for name, value in rest.items() if not _is_zero(value)}
        if not tensors or len(tensors) < module.layer.min_inputs or (most is not None and len(tensors) > most):
            raise self.context.error("{layer} is called here with {count} tensors", layer=module.layer.title,
                                     count=len(tensors))
        if self.context.exact and (named or len(tensors) < len(given)):
            raise self.context.error("{layer} is called here with more than tensors", layer=module.layer.title)
        self._with_mask(module, rest)
        if kind == "MultiheadAttention" and len({id(each) for each in tensors}) == 1:
            tensors = tensors[:1]
        self._learn_sizes(module, kind, tensors)
        return self._result(module, kind, tensors)

    def _check_tensors(self, module: Module, tensors: list[Tensor], given: list[Any]) -> None:
        """Raise a ReadingError where torch's layer takes what none takes here."""
        if not tensors and given and not any(isinstance(value, (Tensor, Unknown)) for value in given):
            raise self.context.error("{layer} is called here with numbers that do not come from the network's input: "
                                     "no layer does that", layer=module.layer.title)
        if module.layer.kind() == "Linear" and tensors and len(tensors[0].shape or ()) > LINEAR_MOST:
            raise self.context.error("nn.Linear is called here with {count} dimensions: a layer takes two, or three "
                                     "of a sequence", count=len(tensors[0].shape or ()))

    def _ports(self, module: Module, kind: str, given: list[Any], named: Names) -> tuple[list[Tensor], Names]:
        """Tensors by the names of torch's own parameters, and what is given beside them. Raises ReadingError."""
        names = _PORTS.get(kind, ("input",))
        values: Names = dict(zip(names, given, strict=False))
        left = given[len(names) :]
        twice = next((name for name in named if name in values), None)
        if twice is not None:
            raise self.context.error("“{name}” is given twice", name=twice)
        only = {**values, **named}
        tensors = [only.pop(name) for name in names if name in only]
        gap = next((i for i, name in enumerate(names) if name not in {**values, **named}), len(names))
        if any(not isinstance(each, Tensor) for each in tensors):
            wrong = next(each for each in tensors if not isinstance(each, Tensor))
            tensors = [] if wrong is not None or len(tensors) == 1 else tensors
        if gap < len(tensors):
            raise self.context.error("{layer} is called here without “{name}”", layer=module.layer.title,
                                     name=names[gap])
        if any(isinstance(value, Tensor) for value in left):
            tensors = [*tensors, *(value for value in left if isinstance(value, Tensor))]
        others = [value for value in left if not isinstance(value, Tensor)]
        only.update({f"further value {index}": value for index, value in enumerate(others, 1)})
        return tensors, only

    def _with_mask(self, module: Module, rest: Names) -> None:
        """What is given beside tensors: a causal mask, or what changes nothing. Raises ReadingError for the rest."""
        for name, value in rest.items():
            if value is MASK and "causal" in type(module.layer).model_fields:
                module.layer = module.layer.with_options(causal=True)
            elif not self.context.exact and not (value is None or (name in UNSEEN and value in UNSEEN[name]) or (
                    name in HINTS and (value is False or any(each is MASK for each in rest.values())))):
                raise self.context.error("{layer} is called here with “{name}”: that cannot be read",
                                         layer=module.layer.title, name=name)

    def _learn_sizes(self, module: Module, kind: str, tensors: list[Tensor]) -> None:
        """What a layer says of its input is so, where the code runs at all; the analysis checks it."""
        for name, number in module.declared:
            where = _PLACES.get(name)
            if where is None or type(number) is not int:
                continue
            tensor = tensors[min({"in2_features": 1, "kdim": 1, "vdim": 2}.get(name, 0), len(tensors) - 1)]
            rank = next((int(digit) for digit in kind if digit.isdigit()), 0)
            if tensor.shape is None and name == "in_channels" and rank:
                tensor.shape = (BATCH, number, *(fresh() for _ in range(rank)))
            elif tensor.shape is not None and -len(tensor.shape) <= where < len(tensor.shape):
                size = tensor.shape[where]
                if isinstance(size, Size):
                    self.context.bind(size, number)
                    self.context.checked(tensor)

    def _result(self, module: Module, kind: str, tensors: list[Tensor]) -> Any:
        x = self.context.call(module, tensors)
        if kind in RECURRENT:
            state = Last(x.node)
            return x, (state, OPAQUE) if kind == "LSTM" else state
        if kind == "MultiheadAttention":
            return x, OPAQUE
        if self.context.is_own:  # where wires are as they were drawn
            return x
        if getattr(module.layer, "inplace", False) is True:
            return self.context.in_place(tensors[0], x)
        if kind == "Identity":  # gives the very same tensor
            tensors[0].node = x.node
            return tensors[0]
        return x

    def last_step(self, state: Last, index: Any) -> Tensor:
        """``h[-1]`` of a recurrent layer. Raises ReadingError."""
        layer: Any = self.context.drawing().nodes[state.node].layer
        if getattr(layer, "bidirectional", False) or (index != -1 and (index != 0 or layer.num_layers != 1)) or (
                type(index) is not int):
            raise self.context.error("Of a recurrent layer's last state only h[-1] can be read, in one direction")
        return self.context.last_step(state)

    # -- how parameters begin ------------------------------------------------------------------------------------------

    def fill(self, target: Any, name: str, given: list[Any], named: Names) -> None:
        """``nn.init.normal_(layer.weight, …)``: kept as the layer's setting, or said that it is not."""
        self.context.only_outside(name)
        if isinstance(target, Unknown) and not self.context.exact:
            self.context.set_from_outside(target, name)
            self.context.note(UNSAID) if not isinstance(target, Numbers) and target.name != "parameter" else None
        if isinstance(target, (Tensor, Zeros, Buffer)):
            error = self.context.error("A tensor is filled here by nn.init: no layer does that")
            self.context.taint(target, error)
            raise error
        if isinstance(target, Measured):
            self.measured_anew(target)
        if not isinstance(target, Parameter):
            return
        is_whole = not isinstance(target, View) or target.is_whole
        init = beginning(name, given, named) if not isinstance(target, View) or name in EACH_ALIKE else None
        if init is not None and is_whole:
            self.begin(target, init)
        elif self.context.exact:
            raise self.context.error(UNSAID)
        else:
            self.begin(target, None) if is_whole else None
            self.context.note(UNSAID if is_whole else UNREAD)

    def begin(self, target: Parameter, init: Init | None) -> None:
        """The layer's parameter begins so, None: as PyTorch's own; values that were set before are no more."""
        self.context.only_outside(target.name)
        target.module.inits.pop(target.name, None)
        if init is not None:
            target.module.inits[target.name] = init
        target.module.edits[:] = [edit for edit in target.module.edits if edit.key != target.name]

    def set_value(self, target: Parameter, index: Any, value: Any) -> None:
        """``layer.weight[0, 1] = 42.0``: kept as values that are set by hand."""
        self.context.only_outside(target.name)
        if index in (slice(None), ...) and type(value) in (int, float):
            self.fill(target, "fill_", [value], {})
        elif edits := edits_of(target, index, value):
            target.module.edits += edits
        elif self.context.exact:
            raise self.context.error(UNREAD)
        else:
            self.context.note(UNREAD)

    def say_unsaid(self, network: Any) -> None:
        """A note where some parameters begin as no setting says."""
        for _, part in every_module(network):
            layer = layer_in(part)
            if layer is not None and unsaid(layer):
                self.context.line = layer.line
                self.context.note(UNSAID)

    def view(self, owner: Parameter, name: str) -> View:
        """``weight.t()`` and the like: another look at a weight's numbers. Raises ReadingError in “forward”."""
        if self.context.sheet is not None:
            self.context.refuse(self.context.error("A layer's own weight is used by itself here: no layer does that"))
        is_whole = name in (FORMS if isinstance(owner, View) else FORMS | COPIES)
        return View(owner.module, owner.name, is_whole and (not isinstance(owner, View) or owner.is_whole))

    def freeze(self, network: Any, learns: Any) -> None:
        """``requires_grad_(…)`` of all in a module."""
        self.context.only_outside("requires_grad_")
        for _, part in every_module(network):
            for value in part.attributes.values() if isinstance(part, Instance) else ():
                self.context.set_from_outside(value, "requires_grad_")
            layer = layer_in(part)
            for _, found in parameters_in(layer) if layer is not None else ():
                self._learns(found, learns)


def class_of(chain: Chain) -> Path:
    """The class of torch's that a list of modules is of."""
    return Path(f"torch.nn.{'Sequential' if chain.calls else 'ModuleDict' if chain.is_dict else 'ModuleList'}")


def _is_parameter(value: Any) -> bool:
    """Whether torch would learn it."""
    return isinstance(value, Parameter) or (isinstance(value, Unknown) and isinstance(value.error, OwnParameterError))


def _depthwise(layer: Any, channels: int) -> Any:
    """A convolution of each channel by itself as the layer of that kind."""
    kind = LAYERS["DepthwiseConv2d"]
    common = {name: getattr(layer, name) for name in kind.model_fields if name in type(layer).model_fields}
    return kind().with_options(multiplier=layer.out_channels // channels, **common)


def _is_zero(value: Any) -> bool:
    """Whether a recurrent network would begin so by itself."""
    if isinstance(value, (tuple, list)):
        return hanging(value, MOST_GIVEN) <= MOST_GIVEN and all(map(_is_zero, value))
    return isinstance(value, Zeros) or value is None or (isinstance(value, Buffer) and value.layer.values == "number"
                                               and value.layer.number == 0)


_PORTS = {
    "MultiheadAttention": ("query", "key", "value"), "Bilinear": ("input1", "input2"),
    "CosineSimilarity": ("x1", "x2"), "PairwiseDistance": ("x1", "x2"), "TransformerDecoderLayer": ("tgt", "memory"),
    "Transformer": ("src", "tgt"), "TransformerEncoderLayer": ("src",), "Flatten": ("input",),
}  # fmt: skip
# Of what a layer says of its input, the dimension it is about.
_PLACES = {"in_channels": 1, "num_features": 1, "num_channels": 1, "in_features": -1, "input_size": -1,
           "embed_dim": -1, "d_model": -1, "in1_features": -1, "in2_features": -1}  # fmt: skip
