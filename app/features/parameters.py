"""The network's tensors, on the screen: initial, latest, best or loaded ones; single values set by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtWidgets import QWidget

from app.document.document import Document
from app.document.in_hand import held, newest
from app.document.page import Page
from app.features.belonging import Belonging
from app.window.host import Feature, Host
from app.window.jobs import Jobs
from app.window.panel import Tab
from engine.experiment.experiment import Experiment
from engine.graph.parameters import ValueEdit
from engine.inspect.tensor_info import TensorInfo
from engine.messages import LayerloomError, Message, say
from engine.training.values import Weights
from widgets.look.text import message_text

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor


GRADIENT_BATCH = 64  # examples that the shown gradients are of


class Shown(NamedTuple):
    """What the browser shows: whose it is, and the tensors themselves."""

    infos: list[TensorInfo]
    weights: Weights


class Parameters(Feature):
    """Reads tensors in the background while the browser is looked at, and only then."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._document: Document | None = None
        self._source = "initial"
        self._is_chosen = False  # by the person; else the newest weights are shown
        self._weights: Weights = {}
        self._shown: tuple[Document, Experiment, str] | None = None  # whose tensors they are, and which
        self._asked: object = None
        self._jobs = Jobs(self)

    def tabs(self) -> Sequence[Tab]:
        return [Tab(self.tr("Parameters"), self._make, lambda page: self._show_document(page.document), self._select,
                    rank=4)]

    def _make(self) -> QWidget:
        from widgets.tensors.browser import ParameterBrowser  # not seen at first

        self.panel = panel = ParameterBrowser()
        panel.source_chosen.connect(self._choose)
        panel.values_requested.connect(self._show_values)
        panel.value_edited.connect(self._edit)
        panel.node_requested.connect(self.on_page(Page.jump_to))
        return self.host.feature(Belonging).over(panel, weights=True)

    def _show_document(self, document: Document) -> None:
        """The tensors of the document in front, if anything about them has changed."""
        if document is not self._document:
            self._document, self._is_chosen, self._asked = document, False, None
            self.panel.show_message(self.tr("Reading the weights…"))
        if not self.host.is_ready:
            self.panel.show_message(self.tr("PyTorch is still loading"))
            return
        sources = held(document)
        if self._source not in sources or not self._is_chosen:
            self._source = newest(document)
        titles = {"initial": self.tr("Initial"), "loaded": self.tr("Loaded"), "latest": self.tr("Latest"),
                  "best": self.tr("Best")}
        self.panel.set_sources([(source, titles[source]) for source in sources], self._source)
        self.panel.set_editable(True)
        experiment, weights = sources[self._source][:2]
        nodes = [replace(node, position=(0.0, 0.0)) for node in experiment.graph.nodes.values()]  # moved: the same
        question = (nodes, experiment.graph.edges, experiment.data, experiment.recipe.seed,
                    experiment.recipe.initialization, id(weights))
        if question != self._asked:
            self._asked = question
            self._read(document, experiment, weights, question)

    def _read(self, document: Document, experiment: Experiment, weights: Weights | None, question: object) -> None:
        source, root = self._source, self.host.settings.data_root

        def tell(shown: Shown) -> None:
            if question == self._asked:
                self._weights, self._shown = shown.weights, (document, experiment, source)
                self.panel.show_tensors(shown.infos)

        def fail(message: Message) -> None:
            if question == self._asked:
                self.panel.show_message(message_text(message))

        self._jobs.start(lambda _job: _read(experiment, weights, root), tell, fail)

    def _select(self, page: Page) -> None:
        """The canvas's selection, followed."""
        names = page.scene.selected_names()
        if len(names) == 1 and names[0] in page.level.analysis.nodes:
            self.panel.show_node(page.level.path[0] if page.level.path else names[0])

    def _choose(self, source: str) -> None:
        self._source, self._is_chosen = source, True
        if self._document is not None:
            self._show_document(self._document)

    def _show_values(self, key: str) -> None:
        if key in self._weights:
            tensor = self._weights[key].detach().cpu()
            brain = str(tensor.dtype) == "torch.bfloat16"  # which numpy does not know
            self.panel.show_values(key, (tensor.float() if brain else tensor).numpy())

    def _edit(self, key: str, index: tuple[int, ...], value: float) -> None:
        """Initial values are part of the network; others become loaded weights. Of the network whose tensors one sees,
        also while others are being read."""
        if self._shown is None:
            return
        document, experiment, source = self._shown
        if source == "initial":
            reason = _why_gone(document.experiment, key, index) if document.experiment is not experiment else None
            if reason is None:
                self._edit_initial(document, key, index, value)
            else:
                self.host.say(reason, "error", of=document)
        else:
            document.load_weights({**self._weights, key: _changed(self._weights[key], index, value)}, experiment)
            self._source = "loaded"
            self.host.refresh()
            self.host.say(say("Training starts from these weights with {key} changed, and export writes them", key=key),
                          of=document)

    def _edit_initial(self, document: Document, key: str, index: tuple[int, ...], value: float) -> None:
        name, _, inner = key.partition(".")
        graph = document.experiment.graph
        if name not in graph.nodes:
            return
        name = graph.shares.get(name, name)  # whose weights these are, also while it is bypassed
        parameters = graph.nodes[name].parameters
        edits = [edit for edit in parameters.edits if (edit.key, edit.index) != (inner, index)]
        edits.append(ValueEdit(key=inner, index=index, value=value))
        try:
            graph = graph.with_parameters(name, parameters.with_options(edits=tuple(edits)))
        except LayerloomError as error:
            self.host.say(error.message, "error", of=document)
            return
        document.edit_graph(self.tr("Set a value of {key}").format(key=key), graph)

    def forget_page(self, page: Page) -> None:
        super().forget_page(page)
        if page.document is self._document:
            self._document = self._asked = None
        if self._shown is not None and page.document is self._shown[0]:
            self._weights, self._shown = {}, None

    def finish(self) -> None:
        self._jobs.finish()


