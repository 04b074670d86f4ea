"""Small experiments and differences, as the window draws them. Loads torch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from app.insight.judged import expect_here
from app.insight.values import array_of
from engine.data.tensors.loading import load_data
from engine.experiment.experiment import Experiment
from engine.inspect.lens import Lens, Look
from engine.inspect.trying.tryouts import TRYOUTS
from engine.inspect.trying.values import Bars, Finding, Grid, Lines, Picture, Progress
from engine.inspect.why.difference import differences
from engine.messages import LayerloomError
from engine.training.values import Weights
from widgets.findings import pictures as drawn
from widgets.findings.layer_difference import LayerDifference
from widgets.findings.values import FindingShown, Offer
from widgets.look.text import message_text, sentence_text, translated


def offers(experiment: Experiment) -> list[Offer]:
    """All experiments, each with the reason why not on this network, if there is one."""
    try:
        lens, wrong = Lens(experiment), ""
    except LayerloomError as error:
        lens, wrong = None, sentence_text(error.message)
    found = []
    for tryout in TRYOUTS.values():
        reason = wrong
        if lens is not None and (message := tryout.why_not(experiment, lens)) is not None:
            reason = sentence_text(message)
        found.append(Offer(tryout.id, translated(tryout.title), translated(tryout.question), reason))
    return found


def tried(id: str, experiment: Experiment, weights: Weights | None, root: Path | None,
          cancelled: object) -> Iterator[Progress | FindingShown]:
    """How far it is, then what it has found."""
    expect_here(experiment, root)
    data = load_data(experiment.data, root, cancelled=cancelled)  # type: ignore[arg-type]
    run = TRYOUTS[id].run(experiment, weights, data, cancelled)  # type: ignore[arg-type]
    while True:
        try:
            yield next(run)
        except StopIteration as end:
            yield shown(end.value)
            return


def shown(finding: Finding) -> FindingShown:
    """With its pictures as the window draws them."""
    pictures = tuple(each for picture in (finding.picture, *finding.more) for each in _drawn(picture))
    return FindingShown(message_text(finding.title), sentence_text(finding.sentence), pictures)


def _drawn(picture: Picture) -> Iterator[drawn.Picture]:
    if isinstance(picture, Lines):
        curves = {name: values.tolist() for name, values in picture.y.items()}
        yield drawn.Lines(picture.x.tolist(), curves, message_text(picture.x_label), message_text(picture.y_label))
    elif isinstance(picture, Bars):
        if len(picture.values) == 1:
            [values] = picture.values.values()
            yield drawn.Bars(picture.names, values.tolist(), message_text(picture.label))
        else:
            columns = ("", *picture.values, *(f"{name} ±" for name in picture.spreads))
            of_all: list[tuple[str | float, ...]] = [
                (name, *(float(values[row]) for values in (*picture.values.values(), *picture.spreads.values())))
                for row, name in enumerate(picture.names)]
            yield drawn.Table(columns, of_all, title=message_text(picture.label))
    elif isinstance(picture, Grid):
        maps = [each if each.ndim == 2 else np.asarray(each).mean(0) for each in map(np.asarray, picture.pictures)]
        yield drawn.Grid(tuple(maps), picture.titles)
    else:
        columns = ("", *map(message_text, picture.columns))
        rows: list[tuple[str | float, ...]] = [(name, *map(float, np.atleast_1d(values)))
                                               for name, values in picture.rows.items()]
        yield drawn.Table(columns, rows)


def rows_of(one: Look, other: Look) -> list[LayerDifference]:
    """Two samples at every layer."""
    return [LayerDifference(each.place, array_of(one.outputs[each.place]), array_of(other.outputs[each.place]),
                            array_of(-each.values[None]), each.size, each.cosine) for each in differences(one, other)]
