"""The command “evaluate”: a network judged on a part of its data, as tables or JSON. No Qt."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.terminal import cli
from app.terminal.exits import CODE_INSIDE, DONE, CodeInsideError, add_place_options, console
from app.terminal.looking import add_network_options, in_words, network_of_options
from app.terminal.plain import plain
from engine.experiment.trust import not_allowed
from engine.units import grouped, measure_text, share_text, value_text

if TYPE_CHECKING:
    from typing import Any

    from engine.data.spec.spec import DataSpec
    from engine.evaluation.values import Evaluation
    from engine.runs.looking import Network

MOST_CLASSES, PAIRS = 20, 10  # of a matrix that is printed; pairs that are confused
SPLITS = ("train", "validation", "test")


def add(commands: Any) -> None:
    """The command and its options."""
    command = commands.add_parser("evaluate", help="how good a network is on a part of its data: accuracy, confusion, "
                                  "precision and recall of each class")
    add_network_options(command)
    cli.add_data_options(command)
    command.add_argument("--split", choices=SPLITS, default="validation", help="which examples (default: validation). "
                         "The test examples are for the end: whatever is chosen by them makes their number worthless")
    command.add_argument("--json", action="store_true", help="as JSON")
    add_place_options(command)
    command.set_defaults(run=lambda options: in_words(_evaluate, options))


def _evaluate(options: argparse.Namespace) -> int:
    network = network_of_options(options)
    if not_allowed(network.experiment.graph):
        raise CodeInsideError(CODE_INSIDE)
    network, data = _with_data(network, options)
    found = _judged(network, data, options)
    if network.weights is None:
        print("note: the network is judged with its initial weights: --weights gives it others", file=sys.stderr)
    for note in found.notes:
        print(plain(f"note: {note}"), file=sys.stderr)
    if options.json:
        print(json.dumps(found.as_json(), indent=1, ensure_ascii=False))
        return DONE
    out = console()
    for line in _sentences(found):
        out.print(plain(line), markup=False, highlight=False, soft_wrap=True)
    for table in _tables(found):
        out.print()
        out.print(table, highlight=False)
    return DONE


def _with_data(network: Network, options: argparse.Namespace) -> tuple[Network, DataSpec | None]:
    """Other data, where they are asked for."""
    if options.data is None and options.target is None and not options.set:
        return network, None
    root: Path | None = options.data_root or network.root
    other = cli.with_settings(cli.with_data(network.experiment, options, root), options)
    return network._replace(experiment=replace(network.experiment, recipe=other.recipe)), other.data


def _judged(network: Network, data: DataSpec | None, options: argparse.Namespace) -> Evaluation:
    """How far it is, is said where a person is looking."""
    # takes a while to load
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from engine.runs.evaluating import evaluating  # loads torch

    screen = Console(stderr=True)
    bar = Progress(TextColumn("evaluating"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=screen,
                   transient=True, disable=not screen.is_terminal)
    with bar, closing(evaluating(network, data=data, split=options.split, root=options.data_root)) as steps:
        task = bar.add_task("", total=None)
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                found: Evaluation = end.value
                return found
            bar.update(task, completed=step.done, total=step.total or None)


# -- what is printed ---------------------------------------------------------------------------------------------------


def _sentences(found: Evaluation) -> list[str]:
    from engine.evaluation.calibration import calibration  # numpy is loaded by now

    what = f"{grouped(found.examples)} {found.part} example" + "s" * (found.examples != 1)
    loss = f"loss {value_text(found.loss)}"
    if not found.of_classes:
        return [f"{what}: {loss}, mae {value_text(found.mae)}, rmse {value_text(found.rmse)}, "
                f"R² {measure_text(found.r2)}"]
    of = calibration(found)
    sure = "surer than it should be" if of.lean > 0 else "less sure than it could be"
    lines = [f"{what}: accuracy {measure_text(found.accuracy)} ({grouped(found.right)} right), {loss}"]
    return lines if of.error != of.error else [
        *lines, f"calibration error {share_text(of.error)}: on the average the network is {sure}"]


def _tables(found: Evaluation) -> list[Table]:
    if not found.of_classes:
        return [_weights(found)] if found.least_squares is not None else []
    tables = [_of_classes(found)]
    if len(found.classes) <= MOST_CLASSES:
        tables.append(_matrix(found))
    pairs = _pairs(found)
    return tables if pairs is None else [*tables, pairs]


def _table(first: str, *numbers: str) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(first, overflow="fold")
    for name in numbers:
        table.add_column(Text(plain(name)), justify="right")
    return table


def _of_classes(found: Evaluation) -> Table:
    table = _table("class", "precision", "recall", "F1", "support")
    for each in found.per_class:
        table.add_row(Text(plain(each.name)), *map(measure_text, (each.precision, each.recall, each.f1)),
                      grouped(each.support))
    return table


def _matrix(found: Evaluation) -> Table:
    """Rows are true, columns predicted."""
    table = _table("true \\ predicted", *found.classes)
    for row, name in enumerate(found.classes):
        cells = [Text(grouped(count), style="bold" if row == column else "" if count else "dim")
                 for column, count in enumerate(found.confusion[row].tolist())]
        table.add_row(Text(plain(name)), *cells)
    return table


def _pairs(found: Evaluation) -> Table | None:
    from engine.evaluation.confusion import most_confused  # numpy is loaded by now

    pairs = most_confused(found.confusion, PAIRS)
    table = _table("confused most", "examples", "of the class")
    for each in pairs:
        table.add_row(Text(plain(f"{found.classes[each.true]} → {found.classes[each.predicted]}")),
                      grouped(each.examples), share_text(each.share))
    return table if pairs else None


def _weights(found: Evaluation) -> Table:
    """What was learned beside least squares."""
    best = found.least_squares
    assert best is not None
    table = _table("weight", "learned", "least squares")
    for name, learned, closed in zip(best.names, best.learned.tolist(), best.weights.tolist(), strict=True):
        table.add_row(Text(plain(name)), value_text(learned), value_text(closed))
    if best.bias == best.bias:
        table.add_row("bias", value_text(best.learned_bias), value_text(best.bias))
    table.add_row("loss", value_text(found.loss), value_text(best.loss))
    return table
