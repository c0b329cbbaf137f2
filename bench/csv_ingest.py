"""Reading klines: edgewalk against polars' and pandas' CSV readers, in one run.

The raw months as the exchange gives them, the long Parquet file of 289k bars, and a million rows
written here. edgewalk's times are those of whole commands: `data audit` starts, reads, checks and
audits; `ingest` also merges and writes Parquet with sync. The peers only parse.
Usage: bench/run csv_ingest
"""

import subprocess
import tempfile
import time
from pathlib import Path

import pandas as pd
import polars as pl

from side import EDGEWALK, bars_file

ROUNDS = 3
NAMES = ["open_time", "open", "high", "low", "close", "volume", "close_time", "quote_volume",
         "count", "taker_buy_volume", "taker_buy_quote_volume", "ignore"]


def best(work):
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def ingest(path, kind="csv"):
    def work():
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(
                [EDGEWALK, "ingest", kind, str(path), "--symbol", "BTCUSDT", "--timeframe", "5m",
                 "--set", f"data.dir={folder}"],
                check=True, capture_output=True)
    return work


def audit(path):
    return lambda: subprocess.run(
        [EDGEWALK, "data", "audit", str(path), "--symbol", "BTCUSDT"],
        check=True, capture_output=True)


def million(path, source):
    """A million klines: the real months one after the other, their times moved on."""
    month = pd.concat(pd.read_csv(p, header=None, names=NAMES) for p in source)
    rounds = -(-1_000_000 // len(month))
    many = pd.concat([month] * rounds, ignore_index=True)[:1_000_000]
    step = 300_000_000
    many["open_time"] = 1_400_000_100_000_000 + step * many.index
    many["close_time"] = many["open_time"] + step - 1
    many.to_csv(path, header=False, index=False)


def klines(name, path):
    peers = {
        "polars": best(lambda: pl.read_csv(path, has_header=False)),
        "pandas": best(lambda: pd.read_csv(path, header=None)),
    }
    print(name, ", ".join(f"{peer} {t * 1e3:.0f} ms" for peer, t in peers.items()), sep=": ")
    for what, work in (("data audit", audit(path)), ("ingest", ingest(path))):
        ours = best(work)
        ratios = ", ".join(f"{t / ours:.1f} x {peer}" for peer, t in peers.items())
        print(f"  edgewalk {what}: {ours * 1e3:.0f} ms: as fast as {ratios}")


def main():
    months = sorted(bars_file("raw").glob("BTCUSDT-5m-2025-*.csv"))
    with tempfile.TemporaryDirectory() as folder:
        quarter = Path(folder) / "quarter.csv"
        quarter.write_bytes(b"".join(p.read_bytes() for p in months))
        klines("34,560 raw klines", quarter)
        many = Path(folder) / "million.csv"
        million(many, months)
        klines("1,000,000 klines", many)
    long = best(ingest(bars_file("btcusdt_5m.parquet"), "parquet"))
    print(f"289,136 bars of Parquet: edgewalk ingest {long * 1e3:.0f} ms")


if __name__ == "__main__":
    main()
