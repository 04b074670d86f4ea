"""The class around a few lines of code."""

from __future__ import annotations


def network(forward: str, made: str = "") -> str:
    """A class with these lines in ``forward`` (from line 5 on where nothing is made) and ``__init__`` (from 4 on)."""
    def lines(text: str) -> list[str]:
        return [f"        {line}" for line in text.splitlines()]

    return "\n".join(["class Net(nn.Module):", "    def __init__(self, flag):", "        super().__init__(); "
    "self.kept = nn.ReLU()",
                      *lines(made), "    def forward(self, x):", *lines(forward)])
