"""What the doctor remembers of a run: no more than is asked for again, so that it goes on as if it were not left."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.training.doctor.values import LayerHealth

RECENT = 4  # examinations


@dataclass
class DoctorState:
    """The last examinations, oldest first, and what epochs came to."""

    recent: list[dict[str, LayerHealth]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)  # of the batches in them
    drifted: int = 0  # epochs in a row in which batch norm's averages did not fit
    copied: list[str] = field(default_factory=list)  # layers whose units were alike in the last one
    losses: list[float] = field(default_factory=list)  # of training, of the last epochs

    def take(self, layers: dict[str, LayerHealth], examples: int) -> None:
        """One more examination."""
        self.recent = [*self.recent, layers][-RECENT:]
        self.sizes = [*self.sizes, examples][-RECENT:]
