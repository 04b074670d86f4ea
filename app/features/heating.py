"""The heat map over the cards: parameters, computation, memory or measured time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

from app.features.training import Training
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from app.window.jobs import Job, Jobs
from engine.experiment.costs import node_costs_of
from engine.messages import Message
from engine.units import bytes_text, grouped, seconds_text, share_text, short_count
from widgets.look.text import message_text

if TYPE_CHECKING:
    from app.document.page import Page
    from engine.analysis.analysis import Costs
    from engine.graph.graph import Graph
    from engine.inspect.timing import Timing
    from widgets.canvas.cards.face import Face
    from widgets.frame.heat_legend import HeatLegend

MODES = {"none": "None", "params": "Parameters", "compute": "Computation", "memory": "Memory", "time": "Measured time"}

COSTS: Mapping[str, Callable[[Costs], float]] = {
    "params": lambda costs: costs.params, "compute": lambda costs: costs.mult_adds,
    "memory": lambda costs: costs.training_memory,
}


class Measured(NamedTuple):
    """Times, and the network they were measured with."""

    timing: Timing
    graph: Graph


class Heat(NamedTuple):
    """What each layer has of something; whatever shows it takes all of it, or none: numbers and their unit are one."""

    mode: str = "none"
    values: Mapping[str, float] = {}

    @property
    def most(self) -> float:
        """Of one layer."""
        return max(self.values.values(), default=0.0)

    @property
    def total(self) -> float:
        """Of all layers together."""
        return sum(self.values.values())

    def text(self, value: float) -> str:
        """A share of the whole, or a time, in words."""
        return seconds_text(value) if self.mode == "time" else share_text(value / (self.total or 1))


class PageHeat:
    """One page's cards on the heat map."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.heat = Heat()
        self.measured: Measured | None = None
        self.legend: HeatLegend | None = None

    def decorate(self, face: Face) -> Face:
        """The card with its share; what is wrong with a card comes first."""
        heat = self.heat
        if heat.mode == "none" or face.problem:
            return face
        value, most = heat.values.get(face.name, 0.0), heat.most
        text = heat.text(value) if value > 0 else ""
        return face._replace(heat=sqrt(value / most) if most else 0.0, heat_text=text, count=text)

    def count(self, mode: str) -> None:
        """What each layer of the shown level has of it."""
        self.heat = Heat(mode, dict(self._times() if mode == "time" else self._costs(mode)))

    def _times(self) -> Iterator[tuple[str, float]]:
        """Seconds; nothing before they were measured."""
        if self.measured is None:
            return
        prefix, seconds = "".join(f"{name}." for name in self.page.level.path), self.measured.timing.seconds
        for name in self.page.scene.graph.nodes:
            if prefix + name in seconds:
                yield name, seconds[prefix + name]

    def _costs(self, mode: str) -> Iterator[tuple[str, float]]:
        """Numbers of parameters or multiply-adds, or bytes."""
        analysis, recipe = self.page.scene.analysis, self.page.document.experiment.recipe
        if analysis is None or mode not in COSTS:
            return
        for name in analysis.members:
            costs = node_costs_of(analysis, name, recipe)
            if costs is not None:
                yield name, float(COSTS[mode](costs))

    def is_stale(self) -> bool:
        """Whether the network is another than the one that was measured; where its cards lie does not matter."""
        now = self.page.document.experiment.graph
        return self.measured is not None and now is not self.measured.graph and _form(now) != _form(self.measured.graph)


