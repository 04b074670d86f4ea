"""What measuring a network has come to, and how it is done in a job's thread."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from app.features.trying import Counts, Stoppable, data_of
from app.window.jobs import Job, stand_back
from engine.experiment.experiment import Experiment
from engine.messages import Message

if TYPE_CHECKING:
    from pathlib import Path

    from engine.training.checks.forecast import Forecast


class Told(NamedTuple):
    """What measuring has come to. ``refused``: why it cannot run; ``fits``: the batch that would, 0: none is known."""

    forecast: Forecast | None = None
    device: str = ""
    refused: Message | None = None
    fits: int = 0


@dataclass
class Known:
    """What is known of one network."""

    counts: Counts  # what it holds for
    told: Told
    epochs: int  # of the run that it is about


def measured(experiment: Experiment, root: Path | None, job: Job) -> Told:
    """In a job's thread."""
    from engine.training.checks.forecast import forecast  # loads torch
    from engine.training.checks.memory import NoRoomError, expect_room
    from engine.training.devices import resolve_device

    stand_back()
    data: Any = data_of(experiment, root, job)
    device = resolve_device(experiment.recipe.device)
    try:
        expect_room(replace(experiment, data=data.spec), device, data)
    except NoRoomError as error:
        return Told(refused=error.message, fits=error.fits)
    return Told(forecast(experiment, data, Stoppable(job)), str(device))
