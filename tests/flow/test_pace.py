"""How fast hexmeta asks: within its limits, and within what Hex answers."""

import datetime
import unittest

import records
from workspace import Workspace

LIMIT = 600
IN_FLIGHT = 8


def seconds(request):
    """When hexsim answered, as a number."""
    return datetime.datetime.fromisoformat(request["time"].replace("Z", "+00:00")).timestamp()


def most_within(times, span):
    """The most of the sorted times within any span of seconds."""
    most = first = 0
    for last, time in enumerate(times):
        while time - times[first] >= span:
            first += 1
        most = max(most, last - first + 1)
    return most


class Pace(unittest.TestCase):
    def sync(self, workspace, per_minute):
        done = workspace.hexmeta(
            "sync",
            "-c",
            workspace.configure(retry_seconds=120),
            "--set",
            f"hexmeta.requestsPerMinute={per_minute}",
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        exported = workspace.hexmeta("export", "--catalog", workspace.catalog)
        problems = records.differences(
            records.parse(exported.stdout), records.parse(workspace.truth())
        )
        self.assertEqual(problems[:5], [])
        return workspace.requests()


class RefusalTest(Pace):
    def refusals_are_waited_out(self, form, pause):
        rules = "/api/v1/projects:429:16"
        with Workspace(
            "--projects", "24", "--fail", rules, "--retry-after", form
        ) as workspace:
            requests = self.sync(workspace, 0)
            refused = [seconds(r) for r in requests if r["status"] == 429]
            self.assertGreaterEqual(len(refused), 2)
            for time in refused:
                during = [r for r in requests if time < seconds(r) < time + pause]
                self.assertLessEqual(len(during), IN_FLIGHT)

    def test_seconds(self):
        self.refusals_are_waited_out("seconds", 0.95)

    def test_a_date(self):
        self.refusals_are_waited_out("date", 0.95)

    def test_no_word(self):
        self.refusals_are_waited_out("none", 0.0)


class LimitTest(Pace):
    """More than a minute each: in the suite slow."""

    def test_our_limit_is_kept_and_used(self):
        with Workspace("--projects", "300", "--rate", str(LIMIT)) as workspace:
            requests = self.sync(workspace, LIMIT)
            times = sorted(seconds(r) for r in requests)
            self.assertNotIn(429, {r["status"] for r in requests})
            self.assertGreater(len(requests), LIMIT)
            self.assertLessEqual(most_within(times, 60.0), LIMIT)
            self.assertLess(times[-1] - times[0], 75.0)

    def test_a_lower_limit_of_the_server_is_found(self):
        with Workspace("--projects", "300", "--rate", str(LIMIT)) as workspace:
            requests = self.sync(workspace, 0)
            answered = sorted(seconds(r) for r in requests if r["status"] != 429)
            refused = len(requests) - len(answered)
            self.assertGreater(refused, 0)
            self.assertLess(refused, LIMIT / 20)
            self.assertLess(answered[-1] - answered[0], 90.0)


if __name__ == "__main__":
    unittest.main()
