"""What is wrong or unwise: the list at the bottom, and the way from one problem to the next."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.document.page import Page
from app.features.leading import lead_to
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from app.window.panel import Tab
from engine.advice.problem import Problem
from widgets.look.text import message_text, sentence_text

FINE_MS = 4000


class Problems(Feature):
    """Shows how many there are on the tab, all of them on it, one at a time over the canvas."""

    led = Signal(object)  # Page: the layer of a row that was clicked is selected

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.tab = Tab(self.tr("Problems"), self._make, lambda page: self.panel.show_problems(page.problems), rank=1)
        self._last: dict[Page, Problem] = self.per_page()  # the one that one was led to
        self._said: dict[Page, int] = self.per_page()  # the message about it

    def tabs(self) -> Sequence[Tab]:
        return [self.tab]

    def commands(self) -> Sequence[Row]:
        return [
            Command("problems", "Problems", self.bring, "Network", "check", looks=True),
            Command("next_problem", "Next problem", partial(self.step, 1), "Network", "check", ("F8",), looks=True),
            Command("previous_problem", "Previous problem", partial(self.step, -1), "Network", "check", ("Shift+F8",),
                    looks=True),
        ]

    def _make(self) -> QWidget:
        from widgets.problems.problems import Problems as Panel  # not seen at first

        self.panel = panel = Panel()
        panel.repair_requested.connect(self.on_page(Page.repair))
        panel.node_requested.connect(self.on_page(self._lead))
        return panel

    def _lead(self, page: Page, name: str) -> None:
        page.jump_to(name)
        self.led.emit(page)

    def begin(self) -> None:
        self.host.places.inspector.repair_requested.connect(self.on_page(Page.repair))

    def show(self, page: Page) -> None:
        count = sum(problem.severity != "hint" for problem in page.problems)
        self.host.places.bottom.rename(self.tab, f"{self.tab.title}  {count}" if count else self.tab.title)
        if page in self._said and _key(self._last[page]) not in map(_key, (*page.level.problems, *page.problems)):
            page.notice.withdraw(self._said.pop(page))

    def bring(self) -> None:
        """Bring the list to the front."""
        self.host.places.bottom.bring(self.tab)

    def step(self, step: int) -> None:
        """Lead to the next problem and say what it is, with a button that mends it."""
        page = self.page
        if page is None:
            return
        inside = page.level.problems if page.level.path else ()
        problems = inside or page.problems
        if not problems:
            page.notice.show_message(self.tr("Nothing is wrong"), "ok", timeout_ms=FINE_MS)
            return
        keys, last = [_key(problem) for problem in problems], self._last.get(page)
        at = keys.index(_key(last)) if last is not None and _key(last) in keys else None
        index = (at + step) % len(keys) if at is not None else (0 if step > 0 else len(keys) - 1)
        problem = self._last[page] = problems[index]
        if problem.node is not None:
            lead_to(page, ".".join([*page.level.path, problem.node]) if inside else problem.node)
        where = f"{problem.node}: " if problem.node is not None else ""
        words = f"{index + 1}/{len(problems)}  {where}{sentence_text(problem.message)}"
        actions = [(message_text(repair.text), partial(page.repair, repair)) for repair in problem.repairs[:1]]
        tone = "error" if problem.severity == "error" else "info"
        self._said[page] = page.notice.show_message(words, tone, actions)


def _key(problem: Problem) -> object:
    return (problem.node, problem.message)
