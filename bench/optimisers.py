"""Search by edgewalk against Optuna on noisy functions, medians over seeds.

Every sampler sees noisy values; what counts is the function without noise at the point whose noisy
value was best, less the least there is. Usage: bench/run optimisers
"""

import json
import math
import os
import statistics
import subprocess
import sys
import time
import warnings

import numpy as np
import optuna

from side import ROOT, TARGET

SEEDS = int(os.environ.get("SEEDS", 20))
TRIALS = (50, 100)
BATCHES = (1, 4)

HARTMANN_A = np.array([[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14],
                       [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]])
HARTMANN_P = np.array([[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
                       [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381]]) / 1e4


def branin(p):
    x, y = p["x"], p["y"]
    bend = y - 5.1 / (4 * math.pi**2) * x * x + 5 / math.pi * x - 6
    return bend**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def hartmann6(p):
    x = np.array([p[name] for name in "abcdef"])
    far = (HARTMANN_A * (x - HARTMANN_P)**2).sum(axis=1)
    return -float(np.array([1, 1.2, 3, 3.2]) @ np.exp(-far))


def rosenbrock_log(p):
    x = [p[name] for name in "abc"]
    return math.log1p(sum(100 * (x[i + 1] - x[i]**2)**2 + (1 - x[i])**2 for i in range(2)))


def mixed(p):
    best_depth, level = {"depth": (6, 0.3), "leaf": (8, 0.0), "both": (4, 0.6)}[p["growth"]]
    rate = math.log(p["learning_rate"] / 0.05)
    depth = (p["max_depth"] - best_depth) / 3
    rows = p["row_sampling"] - 0.8
    child = math.log2(p["min_child"] / 20) / 3
    flag = 0.2 if p["monotone"] else 0.0
    return rate**2 / 1.44 + depth**2 + 0.3 * rate * depth + 2 * rows**2 + child**2 + level + flag


def levy5(p):
    w = [1 + (p[name] - 1) / 4 for name in "abcde"]
    middle = sum((x - 1)**2 * (1 + 10 * math.sin(math.pi * x + 1)**2) for x in w[:4])
    last = (w[4] - 1)**2 * (1 + math.sin(2 * math.pi * w[4])**2)
    return math.sin(math.pi * w[0])**2 + middle + last


def rule(p):
    ratio = math.log(p["slow"] / p["fast"]) - math.log(8)

    def hill(centre, width, height):
        far = ratio**2 + (p["stop"] - centre)**2 / width + (p["entry"] - 1.5)**2
        return height * math.exp(-far)

    side = {"long": 1.0, "short": 0.5, "both": 0.8}[p["side"]]
    return 1 - side * (hill(1.5, 0.5, 0.7) + hill(3.5, 1.0, 1.0))


# At fast 3 · k, slow 24 · k, stop 3.5, entry 1.5, long.
LEAST_OF_RULE = rule({"fast": 15, "slow": 120, "stop": 3.5, "entry": 1.5, "side": "long"})

# Our defaults were chosen on the first four; the last two were never looked at for it.
# name: function, least value, noise, dimensions as (kind, low, high) or (kind, values)
FUNCTIONS = {
    "branin": (branin, 0.397887, 0.5, {"x": ("float", -5, 10), "y": ("float", 0, 15)}),
    "hartmann6": (hartmann6, -3.32237, 0.1, {name: ("float", 0, 1) for name in "abcdef"}),
    "rosenbrock_log": (rosenbrock_log, 0, 0.1, {name: ("log", 0.01, 100) for name in "abc"}),
    "mixed": (mixed, 0, 0.1, {
        "learning_rate": ("log", 0.005, 0.5), "max_depth": ("int", 2, 12),
        "row_sampling": ("step", 0.3, 1, 0.05), "min_child": ("int_log", 1, 256),
        "growth": ("choice", ("depth", "leaf", "both")), "monotone": ("choice", (False, True))}),
    "levy5": (levy5, 0, 0.5, {name: ("float", -10, 10) for name in "abcde"}),
    "rule": (rule, LEAST_OF_RULE, 0.05, {
        "fast": ("int", 3, 60, 3), "slow": ("int_log", 20, 500), "stop": ("step", 0.5, 5, 0.25),
        "entry": ("float", 0, 3), "side": ("choice", ("long", "short", "both"))}),
}


def suggest(trial, name, kind, *ends):
    if kind == "choice":
        return trial.suggest_categorical(name, ends[0])
    if kind in ("int", "int_log"):
        step = ends[2] if len(ends) > 2 else 1
        return trial.suggest_int(name, *ends[:2], step=step, log=kind == "int_log")
    step = ends[2] if kind == "step" else None
    return trial.suggest_float(name, *ends[:2], step=step, log=kind == "log")


def by_optuna(make_sampler):
    def best(function, space, noise, trials, seed):
        rng = np.random.default_rng(seed)

        def objective(trial):
            point = {name: suggest(trial, name, *dimension) for name, dimension in space.items()}
            return function(point) + noise * rng.normal()

        study = optuna.create_study(sampler=make_sampler(seed))
        study.optimize(objective, n_trials=trials)
        return function(study.best_params)
    return best


PEERS = {
    "optuna random": by_optuna(lambda seed: optuna.samplers.RandomSampler(seed=seed)),
    "optuna tpe, one at a time": by_optuna(
        lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=False)),
    "optuna tpe, multivariate": by_optuna(
        lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=True)),
}
try:
    import torch  # noqa: F401
    PEERS["optuna gp"] = by_optuna(lambda seed: optuna.samplers.GPSampler(seed=seed))
