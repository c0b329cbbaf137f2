"""Trainers in processes of their own, all told the same orders in turn: edgewalk (examples/trainer.rs),
and Python's XGBoost and LightGBM, which this file answers for when it is run itself."""

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

os.environ["OMP_WAIT_POLICY"] = "passive"  # waiting in a loop would slow all others down

import numpy as np

from side import TARGET

THREADS = 2
TICK = os.sysconf("SC_CLK_TCK")
KINDS = ("regression", "classification")


class Trainer:
    """One process with the matrix in its memory. Tools within edgewalk are chosen by `backend`."""

    def __init__(self, tool, folder):
        self.tool = tool
        self.predictions = Path(folder) / f"{tool}.f32"
        ours = [str(TARGET / "release" / "examples" / "trainer"), str(folder), str(THREADS)]
        peer = [sys.executable, __file__, tool, str(folder)]
        self.process = subprocess.Popen(ours if tool in OURS else peer, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.sha256 = self._answer()["sha256"]
        # What the matrix takes; reading it took more, which is forgotten.
        self.loaded_mb = self._status("VmRSS")
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.tool} gave no answer")
        return json.loads(line)

    def order(self, **order):
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def fit(self, params, first, rows, horizons, seed, kind="regression"):
        """Seconds by the clock and by the processors."""
        ours = {"backend": self.tool, "params": params, "kind": kind, "first": first, "rows": rows,
                "horizons": horizons, "seed": seed}
        cpu, start = self._cpu(), time.perf_counter()
        self.order(fit=ours)
        return time.perf_counter() - start, self._cpu() - cpu

    def predict(self, first, rows):
        """One row a model."""
        into = str(self.predictions)
        self.order(predict={"first": first, "rows": rows, "into": into})
        return np.fromfile(into, np.float32).reshape(-1, rows)

    def _cpu(self):
        """To a hundredth of a second, of all threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def peak_mb(self):
        """Since the matrix was read."""
        return self._status("VmHWM")

    def _status(self, key):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{key}:\s+(\d+)", status)[1]) * 1024 / 1e6

    def close(self):
        self.process.stdin.close()
        self.process.wait()


OURS = ("gbdt", "hessboost")


def matrix_of(folder):
    """Columns × rows, horizons × rows, names, and the hash of the files that all tools are given."""
    names = json.loads((folder / "names.json").read_text())
    x = np.fromfile(folder / "x.f32", np.float32).reshape(len(names), -1)
    y = np.fromfile(folder / "y.f64").reshape(-1, x.shape[1])
    return x, y, names, hashlib.sha256(x.tobytes() + y.tobytes()).hexdigest()


def xgboost_objective(objective):
    if objective == "squared_error":
        return {"objective": "reg:squarederror"}
    if "huber" in objective:
        return {"objective": "reg:pseudohubererror", "huber_slope": objective["huber"]["slope"]}
    return {"objective": "reg:quantileerror", "quantile_alpha": objective["quantile"]["alpha"]}


class XGBoost:
    def __init__(self):
        import xgboost
        self.library = xgboost

    def fit(self, x, targets, p, order, names):
        if order["kind"] == "classification":
            objective = {"objective": "binary:logistic"}
        else:
            objective = xgboost_objective(p.get("objective", "squared_error"))
        settings = {
            **objective, "tree_method": "hist", "nthread": THREADS, "seed": order["seed"],
            "max_bin": p["max_bins"], "eta": p["learning_rate"], "max_depth": p["max_depth"],
            "subsample": p["row_sample"], "colsample_bytree": p["column_sample_by_tree"],
            "min_child_weight": p["min_child_weight"], "lambda": p["lambda"],
        }
        columns = self.library.QuantileDMatrix(
            x, max_bin=p["max_bins"], nthread=THREADS, feature_names=names)
        for target in targets:
            columns.set_label(target)
            yield self.library.train(settings, columns, p["rounds"])

    def predict(self, model, x, names):
        return model.predict(self.library.DMatrix(x, nthread=THREADS, feature_names=names))

    def load(self, path):
        model = self.library.Booster({"nthread": THREADS})
        model.load_model(path)
        return model


class LightGBM:
    def __init__(self):
        import lightgbm
        self.library = lightgbm

    def fit(self, x, targets, p, order, names):
        # A code more would cost it words of two bytes. 2^depth leaves: all that the depth allows.
        of_columns = {"max_bin": min(p["max_bins"], 255), "num_threads": THREADS, "verbose": -1,
                      "feature_pre_filter": False, "force_row_wise": len(x) < ROW_WISE_PAYS}
        settings = {
            **of_columns, "objective": "l2", "learning_rate": p["learning_rate"],
            "max_depth": p["max_depth"], "num_leaves": 2 ** p["max_depth"],
            "bagging_fraction": p["row_sample"], "bagging_freq": 1,
            "feature_fraction": p["column_sample_by_tree"], "lambda_l2": p["lambda"],
            "min_data_in_leaf": int(p["min_child_weight"]),
            "min_sum_hessian_in_leaf": p["min_child_weight"], "seed": order["seed"],
        }
        columns = self.library.Dataset(x, targets[0], params=of_columns, feature_name=names)
        columns.construct()
        for target in targets:
            columns.set_label(target)
            yield self.library.train(settings, columns, p["rounds"])

    def predict(self, model, x, _names):
        return model.predict(x, num_threads=THREADS)


# Asked for outright, LightGBM does not try both ways in each training, which costs more than it
# gains on few rows; on many it may choose.
ROW_WISE_PAYS = 100_000


def serve(tool, folder):
    """Answers orders as examples/trainer.rs does."""
    peer = {"xgboost": XGBoost, "lightgbm": LightGBM}[tool]()
    x, y, names, sha256 = matrix_of(folder)
    x = np.ascontiguousarray(x.T)
    print(json.dumps({"sha256": sha256}), flush=True)
    models = []
    for line in sys.stdin:
        (what, order), = json.loads(line).items()
        if what == "fit":
            rows = slice(order["first"], order["first"] + order["rows"])
            targets = y[order["horizons"], rows]
            if order["kind"] == "classification":
                targets = (targets > 0).astype(float)
            models = list(peer.fit(x[rows], targets, order["params"], order, names))
        elif what == "predict":
            rows = slice(order["first"], order["first"] + order["rows"])
            said = [peer.predict(model, x[rows], names) for model in models]
            np.stack(said).reshape(len(models), -1).astype(np.float32).tofile(order["into"])
        elif what == "save":
            for model, path in zip(models, order["into"], strict=True):
                model.save_model(path)
        elif what == "load":
            models = [peer.load(path) for path in order["from"]]
        print(json.dumps({"done": len(models)}), flush=True)


if __name__ == "__main__":
    serve(sys.argv[1], Path(sys.argv[2]))
