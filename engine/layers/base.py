"""What a layer is: a frozen, bounded, documented set of options with its own arithmetic. No torch."""

import json
from collections.abc import Callable, Sequence
from math import prod
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.messages import LayerloomError, Message, say
from engine.units import setting_text, shape_text

Shape = tuple[int, ...]
Category = Literal[
    "input", "convolution", "pooling", "normalization", "activation", "linear", "regularization", "shape", "merge",
    "sequence", "attention", "math", "block", "code",
]
CATEGORIES: tuple[Category, ...] = get_args(Category)
FLOAT_BYTES = 4


class LayerError(LayerloomError):
    """A layer's options, or its inputs, are not possible."""


class OptionError(LayerError):
    """A value that the option cannot have."""


class ShapeError(LayerError):
    """The layer cannot take an input of this shape."""


class NotFlatError(ShapeError):
    """A flat input was expected and an image came."""


class RankError(ShapeError):
    """The input has the wrong number of dimensions."""


class KernelTooLargeError(ShapeError):
    """The window is larger than what it slides over."""


class MismatchError(ShapeError):
    """Several inputs that must agree do not."""


class DivisibilityError(ShapeError):
    """Channels cannot be divided into these groups."""


Count = Annotated[int, Field(ge=1, le=1_000_000)]


class Facts(NamedTuple):
    """What a layer makes of given input shapes; sizes are for one example, float32."""

    output_shape: Shape
    params: int
    trainable: int  # parameters that learn: all but frozen ones inside a block
    mult_adds: int
    saves_input: bool  # autograd keeps the input until the backward pass
    saves_output: bool  # … or the output
    saves_bytes: int  # … or something of its own (masks, indices, a block's inside), bytes per example
    is_view: bool  # the output lies in the input's memory
    is_view_predicting: bool  # … after ``eval()``, where Dropout passes its input on
    output_bytes: int  # of one example
    peak_bytes: int  # the most that is alive beside the inputs while it predicts, bytes per example
    forward_bytes: int = 0  # of a block: the same while it trains, on the way forward
    backward_bytes: int = 0  # … and on the way back
    layers: int = 1  # that are built: of a block all that are in it, as often as they stand there


