"""What a gallery entry tells beside its network: frozen values."""

from __future__ import annotations

from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field


class Reported(NamedTuple):
    """A number that others got: ``test accuracy``, ``‖w‖``; of one variant: ``λ = 3: ‖w‖``."""

    name: str
    value: float


class Notes(BaseModel):
    """For reading: book section, what to look at, numbers that others reported, things to try."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)

    section: str = Field("", title="Section")
    look: str = Field("", title="Look at")
    reported: tuple[Reported, ...] = Field((), title="Reported")
    tries: tuple[str, ...] = Field((), title="Try")
    log_scale: bool = Field(False, title="Logarithmic loss", description="The loss is shown on a logarithmic axis.")
