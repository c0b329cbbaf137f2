"""The matrix that trainers are compared on: edgewalk's default features of real 5-minute bars, and the
returns that follow, written once for all tools."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from side import bars_file, edgewalk

HORIZONS = (1, 3, 6, 12)


def write(folder):
    """`names.json`, `x.f32` (columns one after another), `y.f64` (horizons one after another): bps
    from the next bar's open to the open `horizon` bars later."""
    path = bars_file("btcusdt_5m.parquet")
    store = ["--set", f"data.dir={folder}/data", "--set", "data.symbols=[BTCUSDT]"]
    edgewalk("ingest", "parquet", str(path), "--symbol", "BTCUSDT", "--timeframe", "5m", *store)
    edgewalk("features", *store)
    (table,) = Path(folder).glob("data/features/BTCUSDT/*.parquet")
    features = pd.read_parquet(table)
    bars = pd.read_parquet(path)
    assert (features["ts"].to_numpy() == bars["ts"].to_numpy()).all(), "rows are not the bars'"
    columns = features.drop(columns=["ts", "symbol"], errors="ignore")
    x = columns.to_numpy(np.float32).T
    opens = bars["open"].to_numpy()
    y = np.full((len(HORIZONS), len(opens)), np.nan)
    for row, h in zip(y, HORIZONS, strict=True):
        row[:-1 - h] = 1e4 * np.log(opens[1 + h:] / opens[1:-h])
    x.tofile(Path(folder) / "x.f32")
    y.tofile(Path(folder) / "y.f64")
    (Path(folder) / "names.json").write_text(json.dumps(list(columns.columns)))
    return len(columns.columns), len(opens)
