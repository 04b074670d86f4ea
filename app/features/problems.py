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
from widgets.parts.notice import Action

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
        outside = _outside(page)
        if outside is not None:
            lead_to(page, outside.source)
        inside = page.level.problems if page.level.path else ()
        problems = inside or page.problems
        if outside is not None:
            name = outside.source.rpartition(".")[2]
            problems = problems if any(problem.node == name for problem in problems) else (outside,)
            self._say(page, problems, next((at for at, each in enumerate(problems) if each.node == name), 0))
        elif problems:
            index = self._index_after(page, problems, step)
            node = problems[index].node
            if node is not None:
                lead_to(page, ".".join([*page.level.path, node]) if inside else node)
            self._say(page, problems, index)
        else:
            page.notice.show_message(self.tr("Nothing is wrong"), "ok", timeout_ms=FINE_MS)

    def _index_after(self, page: Page, problems: Sequence[Problem], step: int) -> int:
        """Of the problem after the one that one was led to, or before it."""
        keys, last = [_key(problem) for problem in problems], self._last.get(page)
        at = keys.index(_key(last)) if last is not None and _key(last) in keys else None
        return (at + step) % len(keys) if at is not None else (0 if step > 0 else len(keys) - 1)

    def _say(self, page: Page, problems: Sequence[Problem], index: int) -> None:
        problem = self._last[page] = problems[index]
        where = f"{problem.node}: " if problem.node is not None else ""
        words = f"{index + 1}/{len(problems)}  {where}{sentence_text(problem.message)}"
        tone = "error" if problem.tone == "error" else "info"
        self._said[page] = page.notice.show_message(words, tone, self._actions(page, problem))
        if problem not in page.problems:
            page.goes_with_level(self._said[page])

    def _actions(self, page: Page, problem: Problem) -> list[Action]:
        """What mends it, or leads to where it can be mended."""
        if problem.source:
            show = self.tr("Show {name}").format(name=problem.source)
            return [(show, partial(lead_to, page, problem.source))]
        return [(message_text(repair.text), partial(page.repair, repair)) for repair in problem.repairs[:1]]


def _outside(page: Page) -> Problem | None:
    """Why something is wrong at the level that is shown, where that is all, and is elsewhere."""
    [*problems] = page.level.problems
    return problems[0] if len(problems) == 1 and problems[0].source else None


def _key(problem: Problem) -> object:
    return (problem.node, problem.message)
