"""onnxruntime on one thread, for the bench of inference: microseconds of a window in batches of eight and one by one."""

import json
import sys
import time
from pathlib import Path

import numpy as np

from .check import golden_inputs, session
from .companion import opened


def turn(runtime, x: np.ndarray, seconds: float) -> float:
    best, began = float("inf"), time.perf_counter()
    while time.perf_counter() - began < seconds:
        start = time.perf_counter()
        runtime.run(None, {"strokes": x})
        best = min(best, (time.perf_counter() - start) * 1e6 / len(x))
    return best


def main() -> None:
    graph = Path(sys.argv[1])
    seconds = int(sys.argv[2]) / 1000
    content = opened(graph.stem, graph.with_suffix(".palet").read_bytes())
    x = np.resize(golden_inputs(content), (8, *golden_inputs(content).shape[1:]))
    runtime = session(graph.read_bytes())
    print(json.dumps({"batch": turn(runtime, x, seconds), "single": turn(runtime, x[:1], seconds)}))


if __name__ == "__main__":
    main()
