"""The table of layers as Markdown, LaTeX and a picture."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from PIL import Image

from engine.analysis.analysis import analyze
from engine.experiment.experiment import gallery_ids, load_experiment
from engine.experiment.trust import allow, sources_of
from engine.figures.export import DrawingError, draw
from engine.figures.layer_table import HEADINGS, layer_table, to_latex, to_markdown
from engine.graph.graph import Edge, Graph, Node
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from engine.line.line import build_line

SHAPE = (1, 28, 28)


def lenet():
    experiment = load_experiment("gallery:lenet")
    return analyze(experiment.graph, experiment.data.sample_shape)


def cells(markdown: str) -> list[list[str]]:
    lines = [line for line in markdown.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def test_markdown_has_a_row_for_each_layer_and_the_totals():
    rows = cells(to_markdown(layer_table(lenet(), "LeNet")))
    assert rows[0] == list(HEADINGS) and len(rows) == 2 + len(lenet().graph.nodes) + 1
    assert ["conv1", "Conv 2d", "6 · 5×5 · pad 2", "6×28×28", "156", "117 600"] in [
        [cell.replace("\u00a0", " ") for cell in row] for row in rows]
    assert [rows[-1][0], *[cell.replace("\u00a0", " ") for cell in rows[-1][4:]]] == [
        "**Total**", "**61 706**", "**416 520**"]


def test_the_columns_of_the_markdown_line_up():
    lines = to_markdown(layer_table(lenet())).splitlines()
    assert len({len(line) for line in lines}) == 1


@pytest.mark.parametrize("id", gallery_ids())
def test_latex_is_whole(id):
    experiment = load_experiment(f"gallery:{id}")
    allow(sources_of(experiment.graph))
    analysis = analyze(experiment.graph, experiment.data.sample_shape)
    text = to_latex(layer_table(analysis, experiment.title))
    rows = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert len(rows) == len(analysis.graph.nodes) + 2
    assert all(len(re.findall(r"(?<!\\)&", row)) == len(HEADINGS) - 1 for row in rows)
    assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")
    assert not re.search(r"(?<!\\)[_#%]", text.replace("% needs", ""))
    assert text.isascii()


def test_words_cannot_break_out_of_their_cell():
    graph = Graph.of([Node("input", Input()), Node("a_b", Flatten())], [Edge("input", "a_b")])
    table = replace(layer_table(analyze(graph, SHAPE)), title="50 % of a|b_c & {d}\n\\end{table}")
    assert r"50 \% of a|b\_c \& \{d\} \textbackslash{}end\{table\}" in to_latex(table)
    assert r"### 50 % of a\|b\_c & {d} \\end{table}" in to_markdown(table)
    assert r"a\_b" in to_markdown(table)


def test_what_is_not_known_is_a_question_mark_and_what_is_bypassed_says_so():
    nodes = [Node("input", Input()), Node("conv1", Conv2d(out_channels=4, kernel_size=3), bypassed=True),
             Node("conv2", Conv2d(out_channels=4, kernel_size=90)), Node("fc1", Linear(out_features=3))]
    graph = Graph.of(nodes, [Edge("input", "conv1"), Edge("conv1", "conv2"), Edge("conv2", "fc1")])
    rows = {row[0]: row[2:] for row in layer_table(analyze(graph, SHAPE)).rows}
    assert rows["conv1"] == ("bypassed", "1×28×28", "0", "0")
    assert rows["conv2"][1:] == rows["fc1"][1:] == ("?", "?", "?")


@pytest.mark.parametrize(("suffix", "written"), [(".md", to_markdown), (".tex", to_latex)])
def test_a_text_holds_the_table(tmp_path, suffix, written):
    path = tmp_path / f"table{suffix}"
    draw(lenet(), path, "table", "LeNet")
    assert path.read_text(encoding="utf-8") == written(layer_table(lenet(), "LeNet"))


def test_a_vector_picture_has_every_cell_in_words(tmp_path):
    """Letters are paths in it, and each text says in a comment what it is."""
    draw(lenet(), tmp_path / "table.svg", "table", "LeNet")
    table, text = layer_table(lenet(), "LeNet"), (tmp_path / "table.svg").read_text(encoding="utf-8")
    words = {cell for row in (HEADINGS, *table.rows) for cell in row if cell.isascii() and "-" not in cell} | {"LeNet"}
    assert {"conv1", "Flatten", "LeNet"} <= words and all(f"<!-- {word} -->" in text for word in words if word)


@pytest.mark.parametrize("suffix", [".png", ".pdf"])
def test_a_picture_has_a_line_more_for_a_layer_more(tmp_path, suffix):
    long, short = tmp_path / f"long{suffix}", tmp_path / f"short{suffix}"
    draw(lenet(), long, "table", "LeNet")
    draw(analyze(lenet().graph.healed("act1"), SHAPE), short, "table", "LeNet")
    assert height(long) > height(short) > 0.9 * height(long)


def height(path):
    """Of a PNG in pixels, of a PDF in points."""
    if path.suffix == ".png":
        return Image.open(path).height
    return float(re.search(rb"/MediaBox \[ ?\S+ \S+ \S+ (\S+) ?\]", path.read_bytes())[1])


def test_another_kind_is_refused(tmp_path):
    with pytest.raises(DrawingError, match=r"\.md"):
        draw(lenet(), tmp_path / "table.docx", "table")
    with pytest.raises(DrawingError):
        draw(lenet(), tmp_path / "figure.tex", "figure")
    assert not list(tmp_path.iterdir())


MARKDOWN = """\
### My net

