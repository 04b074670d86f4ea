"""Exported source at its limits: how long a line may be, where comments stand, how names become variables."""

from __future__ import annotations

from itertools import pairwise

import pytest

from engine.graph.graph import Edge, Graph, Node
from engine.layers import LAYERS, Layer
from engine.layers.inputs import Input
from engine.layers.merge import Add
from engine.line.line import build_line
from engine.writing.source import CODE_WIDTH, LINE, LONGEST_VARIABLE, Source, to_python, to_source

RELU = LAYERS["ReLU"]()


def stack(*layers: tuple[str, Layer], shape: tuple[int, ...] = (4,)) -> Graph:
    """One after the other behind an Input."""
    nodes = [Node("input", Input(shape=shape)), *(Node(name, layer) for name, layer in layers)]
    return Graph.of(nodes, [Edge(a.name, b.name) for a, b in pairwise(nodes)])


def lines_of(source: Source, name: str) -> list[str]:
    written = source.text.split("\n")
    return [written[number - 1] for number in source.lines[name]]


@pytest.mark.parametrize("width", [LINE, LINE + 1])
def test_a_module_is_folded_where_it_does_not_fit(width: int) -> None:
    before, options = "        self.", '4, 4, kernel_size=3, stride=2, padding=1, bias=False, padding_mode="reflect"'
    name = "a" * (width - len(f"{before} = nn.Conv2d({options})"))
    layer = LAYERS["Conv2d"](out_channels=4, kernel_size=3, stride=2, padding=1, bias=False, padding_mode="reflect")
    made = lines_of(to_source(stack((name, layer), shape=(4, 9, 9))), name)[:-1]
    folded = [f"{before}{name} = nn.Conv2d(", f"            {options}", "        )"]
    assert made == (folded if width > LINE else [f"{before}{name} = nn.Conv2d({options})"])


def summed(*names: str) -> Source:
    """A sum of layers that all read the input."""
    nodes = [Node("input", Input(shape=(4,))), *(Node(name, RELU) for name in names), Node("sum", Add())]
    edges = [*(Edge("input", name) for name in names), *(Edge(name, "sum", i) for i, name in enumerate(names))]
    return to_source(Graph.of(nodes, edges))


@pytest.mark.parametrize("width", [LINE, LINE + 1])
def test_a_shape_stands_above_where_it_does_not_fit_behind(width: int) -> None:
    one, two, shape = "b" * LONGEST_VARIABLE, "c" * LONGEST_VARIABLE, "  # 4"
    last = "d" * (width - len(f"        return x + {one} + {two} + {shape}"))
    code = f"        return x + {one} + {two} + {last}"
    assert lines_of(summed("a", one, two, last), "sum") == (
        ["        # 4", code] if width > LINE else [f"{code}{shape}"])


@pytest.mark.parametrize("width", [LINE, LINE + 1])
def test_a_sum_is_put_into_brackets_where_it_does_not_fit(width: int) -> None:
    names = [letter * (LONGEST_VARIABLE - 8) for letter in "bcd"]
    begun = f"x + {' + '.join(names)} + "
    last = "e" * (width - len(f"        return {begun}"))
    assert 8 < len(last) <= LONGEST_VARIABLE
    lines = lines_of(summed("a", *names, last), "sum")
    if width > LINE:
        assert lines[:2] == ["        return (", f"            {begun}{last}"]
        assert lines[2].startswith("        )  ") and lines[2].endswith("  # 4")
    else:
        assert lines == ["        # 4", f"        return {begun}{last}"]


@pytest.mark.parametrize("width", [CODE_WIDTH, CODE_WIDTH + 1])
def test_shapes_stand_in_one_column_beside_lines_that_are_not_too_long(width: int) -> None:
    name = "a" * (width - len("        x = self.(input)"))
    source = to_source(stack((name, RELU), ("b", RELU), ("c", RELU)))
    column = len("        return self.c(x)") if width > CODE_WIDTH else CODE_WIDTH
    assert [lines_of(source, each)[1].index("  # 4") for each in (name, "b", "c")] == [width, column, column]


@pytest.mark.parametrize(("length", "ending"), [(LONGEST_VARIABLE, ""), (LONGEST_VARIABLE + 1, "1")])
def test_a_long_name_is_a_shorter_variable(length: int, ending: str) -> None:
    one, two = "b" * length, "c" * length
    variables = ["x", *(name[:LONGEST_VARIABLE] + ending for name in (one, two))]
    assert lines_of(summed("a", one, two), "sum")[-1].split("  #")[0].strip() == f"return {' + '.join(variables)}"


def test_what_comes_in_may_be_called_x_and_a_layer_too() -> None:
    graph = stack(("x1", RELU), ("b", RELU)).renamed("input", "x").with_node(Node("sum", Add()))
    source = to_python(graph.with_edges([Edge("x", "sum"), Edge("b", "sum", 1)]))
    assert "    def forward(self, x):\n        x1 = self.x1(x)  # 4\n" in source
    source = to_python(stack(("x", RELU), ("b", RELU)))
    assert "        x = self.x(input)  # 4\n        return self.b(x)   # 4\n" in source


def test_shapes_are_said_where_all_uses_of_a_class_have_the_same() -> None:
    text = to_python(build_line(Graph(), "input 8x8x8, residual 8, maxpool 2, residual 8")[0])
    assert "        x = self.conv1(input)\n" in text and "        x = self.pool1(x)          # 8×4×4\n" in text
    text = to_python(build_line(Graph(), "input 8x8x8, residual 8, residual 8")[0])
    assert "        x = self.conv1(input)  # 8×8×8\n" in text


def test_source_with_torch_imports_it() -> None:
    for line, imports in (("input 4, linear 2", "\n\nfrom torch import nn\n"),
                          ("input 4, (linear 2 |)", "\n\nimport torch\nfrom torch import nn\n")):
        assert imports in to_python(build_line(Graph(), line)[0])
