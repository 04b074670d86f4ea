"""The doctor, where one trains: what ails the run in hand, in words, with cures that are tried by pointing at them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.document.document import Run
from app.document.page import Page
from app.features.cures import are_made_at_once, cured, headline, is_finding, offered, texts
from app.features.last_runs import LastRuns
from app.features.leading import lead_to
from app.features.places import way_to
from app.features.previewing import Previewing
from app.features.training import Training
from app.window.host import Feature, Host, Section
from app.window.jobs import Jobs
from engine.advice.repairs.repair import Repair
from engine.experiment.experiment import Experiment
from engine.messages import Message
from engine.training.doctor.kinds import severity_of
from engine.training.events import Event, Examined, Finished, MemberStarted, NumbersEnded, Started
from engine.training.state import RunState
from engine.training.values import Remark
from widgets.health.values import DoctorShown, FindingCardShown, Tone
from widgets.look.text import sentence_text

if TYPE_CHECKING:
    from engine.training.doctor.born import Born
    from widgets.health.doctor_section import DoctorSection

_TONES: dict[str, Tone] = {"error": "error", "warning": "warn", "note": "note"}
_HEARD = (Remark, Examined, NumbersEnded, Started, Finished, MemberStarted)
BORN = "born"  # the key of the card about numbers that are none
HEALTHY = "healthy"
MOST = 3  # cures of a finding: the likeliest
SEEN = 72  # pixels of it that are enough to notice a card


class _Finding(NamedTuple):
    """A remark, and what is offered against it."""

    remark: Remark
    cures: tuple[Repair, ...]

    @property
    def key(self) -> tuple[str, str, Message]:
        """What makes it the same one."""
        return self.remark.kind, self.remark.place, self.remark.message


def _with_cures(experiment: Experiment, remarks: Sequence[Remark]) -> list[_Finding]:
    return [_Finding(remark, offered(experiment, remark)[:MOST]) for remark in remarks]


class Doctor(Feature):
    """Shows what the run in hand was found to be; ``findings_of`` tells others."""

    shown = Signal(object)  # Page: its findings are in sight
    numbers_asked = Signal(object)  # Page: those that are none shall be seen

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._section: DoctorSection | None = None
        self._training = host.feature(Training)
        self._findings: list[_Finding] = []  # that are shown
        self._jobs = Jobs(self)
        self._of: tuple[Experiment, tuple[Remark, ...]] | None = None  # what the cures were made for
        self._helped: dict[Page, tuple[Run, set[object]]] = self.per_page()  # findings whose cure was taken, of a run
        trainer = self._training.trainer
        trainer.doctor = host.settings.doctor
        trainer.event_arrived.connect(self._hear)
        trainer.state_changed.connect(lambda _state: self._show_front())
        trainer.failed.connect(lambda _message: self._show_front())
        host.places.stage.rearranged.connect(self._show_front)

    def finish(self) -> None:
        self._jobs.finish()

    def begin(self) -> None:
        self.host.feature(LastRuns).came.connect(lambda _page: self._show_front())

    def train_sections(self) -> Sequence[Section]:
        return [Section(self.tr("Doctor"), self._make, rank=12, show=self._show)]

    def _make(self) -> QWidget:
        from widgets.health.doctor_section import DoctorSection  # not seen at first

        self._section = section = DoctorSection()
        section.opened.connect(self.on_page(self._lead))
        section.cure_clicked.connect(self.on_page(self._cure))
        section.cure_pointed.connect(self.on_page(self._try))
        section.more_clicked.connect(self.on_page(self._go_on))
        section.switched.connect(self._switch)
        return section

    def _switch(self, on: bool) -> None:
        self.host.settings.doctor = self._training.trainer.doctor = on
        self._show_front()

    # -- what there is ------------------------------------------------------------------------------------------

    def state_of(self, page: Page) -> RunState | None:
        """The run in hand, else the last one that was kept of this network; None: none is known."""
        run = page.document.run
        return run.state if run is not None else self.host.feature(LastRuns).of(page)

    def born_of(self, page: Page) -> Born | None:
        """Where the numbers of the run in hand ended; None: they did not."""
        state = self.state_of(page)
        return state.numbers_ended.born if state is not None and state.numbers_ended is not None else None

    def findings_of(self, page: Page) -> list[Remark]:
        """What is wrong with the run in hand, the gravest and newest first."""
        state = self.state_of(page)
        found = [each for each in reversed(state.remarks) if is_finding(each)] if state else []
        return sorted(found, key=lambda remark: severity_of(remark.kind) != "error")

    def is_seen(self, page: Page) -> bool:
        """Whether its findings are in sight beside the curves."""
        section = self._section
        if section is None or page is not self.page or self.host.places.panels.workspace != "train":
            return False
        seen = section.visibleRegion().boundingRect().height() if section.isVisible() else 0
        return seen >= min(section.height(), SEEN)

    def _made(self, page: Page) -> list[_Finding]:
        experiment, remarks = page.document.experiment, tuple(self.findings_of(page))
        if self._of is None or self._of[0] is not experiment or self._of[1] != remarks:
            of = self._of = experiment, remarks
            self._findings = [_Finding(remark, ()) for remark in remarks]
            if are_made_at_once(experiment):
                self._findings = _with_cures(experiment, remarks)
            elif remarks:
                self._jobs.start(lambda _job: _with_cures(experiment, remarks), partial(self._take, of),
                                 lambda _message: None)
        return self._findings

    def _take(self, of: object, findings: list[_Finding]) -> None:
        """What may help is known; unless the network is another by now."""
        if of is self._of:
            self._findings = findings
            self._show_front()

    # -- showing ------------------------------------------------------------------------------------------------

    def _hear(self, event: Event) -> None:
        if isinstance(event, Examined) and self._has_cards:
            return
        if isinstance(event, _HEARD):
            self._show_front()

    @property
    def _has_cards(self) -> bool:
        """Whether it says something already: one more step that was looked at changes none of it."""
        return self._section is not None and bool(self._section.cards)

    def _show_front(self) -> None:
        if self.page is not None:
            self._show(self.page)

    def _show(self, page: Page) -> None:
        section = self._section
        if section is None or page is not self.page or self.host.places.panels.workspace != "train":
            return
        cards = tuple(self._cards(page))
        section.show_state(DoctorShown(cards, "" if cards else self._words(page), self._training.trainer.doctor))
        if cards and self.is_seen(page):
            self.shown.emit(page)

    def _cards(self, page: Page) -> Iterator[FindingCardShown]:
        state, born = self.state_of(page), self.born_of(page)
        if born is not None:
            yield FindingCardShown(BORN, "error", self.tr("Not a number"), sentence_text(born.message),
                                   more=self.tr("Show the numbers"), leads=bool(born.place))
        helped = self._helped_of(page)
        for finding in self._made(page):
            remark = finding.remark
            more = self.tr("Start again with it") if finding.key in helped else ""
            yield FindingCardShown(finding.key, _TONES[severity_of(remark.kind)], headline(remark),
                                   sentence_text(remark.message), texts(finding.cures), more, bool(remark.place))
        if state is not None and state.examined and not self._findings and born is None:
            yield FindingCardShown(HEALTHY, "ok", self.tr("Gradients, updates, activations: healthy"))

    def _helped_of(self, page: Page) -> set[object]:
        run, keys = self._helped.get(page, (None, set()))
        return keys if run is page.document.run else set()

    def _words(self, page: Page) -> str:
        """Where there is nothing to say about a run."""
        state = self.state_of(page)
        if self._training.trains(page.document):
            return self.tr("Looking at the first steps…") if self._training.trainer.doctor else self.tr(
                "Layers are not examined; what the losses tell is said here.")
        if state is not None:
            return self.tr("Nothing was found in the last run.")
        return self.tr("While the network learns, this says what is not well, and what may help.")

    # -- acting -------------------------------------------------------------------------------------------------

    def _finding(self, key: object) -> _Finding | None:
        return next((each for each in self._findings if each.key == key), None)

    def _lead(self, page: Page, key: object) -> None:
        finding, born = self._finding(key), self.born_of(page) if key == BORN else None
        place = finding.remark.place if finding is not None else born.place if born is not None else ""
        if place:
            lead_to(page, ".".join(way_to(place)))

    def _try(self, page: Page, key: object, index: int, on: bool) -> None:
        finding = self._finding(key)
        cure = finding.cures[index] if on and finding is not None and index < len(finding.cures) else None
        wanted = cure.of(page.document.experiment) if cure is not None else None
        self.host.feature(Previewing).preview_experiment(page, wanted)

    def _cure(self, page: Page, key: object, index: int) -> None:
        finding, run = self._finding(key), page.document.run
        if finding is None or index >= len(finding.cures):
            return
        self.host.feature(Previewing).end()
        if cured(page, finding.remark, finding.cures[index], page.document.experiment) and run is not None:
            self._helped[page] = run, self._helped_of(page) | {key}
            self._show(page)

    def _go_on(self, page: Page, key: object) -> None:
        if key == BORN:
            self.numbers_asked.emit(page)
        elif self.host.settle():
            self._start_again(page)

    def _start_again(self, page: Page) -> None:
        """The network as it is now is trained: in the place of a run of it that goes on."""
        if self._training.trainer.trains(page.document):
            self._training.train_after(page)
            self._training.stop()
        else:
            self._training.train()
