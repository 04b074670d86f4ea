"""A line of the book from a run's folder: small files only, and of a long curve its last line. No torch."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from engine.compare.belonging import course_id
from engine.experiment.choices.measures import MEASURES, MeasureRow
from engine.experiment.experiment import Experiment, load_experiment
from engine.files import ReadError, opened
from engine.messages import LayerloomError, Message
from engine.runs.book.entry import Entry, Kind, Part, State
from engine.runs.book.marks import marks_of
from engine.runs.book.scanning import Scan, scan
from engine.runs.claim import LOCK, is_being_written
from engine.runs.names import EXPERIMENT, METRICS, NETWORK, RUN, SERIES, START, SUMMARY, SWEEP, TIMES
from engine.runs.naming import RunFolder, is_dated, run_folder
from engine.runs.opened import best_of, experiment_of, json_in, members_in, noted_in, text_in
from engine.runs.sweeping.log import read
from engine.runs.texts import UNREADABLE, metrics_read, summary_read, times_read
from engine.training.events import Steered
from engine.training.state import EpochRow
from engine.training.values import Metrics, Summary

SAMPLE = 2**16  # bytes
TAIL = 4096  # bytes: longer than a line of metrics.csv
NUMBERS = MEASURES["validation_loss"]
CLASSES = MEASURES["validation_accuracy"]


def entry_of(run: RunFolder, found: Scan) -> Entry:
    """What its small files say; the experiment is read by ``with_course``."""
    folder, about = run.path, json_in(run.path / RUN)
    marks = marks_of(folder)
    parent, base = (str(about.get(name) or "") for name in ("parent", "base"))
    entry = Entry(folder, run.name, _begun(run, found, about), kind=_kind(found, about),
                  title=str(about.get("title") or ""),
                  device=str(about.get("device_name") or about.get("device") or ""),
                  versions=_texts(about.get("versions")), size=found.size, star=marks.star, note=marks.note,
                  base=Path(base or parent) if base or parent else None, goes_on=bool(parent))
    with suppress(*UNREADABLE):
        entry = replace(entry, params=int(about.get("params") or 0), planned=int(about.get("planned") or 0))
    if entry.kind == "run":
        return _with_results(entry, found)
    return _with_members(entry, found)


def _begun(run: RunFolder, found: Scan, about: Mapping[str, Any]) -> datetime:
    """As the folder's name has it, or what the run wrote down itself: a copy's files are younger."""
    said = (json_in(run.path / SWEEP) if SWEEP in found.names else about).get("begun")
    if not is_dated(run.path):
        with suppress(ValueError, OverflowError, TypeError, OSError):
            return datetime.fromisoformat(said).astimezone().replace(tzinfo=None)  # type: ignore[arg-type]
    return run.begun


def _kind(found: Scan, about: Mapping[str, Any]) -> Kind:
    if SWEEP in found.names:
        return "sweep"
    return "series" if "members" in about or SERIES in found.names else "run"


def _texts(raw: object) -> dict[str, str]:
    return {str(name): str(value) for name, value in raw.items()} if isinstance(raw, dict) else {}


# -- a run -------------------------------------------------------------------------------------------------------------


def _with_results(entry: Entry, found: Scan) -> Entry:
    folder = entry.folder
    with suppress(*UNREADABLE):
        summary, stopped = summary_read(text_in(folder / SUMMARY))
        ended = _of_summary(entry, summary, _last_row(folder / METRICS))
        return replace(ended, state="stopped" if stopped else "ended")
    rows = metrics_read(text_in(folder / METRICS))
    state = _state(folder, found)
    return replace(_of_rows(entry, rows), state=state, seconds=_seconds(folder)) if rows else replace(
        entry, state=state, seconds=_seconds(folder))


def _state(folder: Path, found: Scan) -> State:
    return "running" if LOCK in found.names and is_being_written(folder) else "left"


def _of_summary(entry: Entry, summary: Summary, last: EpochRow | None) -> Entry:
    judged = not math.isnan(summary.validation.loss)
    best = summary.validation if judged else summary.train
    latest = (last.validation if judged else last.train) if last is not None else best
    measure = MEASURES.get(summary.chosen_by.replace(" ", "_"), _usual(best))
    return replace(entry, numbers=_numbers(best, latest, summary.train, summary.test), measure=measure.name,
                   is_larger_better=measure.is_larger_better, best_epoch=summary.best_epoch, epochs=summary.epochs,
                   planned=summary.planned or entry.planned, params=summary.params, seconds=summary.total_seconds,
                   seed=summary.seed, device=summary.device_name or summary.device)


def _of_rows(entry: Entry, rows: list[EpochRow]) -> Entry:
    """Of a run that has not come to its end: by the usual measure."""
    best, last = best_of(rows, MEASURES["auto"]), rows[-1]
    judged = not math.isnan(last.validation.loss)
    ofs = (best.validation, last.validation) if judged else (best.train, last.train)
    measure = _usual(ofs[0])
    return replace(entry, numbers=_numbers(*ofs, best.train, best.test or Metrics(math.nan, math.nan)),
                   measure=measure.name, is_larger_better=measure.is_larger_better, best_epoch=best.epoch,
                   epochs=last.epoch)


def _usual(metrics: Metrics) -> MeasureRow:
    return NUMBERS if math.isnan(metrics.accuracy) else CLASSES


def _numbers(best: Metrics, last: Metrics, train: Metrics, test: Metrics) -> dict[Part, Mapping[str, float]]:
    parts: dict[Part, Metrics] = {"best": best, "last": last, "train": train, "test": test}
    return {part: named for part, metrics in parts.items() if (named := metrics.named)}


def _last_row(path: Path) -> EpochRow | None:
    """The last epoch of metrics.csv, from its end only."""
    with suppress(ReadError, OSError), opened(path) as file:
        head = file.readline(TAIL)
        file.seek(max(len(head), os.fstat(file.fileno()).st_size - TAIL))
        lines = file.read(TAIL).split(b"\n")[:-1]
        if lines:
            return next(iter(metrics_read((head + lines[-1] + b"\n").decode("utf-8", "replace"))), None)
    return None


def _seconds(folder: Path) -> float:
    times = times_read(text_in(folder / TIMES))
    return times[-1].seconds if times else math.nan


# -- several -----------------------------------------------------------------------------------------------------------


def _with_members(entry: Entry, found: Scan) -> Entry:
    over = _reasons(entry.folder) if entry.kind == "sweep" else {}
    members = tuple(replace(member, reason=over.get(member.folder.name)) for member in _members(entry))
    running = _state(entry.folder, found) == "running"
    finished = {member.folder.name for member in members if member.state == "ended"}
    names = {*over, *(member.folder.name for member in members)}
    ended = not running and bool(members) and all(name in finished or over.get(name) for name in names)
    first = members[0] if members else entry
    return replace(entry, members=members, state="running" if running else "ended" if ended else "stopped",
                   measure=first.measure, is_larger_better=first.is_larger_better, params=first.params,
                   seconds=math.fsum(member.seconds for member in members if not math.isnan(member.seconds)),
                   device=first.device, versions=entry.versions or first.versions)


def _reasons(folder: Path) -> Mapping[str, Message | None]:
    """Of a sweep every run that was planned, by its folder's name, and why it came no further, where that is so."""

    return {noted.folder: noted.reason for noted in read(folder)[1].runs.values()}


