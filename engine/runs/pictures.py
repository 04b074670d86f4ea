"""A run's curves as files: pictures and numbers, one row a kind of file."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.figures.export import drawn
from engine.files import write_bytes, write_text
from engine.formats import Format, format_of, suffixes
from engine.messages import LayerloomError
from engine.runs.texts import COLUMNS, epoch_cells, other_columns
from engine.training.state import RunState
from engine.training.steering import told
from engine.training.values import NOTHING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TRAIN, VALIDATION, TEST, TEXT, GRID = "#2f6fde", "#b87514", "#1d2430", "#667085", "#e4e7ec"
COLORS = ("#2f6fde", "#b87514", "#1f8f68", "#d13b4a", "#a074f0", "#2fb8ac", "#667085", "#d17ae8")  # of runs
INCHES, DPI = (9.0, 3.6), 144
LOG_SPAN = 100.0  # a loss that falls further than this is drawn on a logarithmic scale


class PictureError(LayerloomError):
    """The file's kind is not one that can be drawn."""


@dataclass(frozen=True)
class CurvesFormat(Format):
    """A kind of file for the curves of one run or of several."""

    write: Callable[[Sequence[RunState], Path], None]


def save_curves(members: Sequence[RunState], path: str | os.PathLike[str]) -> None:
    """Write the curves as the file's suffix says. Raises PictureError or WriteError."""
    path = Path(path)
    kind = format_of(path, FORMATS)
    if kind is None:
        raise _no_picture(path)
    kind.write(members, path)


def curves_picture(run: RunState, path: str | os.PathLike[str]) -> None:
    """Draw the loss, and the accuracy or else log-RMSE or RMSE, as .png or .svg. Raises PictureError or WriteError.

    An old file survives.
    """
    path = Path(path)
    kind = _kind(path)
    figure = _figure(run)
    write_bytes(path, drawn(figure, kind, DPI))


def _kind(path: Path) -> str:
    kind = format_of(path, PICTURES)
    if kind is None:
        raise _no_picture(path)
    return kind.suffix.removeprefix(".")


def _no_picture(path: Path) -> PictureError:
    return PictureError("{path}: curves are drawn as {suffixes}", path=path.name, suffixes=suffixes(PICTURES, " or "))


def series_picture(members: Sequence[RunState], path: str | os.PathLike[str]) -> None:
    """Draw the runs of a series over each other: validation full, training dashed. Raises as ``curves_picture``."""
    path = Path(path)
    kind = _kind(path)
    figure = _empty_figure()
    second = _second(members)
    for number, name in enumerate(("loss", second)):
        axes: Axes = figure.add_subplot(1, 2, number + 1)
        _style(axes, name.replace("_", "-"))
        for index, member in enumerate(members):
            _member_curves(axes, member, name, COLORS[index % len(COLORS)])
        values = [value for member in members for value in _values(member, name)]
        if name != "accuracy" and _falls_far(values):
            axes.set_yscale("log")
        if axes.get_legend_handles_labels()[0]:
            axes.legend(frameon=False, fontsize=8, labelcolor=TEXT)
    write_bytes(path, drawn(figure, kind, DPI))


def _member_curves(axes: Axes, member: RunState, name: str, color: str) -> None:
    rows = member.epochs
    positions = [row.position for row in rows]
    train, validation = (_values(member, name, part) for part in ("train", "validation"))
    axes.plot(positions, train, color=color, linewidth=1, linestyle="--", alpha=0.7)
    axes.plot(positions, validation, color=color, linewidth=1.8, label=member.title)
    _changes(axes, member)


def _values(run: RunState, name: str, part: str = "validation") -> list[float]:
    return [row.parts.get(part, NOTHING).named.get(name, math.nan) for row in run.epochs]


def curves_csv(run: RunState, path: str | os.PathLike[str]) -> None:
    """Write points and epochs in order of position; a point has no validation. Raises WriteError."""
    more = other_columns(run.epochs)
    rows = [(point.position, 0, [_cell(point.loss), _cell(point.accuracy), "", "", *("" for _ in more)])
            for point in run.points]
    rows += [(row.position, 1, epoch_cells(row, more)) for row in run.epochs]
    lines = [",".join([f"{position:.6f}", *cells]) for position, _, cells in sorted(rows, key=lambda row: row[:2])]
    write_text(Path(path), "\n".join([",".join(["position", *COLUMNS, *more]), *lines]) + "\n")


