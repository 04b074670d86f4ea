"""Functions of torch and methods of tensors that code calls → layers, every argument bound. No torch."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from engine.layers import LAYERS
from engine.reading.context import Context
from engine.reading.layers import MOST_GIVEN, layer_of
from engine.reading.reshaping import expanded, reshaped, viewed_as
from engine.reading.signatures import SIGNATURES, bound
from engine.reading.sizes import BATCH, Dim, Size, fresh
from engine.reading.values import MASK, OPAQUE, TRAINING, Marker, Parameter, Path, Tensor, Unknown, hanging, in_words

# Functions that are a layer with the class's own options; those of the function by its own names.
LIKE_CLASSES: Mapping[str, str] = {
    **{name.lower(): name for name in (
        "ReLU", "ReLU6", "ELU", "CELU", "SELU", "SiLU", "GELU", "GLU", "Mish", "Sigmoid", "Tanh", "Softplus",
        "Softsign", "LogSigmoid", "Hardtanh", "Hardsigmoid", "Hardswish", "Hardshrink", "Softshrink", "Tanhshrink",
        "Threshold", "Unfold", "Fold")},
    "leaky_relu": "LeakyReLU", "pixel_shuffle": "PixelShuffle", "pixel_unshuffle": "PixelUnshuffle",
    "channel_shuffle": "ChannelShuffle", "interpolate": "Upsample", "upsample": "Upsample",
    "local_response_norm": "LocalResponseNorm", "cosine_similarity": "CosineSimilarity",
    "pairwise_distance": "PairwiseDistance",
    **{f"{name}_pool{rank}d": f"{kind}{rank}d" for name, kind in (
        ("max", "MaxPool"), ("avg", "AvgPool"), ("adaptive_avg", "AdaptiveAvgPool"),
        ("adaptive_max", "AdaptiveMaxPool"), ("lp", "LPPool")) for rank in (1, 2, 3)},
    "abs": "Abs", "absolute": "Abs", "exp": "Exp", "log": "Log", "sqrt": "Sqrt", "square": "Square", "sin": "Sin",
    "cos": "Cos", "transpose": "Transpose", "swapaxes": "Transpose", "swapdims": "Transpose", "unsqueeze": "Unsqueeze",
    "select": "Select",
}  # fmt: skip
DROPOUTS: Mapping[str, str] = {
    "dropout": "Dropout", "dropout1d": "Dropout1d", "dropout2d": "Dropout2d", "dropout3d": "Dropout3d",
    "alpha_dropout": "AlphaDropout", "feature_alpha_dropout": "FeatureAlphaDropout",
}  # fmt: skip
SOFT = {"softmax": "Softmax", "softmin": "Softmin", "log_softmax": "LogSoftmax", "torch.softmax": "Softmax",
        "torch.log_softmax": "LogSoftmax"}
REDUCED: Mapping[str, str] = {"sum": "Sum", "mean": "Mean", "amax": "Max", "amin": "Min", "std": "Std",
                              "norm": "Norm", "vector_norm": "Norm", "linalg.norm": "Norm"}
POWERS: Mapping[str, float] = {"reciprocal": -1.0, "rsqrt": -0.5}
BINARY: Mapping[str, str] = {
    "add": "Add", "mul": "Multiply", "multiply": "Multiply", "sub": "Subtract", "subtract": "Subtract",
    "div": "Divide", "divide": "Divide", "true_divide": "Divide", "matmul": "MatMul", "bmm": "MatMul",
    "maximum": "Maximum", "minimum": "Minimum",
}  # fmt: skip
ARITHMETIC_LAYERS: Mapping[type[ast.AST], str] = {ast.Add: "Add", ast.Sub: "Subtract", ast.Mult: "Multiply",
                                                  ast.Div: "Divide", ast.MatMult: "MatMul"}
NEUTRAL: Mapping[str, Any] = {
    "inplace": None, "dtype": None, "_stacklevel": None, "return_indices": False, "recompute_scale_factor": None,
    "antialias": False, "out": None,
}  # fmt: skip
FUNCTIONAL = "torch.nn.functional"
# What is another function elsewhere, or has other parameters.
OTHERS: Mapping[tuple[str, str], str] = {
    ("torch.linalg", "norm"): "linalg.norm", ("torch.Tensor", "unfold"): "Tensor.unfold",
    **{(scope, name): f"torch.{name}" for scope in ("torch", "torch.Tensor", "torch.special")
       for name in ("softmax", "log_softmax")},
}  # fmt: skip
SAME = frozenset(("contiguous", "float", "cuda", "cpu", "type_as", "requires_grad_", "positive"))
FLOATS = ("torch.float", "torch.float32", "torch.get_default_dtype", "torch.FloatTensor")
WHOLE = ("torch.long", "torch.int64", "torch.int", "torch.int32", "torch.LongTensor")
SPREADING = frozenset(("Multiply", "Subtract", "Divide", "Maximum", "Minimum"))


class Functions:
    """What a call of a function makes."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._special: Mapping[str, Callable[[str, Tensor, dict[str, Any]], Any]] = {
            **dict.fromkeys(DROPOUTS, self._dropout), **dict.fromkeys(SOFT, self._soft),
            **dict.fromkeys(REDUCED, self._reduced), **dict.fromkeys(POWERS, self._power),
            **dict.fromkeys(("view", "reshape"), self._reshape), **dict.fromkeys(("to", "type"), self._to),
            **dict.fromkeys(("clamp", "clip", "clamp_min", "clamp_max"), self._clamp),
            **dict.fromkeys(("max", "min"), self._extreme), **dict.fromkeys(("neg", "negative"), self._negative),
            **dict.fromkeys(("long", "int"), self._whole), **dict.fromkeys(("view_as", "reshape_as"), self._view_as),
            **dict.fromkeys(("dim", "ndimension"), self._dim), **dict.fromkeys(SAME, self._same),
            "pow": self._power, "flatten": self._flatten, "unflatten": self._unflatten, "squeeze": self._squeeze,
            "permute": self._permute, "size": self._size, "pad": self._pad, "new_full": self._mask,
            "normalize": self._normalize, "layer_norm": self._layer_norm, "chunk": self._chunk, "split": self._split,
            "unbind": self._unbind, "narrow": self._narrow, "expand": self._expand, "expand_as": self._expand,
            "clone": self._clone, "numel": self._numel,
            **dict.fromkeys(("transpose", "swapaxes", "swapdims"), self._transpose),
        }  # fmt: skip

    def call(self, name: str, given: Sequence[Any], named: dict[str, Any], scope: str = FUNCTIONAL) -> Any:
        """A function of torch by its last name, or a tensor's method with the tensor first. Raises ReadingError."""
        in_place = name.endswith("_") and not name.endswith("__") and name != "requires_grad_"
        plain = name[:-1] if in_place else name
        plain = OTHERS.get((scope, plain), plain)
        if plain not in SIGNATURES:
            self._fail(plain, given, in_place)
        values = bound(plain, given, named, self.context.line)
        for key in values:
            if hanging(values[key], MOST_GIVEN) > MOST_GIVEN:
                raise self.context.error("“{name}” in this call is too long", name=key)
            self._check(values[key])
        if plain in ("cat", "concat", "concatenate", "stack"):
            return self._join(plain, values)
        if plain in BINARY:
            made, first = self._binary_call(plain, values), values["input"]
        else:
            first = values.get("input", values.get("x1"))
            if not isinstance(first, Tensor):
                raise self.context.error("“{name}” is called here without a tensor of the network in the first place: "
                                         "that cannot be read", name=name)
            made = self._made(plain, first, values)
        if in_place or values.get("inplace") is True:
            return self._changed(plain, first, made)
        return made

    def _changed(self, name: str, x: Any, made: Any) -> Any:
        if not isinstance(x, Tensor) or not isinstance(made, Tensor):
            raise self.context.error("“{name}” in place cannot be read here", name=name)
        return x if made is x else self.context.in_place(x, made)

    def _fail(self, name: str, given: Sequence[Any], in_place: bool) -> None:
        error = self.context.error("“{name}” is no layer here: only functions that are layers can be read", name=name)
        if in_place:
            for value in given[0] if given and isinstance(given[0], (list, tuple)) else given[:1]:
                self.context.taint(value, error)
        raise error

    def _check(self, value: Any) -> None:
        for each in value if isinstance(value, (list, tuple)) else (value,):
            if isinstance(each, Unknown):
                if each.error is not None:
                    raise each.error
                raise self.context.error("“{name}” has no value here: write a number, or give it a default",
                                         name=each.name)
            if isinstance(each, Parameter):
                raise self.context.error("A layer's own weight is used by itself here: no layer does that")

    def _made(self, name: str, x: Tensor, values: dict[str, Any]) -> Any:
        special = self._special.get(name)
        if special is not None:
            return special(name, x, values)
        kind = LIKE_CLASSES.get(name)
        if kind is None:
            raise self.context.error("“{name}” is no layer here: only functions that are layers can be read", name=name)
        inputs = [x, values["x2"]] if "x2" in values else [x]
        options = self._options(name, {key: value for key, value in values.items() if key not in ("input", "x1", "x2")})
        if kind.startswith("AvgPool") and self._covers(x, options["kernel_size"]):
            return self._pooled_whole(kind, x, options)
        if kind == "Upsample" and isinstance(options.get("size"), list):
            options["size"] = tuple(options["size"])
        layer = layer_of(kind, (), options, self.context.line, tuple(options))
        if kind == "CosineSimilarity":
            layer = layer.with_options(keepdim=False)
        return self.context.add(layer, inputs)

    def _options(self, name: str, values: dict[str, Any]) -> dict[str, Any]:
        """What is left for the layer; what it has no option for must be as torch has it by default."""
        for key, expected in NEUTRAL.items():
            if key in values and key != "inplace" and values[key] not in (expected, OPAQUE) and not (
                    key in ("dtype", "_stacklevel", "return_indices") and self._is_harmless(key, values[key])):
                raise self.context.error("“{name}” with {argument}={value} has no layer here", name=name, argument=key,
                                         value=in_words(values[key]))
        inplace = {"inplace": True} if values.get("inplace") is True else {}
        return {key: value for key, value in values.items() if key not in NEUTRAL} | inplace

    def _is_harmless(self, key: str, value: Any) -> bool:
        if key == "dtype":
            return isinstance(value, Path) and value.name in FLOATS
        return key == "_stacklevel"

    # -- pooling over everything ---------------------------------------------------------------------------------------

    def _covers(self, x: Tensor, kernel: Any) -> bool:
        """Whether a window is all of an image, by the image's own sizes."""
        if x.shape is None or not any(isinstance(each, Size) for each in _listed(kernel)):
            return False
        sizes = _listed(kernel)
        inside = x.shape[2:]
        return [*sizes] == [*inside] or (len(sizes) == 1 and len(inside) == 2 and sizes[0] in inside)

    def _pooled_whole(self, kind: str, x: Tensor, options: dict[str, Any]) -> Tensor:
        stride = options.get("stride")
        if options.get("padding") not in (0, (0, 0)) or options.get("divisor_override") is not None or (
                stride is not None and _listed(stride) != _listed(options["kernel_size"]) and stride != 1):
            raise self.context.error("The size of a tensor is asked for here: write it as a number")
        assert x.shape is not None
        if len(_listed(options["kernel_size"])) == 1 and len(set(x.shape[2:])) > 1:
            raise self.context.error("The size of a tensor is asked for here: write it as a number")
        return self.context.add(LAYERS[f"Adaptive{kind}"]().with_options(output_size=1), [x])

    # -- two tensors, or a tensor and a number -------------------------------------------------------------------------

    def operator(self, op: type[ast.AST], one: Any, two: Any) -> Any:
        """A tensor and something else joined by an operator. Raises ReadingError."""
        self._check(one)
        self._check(two)
        if op is ast.Pow and isinstance(one, Tensor):
            return self._power("pow", one, {"exponent": two})
        kind = ARITHMETIC_LAYERS.get(op)
        if kind is None:
            raise self.context.error("This operator on tensors is no layer here")
        return self.binary(kind, one, two)

    def together(self, op: type[ast.AST], tensors: Sequence[Tensor]) -> Any:
        """``a + b + c``: one layer with all of them."""
        kind = ARITHMETIC_LAYERS[op]
        return self.context.add(LAYERS[kind](), list(tensors), spread=self._may_spread(kind, tensors))

    def binary(self, kind: str, one: Any, two: Any) -> Any:
        """Two tensors, or a tensor and a number, joined. Raises ReadingError."""
        if isinstance(one, Tensor) and isinstance(two, Tensor):
            return self.context.add(LAYERS[kind](), [one, two], spread=self._may_spread(kind, (one, two)))
        tensor, number = (one, two) if isinstance(one, Tensor) else (two, one)
        if not isinstance(tensor, Tensor) or isinstance(number, bool) or not isinstance(number, (int, float)):
            raise self.context.error("The size of a tensor is asked for here: write it as a number"
                                     if isinstance(number, Size) else
                                     "A tensor is joined here with a value that is not worked out: write it as a number"
                                     if isinstance(number, Marker) else
                                     "A tensor is joined here with something that comes from no layer and is no "
                                     "number: that cannot be read")
        if kind == "Add" and number == 0 and isinstance(one, int):
            return self._clone("add", tensor, {})  # as ``sum`` begins
        if kind == "Divide" and tensor is two:
            tensor, kind = self._power("reciprocal", tensor, {}), "Multiply"
            if number == 1:
                return tensor
        options = _scale(kind, number, isinstance(one, Tensor))
        if options is None:
            raise self.context.error("A number and a tensor are joined here as no layer does it")
        return self.context.add(layer_of("Scale", (), options, self.context.line, ()), [tensor])

    def _may_spread(self, kind: str, tensors: Sequence[Tensor]) -> bool:
        """Whether what is repeated to fit is so by the layer itself: another has that shape in full."""
        spread = [tensor for tensor in tensors if tensor.spread is not None]
        if not spread:
            return False
        full = [tensor.shape for tensor in tensors if tensor.spread is None]
        return kind in SPREADING and all(tensor.spread in full for tensor in spread)

    def _binary_call(self, name: str, values: dict[str, Any]) -> Any:
        one, two = values["input"], values.get("other", values.get("mat2"))
        if values.get("rounding_mode") is not None:
            raise self.context.error("“{name}” with a rounding is no layer here", name=name)
        alpha = values.get("alpha", 1)
        if type(alpha) not in (int, float):
            raise self.context.error("“alpha” must be a number here")
        if alpha != 1:
            two = two * alpha if isinstance(two, (int, float)) else self.binary("Multiply", two, alpha)
        return self.binary(BINARY[name], one, two)

    def _join(self, name: str, values: dict[str, Any]) -> Tensor:
        tensors, dim = values["tensors"], values["dim"]
        if not isinstance(tensors, (list, tuple)) or not tensors or not all(
                isinstance(each, Tensor) for each in tensors):
            is_list = isinstance(tensors, (list, tuple)) and len(tensors) > 0
            raise self.context.error(
                "“{name}” joins something here that comes from no layer, such as fixed numbers: that cannot be read"
                if is_list else "“{name}” needs a list of tensors", name=name)
        if len(tensors) == 1 and name != "stack":
            return self._clone(name, tensors[0], {})
        kind = "Stack" if name == "stack" else "Concatenate"
        return self.context.add(layer_of(kind, (), {"dim": dim}, self.context.line, ("dim",)), list(tensors))

    # -- functions with rules of their own -----------------------------------------------------------------------------

    def _layer(self, kind: str, x: Tensor, **options: Any) -> Tensor:
        return self.context.add(layer_of(kind, (), options, self.context.line, tuple(options)), [x])

    def _dropout(self, name: str, x: Tensor, values: dict[str, Any]) -> Tensor:
        training = values["training"]
        if training is TRAINING:
            self.context.asked += 1
            self.context.training_line = self.context.training_line or self.context.line
            if not self.context.training:
                return x
        elif training is False:
            return x
        elif values["p"] != 0 and not self.context.only_trains:
            raise self.context.error("“{name}” without training=self.training drops values while it predicts, too, "
                                     "where it stands in no “if self.training”: no layer does that", name=name)
        inplace = {"inplace": True} if values["inplace"] is True else {}
        return self._layer(DROPOUTS[name], x, p=values["p"], **inplace)

    def _soft(self, name: str, x: Tensor, values: dict[str, Any]) -> Tensor:
        options = self._options(name, {"dtype": values["dtype"]})
        dim, declared = values["dim"], ()
        if dim is None:
            rank = None if x.shape is None else len(x.shape)
            if rank not in (None, 2, 4):
                raise self.context.error("“{name}” without a dim takes dim 0 here, which is the batch", name=name)
            dim = 1
            declared = () if rank else (("ndim", (2, 4)),)  # type: ignore[assignment]
        layer = layer_of(SOFT[name], (), {"dim": dim, **options}, self.context.line, ("dim",))
        return self.context.add(layer, [x], declared=declared)

    def _reduced(self, name: str, x: Tensor, values: dict[str, Any]) -> Any:
        self._options(name, {"dtype": values.get("dtype")})
        if name == "std" and (values["unbiased"] is not True or values["correction"] != 1):
            raise self.context.error("“std” without the usual correction is no layer here")
        if name == "linalg.norm" and values["ord"] is None:
            values = {**values, "ord": 2}
        elif name == "linalg.norm" and isinstance(values["dim"], (list, tuple)) and len(values["dim"]) != 1:
            raise self.context.error("The norm of a matrix with an order is no layer here")
        if values.get("ord", 2) not in (2, 2.0) or values.get("p", 2) not in (2, 2.0, "fro"):
            raise self.context.error("“{name}” of another order than 2 is no layer here", name=name)
        dim = values["dim"]
        if dim in (None, (), []):
            raise self.context.error("“{name}” needs a dim: over all dimensions it would mix the examples", name=name)
        dims = tuple(dim) if isinstance(dim, (list, tuple)) else (dim,)
        if name in ("norm", "linalg.norm") and len(dims) > 2:
            raise self.context.error("“norm” over so many dimensions is no layer here")
        return self._layer(REDUCED[name], x, dim=dims, keepdim=values["keepdim"])

    def _extreme(self, name: str, x: Tensor, values: dict[str, Any]) -> Any:
        dim = values["dim"]
        if isinstance(dim, Tensor):
            return self.binary("Maximum" if name == "max" else "Minimum", x, dim)
        if dim is None:
            raise self.context.error("“{name}” needs a dim: over all dimensions it would mix the examples", name=name)
        if type(dim) is not int:
            raise self.context.error("“{name}” takes one dim", name=name)
        made = self._layer("Max" if name == "max" else "Min", x, dim=(dim,), keepdim=values["keepdim"])
        return Extremes(made, OPAQUE)

    def _power(self, name: str, x: Tensor, values: dict[str, Any]) -> Tensor:
        exponent = POWERS.get(name, values.get("exponent"))
        if type(exponent) not in (int, float):
            raise self.context.error("This operator on tensors is no layer here")
        return self._layer("Power", x, exponent=exponent)

    def _negative(self, name: str, x: Tensor, values: dict[str, Any]) -> Tensor:
        return self._layer("Scale", x, factor=-1.0)

    def _clamp(self, name: str, x: Tensor, values: dict[str, Any]) -> Tensor:
        return self._layer("Clamp", x, min=values.get("min"), max=values.get("max"))

    def _flatten(self, name: str, x: Tensor, values: dict[str, Any]) -> Tensor:
        if values["start_dim"] == 0:
            raise self.context.error("“flatten” from dim 0 mixes the examples: write flatten(x, 1)")
        return self._layer("Flatten", x, start_dim=values["start_dim"], end_dim=values["end_dim"])

    def _unflatten(self, name: str, x: Tensor, values: dict[str, Any]) -> Tensor:
        sizes = tuple(-1 if isinstance(size, Size) else size for size in _listed(values["sizes"]))
        return self._layer("Unflatten", x, dim=values["dim"], unflattened_size=sizes)

    def _squeeze(self, name: str, x: Tensor, values: dict[str, Any]) -> Tensor:
        dim = values["dim"]
        if dim is None:
            raise self.context.error("“squeeze” needs a dim: over all of them a batch of 1 would be dropped, too")
        dims = _listed(dim)
        if x.shape is not None and not self.context.is_own and all(type(each) is int for each in dims):
            dims = sorted({each % len(x.shape) for each in dims if -len(x.shape) <= each < len(x.shape)}, reverse=True)
            dims = [each for each in dims if type(x.shape[each]) is not int or x.shape[each] == 1]  # others stay
        for each in dims:
            x = self._layer("Squeeze", x, dim=each)
        return x

    def _transpose(self, name: str, x: Tensor, values: dict[str, Any]) -> Tensor:
        dims = values["dim0"], values["dim1"]
        rank = 0 if x.shape is None else len(x.shape)
        if len({*dims}) > 1 and not {0, -rank or 0}.isdisjoint(dims):
            raise self.context.error("“{name}” must leave the batch first: it is dimension 0", name=name)
        return self._layer("Transpose", x, dim0=dims[0], dim1=dims[1])

    def _permute(self, name: str, x: Tensor, values: dict[str, Any]) -> Tensor:
        dims = values["dims"]
        if x.shape is not None:
            dims = [dim % len(x.shape) if type(dim) is int else dim for dim in dims]
        if list(dims[:1]) != [0]:
            raise self.context.error("“permute” must leave the batch first: permute(0, …)")
        return self._layer("Permute", x, dims=tuple(dims[1:]))

    def _pad(self, name: str, x: Tensor, values: dict[str, Any]) -> Tensor:
        pad, mode = list(_listed(values["pad"])), values["mode"]
        while len(pad) > 2 and pad[-2:] == [0, 0] and mode == "constant" and x.shape is None:
            pad = pad[:-2]
        rank = len(pad) // 2
        word = {"constant": "Constant", "reflect": "Reflection", "replicate": "Replication",
                "circular": "Circular"}.get(mode)
        if word is None or not 1 <= rank <= 3 or len(pad) % 2:
            raise self.context.error("This padding is no layer here")
        value = values["value"] or 0
        if word == "Constant" and not value:
            word = "Zero"
        if x.shape is not None and word in ("Constant", "Zero") and rank < (full := len(x.shape) - 2) <= 3:
            pad, rank = [*pad, *[0] * (2 * (full - rank))], full
        if x.shape is not None and word in ("Constant", "Zero") and len(x.shape) == rank + 1:
            around = self._layer("Unsqueeze", x, dim=1)  # the channels, too
            return self._layer("Squeeze", self._pad(name, around, values), dim=1)
        options = {"padding": tuple(pad), **({"value": value} if word == "Constant" else {})}
        declared = (("ndim", (rank + 2,)),) if x.shape is None else ()
        if x.shape is not None and len(x.shape) != rank + 2:
            raise self.context.error("This padding is no layer here")
        layer = layer_of(f"{word}Pad{rank}d", (), options, self.context.line, ("padding", "value"))
        return self.context.add(layer, [x], declared=declared)

    def _normalize(self, name: str, x: Tensor, values: dict[str, Any]) -> Tensor:
        if values["p"] not in (2, 2.0) or values["out"] is not None:
            raise self.context.error("“normalize” of another order than 2 is no layer here")
        length = self._layer("Norm", x, dim=(values["dim"],), keepdim=True)
        least = self._layer("Clamp", length, min=values["eps"], max=None)
        return self.context.add(LAYERS["Divide"](), [x, least])

    def _layer_norm(self, name: str, x: Tensor, values: dict[str, Any]) -> Tensor:
        if values["weight"] is not None or values["bias"] is not None:
            raise self.context.error("A layer's own weight is used by itself here: no layer does that")
        shape = _listed(values["normalized_shape"])
        sizes = tuple(shape) if all(type(size) is int for size in shape) else ()
        layer = layer_of("LayerNorm", (), {"eps": values["eps"], "elementwise_affine": False}, self.context.line, ())
        layer = layer.with_options(dims=len(shape))
        return self.context.add(layer, [x], declared=(("normalized_shape", sizes),) if sizes else ())

    # -- shapes --------------------------------------------------------------------------------------------------------

    def _reshape(self, name: str, x: Tensor, values: dict[str, Any]) -> Tensor:
        return reshaped(self.context, x, values["shape"], flat=name == "view")

    def _view_as(self, name: str, x: Tensor, values: dict[str, Any]) -> Tensor:
        return viewed_as(self.context, x, values["other"])

    def _expand(self, name: str, x: Tensor, values: dict[str, Any]) -> Tensor:
        return expanded(self.context, x, values.get("size", values.get("other")))

    def _size(self, name: str, x: Tensor, values: dict[str, Any]) -> Any:
        return OpenShape(x) if values["dim"] is None else self.sizes_index(OpenShape(x), values["dim"])

    def _numel(self, name: str, x: Tensor, values: dict[str, Any]) -> Any:
        return OPAQUE

    def _dim(self, name: str, x: Tensor, values: dict[str, Any]) -> Any:
        if x.shape is None:
            return Unknown("dim", self.context.error("How many dimensions this tensor has is not known here"))
        return len(x.shape)

    def is_open_shape(self, value: Any) -> bool:
        """Whether it is the shape of a tensor."""
        return isinstance(value, OpenShape)

    def sizes_of(self, shape: OpenShape, count: int) -> Sequence[Any]:
        """All sizes of a tensor; where nothing is known of it, it has as many as the code expects."""
        if shape.tensor.shape is None:
            shape.tensor.shape = (BATCH, *(fresh() for _ in range(count - 1)))
        return shape.tensor.shape

    def sizes_index(self, shape: OpenShape, index: Any) -> Any:
        """``x.shape[index]``. Raises ReadingError where nothing is known."""
        sizes = shape.tensor.shape
        if sizes is not None and (isinstance(index, slice) or type(index) is int):
            return sizes[index]
        if index == 0 and index is not False:
            return BATCH
        raise self.context.error("The size of a tensor is asked for here: write it as a number")

    def attribute(self, x: Tensor, name: str) -> Any:
        """``x.shape``, ``x.mT``, or a method. Raises ReadingError."""
        if name == "shape":
            return OpenShape(x) if x.shape is None else tuple(x.shape)
        if name == "ndim":
            return self._dim(name, x, {})
        if name in ("mT", "mH"):
            return self._layer("Transpose", x, dim0=-2, dim1=-1)
        if name in ("T", "H"):
            raise self.context.error("“.{name}” turns the batch round, too: write x.transpose(-2, -1)", name=name)
        if name in ("device", "dtype", "is_cuda", "requires_grad", "grad", "layout"):
            return OPAQUE
        if name == "data":
            raise self.context.error("No gradient flows through “.data”: that cannot be read")
        return self.context.method(x, name)

    def _mask(self, name: str, x: Tensor, values: dict[str, Any]) -> Any:
        return MASK

    def _same(self, name: str, x: Tensor, values: dict[str, Any]) -> Tensor:
        if self.context.exact:
            raise self.context.error("“{name}” is no layer here: only functions that are layers can be read", name=name)
        if x.whole and name in ("float", "type_as"):
            raise self.context.error("A tensor is made whole numbers here: only an embedding reads such")
        return x if name != "contiguous" else self._view(x)

    def _view(self, x: Tensor) -> Tensor:
        made = Tensor(x.node, x.shape, of=x, last=x.last)
        made.spread, made.whole = None if x.spread is None else x.spread, x.whole
        return made

    def _clone(self, name: str, x: Tensor, values: dict[str, Any]) -> Tensor:
        if self.context.exact:
            raise self.context.error("“{name}” is no layer here: only functions that are layers can be read", name=name)
        return x.copy()

    def _whole(self, name: str, x: Tensor, values: dict[str, Any]) -> Tensor:
        if self.context.exact:
            raise self.context.error("“{name}” is no layer here: only functions that are layers can be read", name=name)
        made = self._clone(name, x, values)
        made.whole = True
        return made

    def _to(self, name: str, x: Tensor, values: dict[str, Any]) -> Tensor:
        """Where numbers lie says nothing of them; what kind of numbers they are does."""
        targets = values.get("target", [values.get("dtype")])
        for target in targets:
            text = target.name if isinstance(target, Path) else ""
            if text in WHOLE:
                return self._whole(name, x, values)
            if (text.startswith("torch.") and text not in FLOATS and not text.startswith("torch.device")) or (
                    isinstance(target, Path) and text.startswith("builtins.") and text != "builtins.float"):
                raise self.context.error("Numbers of another kind are no layer here: {kind}", kind=text)
        return self._same(name, x, values)

    # -- several parts -------------------------------------------------------------------------------------------------

    def _known_size(self, x: Tensor, dim: Any) -> tuple[int, int]:
        """Which dimension that is, and its size. Raises ReadingError."""
        size = None if x.shape is None or type(dim) is not int or not -len(x.shape) <= dim < len(x.shape) else (
            x.shape[dim])
        if type(size) is not int:
            raise self.context.error("How large dim {dim} is here is not known: into how many parts it falls cannot be "
                                     "read", dim=dim)
        return dim, size

    def _pieces(self, x: Tensor, dim: int, ends: Sequence[int]) -> tuple[Tensor, ...]:
        starts = [0, *ends[:-1]]
        return tuple(self._layer("Slice", x, dim=dim, start=start, end=end)
                     for start, end in zip(starts, ends, strict=True))

    def _chunk(self, name: str, x: Tensor, values: dict[str, Any]) -> Any:
        dim, size = self._known_size(x, values["dim"])
        count = values["chunks"]
        if type(count) is not int or not 0 < count <= 1000:
            raise self.context.error("“chunk” needs a number of parts")
        return self._in_steps(x, dim, size, -(-size // count))

    def _split(self, name: str, x: Tensor, values: dict[str, Any]) -> Any:
        wanted, dim = values["split_size"], values["dim"]
        if isinstance(wanted, (list, tuple)) and all(type(size) is int for size in wanted):
            return self._pieces(x, dim, [sum(wanted[: i + 1]) for i in range(len(wanted))])
        dim, size = self._known_size(x, dim)
        if type(wanted) is not int or wanted < 1:
            raise self.context.error("“split” needs the size of its parts")
        return self._in_steps(x, dim, size, wanted)

    def _in_steps(self, x: Tensor, dim: int, size: int, step: int) -> Any:
        ends = [min(start + step, size) for start in range(0, size, step)]
        if len(ends) > 1000:
            raise self.context.error("This falls into too many parts to be read")
        return self._pieces(x, dim, ends)

    def _unbind(self, name: str, x: Tensor, values: dict[str, Any]) -> Any:
        dim, size = self._known_size(x, values["dim"])
        if size > 1000:
            raise self.context.error("This falls into too many parts to be read")
        return tuple(self._layer("Select", x, dim=dim, index=index) for index in range(size))

    def _narrow(self, name: str, x: Tensor, values: dict[str, Any]) -> Any:
        start, length = values["start"], values["length"]
        if type(start) is not int or type(length) is not int or start < 0:
            raise self.context.error("“narrow” needs numbers here")
        return self._layer("Slice", x, dim=values["dim"], start=start, end=start + length)

    def slice_options(self, x: Tensor, options: dict[str, Any]) -> dict[str, Any]:
        """Ends of a slice as numbers: ``x[:, :, 1:x.shape[2]]`` goes to the end."""
        end = options["end"]
        dim = options["dim"]
        if isinstance(end, Size) and x.shape is not None and -len(x.shape) <= dim < len(x.shape) and (
                x.shape[dim] == end):
            return {**options, "end": None}
        return options


class Extremes(NamedTuple):
    """What ``x.max(dim)`` gives."""

    values: Tensor
    indices: Any


class OpenShape:
    """The shape of a tensor, of which only the batch is known by name."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _scale(kind: str, number: float, tensor_first: bool) -> dict[str, float] | None:
    if kind == "Add":
        return {"shift": number}
    if kind == "Multiply":
        return {"factor": number}
    if kind == "Subtract":
        return {"shift": -number} if tensor_first else {"factor": -1.0, "shift": number}
    return {"factor": 1 / number} if kind == "Divide" and tensor_first and number else None


__all__ = ["ARITHMETIC_LAYERS", "Dim", "Functions", "OpenShape"]
