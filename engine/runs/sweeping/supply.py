"""Which run comes next, and how far: all to their end, or by halving from rung to rung. No torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from engine.experiment.sweep.halving import Cut, judged, rungs
from engine.experiment.sweep.plan import Plan
from engine.experiment.sweep.setting import Setting
from engine.messages import Message, say
from engine.runs.sweeping.opened import Member, Sweep, by_setting, key_of, value_words
from engine.units import grouped

WHOLE = 0  # a run goes to its end
LEAST = 9  # runs that are halved together where there is no end of them


class Job(NamedTuple):
    """A run, and the epoch after which it waits for others; 0: it goes to its end."""

    run: int
    until: int = WHOLE


class Stopped(NamedTuple):
    """What halving has decided: which runs end after this rung, and why."""

    bracket: int
    rung: int
    runs: tuple[tuple[int, Message], ...]


@dataclass
class Bracket:
    """Runs that are halved together."""

    number: int
    indices: list[int]
    rungs: tuple[int, ...]


class Supply:
    """Jobs in order. ``member`` tells how far a run is, ``sweep`` all of them; ``add`` makes the run of the next
    setting; ``is_over`` says that no new ones are to begin."""

    def __init__(self, plan: Plan, sweep: Callable[[], Sweep], member: Callable[[int], Member],
                 add: Callable[[Setting], int], is_over: Callable[[], bool], decided: set[tuple[int, int]]) -> None:
        self._plan, self._sweep, self._add, self._is_over, self._decided = plan, sweep, add, is_over, decided
        self._member = member
        self._settings = plan.settings()
        self._known = len(sweep().members)
        self._begun = 0  # of those settings
        self._bracket: Bracket | None = None
        self._brackets = 0
        self._in_hand: set[int] = set()

    def next(self) -> Job | None:
        """The next job; None: there is none now, or none any more. Nothing that was begun is begun twice."""
        job = self._whole() if not self._plan.halving else self._halved()
        if job is not None:
            self._in_hand.add(job.run)
        return job

    def put_back(self, index: int) -> None:
        """A run is in nobody's hand any more."""
        self._in_hand.discard(index)

    def _upcoming(self) -> Iterator[int]:
        """Runs by their index: those that are known, then new ones until time is over."""
        while True:
            if self._begun < self._known:
                self._begun += 1
                next(self._settings, None)
                yield self._begun
                continue
            if self._is_over() or (setting := next(self._settings, None)) is None:
                return
            self._begun = self._known = self._add(setting)
            yield self._begun

    def _whole(self) -> Job | None:
        for index in self._upcoming():
            if not self._member(index).is_over:
                return Job(index)
        return None

    # -- halving -------------------------------------------------------------------------------------------------------

    def _halved(self) -> Job | None:
        while True:
            if self._bracket is None and not self._next_bracket():
                return None
            assert self._bracket is not None
            for rung in (*self._bracket.rungs, WHOLE):
                if rung and (self._bracket.number, rung) in self._decided:
                    continue
                members = [self._member(index) for index in self._bracket.indices]
                waiting = [member for member in members if not member.is_over and (
                    not rung or member.epochs < rung) and member.index not in self._in_hand]
                if waiting and not self._is_over():
                    return Job(waiting[0].index, rung)
                if waiting or rung or self._in_hand:
                    return None  # the rung is judged first
            self._bracket = None

    def _next_bracket(self) -> bool:
        plan, epochs = self._plan, self._plan.experiment.recipe.epochs
        count = plan.count if not plan.is_endless or plan.count is not None else None
        seeds = next((len(axis.values) for axis in plan.axes if axis.field == "seed" and axis.values), 1)
        size = count if count is not None and not plan.is_endless else max(
            LEAST, plan.halving ** max(1, len(rungs(epochs, plan.halving, 2**30)))) * seeds
        indices = list(islice(self._upcoming(), size))
        if not indices:
            return False
        self._brackets += 1
        settings = {key_of(self._member(index), plan) for index in indices}
        self._bracket = Bracket(self._brackets, indices, rungs(epochs, plan.halving, len(settings)))
        return True

    def verdict(self) -> Stopped | None:
        """What is decided at the rung that all have come to; None: some have not, or there is nothing to decide."""
        bracket = self._bracket
        if bracket is None or self._in_hand:
            return None
        for rung in bracket.rungs:
            if (bracket.number, rung) in self._decided:
                continue
            members = [self._member(index) for index in bracket.indices]
            going = [member for member in members if not member.is_over or member.state == "done"]
            if any(not member.is_over and member.epochs < rung for member in going):
                return None
            return Stopped(bracket.number, rung, tuple(self._stopped(going, rung)))
        return None

    def _stopped(self, members: list[Member], rung: int) -> Iterator[tuple[int, Message]]:
        plan, sweep = self._plan, self._sweep()
        epochs = plan.experiment.recipe.epochs
        examples = max((member.examples for member in members), default=0)
        verdict = judged(by_setting(sweep, members), rung, plan.halving, epochs, examples=examples,
                         is_share=sweep.measure.name in ("accuracy", "top5"))
        for member in members:
            cut = verdict.cut.get(key_of(member, plan))
            if cut is not None and not member.is_over:
                yield member.index, _why(cut, rung, epochs, sweep)


def _why(cut: Cut, rung: int, epochs: int, sweep: Sweep) -> Message:
    sign = 1.0 if sweep.measure.is_larger_better else -1.0
    template = ("stopped after epoch {epoch} of {epochs}: {score}, the best {count} of {all} have {kept} and more"
                if sign > 0 else
                "stopped after epoch {epoch} of {epochs}: {score}, the best {count} of {all} have {kept} and less")
    return say(template, epoch=grouped(rung), epochs=grouped(epochs), count=grouped(cut.best), all=grouped(cut.all),
               score=value_words(sweep.measure, sign * cut.score), kept=value_words(sweep.measure, sign * cut.floor))
