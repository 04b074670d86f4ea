"""Recipes to begin with: one row each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.experiment.recipe import Recipe

# How weights follow gradients: what a preset decides. The rest stays as it is, unless a preset names it.
DECIDED = ("optimizer", "lr", "schedule", "schedule_by", "warmup", "warmup_start", "momentum", "weight_decay", "l1",
           "decay_biases", "clip_norm", "clip_value", "accumulate", "label_smoothing", "averaging")


@dataclass(frozen=True)
class Preset:
    """A recipe's options under a name; what it does not name of ``DECIDED`` is as usual."""

    id: str
    title: str
    about: str  # a sentence
    fields: Mapping[str, object] = field(default_factory=dict)


_ROWS = (
    Preset("notes", "As in the notes", "Plain SGD with a rate of 0.1 and batches of 256, as Dive into Deep Learning "
           "trains most of its networks.", {"batch_size": 256}),
    Preset("images", "A strong default for images", "SGD with Nesterov momentum, a warm-up and half a cosine wave, "
           "weight decay on weights alone, and smoothed labels.", {
               "optimizer": "momentum:nesterov=yes", "lr": 0.05, "schedule": "cosine", "schedule_by": "batch",
               "warmup": 1.0, "weight_decay": 5e-4, "decay_biases": False, "label_smoothing": 0.1, "batch_size": 128}),
    Preset("quick", "A quick start", "AdamW with a rate of 0.001: learns something with most networks.",
           {"optimizer": "adamw", "lr": 0.001, "weight_decay": 0.01}),
    Preset("tables", "For tables", "Adam with small batches and a little weight decay; the rate halves when the "
           "validation loss gains no more.", {
               "optimizer": "adam", "lr": 0.001, "schedule": "plateau:factor=0.5,patience=5", "weight_decay": 1e-4,
               "batch_size": 64}),
)
PRESETS: Mapping[str, Preset] = {row.id: row for row in _ROWS}


def with_preset(recipe: Recipe, preset: Preset) -> Recipe:
    """The recipe with a preset's way to learn; loss, epochs, seed, device … stay, the batch unless it names one."""
    usual = Recipe()
    return recipe.with_options(**{**{name: getattr(usual, name) for name in DECIDED}, **preset.fields})
