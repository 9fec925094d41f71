"""Random steps in Hex, in OpenMetadata and of hexmeta: whatever happens, the server ends right.

    SEEDS=100 FIRST=1 PROJECTS=20 test_publish_random.py     many sequences
    STEPS='["hex.rename 7", ...]' VERSION=2.0.7 ...            one, as a failure printed it
"""

import json
import os
import random
import sys
import unittest

from publisher import Server
from random_publish import World
from workspace import Workspace

# The slow suite asks for more (tests/flow/meson.build).
SEEDS = os.environ.get("SEEDS")
FIRST = int(os.environ.get("FIRST", "1"))
STEP_COUNT = int(os.environ.get("STEP_COUNT", "25" if SEEDS else "8"))
PROJECTS = os.environ.get("PROJECTS", "20" if SEEDS else "10")
VERSIONS = ["2.0.7", "1.13.1", "1.12.3"]
WEIGHTS = {
    "hex.rename": 3, "hex.describe": 2, "hex.empty_description": 1, "hex.categorize": 3,
    "hex.collect": 2, "hex.judge": 2, "hex.hand_over": 2, "hex.query": 3, "hex.unquery": 1,
    "hex.trash": 2, "hex.restore": 2, "hex.archive": 1, "hex.unarchive": 1, "hex.delete": 1,
    "hex.add": 1, "hex.view": 1, "hex.publish": 1,
    "people.title": 2, "people.text": 2, "people.empty_text": 1, "people.column": 1,
    "people.certify": 1, "people.domain": 1, "people.extension": 1, "people.tag": 2,
    "people.term": 1, "people.tag_of_hex": 1, "people.untag": 2, "people.add_owner": 1,
    "people.set_owner": 1, "people.empty_owners": 1, "people.delete": 2, "people.restore": 1,
    "people.draw_beside": 1, "people.draw_over": 1, "people.disable": 1, "people.enable": 1,
    "people.exclude": 1, "people.include": 1,
    "run.configure": 2, "run.plain": 2, "run.filter_titles": 1, "run.make_by_hand": 1,
    "run.lose": 1, "run.other_machine": 1, "run.ingest": 5, "run.sync": 1, "run.publish": 3,
    "run.sync_and_publish": 4, "run.override": 1, "run.override_lineage": 1,
    "run.bring_back": 1, "run.verify": 1, "run.fail": 4, "run.fail_hex": 2, "run.kill": 2,
}


def make_steps(seed):
    """A first run, anything, and a plain run."""
    draw = random.Random(seed)
    names = draw.choices(list(WEIGHTS), list(WEIGHTS.values()), k=STEP_COUNT)
    if draw.random() < 0.7:
        names.insert(0, "run.ingest")
    names += ["run.plain", "run.sync_and_publish", "run.lose", "run.ingest"]
    return [f"{name} {draw.randrange(1000000)}" for name in names]


def play(steps, version, is_loud=False):
    """The first problems that come up, and how many steps it took."""
    with Workspace("--projects", PROJECTS) as workspace, Server("--version", version) as server:
        world = World(workspace, server)
        for count, step in enumerate(steps, 1):
            name, number = step.split()
            if is_loud:
                print(step, flush=True)
            world.step(name, int(number))
            if world.found:
                return world.found, count
    return [], len(steps)


def shrink(steps, version):
    """Fewer steps that still fail: one after the other is left out, from the last on."""
    problems, count = play(steps, version)
    steps = steps[:count]
    size = max(1, len(steps) // 4)
    while size > 0:
        at = len(steps) - size - 1
        while at >= 0:
            fewer = steps[:at] + steps[at + size:]
            found, count = play(fewer, version)
            if found:
                steps, problems = fewer[:count], found
            at = min(at, len(steps) - 1) - size
        size //= 2
    return steps, problems


class RandomTest(unittest.TestCase):
    def judge(self, seed, steps, version):
        problems, _ = play(steps, version)
        if not problems:
            return
        if os.environ.get("SHRINK", "1") == "1":
            steps, fewer = shrink(steps, version)
            problems = fewer or problems
        self.fail(f"seed {seed}, version {version}, PROJECTS={PROJECTS}\n"
                  f"STEPS='{json.dumps(steps)}'\n" + "\n".join(problems)[:6000])

    def test_seeds(self):
        given = os.environ.get("STEPS")
        if given:
            problems, _ = play(json.loads(given), os.environ.get("VERSION", "2.0.7"), True)
            self.assertEqual(problems, [])
            return
        for seed in range(FIRST, FIRST + int(SEEDS or "3")):
            version = VERSIONS[seed % len(VERSIONS)]
            with self.subTest(seed=seed, version=version):
                self.judge(seed, make_steps(seed), version)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
