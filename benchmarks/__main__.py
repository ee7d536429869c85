"""Measures and prints every figure. A figure beyond its limit is reported, and is not a failure."""

import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Bench
from benchmarks.measure import machine


def main() -> None:
    """Measure and print."""
    begin = time.monotonic()
    print(machine())
    print("medians of alternating runs; cpu: processor time, user and system; MB: peak memory of the largest process")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path("blogstack.yaml"), Path(folder))
        wanted = sys.argv[1:]
        for name, figure in bench.figures().items():
            if not wanted or name in wanted:
                print(f"\n{name}: {figure.__doc__}", flush=True)
                figure()
    print(f"\n{time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()
