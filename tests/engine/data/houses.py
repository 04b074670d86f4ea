"""A table of made-up houses in the form of Kaggle's: numbers, words, gaps, and prices that follow from them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

ROWS = 1460
FILE = "kaggle_house_pred_train.csv"


def house_prices(folder: Path) -> None:
    """Write the file where the data set is looked for."""
    random = np.random.default_rng(0)
    size, quality = random.normal(1500, 400, ROWS).clip(400), random.integers(1, 11, ROWS)
    built, front = random.integers(1900, 2011, ROWS), random.normal(70, 20, ROWS).round()
    place = random.choice(["NAmes", "CollgCr", "OldTown", "StoneBr"], ROWS)
    price = 11 + 0.0004 * size + 0.08 * quality + 0.002 * (built - 1950) + 0.2 * (place == "StoneBr")
    table = pd.DataFrame({
        "Id": np.arange(1, ROWS + 1), "GrLivArea": size.astype(int), "OverallQual": quality, "YearBuilt": built,
        "Neighborhood": place, "LotFrontage": np.where(random.random(ROWS) < 0.18, np.nan, front),
        "PoolQC": np.where(random.random(ROWS) < 0.95, None, "Gd"),
        "SalePrice": np.exp(price + random.normal(0, 0.1, ROWS)).astype(int),
    })  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    table.to_csv(folder / FILE, index=False, na_rep="NA")
