"""How many cores a run takes while other work holds them: by a clock and a load that the tests make."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace

import psutil
import pytest
import torch

from engine.training import fit, loop, run, threads, tuning
from engine.training.checkpoint import Checkpoint
from engine.training.events import CheckpointReached, Event, Started, ThreadsChanged
from engine.training.numerics import Numerics
from engine.training.threads import AGAIN, FIRST, FREED, HELD, LONGEST, SAMPLE, Cores, Threads
from tests.engine.cases import experiment, made_data, of_type

MOST = 4


@dataclass
class Computer:
    """A clock, and how many of the cores nobody else uses."""

    now: float = 100.0
    cores: float = 4.0
    asked: int = 0
    seconds: float = 1.0

    def free(self) -> float:
        self.asked += 1
        return self.cores

    def passes(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def computer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Computer]:
    made, before = Computer(), torch.get_num_threads()
    monkeypatch.setattr(threads, "perf_counter", lambda: made.now)
    monkeypatch.setattr(threads, "time", SimpleNamespace(sleep=made.passes, process_time=lambda: 0.0))
    monkeypatch.setattr(loop, "Cores", lambda: made)
    yield made
    torch.set_num_threads(before)


def working(computer: Computer, most: int = MOST) -> Threads:
    made = Threads(most, computer)  # type: ignore[arg-type]
    made.use(most)
    return made


def look(computer: Computer, looked: Threads, cores: float, after: float = LONGEST + 0.1) -> tuple[bool, int]:
    """Whether something changed, and how many threads there are then."""
    computer.cores = cores
    computer.now += after
    changed = looked.look()
    assert torch.get_num_threads() == looked.count
    return changed, looked.count


@pytest.mark.parametrize(("cores", "count"), [(4.0, 4), (3.6, 4), (3.5, 3), (2.5, 2), (1.2, 1), (0.1, 1), (9.0, 4)])
def test_at_the_beginning_as_many_as_there_are_cores_for(cores: float, count: int, computer: Computer) -> None:
    computer.cores, looked = cores, working(computer)
    assert looked.begin() is (count != MOST) and looked.count == count == torch.get_num_threads()


def test_on_the_way_they_follow_what_lasts(computer: Computer) -> None:
    looked = working(computer)
    assert look(computer, looked, 2.0) == (False, MOST), "it may be for a moment"
    assert look(computer, looked, 4.0, after=AGAIN) == look(computer, looked, 2.0) == (False, MOST)
    assert look(computer, looked, 2.0, after=AGAIN) == (False, MOST)
    assert look(computer, looked, 2.0, after=HELD) == (True, 2)
    assert look(computer, looked, 4.0) == look(computer, looked, 4.0, after=FREED - 0.1) == (False, 2)
    assert look(computer, looked, 4.0, after=AGAIN) == (True, MOST)


def test_one_thread_is_never_asked_about(computer: Computer) -> None:
    looked = working(computer, 1)
    assert not looked.begin() and [look(computer, looked, 0.0) for _ in range(5)] == [(False, 1)] * 5
    assert computer.asked == 0


def test_the_longer_nothing_changes_the_more_seldom_it_looks(computer: Computer) -> None:
    looked, looks = working(computer), []
    looked.begin()
    begin = computer.now
    while computer.now < begin + 40:
        before = computer.asked
        looked.look()
        if computer.asked > before:
            looks.append(computer.now)
        computer.now += 0.01
    pauses = [later - earlier for earlier, later in zip([begin, *looks], looks, strict=False)]
    assert pauses[:3] == pytest.approx([FIRST, 2 * FIRST, 4 * FIRST], abs=0.05)
    assert pauses[3:] == pytest.approx([LONGEST] * len(pauses[3:]), abs=0.05) and len(pauses) > 7


def test_too_short_a_moment_says_nothing(computer: Computer) -> None:
    looked = working(computer)
    computer.seconds = SAMPLE / 2
    assert look(computer, looked, 0.0) == (False, MOST) and computer.asked == 0


# -- what others use ---------------------------------------------------------------------------------------------------


def times(busy: float, idle: float) -> SimpleNamespace:
    class Times(tuple):  # type: ignore[type-arg]
        idle = property(lambda self: self[1])

    return Times((busy, idle))


def test_a_core_is_free_for_what_others_leave_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    now, own, each = [10.0], [1.0], [[times(5.0, 5.0), times(0.0, 10.0)]]
    monkeypatch.setattr(threads, "perf_counter", lambda: now[0])
    monkeypatch.setattr(threads.time, "process_time", lambda: own[0])
    monkeypatch.setattr(psutil, "cpu_times", lambda percpu: each[0])
    monkeypatch.setattr(threads.os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    cores = Cores()
    now[0], own[0], each[0] = 12.0, 2.0, [times(7.0, 5.0), times(0.5, 11.5)]  # 2.5 s busy in 2, of which one is ours
    assert cores.seconds == 2.0 and cores.free() == pytest.approx(2 - 1.5 / 2)
    now[0], own[0] = 13.0, 5.0
    assert cores.free() == 2, "rounding makes no more cores than there are"


def test_this_computer_can_be_asked() -> None:
    cores = Cores()
    assert 0 <= cores.free() <= len(cores._mine) and cores.seconds >= 0


# -- in a run ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def many(computer: Computer, monkeypatch: pytest.MonkeyPatch) -> Computer:
    """Steps that are worth four threads and take ten seconds, with a look after each."""
    for module in (run, tuning):
        monkeypatch.setattr(module, "useful_threads", lambda _: MOST)
    monkeypatch.setattr(run, "ALL_THREADS", MOST)
    monkeypatch.setattr(run, "READ_EVERY", 0.0)
    learn = run.Learner.learn

    def slow(*arguments: object) -> None:
        learn(*arguments)  # type: ignore[arg-type]
        computer.now += 10

    monkeypatch.setattr(run.Learner, "learn", slow)
    return computer


def events_of(computer: Computer, after: Callable[[Event], float | None], resume: Checkpoint | None = None,
              *, deterministic: bool = False) -> tuple[list[Event], list[int]]:
    """Two epochs of three batches; ``after`` an event other cores may be free. And the threads at each change."""
    events, counts = [], []
    for event in fit(experiment(batch_size=20, deterministic=deterministic), data=made_data(79), resume=resume,
                     doctor=False):
        events.append(event)
        if isinstance(event, (Started, ThreadsChanged)):
            counts.append(torch.get_num_threads())
        if (cores := after(event)) is not None:
            computer.cores = cores
    return events, counts


def test_a_run_says_it_and_goes_on(many: Computer) -> None:
    many.cores = 1.0
    before = torch.get_num_threads()
    events, counts = events_of(many, lambda event: 4.0 if isinstance(event, ThreadsChanged) else None)
    assert of_type(events, Started)[0].threads == MOST and counts == [MOST, 1, MOST]
    assert of_type(events, ThreadsChanged) == [ThreadsChanged(0.0, 1, 0, 0), ThreadsChanged(2 / 3, MOST, 1, 2)]
    assert torch.get_num_threads() == before


def test_a_checkpoint_has_the_threads_that_there_are_then(many: Computer) -> None:
    events, _ = events_of(many, lambda event: 1.0 if isinstance(event, CheckpointReached) else None)
    first, second = (event.checkpoint.numerics for event in of_type(events, CheckpointReached))
    assert (first, second) == (Numerics(MOST), Numerics(1))


def test_a_run_goes_on_with_as_many_until_cores_are_free(many: Computer) -> None:
    many.cores = 1.0
    events, _ = events_of(many, lambda _: None)
    kept = of_type(events, CheckpointReached)[0].checkpoint
    again, counts = events_of(many, lambda _: None, resume=kept)
    assert of_type(again, Started)[0].threads == 1 and counts == [1] and not of_type(again, ThreadsChanged)


def test_a_repeatable_run_keeps_its_threads_whatever_else_is_at_work(many: Computer) -> None:
    many.cores = 1.0
    events, counts = events_of(many, lambda _: 0.5, deterministic=True)
    assert counts == [MOST] and not of_type(events, ThreadsChanged) and many.asked == 0
    kept = [event.checkpoint.numerics for event in of_type(events, CheckpointReached)]
    assert kept == [Numerics(MOST)] * 2


def test_it_goes_on_with_the_threads_that_it_had(many: Computer) -> None:
    many.cores = 1.0
    kept = of_type(events_of(many, lambda _: None)[0], CheckpointReached)[0].checkpoint
    again, counts = events_of(many, lambda _: 4.0, resume=kept, deterministic=True)
    assert of_type(again, Started)[0].threads == 1 and counts == [1]


def test_steps_worth_one_thread_are_not_looked_at(computer: Computer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "READ_EVERY", 0.0)
    computer.cores = 0.0
    events, _ = events_of(computer, lambda _: None)
    assert not of_type(events, ThreadsChanged) and computer.asked == 0


def test_each_change_says_why() -> None:
    held, free = (str(ThreadsChanged(0.5, count).line) for count in (1, 3))
    assert "the cores: training goes on with 1 thread," in held
    assert "cores for 3 threads: training goes on with them," in free