class Layer(BaseModel):
    """One kind of layer. Fields are torch's own keyword arguments; what torch needs to know of the input is inferred.

    Shapes have no batch dimension. ``torch`` is the class or function it stands for.
    """

    # Schemas are built when a layer is first made: a hundred of them at once would delay the window.
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True,
                              defer_build=True)

    title: ClassVar[str]
    category: ClassVar[Category]
    torch: ClassVar[str] = ""
    stem: ClassVar[str]
    meaning: ClassVar[str]
    rule: ClassVar[str] = "The shape stays as it is."
    synonyms: ClassVar[tuple[str, ...]] = ()  # other words that a search should find it by
    example: ClassVar[Shape] = (4, 8, 8)  # a typical input
    examples: ClassVar[tuple[Shape, ...]] = ()  # typical inputs, where they are not all like ``example``
    min_inputs: ClassVar[int] = 1
    max_inputs: ClassVar[int | None] = 1
    positional: ClassVar[tuple[str, ...]] = ()  # printed without their keyword, as people write them
    required: ClassVar[tuple[str, ...]] = ()  # have no default in torch: always passed
    ours: ClassVar[frozenset[str]] = frozenset()  # options that torch's class does not have: never passed
    apart: ClassVar[frozenset[str]] = frozenset()  # options that mean something else than in most layers with one
    saves: ClassVar[frozenset[str]] = frozenset()  # "input", "output": what autograd keeps
    is_view: ClassVar[bool] = False
    estimates: ClassVar[bool] = False  # its memory is an upper bound, for want of a closed form
    in_palette: ClassVar[bool] = True
    reads_batch: ClassVar[bool] = False  # has no wire, but must know how many examples there are

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        _keep_fields_only(cls)

    @classmethod
    def kind(cls) -> str:
        """The registry's key and the ``layer`` of a .loom file."""
        return cls.__name__

    def typical_inputs(self) -> tuple[Shape, ...]:
        """Shapes that it takes with its default options, one for each input."""
        return self.examples or (self.example,) * max(1, self.min_inputs)

    # -- arithmetic ---------------------------------------------------------------------------------------------

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Raises ShapeError, in words, when the layer cannot take these inputs."""
        return shapes[0]

    def num_params(self, shapes: Sequence[Shape]) -> int:
        """How many numbers it learns."""
        return 0

    def has_weights(self) -> bool:
        """Whether it learns anything, as far as its usual inputs tell; blocks and code may always."""
        if self.category in ("block", "code"):
            return True
        try:
            return self.num_params([shape for shape in self.typical_inputs() if numel(shape)]) > 0
        except LayerloomError:
            return True

    def mult_adds(self, shapes: Sequence[Shape], output: Shape) -> int:
        """Multiply-adds for one example; only convolutions and linear layers count, as is usual."""
        return 0

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        """What autograd keeps beside inputs and outputs, bytes per example."""
        return 0

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        """What is alive beside inputs and output while it runs, bytes per example."""
        return 0

    def facts(self, shapes: Sequence[Shape]) -> Facts:
        """All of the above at once. Raises ShapeError."""
        output = self.output_shape(shapes)
        is_view, saves, size = self.is_view, self.saves, numel(output) * FLOAT_BYTES
        params = self.num_params(shapes)
        return Facts(output, params, params, self.mult_adds(shapes, output), "input" in saves,
                     "output" in saves, self.saves_bytes(shapes, output), is_view, is_view, size,
                     (0 if is_view else size) + self.workspace_bytes(shapes, output))

    # -- what it stands for -------------------------------------------------------------------------------------

    def inferred(self, shapes: Sequence[Shape]) -> dict[str, Any]:
        """The arguments torch needs that follow from the inputs, e.g. ``in_channels``."""
        return {}

    def arguments(self, shapes: Sequence[Shape]) -> dict[str, Any]:
        """The keyword arguments of the torch call; options at torch's default are left out."""
        own = {
            name: getattr(self, name)
            for name, field in type(self).model_fields.items()
            if (name in self.required or getattr(self, name) != field.default) and name not in self.ours
        }
        return {**self.inferred(shapes), **own}

    def fits_weights(self, shapes: Sequence[Shape], others: Sequence[Shape]) -> bool:
        """Whether the weights made for inputs of ``others``' shapes serve inputs of these shapes too."""
        return self.arguments(shapes) == self.arguments(others)

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        """How ``forward`` calls it, as Python source: ``self.conv1(x)``, ``a + b``, ``torch.cat([a, b], dim=1)``.

        One source for the compiled network and the exported code; it may use ``torch``, ``nn`` and the given names.
        """
        return f"{module}({', '.join(inputs)})"

    def tensor_source(self, shapes: Sequence[Shape]) -> str:
        """Python source of the buffer that belongs to the layer, which is ``module`` in ``expression``; empty: none."""
        return ""

    def torch_line(self, shapes: Sequence[Shape]) -> str:
        """The call as a person would write it, e.g. ``nn.Conv2d(1, 6, kernel_size=5, padding=2)`` or ``a + b``."""
        if self.torch.startswith("nn."):
            return call(self.torch, self.arguments(shapes), self.positional)
        letters = ["abcdefghijklmnopqrstuvwxyz"[i % 26] for i in range(max(self.min_inputs, len(shapes)))]
        return self.expression("", letters if len(letters) != 1 else ["x"], shapes)

    # -- what people read ---------------------------------------------------------------------------------------

    @property
    def inside_rows(self) -> float:
        """How many rows it takes to draw what is inside of it; 0: nothing is drawn."""
        return 0

    def details(self) -> tuple[str, ...]:
        """What matters most, one by one: ``6``, ``5×5``, ``pad 2``; what is empty is left out."""
        return ()

    def summary(self) -> str:
        """The same as the card's second line: ``6 · 5×5 · pad 2``."""
        return " · ".join(filter(None, self.details()))

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        """The shape rule with live numbers, a line each."""
        return ()

    def with_options(self, **options: object) -> Self:
        """The same layer with other options. Raises OptionError, in words."""
        try:
            return type(self).model_validate({**dict(self), **options})
        except ValidationError as error:
            raise OptionError("{reason}", reason=reason_of(error, type(self))) from error


