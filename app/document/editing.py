"""What the panels ask to be changed, as edits of the document in front."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, Signal

from app.document.document import Document
from app.document.page import Page
from engine.data.spec.kept import Kept
from engine.data.spec.spec import DatasetId, DataSpec
from engine.experiment.recipe import Recipe
from engine.graph.edits import with_layers
from engine.graph.graph import Graph
from engine.graph.parameters import NodeParameters
from engine.graph.room import apart
from engine.layers.base import Layer
from engine.messages import LayerloomError
from widgets.look.text import message_text


class Editing(QObject):
    """Edits of one field, one after the other, undo together."""

    name_refused = Signal(str)
    name_waits = Signal()  # it is not granted before something else is

    def __init__(self, parent: QObject, page: Callable[[], Page | None]) -> None:
        super().__init__(parent)
        self._page = page
        self._kept: WeakKeyDictionary[Document, Kept] = WeakKeyDictionary()

    def change_layer(self, name: str, layer: Layer, field: str) -> None:
        """Other options for a layer of the level that is shown."""
        self._edit_node(name, lambda graph: with_layers(graph, {name: layer}))

    def change_layers(self, layers: Mapping[str, Layer]) -> None:
        """Other options for several layers of the level that is shown, in one step."""
        self._edit_several(layers, lambda graph: with_layers(graph, layers))

    def change_several_parameters(self, parameters: Mapping[str, NodeParameters]) -> None:
        """The same for several layers, in one step."""
        self._edit_several(parameters, lambda graph: _with_parameters(graph, parameters))

    def _edit_several(self, names: Collection[str], change: Callable[[Graph], Graph]) -> None:
        self._edit(names, self.tr("Change {count} layers").format(count=len(names)), change)

    def change_parameters(self, name: str, parameters: NodeParameters, part: str) -> None:
        """Another beginning of a layer's weights, or another way of learning them."""
        self._edit_node(name, lambda graph: graph.with_parameters(name, parameters), f"parameters.{part}")

    def change_shares(self, name: str, owner: str) -> None:
        """Let a layer use another's weights; no name: its own again."""
        self._edit_node(name, lambda graph: apart(graph, graph.with_shares(name, owner or None)))

    def _edit_node(self, name: str, change: Callable[[Graph], Graph], field: str = "") -> None:
        self._edit([name], self.tr("Change {name}").format(name=name), change, f"{name}.{field}" if field else "")

    def _edit(self, names: Collection[str], text: str, change: Callable[[Graph], Graph],
              key: str = "") -> None:
        page = self._page()
        if page is None or not set(names) <= page.level.graph.nodes.keys():
            return
        try:
            graph = change(page.level.graph)
        except LayerloomError as error:
            page.refuse(error.message)
        else:
            page.edit(text, graph, key)

    def rename(self, old: str, new: str) -> None:
        """Another name, unless it cannot be one."""
        page = self._page()
        if page is None or old not in page.level.graph.nodes:
            return
        try:
            graph = page.level.graph.renamed(old, new)
        except LayerloomError as error:
            self.name_refused.emit(message_text(error.message))
            return
        chosen = [new if name == old else name for name in page.scene.selected_names() or [old]]
        page.edit(self.tr("Rename {name}").format(name=old), graph, select=chosen)
        if old in page.level.graph.nodes:
            self.name_waits.emit()

    def change_recipe(self, recipe: Recipe, field: str) -> None:
        """Another recipe."""
        page = self._page()
        if page is None:
            return
        page.document.edit(self.tr("Change the recipe"), replace(page.document.experiment, recipe=recipe),
                           f"recipe.{field}")

    def change_data_of(self, document: Document, spec: DataSpec, field: str) -> None:
        """Another preparation of a network's data, or other data: those of a form are chosen by their name."""
        before = document.experiment.data
        if field == "dataset":
            spec = before.with_dataset(spec.dataset)
        if (spec.dataset, spec.path) != (before.dataset, before.path):
            kept = self._kept.get(document, Kept())
            spec, self._kept[document] = kept.back(spec, before), kept.after(before)
        document.edit(self.tr("Change the data"), replace(document.experiment, data=spec), f"data.{field}")

    def choose_dataset(self, dataset: DatasetId) -> None:
        """Other data for the network in front."""
        page = self._page()
        if page is not None:
            self.change_data_of(page.document, page.document.experiment.data.with_dataset(dataset), "dataset")

    def choose_device(self, device: str) -> None:
        """Another place to compute."""
        page = self._page()
        if page is not None:
            self.change_recipe(page.document.experiment.recipe.with_options(device=device), "device")


def _with_parameters(graph: Graph, parameters: Mapping[str, NodeParameters]) -> Graph:
    for name, value in parameters.items():
        graph = graph.with_parameters(name, value)
    return graph
