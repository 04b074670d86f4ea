"""What was set for the data that a network had before: it is there again when they come back."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.data.options.options import Augment
from engine.data.spec.spec import DataSpec

Source = tuple[str, str]  # id, path
_OWN = ("emnist", "table", "synthetic", "corrections")  # what only these data have


@dataclass(frozen=True)
class Kept:
    """The last spec of each source, and the last one of images: what a table has no use for outlives it."""

    last: dict[Source, DataSpec] = field(default_factory=dict)
    images: DataSpec | None = None

    def after(self, spec: DataSpec) -> Kept:
        """The same, and this one."""
        return Kept({**self.last, _source(spec): spec}, spec if spec.is_image else self.images)

    def back(self, spec: DataSpec, before: DataSpec) -> DataSpec:
        """``spec``, chosen in the place of ``before``, with what was set for it and still fits."""
        spec = self._own(spec)
        if self.images is None or before.is_image or not spec.is_image:
            return spec
        if (spec.channels, spec.augment) == (None, Augment()):
            spec = spec.with_options(channels=self.images.channels, augment=self.images.augment)
        if spec.resize is not None:
            return spec
        return spec.in_place_of(self.images) if _source(spec) != _source(self.images) else spec.with_options(
            resize=self.images.resize)

    def _own(self, spec: DataSpec) -> DataSpec:
        """A file that holds something else by now begins anew."""
        old = self.last.get(_source(spec))
        if old is None or (old.known is not None) != (spec.known is not None):
            return spec
        if old.known is not None and spec.known is not None and old.known.fingerprint != spec.known.fingerprint:
            return spec
        return spec.with_options(known=old.known, **{name: getattr(old, name) for name in _OWN})


def _source(spec: DataSpec) -> Source:
    return spec.dataset, spec.path
