"""Killed at any moment while it publishes, the next run makes the server as it should be."""

import os
import random
import signal
import sys
import time
import unittest

from failing import Shown, two_scenarios
from publish_case import PublishCase, count_writes
from publisher import Server
from workspace import Workspace

# The slow suite asks for more (tests/flow/meson.build).
KILLS = int(os.environ.get("KILLS", "6"))
LATENCY_MS = 3  # of an answer: moments are in the middle of something


class KillTest(PublishCase):
    def seconds(self, scenario):
        """How long a publish takes that nobody stops."""
        scenario.begin()
        scenario.server.control("config", latency=LATENCY_MS)
        start = time.monotonic()
        scenario.publish()
        seconds = time.monotonic() - start
        scenario.server.control("config", latency=0)
        return seconds

    def killed(self, scenario, seconds):
        """Whether the run was still at it; what is then not as it should be."""
        scenario.begin()
        scenario.server.control("config", latency=LATENCY_MS)
        config = scenario.publisher.configure(extra=scenario.publisher.extra)
        process = scenario.publisher.start("publish", "-c", config, "-q")
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        scenario.server.control("config", latency=0)
        writes = count_writes(scenario.server.requests())
        problems = Shown(scenario.server).losses(scenario.before, scenario.after, False)
        scenario.publish()
        problems += Shown(scenario.server).differences(scenario.after)
        scenario.server.forget_requests()
        scenario.publish()
        if count_writes(scenario.server.requests()) != 0:
            problems.append("the run after the next still writes")
        return process.returncode == -signal.SIGKILL and writes > 0, problems

    def test_killed_at_any_moment(self):
        """First publishes, and those of many changes, in turn; half way at least once."""
        draw = random.Random(7)
        with Workspace("--projects", "12") as workspace, Server() as server:
            scenarios = two_scenarios(self, workspace, server)
            durations = [self.seconds(scenario) for scenario in scenarios]
            half_way = 0
            for number in range(KILLS):
                which = number % 2
                moment = draw.uniform(0.1, 1) * durations[which]
                with self.subTest(number=number, seconds=round(moment, 3)):
                    was_busy, problems = self.killed(scenarios[which], moment)
                    half_way += was_busy
                    self.assertEqual(problems, [])
            self.assertGreater(half_way, 0, "no moment was in the middle")
            print(f"{half_way} of {KILLS} were killed between their first write and their end")


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
