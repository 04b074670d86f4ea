"""The command line: the same engine without a window. Imports no Qt, and torch only where something is computed."""

from __future__ import annotations

import argparse
import errno
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, get_args

from rich.console import Console

from app.system import program_name
from app.terminal import looking, runs, suspects
from app.terminal.exits import (
    CODE_INSIDE,
    DONE,
    UNREADABLE,
    WRONG,
    CodeInsideError,
    UnreadableError,
    add_place_options,
    console,
    order_not_asked,
)
from app.terminal.report import Report
from engine.analysis.analysis import analyze
from engine.data.formats.suffixes import PICKLED
from engine.data.sources import SOURCES, source_for, why_no_data
from engine.data.sources.base import OwnPath
from engine.data.spec.changes import difference
from engine.data.spec.reading import chosen, notes_of
from engine.data.spec.setting import names_of, value_of, with_setting
from engine.data.spec.spec import DataSpec
from engine.experiment.choices.optimizers import OPTIMIZERS
from engine.experiment.choices.precisions import PRECISIONS
from engine.experiment.choices.schedules import SCHEDULES
from engine.experiment.experiment import Experiment, FileError, gallery_ids, save_experiment
from engine.experiment.series import without_variants
from engine.experiment.trust import allow, not_allowed, sources_of
from engine.export.formats import CODE, WITH_WEIGHTS
from engine.export.weight_files import WEIGHTS, WeightsFileError
from engine.figures.export import FORMATS as DRAWINGS
from engine.figures.export import DrawingError, Style, draw, style_for, written_as
from engine.files import WriteError, real
from engine.formats import format_of, readable, suffixes
from engine.layers.base import OptionError
from engine.messages import LayerloomError
from engine.runs.names import CHECKPOINT, EXPERIMENT, METRICS, SERIES, SUMMARY, SWEEP
from engine.runs.naming import HERE, forget_if_empty, new_run_folder, run_folder
from engine.runs.opened import RunError, experiment_of, given_in, open_run
from engine.units import readings

if TYPE_CHECKING:
    from app.terminal.console import Result
    from engine.training.values import Weights

Given: TypeAlias = "tuple[Mapping[str, Any], ...]"


def main(argv: list[str] | None = None) -> int:
    """Run one command; every failure is a sentence and an exit code."""
    if sys.stdout is None:  # closed by whoever began us: nobody listens, but the work is wanted
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123  (until the end)
    options = _parser().parse_args(argv)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
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
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123  (what is left goes nowhere)
        print(f"error: the output could not be written: {error.strerror}", file=sys.stderr)
        return UNREADABLE
    return code


def _fail(error: LayerloomError, code: int) -> int:
    print(f"error: {error}", file=sys.stderr)
    return code


# -- the commands -------------------------------------------------------------------------------------------------


def _gallery(_: argparse.Namespace) -> int:
    for name in gallery_ids():
        print(name)
    return DONE


def _check(options: argparse.Namespace) -> int:
    experiment = with_settings(_experiment(options), options)
    if not_allowed(experiment.graph):
        print(f"note: {CODE_INSIDE}", file=sys.stderr)
    report = Report(experiment, notes_of(experiment.data, options.data_root))
    if options.json:
        print(json.dumps(report.as_json(), indent=1, ensure_ascii=False))
    else:
        out = console()
        out.print(report.table(), highlight=False)
        for line in report.sentences():
            out.print(line, markup=False, highlight=False, soft_wrap=True)
    return WRONG if report.has_errors else DONE


