"""What is tried with a network before it is trained: what it depends on, what stands in its way, how it is stopped."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QScrollArea, QWidget

from app.document.page import Page
from app.features.training import Training
from app.window.host import Host
from app.window.jobs import Job
from engine.experiment.experiment import Experiment
from engine.experiment.trust import not_allowed
from engine.messages import Message, say
from engine.training.control import Control
from widgets.look.later import later

if TYPE_CHECKING:
    from engine.data.tensors.data import Data

Counts = tuple[object, ...]
LATER = frozenset({"epochs", "early_stop", "best_by", "averaging", "folds", "train_curve", "test_curve", "schedule",
                   "schedule_by", "warmup", "warmup_start"})  # options of a run that no single step knows of


class Stoppable(Control):
    """Stops what is computed once its job is asked to end, by a person or because the window closes."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job

    @property
    def stopped(self) -> bool:
        return self._job.cancelled()


def what_counts(experiment: Experiment, but: Collection[str] = ()) -> Counts:
    """Equal for experiments that come to the same; ``but``: options of the recipe that do not matter."""
    graph, recipe = experiment.graph, experiment.recipe
    return (
        [(node.name, node.layer, node.bypassed, node.shares, node.parameters) for node in graph.nodes.values()],
        [(edge.source, edge.target, edge.port) for edge in graph.edges],
        experiment.data.model_copy(update={"known": None}),
        {name: value for name, value in recipe if name not in but},
    )


def why_not(host: Host, page: Page) -> Message | None:
    """Why nothing can be tried now; None: it can."""
    experiment = page.document.experiment
    errors = [problem for problem in page.problems if problem.severity == "error"]
    if not host.is_ready:
        return say("PyTorch is still loading")
    if errors:
        return errors[0].message
    if not_allowed(experiment.graph):
        return say("It holds code that nobody has agreed to run yet: Train asks about it")
    if host.feature(Training).trainer.state != "idle":
        return say("It can be tried when the training has ended")
    return _missing(experiment, host.settings.data_root)


def _missing(experiment: Experiment, root: Path | None) -> Message | None:
    from engine.data.fetching.folder import missing_files  # needed only when something is fetched

    if not missing_files(experiment.data.files, root):
        return None
    return say("{data} is not on this computer yet: Train fetches it first", data=say(experiment.data.source.title))


def data_of(experiment: Experiment, root: Path | None, job: Job) -> Data:
    """Those it would learn from; in a job's thread."""
    from engine.data.tensors.loading import load_data  # loads torch

    return load_data(experiment.data, root, cancelled=job.cancelled)


def bring(host: Host, part: QWidget) -> None:
    """Where one trains, with this part of the column in sight."""
    host.places.stage.choose("train")
    host.places.panels.fold("right", False)
    above = part.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea):
            later(part, partial(above.ensureWidgetVisible, part))  # once the rooms are laid out
        above = above.parentWidget()
