#!/usr/bin/env python3
"""Shows that each exchange can fail: plays it against our own peers, each with the fault that
exchanges.tsv names, and demands the finding that stands there.

    exchanges.py [PATTERN]      only rows that the regular expression is found in

PEERSPEC_BINARY and PEERSPEC_SOURCE are the program and its source folder.
"""
import collections
import os
import re
import subprocess
import sys
import tempfile

SOURCE = os.environ.get("PEERSPEC_SOURCE", os.path.join(os.path.dirname(__file__), "..", ".."))
BINARY = os.environ.get("PEERSPEC_BINARY", os.path.join(SOURCE, "build", "peerspec"))
SPECIMENS = os.path.join(SOURCE, "tests", "specimens")
IUTS = os.path.join(SOURCE, "suites", "iut")
ECHO_SERVER = """[server]
protocol = {protocol}
features = {protocol} echo half-close datagrams
start = {{peerspec}} play --as server --protocol {protocol} --listen {{host}}:{{port}} --quiet
    --fault {fault}
port = 7
"""
SCRIPTED_CLIENT = """[client]
protocol = {protocol}
[operations]
get = {{peerspec}} play {script} --as client --connect {{host}}:{{port}} --quiet
"""
# The case that comes first, and shows that the client works at all, is spared the fault.
FAULTY_GET = """sh -c 'f="--fault {fault}"; [ "$7" = sanity.txt ] && f=;
    exec "$1" builtin $f client "$2" "$3" "$4" "$5" "$6" "$7" ${{8:+"$8"}}'
    sh {{peerspec}} get {{host}} {{port}} {{user}} '{{password}}' {{1}} {{2}}"""

Row = collections.namedtuple("Row", "exchange side fault text")


def table():
    with open(os.path.join(SPECIMENS, "exchanges.tsv"), encoding="utf-8") as lines:
        return [Row(*line.rstrip("\n").split("\t")) for line in lines if line[0] != "#"]


def read(name):
    with open(os.path.join(IUTS, name), encoding="utf-8") as file:
        return file.read()


def faulty_client(fault):
    adapter = read("builtin.client").replace("builtin client", f"builtin --fault {fault} client")
    adapter = re.sub(r"^get = .*$", lambda _: "get = " + FAULTY_GET.format(fault=fault), adapter,
                     flags=re.M)
    return re.sub(r"^features = .*$", r"\g<0> writable", adapter, flags=re.M)


def implementation(side, protocol, fault):
    if fault.startswith("script:"):
        script = os.path.join(SPECIMENS, "peers", fault[len("script:"):] + ".exchange")
        return SCRIPTED_CLIENT.format(protocol=protocol, script=os.path.abspath(script))
    if protocol != "ftp":
        return ECHO_SERVER.format(protocol=protocol, fault=fault)
    if side == "server":
        return read("builtin.server").replace("--quiet", f"--quiet --fault {fault}")
    return faulty_client(fault)


def play(folder, side, protocol, fault, exchanges):
    """The findings by exchange: (worst is FAIL or WARN, text of all)."""
    path = os.path.join(folder, f"faulty.{side}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(implementation(side, protocol, fault))
    run = subprocess.run([BINARY, side, path, *exchanges, "--quiet", "--timeout", "4s", "--tap", "-"],
                         env=dict(os.environ, PEERSPEC_SUITES=SOURCE), stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, encoding="utf-8", errors="replace")
    found = {}
    for point in re.split(r"^(?=(?:not )?ok \d)", run.stdout, flags=re.M)[1:]:
        name = re.match(r"(?:not )?ok \d+ - ([^\s\[]+)", point)[1]
        bad, text = found.get(name, (False, ""))
        verdict = re.search(r"^  verdict: (\w+)", point, re.M)
        found[name] = (bad or (verdict is not None and verdict[1] in ("FAIL", "WARN")), text + point)
    return found, run.stdout


def unescape(text):
    return text.replace('\\"', '"').replace("\\\\", "\\")


def main():
    pattern = sys.argv[1] if len(sys.argv) > 1 else ""
    groups = collections.defaultdict(list)
    failures = 0
    for row in table():
        if re.search(pattern, "\t".join(row)):
            groups[row.side, row.exchange.split("/")[0], row.fault].append(row)
    with tempfile.TemporaryDirectory() as folder:
        for (side, protocol, fault), rows in groups.items():
            found, output = play(folder, side, protocol, fault, [row.exchange for row in rows])
            for row in rows:
                bad, text = found.get(row.exchange, (False, output))
                if bad and row.text in unescape(text):
                    continue
                failures += 1
                print(f"{row.exchange} with the {side}'s {fault}: no finding with '{row.text}'")
                print("    " + text.strip().replace("\n", "\n    "))
    print(f"{sum(map(len, groups.values()))} specimens, {failures} failures")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
