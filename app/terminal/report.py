"""What ``check`` says about a network, as JSON and as a table. No Qt, no torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from engine.advice.advice import Problem, advise
from engine.analysis.analysis import Analysis, analyze
from engine.experiment.costs import costs_of, node_costs_of
from engine.experiment.experiment import Experiment
from engine.layers.base import FLOAT_BYTES, numel
from engine.messages import Message
from engine.units import bytes_text, grouped, shape_text

MOST = 20  # notes


def note_lines(notes: Sequence[Message]) -> list[str]:
    """A line for each, of very many for the first."""
    lines = [f"note: {note}" for note in notes[:MOST]]
    return [*lines, *([f"note: … and {len(notes) - MOST} more"] if len(notes) > MOST else [])]


class Report:
    """An experiment's analysis and problems, ready to be written."""

    def __init__(self, experiment: Experiment, notes: Sequence[Message] = ()) -> None:
        self.experiment, self.notes = experiment, notes  # notes: what reading the data noticed
        self.analysis: Analysis = analyze(experiment.graph, experiment.data.sample_shape)
        self.problems: tuple[Problem, ...] = advise(experiment, self.analysis)
        self._batch = experiment.recipe.batch_size

    @property
    def has_errors(self) -> bool:
        """Whether something forbids training."""
        return any(problem.severity == "error" for problem in self.problems)

    def as_json(self) -> dict[str, Any]:
        """``check --json``; what is unknown is null."""
        costs = costs_of(self.analysis, self.experiment.recipe)
        return {
            "nodes": [self._node(name) for name in self.analysis.graph.order],
            "totals": {"params": costs.params, "mult_adds": costs.mult_adds,
                       "training_memory_bytes": costs.training_memory,
                       "inference_memory_bytes": costs.inference_memory},
            "problems": [
                {"severity": problem.severity, "node": problem.node, "message": str(problem.message),
                 "repairs": [str(repair.text) for repair in problem.repairs]}
                for problem in self.problems
            ],
            **({"notes": [str(note) for note in self.notes]} if self.notes else {}),
        }

    def _node(self, name: str) -> dict[str, Any]:
        facts = self.analysis.nodes[name].facts
        return {
            "name": name,
            "layer": self.analysis.graph.nodes[name].layer.kind(),
            **({"bypassed": True} if self.analysis.graph.nodes[name].bypassed else {}),
            "output_shape": list(facts.output_shape) if facts else None,
            "params": facts.params if facts else None,
            "mult_adds": facts.mult_adds if facts else None,
            "activation_bytes": numel(facts.output_shape) * FLOAT_BYTES * self._batch if facts else None,
        }

    def table(self) -> Table:
        """A row for each layer; memory is what training keeps for it at the recipe's batch size."""
        # What comes from a file is text: Rich would read [red] in it as an order.
        title = Text(self.experiment.title) if self.experiment.title else None
        table = Table(title=title, title_justify="left", box=None, pad_edge=False)
        table.add_column("name")
        table.add_column("layer", style="dim")
        for heading in ("output shape", "parameters", "multiply-adds", "training memory"):
            table.add_column(heading, justify="right", no_wrap=True)
        for name in self.analysis.graph.order:
            table.add_row(*map(Text, self._row(name)))
        total = costs_of(self.analysis, self.experiment.recipe)
        table.add_section()
        table.add_row("total", f"batch of {self._batch}", "", grouped(total.params), grouped(total.mult_adds),
                      bytes_text(total.training_memory), style="bold")
        return table

    def _row(self, name: str) -> tuple[str, ...]:
        node, shape = self.analysis.graph.nodes[name], self.analysis.nodes[name].output_shape
        layer, bypassed = node.layer, "bypassed" if node.bypassed else ""
        costs = node_costs_of(self.analysis, name, self.experiment.recipe)
        what = " · ".join(part for part in (layer.title, layer.summary(), bypassed) if part)
        if costs is None or shape is None:
            return (name, what, "?", "?", "?", "?")
        return (name, what, shape_text(shape), grouped(costs.params), grouped(costs.mult_adds),
                bytes_text(costs.training_memory))

    def _data_line(self) -> str:
        data = self.experiment.data
        if data.task == "regression":
            target = f"{shape_text(data.output_shape)} to predict"
        else:
            target = f"{data.num_classes} classes"
        return f"data: {data.source.title}, {shape_text(data.sample_shape)}, {target}"

    def sentences(self) -> list[str]:
        """What the data give and ask for, and a line for each problem, with what would repair it."""
        lines = [self._data_line(), *note_lines(self.notes)]
        for problem in self.problems:
            where = f"{problem.node}: " if problem.node else ""
            repairs = " or ".join(f"“{repair.text}”" for repair in problem.repairs)
            lines.append(f"{problem.severity}: {where}{problem.message}" + (f" → {repairs}" if repairs else ""))
        return lines
