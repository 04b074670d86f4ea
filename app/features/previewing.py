"""What would be: old → new while a value is changed, and what a repair would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from app.document.level import Level, level_inside
from app.document.page import Page
from app.features.problems import Problems
from app.window.host import Feature, Host
from engine.advice.advice import Problem, Repair, advise
from engine.analysis.analysis import Analysis, analyze
from engine.blocks.edits import is_own, with_inner
from engine.experiment.costs import costs_of, node_costs_of
from engine.experiment.experiment import Experiment
from engine.graph.edits import with_layers
from engine.graph.graph import Graph
from engine.layers.base import Layer
from engine.messages import LayerloomError

if TYPE_CHECKING:
    from widgets.canvas.pictures.preview import Preview


class Previewing(Feature):
    """Shows another network on a page's canvas and panels, without touching its document."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._preview: Preview | None = None
        self._of: Page | None = None

    def begin(self) -> None:
        inspector = self.host.places.inspector
        inspector.layer_tried.connect(lambda name, layer: self._try_layers({name: layer} if layer is not None else {}))
        inspector.layers_tried.connect(lambda layers: self._try_layers(layers or {}))
        for panel in (self.host.places.inspector, self.host.feature(Problems).panel):
            panel.repair_previewed.connect(self.on_page(self.preview_repair))

    @property
    def is_on(self) -> bool:
        """Whether something is shown that is not."""
        return self._preview is not None

    def connect_page(self, page: Page) -> None:
        """What is shown anew is what is; so are the buttons the mouse was on."""
        page.scene.shown.connect(lambda: self.end() if page is self._of else None)
        page.scene.repair_previewed.connect(lambda repair: self.preview_repair(page, repair))

    def preview(self, page: Page, graph: Graph | None) -> None:
        """Show what ``graph`` would be in the place of the level's graph; None: what is."""
        if graph is None or graph == page.level.graph:
            self.end()
            return
        path, experiment = page.level.path, page.document.experiment
        try:
            if not is_own(experiment.graph, path):
                raise LayerloomError("It is made from its parameters")
            whole = with_inner(experiment.graph, path, graph, page.analysis)
        except LayerloomError:
            self._show(page, _alone(page.level, graph))
        else:
            self._show_experiment(page, replace(experiment, graph=whole))

    def preview_repair(self, page: Page, repair: Repair | None) -> None:
        """Show what a repair would do; None: what is."""
        repair = page.repair_now(repair) if repair is not None else None
        if repair is None:
            self.end()
        elif page.level.path and any(repair in problem.repairs for problem in page.level.problems):
            self.preview(page, repair.apply(page.level.graph))
        else:
            self._show_experiment(page, repair.of(page.document.experiment))

    def preview_experiment(self, page: Page, experiment: Experiment | None) -> None:
        """Show what another experiment would be; None: what is."""
        if experiment is None or experiment.graph == page.document.experiment.graph:
            self.end()  # of data and recipe the canvas shows nothing
        else:
            self._show_experiment(page, experiment)

    def end(self) -> None:
        """Show what is."""
        if self._preview is not None and self._of is not None:
            page, preview, self._preview, self._of = self._of, self._preview, None, None
            preview.end()
            if page is self.page:
                self._show_costs(page, page.analysis, page.document.experiment)
                self.host.show_selection()

    def forget_page(self, page: Page) -> None:
        super().forget_page(page)
        if page is self._of:
            self._preview = self._of = None  # it goes with the page

    def finish(self) -> None:
        self._preview = self._of = None

    # -- how ----------------------------------------------------------------------------------------------------

    def _try_layers(self, layers: Mapping[str, Layer]) -> None:
        """Show what these layers would be in their places; none: what is."""
        page = self.page
        if page is None or not layers or not layers.keys() <= page.level.graph.nodes.keys():
            self.end()
            return
        try:
            graph = with_layers(page.level.graph, layers)
        except LayerloomError:
            self.end()
        else:
            self.preview(page, graph)

    def _show_experiment(self, page: Page, experiment: Experiment) -> None:
        whole = analyze(experiment.graph, experiment.data.sample_shape)
        problems = advise(experiment, whole)
        try:
            level = level_inside(whole, page.level.path) if page.level.path else Level((), whole, problems)
        except LayerloomError:
            self.end()
            return
        self._show(page, level)
        if page is self.page:
            self._show_costs(page, whole, experiment)

    def _show(self, page: Page, level: Level) -> None:
        from widgets.canvas.pictures.preview import Preview  # not seen at first

        if self._preview is not None:
            self._preview.end()
        analysis = replace(level.analysis, graph=page.displayed(level.analysis.graph))
        self._preview, self._of = Preview(page.scene, analysis, level.problems), page
        if page is self.page:
            self._show_node(page, level.analysis, level.problems)

    def _show_node(self, page: Page, analysis: Analysis, problems: tuple[Problem, ...]) -> None:
        names = page.scene.selected_names()
        if len(names) == 1 and names[0] in analysis.nodes:
            name, recipe = names[0], page.document.experiment.recipe
            costs = [node_costs_of(known, name, recipe) for known in (analysis, page.level.analysis)]
            concerned = [problem for problem in problems if problem.node == name]
            self.host.places.inspector.show_trial(analysis.graph.nodes[name], analysis.nodes[name], costs[0],
                                                     costs[1], concerned)
        elif len(names) > 1 and set(names) <= analysis.nodes.keys():
            self.host.places.inspector.show_several_trial(analysis.sums(names), page.level.analysis.sums(names))

    def _show_costs(self, page: Page, analysis: Analysis, experiment: Experiment) -> None:
        recipes = experiment.recipe, page.document.experiment.recipe
        new, old = (costs_of(known, recipe) if known.params else None
                    for known, recipe in zip((analysis, page.analysis), recipes, strict=True))
        self.host.places.show_costs(new, recipes[0].batch_size, old)


def _alone(level: Level, graph: Graph) -> Level:
    """A level's other graph, where nothing is known of the rest."""
    known = level.analysis
    shape = known.nodes[known.input].output_shape if known.input else None
    analysis = analyze(graph, shape)
    problems = tuple(Problem("error", fault.node, fault.error.message) for fault in analysis.faults)
    return Level(level.path, analysis, problems)