except ImportError:
    print("without Optuna's Gaussian process: it needs torch")

def ours(trials, batch):
    """Values by (function, sampler), and how long all of them took."""
    binary = TARGET / "release" / "examples" / "optimiser"
    start = time.perf_counter()
    said = subprocess.run([binary, str(trials), str(SEEDS), str(batch)],
                          capture_output=True, text=True, check=True).stdout
    values = {}
    for line in map(json.loads, said.splitlines()):
        values.setdefault((line["function"], line["sampler"]), []).append(line["value"])
    return values, time.perf_counter() - start


def same_functions():
    """That both sides mean the same by a name."""
    binary = TARGET / "release" / "examples" / "optimiser"
    said = subprocess.run([binary, "values"], capture_output=True, text=True, check=True).stdout
    for line in map(json.loads, said.splitlines()):
        function, least, *_ = FUNCTIONS[line["function"]]
        theirs = function(line["point"])
        assert abs(line["least"] - least) < 1e-6, line
        assert math.isclose(line["value"], theirs, rel_tol=1e-9, abs_tol=1e-9), (line, theirs)


def quartiles(values, least):
    low, middle, high = statistics.quantiles([value - least for value in values], n=4)
    return f"{middle:8.3f} ({low:.3f} - {high:.3f})"


def main():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.filterwarnings("ignore")
    build = ["cargo", "build", "--release", "--locked", "--quiet", "--example", "optimiser"]
    subprocess.run(build, cwd=ROOT, check=True)
    same_functions()
    for trials in TRIALS:
        print(f"\n{trials} trials, {SEEDS} seeds: median distance from the least value (quartiles)")
        for batch in BATCHES:
            values, seconds = ours(trials, batch)
            for (name, sampler), found in values.items():
                print(f"{name:15} edgewalk {sampler + f', {batch} at once':25} "
                      f"{quartiles(found, FUNCTIONS[name][1])}")
            print(f"{'all of them':15} {seconds:.1f} s", flush=True)
        for peer, best in PEERS.items():
            start = time.perf_counter()
            for name, (function, least, noise, space) in FUNCTIONS.items():
                found = [best(function, space, noise, trials, seed) for seed in range(SEEDS)]
                print(f"{name:15} {peer:34} {quartiles(found, least)}")
            print(f"{'all of them':15} {time.perf_counter() - start:.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