def _keep_fields_only(layer: type[Layer]) -> None:
    """Forget the annotations of class variables, which pydantic would evaluate anew for each class that follows.

    It has noted by then that they are no fields. A third of the time that making a hundred classes takes. Of a name
    with an underscore it must go on reading that it is a class variable: else it would be an attribute of instances.
    """
    own = layer.__annotations__
    layer.__annotations__ = {name: own[name] for name in own if name in layer.model_fields or name.startswith("_")}


_keep_fields_only(Layer)


def call(function: str, arguments: dict[str, Any], positional: Sequence[str] = ()) -> str:
    """A Python call as text; ``positional`` arguments come first, without their keyword."""
    written = [literal(arguments[name]) for name in positional if name in arguments]
    written += [f"{name}={literal(value)}" for name, value in arguments.items() if name not in positional]
    return f"{function}({', '.join(written)})"


def literal(value: object) -> str:
    """A value as Python source, text in double quotes."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


_REASONS = {
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be less than {lt}",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "bool_parsing": "must be on or off",
    "bool_type": "must be on or off",
    "literal_error": "must be {expected}",
    "tuple_type": "must be numbers such as 5×3",
    "too_long": "must be at most {max_length} numbers",
    "too_short": "must not be empty",
    "missing": "needs one more number",
    "extra_forbidden": "is not an option here",
    "string_type": "must be text",
}


def reason_of(error: ValidationError, model: type[BaseModel]) -> Message:
    """The first thing wrong in a pydantic error, as one plain sentence naming the option as its form does."""
    problems = error.errors()
    # A union reports every branch: a bound says more than a wrong type.
    vague = {"tuple_type", "none_required", "literal_error", "int_type", "float_type"}
    first = next((problem for problem in problems if problem["type"] not in vague), problems[0])
    option = next((part for part in first["loc"] if isinstance(part, str)), "")
    context = {key: setting_text(value) if isinstance(value, float) else value
               for key, value in first.get("ctx", {}).items()}
    if first["type"] == "value_error":
        reason = first["ctx"]["error"]
        return reason.message if isinstance(reason, LayerloomError) else say("{reason}", reason=str(reason))
    field = model.model_fields.get(option)
    # What is no field comes from a file, and may hold anything: it is a value, not a template.
    title = say(field.title) if field is not None and field.title else option or say("The value")
    return say("{option} " + _REASONS.get(first["type"], "is not possible"), option=title, **context)


# -- the registry -----------------------------------------------------------------------------------------------

LAYERS: dict[str, type[Layer]] = {}
L = TypeVar("L", bound=type[Layer])


def register(layer: L) -> L:
    """Class decorator: put a layer in the registry, the palette, the file format and the tests."""
    if layer.kind() in LAYERS:
        raise ValueError(f"two layers are called {layer.kind()}")
    LAYERS[layer.kind()] = layer
    return layer


# -- shared arithmetic ------------------------------------------------------------------------------------------


numel: Callable[[Shape], int] = prod  # how many numbers a tensor of this shape holds


def expect_rank(title: str, shape: Shape, rank: int, error: type[ShapeError] = RankError) -> None:
    """Raise ``error`` in words unless the shape (without batch) has ``rank`` dimensions."""
    if len(shape) != rank:
        names = {1: "a flat input", 2: "channels×length", 3: "channels×height×width", 4: "channels×depth×height×width"}
        raise error("{layer} expects {wanted}, got {shape}", layer=title, wanted=names.get(rank, f"{rank} dimensions"),
                    shape=shape_text(shape))


def expect_channels(title: str, shape: Shape) -> None:
    """Raise a RankError in words where each example is a single number."""
    if not shape:
        raise RankError("{layer} expects channels, got one number for each example", layer=title)


def batch_free_dim(title: str, dim: int, shape: Shape) -> int:
    """torch's ``dim`` (which counts the batch) as an index into a shape without batch. Raises ShapeError."""
    rank = len(shape) + 1
    index = dim + rank if dim < 0 else dim
    if index == 0:
        raise ShapeError("{layer}: dim {dim} is the batch; that would mix examples", layer=title, dim=dim)
    if not 0 < index < rank:
        raise ShapeError("{layer}: there is no dim {dim} in {shape}", layer=title, dim=dim, shape=shape_text(shape))
    return index - 1
