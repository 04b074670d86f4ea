"""What a run's health is judged by, taken from its experiment and its data."""

from __future__ import annotations

import torch

from engine.data.tensors.data import Data
from engine.experiment.experiment import Experiment
from engine.training.judge.health import Setting
from engine.training.learner import Learner


def classes_of(experiment: Experiment) -> int:
    """How many there are; 0 where numbers are learned."""
    return experiment.data.num_classes if experiment.data.task == "classification" else 0


def setting_of(experiment: Experiment, data: Data, learner: Learner) -> Setting:
    """What the run's health is judged by."""
    classes, judged = classes_of(experiment), data.validation if len(data.validation) else data.train
    chance = int(torch.bincount(judged.targets).max()) / len(judged) if classes else 0.0
    varies = experiment.data.is_image and experiment.data.augment.is_active
    return Setting(experiment.recipe, len(data.train), len(judged), len(data.test), classes, chance,
                   learner.is_noisy or varies, judged is data.train, raw_spread=_raw_spread(data),
                   can_augment=experiment.data.is_image and not varies, can_drop=not learner.is_noisy)


def _raw_spread(data: Data) -> float:
    """The deviation of a table's positive targets that are learned as they are; 0 where there is no logarithm."""
    targets = [part.targets for part in (data.train, data.validation, data.test) if len(part)]
    if data.unscaled is None or not targets[0].is_floating_point() or data.spec.table.log_target:
        return 0.0
    return float(targets[0].double().std(correction=0)) if min(float(part.min()) for part in targets) > 0 else 0.0