def _train(options: argparse.Namespace) -> int:
    if options.file is None and not options.resume:
        options.refuse("the following arguments are required: FILE")
    if options.resume and options.out is None:
        raise UnreadableError("--resume needs --out: the folder of the run to continue")
    asked = _asked(options)
    experiment, root = asked.experiment, asked.root
    _refuse_code(experiment)

    folder = options.out or new_run_folder(HERE, Path(options.file.removeprefix("gallery:")).stem)
    if os.path.exists(folder / SWEEP):  # noqa: PTH110
        raise UnreadableError("{folder} has a sweep in it: choose another folder", folder=folder)
    kept = any(os.path.exists(folder / name) for name in (SUMMARY, SERIES, METRICS, CHECKPOINT))  # noqa: PTH110
    out = console()
    try:
        if options.resume:
            open_run(folder)  # what is wrong with it is said before torch is loaded
        from app.terminal.console import ended, go_on  # these load torch
        from engine.runs.continuing import Going, RunOverError, check_not_over, going_on  # these load torch

        going = going_on(folder, experiment, changed_data=options.changed_data,
                         named=asked.named) if options.resume else Going(experiment, folder)
        going = replace(going, about=going.about._replace(given=asked.given, base=_run_of(options.file)))
        try:
            check_not_over(going)
        except RunOverError as error:  # whoever begins it again and again until it is done has what they want
            print(error)
            return _tell(experiment, ended(going), folder, out, root)
        for note in going.notes:
            print(note)
        if going.changes:
            words = f"Another recipe ({', '.join(map(str, going.changes))}): a new run in {going.folder}"
            print(words if going.checkpoint is None else f"{words} begins where {folder} was left")
        result = go_on(going, out, root, kept and not options.resume, doctor=not options.no_doctor)
    except (FileError, RunError, WriteError) as error:
        raise UnreadableError("{reason}", reason=error) from error
    finally:
        if options.out is None:
            forget_if_empty(folder)
    return _tell(experiment, result, going.folder, out, root)


class Asked(NamedTuple):
    """What is to be trained, and how that was said."""

    experiment: Experiment
    given: Given  # with the command, each time that the run was begun or went on
    root: Path | None  # where data lie
    named: frozenset[str] = frozenset()  # options of the recipe that are given otherwise than when the run was begun


def _asked(options: argparse.Namespace) -> Asked:
    """The options with which a run was begun count when it goes on, until others are given."""
    now, before = _told(options), _told_before(options.out) if options.resume else ()
    given = before if now in ({}, *before[-1:]) else (*before, now)
    root = options.data_root or next((Path(each["data_root"]) for each in given[::-1] if "data_root" in each), None)
    steps = [_opened(options)]
    for each in given or ({},):
        known = argparse.Namespace(**{**dict.fromkeys(GIVEN), **each})
        steps.append(_with_overrides(with_data(steps[-1], known, root), known))
    recipe, last = steps[-1].recipe, steps[len(before)].recipe
    others = {name for name in type(recipe).model_fields if getattr(recipe, name) != getattr(last, name)}
    return Asked(steps[-1], given, root, frozenset(others) if before else frozenset())


def single(options: argparse.Namespace) -> Experiment:
    """What a command's file and options ask for where it is about single runs. Raises UnreadableError, or
    CodeInsideError."""
    known = argparse.Namespace(**{**dict.fromkeys(GIVEN), **vars(options)})
    experiment = _with_overrides(_experiment(options), known)
    _refuse_code(experiment)
    return without_variants(experiment)


def _told(options: argparse.Namespace) -> dict[str, Any]:
    """The options that were given, as they are kept with a run: whoever goes on with it may be elsewhere."""
    told = {name: value for name in GIVEN if (value := getattr(options, name)) is not None and value is not False}
    paths = {name: value for name, value in told.items()
             if name == "data_root" or (name == "data" and value not in NAMED)}
    return {**told, **{name: os.path.abspath(path) for name, path in paths.items()}}  # noqa: PTH100  (links stay)


def _told_before(folder: Path) -> Given:
    """Those of a run, as far as they can be what they are called."""
    return tuple({name: [str(one) for one in each[name]] if name == "set" else value for name, value in each.items()
                  if isinstance(value, GIVEN.get(name, ()))} for each in given_in(folder))


def _tell(experiment: Experiment, result: Result, folder: Path, out: Console, root: Path | None) -> int:
    """What came of a run, or of a series."""
    from app.terminal.console import summary_lines  # is loaded by now
    from app.terminal.run_tables import tables
    from engine.training.telling import OF_A_SERIES

    if result.states.was_stopped:
        print("Stopped: what was learned so far is kept.")
    for table in tables(experiment, result, root):
        out.print(table, highlight=False)
    print(*(summary_lines(result.summary) if result.states.series is None else [OF_A_SERIES]), sep="\n")
    print(f"Run folder: {folder}")
    if result.states.not_saved is not None:
        print(f"warning: not every result could be written: {result.states.not_saved}", file=sys.stderr)
    return WRONG if result.states.not_saved else DONE


