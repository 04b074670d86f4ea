"""A sweep of 200 members over 8 fields: what a redraw of each look costs, and another state of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import count

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication, QWidget

from tests.benchmarks.targets import Figures, ms, times_ms
from tests.widgets.sweep.cases import large
from widgets.look import theme
from widgets.sweep.member_plot import MemberPlot
from widgets.sweep.values import SweepShown
from widgets.sweep.view import SweepView

TRIES = 15
STATE = large()


def states(shown: SweepShown) -> Iterator[SweepShown]:
    """As half a second of training makes them: two members have another epoch, one of them leads, one is done."""
    for at in count(1):
        members = list(shown.members)
        for index in (150, 198, 199):
            member = members[index]
            curve = (*member.curve, (member.curve[-1][0] + 1, 0.9 + 0.001 * at))
            members[index] = replace(member, curve=curve, best=0.97 + 0.0005 * at, epochs=member.epochs + 1)
        yield replace(shown, members=tuple(members), head=f"{at} of 200")


def redraw(look: QWidget) -> None:
    """All of it, with the lines at rest."""
    if isinstance(look, MemberPlot):
        look.redraw()
    look.repaint()


def measure(figures: Figures, view: SweepView, title: str, look: QWidget) -> None:
    """One look in front."""
    view.show_look(title)
    QApplication.processEvents()
    figures.add(f"{title}: a redraw", times_ms(lambda: redraw(look), TRIES), below=16)
    updates, wholes = [], []
    for shown, _ in zip(states(STATE), range(TRIES), strict=False):
        updates.append(ms(partial(view.show_sweep, shown)))
        wholes.append(updates[-1] + ms(QApplication.processEvents))
    figures.add(f"{title}: another state", updates, below=8)
    figures.add(f"{title}: another state, until it is seen", wholes, below=24)
    if isinstance(look, MemberPlot):
        figures.add(f"{title}: whom the mouse is at", times_ms(lambda: look.nearest(QPointF(200, 200)), TRIES), below=8)
        keys = (member.key for member in STATE.members)
        figures.add(f"{title}: another line is lit", times_ms(lambda: (look.light(next(keys)), look.repaint()), TRIES),
                    below=4)


def main() -> int:
    app = QApplication.instance() or QApplication([])
    theme.apply(app, theme.DARK)
    figures = Figures("A sweep of 200 members over 8 fields, 980 × 380")
    view = SweepView()
    view.resize(980, 380)
    view.show()
    view.show_sweep(STATE)
    for title, look in (("race", view.race), ("fields", view.fields), ("importance", view.importance.bars)):
        measure(figures, view, title, look)
    return figures.status()


if __name__ == "__main__":
    sys.exit(main())