def _cell(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.6f}"


def _empty_figure() -> Figure:
    from matplotlib.figure import Figure  # half a second, when the first picture is drawn

    return Figure(figsize=INCHES, layout="constrained", facecolor="white")


def _figure(run: RunState) -> Figure:
    figure = _empty_figure()
    for number, name in enumerate(("loss", _second([run]))):
        axes: Axes = figure.add_subplot(1, 2, number + 1)
        _style(axes, name.replace("_", "-"))
        _curves(axes, run, name)
    return figure


def _second(runs: Sequence[RunState]) -> str:
    """The metric beside the loss, as the last epoch has it: the last run may have none yet."""
    rows = [row for run in runs for row in run.epochs]
    known = rows[-1].validation.named if rows else {}
    return next((name for name in ("accuracy", "log_rmse", "rmse") if name in known), "accuracy")


def _style(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold", color="#1d2430")
    axes.set_xlabel("epoch", fontsize=9, color=TEXT)
    axes.tick_params(colors=TEXT, labelsize=8, length=0)
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[:].set_visible(False)
    axes.margins(x=0.02)
    axes.locator_params(axis="x", integer=True)


def _curves(axes: Axes, run: RunState, name: str) -> None:
    """One metric over the epochs; faint: the points within them."""
    positions = [row.position for row in run.epochs]
    train, validation = _values(run, name, "train"), _values(run, name)
    within = [getattr(point, name, math.nan) for point in run.points]
    marker = "o" if len(positions) <= 30 else None
    axes.plot([point.position for point in run.points], within, color=TRAIN, alpha=0.3, linewidth=1)
    curves = [("train (mean while learning)", train, TRAIN, "-"),
              ("train after the epoch", _values(run, name, "after_train"), TRAIN, ":"),
              ("validation", validation, VALIDATION, "-"), ("test", _values(run, name, "test"), TEST, "-.")]
    for label, values, color, style in curves:
        if any(map(math.isfinite, values)):
            axes.plot(positions, values, style, color=color, linewidth=1.8, marker=marker, markersize=3, label=label)
    _changes(axes, run)
    if name != "accuracy" and _falls_far([*train, *validation]):
        axes.set_yscale("log")
    best = next((row for row in run.epochs if row.epoch == run.best_epoch), None)
    if best is not None and not math.isnan(best.validation.loss):  # without validation none is chosen
        axes.plot([best.position], [best.validation.named.get(name, math.nan)], "o", markersize=9,
                  markerfacecolor="none", markeredgecolor=VALIDATION, linestyle="none",
                  label=f"best: epoch {best.epoch}")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize=8, labelcolor=TEXT)


def _changes(axes: Axes, run: RunState) -> None:
    """What was changed by hand, and where."""
    for change in run.changes:
        axes.axvline(change.position, color=TEXT, linewidth=0.8, linestyle="--", alpha=0.6)
        words = "\n".join(map(str, told(change.changes, change.before)))
        axes.annotate(words, (change.position, 1), xycoords=("data", "axes fraction"),
                      xytext=(3, -2), textcoords="offset points", va="top", fontsize=7, color=TEXT)


def _falls_far(values: list[float]) -> bool:
    known = [value for value in values if math.isfinite(value)]
    return bool(known) and min(known) > 0 and max(known) > LOG_SPAN * min(known)


# -- the table --------------------------------------------------------------------------------------------------------


def _picture(members: Sequence[RunState], path: Path) -> None:
    """One picture of all runs."""
    if len(members) == 1:
        curves_picture(members[0], path)
    else:
        series_picture(members, path)


def _numbers(members: Sequence[RunState], path: Path) -> None:
    """Numbers of several runs in a file for each."""
    for number, member in enumerate(members, 1):
        curves_csv(member, path if len(members) == 1 else path.with_stem(f"{path.stem}-{number}"))


PICTURES = (CurvesFormat(".png", "Picture", _picture), CurvesFormat(".svg", "Vector picture", _picture))
FORMATS = (*PICTURES, CurvesFormat(".csv", "Numbers", _numbers))
