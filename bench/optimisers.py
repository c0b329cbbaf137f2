"""Search by edgewalk against Optuna (and scikit-optimize) on noisy functions, medians over seeds.

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


# name: function, least value, noise, dimensions as (kind, low, high) or (kind, values)
FUNCTIONS = {
    "branin": (branin, 0.397887, 0.5, {"x": ("float", -5, 10), "y": ("float", 0, 15)}),
    "hartmann6": (hartmann6, -3.32237, 0.1, {name: ("float", 0, 1) for name in "abcdef"}),
    "rosenbrock_log": (rosenbrock_log, 0, 0.1, {name: ("log", 0.01, 100) for name in "abc"}),
    "mixed": (mixed, 0, 0.1, {
        "learning_rate": ("log", 0.005, 0.5), "max_depth": ("int", 2, 12),
        "row_sampling": ("step", 0.3, 1, 0.05), "min_child": ("int_log", 1, 256),
        "growth": ("choice", ("depth", "leaf", "both")), "monotone": ("choice", (False, True))}),
}


def suggest(trial, name, kind, *ends):
    if kind == "choice":
        return trial.suggest_categorical(name, ends[0])
    if kind in ("int", "int_log"):
        return trial.suggest_int(name, *ends[:2], log=kind == "int_log")
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


def by_skopt(function, space, noise, trials, seed):
    import skopt
    from skopt.space import Categorical, Integer, Real
    rng = np.random.default_rng(seed)

    def dimension(kind, *ends):
        if kind == "choice":
            return Categorical(ends[0])
        if kind in ("int", "int_log"):
            return Integer(*ends[:2], prior="log-uniform" if kind == "int_log" else "uniform")
        return Real(*ends[:2], prior="log-uniform" if kind == "log" else "uniform")

    def objective(values):
        return function(dict(zip(space, values))) + noise * rng.normal()

    done = skopt.gp_minimize(objective, [dimension(*d) for d in space.values()], n_calls=trials,
                             n_initial_points=10, acq_func="EI", random_state=seed)
    return function(dict(zip(space, done.x)))


PEERS = {
    "optuna random": by_optuna(lambda seed: optuna.samplers.RandomSampler(seed=seed)),
    "optuna tpe": by_optuna(lambda seed: optuna.samplers.TPESampler(seed=seed)),
    "optuna tpe multivariate": by_optuna(
        lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=True)),
}
try:
    import torch  # noqa: F401
    PEERS["optuna gp"] = by_optuna(lambda seed: optuna.samplers.GPSampler(seed=seed))
except ImportError:
    print("without Optuna's Gaussian process: it needs torch")
try:
    import skopt  # noqa: F401
    PEERS["skopt gp"] = by_skopt
except ImportError:
    print("without scikit-optimize: it is not installed")


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


def quartiles(values, least):
    low, middle, high = statistics.quantiles([value - least for value in values], n=4)
    return f"{middle:8.3f} ({low:.3f} - {high:.3f})"


def main():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.filterwarnings("ignore")
    build = ["cargo", "build", "--release", "--locked", "--quiet", "--example", "optimiser"]
    subprocess.run(build, cwd=ROOT, check=True)
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
