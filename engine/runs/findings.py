"""What ailed a run, read back from its folder, with what may help."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.runs.names import REMARKS
from engine.runs.opened import Run, text_in
from engine.runs.texts import remarks_read
from engine.training.doctor.cures import cures
from engine.training.doctor.kinds import KINDS
from engine.training.values import Remark


@dataclass(frozen=True)
class Finding:
    """Said after so many epochs (of a series in the run called ``run``), with the words of what may help."""

    epoch: int
    remark: Remark
    cures: tuple[str, ...] = ()
    run: str = ""

    def as_json(self) -> dict[str, Any]:
        """``epoch``, ``kind``, ``place`` (a layer, or empty), ``message``, ``cures``; of a series ``run``, too."""
        found = {"epoch": self.epoch, "kind": self.remark.kind, "place": self.remark.place,
                 "message": str(self.remark.message), "cures": list(self.cures)}
        return {**found, "run": self.run} if self.run else found


def findings_of(run: Run) -> Iterator[Finding]:
    """In the order in which they were said; of a series run by run."""
    for member in run.members:
        yield from _of(member, member.state.title)
    if not run.members:
        yield from _of(run, "")


def _of(run: Run, title: str) -> Iterator[Finding]:
    for epoch, remark in remarks_read(text_in(run.folder / REMARKS)):
        kind = KINDS.get(remark.kind)
        if kind is not None and kind.is_finding:
            yield Finding(epoch, remark, tuple(str(cure.text) for cure in cures(run.experiment, remark)), title)
