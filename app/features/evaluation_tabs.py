"""The tabs of an evaluation, where one looks inside: confusion, mistakes, calibration, numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from app.document.page import Page
from app.features.data import Data
from app.features.evaluating import Asked, Evaluating, PageEvaluation
from app.features.inside import Inside, PageInside
from app.features.probing import Probing
from app.window.commands import Command, Row
from app.window.host import Feature, Host, Tab
from engine.messages import say
from engine.units import grouped
from widgets.look.text import message_text

if TYPE_CHECKING:
    from widgets.evaluation.calibration_page import CalibrationPage
    from widgets.evaluation.confusion_page import ConfusionPage
    from widgets.evaluation.mistakes_page import MistakesPage
    from widgets.evaluation.numbers_page import NumbersPage
    from widgets.evaluation.page import EvaluationPage


class EvaluationTabs(Feature):
    """Asks for an evaluation while one of its tabs is in front, and shows it on all of them."""

    menu_filling = Signal(object, object, str, int)  # QMenu, PageInside, part, number of the example: what can be done

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._evaluating = host.feature(Evaluating)
        self.confusion: ConfusionPage | None = None
        self.mistakes: MistakesPage | None = None
        self.calibration: CalibrationPage | None = None
        self.numbers: NumbersPage | None = None
        self.menu: QMenu | None = None  # the last one
        self._of: PageEvaluation | None = None  # what the pages show
        self._shown: object = None
        self.confusion_tab, self.mistakes_tab, self.calibration_tab, self.numbers_tab = self._tabs = (
            self._tab(self.tr("Confusion"), self._make_confusion, -90),
            self._tab(self.tr("Mistakes"), self._make_mistakes, -88),
            self._tab(self.tr("Calibration"), self._make_calibration, -86),
            self._tab(self.tr("Numbers"), self._make_numbers, -82))
        self._evaluating.told.connect(self._show)

    def begin(self) -> None:
        self._inside.came.connect(self._come)
        self._inside.looked.connect(self._mark)
        self.host.places.stage.rearranged.connect(self._rest)

    @property
    def _inside(self) -> Inside:
        return self.host.feature(Inside)

    def _tab(self, title: str, make: Callable[[], QWidget], rank: int) -> Tab:
        return Tab(title, make, self._show_page, rank=rank, workspaces=("inside",))

    def tabs(self) -> Sequence[Tab]:
        return self._tabs

    def commands(self) -> Sequence[Row]:
        return [Command("evaluate", "Confusion and mistakes", self.bring, "Network", "inside")]

    def bring(self) -> None:
        """Show how good the network is."""
        if self.page is None:
            self.host.say(say("Open a network first"))
            return
        self.host.places.stage.choose("inside")
        self.host.places.bottom.bring(self.confusion_tab)

    # -- the pages ----------------------------------------------------------------------------------------------

    @property
    def pages(self) -> Sequence[EvaluationPage]:
        """Those that are made."""
        return [page for page in (self.confusion, self.mistakes, self.calibration, self.numbers) if page is not None]

    def _connect(self, page: EvaluationPage) -> QWidget:
        page.part_chosen.connect(self._evaluating.choose_part)
        page.acted.connect(self._act)
        page.example_chosen.connect(self._look_at)
        self._shown = None  # it has nothing yet
        return page

    def _make_confusion(self) -> QWidget:
        from widgets.evaluation.confusion_page import ConfusionPage  # not seen at first

        page = self.confusion = ConfusionPage()
        page.cell_chosen.connect(self._open_cell)
        return self._connect(page)

    def _make_mistakes(self) -> QWidget:
        from widgets.evaluation.mistakes_page import MistakesPage  # not seen at first

        page = self.mistakes = MistakesPage()
        page.menu_asked.connect(self._open_menu)
        page.cell_shown.connect(lambda cell: self.confusion.mark(cell) if self.confusion is not None else None)
        return self._connect(page)

    def _make_calibration(self) -> QWidget:
        from widgets.evaluation.calibration_page import CalibrationPage  # not seen at first

        page = self.calibration = CalibrationPage()
        return self._connect(page)

    def _make_numbers(self) -> QWidget:
        from widgets.evaluation.numbers_page import NumbersPage  # not seen at first

        page = self.numbers = NumbersPage()
        page.cell_chosen.connect(self._open_cell)
        return self._connect(page)

    # -- asking -------------------------------------------------------------------------------------------------

    @property
    def is_seen(self) -> bool:
        """Whether one of its tabs is in front, and not folded away."""
        return any(page.isVisible() for page in self.pages)

    def _show_page(self, page: Page) -> None:
        if self._inside.now is not None:
            self._come(self._inside.now)

    def _come(self, inside: PageInside) -> None:
        if self.is_seen:
            self._evaluating.ask(inside)
            self._show(self._evaluating.of(inside.page))

    def _rest(self) -> None:
        if self._inside.now is None:
            self._evaluating.rest()

    def _act(self) -> None:
        """The button below a message."""
        now = self._inside.now
        if now is None:
            return
        of = self._evaluating.of(now.page)
        if of.question:
            self._evaluating.agree_to_test()
        elif of.missing:
            self.host.places.bottom.bring(self.host.feature(Data).tab)

    # -- showing ------------------------------------------------------------------------------------------------

    def _show(self, of: PageEvaluation) -> None:
        now = self._inside.now
        if now is None or of.page is not now.page:
            return
        for page in self.pages:
            page.show_part(of.part)
        if of.wrong is not None:
            self._show_wrong(of)
        elif of.shown is not None and of.shown_for is not None and of.shown_for.part == of.part:
            self._show_found(of)
        elif self._of is not of or self._shown is not None:
            self._clear(of, self.tr("Reading…"))
        if not of.is_here and of.wrong is None:
            self._show_progress(of)

    def _show_wrong(self, of: PageEvaluation) -> None:
        assert of.wrong is not None
        action = self.tr("Judge the test examples") if of.question else self.tr("Show the data") if of.missing else ""
        self._clear(of, message_text(of.wrong), action)

    def _clear(self, of: PageEvaluation, text: str, action: str = "") -> None:
        self._of, self._shown = of, None
        for page in self.pages:
            page.show_message(text, action)
        self._name(None)

    def _show_found(self, of: PageEvaluation) -> None:
        """On each page once."""
        found = of.shown
        assert found is not None
        if self._of is of and self._shown is found:
            return
        self._of, self._shown = of, found
        for page in (self.confusion, self.calibration, self.numbers):
            if page is not None:
                page.show_evaluation(found.evaluation)
        if self.mistakes is not None:
            self.mistakes.show_examples(found.evaluation, found.pictures.example, is_text=found.pictures.are_text)
        self._name(found.evaluation)
        if self._inside.now is not None:
            self._mark(self._inside.now)

    def _show_progress(self, of: PageEvaluation) -> None:
        step, text = of.progress, self.tr("Reading…")
        if step is not None and step.total:
            text = self.tr("Judging {done} of {total}…").format(done=grouped(step.done), total=grouped(step.total))
        for page in self.pages:
            page.show_progress(text)

    def _name(self, evaluation: Any) -> None:
        """What stands on the tabs."""
        titles = [self.tr("Confusion"), self.tr("Mistakes"), self.tr("Calibration"), self.tr("Numbers")]
        if evaluation is not None and evaluation.of_classes:
            titles[1] = f"{titles[1]} {grouped(evaluation.examples - evaluation.right)}"
        elif evaluation is not None:
            titles = [self.tr("Predicted"), self.tr("Errors"), self.tr("Residuals"), self.tr("Fit")]
        for tab, title in zip(self._tabs, titles, strict=True):
            self.host.places.bottom.rename(tab, title)

    @property
    def shown_for(self) -> Asked | None:
        """What the pages show was judged for this."""
        return self._of.shown_for if self._of is not None and self._shown is not None else None

    # -- what is done on them -----------------------------------------------------------------------------------

    def _open_cell(self, true: int | None, predicted: int | None) -> None:
        if self.mistakes is not None:
            self.mistakes.open_cell(true, predicted)
            self.host.places.bottom.bring(self.mistakes_tab)

    def _look_at(self, number: int) -> None:
        """The example is in hand."""
        self._with(number, self.host.feature(Probing).hold_example)()

    def _with(self, number: int, act: Callable[[str, int], object]) -> Callable[[], None]:
        """What does that with an example that is seen now, as long as the data are those that it was judged in."""
        of, asked, found = self._of, self.shown_for, self._of.shown if self._of is not None else None
        if of is None or asked is None or found is None:
            return lambda: None
        place, document = found.pictures.place(number), of.page.document

        def do() -> None:
            if place is None or document.experiment.data != asked.experiment.data:
                self.host.say(say("The data have changed since these examples were judged"), of=document)
            else:
                act(place.part, place.number)

        return do

    def _compare(self, part: str, number: int) -> None:
        from app.insight.hand import Example  # is loaded

        self._inside.compare(Example(part, number, self.host.settings.data_root))

    def _mark(self, inside: PageInside) -> None:
        """Which example is in hand."""
        if self.mistakes is None or inside is not self._inside.now or inside.make is None:
            return
        from app.insight.hand import Example  # is loaded: something was asked for

        make = inside.make
        self.mistakes.wall.show_chosen((make.part, make.index) if isinstance(make, Example) else None)

    def _open_menu(self, number: int, at: QPoint) -> None:
        """What can be done with an example; other features add to it."""
        now = self._inside.now
        if self.mistakes is None or now is None or self._of is None or self._of.shown_for is None:
            return
        menu = self.menu = QMenu(self.mistakes)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Look at it"), self._with(number, self.host.feature(Probing).hold_example))
        menu.addAction(self.tr("Compare with it"), self._with(number, self._compare))
        self.menu_filling.emit(menu, now, self._of.shown_for.part, number)
        menu.popup(at)
