"""A document: the only place where the state of an open network lives and changes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from app.document.disk import Mark, State, mark_of, state_of
from app.document.level import Path as LevelPath
from app.document.undo import UndoStack
from app.document.way import Way, Ways
from engine.blocks.settled import settled
from engine.compare.belonging import NOTHING, Since, same_network, since
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment, load_experiment, save_experiment
from engine.files import real, sweep
from engine.graph.graph import Graph
from engine.layout.unplaced import laid_out
from engine.runs.moments.kept import Moments
from engine.runs.names import MOMENTS, member_folder
from engine.training.state import RunState, SeriesState
from engine.training.steering import WayOn, way_on
from engine.training.values import Summary, Weights

Kernel = tuple[tuple[float, ...], ...]  # row by row


@dataclass(eq=False)
class Run:
    """The latest training of a document, one run or a series: what was trained, what came of it."""

    states: SeriesState
    folder: Path
    begun_from: Weights | None = None  # loaded weights, if it did not begin afresh
    previous: Run | None = None  # the run whose weights count until this one has some
    _moments: dict[Path, Moments] = field(default_factory=dict, repr=False)
    kernels: list[tuple[int, Kernel]] = field(default_factory=list)  # after each epoch, of a network with one kernel

    @property
    def state(self) -> RunState:
        """Of the run that is going on, or the last one."""
        return self.states.current

    @property
    def furthest(self) -> RunState:
        """The last run of the series that has come to weights."""
        return next((state for state in reversed(self.states.members) if state.best is not None), self.state)

    @property
    def place(self) -> Path:
        """The folder of that one."""
        if not self.states.is_series:
            return self.folder
        furthest = self.furthest
        return self.folder / member_folder(1 + self.states.members.index(furthest), furthest.title)

    @property
    def moments(self) -> Moments:
        """What is kept of that one on its way."""
        return self._moments.setdefault(self.place, Moments(self.place / MOMENTS))

    @property
    def has_begun(self) -> bool:
        """Whether there is anything to see of it; one whose data are not there ends before."""
        return any(state.started is not None or state.epochs for state in self.states.members)

    @property
    def experiment(self) -> Experiment:
        """What the weights belong to."""
        experiment = self.furthest.experiment if self.furthest.best is not None else self.states.experiment
        assert experiment is not None  # a document's run knows it from the beginning
        return experiment

    @property
    def drawn(self) -> Experiment:
        """What was on the canvas when it began; the runs of a series are variants of it."""
        assert self.states.experiment is not None
        return self.states.experiment

    @property
    def as_steered(self) -> Experiment:
        """The same with what was changed by hand while it ran, if it is one run."""
        return self.drawn if self.states.is_series else self.state.experiment or self.drawn

    @property
    def latest(self) -> Weights | None:
        """Of the last epoch that was judged; of a run of a series that is over its best are left."""
        return self.furthest.latest or self.furthest.best

    @property
    def best(self) -> Weights | None:
        """Of the best epoch."""
        return self.furthest.best

    @property
    def summary(self) -> Summary | None:
        """Of the last run that has ended."""
        return next((state.summary for state in reversed(self.states.members) if state.summary is not None), None)

    @property
    def ended(self) -> list[RunState]:
        """The runs of a series that are over."""
        return [state for state in self.states.members if state.title and state.summary is not None]


class Pinned(NamedTuple):
    """What is to be trained, as it was when that was asked for."""

    experiment: Experiment
    weights: Weights | None = None  # that it begins with
    base: Path | None = None  # the folder of the run that it is made from


def replace_known(spec: DataSpec, other: DataSpec) -> DataSpec:
    """The data, with what is known of the other."""
    return spec.model_copy(update={"known": other.known})


class Document(QObject):
    """An experiment, its undo history, its file, its latest run and the weights it will start from."""

    changed = Signal()
    state_changed = Signal()  # name or dirty mark

    def __init__(self, experiment: Experiment, name: str, path: Path | None = None) -> None:
        super().__init__()
        self.path = path
        self._name, self._number = name, ""
        self.run: Run | None = None
        self.opened_from: Path | None = None  # the folder of the run whose canvas it is
        self.loaded: Weights | None = None  # weights from a file: exported, and where training starts
        self.loaded_into: Experiment | None = None  # the network that they were held against
        self.history = UndoStack(experiment)
        self.ways = Ways()
        self.mark = mark_of(path) if path is not None else None  # what its file held when it was read or written
        self._is_off_disk = False  # its file was seen to hold something else

    @staticmethod
    def open(source: str) -> Document:
        """From a file or ``gallery:ID``. Raises LayerloomError, in words."""
        own = None if source.startswith("gallery:") else Path(source).absolute()
        mark = mark_of(own) if own is not None else None  # before it is read: a change meanwhile is then seen
        experiment = load_experiment(source)
        experiment = replace(experiment, graph=laid_out(experiment.graph))
        if own is not None:
            sweep(own)
        document = Document(experiment, own.stem if own is not None else source.removeprefix("gallery:"), own)
        document.mark = mark
        return document

    def is_file(self, path: Path) -> bool:
        """Whether it was opened from, or saved to, this file, by whatever way the path leads there."""
        return self.path is not None and real(self.path) == real(path)

    @property
    def experiment(self) -> Experiment:
        """The network, its data and its recipe as they are now."""
        return self.history.experiment

    @property
    def trained(self) -> Run | None:
        """The latest run that has come to weights; a run that failed at its start takes nothing away."""
        if self.run is None or self.run.best is not None:
            return self.run
        return self.run.previous

    @property
    def since(self) -> Since:
        """What has changed since the run began that the weights are of."""
        return since(self.trained.as_steered, self.experiment) if self.trained is not None else NOTHING

    @property
    def since_run(self) -> Since:
        """What has changed since the latest run began, whose curves are seen; it may have come to no weights."""
        has_begun = self.run is not None and self.run.has_begun
        return since(self.run.as_steered, self.experiment) if self.run is not None and has_begun else NOTHING

    @property
    def way_on(self) -> WayOn | None:
        """How the latest run would go on as what is drawn now; None: there is none."""
        return way_on(self.run.as_steered, self.experiment) if self.run is not None and self.run.has_begun else None

    @property
    def is_as_it_ran(self) -> bool:
        """Whether nothing that decides a run's course is another than in the latest run."""
        return self.way_on == "same"

    @property
    def owner(self) -> Experiment | None:
        """The network that the weights in hand belong to, where it is another than the one that is drawn."""
        trained = self.trained.experiment if self.trained is not None else None
        belongs = self.loaded_into if self.weights_are_loaded else trained
        return belongs if belongs is not None and not same_network(belongs, self.experiment) else None

    def load_weights(self, weights: Weights | None, into: Experiment | None = None) -> None:
        """Weights from a file, or by hand, for a network, else for that which is drawn now; None forgets them."""
        self.loaded, self.loaded_into = weights, (into or self.experiment) if weights is not None else None

    @property
    def begins_with_its_own(self) -> bool:
        """Whether the weights that training would start from, if any are loaded, were held against this network."""
        return self.loaded_into is None or same_network(self.loaded_into, self.experiment)

    @property
    def weights_are_loaded(self) -> bool:
        """Whether weights from a file are newer than those of the latest run."""
        return self.loaded is not None and (self.trained is None or self.trained.begun_from is not self.loaded)

    @property
    def made_from(self) -> Path | None:
        """The folder of the run that a new one is made from: the latest, or that whose canvas it is."""
        runs = (run for run in (self.run, self.trained) if run is not None and run.has_begun)
        return next((run.folder for run in runs), self.opened_from)

    @property
    def pinned(self) -> Pinned:
        """What would be trained now."""
        return Pinned(self.experiment, self.loaded, self.made_from)

    def begin_run(self, folder: Path, states: SeriesState | None = None, pinned: Pinned | None = None) -> Run:
        """A run of what was pinned, else as it is now; or one of which this is known, which goes on with its own
        weights."""
        previous, of = self.trained, pinned or self.pinned
        begun_from = of.weights if states is None else self.run.begun_from if self.run is not None else None
        if previous is not None:
            previous.previous = None
        self.run = Run(states or SeriesState(of.experiment), folder, begun_from, previous)
        return self.run

    @property
    def name(self) -> str:
        """What its tab says."""
        return self.path.stem if self.path else f"{self._name}{self._number}"

    @property
    def network(self) -> str:
        """What its runs are called by: the same for all tabs of one network."""
        return self.path.stem if self.path else self._name

    def differ_from(self, names: Collection[str]) -> None:
        """Have a tab of a name that none of these is, unless a file gives it one: ``lenet-2``."""
        self._number = next(f"-{number}" for number in count(2) if f"{self._name}-{number}" not in names) if (
            self._name in names) else ""

    @property
    def dirty(self) -> bool:
        """Whether closing it would lose something."""
        return self._is_off_disk or not self.history.is_clean

    def edit(self, text: str, experiment: Experiment, merge_key: str = "") -> None:
        """Record another experiment. Edits with one merge key, one after the other, undo together."""
        graph = settled(experiment.graph, experiment.data.sample_shape)
        experiment = experiment if graph is experiment.graph else replace(experiment, graph=graph)
        if experiment != self.experiment:
            self.history.push(text, experiment, merge_key)
            self._tell()

    def learn(self, spec: DataSpec) -> None:
        """Take over what the files of its data hold; nobody's edit."""
        if replace_known(self.experiment.data, spec) == spec != self.experiment.data:
            self.history.amend(replace(self.experiment, data=spec))
            self._tell()

    def undo(self) -> None:
        """Take the last edit back."""
        self.history.undo()
        self._tell()

    def redo(self) -> None:
        """Make it again."""
        self.history.redo()
        self._tell()

    def as_trained(self, name: str) -> Document:
        """Another document: the network, data and recipe that the latest run has trained, with that run."""
        assert self.trained is not None
        trained = Document(self.trained.as_steered, name)
        trained.run = self.trained
        return trained

    def way_to(self, path: LevelPath) -> Way:
        """Where a block or a layer of the network is, whatever becomes of it."""
        return self.ways.start(self.experiment.graph, path)

    def _tell(self) -> None:
        self.ways.follow(self.experiment.graph)
        self.changed.emit()
        self.state_changed.emit()

    def edit_graph(self, text: str, graph: Graph, merge_key: str = "") -> None:
        """Record another graph."""
        self.edit(text, replace(self.experiment, graph=graph), merge_key)

    def save(self, path: Path) -> None:
        """Write the file. Raises WriteError; the old file survives."""
        save_experiment(self.experiment, path)
        self.path = path
        self._is_on_disk(mark_of(path))

    def _is_on_disk(self, mark: Mark | None) -> None:
        """As it is now it was written to its file, or read from it."""
        self.mark, self._is_off_disk = mark, False
        self.history.mark_clean()
        self.state_changed.emit()

    def look_at_file(self) -> State:
        """What has become of its file; what that holds no more is unsaved, for as long as it does not."""
        state = self.on_disk
        if self._is_off_disk != (state != "same"):
            self._is_off_disk = state != "same"
            self.state_changed.emit()
        return state

    @property
    def on_disk(self) -> State:
        """Whether its file still holds what was read from it or written to it here."""
        return state_of(self.path, self.mark) if self.path is not None and self.mark is not None else "same"

    def take_file(self, text: str) -> None:
        """What its file holds now, as one edit that can be undone. Raises LayerloomError."""
        assert self.path is not None
        there = Document.open(str(self.path))
        self.edit(text, there.experiment)
        self._is_on_disk(there.mark)

    def mark_unsaved(self) -> None:
        """It was recovered: it is on no disk in this form."""
        self.history.mark_clean(False)
        self.state_changed.emit()
