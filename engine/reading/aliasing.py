"""Whether what a class that is read as code gives back may be, or look at, what it was given. No torch."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, NamedTuple

from engine.reading.values import Chain, Class, Function, Instance, Module, Path, Unknown

LOOKING = frozenset((
    "view", "view_as", "reshape", "reshape_as", "squeeze", "unsqueeze", "permute", "transpose", "swapaxes", "t",
    "flatten", "unflatten", "ravel", "expand", "expand_as", "narrow", "select", "chunk", "split", "unbind", "diagonal",
    "movedim", "moveaxis", "detach", "contiguous", "to", "float", "type", "type_as", "cpu", "cuda", "requires_grad_",
    "dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_dropout", "T", "mT", "data"))
# Functions and methods of torch's whose result has numbers of its own.
_NEW = frozenset((
    "add", "sub", "subtract", "mul", "multiply", "div", "divide", "true_divide", "floor_divide", "remainder", "fmod",
    "pow", "neg", "negative", "square", "reciprocal", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt",
    "rsqrt", "abs", "absolute", "sign", "sgn", "ceil", "floor", "round", "trunc", "frac", "erf", "erfc", "erfinv",
    "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
    "sigmoid", "logit", "lerp", "addcmul", "addcdiv", "maximum", "minimum", "relu", "relu6", "gelu", "silu", "mish",
    "elu", "selu", "celu", "leaky_relu", "prelu", "rrelu", "glu", "softplus", "softmax", "log_softmax", "softmin",
    "logsigmoid", "hardtanh", "hardswish", "hardsigmoid", "hardshrink", "softshrink", "tanhshrink", "softsign",
    "threshold", "gumbel_softmax", "normalize", "layer_norm", "batch_norm", "group_norm", "instance_norm", "rms_norm",
    "local_response_norm", "linear", "bilinear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d",
    "conv_transpose3d", "matmul", "mm", "bmm", "mv", "dot", "inner", "outer", "ger", "cross", "kron", "addmm",
    "baddbmm", "addbmm", "addmv", "chain_matmul", "multi_dot", "max_pool1d", "max_pool2d", "max_pool3d", "avg_pool1d",
    "avg_pool2d", "avg_pool3d", "lp_pool1d", "lp_pool2d", "adaptive_avg_pool1d", "adaptive_avg_pool2d",
    "adaptive_avg_pool3d", "adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d", "interpolate",
    "upsample", "pad", "fold", "embedding", "one_hot", "scaled_dot_product_attention", "multi_head_attention_forward",
    "sum", "nansum", "mean", "nanmean", "prod", "max", "min", "amax", "amin", "std", "var", "std_mean", "var_mean",
    "norm", "logsumexp", "cumsum", "cumprod", "cummax", "cummin", "argmax", "argmin", "median", "quantile", "mode",
    "topk", "sort", "argsort", "any", "all", "count_nonzero", "where", "masked_fill", "masked_select", "clamp",
    "clip", "cat", "concat", "concatenate", "stack", "hstack", "vstack", "dstack", "clone", "gather", "index_select",
    "index_add", "index_fill", "take", "take_along_dim", "scatter", "scatter_add", "repeat", "repeat_interleave",
    "tile", "roll", "flip", "fliplr", "flipud", "rot90", "tril", "triu", "cdist", "cosine_similarity",
    "pairwise_distance", "eq", "ne", "gt", "lt", "ge", "le", "greater", "less", "logical_not", "logical_and",
    "logical_or", "logical_xor", "isnan", "isinf", "isfinite", "isclose", "allclose", "equal", "bernoulli",
    "bincount", "histc", "fft", "rfft", "ifft", "irfft", "zeros_like", "ones_like", "rand_like", "randn_like",
    "empty_like", "full_like", "new_zeros", "new_ones", "new_full", "new_empty", "new_tensor", "zeros", "ones",
    "full", "eye", "arange", "linspace", "rand", "randn", "randint", "tensor", "size", "dim", "ndimension", "numel",
    "nelement", "item", "tolist", "is_floating_point", "get_device", "data_ptr", "stride", "element_size", "backward",
    "register_hook"))  # fmt: skip
_NO_NUMBERS = frozenset(("shape", "ndim", "dtype", "device", "requires_grad", "is_cuda", "layout", "names", "itemsize"))
_PLAIN = frozenset(("len", "int", "float", "bool", "str", "repr", "range", "isinstance", "issubclass", "type", "print",
                    "id", "hash", "abs", "any", "all", "pow", "divmod", "round", "hasattr", "callable", "format"))
_MAY_BE_IN_PLACE = frozenset(("relu", "relu6", "elu", "selu", "celu", "leaky_relu", "rrelu", "silu", "mish", "hardtanh",
                              "hardswish", "hardsigmoid", "threshold", "dropout", "dropout1d", "dropout2d",
                              "dropout3d", "alpha_dropout", "feature_alpha_dropout"))  # fmt: skip
_FILLING = frozenset(("append", "extend", "insert", "update", "setdefault", "add", "appendleft"))
_OWN_NUMBERS = frozenset(("convolution", "pooling", "normalization", "activation", "math", "sequence", "attention"))
_ALWAYS = ("Linear", "Bilinear", "ZeroPad", "ConstantPad", "ReflectionPad", "ReplicationPad", "CircularPad", "Unfold",
           "Fold", "Upsample")  # fmt: skip
MOST_DEEP = 20  # functions within functions


class Aliasing(NamedTuple):
    """Whether the result may share numbers with the input, and whether the input may be changed in place."""

    shares: bool
    changes: bool


_NOTHING, _ANYTHING = Aliasing(False, False), Aliasing(True, False)


def aliasing(made: Instance, deep: int = 0) -> Aliasing:
    """Of an object's ``forward``: what is not known to be new is taken for what it was given."""
    forward = made.kind.method("forward")
    return _ANYTHING if forward is None else _of_function(made, forward, deep)


