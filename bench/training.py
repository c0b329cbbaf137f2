"""Boosted trees on real bars: edgewalk's trainer against Python's XGBoost and LightGBM, two threads each,
and against hessboost (through our own backend of that name).

Windows of 12 weeks, four horizons each; then one training on 250,000 rows. All tools get the same
rows, rounds, depth, sampling, penalty and least weight of a child. They take turns, window by
window, so that whatever else the machine does slows all of them. Out of sample, the information
coefficient (Spearman) of each horizon is averaged over the windows; seeds show how much of a
difference is chance, and differences window by window how much of it is these windows. Memory is
that of each tool's process. Usage: [SEEDS=5] [FOLDS=12] [CHILD=1] bench/run training
"""

import os
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
          "column_sample_by_tree": 0.8, "max_bins": 256, "lambda": 1.0,
          "min_child_weight": float(os.environ.get("CHILD", 1))}


class Case:
    """Windows, and what every tool made of them."""

    def __init__(self, name, folder, rows, windows, horizons):
        self.name, self.folder, self.rows = name, folder, rows
        self.windows, self.horizons = windows, horizons
        self.times = {tool: [] for tool in TOOLS}
        self.ics = {tool: [] for tool in TOOLS}

    def run(self):
        _, y, _, sha256 = matrix_of(self.folder)
        trainers = [Trainer(tool, self.folder) for tool in TOOLS]
        for trainer in trainers:
            assert trainer.sha256 == sha256, f"{trainer.tool} has another matrix"
        for seed in range(SEEDS):
            ics = {tool: [] for tool in TOOLS}
            for at, (first, test) in enumerate(self.windows):
                turn = (seed + at) % len(trainers)
                for trainer in trainers[turn:] + trainers[:turn]:
                    took = trainer.fit(PARAMS, first, self.rows, self.horizons, seed)
                    self.times[trainer.tool].append(took)
                    start = first + self.rows + GAP
                    said = trainer.predict(start, test)
                    pairs = zip(said, y[self.horizons, start:start + test], strict=True)
                    ics[trainer.tool].append([spearmanr(*pair).statistic for pair in pairs])
            for tool in TOOLS:
                self.ics[tool].append(ics[tool])
        self.memory = {t.tool: (t.peak_mb(), t.loaded_mb) for t in trainers}
        for trainer in trainers:
            trainer.close()

    def report(self):
        print(f"\n{self.name}; medians:")
        print(f"  {'':10} {'s':>7} {'CPU s':>7}   peak MB (of which the matrix)")
        for tool in TOOLS:
            wall, cpu = np.median(self.times[tool], axis=0)
            peak, loaded = self.memory[tool]
            print(f"  {tool:10} {wall:7.3f} {cpu:7.3f}   {peak:5.0f} ({loaded:.0f})")
        print("  their time over gbdt's, window by window: median (from, to, of four in five)")
        for tool in TOOLS[1:]:
            ratios = np.array(self.times[tool]) / np.array(self.times["gbdt"])
            low, middle, high = np.quantile(ratios[:, 0], [0.1, 0.5, 0.9])
            print(f"  {tool:10} {middle:6.2f} ({low:.2f}, {high:.2f}), "
                  f"by CPU {np.median(ratios[:, 1]):.2f}")

    def report_ics(self):
        ics = {tool: np.array(self.ics[tool]) for tool in TOOLS}  # seed, window, horizon
        parts = [(f"{matrix.HORIZONS[h]} bars ahead", at) for at, h in enumerate(self.horizons)]
        if len(parts) > 1:
            parts.append(("mean of the horizons", slice(None)))
        for name, part in parts:
            print(f"  IC, {name}")
            of = {tool: ics[tool][:, :, part].reshape(SEEDS, len(self.windows), -1).mean(axis=2)
                  for tool in TOOLS}
            for tool in TOOLS:
                seeds = of[tool].mean(axis=1)
                spread = f"from {seeds.min():.4f} to {seeds.max():.4f}, sd {sd(seeds):.4f}"
                less = (of["gbdt"] - of[tool]).mean(axis=0)
                error = sd(less) / len(less) ** 0.5
                versus = f"; gbdt less it {less.mean():+.4f}" if tool != "gbdt" else ""
                if versus and len(less) > 1:
                    versus += f", standard error {error:.4f}"
                print(f"    {tool:10} {seeds.mean():.4f}  {spread}{versus}")


def sd(values):
    return values.std(ddof=1) if len(values) > 1 else 0.0


def windows(rows, count, test):
    step = (rows - FIRST - TRAIN - GAP - test - GAP) // max(count - 1, 1)
    return [(FIRST + at * step, test) for at in range(count)]


def main():
    subprocess.run(["cargo", "build", "--release", "--locked", "--quiet", "--example", "trainer"],
                   cwd=ROOT, check=True)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        columns, rows = matrix.write(folder)
        print(", ".join(f"{key} {value:g}" for key, value in PARAMS.items()))
        name = f"{FOLDS} windows of {TRAIN:,} rows x {columns} columns x 4 horizons, {SEEDS} seeds"
        batch = Case(name, folder, TRAIN, windows(rows, FOLDS, TEST), [0, 1, 2, 3])
        test = rows - FIRST - LARGE - 2 * GAP
        name = f"one training on {LARGE:,} rows x {columns} columns, 12 bars ahead, {SEEDS} seeds"
        large = Case(name, folder, LARGE, [(FIRST, test)], [3])
        for case in (batch, large):
            case.run()
            case.report()
            case.report_ics()


if __name__ == "__main__":
    sys.exit(main())
