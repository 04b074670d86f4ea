"""A sweep goes on: its runs are handed out to processes, and what becomes of them is written down. No torch here."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Generator, Hashable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from engine.data.spec.reading import described
from engine.experiment.experiment import Experiment, to_json
from engine.experiment.sweep.plan import MOST_RUNS, Plan, checked
from engine.experiment.sweep.setting import Setting, applied
from engine.experiment.trust import digest, is_allowed, sources_of
from engine.files import WriteError, reason_of_os_error
from engine.layers.base import LayerError
from engine.messages import LayerloomError, Message, say
from engine.runs.claim import claim
from engine.runs.sweeping.crew import Crew, CrewError, Hand
from engine.runs.sweeping.events import (
    AtOnce,
    RunAdvanced,
    RunBegan,
    RunEnded,
    RunHeld,
    SweepBegan,
    SweepEnded,
    SweepEvent,
)
from engine.runs.sweeping.log import (
    Failure,
    Log,
    Noted,
    SweepError,
    begun_in,
    expect_free,
    expect_same,
    failed_line,
    has_sweep,
    plan_in,
    planned_line,
    stopped_line,
    write_plan,
)
from engine.runs.sweeping.opened import Member, Sweep, measure_of, member_of
from engine.runs.sweeping.pace import Pace
from engine.runs.sweeping.supply import Job, Supply
from engine.runs.texts import message_read, message_stored
from engine.training.control import Control
from engine.training.state import EpochRow
from engine.training.stopping import value_of
from engine.training.values import Metrics
from engine.units import grouped, setting_text

LISTENS = 0.1  # seconds until it looks at the clock, and whether it is to stop
NOTED_EVERY = 0.5  # seconds until it is written down again how many were spent
TRIES = 2  # of a run whose process ends under it
STILLBORN = 2  # processes in a row that end before they are ready, until that is the end
Given = Sequence[Mapping[str, Any]]
ALIKE = ("seed", "lr", "weight_decay", "momentum", "schedule", "data.seed")  # runs that differ in these are as fast
ANEW = ("broken", "diverged")  # failures that would be the same again


def sweep(plan: Plan, folder: Path | str, control: Control | None = None, *, root: Path | None = None,
          processes: int = 0, given: Given = ()) -> Generator[SweepEvent, None, None]:
    """Train the runs of a plan, each in a folder of its own below ``folder``; a sweep that was begun there goes on
    with what is missing, bit for bit. ``processes``: so many at once; 0: as many as are found to pay.

    ``SweepEnded`` is the last event. A stop leaves what is begun so that it can go on. Raises PlanError, SweepError,
    WriteError, ClaimedError, or CrewError where no process can be started; whatever goes wrong in a run is said of it.
    """
    plan, folder = checked(plan), Path(folder)
    expect_free(folder)
    if has_sweep(folder):
        before = plan_in(folder)
        expect_same(plan, before, folder)
        _expect_same_experiment(plan.experiment, before.experiment, folder)
    _make(folder)
    held = claim(folder)
    try:
        write_plan(plan, folder, begun_in(folder) or f"{datetime.now().astimezone():%Y-%m-%dT%H:%M:%S%z}")
        conductor = _Conductor(plan, folder, control or Control(), root, processes, given)
        with closing(conductor):
            yield from conductor.events()
    finally:
        if held is not None:
            held.release()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = reason_of_os_error(error) if isinstance(error, OSError) else "no file can be called so"
        raise WriteError("{path} could not be made: {reason}", path=folder, reason=reason) from error


def _expect_same_experiment(now: Experiment, before: Experiment, folder: Path) -> None:
    """Raise SweepError where network, data or recipe are others: its runs would not be of one kind."""
    from engine.runs.resuming import check_same  # loads torch, and only a sweep that goes on asks

    check_same(replace(before, recipe=before.recipe.model_copy(update={"epochs": now.recipe.epochs})), now, folder)
    if now.recipe.epochs != before.recipe.epochs:
        raise SweepError("The sweep in {folder} was begun with {before} epochs, not {now}: its runs would not be of "
                         "one kind. Choose another folder", folder=folder, before=grouped(before.recipe.epochs),
                         now=grouped(now.recipe.epochs))


class _Conductor:
    """Hands out jobs, hears what becomes of them, and writes down what the runs' folders do not tell."""

    def __init__(self, plan: Plan, folder: Path, control: Control, root: Path | None, processes: int,
                 given: Given) -> None:
        self._plan, self._folder, self._control, self._root, self._given = plan, folder, control, root, given
        self._log, self._crew, self._pace = Log(folder), Crew(), Pace(processes)
        self._clock, self._before = time.monotonic(), self._log.story.seconds
        self._noted_at = 0.0
        self._log.story.keep_what_fits(plan)
        self._begin_again()
        self._fill_up()
        self._members = [member_of(noted, folder) for _, noted in sorted(self._log.story.runs.items())]
        if plan.count is not None and plan.count <= MOST_RUNS:
            self._add_all()
        self._supply = Supply(plan, lambda: self.sweep, lambda index: self._members[index - 1], self._add,
                              lambda: self._is_over, self._log.story.rungs)
        self._again: list[Job] = []
        self._jobs: dict[int, Job] = {}  # in hand
        self._training: set[int] = set()  # of those in hand the ones that have begun
        self._tries: dict[int, int] = {}
        self._alone: set[int] = set()  # runs that are tried again
        self._rows: dict[int, list[EpochRow]] = {}
        self._kinds: dict[int, tuple[Hashable, int]] = {}  # what a run is like, and its training examples
        self._learned: dict[int, tuple[float, float]] = {}  # from which position on, up to which
        self._first_began: float | None = None
        self._stillborn = 0  # processes that have ended before they were ready, in a row
        self._was_told: str = ""  # to stop, or to end with the epoch

    def close(self) -> None:
        """Nothing is left running."""
        self._crew.close()

    @property
    def sweep(self) -> Sweep:
        """As it is now."""
        story = self._log.story
        return Sweep(self._folder, self._plan, tuple(self._members), story.seconds, story.at_once)

    # -- what is written down ------------------------------------------------------------------------------------------

    def _note(self, *lines: dict[str, Any], always: bool = False) -> None:
        """Beside these the time that was spent; that alone only now and then, unless ``always``."""
        now = time.monotonic() - self._clock
        if lines or always or now - self._noted_at >= NOTED_EVERY:
            self._log.note(*lines, seconds=now - self._noted_at)
            self._noted_at = now

    def _begin_again(self) -> None:
        """What failed for a reason that may be over is tried again."""
        again = [noted.index for noted in self._log.story.runs.values() if noted.failure and noted.failure not in ANEW]
        if again:
            self._log.note(*({"run": index, "again": True} for index in again))

    def _fill_up(self) -> None:
        """Lines that somebody has damaged are written anew: the plan says which runs they were of."""
        known = self._log.story.runs
        lines = [planned_line(index, setting) for index, setting in enumerate(
            islice(self._plan.settings(), max(known, default=0)), 1) if index not in known]
        if lines:
            self._log.note(*lines)

    def _add_all(self) -> None:
        known, settings = len(self._members), list(self._plan.settings())
        lines = [planned_line(index, setting) for index, setting in enumerate(settings, 1)][known:]
        if lines:
            self._log.note(*lines)
            self._members += [member_of(self._log.story.runs[line["run"]], self._folder) for line in lines]

    def _add(self, setting: Setting) -> int:
        index = len(self._members) + 1
        self._log.note(planned_line(index, setting))
        self._members.append(member_of(self._log.story.runs[index], self._folder))
        return index

    def _refresh(self, index: int) -> Member:
        member = member_of(self._log.story.runs[index], self._folder)
        self._members[index - 1] = member
        return member

    @property
    def _noted(self) -> Mapping[int, Noted]:
        return self._log.story.runs

    # -- time ----------------------------------------------------------------------------------------------------------

    @property
    def _is_over(self) -> bool:
        return self._control.stopped or 0 < 60 * self._plan.minutes <= self._seconds

    @property
    def _seconds(self) -> float:
        return self._before + time.monotonic() - self._clock

    @property
    def _left(self) -> float:
        """Seconds that the rest would take one process, as far as it can be told."""
        if self._first_began is None:
            return math.inf
        learned = sum(now - since for since, now in self._learned.values())
        speed = learned / max(time.monotonic() - self._first_began, 1e-9) / max(1, len(self._jobs))
        rest = sum(max(0.0, self._planned(member.index) - max(
            member.epochs, self._learned.get(member.index, (0.0, 0.0))[1])) for member in self._members
            if not member.is_over)
        left = math.inf if self._plan.is_endless else rest / max(speed, 1e-9)
        return min(left, 60 * self._plan.minutes - self._seconds) if self._plan.minutes else left

    def _planned(self, index: int) -> int:
        setting = dict(self._members[index - 1].setting.values)
        epochs = setting.get("epochs")
        return epochs if isinstance(epochs, int) else self._plan.experiment.recipe.epochs

    # -- going on ------------------------------------------------------------------------------------------------------

    def events(self) -> Iterator[SweepEvent]:
        """From SweepBegan to SweepEnded."""
        yield SweepBegan(self.sweep)
        while True:
            self._tell_all()
            yield from self._judge()
            yield from self._hand_out()
            if not self._jobs and not (yield from self._judge()):
                break
            if (heard := self._crew.next(LISTENS)) is not None:
                yield from self._hear(*heard)
            yield from self._decide()
        self._note(always=self._first_began is not None)
        yield SweepEnded(self.sweep, self._control.stopped)

    def _tell_all(self) -> None:
        """Once: that they are to stop, or to end with the epoch."""
        word = "stop" if self._control.stopped else "end" if self._is_over else ""
        if word and word != self._was_told:
            self._was_told = word
            for hand in self._crew.hands:
                if hand.run is not None:
                    hand.order({word: True})

    def _judge(self) -> Generator[SweepEvent, None, bool]:
        """What halving decides, written down at once; whether it has decided anything."""
        has_judged = False
        while (stopped := self._supply.verdict() if self._plan.halving else None) is not None:
            lines = [stopped_line(index, self._members[index - 1].epochs, reason) for index, reason in stopped.runs]
            self._note(*lines, {"rungs": [[stopped.bracket, stopped.rung]]})
            has_judged = True
            for index, _ in stopped.runs:
                yield RunEnded(self._refresh(index))
        return has_judged

    def _hand_out(self) -> Iterator[SweepEvent]:
        while self._has_room and (job := self._next_job()) is not None:
            try:
                order = self._order(job)
            except LayerloomError as error:  # this setting makes no network, or its data are not there
                yield self._failed(job.run, "broken" if isinstance(error, LayerError) else "failed", error.message)
                yield from self._judge()
                continue
            hand = next((hand for hand in self._crew.hands if hand.run is None), None) or self._crew.hire()
            hand.run = job.run
            self._jobs[job.run] = job
            hand.order({"train": order})
        for hand in self._crew.hands[::-1]:
            if hand.run is None and len(self._crew.hands) > self._pace.count:
                self._crew.dismiss(hand)

    @property
    def _has_room(self) -> bool:
        """Whether another run may begin. One whose process has ended under it is tried again by itself: perhaps there
        was no memory for several."""
        is_alone = bool(self._again or self._alone)
        return not self._is_over and len(self._jobs) < (1 if is_alone else self._pace.count)

    def _next_job(self) -> Job | None:
        return self._again.pop(0) if self._again else self._supply.next()

    def _order(self, job: Job) -> dict[str, Any]:
        """Raises LayerloomError where there is no such experiment."""
        member = self._members[job.run - 1]
        experiment = applied(self._plan.experiment, member.setting)
        if not experiment.data.is_known:
            experiment = replace(experiment, data=described(experiment.data, self._root))
        allowed = [digest(source) for source in sources_of(experiment.graph) if is_allowed(source)]
        return {"run": job.run, "experiment": to_json(experiment), "folder": str(member.folder.absolute()),
                "until": job.until, "root": str(self._root.absolute()) if self._root else None,
                "given": [dict(each) for each in self._given], "allowed": allowed}

    def _decide(self) -> Iterator[SweepEvent]:
        """How many at once."""
        reason = None if self._pace.is_settled else self._pace.decide(self._left)
        if reason is not None:
            yield self._at_once(reason)

    def _at_once(self, reason: Message) -> AtOnce:
        self._note({"at_once": message_stored(reason)})
        return AtOnce(self._pace.count, reason)

    # -- what is heard -------------------------------------------------------------------------------------------------

    def _hear(self, hand: Hand, line: dict[str, Any] | None) -> Iterator[SweepEvent]:
        if line is None:
            yield from self._gone(hand)
        elif "ready" in line:
            hand.is_ready, self._stillborn = True, 0
            self._pace.start = time.monotonic() - hand.began
        elif "began" in line:
            yield from self._began(line)
        elif "at" in line or "epoch" in line:
            yield from self._advanced(line)
        elif "failed" in line:
            self._let_go(hand)
            self._supply.put_back(line["run"])
            if self._was_told and line["failed"] == "failed":  # stopped before anything was learned
                yield RunHeld(self._refresh(line["run"]))
            else:
                yield self._failed(line["run"], line["failed"], message_read(line["reason"]))
        elif "ended" in line:
            self._let_go(hand)
            self._supply.put_back(line["run"])
            self._note()
            member = self._refresh(line["run"])
            yield RunEnded(member) if member.state == "done" else RunHeld(member)

    def _let_go(self, hand: Hand) -> None:
        if hand.run is not None:
            self._jobs.pop(hand.run, None)
            self._alone.discard(hand.run)
            self._training.discard(hand.run)
            self._pace.left(hand.run)
        hand.run = None

    def _failed(self, index: int, failure: Failure, reason: Message) -> RunEnded:
        self._supply.put_back(index)
        self._note(failed_line(index, failure, reason))
        return RunEnded(self._refresh(index))

    def _gone(self, hand: Hand) -> Iterator[SweepEvent]:
        """Only the run that it had in hand is lost, and that goes on once more where it was kept."""
        if hand not in self._crew.hands:
            return
        index = hand.run
        job = self._jobs.get(index) if index is not None else None
        self._let_go(hand)
        reason = self._crew.dismiss(hand)
        if job is None:
            return
        if not hand.is_ready:
            self._stillborn += 1
            if self._stillborn > STILLBORN:
                raise CrewError("No run can be trained: {reason}", reason=reason)
            self._again.append(job)
            return
        self._tries[job.run] = self._tries.get(job.run, 1) + 1
        if self._tries[job.run] > TRIES:
            yield self._failed(job.run, "failed", say("twice {reason}", reason=reason))
        else:
            self._again.append(job)
            self._alone.add(job.run)
            yield RunHeld(self._refresh(job.run))

    def _began(self, line: dict[str, Any]) -> Iterator[SweepEvent]:
        index, position = line["run"], float(line["began"])
        member = self._refresh(index)
        if self._noted[index].examples != line["examples"]:
            self._note({"run": index, "examples": line["examples"]})
            member = self._refresh(index)
        self._first_began = self._first_began or time.monotonic()
        self._rows[index] = list(member.rows[:int(position)])
        like = tuple(pair for pair in member.setting.values if pair[0] not in ALIKE)
        self._kinds[index] = (like, int(line["train_examples"]))
        self._learned[index] = (position, position)
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        most = max(1, cores // int(line["threads"])) if line["device"] == "cpu" else 1
        if (reason := self._pace.room_for(most)) is not None:
            yield self._at_once(reason)
        self._training.add(index)
        self._pace.heard(index, like, position * self._kinds[index][1], len(self._training))
        yield RunBegan(member, int(position))

    def _advanced(self, line: dict[str, Any]) -> Iterator[SweepEvent]:
        index = line["run"]
        if index not in self._kinds:
            return
        position = float(line.get("at", line.get("epoch", 0)))
        since, now = self._learned[index]
        self._learned[index] = (since, max(now, position))
        kind, examples = self._kinds[index]
        self._pace.heard(index, kind, self._learned[index][1] * examples, len(self._training))
        if "epoch" in line:
            self._rows[index].append(EpochRow(line["epoch"], _metrics(line["train"]), _metrics(line["validation"]),
                                              float(line["epoch"])))
        yield RunAdvanced(index, position, self._planned(index), *self._values(index))

    def _values(self, index: int) -> tuple[float, float]:
        """The last and the best so far."""
        measure = measure_of(self._plan, self._rows[index])
        values = [value for row in self._rows[index] if math.isfinite(
            value := value_of(measure, row.train, row.validation))]
        if not values:
            return math.nan, math.nan
        return values[-1], (max if measure.is_larger_better else min)(values)


def _metrics(raw: list[Any]) -> Metrics:
    loss, accuracy, others = raw
    return Metrics(loss, accuracy, tuple((name, value) for name, value in others))


def rest_of(sweep: Sweep) -> Message | None:
    """What was not run, where time has ended it, or somebody."""
    left = sum(member.state == "left" for member in sweep.members)
    waiting = (sweep.plan.count or len(sweep.members)) - len(sweep.members) + sum(
        member.state == "waiting" for member in sweep.members)
    if not left and not waiting:
        return None
    if 0 < 60 * sweep.plan.minutes <= sweep.seconds:
        return say("Not begun: {waiting}; begun and not at their end: {left}. Its {minutes} minutes are over: the same "
                   "command with more of them goes on", waiting=grouped(waiting), left=grouped(left),
                   minutes=setting_text(sweep.plan.minutes))
    return say("Not begun: {waiting}; begun and not at their end: {left}. The same command goes on with them",
               waiting=grouped(waiting), left=grouped(left))

