"""The texts in a run's folder, written and read back: metrics, points, changes, remarks, the summary. No torch."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from string import Formatter
from typing import Any

from engine.messages import Message
from engine.training.events import Noted, Point, SeriesFinished, SeriesRow, Started, Steered, Stop, ThreadsChanged
from engine.training.state import EpochRow
from engine.training.times import Time
from engine.training.values import Metrics, Remark, Summary

# what a damaged text may raise
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
COLUMNS = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
POINTS_HEAD, TIMES_HEAD = "position,loss,accuracy\n", "position,seconds\n"
UNKNOWN_BATCH = -1
LONGEST = 12  # figures of an epoch
FARTHEST = 10.0**LONGEST  # in epochs: more is no place in a run

# -- epochs ------------------------------------------------------------------------------------------------------------


def other_columns(rows: Iterable[EpochRow]) -> list[str]:
    """Columns after the usual ones: ``train_rmse``, ``validation_f1`` …, and all of what else was asked for."""
    usual = ("loss", "accuracy")
    names = dict.fromkeys(f"{part}_{name}" for row in rows for part, metrics in row.parts.items()
                          for name in (*usual, *(name for name, _ in metrics.others)))
    return [name for name in names if name not in COLUMNS]


def metrics_head(row: EpochRow) -> str:
    """The first line of metrics.csv, with the columns that this epoch has."""
    return ",".join(["epoch", *COLUMNS, *other_columns([row])]) + "\n"


def lacks_columns(head: str, row: EpochRow) -> bool:
    """Whether this epoch has columns that are not in the first line of metrics.csv."""
    return not set(other_columns([row])) <= set(head.split(","))


def metrics_widened(text: str, row: EpochRow) -> str:
    """metrics.csv with the columns of this epoch too, which are empty in the lines so far."""
    if not text:
        return metrics_head(row)
    head, *lines = text.split("\n")
    columns = head.split(",")
    more = [name for name in other_columns([row]) if name not in columns]
    lines = [line + "," * len(more) if line.count(",") == len(columns) - 1 else line for line in lines]
    return "\n".join([",".join([*columns, *more]), *lines])


def metrics_line(row: EpochRow, head: str) -> str:
    """An epoch as text, with the columns of the first line: nothing in it depends on time, so one seed gives one file.

    What is no number is empty.
    """
    return ",".join([str(row.epoch), *epoch_cells(row, head.split(",")[1 + len(COLUMNS):])])


def epoch_cells(row: EpochRow, more: Iterable[str]) -> list[str]:
    """The cells of an epoch, in the order of ``COLUMNS`` and then ``more``."""
    values: dict[str, float] = {}
    for part, metrics in row.parts.items():
        values |= {f"{part}_{name}": value for name, value in metrics.named.items()}
    return [f"{values[name]:.6f}" if name in values else "" for name in (*COLUMNS, *more)]


def metrics_read(text: str) -> list[EpochRow]:
    """The epochs of metrics.csv, in order; a line that was cut off is left out."""
    rows = _rows(text, ("epoch", *COLUMNS))
    return [EpochRow(int(row["epoch"]), _metrics(row, "train"), _metrics(row, "validation"), float(row["epoch"]),
                     _if_asked(row, "after_train"), _if_asked(row, "test"))
            for row in rows if row["epoch"].isdecimal() and len(row["epoch"]) <= LONGEST]


def _if_asked(row: Mapping[str, str], part: str) -> Metrics | None:
    """None also of an epoch before it was asked for, in a file that has the columns for later ones."""
    return _metrics(row, part) if row.get(f"{part}_loss") and f"{part}_accuracy" in row else None


def _metrics(row: Mapping[str, str], part: str) -> Metrics:
    values = {name.removeprefix(f"{part}_"): _number(cell) for name, cell in row.items() if name.startswith(f"{part}_")}
    others = tuple((name, value) for name, value in values.items() if name not in ("loss", "accuracy"))
    return Metrics(values["loss"], values["accuracy"], others)


def _number(cell: str) -> float:
    return float(cell) if cell else math.nan


def _rows(text: str, needed: Iterable[str]) -> Iterator[Mapping[str, str]]:
    """Whole lines by column, as far as they can be read."""
    head, *lines = [line.split(",") for line in text.split("\n")[:-1]] or [[]]
    if not set(needed) <= set(head):
        return
    for cells in lines:
        if len(cells) == len(head) and all(map(_is_number, cells)):
            yield dict(zip(head, cells, strict=True))


def _is_number(cell: str) -> bool:
    try:
        _number(cell)
    except ValueError:
        return False
    return True


# -- within epochs -----------------------------------------------------------------------------------------------------


def point_line(point: Point) -> str:
    """A point of the curve, to be drawn again."""
    return ",".join([f"{point.position:.6f}", f"{point.loss:.6g}",
                     "" if math.isnan(point.accuracy) else f"{point.accuracy:.6g}"])


def points_read(text: str) -> list[Point]:
    """The points of points.csv."""
    return [Point(*map(_number, (row["position"], row["loss"], row["accuracy"])))
            for row in _rows(text, ("position", "loss", "accuracy")) if _is_place(row["position"])]


def time_line(time: Time) -> str:
    """When a run was where."""
    return f"{time.position:.6f},{time.seconds:.3f}"


def times_read(text: str) -> list[Time]:
    """The times of times.csv."""
    return [Time(*map(_number, (row["position"], row["seconds"]))) for row in _rows(text, ("position", "seconds"))
            if _is_place(row["position"])]


def _is_place(cell: str) -> bool:
    return 0 <= _number(cell) < FARTHEST


def change_line(noted: Noted) -> str:
    """What a run noted on its way, and where: what was changed by hand, or the threads, or that it was stopped."""
    place = {"epoch": noted.epoch, "batch": noted.batch, "position": round(noted.position, 6)}
    if isinstance(noted, Steered):
        return json.dumps({**place, "set": dict(noted.changes), "was": dict(noted.before)}, ensure_ascii=False)
    if isinstance(noted, ThreadsChanged):
        return json.dumps({**place, "threads": noted.threads})
    return json.dumps({**place, "stopped": True, "judged": noted.judged})


def changes_read(text: str) -> list[Noted]:
    """The lines of changes.jsonl; what cannot be read is left out."""
    found: list[Noted] = []
    for line in text.split("\n"):
        with suppress(*UNREADABLE):
            found.append(_noted(json.loads(line)))
    return found


def _noted(raw: Mapping[str, Any]) -> Noted:
    epoch, batch, position = int(raw["epoch"]), int(raw["batch"]), float(raw["position"])
    if "set" in raw:
        return Steered(epoch, batch, position, dict(raw["set"]), dict(raw.get("was", {})))
    if "threads" in raw:
        return ThreadsChanged(position, int(raw["threads"]), epoch, batch)
    return Stop(epoch, batch, position, bool(raw["judged"]))


def old_changes_read(text: str) -> list[Noted]:
    """The rows of changes.csv, as earlier versions wrote it: without the batch, so for showing only."""
    found: list[Noted] = []
    for row in _rows(text, ("position", "lr")):
        threads, position = row.get("threads", ""), _number(row["position"])
        epoch = 1 if math.isnan(position) else int(position) + 1
        if row["position"] and row["lr"]:
            found.append(Steered(epoch, UNKNOWN_BATCH, position, {"lr": float(row["lr"])}))
        elif row["position"] and threads.isdecimal():
            found.append(ThreadsChanged(position, int(threads), epoch))
    return found


# -- what was said -----------------------------------------------------------------------------------------------------


def remark_line(remark: Remark, epoch: int) -> str:
    """A remark, and the epoch that it was made in; at the end of a run that is the one which would follow."""
    return json.dumps({"epoch": epoch, "kind": remark.kind, "message": message_stored(remark.message),
                       "suggestion": remark.suggestion, "place": remark.place}, ensure_ascii=False)


def message_stored(message: Message) -> Any:
    """A sentence as JSON: its template and its values, so that it can still be translated."""
    return [message.template, {name: message_stored(value) if isinstance(value, Message) else str(value)
                               for name, value in message.values}]


def remarks_read(text: str) -> list[tuple[int, Remark]]:
    """The remarks of remarks.jsonl, each with its epoch; what cannot be read is left out."""
    found = []
    for line in text.split("\n"):
        try:
            raw = json.loads(line)
            found.append((int(raw["epoch"]), _remark(raw)))
        except UNREADABLE:
            continue
    return found


def _remark(raw: Mapping[str, Any]) -> Remark:
    kind, suggestion = raw["kind"], raw["suggestion"]
    if not isinstance(kind, str):
        raise TypeError(kind)
    if suggestion:
        option, value = suggestion
        suggestion = (str(option), value)
    return Remark(kind, message_read(raw["message"]), suggestion or None, str(raw.get("place", "")))  # type: ignore[arg-type]


def message_read(stored: Any) -> Message:
    """What ``message_stored`` gave. Raises one of UNREADABLE."""
    template, values = stored
    for _, name, form, conversion in Formatter().parse(template):
        if name is not None and (form or conversion or name not in values):
            raise ValueError(template)
    return Message(template, tuple((name, message_read(value) if isinstance(value, list) else str(value))
                                   for name, value in values.items()))


# -- the run as a whole ------------------------------------------------------------------------------------------------


def run_json(started: Started, when: str, versions: Mapping[str, str], title: str, is_fold: bool,
             **more: object) -> str:
    """What a run is, when it begins: where it is computed, and with which versions; ``more`` of where it comes from."""
    return _json({"format": "layerloom run", "version": 1, "begun": when, "title": title, "is_fold": is_fold,
                  "device": started.device, "device_name": started.device_name, "params": started.params,
                  "train_examples": started.train_examples, "epochs": started.epochs,
                  "first_epoch": started.first_epoch, "threads": started.threads,
                  "channels_last": started.channels_last, "planned": started.planned,
                  **({"data": {part: list(mark) for part, mark in started.marks.items()}} if started.marks else {}),
                  **more, "versions": dict(versions)})


def marks_read(raw: object) -> dict[str, tuple[int, str]]:
    """What tells a run's data from others, as run.json has it; none where it was made by an earlier version."""
    with suppress(*UNREADABLE):
        return {str(part): (int(count), str(mark)) for part, (count, mark) in raw.items()}  # type: ignore[attr-defined]
    return {}


