"""Walk-forward optimisation at full grid: 576 settings of one rule on 1,790 windows of five-minute bars.

The case of a framework that took 18 hours for it: in-sample 500 bars, out-of-sample 100, step 100, on 180,000
bars, with stops and targets. edgewalk runs all of it, from the bars' file to tables and verdict. The peers get
some windows (vectorbt, all settings at once) and some settings of one window (backtrader), with the signals
made for them, and their time is multiplied. All enter at the next open, with the same costs.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from side import EDGEWALK, bars_file

TRAIN, TEST, N_BARS = 500, 100, 180_000
FAST, RATIO = range(5, 31, 5), (2, 3, 4, 5)
STOP, TARGET = (1.0, 1.5, 2.0, 2.5), (1, 2, 3, 4, 5, 6)
# Half spread and slippage of 1 + 1 bps, commission of 5 a leg: vectorbt takes them as two fractions.
COSTS = ["backtest.commission.taker_bps=5", "backtest.commission.maker_bps=5", "backtest.half_spread_bps=1"]
ROUNDS = int(os.environ.get("ROUNDS", "3"))
WINDOWS = int(os.environ.get("WINDOWS", "12"))


def ours(bars, folder):
    """Seconds, megabytes and the number of tries, of the command as a user types it."""
    path = folder / "bars.parquet"
    bars.to_parquet(path)
    run = lambda *args: subprocess.run([EDGEWALK, "-q", *args], cwd=folder, check=True, capture_output=True, text=True)
    run("ingest", "csv", str(path), "--symbol", "BTCUSDT", "--timeframe", "5m")
    sets = [
        "optimize.space.fast=5..30 step 5",
        "optimize.space.ratio=2.0..5.0 step 1.0",
        "optimize.space.exits.stop=1.0..2.5 step 0.5",
        "optimize.space.exits.target=1.0..6.0 step 1.0",
        "optimize.min_trades=3",
        "backtest.max_participation=null",
        *COSTS,
    ]
    command = [EDGEWALK, "optimize", "--symbol", "BTCUSDT", "--strategy", "ema_cross", "--train-bars", str(TRAIN),
               "--test-bars", str(TEST), *[word for s in sets for word in ("--set", s)]]
    code = "import json,resource,subprocess,sys,time; t=time.time(); " \
        "p=subprocess.run(sys.argv[1:],check=True,capture_output=True,text=True); " \
        "u=resource.getrusage(resource.RUSAGE_CHILDREN); " \
        "print(json.dumps([time.time()-t,u.ru_utime+u.ru_stime,u.ru_maxrss*1024/1e6,p.stdout.splitlines()[0]]))"
    said = subprocess.run([sys.executable, "-c", code, *command], cwd=folder, capture_output=True, text=True)
    if said.returncode != 0:
        sys.exit(said.stderr)
    return json.loads(said.stdout)


def ema(close, n):
    return close.ewm(span=n, adjust=False).mean()


def signals(bars):
    """Crossings of two averages by setting, and the average true range, over all bars."""
    close = bars.close
    previous = close.shift().fillna(close)
    true_range = np.maximum(bars.high, previous) - np.minimum(bars.low, previous)
    atr = true_range.ewm(alpha=1 / 14, adjust=False).mean().to_numpy()
    crossings = {}
    for fast in FAST:
        quick = ema(close, fast)
        for ratio in RATIO:
            above = (quick > ema(close, fast * ratio)).to_numpy()
            turned = np.diff(above.astype(np.int8), prepend=above[0])
            crossings[fast, ratio] = (turned > 0, turned < 0)
    return crossings, atr


def vectorbt_window(vbt, bars, crossings, atr, rows):
    """All settings on one window: columns are settings."""
    settings = [(c, s, t) for c in crossings for s in STOP for t in TARGET]
    cut = bars.iloc[rows]
    late = lambda flags: np.concatenate([[False], flags[rows][:-1]])
    longs = np.column_stack([late(crossings[c][0]) for c, _, _ in settings])
    shorts = np.column_stack([late(crossings[c][1]) for c, _, _ in settings])
    # Distances are those of the bar before the entry, as parts of its open.
    unit = np.concatenate([[atr[rows][0]], atr[rows][:-1]]) / cut.open.to_numpy()
    stop = np.column_stack([unit * s for _, s, _ in settings])
    target = np.column_stack([unit * t for _, _, t in settings])
    portfolio = vbt.Portfolio.from_signals(
        cut.close, longs, np.zeros_like(longs), shorts, np.zeros_like(shorts), price=cut.open.to_numpy()[:, None],
        open=cut.open, high=cut.high, low=cut.low, sl_stop=stop, tp_stop=target, fees=0.0005, slippage=0.0002,
        init_cash=100_000, upon_opposite_entry="ignore", freq="5min",
    )
    return int(portfolio.trades.count().sum()), portfolio.total_return()


def vectorbt_time(bars, crossings, atr):
    import vectorbt as vbt

    starts = np.linspace(1000, N_BARS - TRAIN - TEST, WINDOWS).astype(int)
    vectorbt_window(vbt, bars, crossings, atr, slice(1000, 1000 + TRAIN))
    began, n = time.perf_counter(), 0
    for start in starts:
        n += vectorbt_window(vbt, bars, crossings, atr, slice(start, start + TRAIN))[0]
    return (time.perf_counter() - began) / len(starts), n / len(starts)


def backtrader_time(bars, crossings, atr):
    import backtrader as bt

    class Cross(bt.Strategy):
        params = {"longs": None, "shorts": None, "atr": None, "stop": 2.0, "target": 2.0}

        def __init__(self):
            self.bracket = None

        def next(self):
            at = len(self) - 1
            if self.position or at + 1 >= len(self.p.longs):
                return
            close, unit = self.data.close[0], self.p.atr[at]
            if self.p.longs[at]:
                self.buy_bracket(size=100_000 / close, exectype=bt.Order.Market, stopprice=close - unit * self.p.stop,
                                 limitprice=close + unit * self.p.target)
            elif self.p.shorts[at]:
                self.sell_bracket(size=100_000 / close, exectype=bt.Order.Market, stopprice=close + unit * self.p.stop,
                                  limitprice=close - unit * self.p.target)

    rows = slice(1000, 1000 + TRAIN)
    cut, began, n = bars.iloc[rows].set_index("ts"), time.perf_counter(), 0
    for (longs, shorts), stop in [(c, s) for c in list(crossings.values())[::6] for s in STOP[::2]]:
        cerebro = bt.Cerebro(stdstats=False)
        cerebro.adddata(bt.feeds.PandasData(dataname=cut))
        cerebro.broker.set_cash(100_000)
        cerebro.addstrategy(Cross, longs=longs[rows], shorts=shorts[rows], atr=atr[rows], stop=stop, target=2.0)
        cerebro.run()
        n += 1
    return (time.perf_counter() - began) / n


def main():
    bars = pd.read_parquet(bars_file("btcusdt_5m.parquet")).iloc[:N_BARS]
    names = {"open_time": "ts", "timestamp": "ts", "time": "ts"}
    bars = bars.rename(columns=names)
    crossings, atr = signals(bars)
    n_windows = (N_BARS - TRAIN) // TEST
    n_settings = len(crossings) * len(STOP) * len(TARGET)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for round_ in range(ROUNDS):
            wall, cpu, mb, head = ours(bars, folder)
            if round_ == 0:
                print(head)
            each, trades = vectorbt_time(bars, crossings, atr)
            print(f"edgewalk {wall:6.2f} s (CPU {cpu:.2f}, {mb:.0f} MB), all windows, in and out of sample, with tables, "
                  f"verdict and pictures")
            print(f"vectorbt {each:6.3f} s a window of {n_settings} settings in sample ({trades:.0f} trades): "
                  f"{each * n_windows:,.0f} s for {n_windows}, {each * n_windows / wall:.0f} times ours")
        one = backtrader_time(bars, crossings, atr)
        whole = one * n_windows * n_settings
        print(f"backtrader {1e3 * one:.1f} ms a setting and window: {whole / 3600:.1f} hours for all, "
              f"{whole / wall:,.0f} times ours")


if __name__ == "__main__":
    main()
