"""A sweep read back from its folder, also while it goes on: its runs in numbers, and what they tell. No torch."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from engine.experiment.choices.measures import MEASURES, MeasureRow
from engine.experiment.sweep.halving import Curves, mean_score, might_have_won
from engine.experiment.sweep.importance import Importance, importance
from engine.experiment.sweep.plan import Plan
from engine.experiment.sweep.setting import Setting
from engine.messages import Message, say
from engine.runs.names import METRICS, SUMMARY
from engine.runs.opened import text_in
from engine.runs.sweeping.log import Failure, Noted, Story, plan_in, read
from engine.runs.texts import UNREADABLE, metrics_read, summary_read
from engine.training.state import EpochRow
from engine.training.stopping import value_of
from engine.training.values import Summary
from engine.units import grouped, measure_text, share_text

State = Literal["waiting", "left", "done", "stopped", "failed"]
"""Of a run: not begun; begun, and can go on; over; stopped by halving; came to nothing."""
OF_LOSS = ("loss", "reduction", "label_smoothing", "class_weights")  # losses of different kinds say nothing together


@dataclass(frozen=True)
class Member:
    """One run of a sweep: what it has otherwise, where it lies, and how far it has come."""

    index: int
    setting: Setting
    folder: Path
    state: State
    reason: Message | None = None
    failure: Failure | None = None
    rows: tuple[EpochRow, ...] = ()
    summary: Summary | None = None
    examples: int = 0  # that it is judged by

    @property
    def epochs(self) -> int:
        """That were learned and judged."""
        return len(self.rows)

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do for it."""
        return self.state in ("done", "stopped", "failed")

    def values(self, measure: MeasureRow) -> tuple[float, ...]:
        """A measure after each epoch."""
        return tuple(value_of(measure, row.train, row.validation) for row in self.rows)


