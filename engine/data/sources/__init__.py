"""Every data source, by id. Importing this fills the registry with the classes of all files that lie here."""

from importlib import import_module
from pkgutil import iter_modules

from engine.data.sources.base import KINDS, SOURCES, Source, register, source_for, why_no_data

# Lists show these in this order, the others after those of their kind.
USUAL = (
    "digits", "mnist", "fashion-mnist", "kmnist", "emnist", "cifar10", "cifar100", "svhn", "house-prices", "linear",
    "polynomial", "edges", "folder", "table", "tensors",
)  # fmt: skip
for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
_all = sorted(SOURCES.values(), key=lambda source: (
    KINDS.index(source.kind), USUAL.index(source.id) if source.id in USUAL else len(USUAL), source.id))
SOURCES.clear()
SOURCES.update({source.id: source for source in _all})

__all__ = ["SOURCES", "Source", "register", "source_for", "why_no_data"]
