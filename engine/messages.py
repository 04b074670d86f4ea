"""Sentences for people: a template and its values, so the interface can translate the template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence in plain English with named places, e.g. ``Message("{name} is taken", (("name", "fc1"),))``."""

    template: str
    values: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        return shown(self.template.format(**{name: str(value) for name, value in self.values}))


def shown(text: str) -> str:
    """As every screen and every file can show it: half characters, as in names of broken files, become “?”."""
    return text.encode("utf-8", "replace").decode("utf-8")


def say(template: str, **values: object) -> Message:
    """A Message from keywords."""
    return Message(template, tuple(values.items()))


class LayerloomError(Exception):
    """Anything that went wrong in a way a person can understand; ``message`` is what to show."""

    def __init__(self, template: str, **values: object) -> None:
        self.message = say(template, **values)
        super().__init__(str(self.message))

    def alone(self) -> Self:
        """A copy to be kept, or raised again: an error that was raised holds the frames that it came through, and what
        was in them."""
        copy = type(self).__new__(type(self), *self.args)
        copy.__dict__.update(self.__dict__)
        return copy


class ImpossibleError(LayerloomError, ValueError):
    """A value that cannot be. pydantic, which asks for ValueError, hands it on inside its own error."""
