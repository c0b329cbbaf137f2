"""Models in XGBoost's JSON, both ways: those that edgewalk trains are read by Python's XGBoost, and those
XGBoost trains by edgewalk, for all four objectives, on real rows with missing values.

Predictions must agree to the rounding of single precision. Usage: bench/run interop
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import matrix
from boosters import Trainer, matrix_of
from side import ROOT

# The first rows have gaps: columns begin when their look-back is there.
FIRST, TRAIN, ALL = 1_000, 12_000, 40_000
PARAMS = {"rounds": 100, "max_depth": 6, "learning_rate": 0.1, "row_sample": 0.8,
          "column_sample_by_tree": 0.8, "max_bins": 256, "lambda": 1.0, "min_child_weight": 1.0}
OBJECTIVES = {
    "squared error": ("regression", {}),
    "huber": ("regression", {"objective": {"huber": {"slope": 10.0}}}),
    "quantile": ("regression", {"objective": {"quantile": {"alpha": 0.3}}}),
    "logistic": ("classification", {}),
}
# A few last places of the largest prediction: a chance goes through each side's own exponential.
ALLOWED = 4 * np.finfo(np.float32).eps


def check(writer, reader, path, name):
    writer.order(save={"into": [str(path)]})
    written = writer.predict(FIRST, ALL)[0]
    reader.order(load={"backend": "gbdt", "from": [str(path)]})
    read = reader.predict(FIRST, ALL)[0]
    off = float(np.abs(written - read).max() / np.abs(written).max())
    print(f"{name:14} written by {writer.tool:8} read by {reader.tool:8} "
          f"{(written == read).mean():8.3%} of {ALL:,} the same bits, worst {off:.1e}; "
          f"{len(np.unique(written)):,} values")
    return off <= ALLOWED


def main():
    subprocess.run(["cargo", "build", "--release", "--locked", "--quiet", "--example", "trainer"],
                   cwd=ROOT, check=True)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        matrix.write(folder)
        x, _, _, sha256 = matrix_of(folder)
        print(f"{np.isnan(x[:, FIRST:FIRST + ALL]).mean():.2%} of the values are missing")
        tools = [Trainer(tool, folder) for tool in ("gbdt", "xgboost")]
        assert all(tool.sha256 == sha256 for tool in tools), "another matrix"
        fine = []
        for name, (kind, more) in OBJECTIVES.items():
            for writer, reader in (tools, tools[::-1]):
                writer.fit({**PARAMS, **more}, FIRST, TRAIN, [3], 7, kind)
                fine.append(check(writer, reader, folder / "model.json", name))
        for tool in tools:
            tool.close()
    if not all(fine):
        sys.exit("predictions differ by more than rounding")


if __name__ == "__main__":
    main()
