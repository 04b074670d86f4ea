"""What the names in people's files of weights say: which network is meant, and what is none."""

from __future__ import annotations

_NOT_LEARNED_BY = ("optim", "sched", "scaler", "loss", "metric", "rng")  # words in names of what is no network
_AVERAGED = ("ema", "averag", "swa", "teacher", "discriminator")  # beside the network that is meant


def is_no_network(name: str) -> bool:
    """Whether it is what training keeps besides."""
    return _has(name, _NOT_LEARNED_BY)


def unlikeliness(name: str) -> tuple[bool, bool]:
    """Sorts a network before its average, and both before an optimizer."""
    return is_no_network(name), _has(name, _AVERAGED)


def _has(name: str, words: tuple[str, ...]) -> bool:
    return any(word in name.lower() for word in words)