def series_run_json(when: str, versions: Mapping[str, str], folders: Sequence[str], **more: object) -> str:
    """What a series is while it goes on: the folders of those of its runs that have begun, and where it comes from."""
    return _json({"format": "layerloom run", "version": 1, "begun": when, "members": list(folders), **more,
                  "versions": dict(versions)})


def given_json(given: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    """The options of the command line, where there were any."""
    return {"given": [dict(each) for each in given]} if given else {}


def summary_json(summary: Summary, stopped: bool = False) -> str:
    """The summary as the command line promises it; what is no number is null."""
    return _json({
        "epochs": summary.epochs, "best_epoch": summary.best_epoch, "train": _plain(summary.train),
        "validation": _plain(summary.validation), "test": _plain(summary.test),
        "examples_per_second": round(summary.examples_per_second, 1), "device": summary.device,
        "params": summary.params, "seed": summary.seed, "stopped": stopped,
        "chosen_by": summary.chosen_by or "last epoch", "planned_epochs": summary.planned,
        **_finite({"position": round(summary.position, 6), "training_seconds": round(summary.training_seconds, 3),
                   "total_seconds": round(summary.total_seconds, 3), "epoch_seconds": round(summary.epoch_seconds, 6)}),
        "device_name": summary.device_name,
        **({"best_by": summary.best_by} if summary.best_by else {}),
        **({"ended_early": True} if summary.ended_early else {}),
        **({} if summary.after is None else {"after_train": _plain(summary.after)}),
    })  # fmt: skip


def summary_read(text: str) -> tuple[Summary, bool | None]:
    """The summary of summary.json, and whether the run was stopped; None: an earlier version, which did not say so.

    Raises one of UNREADABLE where it is none.
    """
    raw = json.loads(text)
    stopped = raw.get("stopped")
    train, validation, test = (_metrics_of(raw.get(part) or {}) for part in ("train", "validation", "test"))
    summary = Summary(int(raw["epochs"]), int(raw["best_epoch"]), train, validation, test,
                      float(raw["examples_per_second"]), str(raw["device"]), int(raw["params"]), int(raw["seed"]),
                      _metrics_of(raw["after_train"]) if raw.get("after_train") else None,
                      int(raw.get("planned_epochs") or 0), _read(raw, "position"), _read(raw, "training_seconds"),
                      _read(raw, "total_seconds"), str(raw.get("device_name") or ""),
                      str(raw.get("best_by") or ""), bool(raw.get("ended_early")))
    return summary, stopped if isinstance(stopped, bool) else None


def _read(raw: Mapping[str, Any], name: str) -> float:
    """What earlier versions did not write is not known."""
    value = raw.get(name)
    return math.nan if value is None else float(value)


def _metrics_of(raw: Mapping[str, float | None]) -> Metrics:
    values = {name: math.nan if value is None else float(value) for name, value in raw.items()}
    others = tuple((name, value) for name, value in values.items() if name not in ("loss", "accuracy"))
    return Metrics(values.get("loss", math.nan), values.get("accuracy", math.nan), others)


# -- a series ----------------------------------------------------------------------------------------------------------


def series_json(series: SeriesFinished, folders: Sequence[str], title: str) -> str:
    """Every run of a series in numbers, with mean and deviation over folds."""
    members = [{"title": row.title, "folder": folder, **_finite(row.values)}
               for row, folder in zip(series.rows, folders, strict=False)]
    return _json({"title": title, "members": members, "mean": _finite(series.mean), "std": _finite(series.std),
                  "stopped": series.stopped})


def series_read(text: str) -> tuple[SeriesFinished, list[str]]:
    """What ``series_json`` wrote, and the folders of its runs. Raises one of UNREADABLE."""
    raw = json.loads(text)
    rows = [SeriesRow(member["title"], _numbers(member)) for member in raw["members"]]
    folders = [str(member["folder"]) for member in raw["members"]]
    return SeriesFinished(tuple(rows), _numbers(raw["mean"]), _numbers(raw["std"]),
                          bool(raw.get("stopped", False))), folders


def _numbers(raw: Mapping[str, Any]) -> dict[str, float]:
    return {name: math.nan if value is None else float(value) for name, value in raw.items()
            if name not in ("title", "folder")}


def row_line(row: SeriesRow) -> str:
    """A run of a series that has come to its end, for a series that goes on."""
    return json.dumps({"title": row.title, "values": dict(row.values)}, ensure_ascii=False)


def rows_read(text: str) -> list[SeriesRow]:
    """The lines of series.jsonl, until one cannot be read."""
    rows: list[SeriesRow] = []
    with suppress(*UNREADABLE):
        for line in text.split("\n")[:-1]:
            raw = json.loads(line)
            rows.append(SeriesRow(str(raw["title"]), {name: float(value) for name, value in raw["values"].items()}))
    return rows


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
