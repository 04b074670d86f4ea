"""What an experiment is, and which there are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from typing import ClassVar, TypeVar

from engine.data.tensors.data import Data
from engine.experiment.experiment import Experiment
from engine.inspect.lens import Lens
from engine.inspect.trying.bench import Bench, Weights, as_data_say
from engine.inspect.trying.values import Finding, NotHereError, Picture, Progress
from engine.messages import LayerloomError, Message, say
from engine.training.failures import check_trainable
from engine.training.judge.setting import classes_of

Trying = Generator[Progress, None, Finding]


class Tryout(ABC):
    """A question to the open network, answered in seconds. ``needs`` says in words what it asks of the network."""

    id: ClassVar[str]
    title: ClassVar[str]
    question: ClassVar[str]
    needs: ClassVar[str] = "a network that can learn"
    lessons: ClassVar[int] = 1  # how often a network learns in it
    of_classes: ClassVar[bool] = False
    of_images: ClassVar[bool] = False

    def why_not(self, experiment: Experiment, lens: Lens | None = None) -> Message | None:
        """Why it does not apply here; None: it does. ``lens``: of the experiment, where there is one already."""
        try:
            check_trainable(experiment)
            if self.of_classes and not classes_of(experiment):
                raise NotHereError("It counts right answers: the data must have classes")
            if self.of_images and not experiment.data.is_image:
                raise NotHereError("It changes pictures: the data must be images")
            self.check(lens or Lens(experiment))
        except LayerloomError as error:
            return error.message
        return None

    def check(self, lens: Lens) -> None:  # noqa: B027  (most ask for something)
        """Raises NotHereError where the network has not what the question is about."""

    def run(self, experiment: Experiment, weights: Weights | None, data: Data,
            cancelled: Callable[[], bool] = lambda: False) -> Trying:
        """Try it. Raises NotHereError where it does not apply, StoppedError once ``cancelled()``, what Lens raises."""
        experiment = as_data_say(experiment, data)
        reason = self.why_not(experiment)
        if reason is not None:
            raise NotHereError("{reason}", reason=reason)
        return (yield from self.tried(Bench(experiment, weights, data, cancelled, self.lessons)))

    @abstractmethod
    def tried(self, bench: Bench) -> Trying:
        """Where all is there."""

    def found(self, sentence: Message, picture: Picture, *more: Picture) -> Finding:
        """The answer under its title."""
        return Finding(say(self.title), sentence, picture, more)


TRYOUTS: dict[str, Tryout] = {}
T = TypeVar("T", bound=type[Tryout])


def register(tryout: T) -> T:
    """Add an experiment, in the order in which they are shown."""
    TRYOUTS[tryout.id] = tryout()
    return tryout
