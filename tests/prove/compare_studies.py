"""`python -m tests.prove.compare_studies [REGISTRIES]`: how much the compared numbers vary by chance.

Runs each shipped protocol on many synthetic registries of its paper's size, and keeps the mean and the standard
deviation of every number that the paper printed in crlm/study/compare/simulated/: the distances of
`crlm study compare` are told in these standard deviations.
"""

import multiprocessing
import os
import sys
import tempfile
from pathlib import Path

REGISTRIES, FIRST_SEED = 100, 20_260_001


def values(task: tuple[str, int, int]):
    """The compared numbers of one registry."""
    from crlm.registry.snapshot import open_registry
    from crlm.registry.synthetic_registry import write_registry
    from crlm.study.compare.simulated import values_of
    from crlm.study.protocol.load import find_protocol
    from crlm.study.run import run_study

    study, patients, seed = task
    with tempfile.TemporaryDirectory() as folder:
        write_registry(study, patients, seed, Path(folder) / "registry", "parquet")
        return values_of(run_study(find_protocol(study), open_registry(Path(folder) / "registry")))


def main(registries: int, studies: list[str]) -> None:
    """Write the summaries."""
    from crlm.registry.synthetic_registry.registries import STUDIES
    from crlm.study.compare.simulated import FOLDER, as_text, summarised

    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["POLARS_MAX_THREADS"] = "1"
    for study in studies or STUDIES:
        patients = STUDIES[study][1]
        tasks = [(study, patients, FIRST_SEED + k) for k in range(registries)]
        with multiprocessing.get_context("spawn").Pool(min(2, os.cpu_count() or 1)) as pool:
            summary = summarised(study, patients, FIRST_SEED, pool.imap(values, tasks, chunksize=5))
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / f"{study}.json").write_text(as_text(summary), encoding="utf-8")
        print(study, len(summary.cells), "rows")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else REGISTRIES, sys.argv[2:])
