"""What is in a sweep's folder beside its runs: the plan, and a line for whatever its runs' own folders cannot tell.

Everything else is read from those folders: killed at any moment, a sweep goes on with what is missing. No torch.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from engine.experiment.experiment import load_experiment, save_experiment
from engine.experiment.sweep.axes import Axis, axes_of
from engine.experiment.sweep.fields import FieldError
from engine.experiment.sweep.plan import Plan
from engine.experiment.sweep.setting import Setting, setting_from
from engine.files import write_text
from engine.messages import LayerloomError, Message, say
from engine.runs.lines import Lines
from engine.runs.names import EXPERIMENT, NETWORK, SWEEP
from engine.runs.opened import RunError, json_in, name_inside, text_in
from engine.runs.texts import UNREADABLE, message_read, message_stored

PLAN, MEMBERS = SWEEP, "members.jsonl"  # without an experiment it is no run itself
Failure = Literal["broken", "diverged", "failed"]
"""Why a run came to nothing: its network cannot be trained; its loss is no number; something that may be over later."""
FORMAT, VERSION = "layerloom sweep", 1
MOST, MOST_MINUTES = 10**9, 1e6  # runs
ETAS = range(2, 11)  # of so many runs one goes on


class SweepError(RunError):
    """A folder holds no sweep, or none that can go on so."""


# -- the plan ----------------------------------------------------------------------------------------------------------


def has_sweep(folder: Path) -> bool:
    """Whether a sweep was begun there."""
    return (folder / PLAN).is_file()


def write_plan(plan: Plan, folder: Path, begun: str) -> None:
    """Raises WriteError. The plan itself comes last: without it nothing was begun."""
    if not has_sweep(folder):
        save_experiment(plan.experiment, folder / NETWORK)
    content = {"format": FORMAT, "version": VERSION, "begun": begun, "axes": [axis.text for axis in plan.axes],
               "runs": plan.runs, "minutes": plan.minutes, "halving": plan.halving, "seed": plan.seed}
    write_text(folder / PLAN, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def plan_in(folder: Path) -> Plan:
    """The sweep that was begun in a folder. Raises SweepError, FileError."""
    raw = json_in(folder / PLAN)
    if raw.get("format") != FORMAT:
        raise SweepError("{folder} is no sweep: there is no {file} in it that can be read", folder=folder, file=PLAN)
    if not isinstance(version := raw.get("version"), int) or version > VERSION:
        raise SweepError("{folder}: this sweep was made by a newer Layerloom", folder=folder)
    experiment = load_experiment(folder / NETWORK)
    try:
        plan = Plan(experiment, axes_of(experiment, [str(text) for text in raw["axes"]]), int(raw["runs"]),
                    float(raw["minutes"]), int(raw["halving"]), int(raw["seed"]))
    except FieldError as error:
        raise SweepError("{path} is damaged: {reason}", path=folder / PLAN, reason=error) from error
    except UNREADABLE as error:
        raise SweepError("{path} is damaged", path=folder / PLAN) from error
    if not (0 <= plan.runs < MOST and 0 <= plan.minutes < MOST_MINUTES and plan.halving in (0, *ETAS)):
        raise SweepError("{path} is damaged", path=folder / PLAN)
    return plan


def begun_in(folder: Path) -> str:
    """When it was begun, ISO."""
    return str(json_in(folder / PLAN).get("begun") or "")


def expect_free(folder: Path) -> None:
    """Raise SweepError where a run lies in the folder."""
    if (folder / EXPERIMENT).exists():
        raise SweepError("{folder} has a run in it already: choose another folder for the sweep", folder=folder)


def expect_same(plan: Plan, before: Plan, folder: Path) -> None:
    """Raise SweepError where the sweep in a folder is another one; only how many runs, and how long, may differ."""
    for what, now, then in (
        (say("over {axes}", axes=_axes(before.axes)), plan.axes, before.axes),
        (say("with another halving"), plan.halving, before.halving),
        (say("with another seed of what is drawn"), plan.seed, before.seed),
        (say("of draws, or of a grid"), plan.draws, before.draws),
        (say("of another number of runs, which are halved together"), plan.runs * bool(plan.halving),
         before.runs * bool(before.halving)),
        (say("in another order: one has a time, and the other has none"), bool(plan.minutes), bool(before.minutes)),
    ):
        if now != then:
            raise SweepError("{folder} has another sweep, {what}: go on with that one, or choose another folder",
                             folder=folder, what=what)


def _axes(axes: Iterable[Axis]) -> str:
    return " ".join(axis.text for axis in axes)


# -- the lines ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Noted:
    """What the lines say of one run."""

    index: int
    setting: Setting
    folder: str  # its name
    failure: Failure | None = None
    reason: Message | None = None
    stopped_after: int = 0  # epochs, by halving
    examples: int = 0  # that it is judged by


@dataclass
class Story:
    """What all lines together say."""

    runs: dict[int, Noted] = field(default_factory=dict)
    rungs: set[tuple[int, int]] = field(default_factory=set)  # bracket and rung that were judged
    seconds: float = 0.0  # that were spent
    at_once: Message | None = None

    def hear(self, line: dict[str, Any]) -> None:
        """One line. Raises one of UNREADABLE."""
        if 0 <= (seconds := float(line.get("seconds", 0.0))) < 60 * MOST_MINUTES:
            self.seconds += seconds
        if "setting" in line:
            index = int(line["run"])
            self.runs[index] = Noted(index, setting_from(line["setting"].items()), name_inside(str(line["folder"])))
        elif "run" in line:
            self._hear_of_run(int(line["run"]), line)
        for bracket, rung in line.get("rungs", ()):
            self.rungs.add((int(bracket), int(rung)))
        if "at_once" in line:
            self.at_once = message_read(line["at_once"])

    def keep_what_fits(self, plan: Plan) -> None:
        """A line that somebody has damaged may be of no run of this plan, or of another's folder."""
        self.runs = {index: noted for index, noted in self.runs.items()
                     if noted.folder.startswith(f"{index:03}") and plan.has(index, noted.setting)}

    def _hear_of_run(self, index: int, line: dict[str, Any]) -> None:
        known = self.runs[index]
        if "examples" in line:
            known = replace(known, examples=int(line["examples"]))
        if "failure" in line:
            known = replace(known, failure=line["failure"], reason=message_read(line["reason"]))
        if "stopped_after" in line:
            known = replace(known, stopped_after=int(line["stopped_after"]), reason=message_read(line["reason"]))
        if line.get("again"):
            known = replace(known, failure=None, reason=None)
        self.runs[index] = known