@dataclass(frozen=True)
class Sweep:
    """What was planned, and what came of it."""

    folder: Path
    plan: Plan
    members: tuple[Member, ...]
    seconds: float = 0.0
    at_once: Message | None = None

    def with_member(self, member: Member) -> Sweep:
        """The same once one of its runs has come further, or is new."""
        members = {each.index: each for each in self.members} | {member.index: member}
        return replace(self, members=tuple(members[index] for index in sorted(members)))

    @cached_property
    def measure(self) -> MeasureRow:
        """What runs are compared by: what chooses the best epoch."""
        rows = next((member.rows for member in self.members if member.rows), ())
        return measure_of(self.plan, rows)

    def curve(self, member: Member) -> tuple[float, ...]:
        """Its measure after each epoch, larger is better."""
        sign = 1.0 if self.measure.is_larger_better else -1.0
        return tuple(sign * value for value in member.values(self.measure))

    def best(self, member: Member) -> float:
        """The best that it came to; nan: nothing."""
        return (max if self.measure.is_larger_better else min)(self._finite(member), default=math.nan)

    def last(self, member: Member) -> float:
        """What its last epoch came to; nan: nothing."""
        return next(iter(reversed(self._finite(member))), math.nan)

    def _finite(self, member: Member) -> list[float]:
        return [value for value in member.values(self.measure) if math.isfinite(value)]

    def score(self, member: Member) -> float:
        """The same to sort by: larger is better; what has none comes last."""
        best = self.best(member)
        if math.isnan(best) or member.failure is not None:
            return -math.inf
        return best if self.measure.is_larger_better else -best

    @property
    def ranked(self) -> list[Member]:
        """The best first; whatever came to nothing last. Of equals the one that has come further comes first."""
        return sorted(self.members, key=lambda member: (-self.score(member), -member.epochs, member.index))

    @property
    def winner(self) -> Member | None:
        """The best run that came to its end."""
        return next((member for member in self.ranked if member.state == "done"), None)

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do, as far as is planned by now."""
        return all(member.is_over for member in self.members)

    # -- what it tells -------------------------------------------------------------------------------------------------

    @cached_property
    def compared_after(self) -> int:
        """The epoch after which runs are compared where halving gave some of them fewer; 0: their best counts."""
        stopped = [member.epochs for member in self.members if member.state == "stopped"]
        return min(stopped, default=0)

    @cached_property
    def importance(self) -> Importance:
        """How much each field explains of what runs came to. One that diverged counts as the worst."""
        after = self.compared_after
        scores: dict[int, float] = {}
        for member in self.members:
            if member.failure is None and (member.state in ("done", "stopped") or (after and member.epochs >= after)):
                known = [value for value in self.curve(member)[:after or None] if math.isfinite(value)]
                if known:
                    scores[member.index] = max(known)
        if scores:
            worst = min(scores.values())
            scores |= {member.index: worst for member in self.members if member.failure == "diverged"}
        settings = {member.index: member.setting for member in self.members}
        order = sorted(scores)
        return importance(self.plan.axes, [settings[index] for index in order], [scores[index] for index in order])

    @property
    def importance_lines(self) -> list[Message]:
        """The same in words."""
        found = self.importance
        if not found.shares:
            return [say("How important each field is can be told from {needed} runs on, not from {runs}",
                        needed=grouped(found.needed), runs=grouped(found.runs))]
        if self.compared_after:
            head = say("Of the differences in {measure} after epoch {epoch}, each field by itself explains:",
                       measure=self.measure.words, epoch=grouped(self.compared_after))
        else:
            head = say("Of the differences in the best {measure}, each field by itself explains:",
                       measure=self.measure.words)
        return [head, *(say("  {field} {share}", field=each.field, share=share_text(each.share))
                        for each in found.shares)]

    @property
    def doubts(self) -> list[Message]:
        """Which settings halving may have stopped too soon; empty: none, or nothing was stopped."""
        groups = by_setting(self)
        winner = self.winner
        if winner is None:
            return []
        best = max((mean_score(curves, self._epochs) for key, curves in groups.items()
                    if self._is_done(key)), default=self.score(winner))
        finished = [curves for key, curves in groups.items() if self._is_done(key)]
        found = []
        for key, curves in groups.items():
            rung = self._stopped_after(key)
            if rung and might_have_won(curves, rung, self._epochs, best, finished):
                found.append(say("{setting} (after epoch {epoch})", setting=key, epoch=grouped(rung)))
        if not found:
            return []
        return [say("These were stopped, but might have won had they gone on: {settings}",
                    settings=", ".join(map(str, found)))]

    @property
    def _epochs(self) -> int:
        return self.plan.experiment.recipe.epochs

    def _of(self, key: str) -> list[Member]:
        return [member for member in self.members if key_of(member, self.plan) == key]

    def _is_done(self, key: str) -> bool:
        return any(member.state == "done" for member in self._of(key))

    def _stopped_after(self, key: str) -> int:
        return max((member.epochs for member in self._of(key) if member.state == "stopped"), default=0)


def key_of(member: Member | Noted, plan: Plan) -> str:
    """What is judged together: a setting over its seeds."""
    return member.setting.without_seed.title if plan.is_over_seeds else member.setting.title


def by_setting(sweep: Sweep, members: Sequence[Member] | None = None) -> Mapping[str, Curves]:
    """The curves of each setting, of runs that have not failed."""
    found: dict[str, list[tuple[float, ...]]] = {}
    for member in sweep.members if members is None else members:
        if member.failure is None:
            found.setdefault(key_of(member, sweep.plan), []).append(sweep.curve(member))
    return found


def measure_of(plan: Plan, rows: Sequence[EpochRow]) -> MeasureRow:
    """What chooses the best epoch; as “auto” does, by what there is."""
    chosen = plan.experiment.recipe.measure_row
    if chosen.part or not rows:
        return chosen if chosen.part else MEASURES["validation_loss"]
    row = rows[0]
    part, metrics = ("validation", row.validation) if math.isfinite(row.validation.loss) else ("train", row.train)
    if not math.isnan(metrics.accuracy):
        return MEASURES[f"{part}_accuracy"]
    is_mixed = any(axis.field in OF_LOSS for axis in plan.axes)
    return MEASURES["validation_rmse" if is_mixed and part == "validation" else f"{part}_loss"]


def open_sweep(folder: Path | str) -> Sweep:
    """Read a sweep's folder. Raises SweepError where there is none, FileError where its network cannot be read."""
    folder = Path(folder)
    return sweep_of(folder, plan_in(folder), read(folder)[1])


def sweep_of(folder: Path, plan: Plan, story: Story) -> Sweep:
    """The same where the lines were read already."""
    story.keep_what_fits(plan)
    members = tuple(member_of(noted, folder) for _, noted in sorted(story.runs.items()))
    return Sweep(folder, plan, members, story.seconds, story.at_once)


def member_of(noted: Noted, folder: Path) -> Member:
    """A run as its own folder, and the line about it, have it."""
    place = folder / noted.folder
    rows = tuple(metrics_read(text_in(place / METRICS)))
    summary, was_stopped = _summary(place)
    state = _state(noted, place, has_ended=summary is not None and not was_stopped, has_begun=bool(rows))
    return Member(noted.index, noted.setting, place, state, noted.reason, noted.failure, rows, summary, noted.examples)


def _state(noted: Noted, place: Path, *, has_ended: bool, has_begun: bool) -> State:
    """One that halving has stopped may have gone on by hand."""
    if noted.failure is not None:
        return "failed"
    if has_ended:
        return "done"
    if noted.stopped_after:
        return "stopped"
    return "left" if has_begun or os.path.exists(place) else "waiting"  # noqa: PTH110  (of any name)


def _summary(place: Path) -> tuple[Summary | None, bool]:
    with suppress(*UNREADABLE):
        summary, stopped = summary_read(text_in(place / SUMMARY))
        return summary, bool(stopped)
    return None, False


def value_words(measure: MeasureRow, value: float) -> str:
    """A measure as tables have it."""
    return measure_text(value, 4)
