"""What a run has to say, over its network. What is wrong with it the doctor says, where one sees that: not twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from app.document.document import Document
from app.document.page import Page
from app.features.cures import are_made_at_once, cured, is_finding, offered
from app.features.doctor import Doctor
from app.features.training import Training
from app.window.host import Feature, Host
from app.window.jobs import Jobs
from engine.advice.repairs.repair import Repair
from engine.experiment.experiment import Experiment
from engine.messages import Message
from engine.training.events import RunNotSaved, ThreadsChanged
from engine.training.listening import Listener
from engine.training.values import Remark
from widgets.look.text import message_text

MOST = 2  # cures in a message


class Remarks(Feature, Listener):
    """Sentences of the training, on the page of the document that is trained."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._doctor, self._jobs = host.feature(Doctor), Jobs(self)
        self._findings: dict[Page, list[int]] = self.per_page()  # messages that the doctor says as well
        self._failures: dict[Page, int] = self.per_page()
        self._is_idle = True  # nothing is trained
        self._doctor.shown.connect(self._withdraw)
        self._doctor.numbers_asked.connect(lambda page: page.notice.withdraw(self._failures.pop(page, 0)))

    def begin(self) -> None:
        trainer = self._trainer = self.host.feature(Training).trainer
        trainer.event_arrived.connect(self.hear)
        trainer.state_changed.connect(self._follow)
        trainer.failed.connect(self._fail)

    def on_run_not_saved(self, event: RunNotSaved) -> None:
        self.host.say(event.message, "error", of=self._trainer.document)

    def on_threads_changed(self, event: ThreadsChanged) -> None:
        self.host.say(event.line, waits=True, of=self._trainer.document)

    def on_remark(self, event: Remark) -> None:
        self.remark(self._trainer.document, event)

    def _fail(self, message: Message) -> None:
        page = self._page_of(self._trainer.document)
        if page is None:
            return
        show = self.tr("Show the numbers"), partial(self._doctor.numbers_asked.emit, page)
        actions = [show] if self._doctor.born_of(page) is not None else []
        self._failures[page] = page.notice.show_message(message_text(message), "error", actions)

    def _page_of(self, document: Document | None) -> Page | None:
        return next((page for page in self.host.pages if page.document is document), None)

    def remark(self, document: Document | None, remark: Remark) -> None:
        """Say it with what may help, unless the doctor says it beside the curves, in sight."""
        page = self._page_of(document)
        if page is None or (is_finding(remark) and self._doctor.is_seen(page)):
            return
        experiment = page.document.experiment
        if are_made_at_once(experiment):
            self._say(page, remark, experiment, offered(experiment, remark))
        else:
            self._jobs.start(lambda _job: offered(experiment, remark), partial(self._say, page, remark, experiment),
                             lambda _message: None)

    def _say(self, page: Page, remark: Remark, experiment: Experiment, cures: Sequence[Repair]) -> None:
        if page not in self.host.pages or (is_finding(remark) and self._doctor.is_seen(page)):
            return  # closed, or said by now
        actions: list[tuple[str, Callable[[], object]]] = [
            (message_text(cure.text), partial(cured, page, remark, cure, experiment)) for cure in cures[:MOST]]
        if is_finding(remark):  # it comes back after whatever is said over it, such as that the run has ended
            self._findings.setdefault(page, []).append(page.notice.ask(message_text(remark.line), actions))
        else:
            page.notice.remark(message_text(remark.line), "info", actions)

    def finish(self) -> None:
        self._jobs.finish()

    def _follow(self, state: str) -> None:
        """What was found in the run before is gone when the next one begins."""
        page = self._page_of(self._trainer.document)
        if self._is_idle and state != "idle" and page is not None:
            self._withdraw(page)
        self._is_idle = state == "idle"

    def _withdraw(self, page: Page) -> None:
        """The doctor says it by now."""
        for number in self._findings.pop(page, []):
            page.notice.withdraw(number)
