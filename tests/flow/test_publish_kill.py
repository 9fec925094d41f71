"""Killed at any moment while it publishes, the next run makes the server as it should be."""

import os
import random
import signal
import sys
import time
import unittest

from publish_case import PublishCase, count_writes
from publisher import Publisher, Server
from workspace import Workspace

# The slow suite asks for more (tests/flow/meson.build).
KILLS = int(os.environ.get("KILLS", "5"))


class KillTest(PublishCase):
    def test_killed_at_any_moment(self):
        draw = random.Random(7)
        with Workspace("--projects", "40") as workspace:
            with Server() as server:
                _, truth = self.first(workspace, server)
                want = self.stable(server)
            with Server("--latency", "3") as server:
                server.control(
                    "seed", users=truth.users(), databaseServices=truth.database_services()
                )
                publisher = Publisher(workspace, server, "killed")
                publisher.extra = truth.settings()
                self.check(publisher.run("sync"))
                config = publisher.configure(extra=publisher.extra)
                for _ in range(KILLS):
                    process = publisher.start("publish", "-c", config, "-q")
                    time.sleep(draw.uniform(0.02, 0.35))
                    process.send_signal(signal.SIGKILL)
                    process.communicate()
                self.again(publisher, command="publish")
                self.assertEqual(self.stable(server), want)
                self.assertEqual(count_writes(self.again(publisher, command="publish")), 0)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
