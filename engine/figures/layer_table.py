"""A network as a table of its layers, in Markdown or LaTeX."""

from __future__ import annotations

from dataclasses import dataclass

from engine.analysis.analysis import Analysis
from engine.units import grouped, shape_text

HEADINGS = ("Layer", "Kind", "Options", "Output shape", "Parameters", "Multiply-adds")
NUMBERS = (3, 4, 5)  # columns that stand to the right
UNKNOWN = "?"


@dataclass(frozen=True)
class Table:
    """The words of every cell; the total is the last row."""

    title: str
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...]


def layer_table(analysis: Analysis, title: str = "") -> Table:
    """The layers in order; what is not known is “?”. Bypassed ones say so and count nothing."""
    rows = tuple(_row(analysis, name) for name in analysis.graph.order)
    return Table(title, rows, ("Total", "", "", "", grouped(analysis.params), grouped(analysis.mult_adds)))


def _row(analysis: Analysis, name: str) -> tuple[str, ...]:
    node, facts = analysis.graph.nodes[name], analysis.nodes[name].facts
    kind = getattr(node.layer, "label", "") or node.layer.title
    shape = shape_text(analysis.nodes[name].output_shape or ())
    if node.bypassed:
        return name, kind, "bypassed", shape, "0", "0"
    if facts is None:
        return name, kind, node.layer.summary(), UNKNOWN, UNKNOWN, UNKNOWN
    owner = analysis.graph.active.nodes[name].shares  # where an owner is bypassed, another has its weights
    params = grouped(facts.params) if owner is None else f"as {owner}"
    return name, kind, node.layer.summary(), shape, params, grouped(facts.mult_adds)


# -- as text ----------------------------------------------------------------------------------------------------------


def to_markdown(table: Table) -> str:
    """A table as GitHub and most other places read it, in columns that line up."""
    rows = [HEADINGS, *table.rows, _bold(table.total)]
    cells = [[_of_markdown(cell) for cell in row] for row in rows]
    widths = [max(3, *(len(row[column]) for row in cells)) for column in range(len(HEADINGS))]
    rule = [f"{'-' * (width - 1)}:" if column in NUMBERS else "-" * width for column, width in enumerate(widths)]
    lines = [_markdown_line(row, widths) for row in (cells[0], rule, *cells[1:])]
    return "\n".join([*([f"### {_of_markdown(table.title)}", ""] if table.title else []), *lines]) + "\n"


def _bold(row: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"**{cell}**" if cell else "" for cell in row)


def _markdown_line(row: list[str], widths: list[int]) -> str:
    cells = (cell.rjust(width) if column in NUMBERS else cell.ljust(width)
             for column, (cell, width) in enumerate(zip(row, widths, strict=True)))
    return f"| {' | '.join(cells)} |"


def _of_markdown(text: str) -> str:
    text = text.replace("\\", "\\\\").replace("|", "\\|").replace("_", "\\_").replace("<", "&lt;")
    return " ".join(text.split("\n"))


_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "_": r"\_", "%": r"\%", "&": r"\&", "#": r"\#", "$": r"\$",
    "^": r"\^{}", "~": r"\~{}", "<": r"\textless{}", ">": r"\textgreater{}", "×": r"$\times$", "·": r"$\cdot$",
    "→": r"$\to$", "−": "--", "…": r"\dots{}", "\u00a0": r"\,", "∞": r"$\infty$", "‖": r"$\parallel$",
    "≤": r"$\le$", "≥": r"$\ge$", "\n": " ",
}  # fmt: skip


def to_latex(table: Table) -> str:
    """A table of the ``booktabs`` package, in a float with a caption."""
    columns = "".join("r" if column in NUMBERS else "l" for column in range(len(HEADINGS)))
    body = [_latex_line(row) for row in table.rows]
    caption = f"  \\caption{{{_of_latex(table.title)}}}"
    return "\n".join([
        "% needs \\usepackage{booktabs}", "\\begin{table}", "  \\centering", *([caption] if table.title else []),
        f"  \\begin{{tabular}}{{{columns}}}", "    \\toprule", _latex_line(HEADINGS), "    \\midrule", *body,
        "    \\midrule", _latex_line(table.total), "    \\bottomrule", "  \\end{tabular}", "\\end{table}",
    ]) + "\n"  # fmt: skip


def _latex_line(row: tuple[str, ...]) -> str:
    return f"    {' & '.join(map(_of_latex, row))} \\\\"


def _of_latex(text: str) -> str:
    return "".join(_LATEX.get(letter, letter) for letter in text)
