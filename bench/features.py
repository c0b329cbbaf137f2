"""The 53 default columns over real 5-minute bars: edgewalk against pandas, in one run.

Both sides compute the same definitions; the script checks that they did, then prints times,
their ratio and edgewalk's peak memory. Usage: bench/run features
"""

import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

import pandas_features
from side import EDGEWALK, bars_file, edgewalk, peak_memory_mb

ROUNDS = 5
N_COLUMNS = 53
# Rows not compared, where the conventions of the beginning differ: a smoother of a smoother begins here
# once the first has settled, in pandas at the first bar. All others are compared from their first
# value on.
BEGINS_LATER = {"adx_14": 5_000, "macd_signal": 1_000, "macd_hist": 1_000}
WAYS = ("column_by_column", "shared_by_hand")


def rolling_sd(x, n):
    """Two passes over each window: exact, and far too slow for use."""
    windows = np.lib.stride_tricks.sliding_window_view(x, n)
    out = np.full(len(x), np.nan)
    out[n - 1:] = windows.std(axis=1, ddof=1)
    return out


def exact_columns(d):
    """Columns in which pandas' online variance loses digits, by two passes over each window."""
    c = d.close.to_numpy()
    log_ret = np.concatenate([[np.nan], np.log(c[1:] / c[:-1])])
    middle = np.full(len(c), np.nan)
    middle[19:] = np.lib.stride_tricks.sliding_window_view(c, 20).mean(axis=1)
    sd = rolling_sd(c, 20) * np.sqrt(19 / 20)
    mean_96 = np.full(len(c), np.nan)
    mean_96[95:] = np.lib.stride_tricks.sliding_window_view(c, 96).mean(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        out = {
            "bb_position": np.where(sd > 0, 0.5 + (c - middle) / (4 * sd), 0.5),
            "bb_width": 4 * sd / middle,
            "zscore_96": (c - mean_96) / rolling_sd(c, 96),
            "volatility_12": rolling_sd(log_ret, 12),
        }
        out["volatility_ratio"] = out["volatility_12"] / rolling_sd(log_ret, 288)
    return pd.DataFrame(out, d.index)


def differences(ours, theirs):
    """The largest difference of each column, relative to the value or, where that is larger, to the
    column's spread."""
    worst = {}
    for name in theirs.columns:
        a, b = ours[name].to_numpy(), theirs[name].to_numpy(dtype=float)
        rows = np.isfinite(a)
        rows[:BEGINS_LATER.get(name, 0)] = False
        assert rows.sum() > 0.9 * len(a), f"{name}: {rows.sum()} values"
        assert np.isfinite(b[rows]).all(), f"{name}: the peer has holes"
        scale = np.maximum(np.abs(b[rows]), np.nanstd(b))
        worst[name] = float(np.max(np.abs(a[rows] - b[rows]) / scale))
    return worst


def compare(ours, bars):
    """Names the columns that differ by more than 1e-9, and who of the two is right."""
    theirs, exact = pandas_features.column_by_column(bars), exact_columns(bars)
    by_hand = differences(theirs, pandas_features.shared_by_hand(bars)[theirs.columns])
    assert max(by_hand.values()) < 1e-9, by_hand
    worst = differences(ours, theirs)
    close = {name: d for name, d in worst.items() if d <= 1e-9}
    print(f"{len(close)} of {len(worst)} columns equal pandas to {max(close.values()):.1e} "
          "of the value, or of the column's spread, or better")
    wrong = []
    for name in sorted(set(worst) - set(close), key=worst.get, reverse=True):
        if name not in exact:
            wrong.append(name)
            continue
        off = differences(ours[[name]], exact[[name]])[name]
        print(f"  {name}: pandas differs by {worst[name]:.1e}; two exact passes by {off:.1e}")
        if off > 1e-9:
            wrong.append(name)
    if wrong:
        sys.exit(f"differ by more than 1e-9: {', '.join(wrong)}")


def one_run_of_pandas(way):
    """For a process of its own: the time of the first run, and of the best of three more."""
    bars = pd.read_parquet(bars_file("btcusdt_5m.parquet")).set_index("ts")
    times = []
    for _ in range(4):
        start = time.perf_counter()
        getattr(pandas_features, way)(bars)
        times.append(time.perf_counter() - start)
    print(times[0], min(times[1:]))


def main():
    path = bars_file("btcusdt_5m.parquet")
    bars = pd.read_parquet(path).set_index("ts")
    with tempfile.TemporaryDirectory() as folder:
        store = ["--set", f"data.dir={folder}", "--set", "data.symbols=[BTCUSDT]"]
        edgewalk("ingest", "parquet", str(path), "--symbol", "BTCUSDT", "--timeframe", "5m", *store)
        edgewalk("features", "--fresh", "--f64", *store)
        (table,) = Path(folder).glob("features/BTCUSDT/*f64*.parquet")
        compare(pd.read_parquet(table).set_index("ts"), bars)
        command = [EDGEWALK, "features", "--fresh", "--threads", "2", *store]
        ours, peers = [], {way: [] for way in WAYS}
        for _ in range(ROUNDS):
            said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
            ours.append(float(re.search(r"computed .* in ([0-9.]+) ms", said)[1]) / 1e3)
            for way, times in peers.items():
                said = subprocess.run(
                    [sys.executable, __file__, way], capture_output=True, text=True, check=True)
                times.append([float(t) for t in said.stdout.split()])
        memory = peak_memory_mb(command)
    report(ours, peers)
    output_mb = len(bars) * N_COLUMNS * 4 / 1e6
    print(f"edgewalk's peak memory: {memory:.0f} MB, {memory / output_mb:.2f} x the output")


def report(ours, peers):
    ours_s = statistics.median(ours)
    print(f"{N_COLUMNS} columns, {ROUNDS} rounds in turn, each in a process of its own; medians:")
    print(f"  {'edgewalk':34} {ours_s * 1e3:7.1f} ms")
    for way, times in peers.items():
        for at, state in enumerate(("first run", "warmed up")):
            peer_s = statistics.median(t[at] for t in times)
            name = f"pandas {way.replace('_', ' ')}, {state}"
            print(f"  {name:34} {peer_s * 1e3:7.1f} ms   ratio {peer_s / ours_s:.1f}")


if __name__ == "__main__":
    one_run_of_pandas(sys.argv[1]) if sys.argv[1:] else main()
