"""What the verdict says on synthetic markets whose truth is known: twenty each without anything to
predict, with an effect well above the costs, and with one below them.

Each market is 80,000 bars of 5 minutes, walked forward by 12 and 2 weeks with the default settings
(and the columns of order flow, where effects are planted). Expected: at most one `pass` where there
is nothing; at least eighteen where there is much; none where costs eat the effect, and the report says so.
Usage: [MARKETS=20] [KINDS="null above below"] bench/run verdicts
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from side import EDGEWALK

MARKETS = int(os.environ.get("MARKETS", 20))
BARS = 80_000
FEATURES = "[core, momentum, volatility, volume, calendar, higher_timeframe, order_flow]"
KINDS = {
    "null": {},
    "above": {"synthetic.planted.ic": 0.3, "synthetic.planted.horizon": 12},
    # At what an exchange takes of a small account.
    "below": {"synthetic.planted.ic": 0.12, "synthetic.planted.horizon": 6,
              "backtest.commission.taker_bps": 10, "backtest.commission.maker_bps": 10},
}


def verdict(folder, seed, planted):
    sets = {"seed": seed, "synthetic.bars": BARS, "features.set": FEATURES,
            "learn.max_column_ic": 0.9, **planted}
    args = [part for key, value in sets.items() for part in ("--set", f"{key}={value}")]
    for command in ("ingest", "walkforward"):
        done = subprocess.run([EDGEWALK, command, "-q", *args], cwd=folder, capture_output=True,
                              text=True)
        if done.returncode != 0:
            sys.exit(f"seed {seed}: {done.stderr}")
    (results,) = Path(folder).glob("results/walkforward-*")
    tables = json.loads((results / "diagnostics.json").read_text())
    ics = [h["ic"]["all"]["rank"] for h in tables["horizons"]]
    return json.loads((results / "verdict.json").read_text()), ics


def main():
    for kind in os.environ.get("KINDS", " ".join(KINDS)).split():
        outcomes, eaten, found = [], 0, 0
        for seed in range(1, MARKETS + 1):
            with tempfile.TemporaryDirectory() as folder:
                said, ics = verdict(folder, seed, KINDS[kind])
            outcomes.append(said["outcome"])
            eaten += "eat" in said["headline"] + said["what_it_means"]
            found += max(ic["t_hac"] or 0.0 for ic in ics) > 1.96
            shown = ", ".join(f"{ic['value']:.3f}" for ic in ics)
            print(f"{kind} {seed}: IC {shown}: {said['headline']}", flush=True)
        counts = {outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))}
        print(f"== {kind}: {counts}; IC found in {found}; costs eat it in {eaten}", flush=True)


if __name__ == "__main__":
    main()
