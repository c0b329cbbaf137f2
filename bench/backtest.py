"""A stop + target + timed-exit strategy on real 5-minute bars: edgewalk's engine (examples/backtester.rs)
against raptorbt, vectorbt (from_signals) and backtrader; then a sweep, then all gates.

The rule is a crossing of the 20-bar mean, found once, in numpy: below it a long signal, above it a
short one, filled at the next open, all of equity, 0.6 % to the stop and 0.8 % to the target (of the
entry's open), out at the open after 24 bars. Peers know no timed exit; signals are therefore at
least 25 bars apart, so that an exit signal 24 bars after each entry's, which every peer can take,
means the same. Metrics are included on all sides. Tools take turns, round by round, so that
whatever else the machine does slows all of them; seconds are by the clock, CPU by the processors.
raptorbt takes one side a run: where there are both, it runs twice. What is not timed: one first run
of each (numba compiles then), and reading the bars.

Trades are compared one by one, with each peer's own rule on when levels begin to count, and with
targets that fill on touch. Usage: [ROUNDS=15] [BACKTRADER=1] bench/run backtest
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from side import ROOT, TARGET, bars_file

ROUNDS = int(os.environ.get("ROUNDS", 15))
OURS_A_ROUND, THEIRS_A_ROUND = 9, 3
STOP, GAIN, HOLD = 0.006, 0.008, 24
FEE, CASH = 0.25e-4, 1e6
CLOSE_ENOUGH = 1e-9  # of prices, and of results as a part of what was put in
CASES = {"long": (1,), "short": (-1,), "long and short": (1, -1)}
FIELDS = ("entry_bar", "exit_bar", "entry", "exit", "side", "qty", "net", "rule")
RULES = ("other", "stop", "target", "gap through the target", "timed exit")


class Edgewalk:
    """The program, in a process of its own."""

    def __init__(self, folder):
        program = os.environ.get("EDGEWALK_BACKTESTER")
        program = program or str(TARGET / "release" / "examples" / "backtester")
        self.process = subprocess.Popen([program, str(folder)], text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.folder = Path(folder)
        self._answer()

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit("backtester gave no answer")
        return json.loads(line)

    def order(self, **order):
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def trade(self, delay, rounds, into=None):
        """Seconds, and CPU seconds, of one run; the trades, if asked for."""
        plan = {"stop": STOP, "target": GAIN, "hold_bars": HOLD, "fee_bps": FEE * 1e4,
                "cash": CASH, "oco_delay_bars": delay}
        into = into and str(self.folder / into)
        before = self.cpu()
        said = self.order(trade={"plan": plan, "rounds": rounds, "into": into})
        cpu = (self.cpu() - before) / rounds
        if into:
            rows = np.fromfile(into).reshape(-1, len(FIELDS))
            said["frame"] = pd.DataFrame(rows, columns=FIELDS).set_index("entry_bar")
        return said, cpu

    def cpu(self):
        """Of all its threads, in seconds, to the nanosecond."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def peak_mb(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) * 1024 / 1e6

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Peer:
    """One call is one backtest with its metrics; `result` is what the last one gave."""

    def __init__(self, bars, signals):
        self.bars, self.signals, self.result = bars, signals, None
        self.sides = sorted({int(side) for side in signals[signals != 0]}, reverse=True)
        self.prepare()

    def time(self, rounds):
        times = []
        for _ in range(rounds):
            self.result = None
            cpu, start = time.process_time(), time.perf_counter()
            self.run()
            times.append((time.perf_counter() - start, time.process_time() - cpu))
        return np.median(times, axis=0)

    def at(self, side, shift):
        """Entries of a side and exits 24 bars later, so many bars after the signal."""
        rows = np.flatnonzero(self.signals == side) + shift
        entries, exits = np.zeros((2, len(self.signals)), bool)
        entries[rows] = exits[rows + HOLD] = True
        return entries, exits


class Raptorbt(Peer):
    name, delay = "raptorbt", 0

    def prepare(self):
        import raptorbt
        self.module = raptorbt
        columns = ("open", "high", "low", "close", "volume")
        self.columns = [np.ascontiguousarray(self.bars[name]) for name in columns]
        self.times = self.bars.ts.dt.as_unit("ns").astype(np.int64).to_numpy()
        self.config = raptorbt.BacktestConfig(initial_capital=CASH, fees=FEE, slippage=0.0,
                                              fill_timing="next_bar_open")
        self.config.set_fixed_stop(STOP)
        self.config.set_fixed_target(GAIN)
        self.orders = [(side, *self.at(side, 0)) for side in self.sides]

    def run(self):
        self.result = []
        for side, entries, exits in self.orders:
            done = self.module.run_single_backtest(self.times, *self.columns, entries, exits,
                                                   side, config=self.config)
            self.result.append((done, done.metrics))

    def trades(self):
        rows = [(t.entry_idx, t.exit_idx, t.entry_price, t.exit_price, t.direction, t.size, t.pnl)
                for done, _ in self.result for t in done.trades()]
        return frame(rows)


