"""The whole walk-forward on real 5-minute bars: edgewalk's one command against the usual Python stack,
in one run: pandas features, XGBoost or LightGBM (two threads), isotonic calibration, a bar loop.

Both sides get the same folds of 12 and 2 weeks, the same 53 columns, 4 horizons, 200 rounds of
depth 6 with sampling 0.8, and trade by like rules: z-threshold, expected value against costs, stop,
target and timed exit. What is timed: for Python, from Parquet bars to the last trade; for
edgewalk, `ingest` and `walkforward` into an empty folder, which beside that judges, writes every
table and draws every picture. The information coefficient (Spearman) of each horizon is that of
all test rows, and the mean over folds.
Usage: [ROUNDS=1] bench/run walkforward
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ["OMP_WAIT_POLICY"] = "passive"  # waiting in a loop would slow all others down

import numpy as np
import pandas as pd

import pandas_features
from side import EDGEWALK, bars_file

ROUNDS = int(os.environ.get("ROUNDS", 1))
HORIZONS = (1, 3, 6, 12)
TOOLS = ("xgboost", "lightgbm")
THREADS = 2
COST_BPS, Z_WINDOW, Z_THRESHOLD, STOP_ATR, TARGET_ATR, MAX_HOLD = 7.0, 2016, 1.0, 2.0, 3.0, 24
SETTINGS = {
    "data.symbols": "[BTCUSDT]", "data.timeframe": "5m", "walkforward.train_weeks": 12,
    "walkforward.test_weeks": 2, "learn.rounds": 200, "learn.max_depth": 6,
    "learn.min_child_weight": 1, "learn.row_sampling": 0.8, "learn.column_sampling": 0.8,
    "learn.price_levels": "true",
}


def returns_bps(opens):
    """From the next bar's open to the open `h` bars later."""
    out = {}
    for h in HORIZONS:
        y = np.full(len(opens), np.nan)
        y[:-1 - h] = 1e4 * np.log(opens[1 + h:] / opens[1:-h])
        out[h] = y
    return out


def regressor(tool, seed):
    if tool == "xgboost":
        import xgboost
        return xgboost.XGBRegressor(
            n_estimators=200, max_depth=6, learning_rate=0.05, subsample=0.8, max_bin=256,
            colsample_bytree=0.8, tree_method="hist", n_jobs=THREADS, random_state=seed)
    import lightgbm
    return lightgbm.LGBMRegressor(
        n_estimators=200, max_depth=6, num_leaves=64, learning_rate=0.05, subsample=0.8,
        subsample_freq=1, colsample_bytree=0.8, max_bin=255, reg_lambda=1.0,
        min_child_samples=1, n_jobs=THREADS, random_state=seed, verbose=-1)


def rows_of(*slices):
    return np.concatenate([np.arange(*span) for one in slices for span in one["rows"]])


def learn(tool, x, y, folds):
    """Raw and calibrated predictions of all test rows."""
    from sklearn.isotonic import IsotonicRegression

    raw = {h: np.full(len(x), np.nan) for h in HORIZONS}
    expected = {h: np.full(len(x), np.nan) for h in HORIZONS}
    for fold in folds:
        fit = rows_of(fold["train"], fold["early_stop"])
        held, test = rows_of(fold["calibrate"]), rows_of(fold["test"])
        for h in HORIZONS:
            model = regressor(tool, fold["idx"])
            known = fit[np.isfinite(y[h][fit])]
            model.fit(x[known], y[h][known])
            curve = IsotonicRegression(out_of_bounds="clip")
            known = held[np.isfinite(y[h][held])]
            curve.fit(model.predict(x[known]), y[h][known])
            raw[h][test] = model.predict(x[test])
            expected[h][test] = curve.predict(raw[h][test])
    return raw, expected


def decisions(raw, expected):
    """The side for each bar, 0 for none."""
    z = np.zeros(len(raw[1]))
    for h in HORIZONS:
        past = pd.Series(raw[h]).rolling(Z_WINDOW, min_periods=Z_WINDOW)
        z += ((raw[h] - past.mean()) / past.std()).to_numpy() / len(HORIZONS)
    worth = sum(np.abs(expected[h]) for h in HORIZONS) / len(HORIZONS)
    side = np.where((np.abs(z) >= Z_THRESHOLD) & (worth >= COST_BPS), np.sign(z), 0.0)
    return np.nan_to_num(side).astype(int)


def trades(bars, side):
    """Stop, target and timed exit, bar by bar; the trades' returns after costs, in bps."""
    high, low, close = bars["high"], bars["low"], bars["close"]
    before = close.shift()
    span = pd.concat([high - low, (high - before).abs(), (low - before).abs()], axis=1).max(axis=1)
    atr = span.ewm(alpha=1 / 14, adjust=False).mean().tolist()
    opens, high, low = bars["open"].tolist(), high.tolist(), low.tolist()
    side, done = side.tolist(), []
    held, entry, stop, target, since = 0, 0.0, 0.0, 0.0, 0
    for i in range(1, len(opens)):
        if held:
            out = None
            if i - since >= MAX_HOLD:
                out = opens[i]
            elif i > since and held * (opens[i] - stop) <= 0:
                out = opens[i]
            elif i > since and (low[i] <= stop if held > 0 else high[i] >= stop):
                out = stop
            elif i > since and (high[i] > target if held > 0 else low[i] < target):
                out = target
            if out is not None:
                done.append(1e4 * held * (out / entry - 1) - COST_BPS)
                held = 0
        elif side[i - 1]:
            held, entry, since = side[i - 1], opens[i], i
            stop = entry - held * STOP_ATR * atr[i - 1]
            target = entry + held * TARGET_ATR * atr[i - 1]
    return done