def _replay(options: argparse.Namespace) -> int:
    try:
        run = open_run(options.run_folder)
        if options.allow_code:
            allow(sources_of(run.experiment.graph))
        _refuse_code(run.experiment)
        from app.terminal.console import shown  # these load torch
        from engine.runs.folder import About, record
        from engine.runs.replaying import differences, other_versions, replay_of
        from engine.training.control import Control
        from engine.training.state import SeriesState

        if real(options.run_folder) in (real(options.out), *real(options.out).parents):
            raise UnreadableError("--out must be another folder than the run itself")
        if any(os.path.exists(options.out / name) for name in (EXPERIMENT, METRICS, SWEEP)):  # noqa: PTH110
            raise UnreadableError("{out} has a run already: choose another folder", out=options.out)
        replay, control, out = replay_of(options.run_folder, options.data_root), Control(), console()
        for note in replay.notes:
            print(note)
        events = record(replay.events(control, options.data_root), replay.experiment, options.out,
                        about=About(replay.weights, str(options.run_folder), given=given_in(options.run_folder)))
        result = shown(events, control, out, SeriesState(replay.experiment))
    except (FileError, RunError, WriteError) as error:
        raise UnreadableError("{reason}", reason=error) from error
    code = _tell(replay.experiment, result, options.out, out, options.data_root)
    if result.states.was_stopped and not run.state.was_stopped:
        return code
    found = differences(options.run_folder, options.out)
    if not found:
        print(f"The same as {options.run_folder}, bit for bit")
        return code
    print(f"Not the same as {options.run_folder}: {', '.join(map(str, found))}")
    for line in other_versions(options.run_folder, options.out):
        print(f"note: it was made with {line}")
    return WRONG


def _export(options: argparse.Namespace) -> int:
    experiment = _experiment(options)
    _refuse_code(experiment)
    if options.style or format_of(options.out, DRAWINGS):
        return _draw(experiment, options)
    from engine.export.export import ExportError, export  # loads torch where it runs what it wrote

    try:
        exported = export(experiment, options.out, _weights(experiment, options) if options.weights else None)
    except (ExportError, WeightsFileError, WriteError) as error:
        raise UnreadableError("{reason}", reason=error) from error
    print(exported.message)
    return DONE if exported.verified else WRONG


def _weights(experiment: Experiment, options: argparse.Namespace) -> Weights:
    """Those of the file that fit; what does not is said, and stays as training begins."""
    from engine.export.bringing import weights_for  # loads torch
    from engine.network.fitting import OrderError, told  # loads torch

    try:
        fit = weights_for(experiment, options.weights, by_order=options.by_order)
    except OrderError as error:
        raise order_not_asked(error) from error
    if note := told(fit, options.weights.name):
        print(f"note: {note}", file=sys.stderr)
    return fit.weights


def _draw(experiment: Experiment, options: argparse.Namespace) -> int:
    name = experiment.title or Path(options.file.removeprefix("gallery:")).stem
    try:
        if style_for(options.out, options.style) == "canvas":
            _draw_canvas(experiment, options.out)
        else:
            draw(analyze(experiment.graph, experiment.data.sample_shape), options.out, options.style, name)
    except (DrawingError, WriteError) as error:
        raise UnreadableError("{reason}", reason=error) from error
    print(f"{options.out.name} is written")
    return DONE


def _draw_canvas(experiment: Experiment, out: Path) -> None:
    """In a process of its own, with Qt and without a display; the network and its data go there as a file."""
    with tempfile.TemporaryDirectory() as folder:
        network = Path(folder) / "network.loom"
        save_experiment(experiment, network)
        command = [sys.executable, "-P", "-m", "app.canvas_picture", str(network), str(out.absolute())]
        here = os.pathsep.join(path for path in sys.path if path)  # this program, from source or installed
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": here}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["Qt could not be started"]
        raise DrawingError("{path}: {reason}", path=out.name, reason=lines[-1])


# -- what they are told -------------------------------------------------------------------------------------------


def _experiment(options: argparse.Namespace) -> Experiment:
    """The named file's, with what is found in a person's data."""
    return with_data(_opened(options), options, options.data_root)


