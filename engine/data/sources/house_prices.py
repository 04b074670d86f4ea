"""Kaggle's table of sold houses, as the book prepares it."""

from __future__ import annotations

from typing import ClassVar

from engine.data.fetching.folder import Files, Official
from engine.data.sources.base import Expected, Presets, Request, register
from engine.data.sources.table import Columns

FILE = "kaggle_house_pred_train.csv"


@register
class HousePrices(Columns):
    """The training table, whose prices are known."""

    id = "house-prices"
    title = "House prices"
    about = "Kaggle's table of 1 460 sold houses."
    kind = "download"
    download = "0.5 MB to download."
    expects = Expected((331,), "regression", output_shape=(1,), examples=1460)
    presets: ClassVar[Presets] = {"table": {
        "target": "SalePrice", "kinds": [["Id", "ignore"]], "task": "regression", "log_target": True,
        "missing_categories": "always",
    }}  # fmt: skip
    reads = ("table",)

    def official(self) -> Official:
        """The book's own copy."""
        return Official(["http://d2l-data.s3-accelerate.amazonaws.com/"],
                        {FILE: "585e9cc93e70b39160e7921475f9bcd7d31219ce"})

    def files(self, request: Request) -> Files:
        """In the data folder itself."""
        return Files(self.title, (FILE,), official=self.official)
