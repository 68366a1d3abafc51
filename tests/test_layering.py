"""The include table of the design, checked over all sources; and every header compiles alone.

Run by ctest as `layering`: test_layering.py SOURCE_FOLDER C_COMPILER
"""
import os
import re
import subprocess
import sys
import unittest

# What the files of a folder may include besides their own: folders, or single headers.
MAY_INCLUDE = {
    "harness/base": [],
    "harness/proto": ["base/"],
    "harness/exchange": ["base/", "proto/"],
    "harness/wire": ["base/", "proto/"],
    "harness/play": ["base/", "proto/", "exchange/"],
    "harness/lab": ["base/"],
    "harness/judge": ["base/", "proto/", "exchange/", "wire/", "play/transcript.h"],
    "harness/report": ["base/", "judge/"],
    "harness": ["base/", "proto/", "exchange/", "play/", "wire/", "lab/", "judge/", "report/"],
    "fakes": ["base/", "proto/", "exchange/", "play/peer.h", "play/loop.h", "play/transcript.h"],
    "suites": ["base/", "proto/", "wire/timeline.h", "judge/rule.h", "judge/finding.h"],
}
MAINS = ["harness/main.c", "harness/builtin.c"]
MAIN_ALSO = ["fakes/", "suites/"]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')

SOURCE = "."
COMPILER = "cc"


def stage_of(path):
    """The row of the table that a file belongs to: "harness/base/buf.c" -> "harness/base"."""
    folder = os.path.dirname(path)
    while folder not in MAY_INCLUDE:
        folder = os.path.dirname(folder)
    return folder


def place_of(path, include):
    """What a quoted include names, from the root: harness folders without their "harness/"."""
    beside = os.path.normpath(os.path.join(os.path.dirname(path), include))
    if include.startswith(".") or os.path.exists(os.path.join(SOURCE, beside)):
        return beside.removeprefix("harness/")
    return include


def breach(path, line):
    """What is wrong with a line of a file, or None."""
    found = INCLUDE.match(line)
    if not found:
        return None
    quote, include = found.groups()
    if quote == "<":
        if include.startswith("pcap") and not path.startswith("harness/wire/"):
            return "only harness/wire may include pcap"
        return None
    stage = stage_of(path)
    place = place_of(path, include)
    allowed = list(MAY_INCLUDE[stage])
    if path in MAINS:
        allowed += MAIN_ALSO
    if place.startswith(stage.removeprefix("harness/") + "/"):
        return None
    if stage == "harness" and "/" not in place:
        return None
    if any(place == one or (one.endswith("/") and place.startswith(one)) for one in allowed):
        return None
    return f"{stage} may not include {place}"


def sources():
    for top in ("harness", "fakes", "suites"):
        for folder, _, names in os.walk(os.path.join(SOURCE, top)):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    yield os.path.relpath(os.path.join(folder, name), SOURCE)


class Layering(unittest.TestCase):
    def test_every_include_is_in_the_table(self):
        wrong = []
        count = 0
        for path in sources():
            with open(os.path.join(SOURCE, path), encoding="utf-8") as lines:
                for number, line in enumerate(lines, 1):
                    count += bool(INCLUDE.match(line))
                    why = breach(path, line)
                    if why:
                        wrong.append(f"{path}:{number}: {why}")
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))
        self.assertGreater(count, 100)

    def test_every_header_compiles_alone(self):
        headers = [path for path in sources() if path.endswith(".h")]
        command = [COMPILER, "-std=c11", "-D_DEFAULT_SOURCE", "-D_GNU_SOURCE", "-Wall", "-Wextra",
                   "-Wno-unused-function", "-fsyntax-only", "-I", "harness", "-I", ".", "-x", "c"]
        done = subprocess.run(command + headers, cwd=SOURCE, capture_output=True, text=True,
                              check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""), "\n" + done.stderr)
        self.assertGreater(len(headers), 30)

    def test_every_source_includes_its_own_header(self):
        """x.c whose x.h exists includes it, so that the two cannot drift apart."""
        wrong = []
        for path in sources():
            header = path[:-1] + "h"
            if not path.endswith(".c") or not os.path.exists(os.path.join(SOURCE, header)):
                continue
            with open(os.path.join(SOURCE, path), encoding="utf-8") as lines:
                text = lines.read()
            if f'{os.path.basename(header)}"' not in text:
                wrong.append(path)
        self.assertEqual(wrong, [])


class Checker(unittest.TestCase):
    """The check itself sees what it is for."""

    def test_breaches_are_seen(self):
        for path, include in [
                ("harness/base/buf.c", '"proto/ftp_reply.h"'),
                ("harness/proto/ftp_reply.c", '"wire/timeline.h"'),
                ("harness/judge/rule.c", '"play/player.h"'),
                ("harness/report/text.c", '"run.h"'),
                ("harness/report/text.c", '"../lab/spawn.h"'),
                ("harness/run.c", '"fakes/outlet.h"'),
                ("fakes/outlet.c", '"play/player.h"'),
                ("suites/ftp/ftp_reply_rules.c", '"exchange/exchange.h"'),
                ("harness/judge/rule.c", "<pcap.h>"),
                ("harness/run.c", "<pcap/pcap.h>")]:
            self.assertIsNotNone(breach(path, f"#include {include}"), f"{path} {include}")

    def test_what_is_allowed_passes(self):
        for path, include in [
                ("harness/base/buf.c", '"base/bytes.h"'),
                ("harness/base/buf.c", '"buf.h"'),
                ("harness/wire/flow.c", "<pcap/pcap.h>"),
                ("harness/judge/expect.c", '"play/transcript.h"'),
                ("harness/run.c", '"lab/spawn.h"'),
                ("harness/run.c", '"run.h"'),
                ("harness/main.c", '"fakes/outlet.h"'),
                ("fakes/outlet.c", '"fakes/outlet.h"'),
                ("suites/ftp/ftp_reply_rules.c", '"judge/rule.h"'),
                ("suites/ftp/ftp_reply_rules.c", '"suites/ftp/ftp_rules.h"'),
                ("harness/run.c", "<stdio.h>")]:
            self.assertIsNone(breach(path, f"#include {include}"), f"{path} {include}")


if __name__ == "__main__":
    SOURCE, COMPILER = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