def _opened(options: argparse.Namespace) -> Experiment:
    """The named file's, with the code in it allowed where that was said; of a run that goes on by itself its own."""
    try:
        if getattr(options, "resume", False) and _is_named_by_its_run(options):
            experiment = experiment_of(options.out)
        else:
            from engine.reading.files import opened  # not needed for what is no file

            experiment, notes = opened(options.file)
            for note in notes:
                print(f"note: {note}", file=sys.stderr)
    except LayerloomError as error:
        raise UnreadableError("{reason}", reason=error) from error
    if options.allow_code:
        allow(sources_of(experiment.graph))
    return experiment


def _run_of(file: str | None) -> str:
    """The run's folder, where it is the network of a run; else nothing."""
    folder = Path(file).parent if file is not None and Path(file).name == EXPERIMENT else None
    return str(folder) if folder is not None and run_folder(folder) is not None else ""


def _is_named_by_its_run(options: argparse.Namespace) -> bool:
    return options.file is None or (
        os.path.isdir(options.file) and os.path.realpath(options.file) == os.path.realpath(options.out))  # noqa: PTH112


def with_data(experiment: Experiment, options: argparse.Namespace, root: Path | None) -> Experiment:
    """With the data that are asked for, and what is found in them. Raises UnreadableError."""
    try:
        data = chosen(_chosen_data(experiment.data, options), experiment.data, root)
        _say_changes(experiment.data, data)
    except LayerloomError as error:
        raise UnreadableError("{reason}", reason=error) from error
    if data.dataset != experiment.data.dataset:  # what others reported was of the file's data
        experiment = replace(experiment, notes=experiment.notes.model_copy(update={"reported": ()}))
    return replace(experiment, data=data)


def _refuse_code(experiment: Experiment) -> None:
    if not_allowed(experiment.graph):
        raise CodeInsideError(CODE_INSIDE)


def _say_changes(before: DataSpec, now: DataSpec) -> None:
    """The file of a network knows which data it was made for."""
    if before.known is None or now.known is None or before.path != now.path:
        return
    found = difference(before.known.fingerprint, now.known.fingerprint, now)
    if found is not None:
        print(f"note: {found}. It was read again", file=sys.stderr)


def _chosen_data(data: DataSpec, options: argparse.Namespace) -> DataSpec:
    name, target = getattr(options, "data", None), getattr(options, "target", None)
    if name is not None:
        data = data.with_dataset(name) if name in NAMED else data.with_file(Path(name))
    if target is not None:
        if "columns" not in data.source.pages(data):
            raise UnreadableError("--target names a column of a table, but the data are {data}", data=data.source.title)
        data = data.with_options(table={"target": target})
    for name, text in _settings(options):
        data = with_setting(data, name, text) or data
    validation = getattr(options, "validation", None)
    return data if validation is None else _with_validation(data, validation)


def _with_validation(data: DataSpec, share: float) -> DataSpec:
    if "validation" not in data.source.options(data):
        raise UnreadableError("--validation sets examples aside, but {data} has parts of its own",
                              data=data.source.title)
    return data.with_options(validation=share)


def _settings(options: argparse.Namespace) -> list[tuple[str, str]]:
    """What follows --set: names and values. Raises UnreadableError."""
    found = []
    for each in getattr(options, "set", None) or ():
        name, sign, text = each.partition("=")
        if not sign or not name.strip():
            raise UnreadableError("--set wants FIELD=VALUE, not {text}", text=each)
        found.append((name.strip(), text.strip()))
    return found


def _recipe_settings(experiment: Experiment, options: argparse.Namespace) -> dict[str, object]:
    """Those of the recipe; what is neither its nor the data's is an error that says what there is."""
    recipe, data = type(experiment.recipe).model_fields, dict(names_of(experiment.data))
    found: dict[str, object] = {}
    for name, text in _settings(options):
        plain = name.removeprefix("recipe.")
        if plain in recipe:
            _check_clear(text, recipe[plain].annotation)
            found[plain] = value_of(text)
        elif with_setting(experiment.data, name, text) is None:
            names = sorted({*recipe, *(option for _, option in names_of(experiment.data)), *data})
            raise UnreadableError("There is nothing called {name} to set. There are: {names}, and kind.COLUMN",
                                  name=name, names=", ".join(filter(None, names)))
    return found


