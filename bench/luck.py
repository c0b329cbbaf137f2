"""Is the best of 10,000 settings called significant where there is nothing, and a planted rule where there is?

Random walks of 60,000 five-minute bars; each built-in strategy in turn, 10,000 settings drawn at random, nine
windows of 15,000 and 5,000 bars; no costs, which would make it too easy. Counted is how often Hansen's SPA test,
the deflated Sharpe ratio, and the verdict take the result for more than luck: at most 5 of 100 are expected.
Then the same on markets whose moves remember the one before, with rules that follow moves, at costs that leave
something: these should be called.
Usage: [MARKETS=100] [PLANTED=20] bench/run luck
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from side import EDGEWALK

MARKETS = int(os.environ.get("MARKETS", 100))
PLANTED = int(os.environ.get("PLANTED", 20))
TRIALS = int(os.environ.get("TRIALS", 10_000))
BARS = 60_000
SIGMA = 8e-4
FREE = {"backtest.half_spread_bps": 0, "backtest.commission.taker_bps": 0, "backtest.commission.maker_bps": 0,
        "backtest.slippage.bps": 0, "backtest.max_participation": "null"}
CHEAP = {"backtest.half_spread_bps": 0.2, "backtest.commission.taker_bps": 0.5,
         "backtest.commission.maker_bps": 0.2, "backtest.slippage.bps": 0.2, "backtest.max_participation": "null"}


def market(seed, memory):
    """Bars of a walk whose steps are normal, eight bps, and remember `memory` of the step before. Highs and lows
    are those of a continuous path between open and close (the extremes of a Brownian bridge): on a path of
    jumps a stop that is filled at its price earns the part of a jump beyond it, where there are no costs."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(0.0, SIGMA, BARS)
    steps = np.empty(BARS)
    last = 0.0
    for i in range(BARS):
        last = memory * last + noise[i]
        steps[i] = last
    logs = np.cumsum(steps)
    start = np.concatenate([[0.0], logs[:-1]])
    reach = lambda: np.sqrt((logs - start) ** 2 - 2.0 * SIGMA**2 * np.log(rng.uniform(size=BARS)))
    high, low = (start + logs + reach()) / 2.0, (start + logs - reach()) / 2.0
    start, high, low, close = (100.0 * np.exp(x) for x in (start, high, low, logs))
    ts = pd.date_range("2022-01-01", periods=BARS, freq="5min", tz="UTC")
    volume = rng.lognormal(3.0, 0.5, BARS)
    return pd.DataFrame({"ts": ts, "open": start, "high": high, "low": low, "close": close, "volume": volume})


def judged(bars, strategy, settings):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bars.parquet"
        bars.to_parquet(path)
        sets = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
        commands = [
            ["ingest", "csv", str(path), "--symbol", "WALK", "--timeframe", "5m"],
            ["optimize", "--symbol", "WALK", "--strategy", strategy, "--mode", "random", "--trials", str(TRIALS),
             "--train-bars", "15000", "--test-bars", "5000", *sets],
        ]
        for command in commands:
            done = subprocess.run([EDGEWALK, "-q", *command], cwd=folder, capture_output=True, text=True)
            if done.returncode != 0:
                sys.exit(f"{strategy}: {done.stderr}")
        (results,) = Path(folder).glob("results/optimize-*")
        told = json.loads((results / "diagnostics.json").read_text())
        evidence, selection = told.values() if isinstance(told, dict) else told
        verdict = json.loads((results / "verdict.json").read_text())
    superiority, deflated = selection["superiority"], evidence["deflated"]
    return {
        "spa": superiority["spa"]["consistent_p"] if superiority else 1.0,
        "reality_check": superiority["reality_check_p"] if superiority else 1.0,
        "deflated": (deflated or {}).get("probability") or 0.0,
        "verdict": verdict["outcome"],
        "headline": verdict["headline"],
    }


def count(name, results):
    n = len(results)
    called = {
        "SPA p < 0.05": sum(r["spa"] < 0.05 for r in results),
        "reality check p < 0.05": sum(r["reality_check"] < 0.05 for r in results),
        "deflated Sharpe > 0.95": sum(r["deflated"] > 0.95 for r in results),
        "verdict pass": sum(r["verdict"] == "pass" for r in results),
    }
    print(f"== {name}: of {n}, " + ", ".join(f"{what}: {times}" for what, times in called.items()), flush=True)


def main():
    listed = subprocess.run([EDGEWALK, "strategies", "--json"], check=True, capture_output=True, text=True)
    names = [one["name"] for one in json.loads(listed.stdout)["strategies"]]
    kinds = [("random walks", MARKETS, 0.0, FREE, names),
             ("planted", PLANTED, 0.45, CHEAP, ["volatility_breakout", "time_series_momentum"])]
    for kind, n, memory, costs, strategies in kinds:
        results = []
        for seed in range(1, n + 1):
            strategy = strategies[seed % len(strategies)]
            results.append(judged(market(seed, memory), strategy, {"seed": seed, **costs}))
            r = results[-1]
            print(f"{kind} {seed}, {strategy}: SPA p {r['spa']:.3f}, deflated {r['deflated']:.3f}: {r['headline']}",
                  flush=True)
        count(kind, results)


if __name__ == "__main__":
    main()