class Vectorbt(Peer):
    name, delay, engine = "vectorbt, numba", 1, "numba"

    def prepare(self):
        import vectorbt
        self.module = vectorbt
        # Without a time zone: with one, pandas converts the index stamp by stamp, for seconds.
        index = pd.DatetimeIndex(self.bars.ts.dt.tz_localize(None))
        self.close = pd.Series(self.bars.close.to_numpy(), index)
        self.prices = {name: self.bars[name].to_numpy() for name in ("open", "high", "low")}
        none = np.zeros((2, len(self.bars)), bool)
        long, short = (self.at(side, 1) if side in self.sides else none for side in (1, -1))
        names = ("entries", "exits", "short_entries", "short_exits")
        self.orders = dict(zip(names, (*long, *short), strict=True))

    def simulate(self):
        return self.module.Portfolio.from_signals(
            self.close, **self.orders, **self.prices, price=self.prices["open"], sl_stop=STOP,
            tp_stop=GAIN, stop_entry_price="price", fees=FEE, init_cash=CASH, freq="5min",
            engine=self.engine)

    def run(self):
        done = self.simulate()
        self.result = (done, done.stats())

    def trades(self):
        t = self.result[0].trades.values
        side = np.where(t["direction"] == 0, 1, -1)
        return frame(zip(t["entry_idx"], t["exit_idx"], t["entry_price"], t["exit_price"], side,
                         t["size"], t["pnl"], strict=True))


class VectorbtRust(Vectorbt):
    name, engine = "vectorbt, rust", "rust"


class VectorbtBare(Vectorbt):
    """How long the simulation alone takes: `stats()` is slow."""

    name = "vectorbt, rust, no metrics"
    engine = "rust"

    def run(self):
        self.result = (self.simulate(), None)


class Backtrader(Peer):
    name, delay = "backtrader", 1

    def prepare(self):
        import backtrader
        self.module, self.strategy = backtrader, strategy(backtrader)
        self.frame = self.bars.assign(ts=self.bars.ts.dt.tz_localize(None)).set_index("ts")

    def run(self):
        bt = self.module
        brain = bt.Cerebro(stdstats=False)
        brain.adddata(bt.feeds.PandasData(dataname=self.frame, openinterest=None))
        brain.addstrategy(self.strategy, signals=self.signals, opens=self.bars.open.to_numpy())
        brain.broker.setcash(CASH)
        brain.broker.setcommission(FEE)
        for name in ("SharpeRatio", "DrawDown", "TradeAnalyzer", "Returns", "SQN"):
            brain.addanalyzer(getattr(bt.analyzers, name))
        (self.result,) = brain.run()

    def trades(self):
        return frame(self.result.done)


def strategy(bt):
    """Brackets at the signal, and out at the open after 24 bars."""

    class Bracket(bt.Strategy):
        params = {"signals": None, "opens": None}

        def __init__(self):
            self.done, self.entry, self.out_at, self.bracket = [], None, None, None

        def next(self):
            bar = len(self.data) - 1
            side = self.p.signals[bar]
            if side and not self.position:
                price = self.p.opens[bar + 1]
                size = 0.99 * self.broker.getvalue() / price
                levels = {"stopprice": price * (1 - side * STOP),
                          "limitprice": price * (1 + side * GAIN)}
                order = self.buy_bracket if side > 0 else self.sell_bracket
                self.bracket = order(size=size, exectype=bt.Order.Market, **levels)
                self.out_at = bar + HOLD
            elif self.position and bar == self.out_at:
                self.cancel(self.bracket[1])
                self.close()

        def notify_order(self, order):
            if order.status != order.Completed:
                return
            bar, e = len(self.data) - 1, order.executed
            if not self.position:
                at, price, size, fee = self.entry
                side = 1 if size > 0 else -1
                net = size * (e.price - price) - fee - e.comm
                self.done.append((at, bar, price, e.price, side, abs(size), net))
            else:
                self.entry = (bar, e.price, e.size, e.comm)

    return Bracket


def frame(rows):
    return pd.DataFrame(list(rows), columns=FIELDS[:-1]).set_index("entry_bar")