def _why_gone(experiment: Experiment, key: str, index: tuple[int, ...]) -> Message | None:
    """Why there is no such value in the network, which is another than the one whose tensors are seen; None: it is."""
    from engine.network.weights import empty_module  # is loaded: tensors are seen

    try:
        tensor = empty_module(experiment).state_dict().get(key)
    except LayerloomError as error:
        return error.message
    if tensor is not None and len(index) == tensor.dim() and all(map(int.__lt__, index, tensor.shape)):
        return None
    return say("There is no value {key}[{index}] any more: the network has changed", key=key,
               index=", ".join(map(str, index)))


def _changed(tensor: Tensor, index: tuple[int, ...], value: float) -> Tensor:
    changed = tensor.clone()
    changed[index] = value
    return changed


def _read(experiment: Experiment, weights: Weights | None, root: Path | None) -> Shown:
    from engine.inspect.tensors import tensor_infos, tensor_kinds  # loads torch
    from engine.network.weights import initial_module, on_cpu

    state = weights if weights is not None else on_cpu(initial_module(experiment).state_dict())
    return Shown(tensor_infos(state, _gradients(experiment, state, root), tensor_kinds(experiment)), state)


def _gradients(experiment: Experiment, state: Weights, root: Path | None) -> dict[str, Tensor]:
    """Of one batch of training data; none where the data or the network do not allow it."""
    import torch  # loads torch

    from engine.data.fetching.folder import missing_files  # needed only when something is fetched
    from engine.data.tensors.batches import Batches
    from engine.data.tensors.loading import load_data
    from engine.inspect.tensors import gradients

    if missing_files(experiment.data.files, root):
        return {}
    try:
        data = load_data(experiment.data, root)
        batches = Batches(data.train, data, torch.device("cpu"))
        return gradients(experiment, state, batches.take(torch.arange(min(GRADIENT_BATCH, len(batches)))))
    except (LayerloomError, RuntimeError, ValueError):
        return {}
