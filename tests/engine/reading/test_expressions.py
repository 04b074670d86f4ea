"""Expressions and statements of pasted code, held against the same code run by torch or by Python."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from torch import nn

from engine.graph.graph import Graph
from engine.network.compile import build_module
from engine.reading.reading import ReadingError, from_code

SIX = torch.tensor([[3.0, -1.0, 2.0, 0.5, 4.0, -2.0], [1.0, 5.0, -3.0, 2.0, -0.5, 1.5]])


def network(*forward: str, made: str = "pass", arguments: str = "self") -> str:
    """A class of a module: ``a`` and ``b`` are the halves of its input, ``m`` and ``n`` two matrices."""
    steps = ["a, b = x[:, :3], x[:, 3:]", "m, n = x.reshape(-1, 2, 3), x.reshape(-1, 3, 2)", *forward]
    lines = ["import torch", "from torch import nn", "from torch import Tensor", "import torch.nn.functional as F",
             "class Net(nn.Module):", f"    def __init__({arguments}):", "        super().__init__(); self.kept "
             "= nn.ReLU()",
             *(f"        {line}" for line in made.splitlines()),
             "    def forward(self, x):", *(f"        {line}" for step in steps for line in step.splitlines())]
    return "\n".join(lines)


def assert_computes_the_same(source: str, *arguments: object, inputs: torch.Tensor = SIX) -> None:
    """The graph that is read gives what the code gives when torch runs it."""
    names: dict[str, type[nn.Module]] = {}
    exec(source, names)
    expected = names["Net"](*arguments)(inputs)
    torch.testing.assert_close(build_module(from_code(source), tuple(inputs.shape[1:]))(inputs), expected)


def kinds(graph: Graph) -> list[str]:
    return [graph.nodes[name].layer.kind() for name in graph.order]


# -- two tensors ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("expression", [
    "a + b", "a - b", "b - a", "a * b", "a / b", "b / a", "m @ n", "n @ m", "-a", "a ** 2", "a ** 3",
    "a + b + a", "a * b * a", "a - b - a", "a / b / a", "a + b * a", "(a + b) * a", "a - (b - a)",
    "a + 2", "2 + a", "a - 2", "2 - a", "a * 3", "3 * a", "a / 4", "a * 2 + 1", "a * 2 - 1", "a + 1 + 2", "2 * a * b",
    "2 / (a + 9)", "1 / (b + 9)",
    *(f"torch.{name}(a, b)" for name in (
        "add", "sub", "subtract", "mul", "multiply", "div", "divide", "true_divide", "maximum", "minimum", "max",
        "min")),
    *(f"a.{name}(b)" for name in ("add", "sub", "mul", "div", "max", "min")),
    *(f"a.clone().{name}_(b)" for name in ("add", "sub", "mul", "div")),
    *(f"torch.{name}(a, 2)" for name in ("add", "sub", "mul", "div", "pow")),
    "torch.matmul(m, n)", "torch.bmm(n, m)", "m.matmul(n)", "m.bmm(n)",
    *(f"torch.{name}([a, b], {dim})" for name in ("cat", "concat", "concatenate", "stack") for dim in (1, -1)),
    "torch.cat((b, a), dim=1)", "torch.cat([a, b], axis=1)", "torch.stack(tensors=[a, b], dim=2)",
])  # fmt: skip
def test_two_tensors_are_joined_as_torch_does(expression: str) -> None:
    assert_computes_the_same(network(f"return {expression}"))


@pytest.mark.parametrize("expression", [
    "a // b", "a % b", "a ** b", "2 ** a", "a // 2", "a % 2", "a & b", "a | b", "a << 1", "~a", "a + None",
    "a * True", "a / 0", "torch.fmod(a, b)", "torch.cat([a, 1], 1)", "torch.cat(a, 1)",
])  # fmt: skip
def test_what_no_layer_does_with_two_tensors_is_refused(expression: str) -> None:
    with pytest.raises(ReadingError) as raised:
        from_code(network(f"return {expression}"))
    assert raised.value.line == 12


@pytest.mark.parametrize("sign", ["==", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize("other", ["b", "0", "x.shape"])
def test_tensors_are_not_compared(sign: str, other: str) -> None:
    with pytest.raises(ReadingError, match="compares the numbers of a tensor"):
        from_code(network(f"return a if a {sign} {other} else b"))


@pytest.mark.parametrize("sign", ["+", "-", "*", "/"])
def test_a_tensor_is_changed_in_place_by_every_sign(sign: str) -> None:
    assert_computes_the_same(network(f"y = a.clone()\ny {sign}= b\ny {sign}= 2\nreturn y"))


# -- plain values -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "value"), [
    ("2 + 3", 5), ("7 - 2", 5), ("3 * 4", 12), ("int(1 / 2 * 14)", 7), ("17 // 3", 5), ("17 % 5", 2), ("2 ** 5", 32),
    ("1 << 5", 32), ("64 >> 1", 32), ("8 | 1", 9), ("6 & 3", 2), ("-(-5)", 5), ("+5", 5), ("~-6", 5),
    ("2 + 3 * 4", 14), ("(2 + 3) * 4", 20), ("20 - 5 - 4", 11), ("2 * 3 * 4", 24), ("1 + 2 + 3", 6),
    ("len([1] * 3 + [2])", 4),
])  # fmt: skip
def test_numbers_are_worked_out(number: str, value: int) -> None:
    graph = from_code(f"nn.Sequential(nn.Linear(3, {number}))")
    assert [getattr(node.layer, "out_features", None) for node in graph.nodes.values()] == [None, value]


COMPARED = [f"{one} {sign} {two}" for sign in ("==", "!=", "<", "<=", ">", ">=") for one, two in
            ((1, 2), (2, 2), (3, 2))]  # fmt: skip


@pytest.mark.parametrize("test", [
    *COMPARED, "1 < 2 < 3", "1 < 3 < 2", "2 < 1 < 3", "1 in [1, 2]", "3 in [1, 2]", "1 not in [1, 2]", "3 not in [1]",
    "None is None", "[] is None", "None is not None", "[] is not None", "not 0", "not 1",
])  # fmt: skip
def test_a_comparison_decides_as_in_python(test: str) -> None:
    expected = "Tanh" if eval(test) else "ReLU"
    assert kinds(from_code(f"nn.Sequential(nn.Tanh() if {test} else nn.ReLU())")) == ["Input", expected]


@pytest.mark.parametrize("sign", ["and", "or"])
@pytest.mark.parametrize("parts", [
    *product(("True", "False", "flag"), repeat=2), *product(("True", "False", "flag"), repeat=3)], ids=" ".join)
def test_and_and_or_are_read_where_no_unknown_decides(sign: str, parts: tuple[str, ...]) -> None:
    test = f" {sign} ".join(parts)
    outcomes = {bool(eval(test, {"flag": flag})) for flag in (True, False)}
    source = network("return self.f(x)", made=f"self.f = nn.Tanh() if {test} else nn.ReLU()", arguments="self, flag")
    assert _read(source) == (None if len(outcomes) > 1 else ["Input", "Tanh" if outcomes == {True} else "ReLU"])


def _read(source: str) -> list[str] | None:
    """The kinds of layers that reach the output, or None where the code is refused at the line that asks."""
    try:
        return [kind for kind in kinds(from_code(source)) if kind not in ("Slice", "Reshape")]
    except ReadingError as error:
        assert error.line == 8 and "not known" in str(error)
        return None


@pytest.mark.parametrize(("expression", "value"), [
    ("0 or None or 5", 5), ("3 or 4 or 5", 3), ("0 or 4 or 5", 4), ("1 and 2 and 3", 3), ("(1 and 0 and 3) + 7", 7),
    ("None or (2 and 6)", 6), ("(0 or 0 or 0) + 9", 9),
])  # fmt: skip
def test_and_and_or_give_the_value_that_decides(expression: str, value: int) -> None:
    graph = from_code(f"nn.Sequential(nn.Linear(3, {expression}))")
    assert [getattr(node.layer, "out_features", None) for node in graph.nodes.values()] == [None, value]


@pytest.mark.parametrize("expression", ["None or a", "0 or None or a", "1 and a", "True and 1 and a"])
def test_and_and_or_may_give_a_tensor(expression: str) -> None:
    assert_computes_the_same(network(f"return ({expression}) * b"))


@pytest.mark.parametrize("expression", ["a or b", "a and b", "0 or a or b", "1 and a and b", "a or 5", "a and None"])
def test_a_tensor_decides_nothing(expression: str) -> None:
    with pytest.raises(ReadingError):
        from_code(network(f"return ({expression}) * b"))


@pytest.mark.parametrize("width", ["flag or 5", "flag and 5", "0 or flag or 5", "1 and flag and 5", "flag or flag"])
def test_a_value_that_may_be_the_unknown_one_is_not_guessed(width: str) -> None:
    with pytest.raises(ReadingError, match="needs values for flag"):
        from_code(network("return self.f(x)", made=f"self.f = nn.Linear(6, {width})", arguments="self, flag"))


# -- assigning --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [
    "y: Tensor = a * b\nreturn y", "y: torch.Tensor\ny = a - b\nreturn y",
    "y: 'Tensor' = a\ny: Tensor = y + b\nreturn y",
    "parts: list[Tensor] = [a, b]\nreturn torch.cat(parts, 1)", "size: int = 2\nreturn a * size",
    "held: dict[str, Tensor] = {}\nheld['a']: Tensor = a - b\nreturn held['a']",
])  # fmt: skip
def test_an_assignment_may_say_its_type(steps: str) -> None:
    assert_computes_the_same(network(steps))


def test_layers_are_kept_under_annotated_names() -> None:
    made = "width: int = 5\nself.fc: nn.Module = nn.Linear(6, width)\nself.act: nn.Module = nn.Tanh()"
    graph = from_code(network("y: Tensor = self.fc(x)\nreturn self.act(y)", made=made))
    assert kinds(graph)[-2:] == ["Linear", "Tanh"] and graph.nodes["fc"].layer.out_features == 5  # type: ignore[attr-defined]


@pytest.mark.parametrize("statement", [
    "net: nn.Module = nn.Sequential(nn.Linear(3, 4), nn.Tanh())",
    "net: nn.Module\nnet = nn.Sequential(nn.Linear(3, 4), nn.Tanh())",
    "width: int = 4\nnet = nn.Sequential(nn.Linear(3, width), nn.Tanh())",
])  # fmt: skip
def test_the_network_may_be_an_annotated_name(statement: str) -> None:
    graph = from_code(statement)
    assert kinds(graph) == ["Input", "Linear", "Tanh"]
    assert [getattr(node.layer, "out_features", None) for node in graph.nodes.values()] == [None, 4, None]


# -- arguments that stand for the input's shape ------------------------------------------------------------------------


@pytest.mark.parametrize(("call", "shape"), [
    ("nn.Unflatten(1, (2, 3))", (6,)), ("nn.Unflatten(1, [3, 2])", (6,)), ("nn.Unflatten(-1, (1, 2, 3))", (6,)),
    ("nn.Unflatten(2, unflattened_size=(2, -1))", (3, 4)), ("nn.Unflatten(dim=1, unflattened_size=(4, 1, 1))", (4, 5)),
    ("nn.RMSNorm(6)", (6,)), ("nn.RMSNorm([6])", (6,)), ("nn.RMSNorm((4, 3))", (4, 3)),
    ("nn.RMSNorm([4, 3])", (2, 4, 3)), ("nn.RMSNorm(normalized_shape=(2, 4, 3))", (2, 4, 3)),
    ("nn.RMSNorm(6, 0.5)", (6,)), ("nn.RMSNorm(6, eps=0.25)", (6,)),
    ("nn.RMSNorm((4, 3), eps=None)", (4, 3)), ("nn.RMSNorm((4, 3), 0.75, False)", (4, 3)),
    ("nn.LayerNorm((4, 3), 0.5)", (4, 3)), ("nn.LayerNorm([2, 4, 3], elementwise_affine=False)", (2, 4, 3)),
])  # fmt: skip
def test_sizes_of_the_input_are_read_as_torch_reads_them(call: str, shape: tuple[int, ...]) -> None:
    theirs = eval(call, {"nn": nn})
    ours = build_module(from_code(f"net = nn.Sequential({call})"), shape)
    assert [tuple(p.shape) for p in ours.parameters()] == [tuple(p.shape) for p in theirs.parameters()]
    batch = torch.randn(2, *shape, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(ours(batch), theirs(batch))