def compare(ours, theirs, name):
    """Entry by entry, which is what both sides have in common; every trade has its place in a sum."""
    both = ours.join(theirs.add_suffix("_peer"), how="inner")
    off = lambda a, b: (a / b - 1).abs() > CLOSE_ENOUGH
    part = lambda net, qty, entry: net / (qty * entry)
    checks = {
        "side": both.side != both.side_peer,
        "entry price": off(both.entry, both.entry_peer),
        "exit bar": both.exit_bar != both.exit_bar_peer,
        "exit price": off(both.exit, both.exit_peer),
        "PnL": (part(both.net, both.qty, both.entry)
                - part(both.net_peer, both.qty_peer, both.entry_peer)).abs() > CLOSE_ENOUGH,
    }
    differs = np.logical_or.reduce(list(checks.values()))
    size = np.nanmedian((both.qty / both.qty_peer - 1).abs())
    print(f"  {name}: {len(theirs):,} trades against our {len(ours):,}; entered on the same bar "
          f"{len(both):,}; the same side, bars, prices and PnL {int((~differs).sum()):,}; "
          f"quantities differ by {size:.1e} (median)")
    if differs.any():
        count = ", ".join(f"{what} {int(rows.sum())}" for what, rows in checks.items())
        print(f"    differing: {count}")
        odd = both[differs]
        for rule, rows in odd.groupby("rule"):
            example = rows.iloc[0]
            print(f"    ours by {RULES[int(rule)]}: {len(rows)}, such as entry bar {rows.index[0]}: "
                  f"bar {example.exit_bar:.0f} at {example.exit:.2f}, theirs bar "
                  f"{example.exit_bar_peer:.0f} at {example.exit_peer:.2f}")
    return differs


def signals_of(bars, sides):
    """Crossings of the 20-bar mean, at least 25 bars apart, none too near the end to be held."""
    close = bars.close.to_numpy()
    sums = np.cumsum(np.concatenate([[0.0], close]))
    mean = np.full(len(close), np.nan)
    mean[19:] = (sums[20:] - sums[:-20]) / 20
    below = close < mean
    signals, free = np.zeros(len(close)), 20
    for bar in np.flatnonzero(below[1:] != below[:-1]) + 1:
        side = 1 if below[bar] else -1
        if bar >= free and side in sides and bar + HOLD + 2 < len(close):
            signals[bar], free = side, bar + HOLD + 1
    return signals


def trading(bars, folder):
    for name, sides in CASES.items():
        signals = signals_of(bars, sides)
        signals.tofile(folder / "signals.f64")
        ours = Edgewalk(folder)
        peers = [peer(bars, signals) for peer in (Raptorbt, VectorbtRust, Vectorbt, VectorbtBare)]
        for peer in peers:
            peer.time(1)
        times = {peer.name: [] for peer in peers}
        for at in range(ROUNDS):
            turn = at % len(peers)
            for peer in peers[turn:] + peers[:turn]:
                once = THEIRS_A_ROUND if peer.name == "raptorbt" else 1
                theirs = peer.time(once) if at % 2 else None
                said, cpu = ours.trade(peer.delay, OURS_A_ROUND)
                theirs = peer.time(once) if theirs is None else theirs
                median = np.median(said["seconds"])
                times[peer.name].append((median, cpu, *theirs, np.median(said["engine_seconds"])))
        report(name, len(bars), said["trades"], times)
        if name == "long and short" and os.environ.get("BACKTRADER", "1") == "1":
            peers.append(Backtrader(bars, signals))
            seconds, cpu = peers[-1].time(1)
            mine = np.median(np.concatenate([times[peer] for peer in times])[:, :2], axis=0)
            print(f"  backtrader, once          {seconds * 1e3:10.2f} ms {len(bars) / seconds / 1e6:8.3f} "
                  f"M bars/s, ratio {seconds / mine[0]:.0f}, by CPU {cpu / mine[1]:.0f}")
        print("  trades, one by one, with the peer's rule on when levels begin to count:")
        for peer in peers:
            if peer.name != VectorbtBare.name:
                said, _ = ours.trade(peer.delay, 1, "trades.f64")
                compare(said["frame"], peer.trades(), peer.name)
        ours.close()
    print("""
  Rules. edgewalk's target, gapped through, fills at the better open; raptorbt's at its level.
  raptorbt's levels count on the entry bar (edgewalk: `oco_delay_bars: 0`), vectorbt's and
  backtrader's from the next (1, the default). On the bar of a timed exit vectorbt looks at the
  bar's extremes before it looks at the exit at its open. edgewalk's default asks a price to trade
  through a target; peers, and so edgewalk here, are content with a touch.""")


