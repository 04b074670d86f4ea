"""The command line: the same engine without a window. Imports no Qt, and torch only where something is computed."""

from __future__ import annotations

import argparse
import json
import re
import sys
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from engine.data.spec import DATASETS
from engine.experiment import Experiment, gallery_ids, load_experiment
from engine.messages import LayerloomError

DONE, WRONG, UNREADABLE = 0, 1, 2  # exit codes: done, the network or data have errors, the command or a file has
WIDTH = 120  # where the output is no terminal


class UnreadableError(LayerloomError):
    """The command, or a file that it names, could not be read."""


def main(argv: list[str] | None = None) -> int:
    """Run one command; every failure is a sentence and an exit code."""
    options = _parser().parse_args(argv)
    try:
        code: int = options.run(options)
    except UnreadableError as error:
        return _fail(error, UNREADABLE)
    except LayerloomError as error:
        return _fail(error, WRONG)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return WRONG
    except BrokenPipeError:  # whoever read our output has heard enough
        sys.stderr.close()
        return DONE
    return code


def _fail(error: LayerloomError, code: int) -> int:
    print(f"error: {error}", file=sys.stderr)
    return code


def console() -> Console:
    """Where results are printed; wide enough for a table when it is no terminal."""
    return Console() if sys.stdout.isatty() else Console(width=WIDTH)


# -- the commands -------------------------------------------------------------------------------------------------


def _gallery(_: argparse.Namespace) -> int:
    for name in gallery_ids():
        print(name)
    return DONE


def _check(options: argparse.Namespace) -> int:
    from app.report import Report

    report = Report(_read(options.file))
    if options.json:
        print(json.dumps(report.as_json(), indent=1, ensure_ascii=False))
    else:
        out = console()
        out.print(report.table(), highlight=False)
        for line in report.sentences():
            out.print(line, markup=False, highlight=False, soft_wrap=True)
    return WRONG if report.has_errors else DONE


def _train(options: argparse.Namespace) -> int:
    if options.resume and options.out is None:
        raise UnreadableError("--resume needs --out: the folder of the run to continue")
    experiment = _with_overrides(_read(options.file), options)
    from app.console import default_folder, train
    from engine.experiment import FileError
    from engine.files import WriteError
    from engine.runs import SUMMARY, RunError

    folder = options.out or default_folder(Path(options.file.removeprefix("gallery:")).stem)
    if not options.resume and (folder / SUMMARY).exists():
        print(f"Replacing the run in {folder}", file=sys.stderr)
    try:
        outcome = train(experiment, folder, console(), options.data_root, options.resume)
    except (FileError, RunError, WriteError) as error:
        raise UnreadableError("{reason}", reason=error) from error
    if outcome.stopped:
        print("Stopped: what was learned so far is kept.")
    print(outcome.summary.line)
    print(f"Run folder: {folder}")
    return WRONG if outcome.not_saved else DONE


def _export(options: argparse.Namespace) -> int:
    experiment = _read(options.file)
    from engine.export import ExportError, WeightsFileError, export, load_weights
    from engine.files import WriteError

    try:
        exported = export(experiment, options.out, load_weights(options.weights) if options.weights else None)
    except (ExportError, WeightsFileError, WriteError) as error:
        raise UnreadableError("{reason}", reason=error) from error
    print(exported.message)
    return DONE if exported.verified else WRONG


# -- what they are told -------------------------------------------------------------------------------------------


def _read(source: str) -> Experiment:
    try:
        return load_experiment(source)
    except LayerloomError as error:
        raise UnreadableError("{reason}", reason=error) from error


def _with_overrides(experiment: Experiment, options: argparse.Namespace) -> Experiment:
    names = ("epochs", "batch_size", "lr", "device", "seed")
    chosen = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    try:
        data = experiment.data.with_options(dataset=options.data) if options.data else experiment.data
        return replace(experiment, recipe=experiment.recipe.with_options(**chosen), data=data)
    except LayerloomError as error:
        raise UnreadableError("{reason}", reason=error) from error


def _device(text: str) -> str:
    if not re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is none of auto, cpu, mps, cuda, cuda:0, cuda:1, …")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="main.py", description="Layerloom: draw a neural network, train it, take its weights. "
        "Without a command, or with a .loom file, the window opens.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    gallery = commands.add_parser("gallery", help="list the built-in networks")
    gallery.set_defaults(run=_gallery)

    check = commands.add_parser("check", help="shapes, parameters, computation, memory, and what is wrong")
    check.add_argument("--json", action="store_true", help="as JSON")
    check.set_defaults(run=_check)

    train = commands.add_parser("train", help="train, and keep everything in a run folder")
    train.add_argument("--data", choices=list(DATASETS), help="other data than the file's")
    train.add_argument("--data-root", type=Path, metavar="DIR", help="where data lie, in torchvision's layout")
    train.add_argument("--epochs", type=int, metavar="N")
    train.add_argument("--batch-size", type=int, metavar="N")
    train.add_argument("--lr", type=float, metavar="X", help="learning rate")
    train.add_argument("--device", type=_device, help="auto, cpu, cuda, cuda:1, …")
    train.add_argument("--seed", type=int, metavar="N")
    train.add_argument("--out", type=Path, metavar="DIR", help="the run folder (default: runs/NAME-TIME)")
    train.add_argument("--resume", action="store_true", help="continue the interrupted run in --out")
    train.set_defaults(run=_train)

    export = commands.add_parser("export", help="write weights (.safetensors, .pt) or PyTorch code (.py)")
    export.add_argument("--weights", type=Path, metavar="W", help="a .safetensors or .pt file (default: untrained)")
    export.set_defaults(run=_export)

    for command in (check, train, export):
        command.add_argument("file", metavar="FILE", help="a .loom file, or gallery:ID")
    export.add_argument("out", type=Path, metavar="OUT", help="the file to write; its suffix decides what it is")
    return parser
