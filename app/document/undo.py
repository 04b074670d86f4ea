"""Undo as a list of values: every state of a document is an Experiment, so going back is choosing an earlier one."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from engine.experiment.experiment import Experiment

DEPTH = 500  # states that are remembered


class State(NamedTuple):
    """What an edit was called and what it led to. Edits in a row with one merge key are one state."""

    text: str
    experiment: Experiment
    merge_key: str


class UndoStack:
    """The states of a document, the current one among them, and which of them is on the disk."""

    def __init__(self, first: Experiment) -> None:
        self._states = [State("", first, "")]
        self._index = 0
        self._clean: int | None = 0

    @property
    def experiment(self) -> Experiment:
        """The current value."""
        return self._states[self._index].experiment

    def push(self, text: str, experiment: Experiment, merge_key: str = "") -> None:
        """An edit: what had been undone is forgotten."""
        merges = merge_key and merge_key == self._states[self._index].merge_key and self._index != self._clean
        keep = self._index if merges else self._index + 1
        if self._clean is not None and self._clean >= keep:
            self._clean = None
        self._states = [*self._states[:keep], State(text, experiment, merge_key)]
        self._index = keep
        if len(self._states) > DEPTH:
            self._states.pop(0)
            self._index -= 1
            self._clean = self._clean - 1 if self._clean else None

    def amend(self, experiment: Experiment) -> None:
        """Another current value without an edit: something that follows from the world, not from the person."""
        self._states[self._index] = self._states[self._index]._replace(experiment=experiment)

    def undo(self) -> None:
        """One state back, if there is one."""
        self._index = max(0, self._index - 1)

    def redo(self) -> None:
        """One state forward, if there is one."""
        self._index = min(len(self._states) - 1, self._index + 1)

    @property
    def undo_text(self) -> str | None:
        """What would be undone; None: nothing."""
        return self._states[self._index].text if self._index else None

    @property
    def redo_text(self) -> str | None:
        """What would be redone; None: nothing."""
        return self._states[self._index + 1].text if self._index + 1 < len(self._states) else None

    @property
    def earlier(self) -> tuple[tuple[str, Experiment], ...]:
        """The states one can go back to, newest first, each with the edit that followed it."""
        states = self._states[: self._index + 1]
        return tuple((after.text, before.experiment) for before, after in pairwise(states))[::-1]

    @property
    def is_clean(self) -> bool:
        """Whether the current state is the one on the disk."""
        return self._index == self._clean

    def mark_clean(self, clean: bool = True) -> None:
        """The current state was saved, or (False) is nowhere saved."""
        self._clean = self._index if clean else None
