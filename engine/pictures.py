"""Pictures of a run: its curves as PNG, SVG or numbers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from engine.files import write_atomically, write_text
from engine.history import History
from engine.messages import LayerloomError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TRAIN, VALIDATION, TEXT, GRID = "#2f6fde", "#b87514", "#667085", "#e4e7ec"
INCHES, DPI = (9.0, 3.6), 144
CSV_HEADER = "position,train_loss,train_accuracy,validation_loss,validation_accuracy"


class PictureError(LayerloomError):
    """The file's kind is not one that can be drawn."""


def curves_picture(history: History, path: str | os.PathLike[str]) -> None:
    """Draw loss and accuracy as .png or .svg. Raises PictureError or WriteError; an old file survives."""
    path = Path(path)
    kind = path.suffix.lower().removeprefix(".")
    if kind not in ("png", "svg"):
        raise PictureError("{path}: curves are drawn as .png or .svg", path=path.name)
    figure = _figure(history)
    write_atomically(path, lambda temporary: figure.savefig(temporary, format=kind, dpi=DPI))


def curves_csv(history: History, path: str | os.PathLike[str]) -> None:
    """Write points and epochs in order of position; a point has no validation. Raises WriteError."""
    rows = [(point.position, 0, f"{point.loss:.6f},{point.accuracy:.6f},,") for point in history.points]
    rows += [(epoch.position, 1, ",".join(f"{value:.6f}" for value in (*epoch.train, *epoch.validation)))
             for epoch in history.epochs]
    lines = [f"{position:.6f},{values}" for position, _, values in sorted(rows)]
    write_text(Path(path), "\n".join([CSV_HEADER, *lines]) + "\n")


def _figure(history: History) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=INCHES, layout="constrained", facecolor="white")
    for number, title in enumerate(("loss", "accuracy")):
        axes: Axes = figure.add_subplot(1, 2, number + 1)
        _style(axes, title)
        _curves(axes, history, number)
    return figure


def _style(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold", color="#1d2430")
    axes.set_xlabel("epoch", fontsize=9, color=TEXT)
    axes.tick_params(colors=TEXT, labelsize=8, length=0)
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[:].set_visible(False)
    axes.margins(x=0.02)
    axes.locator_params(axis="x", integer=True)


def _curves(axes: Axes, history: History, number: int) -> None:
    """``number`` 0 is the loss, 1 the accuracy; faint: the points within the epochs."""
    positions = [epoch.position for epoch in history.epochs]
    marker = "o" if len(positions) <= 30 else None
    axes.plot([point.position for point in history.points], [(point.loss, point.accuracy)[number] for point in
              history.points], color=TRAIN, alpha=0.3, linewidth=1)
    axes.plot(positions, [epoch.train[number] for epoch in history.epochs], color=TRAIN, linewidth=1.8, marker=marker,
              markersize=3, label="train")
    axes.plot(positions, [epoch.validation[number] for epoch in history.epochs], color=VALIDATION, linewidth=1.8,
              marker=marker, markersize=3, label="validation")
    best = next((epoch for epoch in history.epochs if epoch.epoch == history.best_epoch), None)
    if best is not None:
        axes.plot([best.position], [best.validation[number]], "o", markersize=9, markerfacecolor="none",
                  markeredgecolor=VALIDATION, linestyle="none", label=f"best: epoch {best.epoch}")
    if positions:
        axes.legend(frameon=False, fontsize=8, labelcolor=TEXT)
