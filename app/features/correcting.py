"""Leaving examples out of the data, relabelling and restoring them: edits of the experiment, wherever they are seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget

from app.document.document import Document
from app.features.data import Data
from app.features.evaluation_tabs import EvaluationTabs
from app.features.inside import PageInside
from app.window.host import Feature, Host
from app.window.jobs import Job, Jobs
from engine.data.options.corrections import ExampleId, Label, several_words
from engine.data.spec.correcting import excluded, relabelled, restored, why_no_label
from engine.data.spec.spec import DataSpec
from engine.experiment.series import Fold
from engine.layers.base import OptionError
from engine.messages import Message
from engine.units import typed_text
from widgets.look.text import message_text, translated

IN_A_MENU = 20  # classes; of more one is searched
Found = Callable[[list[ExampleId]], object]


class Act(NamedTuple):
    """An entry of a menu, or a menu of entries."""

    text: str
    does: Callable[[], object] | None = None
    acts: tuple[Act, ...] = ()
    is_so: bool = False  # it is as the entry would make it


class Correcting(Feature):
    """Others ask it for entries of menus, or to correct at once; several examples are one step to undo."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.menu: QMenu | None = None  # the last one
        self._jobs = Jobs(self)
        host.feature(Data).restore_asked.connect(self._restore_of_front)

    def begin(self) -> None:
        self.host.feature(EvaluationTabs).menu_filling.connect(self.fill_menu)

    # -- edits --------------------------------------------------------------------------------------------------

    def exclude(self, document: Document, ids: Sequence[ExampleId]) -> None:
        """Leave them out of the data."""
        self._edit(document, self.tr("Exclude {what}"), ids, excluded)

    def relabel(self, document: Document, ids: Sequence[ExampleId], label: Label) -> None:
        """Give all of them this label."""
        text = self.tr("Label {what} “{label}”").replace("{label}", _shown(label))
        self._edit(document, text, ids, lambda spec, ids: relabelled(spec, ids, label))

    def relabel_each(self, document: Document, labels: Sequence[tuple[ExampleId, Label]]) -> None:
        """Give each its own label, in one step."""

        def labelled(spec: DataSpec, _ids: Sequence[ExampleId]) -> DataSpec:
            for id, label in labels:
                spec = relabelled(spec, [id], label)
            return spec

        if len(labels) == 1:
            self.relabel(document, [labels[0][0]], labels[0][1])
        else:
            self._edit(document, self.tr("Relabel {what}"), [id for id, _ in labels], labelled)

    def restore(self, document: Document, ids: Sequence[ExampleId]) -> None:
        """Have them as they are stored."""
        self._edit(document, self.tr("Restore {what}"), ids, restored)

    def _edit(self, document: Document, text: str, ids: Sequence[ExampleId],
              change: Callable[[DataSpec, Sequence[ExampleId]], DataSpec]) -> None:
        if not ids:
            return
        try:
            spec = change(document.experiment.data, ids)
        except OptionError as error:
            self.host.say(error.message, "error", of=document)
            return
        document.edit(text.format(what=message_text(several_words(ids))), replace(document.experiment, data=spec))

    def _restore_of_front(self, ids: Sequence[ExampleId]) -> None:
        if self.page is not None:
            self.restore(self.page.document, ids)

    # -- menus --------------------------------------------------------------------------------------------------

    def menu_for(self, document: Document, ids: Sequence[ExampleId], label: str = "",
                 over: QWidget | None = None) -> list[Act]:
        """What can be done with these examples; ``label`` is what they are called now, where all are called so.

        A class among very many, or a number, is asked for over the widget ``over``.
        """
        spec, acts = document.experiment.data, [Act(self.tr("Exclude"), partial(self.exclude, document, ids))]
        decided = {each.id: each for each in spec.corrections}
        acts[0] = acts[0]._replace(is_so=all(id in decided and decided[id].excludes for id in ids))
        if (labels := self._labels(document, ids, label, over)) is not None:
            acts.append(labels)
        if any(id in decided for id in ids):
            acts.append(Act(self.tr("Restore"), partial(self.restore, document, ids)))
        return acts

    def _labels(self, document: Document, ids: Sequence[ExampleId], label: str, over: QWidget | None) -> Act | None:
        spec = document.experiment.data
        if 0 < len(spec.classes) <= IN_A_MENU:
            return Act(self.tr("Label it"), acts=tuple(
                Act(translated(name), partial(self.relabel, document, ids, name), is_so=name == label)
                for name in spec.classes))
        if over is None or (spec.task == "regression" and why_no_label(spec, 1.0) is not None):
            return None
        return Act(self.tr("Label it…"), partial(self._ask_for_label, document, ids, over))

    def _ask_for_label(self, document: Document, ids: Sequence[ExampleId], over: QWidget) -> None:
        from widgets.parts.label_popup import LabelPopup  # not seen at first

        popup = LabelPopup(over, document.experiment.data.classes)
        popup.labelled.connect(lambda label: self.relabel(document, ids, label))
        popup.open_at(QPoint(8, 8))

    def open_menu(self, document: Document, ids: Sequence[ExampleId], at: QPoint, over: QWidget,
                  label: str = "") -> None:
        """The same as a menu at a point of the screen."""
        menu = self.menu = QMenu(over)
        menu.addAction(_capital(message_text(several_words(ids)))).setEnabled(False)
        _fill(menu, self.menu_for(document, ids, label, over))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def fill_menu(self, menu: QMenu, inside: PageInside, part: str, number: int) -> None:
        """The same in a menu of others, for an example that is told apart once something is chosen."""
        document, asked = inside.page.document, self.host.feature(EvaluationTabs).shown_for
        spec, fold = (asked.experiment.data, asked.fold) if asked is not None else (None, None)
        identify = partial(self.identify, document, part, [number], spec=spec, fold=fold)
        classes = document.experiment.data.classes
        menu.addSeparator()
        menu.addAction(self.tr("Exclude"), partial(identify, partial(self.exclude, document)))
        if 0 < len(classes) <= IN_A_MENU:
            inner = menu.addMenu(self.tr("Label it"))
            for name in classes:
                inner.addAction(translated(name), partial(identify, partial(self._relabel_all, document, name)))
        elif (over := menu.parentWidget()) is not None:
            ask = partial(self._ask_for_label_of, document, over)
            menu.addAction(self.tr("Label it…"), partial(identify, ask))

    def _relabel_all(self, document: Document, label: Label, ids: Sequence[ExampleId]) -> None:
        self.relabel(document, ids, label)

    def _ask_for_label_of(self, document: Document, over: QWidget, ids: Sequence[ExampleId]) -> None:
        self._ask_for_label(document, ids, over)

    # -- which examples -----------------------------------------------------------------------------------------

    def identify(self, document: Document, part: str, indices: Sequence[int], then: Found,
                 spec: DataSpec | None = None, fold: Fold | None = None) -> None:
        """Tell which examples those of a part are, as ``exclude`` and the like want it: of the data that the indices
        are of, as of a run; none: of the document's. Of a ``fold`` the parts are its own.

        ``then`` is called a moment later, unless the document has another data set by then.
        """
        of, root, wanted = spec or document.experiment.data, self.host.settings.data_root, list(indices)

        def tell(ids: list[ExampleId]) -> None:
            now = document.experiment.data
            if (now.dataset, now.path) == (of.dataset, of.path):
                then(ids)

        def fail(message: Message) -> None:
            if self.is_open(document):
                self.host.say(message, "error", of=document)

        self._jobs.start(lambda job: _identified(job, of, root, part, wanted, fold), tell, fail)

    def open_menu_of(self, document: Document, part: str, indices: Sequence[int], at: QPoint, over: QWidget,
                     label: str = "", spec: DataSpec | None = None) -> None:
        """The menu for examples that are known by part and index only."""
        self.identify(document, part, indices, lambda ids: self.open_menu(document, ids, at, over, label), spec)

    def finish(self) -> None:
        self._jobs.finish()


def _identified(job: Job, spec: DataSpec, root: Path | None, part: str, indices: Sequence[int],
                fold: Fold | None) -> list[ExampleId]:
    """In the job's thread."""
    from engine.data.tensors.identity import identities  # loads torch
    from engine.data.tensors.loading import load_data
    from engine.data.tensors.splitting import folded

    data = load_data(spec, root, cancelled=job.cancelled)
    return identities(data if fold is None else folded(data, fold.folds, fold.number), part, indices)


def _fill(menu: QMenu, acts: Sequence[Act]) -> None:
    for act in acts:
        if act.does is None:
            _fill(menu.addMenu(act.text), act.acts)
            continue
        action = menu.addAction(act.text, act.does)
        action.setEnabled(not act.is_so)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _shown(label: Label) -> str:
    return typed_text(label) if isinstance(label, float) else translated(label)
