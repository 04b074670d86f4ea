"""Where a network is computed."""

from __future__ import annotations

import torch

from engine.messages import LayerloomError


class NoDeviceError(LayerloomError):
    """The recipe asks for a device that this computer does not have."""


def available_devices() -> list[str]:
    """Every device a recipe may name here, the best first; “cpu” is always there."""
    gpus = [f"cuda:{index}" for index in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    return [*gpus, *(["mps"] if torch.backends.mps.is_available() else []), "cpu"]


def resolve_device(name: str) -> torch.device:
    """The device a recipe's “auto”, “cpu”, “mps”, “cuda” or “cuda:1” means here. Raises NoDeviceError."""
    here = available_devices()
    chosen = here[0] if name == "auto" else "cuda:0" if name == "cuda" else name
    if chosen not in here:
        raise NoDeviceError("This computer has no {device}: choose auto, or one of {devices}",
                            device="GPU that PyTorch can use" if here == ["cpu"] else chosen, devices=", ".join(here))
    return torch.device(chosen)
