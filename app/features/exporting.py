"""Taking things away and bringing weights in, as the window sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtGui import QGuiApplication

from app.document.document import Document
from app.document.page import Page
from app.window import dialogs
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from app.window.jobs import Job, Jobs
from engine.data.sources import source_for
from engine.experiment.experiment import Experiment
from engine.experiment.keys import current_weights
from engine.formats import Format, reader_of
from engine.messages import LayerloomError, Message, say
from engine.training.values import Weights


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
        path = self._path(self.tr("Export weights"), document.name, WITH_WEIGHTS)
        if path is not None:
            self.export(experiment, path, weights, which)

    def export_code(self, document: Document) -> None:
        """Ask where; write a standalone Python class of the network as it is drawn."""
        from engine.export.formats import CODE  # not needed at the start

        path = self._path(self.tr("Export PyTorch code"), document.name, CODE)
        if path is not None:
            self.export(document.experiment, path, None, say("PyTorch code"))

    def _path(self, title: str, name: str, formats: Sequence[Format]) -> Path | None:
        """Where to save; the first kind of file is suggested."""
        return dialogs.save_path(self.host.widget, title, Path(f"{name}{formats[0].suffix}"), formats)

    def export(self, experiment: Experiment, path: Path, weights: Weights | None, which: Message) -> None:
        """Write ``path`` by its suffix, prove it, and say what came of it."""

        def work(_: Job) -> Any:
            from engine.export.export import export  # loads torch

            return export(experiment, path, weights)

        def tell(exported: Any) -> None:
            tone = "ok" if exported.verified else "error"
            self.host.say(say("{which}: {result}", which=which, result=exported.message), tone)

        self._run(work, tell)

    def copy_code(self, document: Document) -> None:
        """Put the network's Python source on the clipboard."""
        from engine.writing.source import to_python  # not needed at the start

        experiment = document.experiment
        try:
            source = to_python(experiment.graph, experiment.data.sample_shape)
        except LayerloomError as error:
            self.host.say(error.message, "error")
            return
        QGuiApplication.clipboard().setText(source)
        self.host.say(say("The PyTorch code is on the clipboard"), "ok")

    def save_curves(self, document: Document) -> None:
        """Ask where; write the curves as a picture or as numbers."""
        if document.run is None or not (document.run.state.points or document.run.state.epochs):
            self.host.say(say("There are no curves yet: train first"))
            return
        from engine.runs.pictures import FORMATS, save_curves  # not needed at the start

        path = self._path(self.tr("Save the curves"), f"{document.name}-curves", FORMATS)
        if path is not None:
            members = list(document.run.states.members)
            self._run(lambda _: save_curves(members, path),
                      lambda _: self.host.say(say("Saved {file}", file=path.name), "ok"))

    # -- bringing in --------------------------------------------------------------------------------------------

    def load_weights(self, document: Document) -> None:
        """Ask for a weights file; the next training starts from it."""
        from engine.export.weight_files import WEIGHTS  # not needed at the start

        patterns = " ".join(f"*{suffix}" for each in WEIGHTS for suffix in each.readable)
        filters = self.tr("Weights ({patterns})").format(patterns=patterns)
        for path in dialogs.open_paths(self.host.widget, self.tr("Load weights"), "", filters)[:1]:
            self.load(document, path)

    def opener(self, path: Path) -> Callable[[], object] | None:
        """Weights that are dropped; what can be data is data."""
        from engine.export.weight_files import WEIGHTS  # not needed at the start

        page = self.page
        if page is None or source_for(path) is not None or reader_of(path, WEIGHTS) is None:
            return None
        return lambda: self.load(page.document, path)

    def load(self, document: Document, path: Path) -> None:
        """Read weights and hold them against the network; a mismatch names the keys."""
        experiment = document.experiment

        def work(_: Job) -> Any:
            from engine.export.weight_files import load_weights  # loads torch when it reads
            from engine.network.weights import check_weights  # loads torch

            weights = current_weights(load_weights(path), experiment)
            check_weights(experiment, weights)
            return weights

        def take(weights: Any) -> None:
            if not any(page.document is document for page in self.host.pages):
                return
            if document.experiment.graph is not experiment.graph:  # changed while they were read
                self.load(document, path)
                return
            document.loaded = weights
            self.host.refresh()
            self.host.say(say("{file} fits: training starts from these weights, and export writes them",
                              file=path.name), "ok")

        self._run(work, take)

    def forget_weights(self, document: Document) -> None:
        """Training begins afresh again."""
        document.loaded = None
        self.host.refresh()
        self.host.say(say("Training starts from fresh weights"))

    def _run(self, work: Callable[[Job], Any], then: Callable[[Any], None]) -> None:
        self._jobs.start(work, then, lambda message: self.host.say(message, "error"))

    def finish(self) -> None:
        """Let running exports end."""
        self._jobs.finish()


def _weights_of(document: Document, best: bool) -> tuple[Experiment, Weights | None, Message]:
    """What an export of weights writes now, and what to call it."""
    run = document.trained
    if document.weights_are_loaded:
        return document.experiment, document.loaded, say("Loaded weights")
    if run is not None and run.best is not None:
        if best:
            return run.experiment, run.best, say("Best weights, of epoch {epoch}", epoch=run.furthest.best_epoch)
        return run.experiment, run.latest, say("Latest weights, of epoch {epoch}", epoch=run.furthest.epochs[-1].epoch)
    return document.experiment, None, say("Untrained weights, as the seed gives them")