def _of_function(made: Instance, function: Function, deep: int) -> Aliasing:
    if not isinstance(function.made, ast.FunctionDef) or deep > MOST_DEEP:
        return _ANYTHING
    given = function.made.args
    names = {argument.arg for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs)}
    names |= {each.arg for each in (given.vararg, given.kwarg) if each is not None}
    is_method = given.args and given.args[0].arg == "self"
    return _Looking(made, names - {"self"} if is_method else names, function.around or {}, deep).of(function.made)


class _Looking:
    """Goes through one function; ``names`` are those that may stand for the input, ``self.…`` too."""

    def __init__(self, made: Instance, names: set[str], around: dict[str, Any], deep: int) -> None:
        self._made, self._names, self._around, self._deep = made, names, around, deep
        self._known: dict[int, Aliasing] = {}  # of functions that are called
        self._own: set[str] = set()  # names of this function

    def of(self, made: ast.FunctionDef) -> Aliasing:
        nodes, before = [*ast.walk(made)], -1
        self._own = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        while before != len(self._names):  # a name of a name of it
            before = len(self._names)
            for node in nodes:
                self._names.update(self._bound(node))
        shares = any(isinstance(node, (ast.Return, ast.Yield, ast.YieldFrom)) and node.value is not None and self._is(
            node.value) for node in nodes)
        return Aliasing(shares, any(map(self._changes, nodes)))

    def _bound(self, node: ast.AST) -> Iterator[str]:
        """Names that stand for the input from there on."""
        targets: list[ast.expr] = []
        if isinstance(node, (ast.Assign, ast.NamedExpr, ast.AnnAssign)) and node.value is not None and self._is(
                node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        elif isinstance(node, (ast.For, ast.comprehension)) and self._is(node.iter):
            targets = [node.target]
        elif isinstance(node, ast.withitem) and node.optional_vars is not None and self._is(node.context_expr):
            targets = [node.optional_vars]
        elif isinstance(node, ast.AugAssign) and _is_list(node.value) and self._is(node.value):
            targets = [node.target]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _FILLING and (
                any(map(self._is, _given(node)))):
            targets = [node.func.value]
        for part in (part for target in targets for part in ast.walk(target)):
            if isinstance(part, ast.Name) and part.id != "self":
                yield part.id
            elif isinstance(part, ast.Attribute) and ast.unparse(part.value) == "self":
                yield ast.unparse(part)

    def _is(self, node: ast.expr) -> bool:
        """Whether an expression may be the input, or look at its numbers."""
        if isinstance(node, ast.Name):
            return node.id in self._names
        if isinstance(node, (ast.Subscript, ast.Starred, ast.Await)):
            return self._is(node.value)
        if isinstance(node, ast.Attribute):
            return ast.unparse(node) in self._names or (node.attr not in _NO_NUMBERS and self._is(node.value))
        if isinstance(node, ast.Call):
            return self._gives(node)
        if isinstance(node, ast.UnaryOp):
            return isinstance(node.op, ast.UAdd) and self._is(node.operand)
        if isinstance(node, (ast.Compare, ast.JoinedStr, ast.Lambda, ast.Constant)):
            return False
        if isinstance(node, ast.BinOp) and not _is_list(node.left) and not _is_list(node.right):
            return False
        if isinstance(node, ast.IfExp):
            return self._is(node.body) or self._is(node.orelse)
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
            return self._is(node.elt)
        return any(self._is(part) for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr))

    def _gives(self, node: ast.Call) -> bool:
        called, given = node.func, any(map(self._is, _given(node)))
        if any(word.arg == "out" and self._is(word.value) for word in node.keywords):
            return True
        if (known := self._followed(node)) is not None:
            return given and known.shares
        if isinstance(called, ast.Name):
            return given and not (called.id in _PLAIN and called.id not in self._around)
        if not isinstance(called, ast.Attribute):
            return given or self._is(called)
        is_new = called.attr in _NEW and self._is_torchs(called.value) and not _is_asked_in_place(node)
        return not is_new and (given or self._is(called.value))

    def _followed(self, node: ast.Call) -> Aliasing | None:
        """What a part, a method or a function of the code does with what it is given; None where it is none of them."""
        called = node.func
        if isinstance(called, ast.Attribute) and ast.unparse(called.value) == "self":
            part = self._made.attributes.get(called.attr)
            if isinstance(part, (Module, Chain, Instance)):
                return _of_part(part, self._deep + 1)
            found: Any = self._made.kind.method(called.attr)
        else:
            name = called.id if isinstance(called, ast.Name) else ""
            found = self._around.get(name) if name not in self._own else None
        if not isinstance(found, Function):
            return None
        if id(found.made) not in self._known:
            self._known[id(found.made)] = _ANYTHING
            self._known[id(found.made)] = _of_function(self._made, found, self._deep + 1)
        return self._known[id(found.made)]

    def _is_torchs(self, owner: ast.expr) -> bool:
        """Whether a method of this is one of a tensor's, or a function of torch's."""
        root = owner
        while isinstance(root, ast.Attribute):
            root = root.value
        if not isinstance(root, ast.Name) or root.id in self._names or root.id in self._own:
            return True
        if root.id == "self":
            part = self._made.attributes.get(ast.unparse(owner).removeprefix("self."))
            return part is None or isinstance(part, Unknown) or not isinstance(part, (Instance, Class))
        found = self._around.get(root.id)
        return isinstance(found, Path) and found.name.partition(".")[0] in ("torch", "math", "numpy")

    def _changes(self, node: ast.AST) -> bool:
        """Whether numbers of the input are changed."""
        if isinstance(node, ast.AugAssign):
            return self._is(node.target)
        if isinstance(node, ast.Assign):
            return any(isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Store) and self._is(part.value)
                       for target in node.targets for part in ast.walk(target))
        if not isinstance(node, ast.Call):
            return False
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        on = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        touched = any(map(self._is, [*on, *_given(node)]))
        known = self._followed(node)
        return touched and (_is_in_place(called) or _is_asked_in_place(node) or (known is not None and known.changes))


