"""Run the attack benchmark and print its tables: `python -m tests.trace_bench --attacks FILE [--corpus DIR]`.

Rows are appended to a file as they come; a run that was cut off goes on where it stopped.
"""

import argparse
import json
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import cv2

from tests.trace_bench.measure import Row, rows
from tests.trace_bench.pictures import Picture, gather
from tests.trace_bench.sets import attacks, jpeg
from tests.trace_bench.table import failures, tables

DEEP = 6
"""Photographs that go through collusion and the long rows of wrong keys too."""


def main() -> int:
    """Measure what is not measured yet; print; return 1 where a goal is missed."""
    asked = _arguments()
    done = {json.loads(line)["picture"] for line in _lines(asked.rows)}
    waiting = [
        (picture, number < DEEP)
        for number, picture in enumerate(gather(asked.folder, asked.corpus))
        if number < asked.most and picture.name not in done
    ]
    print(f"{len(done)} photographs measured before, {len(waiting)} to go", flush=True)
    # Fresh processes: OpenCV's threads do not survive a fork.
    with ProcessPoolExecutor(asked.processes, mp_context=get_context("spawn")) as pool:
        for found in pool.map(_measured, *zip(*[(asked.attacks, *one) for one in waiting], strict=True)):
            with asked.rows.open("a") as kept:
                kept.writelines(json.dumps(row, default=float) + "\n" for row in found)
            print(f"  {found[0]['picture']}", flush=True)
    measured = [json.loads(line) for line in _lines(asked.rows)]
    print(tables(measured))
    missed = failures(measured)
    print("\n".join(missed) or "every goal is met")
    return 1 if missed else 0


def _measured(listed: Path, picture: Picture, deep: bool) -> list[Row]:
    cv2.setNumThreads(1)
    os.nice(5)
    return list(rows(picture, attacks(listed), jpeg(listed), deep=deep))


def _lines(path: Path) -> Iterable[str]:
    return path.read_text().splitlines() if path.exists() else ()


def _arguments() -> argparse.Namespace:
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("--attacks", type=Path, required=True, help="the fixed list of attacks")
    said.add_argument("--corpus", type=Path, default=None, help="the test corpus")
    said.add_argument("--folder", type=Path, default=Path("var/trace-bench"), help="where packages are unpacked")
    said.add_argument("--rows", type=Path, default=Path("var/trace-bench/rows.jsonl"), help="where figures are kept")
    said.add_argument("--most", type=int, default=1_000, help="photographs at most")
    said.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    return said.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
