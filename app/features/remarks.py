"""What a run shows to be wrong: said over its network, with a button that tries what helps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from app.document.document import Document
from app.document.page import Page
from app.features.training import Training
from app.window.host import Feature
from engine.experiment.recipe import Recipe
from engine.messages import Message, say
from engine.training.events import RunNotSaved, ThreadsChanged
from engine.training.listening import Listener
from engine.training.values import Remark
from widgets.look.text import message_text, translated


class Remarks(Feature, Listener):
    """Sentences of the training, on the page of the document that is trained."""

    def begin(self) -> None:
        trainer = self._trainer = self.host.feature(Training).trainer
        trainer.event_arrived.connect(self.hear)
        trainer.failed.connect(self._fail)

    def on_run_not_saved(self, event: RunNotSaved) -> None:
        self.host.say(event.message, "error", of=self._trainer.document)

    def on_threads_changed(self, event: ThreadsChanged) -> None:
        self.host.say(event.line, waits=True, of=self._trainer.document)

    def on_remark(self, event: Remark) -> None:
        self.remark(self._trainer.document, event)

    def _fail(self, message: Message) -> None:
        page = self._page_of(self._trainer.document)
        if page is not None:
            page.notice.show_message(message_text(message), "error")

    def _page_of(self, document: Document | None) -> Page | None:
        return next((page for page in self.host.pages if page.document is document), None)

    def remark(self, document: Document | None, remark: Remark) -> None:
        """Say it; where another option would help, offer it."""
        page = self._page_of(document)
        if page is None:
            return
        actions: list[tuple[str, Callable[[], object]]] = []
        if remark.suggestion is not None:
            option, value = remark.suggestion
            title = translated(Recipe.model_fields[option].title or option)
            words = self.tr("Set {option} to {value}").format(option=title, value=value)
            before = getattr(page.document.experiment.recipe, option)
            actions = [(words, lambda: self._follow(page, words, option, value, before))]
        page.notice.remark(message_text(remark.message), "info", actions)

    def _follow(self, page: Page, words: str, option: str, value: Any, before: Any) -> None:
        """Unless the person has chosen another value since it was offered."""
        experiment = page.document.experiment
        now = getattr(experiment.recipe, option)
        if now != before:
            title = Recipe.model_fields[option].title or option
            page.refuse(say("{option} is {value} by now, and stays so", option=say(title), value=now))
            return
        page.document.edit(words, replace(experiment, recipe=experiment.recipe.with_options(**{option: value})))