class Heating(Feature):
    """One heat map at a time, over all networks that are open."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.mode = "none"
        self._heats: dict[Page, PageHeat] = self.per_page()
        self._jobs = Jobs(self)
        self._measuring: Page | None = None
        self._job: Job | None = None

    def commands(self) -> Sequence[Row]:
        return [Command(f"heat_{mode}", words, partial(self.choose, mode), "View", "heat", submenu="Heat map",
                        checkable=True) for mode, words in MODES.items()]

    def connect_page(self, page: Page) -> None:
        heat = self._heats[page] = PageHeat(page)
        page.scene.decorations.append(heat.decorate)
        page.scene.shown.connect(lambda: self._refresh(heat) if self.mode != "none" else None)
        if self.mode != "none":
            self._refresh(heat)

    def begin(self) -> None:
        self._check()

    def torch_is_here(self) -> None:
        self._measure_if_wanted()

    def show(self, page: Page) -> None:
        if self.mode != "none" and page in self._heats:
            self._refresh(self._heats[page])
            self._measure_if_wanted()

    def forget_page(self, page: Page) -> None:
        super().forget_page(page)
        if page is self._measuring and self._job is not None:
            self._job.cancel()

    def finish(self) -> None:
        self._jobs.finish()

    def choose(self, mode: str) -> None:
        """Show another heat map, or none."""
        self.mode = mode
        self._check()
        for heat in self._heats.values():
            self._refresh(heat)
        self._measure_if_wanted()

    def _check(self) -> None:
        for mode in MODES:
            self.host.commands[f"heat_{mode}"].setChecked(mode == self.mode)

    # -- showing ------------------------------------------------------------------------------------------------

    def _refresh(self, heat: PageHeat) -> None:
        before = heat.heat
        heat.count(self.mode)
        if before != heat.heat:
            heat.page.scene.redress()
        if self.mode == "none":
            if heat.legend is not None:
                heat.legend.hide()
            return
        if heat.legend is None:
            from widgets.frame.heat_legend import HeatLegend  # not seen at first

            heat.legend = HeatLegend(heat.page.view)
            heat.legend.ended.connect(partial(self.choose, "none"))
            heat.legend.again.connect(partial(self.measure, heat.page))
        most = heat.heat.most
        marks = ("0", heat.heat.text(most / 4), heat.heat.text(most)) if most else ("", "", "")
        heat.legend.show_scale(self._title(heat), marks, *self._note(heat))

    def _title(self, heat: PageHeat) -> str:
        total = heat.heat.total
        if self.mode == "params":
            return self.tr("Parameters") + f" · {grouped(int(total))}"
        if self.mode == "compute":
            return self.tr("Multiply-adds") + f" · {short_count(int(total))}"
        if self.mode == "memory":
            return self.tr("Training memory by layer")
        return self.tr("Time of a step") + (f" · {seconds_text(total)}" if total else "")

    def _note(self, heat: PageHeat) -> tuple[str, bool]:
        """What is said below the colours, and whether the times can be measured again."""
        if self.mode == "memory":
            return self.tr("The most: {size}").format(size=bytes_text(int(heat.heat.most))), False
        if self.mode != "time":
            return "", False
        if self._measuring is heat.page:
            return self.tr("Measuring each layer, forward and back…"), False
        if heat.measured is None:
            reason = self._reason(heat.page)
            return reason, not reason
        if heat.is_stale():
            return self.tr("Measured before the last changes."), not self._reason(heat.page)
        timing = heat.measured.timing
        return self.tr("Forward and back, batch {batch} on {device}, median of {runs} steps").format(
            batch=timing.batch_size, device=timing.device, runs=timing.runs), True

    # -- measuring ----------------------------------------------------------------------------------------------

    def _reason(self, page: Page) -> str:
        """Why nothing can be measured now; empty: it can."""
        errors = [problem for problem in page.problems if problem.severity == "error"]
        if not self.host.is_ready:
            return self.tr("PyTorch is still loading…")
        if errors:
            return message_text(errors[0].message)
        if self.host.feature(Training).trainer.state != "idle":
            return self.tr("Times can be measured when the training has ended.")
        return ""

    def _measure_if_wanted(self) -> None:
        """Measure what is in front and was never measured."""
        page = self.page
        if self.mode == "time" and page is not None and self._heats[page].measured is None:
            self.measure(page)

    def measure(self, page: Page) -> None:
        """Measure the layers of a network in the background."""
        if self._measuring is not None or self._reason(page):
            self._refresh(self._heats[page])
            return
        experiment = page.document.experiment

        def work(job: Job) -> Measured:
            from engine.inspect.timing import time_layers  # loads torch

            return Measured(time_layers(experiment, cancelled=job.cancelled), experiment.graph)

        self._measuring = page
        # Bound methods: these are called in the window's thread.
        self._job = self._jobs.start(work, self._take, self._fail)
        self._refresh(self._heats[page])

    def _take(self, measured: Measured) -> None:
        page, self._measuring = self._measuring, None
        if page in self.host.pages and page is not None:
            self._heats[page].measured = measured
            self._refresh(self._heats[page])
        self._measure_if_wanted()  # another network may have come to the front

    def _fail(self, message: Message) -> None:
        page, self._measuring = self._measuring, None
        if page in self.host.pages and page is not None:
            self.host.say(message, "error", of=page.document)
            self.choose("none")


def _form(graph: Graph) -> object:
    """What is computed, whatever lies where."""
    return ([(node.name, node.layer, node.bypassed, node.shares) for node in graph.nodes.values()],
            [(edge.source, edge.target, edge.port) for edge in graph.edges])
