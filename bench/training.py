"""Boosted trees on real bars: edgewalk's trainer against Python's XGBoost and LightGBM, two threads each,
and against hessboost (through our own backend of that name).

Windows of 12 weeks, four horizons each; then one training on 250,000 rows. All tools get the same
rows, rounds, depth, sampling, penalty and least weight of a child. They take turns, window by
window, so that whatever else the machine does slows all of them. Out of sample, the information
coefficient (Spearman) of each horizon is averaged over the windows; seeds show how much of a
difference is chance. Usage: bench/run training [settings]
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

import matrix
from boosters import Trainer, matrix_of
from side import ROOT

TOOLS = ("gbdt", "xgboost", "lightgbm", "hessboost")
SEEDS = int(os.environ.get("SEEDS", 5))
FOLDS = int(os.environ.get("FOLDS", 12))
TRAIN, TEST = 24_192, 4_032  # 12 weeks and two
LARGE = 250_000
FIRST = 5_000  # all columns have values
GAP = max(matrix.HORIZONS) + 1  # what is predicted begins behind the last label learnt from
PARAMS = {"rounds": 200, "max_depth": 6, "learning_rate": 0.05, "row_sample": 0.8,
          "column_sample_by_tree": 0.8, "max_bins": 256, "lambda": 1.0, "min_child_weight": 1.0}


class Case:
    """Windows, and what every tool made of them."""

    def __init__(self, name, folder, rows, windows, horizons):
        self.name, self.folder, self.rows = name, folder, rows
        self.windows, self.horizons = windows, horizons
        self.times = {tool: [] for tool in TOOLS}
        self.ics = {tool: [] for tool in TOOLS}

    def run(self, seeds, params):
        _, y, _, sha256 = matrix_of(self.folder)
        trainers = [Trainer(tool, self.folder) for tool in TOOLS]
        for trainer in trainers:
            assert trainer.sha256 == sha256, f"{trainer.tool} has another matrix"
        for seed in range(seeds):
            ics = {tool: [] for tool in TOOLS}
            for at, (first, test) in enumerate(self.windows):
                turn = (seed + at) % len(trainers)
                for trainer in trainers[turn:] + trainers[:turn]:
                    took = trainer.fit(params, first, self.rows, self.horizons, seed)
                    self.times[trainer.tool].append(took)
                    start = first + self.rows + GAP
                    said = trainer.predict(start, test)
                    pairs = zip(said, y[self.horizons, start:start + test], strict=True)
                    ics[trainer.tool].append([spearmanr(*pair).statistic for pair in pairs])
            for tool in TOOLS:
                self.ics[tool].append(np.mean(ics[tool], axis=0))
        self.memory = {t.tool: (t.peak_mb(), t.loaded_mb) for t in trainers}
        for trainer in trainers:
            trainer.close()

    def report(self):
        print(self.name)
        print(f"  {'':10} {'s':>7} {'CPU s':>7} {'x gbdt':>7} {'x CPU':>6}   peak MB (matrix loaded)")
        ours = [statistics.median(times) for times in zip(*self.times["gbdt"])]
        for tool in TOOLS:
            wall, cpu = (statistics.median(times) for times in zip(*self.times[tool]))
            peak, loaded = self.memory[tool]
            print(f"  {tool:10} {wall:7.3f} {cpu:7.3f} {wall / ours[0]:7.2f} {cpu / ours[1]:6.2f}"
                  f"   {peak:5.0f} ({loaded:.0f})")
        ratios = {tool: [theirs[0] / ours[0] for theirs, ours in
                         zip(self.times[tool], self.times["gbdt"], strict=True)] for tool in TOOLS}
        for tool in TOOLS[1:]:
            low, middle, high = np.quantile(ratios[tool], [0.1, 0.5, 0.9])
            print(f"  as fast as {tool}, window by window: {middle:.2f} x "
                  f"(from {low:.2f} to {high:.2f}, four in five)")

    def report_ics(self):
        for at, horizon in enumerate(self.horizons):
            print(f"  IC {matrix.HORIZONS[horizon]} bars ahead")
            for tool in TOOLS:
                ics = np.array(self.ics[tool])[:, at]
                print(f"    {tool:10} {ics.mean():.4f}  from {ics.min():.4f} to {ics.max():.4f}, "
                      f"sd {ics.std(ddof=1) if len(ics) > 1 else 0:.4f}")
        means = {tool: np.array(self.ics[tool]).mean(axis=1) for tool in TOOLS}
        print("  IC, mean of the horizons")
        for tool in TOOLS:
            ics = means[tool]
            print(f"    {tool:10} {ics.mean():.4f}  from {ics.min():.4f} to {ics.max():.4f}")


def windows(rows, count, test):
    step = (rows - FIRST - TRAIN - GAP - test - GAP) // max(count - 1, 1)
    return [(FIRST + at * step, test) for at in range(count)]


def main():
    subprocess.run(["cargo", "build", "--release", "--locked", "--quiet", "--example", "trainer"],
                   cwd=ROOT, check=True)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        columns, rows = matrix.write(folder)
        weighed = {**PARAMS, "min_child_weight": 20.0}
        shape = f"{TRAIN:,} rows x {columns} columns x 4 horizons"
        cases = [(f"{FOLDS} windows, {SEEDS} seeds; a window is {shape}:", PARAMS),
                 (f"the same with at least 20 rows in a leaf:", weighed)]
        for name, params in cases:
            case = Case(name, folder, TRAIN, windows(rows, FOLDS, TEST), [0, 1, 2, 3])
            case.run(SEEDS, params)
            case.report()
            case.report_ics()
        test = rows - FIRST - LARGE - 2 * GAP
        name = f"one training on {LARGE:,} rows x {columns} columns, 12 bars ahead:"
        case = Case(name, folder, LARGE, [(FIRST, test)], [3])
        case.run(3, PARAMS)
        case.report()
        case.report_ics()


if __name__ == "__main__":
    sys.exit(main())
