"""The table of layers as a picture. Loads matplotlib."""

from __future__ import annotations

from matplotlib.figure import Figure

from engine.figures.layer_table import HEADINGS, NUMBERS, Table

TEXT, DIM, RULE = "#1d2430", "#667085", "#1d2430"
ROW_INCHES, LETTER_INCHES, FONT = 0.235, 0.079, 9.0


def table_figure(table: Table) -> Figure:
    """The table on white, with three rules, as in a paper."""
    rows = [HEADINGS, *table.rows, table.total]
    widths = [(max(len(row[column]) for row in rows) + 3) * LETTER_INCHES for column in range(len(HEADINGS))]
    height = ROW_INCHES * (len(rows) + 1 + bool(table.title))
    figure = Figure(figsize=(sum(widths) + 0.3, height), facecolor="white")
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    axes.set_xlim(-0.15, sum(widths) + 0.15)
    axes.set_ylim(height - ROW_INCHES * (0.5 + bool(table.title)), -ROW_INCHES * (0.5 + bool(table.title)))
    if table.title:
        axes.text(0.05, -0.5 * ROW_INCHES, table.title, fontsize=FONT + 1, fontweight="bold", color=TEXT, va="center")
    for line, row in enumerate(rows):
        strong = line in (0, len(rows) - 1)
        for column, cell in enumerate(row):
            right = column in NUMBERS
            x = sum(widths[: column + 1]) - 0.05 if right else sum(widths[:column]) + 0.05
            axes.text(x, (line + 0.5) * ROW_INCHES, cell.replace("$", r"\$"), fontsize=FONT,
                      ha="right" if right else "left", va="center", fontweight="bold" if strong else "normal",
                      color=DIM if column in (1, 2) and not strong else TEXT)
    for line, width in ((0, 1.4), (1, 0.8), (len(rows) - 1, 0.8), (len(rows), 1.4)):
        axes.plot([0, sum(widths)], [line * ROW_INCHES] * 2, color=RULE, linewidth=width, solid_capstyle="butt")
    return figure
