"""The main job without a display: train, take the weights, draw the curves, say where. No Qt."""

from __future__ import annotations

import sys
from pathlib import Path

from app.system import program_name
from app.terminal.exits import console
from engine.experiment.experiment import DEFAULT, load_experiment
from engine.export.weight_files import load_weights
from engine.messages import LayerloomError
from engine.runs.naming import HERE, forget_if_empty, new_run_folder
from engine.runs.pictures import curves_picture


def main(argv: list[str]) -> int:
    """Train ``argv[0]``, or the default network, into a folder below ./runs."""
    source = argv[0] if argv else DEFAULT
    print("There is no display here, so no window opens: Layerloom trains without one.")
    try:
        verified = _train(source)
    except LayerloomError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"“{program_name()} --help” lists what can be done without a display.")
    return 0 if verified else 1


def _train(source: str) -> bool:
    experiment = load_experiment(source)
    name = Path(source.removeprefix("gallery:")).stem
    from app.terminal.console import summary_lines, train  # loads torch: what is wrong with a file is said before

    print(f"Network: {experiment.title or name}; data: {experiment.data.source.title}.")
    folder = new_run_folder(HERE, name)
    try:
        result = train(experiment, folder, console())
    finally:
        forget_if_empty(folder)
    if result.states.series is not None:
        print(f"Run folder: {folder}")
        return True
    print(*summary_lines(result.summary), sep="\n")

    from engine.export.export import export  # loads torch

    weights, picture = folder / f"{name}.safetensors", folder / "curves.png"
    exported = export(experiment, weights, load_weights(folder / "best.safetensors"))
    print(exported.message)
    curves_picture(result.states.current, picture)
    for path in (weights, picture):
        print(path)
    return exported.verified