| Layer     | Kind    | Options         | Output shape | Parameters | Multiply-adds |
| --------- | ------- | --------------- | -----------: | ---------: | ------------: |
| input     | Input   | 1×8×8           |        1×8×8 |          0 |             0 |
| conv1     | Conv 2d | 4 · 3×3 · pad 1 |        4×8×8 |         40 |         2~304 |
| act1      | ReLU    |                 |        4×8×8 |          0 |             0 |
| flatten1  | Flatten |                 |          256 |          0 |             0 |
| fc1       | Linear  | 3               |            3 |        771 |           768 |
| **Total** |         |                 |              |    **811** |     **3~072** |
"""
LATEX = r"""
% needs \usepackage{booktabs}
\begin{table}
  \centering
  \caption{My net}
  \begin{tabular}{lllrrr}
    \toprule
    Layer & Kind & Options & Output shape & Parameters & Multiply-adds \\
    \midrule
    input & Input & 1$\times$8$\times$8 & 1$\times$8$\times$8 & 0 & 0 \\
    conv1 & Conv 2d & 4 $\cdot$ 3$\times$3 $\cdot$ pad 1 & 4$\times$8$\times$8 & 40 & 2\,304 \\
    act1 & ReLU &  & 4$\times$8$\times$8 & 0 & 0 \\
    flatten1 & Flatten &  & 256 & 0 & 0 \\
    fc1 & Linear & 3 & 3 & 771 & 768 \\
    \midrule
    Total &  &  &  & 811 & 3\,072 \\
    \bottomrule
  \end{tabular}
\end{table}
"""


def test_the_whole_of_a_small_table() -> None:
    analysis = analyze(build_line(Graph(), "input 1x8x8, conv 4 3x3 p1, relu, flatten, linear 3")[0])
    table, untitled = layer_table(analysis, "My net"), layer_table(analysis)
    assert to_markdown(table) == MARKDOWN.replace("~", "\u00a0")
    assert to_markdown(untitled) == MARKDOWN.replace("~", "\u00a0").removeprefix("### My net\n\n")
    assert to_latex(table) == LATEX.lstrip()
    assert to_latex(untitled) == LATEX.lstrip().replace("  \\caption{My net}\n", "")


def test_whose_weights_are_used_is_said() -> None:
    graph = build_line(Graph(), "input 8, linear 8, linear 8")[0].with_shares("fc2", "fc1")
    assert [row[4] for row in layer_table(analyze(graph)).rows] == ["0", "72", "as fc1"]
