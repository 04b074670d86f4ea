"""The inspector and the top bar: what they show of the network in front, and what they ask to be changed."""

from __future__ import annotations

from collections.abc import Sequence

from app.document.editing import Editing
from app.document.page import Page
from app.features.training import Training
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from engine.experiment.costs import costs_of, node_costs_of
from engine.graph.graph import Node
from engine.graph.parameters import DEFAULTS
from engine.training.steering import DROPS, TRAINABLE, is_drop


class Inspecting(Feature):
    """Shows a document and passes on what is typed to ``editing``."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.editing = Editing(self, lambda: self.page)
        inspector, top, editing = host.places.inspector, host.places.top, self.editing
        inspector.layer_changed.connect(editing.change_layer)
        inspector.layers_changed.connect(editing.change_layers)
        inspector.several_parameters_changed.connect(editing.change_several_parameters)
        inspector.rename_requested.connect(editing.rename)
        inspector.parameters_changed.connect(editing.change_parameters)
        inspector.shares_changed.connect(editing.change_shares)
        editing.name_refused.connect(inspector.show_rename_error)
        editing.name_waits.connect(inspector.take_name_back)
        inspector.node_requested.connect(self.on_page(Page.find_layer))
        inspector.inside_requested.connect(self.on_page(Page.open))
        inspector.dissolve_requested.connect(self.on_page(lambda page, _name: page.dissolve()))
        host.places.palette.layer_activated.connect(self.on_page(self._append))
        top.dataset_chosen.connect(editing.choose_dataset)
        top.device_chosen.connect(editing.choose_device)

    def _append(self, page: Page, kind: str) -> None:
        """Behind what is selected; then the canvas has the keyboard, where Tab searches for the next."""
        page.view.append(kind)
        page.view.setFocus()

    def commands(self) -> Sequence[Row]:
        places = self.host.places
        return [
            Command("rename", "Rename", self._rename, "Edit", "change", ("F2",), canvas=True),
            Command("search", "Search the layers", places.search_layers, "Network", "add", ("/",), canvas=True, rank=1),
        ]

    def begin(self) -> None:
        self.host.feature(Training).trainer.state_changed.connect(lambda _state: self.show_selection(self.page))

    def connect_page(self, page: Page) -> None:
        page.rename_requested.connect(self._rename)

    def _rename(self) -> None:
        """Begin typing another name for the layer that is selected."""
        inspector = self.host.places.inspector
        if self.page is not None and inspector.name is not None:
            self.host.places.show_inspector()
            inspector.focus_name()

    # -- showing ------------------------------------------------------------------------------------------------

    def show(self, page: Page) -> None:
        experiment, places = page.document.experiment, self.host.places
        recipe, analysis = experiment.recipe, page.analysis
        places.top.show_dataset(experiment.data.dataset)
        places.top.show_device(recipe.device)
        costs = costs_of(analysis, recipe) if analysis.params else None
        places.show_costs(costs, recipe.batch_size)

    def show_selection(self, page: Page | None) -> None:
        """The inspector shows what is selected, at the level one is at."""
        inspector = self.host.places.inspector
        if page is None or page.scene.selected_names() != inspector.names:
            inspector.settle()
        names = page.scene.selected_names() if page is not None else []
        if page is None or not names or not set(names) <= page.level.analysis.nodes.keys():
            inspector.show_node(None, None, None, (), len(names))
        elif len(names) > 1:
            analysis = page.level.analysis
            nodes = [analysis.graph.nodes[name] for name in names]
            inspector.show_several(nodes, analysis.sums(names), [node for node in nodes if _has_weights(page, node)])
        else:
            self._show_one(page, names[0])

    def _show_one(self, page: Page, name: str) -> None:
        inspector = self.host.places.inspector
        recipe, analysis = page.document.experiment.recipe, page.level.analysis
        costs = node_costs_of(analysis, name, recipe)
        problems = [problem for problem in page.level.problems if problem.node == name]
        inspector.show_node(analysis.graph.nodes[name], analysis.nodes[name], costs, problems, 1,
                            page.share_candidates(name))
        inspector.set_patient(not page.is_own)
        inspector.set_live(self._live(page, analysis.graph.nodes[name]))

    def _live(self, page: Page, node: Node) -> Sequence[str]:
        """What of a layer the run of its network takes over."""
        if not self.host.feature(Training).takes_over(page, node.name):
            return ()
        return [TRAINABLE, *(option for option in DROPS if is_drop(node, option))]


def _has_weights(page: Page, node: Node) -> bool:
    """Whether it has weights of its own, or it was once said how they shall be."""
    facts = page.level.analysis.nodes[node.name].facts
    return node.shares is None and (node.parameters != DEFAULTS or (facts is not None and facts.params > 0))