def _of_part(part: Module | Chain | Instance, deep: int) -> Aliasing:
    """What a part of an object does with what it is given."""
    if isinstance(part, Instance):
        return aliasing(part, deep) if part.inner is None and deep <= MOST_DEEP else _ANYTHING
    if isinstance(part, Chain):
        shares, changes = True, False
        for _, each in part.parts:
            found = _of_part(each, deep + 1) if isinstance(each, (Module, Chain, Instance)) else _ANYTHING
            shares, changes = shares and found.shares, changes or (shares and found.changes)
        return Aliasing(shares, changes)
    layer: Any = part.layer
    if getattr(layer, "inplace", False):
        return Aliasing(True, True)
    return _NOTHING if layer.category in _OWN_NUMBERS or layer.kind().startswith(_ALWAYS) else _ANYTHING


def _given(node: ast.Call) -> list[ast.expr]:
    return [*node.args, *(word.value for word in node.keywords)]


def _is_list(node: ast.expr) -> bool:
    return isinstance(node, (ast.List, ast.Tuple, ast.ListComp, ast.Set, ast.Dict))


def _is_asked_in_place(node: ast.Call) -> bool:
    """Whether a function changes what it is given because an argument says so."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    said = [word.value for word in node.keywords if word.arg in ("inplace", "out", None)]
    said += [value for value in node.args[1:] if name in _MAY_BE_IN_PLACE and not (
        isinstance(value, ast.Constant) and value.value is not True) and not isinstance(value, ast.UnaryOp)]
    return any(not (isinstance(value, ast.Constant) and not value.value) for value in said)


def _is_in_place(name: str) -> bool:
    return name.endswith("_") and not name.startswith("_") and name != "requires_grad_"
