"""Sweeps in processes of their own, and, where only what becomes of their runs counts, in this one."""

from __future__ import annotations

import io
import json
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import engine.runs.sweeping.sweep as sweeping
from engine.experiment.experiment import Experiment
from engine.experiment.sweep.axes import axes_of
from engine.experiment.sweep.plan import Plan
from engine.messages import Message, say
from engine.runs.sweeping.worker import Worker
from tests.engine.cases import experiment

BASE = experiment(epochs=4, batch_size=32)
OVER = ("fc1.out_features=8,16", "lr=0.001,0.005", "seed=0..2")


@pytest.fixture(autouse=True)
def as_longer_runs() -> None:
    """Runs are kept as they are: processes know nothing of what is patched here."""


def plan(*over: str, base: Experiment = BASE, **options: Any) -> Plan:
    """A sweep of twelve small runs, unless others are asked for."""
    return Plan(base, axes_of(base, over or OVER), **options)


class InlineHand:
    """Does at once what it is told to, in this process."""

    def __init__(self, said: deque[tuple[InlineHand, dict[str, Any] | None]], dies: Callable[[int], bool]) -> None:
        self.run: int | None = None
        self.is_ready, self.began, self._said, self._dies = True, 0.0, said, dies

    def order(self, order: dict[str, Any]) -> None:
        if "train" not in order:
            return
        if self._dies(order["train"]["run"]):
            self._said.append((self, None))
            return
        out = io.StringIO()
        Worker(io.StringIO(), out).train(order["train"])
        self._said.extend((self, json.loads(line)) for line in out.getvalue().splitlines())


class InlineCrew:
    """As many as are asked for; none of them is a process."""

    dies: Callable[[int], bool] = staticmethod(lambda _: False)

    def __init__(self) -> None:
        self._said: deque[tuple[InlineHand, dict[str, Any] | None]] = deque()
        self.hands: list[InlineHand] = []

    def hire(self) -> InlineHand:
        self.hands.append(InlineHand(self._said, self.dies))
        return self.hands[-1]

    def dismiss(self, hand: InlineHand) -> Message:
        self.hands.remove(hand)
        return say("its process ended")

    def next(self, _: float) -> tuple[InlineHand, dict[str, Any] | None] | None:
        return self._said.popleft() if self._said else None

    def close(self) -> None:
        self.hands.clear()


@pytest.fixture
def inline(monkeypatch: pytest.MonkeyPatch) -> type[InlineCrew]:
    """No processes: seconds are saved, and whatever is patched counts."""
    crew = type("Crew", (InlineCrew,), {})
    monkeypatch.setattr(sweeping, "Crew", crew)
    return crew


def same_files(one: Path, other: Path, names: Sequence[str] = ("metrics.csv", "best.safetensors", "last.safetensors"),
               ) -> bool:
    """Whether two runs are the same, to the last bit."""
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in names)
