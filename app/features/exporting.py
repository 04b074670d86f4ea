"""Taking things away and bringing weights in, as the window sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox

from app.document.document import Document
from app.document.page import Page
from app.document.way import Way
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from app.window.jobs import Job, Jobs
from engine.data.sources import source_for
from engine.experiment.experiment import Experiment
from engine.formats import Format, reader_of
from engine.messages import LayerloomError, Message, say
from engine.training.values import Weights
from widgets.parts.notice import Action

MAPPED = 12  # names of tensors that are shown beside each other at once


class Exporting(Feature):
    """Exports run in the background and prove themselves: reloaded, outputs compared."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._jobs = Jobs(self)

    def commands(self) -> Sequence[Row]:
        def on(act: Callable[[Document], object]) -> Callable[[], None]:
            return self.on_page(lambda page: act(page.document))

        return [
            Command("export_best", "Export best weights…", on(lambda document: self.export_weights(document, True)),
                    "File", "take", ("Ctrl+E",)),
            Command("export_latest", "Export latest weights…",
                    on(lambda document: self.export_weights(document, False)), "File", "take"),
            Command("export_code", "Export PyTorch code…", on(self.export_code), "File", "take"),
            Command("load_weights", "Load weights…", on(self.load_weights), "File", "take", rank=2),
            Command("load_layer_weights", "Load weights into the selected layer…",
                    self.on_page(self.load_layer_weights), "File", "take", rank=2),
            Command("forget_weights", "Forget loaded weights", on(self.forget_weights), "File", "take", rank=2),
            Command("copy_code", "Copy PyTorch code", on(self.copy_code), "Network", "check", ("Ctrl+Shift+C",),
                    rank=1),
            Command("save_curves", "Save curves…", on(self.save_curves), "Train", "results"),
        ]

    def show(self, page: Page) -> None:
        self.host.commands["forget_weights"].setEnabled(page.document.loaded is not None)

    # -- taking away --------------------------------------------------------------------------------------------

    def export_weights(self, document: Document, best: bool) -> None:
        """Ask where; write the run's best or latest weights, or loaded or initial ones, and say which."""
        from engine.export.formats import WITH_WEIGHTS  # not needed at the start

        experiment, weights, which = _weights_of(document, best)
        path = self._path("weights", self.tr("Export weights"), document.name, WITH_WEIGHTS)
        if path is not None:
            code = (self.tr("Export their code too"), lambda: self.export_pair(document, experiment, path))
            self.export(experiment, path, weights, which, [code], of=document)

    def export_pair(self, document: Document, experiment: Experiment, weights: Path) -> None:
        """The code of the network that weights belong to, beside them and named alike."""
        from engine.export.formats import CODE  # not needed at the start

        path: Path | None = weights.with_suffix(CODE[0].suffix)
        if path is not None and path.exists():  # the dialog asks before it is replaced
            path = self.asking("code").save(self.tr("Export PyTorch code"), path, CODE)
        if path is not None:
            self.export(experiment, path, None, say("PyTorch code of {weights}", weights=weights.name), of=document)

    def export_code(self, document: Document) -> None:
        """Ask where; write a standalone Python class of the network as it is drawn."""
        from engine.export.formats import CODE  # not needed at the start

        path = self._path("code", self.tr("Export PyTorch code"), document.name, CODE)
        if path is not None:
            self.export(document.experiment, path, None, say("PyTorch code"), self._trained_code(document),
                        lambda words: _with_remark(document, words), of=document)

    def _trained_code(self, document: Document) -> list[Action]:
        """The offer of the code that the weights belong to, where it is another than that of the canvas."""
        owner = document.owner
        if owner is None:
            return []
        return [(self.tr("Export the code they belong to"), lambda: self.export_trained_code(document, owner))]

    def export_trained_code(self, document: Document, owner: Experiment) -> None:
        """Ask where; write the class of the network that weights belong to."""
        from engine.export.formats import CODE  # not needed at the start

        path = self._path("code", self.tr("Export PyTorch code"), f"{document.name}-trained", CODE)
        if path is not None:
            self.export(owner, path, None, say("PyTorch code of the trained network"), of=document)

    def _path(self, kind: str, title: str, name: str, formats: Sequence[Format]) -> Path | None:
        """Where to save; the first kind of file is suggested."""
        return self.asking(kind).save(title, f"{name}{formats[0].suffix}", formats)

    def export(self, experiment: Experiment, path: Path, weights: Weights | None, which: Message,
               then: Sequence[Action] = (), remark: Callable[[Message], Message] = lambda words: words, *,
               of: Document | None = None) -> None:
        """Write ``path`` by its suffix, prove it, say of the document what came of it, and offer what goes with it."""

        def work(_: Job) -> Any:
            from engine.export.export import export  # loads torch

            return export(experiment, path, weights)

        def tell(exported: Any) -> None:
            tone = "ok" if exported.verified else "error"
            words = say("{which}: {result}", which=which, result=exported.message)
            self.host.say(remark(words), tone, then if exported.verified else (), of=of)

        self._run(work, tell, of)

    def copy_code(self, document: Document) -> None:
        """Put the network's Python source on the clipboard."""
        from engine.data.spec.entering import entering  # not needed at the start
        from engine.writing.source import to_python  # the same

        experiment = document.experiment
        try:
            source = to_python(experiment.graph, experiment.data.sample_shape, entering=entering(experiment.data))
        except LayerloomError as error:
            self.host.say(error.message, "error")
            return
        QGuiApplication.clipboard().setText(source)
        words = _with_remark(document, say("The PyTorch code is on the clipboard"))
        self.host.say(words, "ok", self._trained_code(document))

    def save_curves(self, document: Document) -> None:
        """Ask where; write the curves as a picture or as numbers."""
        if document.run is None or not (document.run.state.points or document.run.state.epochs):
            self.host.say(say("There are no curves yet: train first"))
            return
        from engine.runs.pictures import FORMATS, save_curves  # not needed at the start

        path = self._path("curves", self.tr("Save the curves"), f"{document.name}-curves", FORMATS)
        if path is not None:
            members = list(document.run.states.members)
            self._run(lambda _: save_curves(members, path),
                      lambda _: self.host.say(say("Saved {file}", file=path.name), "ok", of=document), document)

    # -- bringing in --------------------------------------------------------------------------------------------

    def load_weights(self, document: Document) -> None:
        """Ask for a weights file; the next training starts from it."""
        for path in self._ask(self.tr("Load weights")):
            self.load(document, path)

    def load_layer_weights(self, page: Page) -> None:
        """The same for the layer that is selected: its own state dict, without the rest of the network."""
        names = page.scene.selected_names()
        if len(names) != 1:
            self.host.say(say("Select the one layer that the weights are for"))
            return
        place = (*page.level.path, page.level.graph.nodes[names[0]].shares or names[0])
        way = page.document.way_to(place)
        for path in self._ask(self.tr("Load weights into {layer}").format(layer=".".join(place))):
            self.load(page.document, path, way)

    def _ask(self, title: str) -> list[Path]:
        from engine.export.weight_files import WEIGHTS  # not needed at the start

        patterns = " ".join(f"*{suffix}" for each in WEIGHTS for suffix in each.readable)
        filters = self.tr("Weights ({patterns})").format(patterns=patterns)
        return self.asking("weights").open(title, filters)[:1]

    def opener(self, path: Path) -> Callable[[], object] | None:
        """Weights that are dropped; what can be data is data."""
        from engine.export.weight_files import WEIGHTS  # not needed at the start

        page = self.page
        if page is None or source_for(path) is not None or reader_of(path, WEIGHTS) is None:
            return None
        return lambda: self.load(page.document, path)

    def load(self, document: Document, path: Path, way: Way | None = None, by_order: bool = False,
             file: Any = None) -> None:
        """Read weights and take those that fit the network, or one layer of it; the rest is told by name.

        ``file``: what was read of it already.
        """
        if way is not None and way.path is None:
            self.host.say(say("The layer that {file} was for is gone", file=path.name), "error", of=document)
            return
        experiment, layer = document.experiment, ".".join(way.path or ()) if way is not None else ""
        before = _weights_of(document, True)[1] if layer else None  # the other layers keep what they have

        def work(_: Job) -> Any:
            from engine.export.bringing import weights_for  # loads torch
            from engine.export.weight_files import read_weights  # the same
            from engine.network.fitting import OrderError  # the same

            held = file or read_weights(path)
            try:
                return weights_for(experiment, held, layer, before, by_order), held
            except OrderError as error:
                return error, held

        def take(found: tuple[Any, Any]) -> None:
            fit, held = found
            if not self.is_open(document):
                return
            if document.experiment.graph is not experiment.graph:  # changed while they were read
                self.load(document, path, way, by_order, held)
            elif fit.in_order and self._takes_in_order(document, path, fit.in_order):
                self.load(document, path, way, True, held)  # what was asked about, whatever the file holds by now
            elif isinstance(fit, LayerloomError):
                self.host.say(fit.message, "error", of=document)
            else:
                self._take(document, path, fit)

        self._jobs.start(work, take, lambda message: self.host.say(message, "error", of=document)
                         if self.is_open(document) else None)

    def _take(self, document: Document, path: Path, fit: Any) -> None:
        from engine.network.fitting import told  # is loaded by now

        document.load_weights(fit.weights)
        self.host.refresh()
        then = say("training starts from these weights, and export writes them")
        message = told(fit, path.name, then)
        assert message is not None
        self.host.say(message, "ok" if fit.is_whole and not fit.no_numbers else "info", of=document)

    def _takes_in_order(self, document: Document, path: Path, in_order: Mapping[str, str]) -> bool:
        """Whether tensors under other names are taken one after the other, after a look at which becomes which."""
        if self.page is None or self.page.document is not document:  # one sees what one is asked about
            self.host.turn_to([page.document for page in self.host.pages].index(document))
        box = QMessageBox(self.host.widget)
        box.setWindowTitle(self.tr("Load weights"))
        box.setText(self.tr("{file} has other names than the network, but layers of the same shapes.\n"
                            "Take them one after the other?").format(file=path.name))
        pairs = [f"{theirs} → {mine}" for mine, theirs in in_order.items()]
        box.setInformativeText("\n".join([*pairs[:MAPPED], *(["…"] if pairs[MAPPED:] else [])]))
        box.setDetailedText("\n".join(pairs) if pairs[MAPPED:] else "")
        take = box.addButton(self.tr("Take them"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        return box.clickedButton() is take

    def forget_weights(self, document: Document) -> None:
        """Training begins afresh again."""
        document.load_weights(None)
        self.host.refresh()
        self.host.say(say("Training starts from fresh weights"), of=document)

    def _run(self, work: Callable[[Job], Any], then: Callable[[Any], object], of: Document | None) -> None:
        self._jobs.start(work, then, lambda message: self.host.say(message, "error", of=of))

    def finish(self) -> None:
        """Let running exports end."""
        self._jobs.finish()


def _with_remark(document: Document, words: Message) -> Message:
    """What is said of the canvas's code, and that weights in hand belong to another network where they do."""
    if document.owner is None:
        return words
    if document.weights_are_loaded:
        return say("{words}. The loaded weights do not belong to it: the network was changed", words=words)
    run = document.trained
    if run is not None and run.furthest.title and not document.since.network:
        return say("{words}. The trained weights belong to the variant “{variant}”", words=words,
                   variant=run.furthest.title)
    return say("{words}. The trained weights do not belong to it: the network was changed since training", words=words)


def _weights_of(document: Document, best: bool) -> tuple[Experiment, Weights | None, Message]:
    """What an export of weights writes now, and what to call it."""
    run = document.trained
    if document.weights_are_loaded:
        return document.loaded_into or document.experiment, document.loaded, say("Loaded weights")
    if run is not None and run.best is not None:
        if not best:
            return run.experiment, run.latest, say("Latest weights, of epoch {epoch}",
                                                   epoch=run.furthest.epochs[-1].epoch)
        if not run.furthest.best_epoch:
            return run.experiment, run.best, say("Weights of the first epoch, in which training was stopped")
        return run.experiment, run.best, say("Best weights, of epoch {epoch}", epoch=run.furthest.best_epoch)
    return document.experiment, None, say("Untrained weights, as the seed gives them")
