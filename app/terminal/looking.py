"""The commands “predict” and “look”: what a network says of files, and what every layer gives for one. No Qt."""

from __future__ import annotations

import argparse
import io
import json
import math
import sys
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.terminal.exits import (
    CODE_INSIDE,
    DONE,
    WRONG,
    CodeInsideError,
    UnreadableError,
    add_place_options,
    console,
    order_not_asked,
)
from app.terminal.plain import plain
from engine.experiment.experiment import Experiment, FileError
from engine.experiment.trust import not_allowed
from engine.export.weight_files import WEIGHTS, WeightsFileError
from engine.files import WriteError, write_bytes
from engine.formats import readable
from engine.messages import LayerloomError
from engine.reading.values import ReadingError
from engine.runs.opened import RunError
from engine.units import shape_text, share_text, value_text

if TYPE_CHECKING:
    from rich.progress import Progress
    from torch import Tensor

    from engine.inspect.lens import Lens
    from engine.inspect.predicting import Failed, Prediction
    from engine.inspect.samples.sample import Sample
    from engine.runs.looking import Network

SHOWN = 8  # numbers of one target in a table


def add(commands: Any) -> None:
    """Both commands and their options."""
    predict = commands.add_parser("predict", help="what a network says of pictures, rows of a table, or arrays")
    look = commands.add_parser("look", help="the output of every layer for one example, as .npz")
    for command, does in ((predict, _predict), (look, _look)):
        add_network_options(command)
        command.add_argument("--inverted", action="store_true", help="pictures are dark on light, where the data are "
                             "light on dark, as MNIST's digits are")
        add_place_options(command)
        command.set_defaults(run=partial(in_words, does))
    predict.add_argument("paths", metavar="PATH", nargs="+", type=Path, help="a picture, a folder of pictures, a table "
                         "(.csv), or arrays (.npy, .npz)")
    predict.add_argument("--json", action="store_true", help="as JSON")
    look.add_argument("--sample", metavar="S", required=True, help="a file, an example of the data such as test:3, or "
                      "numbers: \"[1, 2, 3, 4]\", \"torch.arange(9.).reshape(3, 3)\", a table's row \"7, 2\"")
    look.add_argument("--train", action="store_true", help="as the network learns: dropout drops, batch norm takes the "
                      "example's own mean")
    look.add_argument("--gradients", action="store_true", help="the gradients of the loss, too; of an example without "
                      "a label those of its largest output")
    look.add_argument("out", type=Path, metavar="OUT.npz", help="the file to write")


def add_network_options(command: argparse.ArgumentParser) -> None:
    """Which network, with which weights."""
    command.add_argument("file", metavar="FILE|RUN", help="a .loom file or gallery:ID, or the folder of a run, whose "
                         "best weights are taken")
    command.add_argument("--weights", type=Path, metavar="W", help=f"a {readable(WEIGHTS, ' or ')} file (default: "
                         "those of the run, or untrained)")
    command.add_argument("--by-order", action="store_true", help="take the tensors of --weights one after the other, "
                         "whatever their names, where all shapes are equal")


def in_words(does: Callable[[argparse.Namespace], int], options: argparse.Namespace) -> int:
    """What cannot be read or written has an exit code of its own."""
    from engine.inspect.samples.sample import UnreadSampleError  # loads torch
    from engine.inspect.samples.tensor_text import TextError  # loads torch

    try:
        return does(options)
    except (FileError, ReadingError, RunError, WeightsFileError, WriteError, UnreadSampleError, TextError) as error:
        raise UnreadableError("{reason}", reason=error) from error


def network_of_options(options: argparse.Namespace) -> Network:
    """What was left out of it is said."""
    from engine.network.fitting import OrderError  # loads torch
    from engine.runs.looking import network_of  # loads torch

    try:
        network = network_of(options.file, options.weights, by_order=options.by_order, allow_code=options.allow_code)
    except OrderError as error:
        raise order_not_asked(error) from error
    for note in network.notes:
        print(f"note: {note}", file=sys.stderr)
    return network


# -- predict -----------------------------------------------------------------------------------------------------------


def _predict(options: argparse.Namespace) -> int:
    from engine.inspect.predicting import Failed, Predictor, files_in  # loads torch

    files, network = files_in(options.paths), network_of_options(options)
    if not_allowed(network.experiment.graph):
        raise CodeInsideError(CODE_INSIDE)
    predictor = Predictor(network.experiment, network.weights, options.data_root or network.root,
                          inverted=options.inverted)
    found, failed = list["Prediction"](), list["Failed"]()
    with _bar() as bar:
        task = bar.add_task("", total=len(files))
        seen = dict.fromkeys(map(str, files), False)
        for each in predictor.predictions(files):
            if isinstance(each, Failed):
                failed.append(each)
                bar.console.print(_said(each), markup=False, highlight=False, soft_wrap=True)
            else:
                found.append(each)
            if not seen[each.path]:
                seen[each.path] = True
                bar.advance(task)
    if not found and failed and all(each.row is None for each in failed):
        raise UnreadableError("Nothing could be read")
    if options.json:
        print(json.dumps([_finite(each.as_json()) for each in found], indent=1, ensure_ascii=False))
    else:
        console().print(_table(found), highlight=False)
    return WRONG if failed else DONE


