"""Exported source at its limits: how long a line may be, where comments stand, how names become variables."""

from __future__ import annotations

from itertools import pairwise

import pytest

from engine.blocks.custom import Custom
from engine.graph.graph import Edge, Graph, Node
from engine.layers import LAYERS, Layer
from engine.layers.inputs import Input
from engine.layers.merge import Add
from engine.line.line import build_line
from engine.writing.bodies import LONGEST_VARIABLE
from engine.writing.lines import CODE_WIDTH, LINE
from engine.writing.source import Source, to_python, to_source

RELU = LAYERS["ReLU"]()


def stack(*layers: tuple[str, Layer], shape: tuple[int, ...] | None = (4,)) -> Graph:
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
    nodes = [Node("input", Input(shape=(4,))), *(Node(name, RELU) for name in names), Node("add1", Add())]
    edges = [*(Edge("input", name) for name in names), *(Edge(name, "add1", i) for i, name in enumerate(names))]
    return to_source(Graph.of(nodes, edges))


@pytest.mark.parametrize("width", [LINE, LINE + 1])
def test_a_shape_stands_above_where_it_does_not_fit_behind(width: int) -> None:
    one, two, shape = "b" * LONGEST_VARIABLE, "c" * LONGEST_VARIABLE, "  # 4"
    last = "d" * (width - len(f"        return {one} + {two} +  + x{shape}"))
    code = f"        return {one} + {two} + {last} + x"
    assert lines_of(summed(one, two, last, "a"), "add1") == (
        ["        # 4", code] if width > LINE else [f"{code}{shape}"])


@pytest.mark.parametrize("width", [LINE, LINE + 1])
def test_a_sum_is_put_into_brackets_where_it_does_not_fit(width: int) -> None:
    names = [letter * (LONGEST_VARIABLE - 8) for letter in "bcd"]
    begun = f"{' + '.join(names)} + "
    last = "e" * (width - len(f"        return {begun} + x"))
    assert 8 < len(last) <= LONGEST_VARIABLE
    lines = lines_of(summed(*names, last, "a"), "add1")
    if width > LINE:
        assert lines[:2] == ["        return (", f"            {begun}{last} + x"]
        assert lines[2].startswith("        )  ") and lines[2].endswith("  # 4")
    else:
        assert lines == ["        # 4", f"        return {begun}{last} + x"]


@pytest.mark.parametrize("width", [CODE_WIDTH, CODE_WIDTH + 1])
def test_shapes_stand_in_one_column_beside_lines_that_are_not_too_long(width: int) -> None:
    name = "a" * (width - len("        x = self.(x)"))
    source = to_source(stack((name, RELU), ("b", RELU), ("c", RELU)))
    column = len("        return self.c(x)") if width > CODE_WIDTH else CODE_WIDTH
    assert [lines_of(source, each)[1].index("  # 4") for each in (name, "b", "c")] == [width, column, column]


@pytest.mark.parametrize(("length", "ending"), [(LONGEST_VARIABLE, ""), (LONGEST_VARIABLE + 1, "1")])
def test_a_long_name_is_a_shorter_variable(length: int, ending: str) -> None:
    one, two = "b" * length, "c" * length
    variables = [*(name[:LONGEST_VARIABLE] + ending for name in (one, two)), "x"]
    assert lines_of(summed(one, two, "a"), "add1")[-1].split("  #")[0].strip() == f"return {' + '.join(variables)}"


def test_what_comes_in_may_be_called_x_and_a_layer_too() -> None:
    graph = stack(("x1", RELU), ("b", RELU)).renamed("input", "x").with_node(Node("add1", Add()))
    source = to_python(graph.with_edges([Edge("x", "add1"), Edge("b", "add1", 1)]))
    assert "    def forward(self, x):\n        x1 = self.x1(x)  # 4\n" in source
    source = to_python(stack(("x", RELU), ("b", RELU)))
    assert "        x = self.x(x)     # 4\n        return self.b(x)  # 4\n" in source


def test_what_comes_in_keeps_its_name_unless_it_is_the_usual_one() -> None:
    graph = stack(("a", RELU), ("b", RELU))
    assert "    def forward(self, x):\n        x = self.a(x)" in to_python(graph)
    assert "    def forward(self, image):\n        x = self.a(image)" in to_python(graph.renamed("input", "image"))


def test_what_is_kept_under_no_name_is_a_variable_where_it_is_called_otherwise() -> None:
    graph = build_line(Graph(), "input 4, (linear 4 +), tanh, (linear 4 +)")[0]
    assert "        x = self.act1(x)" in to_python(graph) and "        return fc2 + x" in to_python(graph)
    named = to_python(graph.renamed("add1", "total").renamed("add2", "end"))
    assert "        total = fc1 + x " in named and "        end = fc2 + x " in named and "        return end\n" in named


def test_shapes_are_said_where_all_uses_of_a_class_have_the_same() -> None:
    text = to_python(build_line(Graph(), "input 8x8x8, residual 8, maxpool 2, residual 8")[0])
    assert "        x = self.pool1(x)         # 8×4×4\n" in text
    own = Custom(label="Own", graph=stack(("a", RELU), shape=None))
    for pool, said in ((None, "  # 8×8×8"), (LAYERS["MaxPool2d"](kernel_size=2), "")):
        more = [("pool", pool)] if pool else []
        text = to_python(stack(("one", own), *more, ("two", own), shape=(8, 8, 8)))
        assert f"        return self.a(x){said}\n" in text


def test_source_with_torch_imports_it() -> None:
    for line, imports in (("input 4, linear 2", "\n\nfrom torch import nn\n"),
                          ("input 4, (linear 2 |)", "\n\nimport torch\nfrom torch import nn\n")):
        assert imports in to_python(build_line(Graph(), line)[0])


def test_a_docstring_fits_into_its_line_however_much_is_inside() -> None:
    inner = stack(*((f"part{i}", LAYERS[kind]()) for i, kind in enumerate(("LeakyReLU", "LogSigmoid", "Softsign") * 9)),
                  shape=None)
    label = "A label as long as a label may be at all, which is sixty"
    text = to_python(stack(("own", Custom(label=label, graph=inner))))
    (line,) = [line for line in text.splitlines() if line.startswith('    """A label')]
    assert len(line) <= LINE and line.endswith(', and more."""') and "Leaky ReLU, Log sigmoid" in line
    twice = Custom(label="Own", graph=stack(("a", RELU), ("b", RELU), shape=None))
    assert '    """Own: ReLU ×2."""' in to_python(stack(("own", twice)))