def report(name, n_bars, n_trades, times):
    ours = np.median(np.concatenate(list(times.values())), axis=0)
    print(f"\n{name}: {n_bars:,} bars, {n_trades:,} trades, {ROUNDS} rounds in turn; medians, metrics "
          "included")
    print(f"  {'edgewalk':26}{ours[0] * 1e3:10.2f} ms {n_bars / ours[0] / 1e6:8.1f} M bars/s, CPU "
          f"{ours[1] * 1e3:.2f} ms (without metrics {ours[4] * 1e3:.2f} ms, "
          f"{n_bars / ours[4] / 1e6:.0f} M bars/s)")
    for peer, rows in times.items():
        rows = np.array(rows)
        ratio = rows[:, 2] / rows[:, 4 if peer == VectorbtBare.name else 0]
        low, middle, high = np.quantile(ratio, [0.1, 0.5, 0.9])
        wall, cpu = np.median(rows[:, 2:4], axis=0)
        print(f"  {peer:26}{wall * 1e3:10.2f} ms {n_bars / wall / 1e6:8.1f} M bars/s, CPU "
              f"{cpu * 1e3:.2f} ms; ratio, round by round {middle:.1f} ({low:.1f} to {high:.1f} of "
              f"four in five), by CPU {np.median(rows[:, 3] / rows[:, 1]):.1f}")


def sweeping(folder):
    """A process a run: its peak memory is the sweep's."""
    runs, peak = [], []
    for _ in range(3):
        ours = Edgewalk(folder)
        loaded, before = ours.peak_mb(), ours.cpu()
        said = ours.order(sweep={"bars": 200_000, "settings": 10_000})
        runs.append((said["seconds"], ours.cpu() - before))
        peak.append(ours.peak_mb())
        ours.close()
    seconds, cpu = np.median(runs, axis=0)
    work = said["settings"] * 200_000
    print(f"\n{said['settings']:,} settings x 200,000 bars on the screen: {seconds:.2f} s, "
          f"{work / seconds / 1e9:.2f} G bar-evaluations/s (checking included, CPU {cpu:.2f} s), "
          f"{said['trades'] / said['settings']:.0f} trades a setting; peak {max(peak):.0f} MB, of "
          f"which {loaded:.0f} MB reading the bars")
    print(f"  settings asked of the engine too: {said['asked']}, the same to the bit: {said['same']}")


def gating(folder):
    ours = Edgewalk(folder)
    ours.order(gates={"rounds": 2, "extras": True})
    cpu = []
    for rounds in (5, 30):  # the difference is free of what is done once
        before = ours.cpu()
        ours.order(gates={"rounds": rounds, "extras": False})
        cpu.append(ours.cpu() - before)
    said = ours.order(gates={"rounds": 25, "extras": True})
    names = ("gates", "engine", "metrics", "all three", "waterfall", "band", "with these")
    parts = np.median(said["seconds"], axis=0) * 1e3
    told = said["told"]
    print("\nall gates, engine and full metrics on made-up predictions of four horizons; medians of "
          f"25 runs; CPU of all three, threads together {(cpu[1] - cpu[0]) / 25 * 1e3:.1f} ms:")
    print("  " + ", ".join(f"{name} {ms:.1f} ms" for name, ms in zip(names, parts, strict=True)))
    print(f"  {told['intents']:,} intents, {told['trades']:,} trades; refused by "
          + ", ".join(f"{gate} {count:,}" for gate, count in told["refused"].items() if count))
    ours.close()


def main():
    if "EDGEWALK_BACKTESTER" not in os.environ:
        subprocess.run(["cargo", "build", "--release", "--locked", "--quiet", "--example",
                        "backtester"], cwd=ROOT, check=True)
    bars = pd.read_parquet(bars_file("btcusdt_5m.parquet"))
    idle = int((bars.volume <= 0).sum())
    print(f"{idle} bars without volume are given some: edgewalk fills nothing there, peers do")
    bars["volume"] = bars.volume.clip(lower=1e-6)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        times = bars.ts.dt.as_unit("us").astype(np.int64).astype(float)
        columns = [times, bars.open, bars.high, bars.low, bars.close, bars.volume]
        np.concatenate(columns).astype(float).tofile(folder / "bars.f64")
        trading(bars, folder)
        sweeping(folder)
        gating(folder)


if __name__ == "__main__":
    sys.exit(main())