def _bar() -> Progress:
    """How many files are done, where a person is looking."""
    # takes a while to load
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    screen = Console(stderr=True)
    return Progress(TextColumn("predicting"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=screen,
                    transient=True, disable=not screen.is_terminal)


def _said(failed: Failed) -> str:
    return plain(f"error: {failed.error}" if failed.row is None else
                 f"error: {failed.path}, row {failed.row}: {failed.error}")


def _finite(value: Any) -> Any:
    """JSON knows no NaN."""
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _table(found: Sequence[Prediction]) -> Table:
    """A line for each: the class and how sure that is, or the numbers."""
    has_rows, of_classes = any(each.row is not None for each in found), any(each.values is None for each in found)
    table = Table(box=None, pad_edge=False)
    table.add_column("path", overflow="fold")
    if has_rows:
        table.add_column("row", justify="right")
    table.add_column("class" if of_classes else "value", justify="left" if of_classes else "right", overflow="fold")
    if of_classes:
        table.add_column("probability", justify="right")
    for each in found:
        row = [] if not has_rows else ["" if each.row is None else str(each.row)]
        share = share_text(each.probabilities[each.label]) if each.label else value_text(math.nan)
        said = [each.label, share] if of_classes else [_numbers(each.values)]
        table.add_row(*(Text(plain(text)) for text in (each.path, *row, *said)))
    return table


def _numbers(values: Any) -> str:
    flat = list(_flat(values))
    return ", ".join(map(value_text, flat[:SHOWN])) + (" …" if len(flat) > SHOWN else "")


def _flat(values: Any) -> Iterable[float]:
    if not isinstance(values, list):
        yield values
        return
    for each in values:
        yield from _flat(each)


# -- look --------------------------------------------------------------------------------------------------------------


def _look(options: argparse.Namespace) -> int:
    from engine.inspect.lens import Lens, no_answer  # loads torch
    from engine.inspect.samples.named import sample_of
    from engine.inspect.samples.prepared import with_known_data

    if options.out.suffix.lower() != ".npz":
        raise UnreadableError("{out} does not end in .npz", out=options.out)
    network = network_of_options(options)
    root = options.data_root or network.root
    experiment = with_known_data(network.experiment, root)
    if not_allowed(experiment.graph):
        print(f"note: {CODE_INSIDE}", file=sys.stderr)
    sample = sample_of(experiment, options.sample, root, inverted=options.inverted)
    lens = Lens(experiment, network.weights, training=options.train)
    look = lens.look(sample.x)
    if not look.outputs:
        raise no_answer(look)
    arrays = dict[str, "Tensor"](look.outputs)
    said, wrong = "", None
    try:
        said = _gradients(lens, sample, arrays) if options.gradients and look.answer is not None else ""
    except LayerloomError as error:  # the outputs are written all the same
        wrong = error
    write_bytes(options.out, _npz(arrays))
    out = console()
    out.print(_layers(experiment, look.outputs), highlight=False)
    for line in (plain(f"{sample.title}: {options.out} is written"), *([said] if said else [])):
        out.print(line, markup=False, highlight=False, soft_wrap=True)
    for place, reason in look.faults.items():
        print(plain(f"error: {place}: {reason}"), file=sys.stderr)
    if look.answer is None:
        print("error: The network does not come to an answer", file=sys.stderr)
    if wrong is not None:
        print(plain(f"error: The gradients are left out: {wrong}"), file=sys.stderr)
    return WRONG if look.faults or look.answer is None or wrong is not None else DONE


def _gradients(lens: Lens, sample: Sample, arrays: dict[str, Tensor]) -> str:
    """Those of one number, put beside the outputs; and what that number is."""
    from engine.inspect.answering import losses  # loads torch

    experiment, target = lens.experiment, sample.target

    def of(answer: Tensor) -> Tensor:
        return answer.flatten(1).amax(1).sum() if target is None else losses(experiment.recipe, answer, target).sum()

    back = lens.back(sample.x, of)
    arrays |= {f"gradients/outputs/{place}": each for place, each in back.outputs.items()}
    arrays |= {f"gradients/weights/{key}": each for key, each in back.weights.items()}
    if back.of_x is not None:
        arrays["gradients/x"] = back.of_x
    what = "the largest output" if target is None else "the loss"
    return f"gradients are those of {what}, {value_text(back.value)}"


def _npz(arrays: Mapping[str, Tensor]) -> bytes:
    """As numpy.savez writes it, whatever the arrays are called."""
    import numpy as np  # is loaded by now

    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, tensor in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, tensor.detach().cpu().contiguous().numpy(), allow_pickle=False)
    return content.getvalue()


def _layers(experiment: Experiment, outputs: Mapping[str, Tensor]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("name", overflow="fold")
    table.add_column("layer", style="dim")
    for heading in ("shape", "least", "mean", "greatest"):
        table.add_column(heading, justify="right", no_wrap=True)
    for place, each in outputs.items():
        layer = experiment.graph.nodes[place].layer if place in experiment.graph.nodes else None
        numbers = each.double()
        spread = [numbers.min(), numbers.mean(), numbers.max()] if each.numel() else []
        table.add_row(*(Text(plain(text)) for text in (
            place, layer.title if layer else "", shape_text(tuple(each.shape)),
            *(value_text(float(value)) for value in spread))))
    return table