def _members(entry: Entry) -> Iterator[Entry]:
    for folder in _member_folders(entry):
        run = run_folder(folder)
        if run is not None:
            member = entry_of(run._replace(name=entry.network), scan(folder))
            title = member.title or ("" if entry.kind == "sweep" else folder.name)
            yield replace(member, title=title, base=entry.folder, begun=entry.begun)


def _member_folders(entry: Entry) -> list[Path]:
    if entry.kind == "series":
        return members_in(entry.folder)
    with suppress(OSError):
        return sorted(path for path in entry.folder.iterdir() if (path / EXPERIMENT).is_file())
    return []


# -- what was trained --------------------------------------------------------------------------------------------------


def with_course(entry: Entry, experiment: Experiment) -> Entry:
    """With what its experiment says: what it has in common with runs that differ in their seed only."""
    recipe = experiment.recipe
    by_hand = [(each.epoch, each.batch, sorted(each.changes.items())) for each in noted_in(entry.folder)
               if isinstance(each, Steered)]
    course = course_id(experiment, repr(by_hand) if by_hand else "", str(entry.base) if entry.goes_on else "",
                       _start(entry.folder / START))
    return replace(entry, seed=recipe.seed if entry.seed is None else entry.seed, course=course,
                   planned=entry.planned or recipe.epochs, facts=_facts(experiment))


def _facts(experiment: Experiment) -> dict[str, float | str]:
    """Numbers and choices of the recipe by their names in it, and the data."""
    options = {name: float(value) if isinstance(value, int | float) else str(value)
               for name, value in experiment.recipe if not isinstance(value, bool)}
    return {**options, "data": experiment.data.source.id}


def _start(path: Path) -> str:
    """Which weights it began with, where they were given: a little of them tells them apart."""
    with suppress(ReadError, OSError), opened(path) as file:
        digest = blake2b(file.read(SAMPLE), digest_size=12)
        file.seek(max(0, os.fstat(file.fileno()).st_size - SAMPLE))
        digest.update(file.read(SAMPLE))
        return digest.hexdigest()
    return ""


def experiment_in(folder: Path, kind: Kind) -> Experiment:
    """What was trained there; of a sweep what it was made from. Raises LayerloomError."""
    return load_experiment(folder / NETWORK) if kind == "sweep" else experiment_of(folder)


def trouble_with(entry: Entry, error: LayerloomError) -> Entry:
    """A line that says why there is no more of it."""
    return replace(entry, state="damaged", trouble=error.message)
