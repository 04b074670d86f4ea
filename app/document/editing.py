"""What the panels ask to be changed, as edits of the document in front."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.document.page import Page
from engine.data.spec.spec import DatasetId, DataSpec
from engine.experiment.recipe import Recipe
from engine.graph.graph import Graph
from engine.graph.parameters import NodeParameters
from engine.layers.base import Layer
from engine.messages import LayerloomError
from widgets.look.text import message_text


class Editing(QObject):
    """Edits of one field, one after the other, undo together."""

    name_refused = Signal(str)

    def __init__(self, parent: QObject, page: Callable[[], Page | None]) -> None:
        super().__init__(parent)
        self._page = page

    def change_layer(self, name: str, layer: Layer, field: str) -> None:
        """Other options for a layer of the level that is shown."""
        self._edit_node(name, lambda graph: graph.with_layer(name, layer))

    def change_parameters(self, name: str, parameters: NodeParameters, part: str) -> None:
        """Another beginning of a layer's weights, or another way of learning them."""
        self._edit_node(name, lambda graph: graph.with_parameters(name, parameters), f"parameters.{part}")

    def change_shares(self, name: str, owner: str) -> None:
        """Let a layer use another's weights; no name: its own again."""
        self._edit_node(name, lambda graph: graph.with_shares(name, owner or None))

    def _edit_node(self, name: str, change: Callable[[Graph], Graph], field: str = "") -> None:
        page = self._page()
        if page is None or name not in page.scene.graph.nodes:
            return
        try:
            graph = change(page.scene.graph)
        except LayerloomError as error:
            page.refuse(error.message)
        else:
            page.edit(self.tr("Change {name}").format(name=name), graph, f"{name}.{field}" if field else "")

    def rename(self, old: str, new: str) -> None:
        """Another name, unless it cannot be one."""
        page = self._page()
        if page is None or old not in page.scene.graph.nodes:
            return
        try:
            graph = page.scene.graph.renamed(old, new)
        except LayerloomError as error:
            self.name_refused.emit(message_text(error.message))
            return
        page.edit(self.tr("Rename {name}").format(name=old), graph, select=[new])

    def change_recipe(self, recipe: Recipe, field: str) -> None:
        """Another recipe."""
        page = self._page()
        if page is None:
            return
        page.document.edit(self.tr("Change the recipe"), replace(page.document.experiment, recipe=recipe),
                           f"recipe.{field}")

    def change_data(self, spec: DataSpec, field: str) -> None:
        """Another preparation of the data, or other data (as ``choose_dataset``)."""
        page = self._page()
        if page is None:
            return
        if field == "dataset":
            self.choose_dataset(spec.dataset)
        else:
            self._edit_data(page, spec, field)

    def _edit_data(self, page: Page, spec: DataSpec, field: str) -> None:
        experiment = replace(page.document.experiment, data=spec)
        page.document.edit(self.tr("Change the data"), experiment, f"data.{field}")

    def choose_dataset(self, dataset: DatasetId) -> None:
        """Another data set, resized so that the network goes on seeing images of the size it was drawn for."""
        page = self._page()
        if page is not None:
            data = page.document.experiment.data
            chosen = data.with_options(dataset=dataset, resize=None)
            if data.is_image and chosen.is_image and chosen.sample_shape[1:] != data.sample_shape[1:]:
                chosen = chosen.with_options(resize=data.sample_shape[1])
            self._edit_data(page, chosen, "dataset")

    def choose_device(self, device: str) -> None:
        """Another place to compute."""
        page = self._page()
        if page is not None:
            self.change_recipe(page.document.experiment.recipe.with_options(device=device), "device")
