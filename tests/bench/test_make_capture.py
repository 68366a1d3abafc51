"""The captures of make_capture are what bench_check.py takes them for: flawless, and all of it is seen.

Run by ctest as `bench.make_capture`: test_make_capture.py PEERSPEC MAKE_CAPTURE
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

PEERSPEC = MAKE_CAPTURE = ""


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout


class MakeCapture(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="peerspec-test-")
        self.path = os.path.join(self.folder.name, "made.pcap")

    def tearDown(self):
        self.folder.cleanup()

    def holds_what_it_says(self, *size):
        """Make one; what `peerspec check` sees in it is what the maker says that it wrote."""
        made = json.loads(output(MAKE_CAPTURE, self.path, *size))
        seen = json.loads(output(PEERSPEC, "check", "--json", "-", self.path))["files"][0]
        sessions = [one for one in seen["conversations"] if one["protocol"] == "ftp"]
        transfers = [transfer for session in sessions for transfer in session["transfers"]]
        self.assertEqual([one["findings"] for one in seen["conversations"] if one["findings"]], [])
        self.assertEqual(len(sessions), len(seen["conversations"]))
        self.assertEqual(os.path.getsize(self.path), made["file"])
        self.assertEqual(made, {
            "file": made["file"],
            "packets": seen["packets"],
            "sessions": len(sessions),
            "commands": sum(len(session["commands"]) for session in sessions),
            "replies": sum(len(session["replies"]) for session in sessions),
            "transfers": len(transfers),
            "octets": sum(transfer["octets"] for transfer in transfers),
        })
        return made, sessions, transfers

    def test_a_mixed_capture_has_no_findings_and_nothing_is_missed(self):
        made, sessions, transfers = self.holds_what_it_says("2M")
        self.assertAlmostEqual(made["file"], 2 << 20, delta=1 << 19)
        self.assertTrue(all(session["whole"] and session["ended"] for session in sessions))
        self.assertTrue(all(transfer["sha256"] for transfer in transfers))
        self.assertGreater(max(transfer["octets"] for transfer in transfers), 200000)

    def test_every_way_to_open_a_data_connection_is_in_it(self):
        _, _, transfers = self.holds_what_it_says("--sessions", "100")
        self.assertEqual({transfer["mode"] for transfer in transfers},
                         {"PASV", "EPSV", "PORT", "EPRT"})

    def test_sessions_are_counted(self):
        made, _, transfers = self.holds_what_it_says("--sessions", "130")
        self.assertEqual(made["sessions"], 130)
        self.assertLess(max(transfer["octets"] for transfer in transfers), 100000)

    def test_it_is_the_same_each_time(self):
        output(MAKE_CAPTURE, self.path, "--sessions", "70")
        with open(self.path, "rb") as first:
            before = first.read()
        output(MAKE_CAPTURE, self.path, "--sessions", "70")
        with open(self.path, "rb") as second:
            self.assertEqual(second.read(), before)


if __name__ == "__main__":
    PEERSPEC, MAKE_CAPTURE = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
