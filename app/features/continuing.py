"""Going on with a run: after Stop, of a network that is opened again, from the start page; also as a changed one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.document.document import Document, Run
from app.document.page import Page
from app.features.goings import Wish, as_it_is_shown, forget, prepared
from app.features.training import Training
from app.features.waiting import Entry
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from app.window.jobs import Jobs
from engine.experiment.experiment import Experiment
from engine.experiment.series import is_series, without_variants
from engine.files import real
from engine.messages import Message, say
from engine.runs.claim import is_being_written
from engine.runs.left import Left, left_runs
from engine.runs.names import CHECKPOINT
from engine.training.control import Stretch
from engine.units import typed_text
from widgets.look.text import message_text

if TYPE_CHECKING:
    from engine.runs.continuing import Going
    from engine.training.state import SeriesState
    from widgets.frame.start_page import StartPage

ON_START = 4  # runs on the start page


class Continuing(Feature):
    """Knows of each page which run can go on, and goes on with it."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._jobs = Jobs(self)
        self._left: dict[Page, Left] = self.per_page()  # of another time, found in its folder
        self._opened: dict[Page, Experiment] = self.per_page()  # as each was when it was opened
        self._found: dict[str, Left] = {}  # on the start page, by folder
        self._preparing: dict[Page, Wish] = self.per_page()  # what is found out about now
        self._training = host.feature(Training)
        self._training.trainer.state_changed.connect(lambda _state: self._show())
        self._training.beside.changed.connect(self._show)
        host.places.top.continue_clicked.connect(self.go_on)
        host.places.start_made.connect(self._connect_start)
        if "start" in vars(host.places):  # the program began with it, before this was made
            self._connect_start(host.places.start)

    def commands(self) -> Sequence[Row]:
        return [Command("continue", "Continue", self.go_on, "Train", "run", ("Ctrl+Shift+Return",))]

    # -- what can go on -----------------------------------------------------------------------------------------

    def connect_page(self, page: Page) -> None:
        document, runs = page.document, self.host.settings.runs
        self._opened[page] = document.experiment
        if document.run is None and page not in self._left:
            name, experiment = document.network, document.experiment
            self._jobs.start(lambda _: left_runs([runs], 1, name, experiment), partial(self._take_left, page),
                             lambda _message: None)

    def _take_left(self, page: Page, found: Sequence[Left]) -> None:
        """A run of this network was left: that it can go on is said, quietly."""
        if not found or page not in self.host.pages or page.document.run is not None:
            return
        if self._is_trained(found[0]) or not found[0].is_of(page.document.experiment):
            return
        self._left[page] = found[0]
        page.document.run = Run(found[0].run.states, found[0].folder.path)  # its curves are seen again
        self.host.refresh()
        name, told = self.tr("Continue"), say("A run of {name} was left {place}", name=page.document.name,
                                               place=found[0].line)
        if not page.document.is_as_it_ran:
            told = say("{told}, with other settings than are shown here", told=told)
        self.host.say(told, "info", [(name, partial(self._go_on_if_open, page))], waits=True, of=page.document)

    def _is_trained(self, left: Left) -> bool:
        """Whether it goes on by now."""
        folder = self._training.trainer.folder
        return folder is not None and real(folder) == real(left.folder.path)

    def _go_on_if_open(self, page: Page) -> None:
        if page in self.host.pages:
            self._go_on(page, None)

    def show(self, page: Page) -> None:
        self._show()

    def show_start(self) -> None:
        self._show()
        self._jobs.start(lambda _: left_runs([self.host.settings.runs], ON_START), self._list, lambda _message: None)

    def _show(self) -> None:
        """Whether Continue can be pressed, and what it would do."""
        page = self.page
        trainer = self._training.trainer
        for other in [other for other in self._left if trainer.trains(other.document)]:
            del self._left[other]  # a new run has begun
        folder = self._folder(page) if page is not None else None
        self.host.places.top.set_continuable(folder is not None and trainer.state == "idle", self._hint())
        trains = page is not None and trainer.trains(page.document)
        self.host.commands["continue"].setEnabled(trainer.state == "paused" if trains else folder is not None)

    def _hint(self) -> str:
        """How the run of the network in front would go on."""
        page, document = self.page, self.page.document if self.page is not None else None
        if page is None or document is None or document.run is None or document.run.states.is_series or (
                page in self._left and self._opened[page] == document.experiment):
            return self.tr("Go on with the last run where it was left")
        if self._begins_with_loaded(document):
            return self.tr("Begin a new run with the weights that the network has now")
        if document.way_on == "other":
            return self.tr("Begin a new run of the changed network with all weights of the last one that still fit")
        if document.way_on == "changed":
            return self.tr("Begin a new run with what the last one has learned: the recipe is another now")
        return self.tr("Go on with the last run where it was left")

    def _begins_with_loaded(self, document: Document) -> bool:
        """Whether there are newer weights than those of its run, and of the network as it is."""
        return document.weights_are_loaded and document.since.network and document.begins_with_its_own

    def folder(self, page: Page) -> Path | None:
        """Of the run that Continue would go on with; None: there is none."""
        return self._folder(page)

    def why_not_farther(self, page: Page) -> Message | None:
        """Why its run cannot learn more epochs than it was to; None: it can."""
        run = page.document.run
        if self._folder(page, is_changed=True) is not None:
            return None
        if run is None:
            return say("There is no run of {name} yet that could go on", name=page.document.name)
        if run.states.is_series:
            return say("A series that has ended cannot go on: train it anew with more epochs")
        return say("Nothing was kept that this run could go on from: train it anew with more epochs")

    def _folder(self, page: Page, is_changed: bool = False) -> Path | None:
        """Of the run that would go on: the latest one, unless there is nothing left of it to do.

        ``is_changed``: with another recipe than it is now.
        """
        run = page.document.run
        if self._training.beside.trains(page.document):
            return None
        if page in self._left:
            return self._left[page].folder.path
        if run is None:
            return None
        if run.states.is_series:
            ended = run.states.series is not None and not run.states.was_stopped
            return None if ended else run.folder
        if run.state.summary is not None and not run.state.was_stopped and not is_changed and (
                page.document.is_as_it_ran):
            return None
        return run.folder if (run.folder / CHECKPOINT).exists() else None

    # -- going on -----------------------------------------------------------------------------------------------

    def go_on(self) -> None:
        """With the run of the network in front, or with one that is paused."""
        trainer, page = self._training.trainer, self.page
        if page is not None and trainer.trains(page.document) and trainer.is_held:
            trainer.pause_or_resume()
        elif page is not None:
            self._go_on(page, None)

    def go_on_with(self, page: Page, stretch: Stretch | None = None) -> bool:
        """The same with this network's, perhaps for a batch or an epoch; False: there is no run to go on with."""
        if self._folder(page) is None:
            return False
        self._go_on(page, stretch)
        return True

    def _go_on(self, page: Page, stretch: Stretch | None) -> None:
        folder = self._folder(page)
        if page is self.page and self._begins_with_loaded(page.document):
            self._training.train(stretch=stretch, parent=folder)
            return
        if folder is not None and page not in self._preparing and self._training.may_begin(page):
            self._prepare(page, folder, stretch)

    def _prepare(self, page: Page, folder: Path, stretch: Stretch | None) -> None:
        """Find out how it goes on, as it is now; where something else trains, once it is its turn."""
        asked, wish = page.document.experiment, self._wish(page, folder)
        if self._training.must_wait(page.document):
            self._wait(page, wish, stretch)
            return

        def take(found: tuple[Going, SeriesState]) -> None:
            self._preparing.pop(page, None)
            if not self._is_wanted(page, folder):
                forget(found[0], wish)
            elif self._training.must_wait(page.document):
                forget(found[0], wish)
                self._wait(page, wish, stretch)
            elif page.document.experiment is asked:
                self._begin(page, *found, stretch)
            else:  # edited meanwhile
                forget(found[0], wish)
                self._prepare(page, folder, stretch)

        def fail(message: Message) -> None:
            self._preparing.pop(page, None)
            if page in self.host.pages and page.document.experiment is asked:
                self.host.say(message, "error", of=page.document)
            elif self._is_wanted(page, folder):
                self._prepare(page, folder, stretch)

        self._preparing[page] = wish
        self._jobs.start(lambda job: prepared(wish, job.cancelled), take, fail)

    def _wait(self, page: Page, wish: Wish, stretch: Stretch | None) -> None:
        """It goes on as it was asked for, whatever is drawn by then."""
        asked = page.document.experiment
        self._training.line.add(Entry(page, say("goes on"), (wish, stretch), lambda entry: self._begin_waiting(
            entry, wish, asked, stretch)))

    def _begin_waiting(self, entry: Entry, wish: Wish, asked: Experiment, stretch: Stretch | None) -> None:
        page, line = entry.page, self._training.line

        def take(found: tuple[Going, SeriesState]) -> None:
            if line.is_turn(entry):
                self._begin(page, *found, stretch, is_pinned=page.document.experiment is not asked)
            else:
                forget(found[0], wish)

        def fail(message: Message) -> None:
            if line.is_turn(entry):
                self.host.say(message, "error", of=page.document)
                line.pass_over(entry)

        self._jobs.start(lambda job: prepared(wish, job.cancelled), take, fail)

    def is_preparing(self, page: Page) -> bool:
        """Whether it is being found out how its run goes on."""
        return page in self._preparing

    def _is_wanted(self, page: Page, folder: Path) -> bool:
        """Whether this run still can go on, after a while in which more may have happened; why not is said."""
        return page in self.host.pages and self._training.may_begin(page) and self._folder(page) == folder

    def _wish(self, page: Page, folder: Path) -> Wish:
        """That its run goes on as the network is now."""
        document, experiment, settings = page.document, page.document.experiment, self.host.settings
        if not (document.run is not None and document.run.states.is_series) and not is_series(
                without_variants(experiment)):
            experiment = without_variants(experiment)
        first = (self._left[page].experiment, self._opened[page]) if page in self._left else None
        return Wish(folder, document.network, experiment, first, settings.runs, settings.data_root)

    def _begin(self, page: Page, going: Going, states: SeriesState, stretch: Stretch | None,
               is_pinned: bool = False) -> None:
        self._left.pop(page, None)
        page.notice.clear()
        if not is_pinned:
            shown = as_it_is_shown(going, page.document.experiment)
            page.document.edit(self.tr("Go on as the run was steered"), shown)
        self._training.go_on(page, going, states, stretch, is_pinned=is_pinned)
        self._tell_how(page, going)

    def _tell_how(self, page: Page, going: Going) -> None:
        """What of it is another than it was, and what is lost."""
        said, changes = list(going.notes), ", ".join(map(message_text, going.changes))
        if changes and going.notes and going.checkpoint is None:
            said.append(say("A new run begins. {changes}", changes=changes))
        elif changes:
            said.append(say("A new run begins where the last one was left. {changes}", changes=changes))
        if said:
            self.host.say(say("{said}", said="\n".join(map(message_text, said))), of=page.document)

    # -- the start page -----------------------------------------------------------------------------------------

    def _connect_start(self, start: StartPage) -> None:
        start.left_requested.connect(self._open_left)

    def _list(self, found: Sequence[Left]) -> None:
        self._found = {str(left.folder.path): left for left in found}
        if self.page is None:
            self.host.places.start.set_left([(path, left.folder.name, self._told(left))
                                             for path, left in self._found.items()])

    def _told(self, left: Left) -> str:
        """Where it was left, with which rate and when it began: ``in epoch 4 of 10 · lr 0.1 · 14:02``, or the day."""
        rate, begun = self.tr("lr {rate}").format(rate=typed_text(left.experiment.recipe.lr)), left.folder.begun
        when = f"{begun:%H:%M}" if begun.date() == datetime.now().date() else f"{begun:%d %b}"
        return f"{message_text(left.line)} · {rate} · {when}"

    def _open_left(self, path: str) -> None:
        """The network as it was trained, and its run goes on."""
        left = self._found.get(path)
        if left is None:
            return
        if self._is_trained(left):
            self._turn_to_trained()
            return
        if is_being_written(left.folder.path):
            self.host.say(say("This run goes on elsewhere by now"))
            return
        place = next((place for place, page in enumerate(self.host.pages) if _is_of(page.document, left)), None)
        if place is None:
            self.host.open(Document(left.experiment, left.folder.name))
        else:
            self.host.turn_to(place)
        if self.page is not None and not self._training.trains(self.page.document):
            self._left[self.page] = left
            self.page.document.run = Run(left.run.states, left.folder.path)
            self._go_on(self.page, None)

    def _turn_to_trained(self) -> None:
        document = self._training.trainer.document
        place = next((place for place, page in enumerate(self.host.pages) if page.document is document), None)
        if place is not None:
            self.host.turn_to(place)

    def finish(self) -> None:
        self._jobs.finish()


def _is_of(document: Document, left: Left) -> bool:
    """Whether a run belongs to what is open: it is its own, or of just this network."""
    own = document.run.folder if document.run is not None else None
    return own == left.folder.path or (
        document.network == left.folder.name and document.experiment in (left.run.experiment, left.experiment))
