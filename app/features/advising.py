"""What a run shows to be wrong: said over its network, with a button that tries what helps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.document.document import Document
from app.document.page import Page
from app.features.base import Feature
from engine.experiment.recipe import Recipe
from engine.messages import Message
from engine.training.events import Advice
from widgets.look.text import message_text, translated


class Advising(Feature):
    """Sentences of the training, on the page of the document that is trained."""

    def advise(self, document: Document, advice: Advice) -> None:
        """Say it; where another option would help, offer it."""
        page = next((page for page in self.window.pages if page.document is document), None)
        if page is None:
            return
        actions = []
        if advice.suggestion is not None:
            option, value = advice.suggestion
            title = translated(Recipe.model_fields[option].title or option)
            words = self.tr("Set {option} to {value}").format(option=title, value=value)
            actions = [(words, lambda: self._follow(page, words, {option: value}))]
        page.notice.show_message(message_text(advice.message), "info", actions)

    def _follow(self, page: Page, words: str, options: dict[str, Any]) -> None:
        experiment = page.document.experiment
        page.document.edit(words, replace(experiment, recipe=experiment.recipe.with_options(**options)))
        page.notice.dismiss()

    def fail(self, message: Message) -> None:
        """The training ended with an error."""
        for page in self.window.pages:
            if page.document is self.window.trainer.document:
                page.notice.show_message(message_text(message), "error")
        self.window.training_view.show_failure()
