"""The texts in a run's folder: metrics, changes of the rate, the summary, and the table of a series. No torch."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.runs.history import EpochRow
from engine.training.events import Metrics, RateChanged, SeriesFinished, Summary

COLUMNS = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")


def metrics_csv(rows: Sequence[EpochRow]) -> str:
    """The epochs as text: nothing in it depends on time, so one seed gives one file. What is no number is empty."""
    more = other_columns(rows)
    lines = [",".join([str(row.epoch), *epoch_cells(row, more)]) for row in rows]
    return "\n".join([",".join(["epoch", *COLUMNS, *more]), *lines]) + "\n"


def other_columns(rows: Iterable[EpochRow]) -> list[str]:
    """Columns after the usual ones: ``train_rmse``, ``validation_f1`` …"""
    first = next(iter(rows), None)
    if first is None:
        return []
    parts = (("train", first.train), ("validation", first.validation))
    return [f"{part}_{name}" for part, metrics in parts for name, _ in metrics.others]


def epoch_cells(row: EpochRow, more: Iterable[str]) -> list[str]:
    """The cells of an epoch, in the order of ``COLUMNS`` and then ``more``."""
    values: dict[str, float] = {}
    for part, metrics in (("train", row.train), ("validation", row.validation)):
        values |= {f"{part}_{name}": value for name, value in metrics.named.items()}
    return [f"{values[name]:.6f}" if name in values else "" for name in (*COLUMNS, *more)]


def changes_csv(changes: Iterable[RateChanged]) -> str:
    """When the learning rate was changed by hand, in epochs, and to what."""
    return "\n".join(["position,lr", *(f"{change.position:.6f},{change.lr:g}" for change in changes)]) + "\n"


def summary_json(summary: Summary) -> str:
    """The summary as the command line promises it; what is no number is null."""
    return _json({
        "epochs": summary.epochs, "best_epoch": summary.best_epoch, "train": _plain(summary.train),
        "validation": _plain(summary.validation), "test": _plain(summary.test),
        "examples_per_second": round(summary.examples_per_second, 1), "device": summary.device,
        "params": summary.params, "seed": summary.seed,
    })  # fmt: skip


def series_json(series: SeriesFinished, folders: Sequence[str], title: str) -> str:
    """Every run of a series in numbers, with mean and deviation over folds."""
    members = [{"title": row.title, "folder": folder, **_finite(row.values)}
               for row, folder in zip(series.rows, folders, strict=False)]
    return _json({"title": title, "members": members, "mean": _finite(series.mean), "std": _finite(series.std)})


def series_csv(series: SeriesFinished) -> str:
    """The same as a table; mean and deviation are its last lines."""
    columns = list(dict.fromkeys(name for row in series.rows for name in row.values))
    rows = [(row.title, row.values) for row in series.rows]
    rows += [(title, values) for title, values in (("mean", series.mean), ("std", series.std)) if values]
    lines = [",".join([_quoted(title), *(f"{values[name]:.6f}" if name in values else "" for name in columns)])
             for title, values in rows]
    return "\n".join([",".join(["run", *columns]), *lines]) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\n') else text


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def _finite(values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in values.items()}


def _plain(metrics: Metrics) -> dict[str, float | None]:
    return _finite({"loss": metrics.loss, "accuracy": metrics.accuracy, **dict(metrics.others)})
