"""A sweep as its widgets take it: plain values and words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from engine.experiment.sweep.axes import Axis
from engine.experiment.sweep.fields import Value as Setting
from engine.experiment.sweep.fields import text_of
from engine.runs.sweeping.events import RunAdvanced
from engine.runs.sweeping.offered import Offered
from engine.runs.sweeping.opened import Member as Run
from engine.runs.sweeping.opened import Sweep
from engine.units import clock_text, grouped
from widgets.look.text import message_text, translated
from widgets.sweep.values import FieldAxis, FieldChoice, Kind, Member, State, SweepShown, Value

LOGARITHMIC = 10  # values of this factor lie on a logarithmic axis


def tr(text: str) -> str:
    """In the person's language."""
    return QCoreApplication.translate("Sweep", text)


def choices(fields: Iterable[Offered]) -> list[FieldChoice]:
    """What can be tried, as the form offers it."""
    return [FieldChoice(each.name, message_text(each.title), message_text(each.group), each.hint,
                        message_text(each.now)) for each in fields]


class Progress(NamedTuple):
    """What goes on now, beside what the sweep itself knows."""

    running: Mapping[int, RunAdvanced | None]  # None: it has just begun
    is_going: bool
    seconds: float = 0.0  # since it began here
    done_before: int = 0  # that were over then


def shown(sweep: Sweep, titles: Mapping[str, str], now: Progress) -> SweepShown:
    """All of it. ``titles``: of fields, by name."""
    axes = sweep.plan.axes
    members = tuple(_member(run, sweep, now) for run in sweep.members)
    importance = sweep.importance
    shares = tuple((titles.get(share.field, share.field), share.share) for share in importance.shares) or None
    unsure = "" if shares else tr("Which field matters can be told from {needed} runs on").format(
        needed=grouped(importance.needed))
    return SweepShown(tuple(_axis(axis, sweep, titles) for axis in axes), members, translated(sweep.measure.title),
                      sweep.measure.is_larger_better, _head(sweep, now), shares,
                      tuple(message_text(line) for line in sweep.doubts), unsure)


def _axis(axis: Axis, sweep: Sweep, titles: Mapping[str, str]) -> FieldAxis:
    values = axis.values or tuple(run.setting.value(axis.field) for run in sweep.members)
    return FieldAxis(titles.get(axis.field, axis.field), _kind(axis, values),
                     tuple(text_of(value) for value in axis.values))


def _kind(axis: Axis, values: Iterable[Setting]) -> Kind:
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if not axis.is_range and (len(numbers) < len(axis.values) or not numbers):
        return "words"
    is_wide = bool(numbers) and min(numbers) > 0 and max(numbers) / min(numbers) >= LOGARITHMIC
    return "log" if axis.is_log or is_wide else "linear"


def _member(run: Run, sweep: Sweep, now: Progress) -> Member:
    state, far = _state(run, now), now.running.get(run.index)
    best, last = (far.best, far.last) if far is not None else (sweep.best(run), sweep.last(run))
    values = tuple(_value(run.setting.value(axis.field)) for axis in sweep.plan.axes)
    curve = tuple((float(epoch), value) for epoch, value in enumerate(run.values(sweep.measure), 1))
    return Member(str(run.folder), words_of(run), values, state, message_text(run.reason) if run.reason else "",
                  _number(best), _number(last), curve, run.epochs, sweep.plan.experiment.recipe.epochs)


def words_of(run: Run) -> str:
    """Its setting, short: ``lr 0.003, batch size 16``."""
    plain = str.maketrans("_.", "  ")
    return ", ".join(f"{field.translate(plain)} {text_of(value)}" for field, value in run.setting.values)


def _state(run: Run, now: Progress) -> State:
    if run.index in now.running:
        return "running"
    return "waiting" if run.state == "left" else run.state


def _value(value: Setting) -> Value:
    return value if isinstance(value, str | float | bool | int) or value is None else text_of(value)


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _head(sweep: Sweep, now: Progress) -> str:
    """How far it is: ``7 of 12 · 2 at a time: … · 3:12 left``."""
    over, count = sum(run.is_over for run in sweep.members), sweep.plan.count
    far = tr("{over} of {count} runs").format(over=grouped(over), count=grouped(count)) if count is not None else (
        tr("{over} runs").format(over=grouped(over)))
    parts = [far, message_text(sweep.at_once) if sweep.at_once is not None and now.is_going else ""]
    if now.is_going:
        parts.append(_left(sweep, now, over, count))
    elif not sweep.is_over or (count is not None and over < count):
        parts.append(tr("left: it can go on"))
    return " · ".join(filter(None, parts))


def _left(sweep: Sweep, now: Progress, over: int, count: int | None) -> str:
    done = over - now.done_before
    by_pace = now.seconds / done * (count - over) if done > 0 and count is not None else math.inf
    by_time = 60 * sweep.plan.minutes - sweep.seconds - now.seconds if sweep.plan.minutes else math.inf
    left = min(by_pace, max(0.0, by_time))
    return tr("{time} left").format(time=clock_text(left)) if math.isfinite(left) else ""
