"""What was found out about a document's states, the last two of them: undo and redo mostly lead back to the other."""

from __future__ import annotations

from typing import NamedTuple

from engine.advice.advice import Problem, advise
from engine.analysis.analysis import Analysis, analyze
from engine.experiment.experiment import Experiment


class Found(NamedTuple):
    """The analysis of an experiment's network, and what is wrong with it."""

    experiment: Experiment
    analysis: Analysis
    problems: tuple[Problem, ...]


class Findings:
    """What is known of the experiment that is looked at, and of the one before it."""

    def __init__(self) -> None:
        self._found: list[Found] = []

    def look(self, experiment: Experiment) -> Found:
        """At an experiment; the one that was looked at last is analysed anew, for more may be known of it now."""
        last, before = self._found[:1], self._found[1:]
        found = next((each for each in before if each.experiment is experiment), None)
        if found is None:
            analysis = analyze(experiment.graph, experiment.data.sample_shape)
            found = Found(experiment, analysis, advise(experiment, analysis))
        self._found = [found, *(each for each in last if each.experiment is not experiment)]
        return found
