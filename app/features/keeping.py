"""What Continue would keep of a trained network that was changed since: a sign at every card with weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from app.document.page import Page
from app.features.continuing import Continuing
from app.features.training import Training
from app.window.host import Feature, Host
from app.window.jobs import Job, Jobs
from engine.blocks.edits import inner
from engine.compare.belonging import same_network
from engine.experiment.experiment import Experiment
from engine.experiment.trust import not_allowed
from engine.graph.graph import Graph
from engine.units import shape_text
from widgets.canvas.cards.face import Face

if TYPE_CHECKING:
    from pathlib import Path

    from engine.network.growing.keeping import Carried, CarriedLayer
    from engine.training.values import Weights

STILL_MS = 400  # without a change, before it is looked at anew
Layers = Mapping[str, "CarriedLayer"]  # by key
NONE: Layers = {}


@dataclass
class PageKept:
    """One page's cards; ``layers`` is empty where nothing is said."""

    page: Page
    of: Experiment | None = None  # the network that they are of
    layers: Layers = field(default_factory=dict)

    def decorate(self, face: Face) -> Face:
        """The card with its sign, unless something is wrong with it."""
        found = self._of(face.name) if self.layers and not face.problem else ()
        if not found:
            return face
        states = {layer.state for layer in found}
        state = states.pop() if len(states) == 1 else "resized"  # of a block a part
        return face._replace(carried=state, carried_text="\n".join(self._words(found)))

    def _of(self, name: str) -> Sequence[CarriedLayer]:
        """What is known of a layer of the level that is shown, or of all inside it."""
        key = self._key(name)
        inside = f"{key}."
        return [layer for known, layer in self.layers.items() if known == key or known.startswith(inside)]

    def _key(self, name: str) -> str:
        """Where the weights of a layer of this level are kept."""
        page, path, keys = self.page, self.page.level.path, list[str]()
        for depth, block in enumerate(path):
            keys.append(_kept_as(inner(page.analysis, path[:depth]).graph if depth else page.analysis.graph, block))
        return ".".join([*keys, _kept_as(page.level.graph, name)])

    def _words(self, layers: Sequence[CarriedLayer]) -> list[str]:
        anew = [layer for layer in layers if layer.state != "kept"]
        return [self._word(layer) for layer in anew] or [self.page.tr("Continue keeps its weights")]

    def _word(self, layer: CarriedLayer) -> str:
        if layer.state == "new":
            return self.page.tr("{name} is new").format(name=layer.key)
        leaf = next(leaf for leaf, shape in layer.after.items() if layer.before.get(leaf, shape) != shape)
        return self.page.tr("{name} begins anew: it was {before} and is {after}").format(
            name=layer.key, before=shape_text(layer.before[leaf]), after=shape_text(layer.after[leaf]))


def _kept_as(graph: Graph, name: str) -> str:
    """The key of a layer of this graph, or of the one whose weights it uses."""
    node = graph.nodes.get(name)
    return name if node is None else graph.nodes[node.shares or name].kept_as


class Keeping(Feature):
    """Looks a moment after each edit, in the background."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._jobs = Jobs(self)
        self._kept: dict[Page, PageKept] = self.per_page()
        self._timer = QTimer(self, singleShot=True, interval=STILL_MS)
        self._timer.timeout.connect(self._look)
        self._job: Job | None = None
        self._trainer = host.feature(Training).trainer
        self._continuing = host.feature(Continuing)
        self._trainer.state_changed.connect(lambda _state: self._follow())

    def connect_page(self, page: Page) -> None:
        kept = self._kept[page] = PageKept(page)
        page.scene.decorations.append(kept.decorate)

    def show(self, page: Page) -> None:
        self._follow()

    def _follow(self) -> None:
        """Where nothing is to be said, nothing is at once; else what is true now, once nothing changes."""
        page = self.page
        if page is None or page not in self._kept:
            return
        kept, experiment = self._kept[page], page.document.experiment
        if not self._is_asked(page):
            self._tell(kept, None, NONE)
        elif kept.of is None or not (kept.of is experiment or same_network(kept.of, experiment)):
            self._timer.start()

    def _is_asked(self, page: Page) -> bool:
        """Whether Continue would go on with another network than the one that was trained."""
        document = page.document
        if self._trainer.trains(document) or not self.host.is_ready or not_allowed(document.experiment.graph) or any(
                problem.severity == "error" for problem in page.problems):
            return False
        if document.weights_are_loaded and document.begins_with_its_own:
            return False  # it begins with all of them
        run = document.trained
        if run is not None and run.latest is not None:
            return not run.states.is_series and not same_network(run.experiment, document.experiment)
        return self._continuing.folder(page) is not None

    def _look(self) -> None:
        page = self.page
        if page is None or page not in self._kept or not self._is_asked(page):
            return
        kept, experiment, run = self._kept[page], page.document.experiment, page.document.trained
        before = (run.experiment, run.latest) if run is not None and run.latest is not None else None
        folder = self._continuing.folder(page)
        if self._job is not None:
            self._job.cancel()
        job = self._job = self._jobs.start(
            lambda _job: _carried(before, folder, experiment),
            lambda carried: self._take(job, kept, experiment, {layer.key: layer for layer in carried.layers}),
            lambda _message: self._take(job, kept, experiment, NONE))

    def _take(self, job: Job, kept: PageKept, experiment: Experiment, layers: Layers) -> None:
        if job is not self._job or kept.page not in self.host.pages:
            return
        self._job = None
        if kept.page.document.experiment is experiment and self._is_asked(kept.page):
            lost = any(layer.state != "kept" for layer in layers.values())
            self._tell(kept, experiment, layers if lost else NONE)
        else:
            self._follow()

    def _tell(self, kept: PageKept, experiment: Experiment | None, layers: Layers) -> None:
        before, kept.of, kept.layers = kept.layers, experiment, layers
        if before != layers:
            kept.page.scene.redress()

    def finish(self) -> None:
        self._timer.stop()
        self._jobs.finish()


def _carried(before: tuple[Experiment, Weights] | None, folder: Path | None, now: Experiment) -> Carried:
    """In a job's thread."""
    from engine.network.growing.keeping import kept  # loads torch

    if before is None:
        from engine.runs.opened import open_run  # loads torch

        assert folder is not None
        run = open_run(folder)
        run = run.members[-1] if run.members else run
        before = run.experiment, run.last_weights()
    return kept(*before, now)
