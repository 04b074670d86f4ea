"""One run: epochs, pauses, what is best, and what is said about it."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from time import perf_counter
from typing import Any, NamedTuple

import torch
from torch import Tensor

from engine.data.formats.arrays import left_out
from engine.data.tensors.batches import Batches, ranges
from engine.data.tensors.data import Data
from engine.data.tensors.marks import marks_of
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Recipe
from engine.messages import LayerloomError
from engine.training.best import Best
from engine.training.checkpoint import Checkpoint, going_on_from
from engine.training.checks.memory import expect_room
from engine.training.control import Control
from engine.training.course import Course
from engine.training.devices import ALL_THREADS, MOST_THREADS, device_name, useful_threads
from engine.training.doctor.born import Born
from engine.training.doctor.born import Place as InBatch
from engine.training.doctor.doctor import Doctor
from engine.training.doctor.guard import NoNumberError
from engine.training.doctor.state import DoctorState
from engine.training.doctor.times import looks_at
from engine.training.doctor.values import LayerHealth
from engine.training.events import (
    CheckpointReached,
    EpochEnded,
    Event,
    Examined,
    Finished,
    MomentReached,
    NumbersEnded,
    Paused,
    Point,
    Progress,
    Resumed,
    Started,
    Steered,
    Stop,
    ThreadsChanged,
)
from engine.training.failures import DataShapeError, check_trainable, diverged, expect_shape, expect_targets
from engine.training.judge.beginning import first_remarks
from engine.training.judge.health import Health
from engine.training.judge.setting import classes_of, setting_of
from engine.training.learner import Feed, Learner, together
from engine.training.meters import Reading, Stopwatch, Totals
from engine.training.metrics import ClassScores, ValueScores
from engine.training.moments import moments_within
from engine.training.observer import Observer, ObserverError
from engine.training.script import Place, Script, regroups
from engine.training.steering import AUGMENT, not_followed, steered, values_of
from engine.training.stopping import ended_early, expect_measures, waits_no_longer
from engine.training.threads import Cores, Threads
from engine.training.values import NOTHING, Metrics, Remark, Summary

READ_EVERY = 0.1  # seconds between two readings of the loss from the device
AFTER_STOP = 0.15  # seconds that a stopped run still judges
KEEP_EVERY = 1.0  # seconds at least between checkpoints inside an epoch
KEEP_SHARE, KEEP_SHARE_AFTER = 200, 200  # times as long as a checkpoint took until the next: inside epochs, after them
JUDGE_AT_LEAST = 64  # examples in a batch without gradients, which need far less memory


class Judged(NamedTuple):
    """An epoch's metrics beside those of learning, and the share of the validation examples that were looked at; 0
    where something else that is watched was not judged whole."""

    validation: Metrics
    share: float
    after: Metrics | None = None
    test: Metrics | None = None


class Run:
    """What is counted while a learner goes through the data; iterate ``events()`` once."""

    def __init__(self, experiment: Experiment, control: Control, data: Data, learner: Learner,
                 resume: Checkpoint | None = None, observers: Sequence[Observer] = (),
                 cores: Cores | None = None, script: Script | None = None, *, doctor: bool = True) -> None:
        """``experiment`` is as the ``script`` has left it where the run goes on."""
        self._experiment, self._script = experiment, script or Script(experiment)
        self._noted = self._script.done
        self._data, self._control, self._learner, self._observers = data, control, learner, observers
        last = learner.numerics.channels_last
        self._train_set = Batches(data.train, data, learner.device, augment=True, channels_last=last).varied(
            experiment.data.augment)
        self._validation_set, self._test_set = (Batches(split, data, learner.device, channels_last=last)
                                                for split in (data.validation, data.test))
        # what has no validation examples is known by those it learns from
        self._probed = self._validation_set if len(data.validation) else self._train_set.still()
        self._watched = self._chosen_to_watch()
        expect_shape(experiment, self._train_set.sample_shape)
        expect_targets(self._script.first, data.train.targets)
        expect_measures(self._script.first.recipe, classes_of(experiment), validated=len(data.validation) > 0)
        self._skipped = data.report.skipped
        self._classes, self._logarithms = classes_of(experiment), experiment.data.table.log_target
        self._ranges = ranges(len(self._train_set), self._recipe.batch_size)
        self._first = 0  # batch from which on examples are cut and fetched as they are now
        self._feed: Feed | None = None  # None: to be made anew
        self._order: Tensor | None = None  # of the epoch's examples, from its first batch on
        self._course, self._totals = Course(len(self._ranges), given=len(self._train_set)), self._sums(learning=True)
        self._best = Best()
        self._health = Health(setting_of(experiment, data, learner))
        examines = doctor and learner.backend.world == 1
        self._doctor = Doctor(experiment, self._size(), learner.copied_layers, self._drift) if examines else None
        if self._doctor is not None:
            learner.be_watched()
        self._training_time, self._time = Stopwatch(), Stopwatch()  # steps only; all but pauses, of this part of it
        self._time_before = 0.0  # of what was done before it was left
        self._threads = Threads(useful_threads(experiment) if learner.device.type == "cpu" else 1, cores)
        self._read_at = self._kept_at = perf_counter()
        self._judges_until = math.inf  # once it was stopped …
        self._after_stop = AFTER_STOP  # … so many seconds later
        self._judged_whole = resume is not None and resume.sums is None  # the last epoch
        self._kept_for = 0.0  # seconds that a checkpoint took last
        self._goes_on = resume is not None and resume.sums is not None
        if resume is not None:
            with going_on_from(resume):
                self._go_on_from(resume)
        self._from = self._course.position
        self._whole = resume.whole_epochs if resume is not None else 0  # epochs that were learned and judged

    def _chosen_to_watch(self) -> dict[str, Batches]:
        """What is judged after each epoch beside the validation examples, by its name in ``EpochEnded``."""
        watched = {}
        if self._recipe.train_curve:
            watched["after"] = self._train_set.still()
        if self._recipe.test_curve and len(self._test_set):
            watched["test"] = self._test_set
        return watched

    def _go_on_from(self, checkpoint: Checkpoint) -> None:
        self._best = checkpoint.best
        self._health = Health(self._health.setting, deepcopy(checkpoint.health))
        if self._doctor is not None:
            self._doctor.state = deepcopy(checkpoint.doctor)
        self._learner.take_optimizer_state(checkpoint.optimizer)
        self._learner.backend.take_scaler_state(checkpoint.scaler)
        given = len(self._train_set)
        self._cut_again(checkpoint.epoch)
        batches = len(self._ranges)
        self._course = replace(checkpoint.course, batches=batches, done=batches, given=given, taken=given)
        self._training_time, self._time_before = Stopwatch(checkpoint.course.seconds), checkpoint.course.total
        if checkpoint.sums is not None:
            before = checkpoint.course.given
            if before != given or checkpoint.course.batches != batches:
                raise DataShapeError("The run was left in the middle of an epoch of {before} examples, but the data "
                                     "now give {now}: it cannot go on there", before=before, now=given)
            self._course.done = done = checkpoint.course.done
            self._course.taken = self._ranges[done - 1][1] if done else 0
            self._totals.go_on_from(checkpoint.sums)

    def _cut_again(self, epoch: int) -> None:
        """The batches of an epoch that was left in its middle, whatever sizes they had."""
        given = len(self._train_set)
        (_, size), *later = self._script.cuts(epoch)
        self._ranges, self._first = ranges(given, size), 0
        for batch, size in later:
            self._cut(batch, size)

    def _cut(self, batch: int, size: int) -> None:
        """From this batch on another size."""
        given = len(self._train_set)
        taken = self._ranges[batch][0] if batch < len(self._ranges) else given
        rest = [(taken + begin, taken + end) for begin, end in ranges(given - taken, size)]
        self._ranges, self._first = [*self._ranges[:batch], *rest], batch

    @property
    def _recipe(self) -> Recipe:
        return self._experiment.recipe

    @property
    def _place(self) -> Place:
        return self._course.place

    def events(self) -> Iterator[Event]:
        """Everything from Started to Finished."""
        self._threads.use(min(self._learner.numerics.threads, ALL_THREADS))
        yield Started(str(self._learner.device), self._learner.params, len(self._train_set), self._recipe.epochs,
                      self._course.epoch + (not self._goes_on), self._threads.count, self._from,
                      device_name(self._learner.device), self._learner.numerics.channels_last,
                      self._script.last.recipe.epochs, marks_of(self._data))
        if self._skipped and self._from == 0:
            yield Remark("left out", left_out(self._skipped))
        self._time.start()
        yield from self._begin_threads()
        course, is_kept = self._course, True
        if course.epoch == 0:
            yield from first_remarks(self._recipe, len(self._train_set))
            yield from self._pass_moment()
            self._health.begin(*self._learner.probe(self._probed))
            if self._doctor is not None:
                yield from self._health.new(self._doctor.before(self._data, self._train_set))
        while (yield from self._goes_on_after_epoch()):
            train = yield from self._train()
            judged = yield from self._judge_epoch()
            if judged.share < 1 and course.is_through:
                yield from self._keep(self._learner.weights())  # it is judged again
            is_kept = yield from self._end_epoch(train, judged)
        if not is_kept:  # it was to go on when that epoch ended
            yield from self._keep(self._learner.weights(), is_whole=True)
        self._control.check_abandoned()
        self._learner.take_weights(self._best.weights)
        test = (yield from self._judge_whole(self._test_set, 0.0)) or NOTHING
        if not self._stops():
            train, validation = course.last
            best = self._best.validation if len(self._validation_set) else self._best.train
            yield from self._health.verdict(course.epoch, train, self._seen(train, validation), test, self._best.epoch,
                                            best)
        stopped = self._control.stopped
        if self._judged_whole:
            self._control.another_epoch()  # of the next run in a series
        yield Finished(self._summary(test), stopped, Stop(
            *self._place, course.position, self._judged_whole) if stopped else None)

    def _begin_threads(self) -> Iterator[Event]:
        """As many as there are cores for, or as the run had that is repeated."""
        if self._script.repeats:
            yield from self._take_threads()
        elif not self._is_fixed and self._threads.begin():
            yield ThreadsChanged(self._from, self._threads.count, *self._place)

    @property
    def _is_fixed(self) -> bool:
        """Whether the number of threads stays, or is that of a run that is repeated."""
        return self._recipe.deterministic or self._script.repeats

    def _take_threads(self) -> Iterator[Event]:
        count = self._script.threads_at(self._place)
        if count is not None:
            self._threads.use(min(count, MOST_THREADS))
            yield ThreadsChanged(self._course.position, self._threads.count, *self._place)

    def _goes_on_after_epoch(self) -> Generator[Event, None, bool]:
        """Whether there is another epoch, or the rest of one, after what was changed meanwhile."""
        if self._goes_on:
            return True
        yield from self._follow_script()  # also where it stops: nothing that is noted here is lost
        if not self._stops():
            yield from self._follow_wishes()
        if self._course.epoch >= self._recipe.epochs or self._ends_early():
            return False
        if self._judged_whole:  # here, and not in the run before it in a series
            self._control.another_epoch()
        return not (self._stops() and bool(self._best.weights))

    def _train(self) -> Generator[Event, None, Metrics]:
        """One pass over the training examples, or as far as it comes until a stop: one batch at least."""
        learner, course = self._learner, self._course
        if not self._goes_on:
            self._ranges, self._first = ranges(len(self._train_set), self._recipe.batch_size), 0
            course.begin_epoch()
            course.batches = len(self._ranges)
            self._totals = self._sums(learning=True)
        self._goes_on, totals = False, self._totals
        learner.mode(training=True)
        self._tell_learner()
        self._order = self._feed = None
        before = shown = totals.read() if course.done else Reading()
        self._training_time.start()
        self._read_at = perf_counter()  # the first point is not of fewer examples than others
        while not course.is_through:
            yield from self._follow_script()
            yield from self._follow_wishes()
            feed = self._fed()
            begin, end = self._ranges[course.done]
            try:
                layers = self._learn(feed)
            except NoNumberError as error:
                yield from self._end_of_numbers(error.loss, error.born, begin)
            course.count(end - begin)
            if layers is not None:
                yield from self._examined(layers)
            yield from self._pass_moment()
            self._control.reached("batch")
            if self._script.repeats:
                yield from self._take_threads()
                self._stop_again()
            ends = self._stops() or course.is_through
            if self._due() or ends:
                reading = totals.read()
                if ends and 2 * (reading.examples - shown.examples) < shown.examples - before.examples:
                    shown = before  # a few examples say little, and would make a kink in the curve
                metrics = reading.since(shown)
                if not math.isfinite(metrics.loss):
                    yield from self._end_of_numbers(metrics.loss, self._born_now(), begin)
                yield Point(course.position, metrics.loss, metrics.accuracy, self._total_seconds)
                yield self._progress()
                before, shown = shown, reading
                yield from self._look_around()
            yield from self._wait_while_paused()
            if self._stops():
                break
        self._training_time.stop()
        if not course.is_through:
            yield from self._keep(learner.weights())
        return totals.result().metrics

    def _fed(self) -> Feed:
        """The batches that come next, in the order of the seed that held when the epoch's first one was learned."""
        learner, course = self._learner, self._course
        if self._order is None:
            seed = self._script.seed_of(course.epoch) if course.done else self._recipe.seed
            self._order = learner.order(course.epoch, len(self._train_set), seed)
        self._feed = self._feed or together(self._train_set, self._order, self._ranges, course.done, learner.backend,
                                            self._first)
        return self._feed

    def _learn(self, feed: Feed) -> dict[str, LayerHealth] | None:
        """One step; the numbers of its layers, where it is time for them."""
        epoch, number, layers = self._course.epoch, self._course.done + 1, None
        looks = self._doctor is not None and looks_at(
            epoch, number, self._course.batches, accumulate=self._recipe.accumulate, last_is_short=self._last_is_short)
        if not self._observers and not looks:
            self._learner.learn(feed, epoch, number, self._totals)
            return None
        with _watching():
            wanting = [observer.wants_layers(epoch, number) for observer in self._observers]
        if looks:
            batch, layers = self._learner.learn_examined(feed, epoch, number, self._totals)
            batch = batch if any(wanting) else replace(batch, layers={})
        else:
            batch = self._learner.learn_observed(feed, epoch, number, self._totals, wants_layers=any(wanting))
        for observer in self._observers:
            with _watching():
                observer.on_batch(batch)
        return layers

    @property
    def _last_is_short(self) -> bool:
        """Whether the epoch's last batch has fewer examples than its first."""
        (first, after), (last, end) = self._ranges[0], self._ranges[-1]
        return end - last < after - first

    @property
    def _step(self) -> int:
        """How many steps were taken, had all epochs as many batches as this one."""
        return (self._course.epoch - 1) * self._course.batches + self._course.done

    def _size(self) -> float:
        """How large gradients are by the numbers that are to be predicted."""
        targets = self._data.train.targets
        return max(1.0, float(targets.float().square().mean().sqrt())) if targets.is_floating_point() else 1.0

    def _drift(self) -> tuple[float, float]:
        return self._learner.drift(self._probed)

    def _examined(self, layers: dict[str, LayerHealth]) -> Iterator[Event]:
        """What was seen in the step, and what the doctor makes of it."""
        assert self._doctor is not None
        self._control.check_abandoned()
        begin, end = self._ranges[self._course.done - 1]
        event = Examined(*self._place, self._course.position, layers, end - begin)
        yield event
        yield from self._health.new(self._doctor.after_step(event, self._step, self._health))

    def _end_of_numbers(self, loss: float, born: Born | None, begin: int) -> Iterator[Event]:
        """Say where it was born, and raise DivergedError. ``begin``: of the batch, in the order of the epoch."""
        if born is not None and born.part == "train" and not born.rows and self._order is not None:
            born = replace(born, rows=tuple(int(self._order[begin + place]) for place in born.examples))
        if born is not None:
            yield NumbersEnded(born)
        self._finite(Metrics(loss), born)

    def _pass_moment(self) -> Iterator[Event]:
        """Before the first step, and within the first epoch: what it has come to so far."""
        course, learns = self._course, self._training_time.running
        if course.epoch == 0 or (course.epoch == 1 and course.done in moments_within(course.batches)):
            self._control.check_abandoned()
            self._training_time.stop()
            yield MomentReached(course.position, self._learner.weights())
            if learns:
                self._training_time.start()

    def _look_around(self) -> Iterator[Event]:
        """Now and then: whether cores are free, and whether what was learned is to be kept."""
        if not self._is_fixed and self._threads.look():
            yield ThreadsChanged(self._course.position, self._threads.count, *self._place)
        if not self._course.is_through and self._may_keep(KEEP_EVERY, KEEP_SHARE):
            self._training_time.stop()
            yield from self._keep(self._learner.weights())
            self._training_time.start()

    def _may_keep(self, seconds: float, share: float) -> bool:
        """Whether it is time again: keeping takes its share of the time at most, whoever writes it down included."""
        return perf_counter() - self._kept_at >= max(seconds, share * self._kept_for)

    def _keep(self, weights: dict[str, Tensor], *, is_whole: bool = False) -> Iterator[Event]:
        start = perf_counter()
        yield self._checkpoint(weights, is_whole=is_whole)
        self._kept_at = perf_counter()
        self._kept_for = self._kept_at - start

    def _follow_script(self) -> Iterator[Event]:
        """Change what was changed here when the run was made first."""
        for changes in self._script.changes_at(self._place):
            yield from self._steer_if_possible(changes)

    def _follow_wishes(self) -> Iterator[Event]:
        """Change what is asked for by hand."""
        if wishes := self._control.wishes():
            yield from self._steer_if_possible(wishes)

    def _steer_if_possible(self, changes: dict[str, Any]) -> Iterator[Event]:
        """What was possible may be so no more, after what was changed before it this time."""
        try:
            self._expect_possible(changes)
        except LayerloomError as error:
            yield not_followed(changes, error.message)
        else:
            yield from self._steer(changes)

    def _steer(self, changes: dict[str, Any]) -> Iterator[Event]:
        before = values_of(self._experiment, tuple(changes))
        changes = {name: value for name, value in changes.items() if value != before[name]}
        if changes:
            self._change(changes)
            change = Steered(*self._place, self._course.position, changes, {name: before[name] for name in changes})
            self._noted = (*self._noted, change)
            yield change

    def _expect_possible(self, changes: dict[str, Any]) -> None:
        """Raise LayerloomError, in words, before anything is changed by what the run could not go on with."""
        values_of(self._experiment, tuple(changes))
        then = steered(self._experiment, changes)
        check_trainable(then)
        if "batch_size" in changes and self._learner.backend.world == 1:  # several processes have memory of their own
            expect_room(then, self._learner.device, self._data, self._experiment)
        expect_measures(then.recipe, self._classes, validated=len(self._validation_set) > 0)

    def _change(self, changes: dict[str, Any]) -> None:
        self._experiment = steered(self._experiment, changes)
        if AUGMENT in changes:
            self._train_set = self._train_set.varied(self._experiment.data.augment)
        if regroups(changes) and not self._course.is_through:
            self._cut(self._course.done, self._recipe.batch_size)
            self._course.batches, self._feed = len(self._ranges), None
        self._learner.follow(self._experiment)
        if self._doctor is not None:
            self._doctor.follow(self._experiment)
        self._watched = self._chosen_to_watch()
        self._tell_learner()

    def _tell_learner(self) -> None:
        """How many batches the epoch has, and how many one of their present size would have."""
        whole = ranges(len(self._train_set), self._recipe.batch_size)
        self._learner.begin_epoch(max(1, self._course.epoch), self._course.batches, len(whole))

    def _stop_again(self) -> None:
        """Where the run ended that is repeated."""
        stop = self._script.stop_at(self._place)
        if stop is not None:
            self._after_stop = math.inf if stop.judged else 0.0
            self._control.stop()

    def _judge(self, batches: Batches, after_stop: float) -> Generator[Event, None, Reading]:
        """The metrics without learning: of one batch at least, and ``after_stop`` seconds beyond a stop.

        Yields now and then, so that whoever listens can leave.
        """
        totals, learner = self._sums(learning=False), self._learner
        places = ranges(len(batches), max(self._recipe.batch_size, JUDGE_AT_LEAST))
        everything = torch.arange(len(batches), device=learner.device)
        learner.mode(training=False)
        for number, (x, targets) in enumerate(together(batches, everything, places, 0, learner.backend)):
            learner.judge(x, targets, number, totals)
            if self._due():
                yield self._progress()
            yield from self._wait_while_paused()
            if self._stops():
                totals.read()  # waits for the device: the time below is not that of queueing
                self._judges_until = min(self._judges_until, perf_counter() + after_stop)
                if perf_counter() >= self._judges_until:
                    break
        reading = totals.result()
        if not math.isfinite(reading.metrics.loss):
            yield from self._end_of_numbers(reading.metrics.loss, self._born_among(batches, places), 0)
        return reading

    def _born_now(self) -> Born | None:
        """Where it was born, found after the step: on devices that are not asked before each."""
        if self._doctor is None:
            return None
        begin, end = self._ranges[self._course.done - 1]
        assert self._order is not None
        batch = self._train_set.take(self._order[begin:end])
        return self._learner.born_in(InBatch(*self._place, *batch))

    def _born_among(self, batches: Batches, places: Sequence[tuple[int, int]]) -> Born | None:
        """The same in examples that the network is judged by."""
        part = "test" if batches is self._test_set else "validation" if batches is self._validation_set else "train"
        for number, (begin, end) in enumerate(places if self._doctor is not None else (), 1):
            rows = torch.arange(begin, end, device=self._learner.device)
            born = self._learner.born_in(InBatch(self._course.epoch, number, *batches.take(rows), part))
            if born is not None:
                return replace(born, rows=tuple(begin + place for place in born.examples))
        return None

    def _judge_whole(self, batches: Batches, after_stop: float) -> Generator[Event, None, Metrics | None]:
        """The same of all examples: a part of them is no result, and there is none once it was stopped."""
        if not len(batches) or (not after_stop and self._stops()):
            return None
        reading = yield from self._judge(batches, after_stop)
        return reading.metrics if reading.examples == len(batches) else None

    def _judge_epoch(self) -> Generator[Event, None, Judged]:
        """The validation examples, and what else is watched: not of an epoch that was left in its middle."""
        validation, share = NOTHING, 1.0
        if len(self._validation_set):
            reading = yield from self._judge(self._validation_set, self._after_stop)
            validation, share = reading.metrics, reading.examples / len(self._validation_set)
        watched: dict[str, Metrics | None] = {}
        for name, batches in self._watched.items() if self._course.is_through else ():
            watched[name] = yield from self._judge_whole(batches, self._after_stop)
        return Judged(validation, share if None not in watched.values() else 0.0, **watched)

    def _sums(self, *, learning: bool) -> Totals:
        """Sums for a pass; while classes are learned, only what the curves show."""
        device = self._learner.device
        if not self._classes:
            return self._learner.totals(ValueScores(device, logarithms=self._logarithms), classes=False)
        return self._learner.totals(None if learning else ClassScores(self._classes, device), classes=True)

    def _stops(self) -> bool:
        """Whether it ends here, in all processes alike."""
        return self._learner.backend.agree(self._control.stopped)

    def _wait_while_paused(self) -> Iterator[Event]:
        self._control.check_abandoned()
        if not self._learner.backend.agree(self._control.paused):
            return
        training = self._training_time.running
        self._training_time.stop()
        self._time.stop()
        yield self._progress()
        yield Paused()
        self._control.wait_while_paused()
        self._control.check_abandoned()
        yield Resumed()
        self._time.start()
        self._read_at = perf_counter()
        if training:
            self._training_time.start()

    def _due(self) -> bool:
        """Whether it is time to read from the device and report."""
        now = perf_counter()
        if not self._learner.backend.agree(now - self._read_at >= READ_EVERY):
            return False
        self._read_at = now
        return True

    def _finite(self, metrics: Metrics, born: Born | None = None) -> Metrics:
        if not math.isfinite(metrics.loss):
            before = self._health.state.loss if len(self._probed) > 1 else 0.0  # of one it is not known
            raise diverged(metrics.loss, self._course.epoch, self._recipe, self._learner.lr, before,
                           has_learned=math.isfinite(self._course.last[0].loss), born=born)
        return metrics

    # -- what is said -------------------------------------------------------------------------------------------

    def _progress(self) -> Progress:
        position, epochs = self._course.position, max(self._recipe.epochs, self._course.epoch)
        left = self._time.seconds * (epochs - position) / max(position - self._from, 1e-9)
        return Progress(self._course.epoch, epochs, position / epochs, self._speed(), left, self._course.done,
                        self._course.batches)

    def _speed(self) -> float:
        return self._course.examples / max(self._training_time.seconds, 1e-9)

    def _end_epoch(self, train: Metrics, judged: Judged) -> Generator[Event, None, bool]:
        """What is said of it; returns whether it was kept."""
        weights, validation = self._learner.weights(), judged.validation
        course = self._course
        fraction = course.share
        is_whole = self._judged_whole = fraction == judged.share == 1
        # What was stopped in its middle displaces no whole epoch: a run that goes on comes through it again.
        is_best = (is_whole or not self._best.weights) and self._best.is_beaten_by(
            validation, train, self._recipe.measure_row)
        if is_best:
            self._best = Best(course.epoch if is_whole else 0, train, validation, weights, judged.after)
        remarks: list[Remark] = []
        if is_whole:
            course.last, course.after, self._whole = (train, validation), judged.after, course.epoch
            self._learner.end_epoch(train, validation)
            remarks = self._remarks(train, self._seen(train, validation))
            if self._ends_early() and course.epoch < self._recipe.epochs:
                remarks.append(ended_early(self._recipe, course.epoch, self._best.epoch))
        ended = EpochEnded(course.epoch, train, validation, is_best, weights, fraction, judged.share, judged.after,
                           judged.test)
        yield ended
        self._control.check_abandoned()
        yield from remarks  # before the checkpoint, in which they were said
        if ended.complete:
            self._control.reached("epoch")
        is_last = self._stops() or course.epoch >= self._recipe.epochs or self._ends_early()
        is_kept = not ended.complete or is_last or self._may_keep(0.0, KEEP_SHARE_AFTER)
        if ended.complete and is_kept:
            yield from self._keep(weights, is_whole=True)
        for observer in self._observers:
            with _watching():
                observer.on_epoch(ended)
        yield from self._wait_while_paused()  # also after the last one: more may be asked for meanwhile
        return is_kept

    def _ends_early(self) -> bool:
        """Whether the epochs since the best one were enough."""
        changed = [change.epoch for change in self._noted if {"epochs", "early_stop"} & change.changes.keys()]
        return waits_no_longer(self._recipe, self._whole, max(self._best.epoch, *changed, 0))

    def _seen(self, train: Metrics, validation: Metrics) -> Metrics:
        """What a run's health is judged by."""
        return validation if len(self._validation_set) else train

    def _remarks(self, train: Metrics, seen: Metrics) -> list[Remark]:
        spread = math.nan
        if self._health.at_chance(seen):
            _, spread = self._learner.probe(self._probed)
        remarks = self._health.after_epoch(self._course.epoch, train, seen, spread, self._learner.lr)
        if self._doctor is None:
            return remarks
        return [*remarks, *self._health.new(self._doctor.after_epoch(
            self._course.epoch, self._step, train, seen, self._learner.lr, self._health))]

    def _checkpoint(self, weights: dict[str, Tensor], *, is_whole: bool = False) -> CheckpointReached:
        learner, numerics = self._learner, replace(self._learner.numerics, threads=self._threads.count)
        course = replace(self._course, seconds=self._training_time.seconds, total=self._total_seconds)
        return CheckpointReached(Checkpoint(
            course, weights, learner.optimizer_state(), self._best, deepcopy(self._health.state),
            None if is_whole else self._totals.sums(), numerics, learner.backend.scaler_state(),
            (*self._noted, *self._script.due), doctor=self._doctor_state))

    @property
    def _doctor_state(self) -> DoctorState:
        return deepcopy(self._doctor.state) if self._doctor is not None else DoctorState()

    @property
    def _total_seconds(self) -> float:
        return self._time_before + self._time.seconds

    def _summary(self, test: Metrics) -> Summary:
        best, device, planned = self._best, self._learner.device, max(self._recipe.epochs, self._course.epoch)
        return Summary(self._whole, best.epoch, best.train, best.validation, test, self._speed(), str(device),
                       self._learner.params, self._recipe.seed, best.after, planned,
                       self._course.position, self._training_time.seconds, self._total_seconds, device_name(device),
                       self._recipe.measure_row.words, self._whole < planned and self._ends_early())


@contextmanager
def _watching() -> Iterator[None]:
    """Whatever goes wrong in an observer is none of the run's own errors."""
    try:
        yield
    except LayerloomError:
        raise
    except Exception as error:
        raise ObserverError("What watches the training has failed: {reason}",
                            reason=str(error) or type(error).__name__) from error