def ics(raw, y, folds):
    """For each horizon: the rank correlation over all test rows, and the mean over folds."""
    found = {}
    tests = [rows_of(fold["test"]) for fold in folds]
    for h in HORIZONS:
        said, came = pd.Series(raw[h]), pd.Series(y[h])
        by_fold = [said[rows].corr(came[rows], method="spearman") for rows in tests]
        rows = np.concatenate(tests)
        found[h] = (said[rows].corr(came[rows], method="spearman"), float(np.mean(by_fold)))
    return found


def python_stack(tool, folds_file):
    """For a process of its own."""
    folds = json.loads(Path(folds_file).read_text())["folds"]
    clock, cpu = time.perf_counter(), time.process_time()
    bars = pd.read_parquet(bars_file("btcusdt_5m.parquet")).set_index("ts")
    x = pandas_features.column_by_column(bars).to_numpy(np.float32)
    features_s = time.perf_counter() - clock
    y = returns_bps(bars["open"].to_numpy())
    raw, expected = learn(tool, x, y, folds)
    learn_s = time.perf_counter() - clock - features_s
    n = len(trades(bars, decisions(raw, expected)))
    wall, cpu = time.perf_counter() - clock, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps({"wall": wall, "cpu": cpu, "peak_mb": peak, "features_s": features_s,
                      "learn_s": learn_s, "n_trades": n, "ics": ics(raw, y, folds)}))


def measured(command, folder):
    """Wall and CPU seconds and peak memory of one run of ours."""
    code = "import resource, subprocess, sys, time; start = time.perf_counter(); " \
        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); " \
        "wall = time.perf_counter() - start; r = resource.getrusage(resource.RUSAGE_CHILDREN); " \
        "print(wall, r.ru_utime + r.ru_stime, r.ru_maxrss)"
    said = subprocess.run([sys.executable, "-c", code, *command], cwd=folder, check=True,
                          capture_output=True, text=True).stdout.split()
    return float(said[0]), float(said[1]), float(said[2]) * 1024 / 1e6


def ours(folder):
    sets = [part for key, value in SETTINGS.items() for part in ("--set", f"{key}={value}")]
    path = str(bars_file("btcusdt_5m.parquet").resolve())
    ingest = [EDGEWALK, "ingest", "parquet", path, "--symbol", "BTCUSDT", "--timeframe", "5m"]
    walk = [EDGEWALK, "walkforward", "--threads", str(THREADS), "-q", *sets]
    runs = [measured(command, folder) for command in (ingest, walk)]
    wall, cpu = sum(run[0] for run in runs), sum(run[1] for run in runs)
    (results,) = Path(folder).glob("results/walkforward-*")
    folds = json.loads((results / "folds.json").read_text())["folds"]
    said = pd.read_parquet(results / "predictions.parquet")
    bars = pd.read_parquet(path)
    y = returns_bps(bars["open"].to_numpy())
    at = np.searchsorted(bars["ts"].to_numpy(), said["ts"].to_numpy())
    raw = {h: np.full(len(bars), np.nan) for h in HORIZONS}
    for h in HORIZONS:
        raw[h][at] = said[f"raw_{h}"].to_numpy()
    n = len(pd.read_parquet(results / "trades.parquet")) if (
        results / "trades.parquet").exists() else None
    return {"wall": wall, "cpu": cpu, "peak_mb": max(run[2] for run in runs), "n_trades": n,
            "ics": {str(h): ic for h, ic in ics(raw, y, folds).items()}}, results / "folds.json"


def main():
    runs = {tool: [] for tool in ("edgewalk", *TOOLS)}
    with tempfile.TemporaryDirectory() as folder:
        for at in range(ROUNDS):
            place = Path(folder) / str(at)
            place.mkdir()
            run, folds = ours(place)
            runs["edgewalk"].append(run)
            for tool in TOOLS:
                said = subprocess.run([sys.executable, __file__, tool, str(folds)], check=True,
                                      capture_output=True, text=True).stdout
                runs[tool].append(json.loads(said.splitlines()[-1]))
        n_folds = len(json.loads(folds.read_text())["folds"])
    report(runs, n_folds)


def report(runs, n_folds):
    print(f"{n_folds} folds of 12 and 2 weeks, 53 columns, 4 horizons, 200 rounds, depth 6; "
          f"{ROUNDS} rounds in turn, medians:")
    middle = {tool: {key: statistics.median(run[key] for run in of)
                     for key in ("wall", "cpu", "peak_mb")} for tool, of in runs.items()}
    print(f"  {'':10} {'s':>7} {'CPU s':>7} {'s a fold':>9} {'peak MB':>8}   ratio, by CPU")
    for tool, of in middle.items():
        ratio = of["wall"] / middle["edgewalk"]["wall"], of["cpu"] / middle["edgewalk"]["cpu"]
        print(f"  {tool:10} {of['wall']:7.1f} {of['cpu']:7.1f} {of['wall'] / n_folds:9.2f} "
              f"{of['peak_mb']:8.0f}   {ratio[0]:.1f} {ratio[1]:.1f}")
    print("  rank IC over all test rows (mean over folds):")
    print("  " + " " * 10 + "".join(f"{f'{h} ahead':>18}" for h in HORIZONS))
    for tool, of in runs.items():
        cells = [of[0]["ics"][str(h)] for h in HORIZONS]
        print(f"  {tool:10}" + "".join(f"   {whole:.4f} ({mean:.4f})" for whole, mean in cells))
    for tool in TOOLS:
        print(f"  {tool}: features {runs[tool][0]['features_s']:.1f} s, learning "
              f"{runs[tool][0]['learn_s']:.1f} s, {runs[tool][0]['n_trades']} trades")


if __name__ == "__main__":
    python_stack(*sys.argv[1:]) if sys.argv[1:] else main()
