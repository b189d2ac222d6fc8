"""Seconds and peak memory of the classic recipe, per stage and in all, at 1, 4 and 25 megapixels.

Each size runs in a process of its own, through the real pipeline and a store on disk, so that the
peak is that of one worker. Usage: bench_restore.py [MEGAPIXELS ...]
"""

import json
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

from measuring import old_print, say

from server.assembly import engines, rack, recipes_library
from server.catalogue.model import Photo, Region, Text
from server.restoration.pipeline import Job, Pipeline
from server.restoration.recipes import load_recipe
from server.restoration.store import Store
from server.settings import Settings

NAME = Text({"en": "measured"})
REGIONS = (
    Region(
        id="suit",
        name=NAME,
        outline=((0.2, 0.6), (0.6, 0.6), (0.7, 1.0), (0.1, 1.0)),
        colour="#C8501E",
        certainty="likely",
    ),
    Region(id="flag", name=NAME, points=((0.1, 0.3),), colour="#B22234", certainty="guess"),
)


def measure(megapixels: float) -> None:
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        folder = home / "set" / "photos" / "010-print"
        folder.mkdir(parents=True)
        old_print(folder / "scan.jpg", megapixels)
        photo = Photo(id="010-print", title=NAME, scan="scan.jpg", region=REGIONS)
        recipe = load_recipe("classic", library=recipes_library(), set_folder=home)
        pipeline = Pipeline(engines(rack(Settings())), Store(home / "store"))
        began = time.monotonic()
        restored = pipeline.restore(Job(photo, folder, recipe), lambda step, share: None)
        whole = time.monotonic() - began
        size = f"{megapixels:g}mp"
        for stage, steps in restored.steps.items():
            say("restore", f"restore.{stage}_seconds_{size}", sum(s.seconds for s in steps), "s")
        say("restore", f"restore.seconds_{size}", whole, "s")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        say("restore", f"restore.peak_mb_{size}", peak, "MB")


if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    for wanted in [float(word) for word in sys.argv[1:]] or [1.0, 4.0, 25.0]:
        process = context.Process(target=measure, args=(wanted,))
        process.start()
        process.join()
        if process.exitcode:
            print(json.dumps({"bench": "restore", "failed_at_megapixels": wanted}))
            sys.exit(1)