def _check_clear(text: str, annotation: object) -> None:
    """A whole number is not “1.000”. Raises UnreadableError."""
    meanings = readings(text, whole=annotation is int)
    if len(meanings) > 1:
        raise UnreadableError("Write {first} or {second}: {text} could mean either", first=meanings[0],
                              second=meanings[1], text=text)


def with_settings(experiment: Experiment, options: argparse.Namespace) -> Experiment:
    """With what is set of the recipe. Raises UnreadableError, also for what there is not."""
    try:
        recipe = experiment.recipe.with_options(**_recipe_settings(experiment, options))
    except OptionError as error:
        raise UnreadableError("{reason}", reason=error) from error
    return replace(experiment, recipe=recipe)


def _recipe_options(experiment: Experiment, options: argparse.Namespace) -> dict[str, object]:
    """All that is told of the recipe."""
    chosen = {name: value for name, value in _told(options).items() if name in type(experiment.recipe).model_fields}
    if options.k_fold is not None:
        if options.k_fold < 2:
            raise UnreadableError("--k-fold needs 2 parts at least")
        chosen["folds"] = options.k_fold
    return _recipe_settings(experiment, options) | chosen


def _with_overrides(experiment: Experiment, options: argparse.Namespace) -> Experiment:
    single = options.no_variants or options.k_fold is not None
    try:
        return replace(experiment, recipe=experiment.recipe.with_options(**_recipe_options(experiment, options)),
                       variants=() if single else experiment.variants)
    except OptionError as error:
        raise UnreadableError("{reason}", reason=error) from error


# the options of train that a run keeps, for when it goes on, and of what kind they are
GIVEN: Mapping[str, type | tuple[type, ...]] = {
    "data": str, "data_root": str, "target": str, "set": list, "validation": (int, float), "epochs": int,
    "batch_size": int, "lr": (int, float), "optimizer": str, "schedule": str, "clip_norm": (int, float),
    "early_stop": int, "precision": str, "device": str, "seed": int, "k_fold": int, "no_variants": bool,
    "train_curve": bool, "test_curve": bool}
NAMED = [source.id for source in SOURCES.values() if source.own is None]
OWN = [source.own for source in SOURCES.values() if source.own is not None]


def _data(text: str) -> str:
    path, is_there = Path(text), os.path.exists(text)  # noqa: PTH110  (a name that no file can have is no exception)
    if text in NAMED or (is_there and source_for(path) is not None):
        return text
    if path.suffix in PICKLED and is_there:
        raise argparse.ArgumentTypeError(str(why_no_data(path)))
    endings = ", ".join(suffix for own in OWN for suffix in own.suffixes)
    raise argparse.ArgumentTypeError(f"{text!r} is neither a data set ({', '.join(NAMED)}) nor a folder of images or "
                                     f"a file ({endings}) that is there")


def _in_words(own: OwnPath) -> str:
    return f"{own.words} ({', '.join(own.suffixes)})" if own.suffixes else own.words


def _device(text: str) -> str:
    if not re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is none of auto, cpu, mps, cuda, cuda:0, cuda:1, …")
    return text


def add_data_options(command: argparse.ArgumentParser) -> None:
    """Which data, and any option of data or recipe."""
    command.add_argument("--data", type=_data, metavar="NAME|PATH", help="other data than the file's: "
                         f"{', '.join(NAMED)}, or your own: {', '.join(map(_in_words, OWN))}")
    command.add_argument("--target", metavar="COLUMN", help="the column of a table to predict (default: the last)")
    command.add_argument("--set", action="append", metavar="FIELD=VALUE", help="any option of data or recipe, such "
                         "as header=no, decimal=comma, task=classification, kind.zip=number, validation=0.2; may "
                         "be given several times")