class Log:
    """The lines, read and written further; what a killed sweep left half written goes."""

    def __init__(self, folder: Path) -> None:
        whole, self.story = read(folder)
        self._lines = Lines(folder / MEMBERS, whole)

    def note(self, *lines: dict[str, Any], seconds: float = 0.0) -> None:
        """Write them in one piece. Raises WriteError."""
        if seconds:
            lines = (*lines, {"seconds": round(seconds, 3)})
        for line in lines:
            self.story.hear(line)
            self._lines.add(json.dumps(line, ensure_ascii=False))
        self._lines.flush()


def read(folder: Path) -> tuple[str, Story]:
    """The lines of a folder that can be read, and what they say."""
    story, whole = Story(), []
    for line in text_in(folder / MEMBERS).split("\n")[:-1]:
        with suppress(*UNREADABLE, LayerloomError):
            story.hear(json.loads(line))
            whole.append(f"{line}\n")
    return "".join(whole), story


def planned_line(index: int, setting: Setting) -> dict[str, Any]:
    """A run that there will be, and its folder: ``001-lr=0.01,seed=0``."""
    name = re.sub(r"[^\w.,=+-]+", " ", setting.title).strip(" .")[:80].strip(" .")
    return {"run": index, "setting": setting.as_json(), "folder": f"{index:03}-{name}" if name else f"{index:03}"}


def failed_line(index: int, failure: Failure, reason: Message) -> dict[str, Any]:
    """That a run came to nothing."""
    return {"run": index, "failure": failure, "reason": message_stored(reason)}


def stopped_line(index: int, epochs: int, reason: Message) -> dict[str, Any]:
    """That halving has stopped a run."""
    return {"run": index, "stopped_after": epochs, "reason": message_stored(reason)}
