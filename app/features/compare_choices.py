"""What a network can be compared with: its own past, what is open, runs, a file, the gallery."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from engine.experiment.experiment import Experiment, gallery_ids, load_experiment
from engine.layout.unplaced import laid_out
from engine.runs.naming import HERE, run_folders

if TYPE_CHECKING:
    from app.document.page import Page
    from app.window.host import Host
    from widgets.parts.row_list import Row

FILE = "file"
MOST_STATES, MOST_RUNS = 40, 20


@dataclass(frozen=True)
class Choice:
    """A row of the list and how to get what it stands for; ``own``: which state of the same network."""

    row: Row
    load: Callable[[], Experiment]  # raises LayerloomError
    own: str = ""


def tr(text: str) -> str:
    """In the person's language."""
    return QCoreApplication.translate("Compare", text)


def choices(host: Host, page: Page) -> list[Choice]:
    """What is nearest comes first."""
    return [*_own(page), *_open(host, page), *_runs(host.settings.runs, page),
            _choice(FILE, tr("A file…"), tr("a saved network"), "input", Experiment), *_gallery()]


def loaded(source: str) -> Experiment:
    """Read a network and place what has no place. Raises LayerloomError."""
    experiment = load_experiment(source)
    return replace(experiment, graph=laid_out(experiment.graph))


def _own(page: Page) -> Iterator[Choice]:
    """The saved file where it is another, then the states that undo leads to."""
    document = page.document
    if document.path is not None and document.dirty:
        yield _choice("saved", tr("As it was saved"), document.path.name, "input",
                      partial(loaded, str(document.path)), own=tr("as it was saved"))
    for index, (text, experiment) in enumerate(document.history.earlier[:MOST_STATES]):
        detail = tr("{count} steps back").format(count=index + 1) if index else tr("one step back")
        yield _choice(f"undo:{index}", tr("Before “{edit}”").format(edit=text), detail, "normalization",
                      partial(_known, experiment), own=detail)


def _open(host: Host, page: Page) -> Iterator[Choice]:
    for index, other in enumerate(host.pages):
        if other is not page:
            yield _choice(f"tab:{index}", other.document.name, tr("open network"), "input",
                          partial(_known, other.document.experiment))


def _runs(folder: Path, page: Page) -> Iterator[Choice]:
    """Those of this network first, each time the newest first; the terminal's as well as the window's."""
    run, name = page.document.run, page.document.name
    if run is not None:
        yield _choice("run", run.folder.name, tr("last run of this network"), "activation",
                      partial(_known, run.experiment))
    found = [each for each in run_folders((folder, HERE))
             if run is None or each.path.absolute() != run.folder.absolute()]
    found.sort(key=lambda each: not each.is_of(name))
    for each in found[:MOST_RUNS]:
        detail = tr("run of this network") if each.is_of(name) else tr("run")
        yield _choice(f"run:{each.path}", each.path.name, detail, "activation", partial(loaded, str(each.experiment)))


def _gallery() -> Iterator[Choice]:
    for id in gallery_ids():
        yield _choice(f"gallery:{id}", id, tr("gallery"), "block", partial(loaded, f"gallery:{id}"))


def _known(experiment: Experiment) -> Experiment:
    return experiment


def _choice(key: str, title: str, detail: str, category: str, load: Callable[[], Experiment],
            own: str = "") -> Choice:
    from widgets.parts.row_list import Row  # not seen at first

    return Choice(Row(key, title, detail, category=category), load, own)