def add_recipe_options(command: argparse.ArgumentParser) -> None:
    """How a run is trained."""
    command.add_argument("--validation", type=float, metavar="X", help="share of the training examples set aside to "
                         "choose the best epoch; 0: learn from all of them, and the last epoch is the result")
    command.add_argument("--epochs", type=int, metavar="N")
    command.add_argument("--batch-size", type=int, metavar="N")
    command.add_argument("--lr", type=float, metavar="X", help="learning rate")
    command.add_argument("--optimizer", metavar="NAME[:K=V,…]", help="how weights follow the gradient: "
                         f"{', '.join(OPTIMIZERS)}")
    command.add_argument("--schedule", metavar="NAME[:K=V,…]", help="how the learning rate moves over the run: "
                         f"{', '.join(map(str, SCHEDULES))}")
    command.add_argument("--clip-norm", type=float, metavar="X", help="gradients of a larger norm are shortened to "
                         "it; 0: not")
    command.add_argument("--early-stop", type=int, metavar="N", help="end after so many epochs without a better one; "
                         "0: never")
    command.add_argument("--precision", choices=list(PRECISIONS), help="in what numbers a step is computed")
    command.add_argument("--device", type=_device, help="auto, cpu, cuda, cuda:1, …")
    command.add_argument("--seed", type=int, metavar="N")
    command.add_argument("--train-curve", action="store_true", help="judge the training examples once more after each "
                         "epoch: the usual training loss is the mean while learning")
    command.add_argument("--test-curve", action="store_true", help="judge the test examples after each epoch too: "
                         "what is chosen by it, an epoch or an option, makes its number worthless")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=program_name(), description="Layerloom: draw a neural network, train it, take its weights. "
        "Without a command, or with a .loom file, the window opens.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    gallery = commands.add_parser("gallery", help="list the built-in networks")
    gallery.set_defaults(run=_gallery)

    check = commands.add_parser("check", help="shapes, parameters, computation, memory, and what is wrong")
    check.add_argument("--json", action="store_true", help="as JSON")
    check.set_defaults(run=_check)

    train = commands.add_parser("train", help="train, and keep everything in a run folder")
    for command in (check, train):
        add_data_options(command)
    add_recipe_options(train)
    train.add_argument("--k-fold", type=int, metavar="N", help="cross-validation: N runs, each with another part of "
                       "the training data to validate it, and their mean")
    train.add_argument("--no-variants", action="store_true", help="one run of a network that comes with variants; "
                       "without this each variant is trained, one after the other")
    train.add_argument("--out", type=Path, metavar="DIR", help="the run folder (default: runs/NAME-TIME)")
    train.add_argument("--resume", action="store_true", help="continue the interrupted run in --out, with the options "
                       "that it was begun with, unless others are given")
    train.add_argument("--no-doctor", action="store_true", help="do not look at the layers on the way, nor say what "
                       "ails them")
    train.add_argument("--changed-data", action="store_true", help="continue although the data have changed since")
    train.set_defaults(run=_train, refuse=train.error)

    from app.terminal import evaluating, sweep  # which know what is here

    sweep.add(commands)
    looking.add(commands)
    evaluating.add(commands)

    replay = commands.add_parser("replay", help="make a run again, hand-made changes included, bit for bit")
    replay.add_argument("run_folder", metavar="RUN", type=Path, help="the folder of a run or a series")
    replay.add_argument("--out", type=Path, metavar="DIR", required=True, help="where the new run is written")
    replay.add_argument("--data-root", type=Path, metavar="DIR", help="where data lie, in torchvision's layout")
    replay.add_argument("--allow-code", action="store_true", help="run the Python code that the network contains")
    replay.set_defaults(run=_replay)

    runs.add(commands)
    suspects.add(commands)

    pictures, tables = written_as("figure"), [each for each in DRAWINGS if "figure" not in each.styles]
    export = commands.add_parser("export", help=f"write weights ({suffixes(WITH_WEIGHTS)}), PyTorch code "
                                 f"({suffixes(CODE)}), a picture ({suffixes(pictures)}) or a table of layers "
                                 f"({suffixes(tables)})")
    export.add_argument("--style", choices=get_args(Style), help="what a picture shows: the canvas, "
                        "a figure for a paper (default), or a table of layers")
    export.add_argument("--weights", type=Path, metavar="W", help=f"a {readable(WEIGHTS, ' or ')} file "
                        "(default: untrained)")
    export.add_argument("--by-order", action="store_true", help="take the tensors of --weights one after the other, "
                        "whatever their names, where all shapes are equal")
    export.set_defaults(run=_export)

    for command in (check, train, export):
        command.add_argument("file", metavar="FILE", nargs="?" if command is train else None,
                             help="a .loom file, or gallery:ID" + (
                                 "; not needed with --resume, which finds the network in the run"
                                 if command is train else ""))
        add_place_options(command)
    export.add_argument("out", type=Path, metavar="OUT", help="the file to write; its suffix decides what it is")
    return parser
