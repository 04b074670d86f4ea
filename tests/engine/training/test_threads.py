"""How many cores a run takes while another program holds them: by a clock and a load that the tests make."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from engine.training import fit, run, threads, tuning
from engine.training.checkpoint import Checkpoint
from engine.training.events import CheckpointReached, Event, Started, ThreadsChanged
from engine.training.numerics import Numerics
from engine.training.threads import FIRST, LONGEST, Threads
from tests.engine.cases import experiment, made_data, of_type

MOST = 4


@dataclass
class Computer:
    """A clock, and how many times as long work takes with all threads as with one."""

    now: float = 100.0
    ratios: tuple[float, ...] = (0.3,)  # of each look at it in turn; the last one stays
    timed: int = 0

    def tanh(self, x: Tensor) -> Tensor:
        count = torch.get_num_threads()
        index = min(self.timed // (2 * threads.ROUNDS), len(self.ratios) - 1)
        self.now += 1e-4 if count == 1 else 1e-4 * self.ratios[index]
        self.timed += 1
        return x

    def load(self, *ratios: float) -> None:
        self.ratios, self.timed = ratios, 0


@pytest.fixture
def computer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Computer]:
    made, before = Computer(), torch.get_num_threads()
    monkeypatch.setattr(threads, "perf_counter", lambda: made.now)
    monkeypatch.setattr(torch, "tanh", made.tanh)
    yield made
    torch.set_num_threads(before)


def working(most: int = MOST) -> Threads:
    made = Threads(most)
    made.use(most)
    return made


def look(computer: Computer, looked: Threads, *ratios: float, after: float = LONGEST + 0.1) -> tuple[bool, int]:
    """Whether something changed, and how many threads there are then."""
    computer.load(*ratios)
    computer.now += after
    changed = looked.look()
    assert torch.get_num_threads() == looked.count
    return changed, looked.count


def test_where_a_core_is_held_one_thread_goes_on_until_it_is_free(computer: Computer) -> None:
    looked = working()
    told = [look(computer, looked, ratio) for ratio in (0.3, 9.0, 9.0, 0.3, 0.3)]
    assert told == [(False, MOST), (True, 1), (False, 1), (True, MOST), (False, MOST)]


def test_between_held_and_free_nothing_changes(computer: Computer) -> None:
    looked = working()
    assert look(computer, looked, 1.2) == (False, MOST)
    assert look(computer, looked, 5.0) == (True, 1)
    assert look(computer, looked, 0.9) == look(computer, looked, 1.2) == (False, 1)


def test_once_may_be_chance(computer: Computer) -> None:
    looked = working()
    assert look(computer, looked, 9.0, 0.3) == (False, MOST)
    assert look(computer, looked, 9.0, 9.0) == (True, 1)
    assert look(computer, looked, 0.3, 9.0) == (False, 1)


def test_one_thread_is_never_timed(computer: Computer) -> None:
    looked = working(1)
    assert [look(computer, looked, 9.0) for _ in range(5)] == [(False, 1)] * 5 and computer.timed == 0


def test_it_looks_now_and_then_the_longer_nothing_changes_the_more_seldom(computer: Computer) -> None:
    looked, looks = working(), []
    computer.load(0.3)
    begin = computer.now
    while computer.now < begin + 60:
        before = computer.timed
        looked.look()
        if computer.timed > before:
            looks.append(computer.now)
        computer.now += 0.01
    pauses = [later - earlier for earlier, later in zip([begin, *looks], looks, strict=False)]
    assert pauses[:6] == pytest.approx([FIRST, 0.4, 0.8, 1.6, 3.2, 6.4], abs=0.05)
    assert pauses[6:] == pytest.approx([LONGEST] * len(pauses[6:]), abs=0.05) and len(pauses) > 10


def test_after_a_change_it_looks_soon(computer: Computer) -> None:
    looked = working()
    look(computer, looked, 0.3)
    look(computer, looked, 9.0)
    assert look(computer, looked, 0.3, after=FIRST - 0.05) == (False, 1)
    assert look(computer, looked, 0.3, after=0.1) == (True, MOST)


# -- in a run ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def many(computer: Computer, monkeypatch: pytest.MonkeyPatch) -> Computer:
    """Steps that are worth four threads and take ten seconds, with a look after each."""
    for module in (run, tuning):
        monkeypatch.setattr(module, "useful_threads", lambda _: MOST)
    monkeypatch.setattr(run, "READ_EVERY", 0.0)
    learn = run.Learner.learn

    def slow(*arguments: object) -> None:
        learn(*arguments)  # type: ignore[arg-type]
        computer.now += 10

    monkeypatch.setattr(run.Learner, "learn", slow)
    return computer


def events_of(computer: Computer, after: Callable[[Event], float | None], resume: Checkpoint | None = None
              ) -> tuple[list[Event], list[int]]:
    """Two epochs of three batches; ``after`` an event the load may be another. And the threads at each change."""
    events, counts = [], []
    for event in fit(experiment(batch_size=20), data=made_data(79), resume=resume):
        events.append(event)
        if isinstance(event, (Started, ThreadsChanged)):
            counts.append(torch.get_num_threads())
        if (ratio := after(event)) is not None:
            computer.load(ratio)
    return events, counts


def test_a_run_says_it_and_goes_on(many: Computer) -> None:
    many.load(9.0)
    events, counts = events_of(many, lambda event: 0.3 if isinstance(event, ThreadsChanged) else None)
    assert of_type(events, Started)[0].threads == MOST and counts == [MOST, 1, MOST]
    assert of_type(events, ThreadsChanged) == [ThreadsChanged(1 / 3, 1), ThreadsChanged(2 / 3, MOST)]


def test_a_checkpoint_has_the_threads_that_there_are_then(many: Computer) -> None:
    events, _ = events_of(many, lambda event: 9.0 if isinstance(event, CheckpointReached) else None)
    first, second = (event.checkpoint.numerics for event in of_type(events, CheckpointReached))
    assert (first, second) == (Numerics(MOST), Numerics(1))


def test_a_run_goes_on_with_as_many_until_cores_are_free(many: Computer) -> None:
    many.load(9.0)
    events, _ = events_of(many, lambda _: None)
    kept = of_type(events, CheckpointReached)[0].checkpoint
    again, counts = events_of(many, lambda _: None, resume=kept)
    assert of_type(again, Started)[0].threads == 1 and counts == [1] and not of_type(again, ThreadsChanged)
    many.load(0.3)
    free, counts = events_of(many, lambda _: None, resume=kept)
    assert counts == [1, MOST] and of_type(free, ThreadsChanged) == [ThreadsChanged(4 / 3, MOST)]


def test_steps_worth_one_thread_are_not_looked_at(computer: Computer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "READ_EVERY", 0.0)
    computer.load(9.0)
    computer.now += 1000
    events, _ = events_of(computer, lambda _: None)
    assert not of_type(events, ThreadsChanged) and computer.timed == 0


def test_each_change_says_why() -> None:
    held, free = (str(ThreadsChanged(0.5, count).line) for count in (1, 3))
    assert "the cores: training goes on with 1 thread," in held
    assert "cores are free: training goes on with 3 threads," in free
