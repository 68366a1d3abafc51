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
from multiprocessing.pool import ThreadPool

SOURCE = os.environ.get("PEERSPEC_SOURCE", os.path.join(os.path.dirname(__file__), "..", ".."))
BINARY = os.environ.get("PEERSPEC_BINARY", os.path.join(SOURCE, "build", "peerspec"))
SPECIMENS = os.path.join(SOURCE, "tests", "specimens")
IUTS = os.path.join(SOURCE, "suites", "iut")
PROGRAMS = [os.path.join(SPECIMENS, "peers"), os.path.join(SOURCE, "tests", "interop", "programs")]
ECHO_CLIENT = os.path.join(SOURCE, "tests", "interop", "python", "echo_client.py")
WORKERS = 2 + (os.cpu_count() or 1)  # the faults that are found by waiting leave the machine idle
OPTIONS = ["--quiet", "--timeout", "4s", "--tap", "-"]
ECHO_SERVER = """[server]
protocol = {protocol}
features = {protocol} {services}
start = {{peerspec}} play --as server --protocol {protocol} --listen {{@host}}:{{port}} --quiet
    --fault {fault}
port = 7
"""
SCRIPTED_SERVER = """[server]
protocol = {protocol}
features = {protocol} {services}
start = {{peerspec}} play {script} --as server --listen {{@host}}:{{port}} --quiet
port = 7
"""
SCRIPTED_CLIENT = """[client]
protocol = {protocol}
features = {protocol} any-answer ipv6 retry
[operations]
send = {{peerspec}} play {script} --as client --connect {{@host}}:{{port}} --quiet
get = sh -c '[ "$6" = sanity.txt ] && exec "$7" client get "$2" "$3" "$4" "$5" "$6";
    exec "$1" play {script} --as client --connect "$2:$3" --user "$4" --password "$5" --quiet'
    sh {{peerspec}} {{host}} {{port}} {{user}} '{{password}}' {{1}} {{builtin}}
get-url = {{peerspec}} play {script} --as client --connect {{host}}:{{port}} --user {{user}}
    --password {{password}} --quiet
list = {{peerspec}} play {script} --as client --connect {{host}}:{{port}} --user {{user}}
    --password {{password}} --quiet
mget = {{peerspec}} play {script} --as client --connect {{host}}:{{port}} --user {{user}}
    --password {{password}} --quiet
"""
# The case that comes first, and shows that the client works at all, is spared the fault.
FAULTY_GET = """sh -c 'f="--fault {fault}"; [ "$7" = sanity.txt ] && f=;
    exec "$1" $f client "$2" "$3" "$4" "$5" "$6" "$7" ${{8:+"$8"}}'
    sh {{builtin}} get {{host}} {{port}} {{user}} '{{password}}' {{1}} {{2}}"""

ECHO_CLIENT_ADAPTER = """[client]
protocol = {protocol}
features = {protocol} any-answer compares ipv6 retry
[operations]
send = python3 {program} {protocol} {{host}} {{port}} '{{1}}' {fault}
"""
SERVICES = "echo half-close datagrams ipv6 every-address discard chargen daytime time"

Row = collections.namedtuple("Row", "exchange side fault text")


def table():
    with open(os.path.join(SPECIMENS, "exchanges.tsv"), encoding="utf-8") as lines:
        return [Row(*line.rstrip("\n").split("\t")) for line in lines if line[0] != "#"]


def wanted():
    """Each exchange with each side that it tests."""
    suites = os.path.join(SOURCE, "suites")
    for folder, _, names in os.walk(suites):
        for name in names:
            if not name.endswith(".exchange"):
                continue
            path = os.path.join(folder, name)
            with open(path, encoding="utf-8") as script:
                sides = re.search(r"^tests:(.*)$", script.read(), re.M)
            for side in sides[1].split() if sides else ("client", "server"):
                yield os.path.relpath(path, suites)[:-len(".exchange")], side


def read(name):
    with open(os.path.join(IUTS, name), encoding="utf-8") as file:
        return file.read()


def faulty_client(fault):
    adapter = read("builtin.client").replace("{builtin}", "{builtin} --fault " + fault)
    adapter = re.sub(r"^get = .*$", lambda _: "get = " + FAULTY_GET.format(fault=fault), adapter,
                     flags=re.M)
    return re.sub(r"^features = .*$", r"\g<0> writable", adapter, flags=re.M)


def implementation(side, protocol, fault):
    if fault.startswith("script:"):
        script = os.path.join(SPECIMENS, "peers", fault[len("script:"):] + ".exchange")
        scripted = SCRIPTED_SERVER if side == "server" else SCRIPTED_CLIENT
        return scripted.format(protocol=protocol, script=os.path.abspath(script),
                               services=SERVICES)
    if fault.startswith("client:"):
        return ECHO_CLIENT_ADAPTER.format(protocol=protocol, program=os.path.abspath(ECHO_CLIENT),
                                          fault=fault[len("client:"):])
    if protocol != "ftp":
        return ECHO_SERVER.format(protocol=protocol, fault=fault, services=SERVICES)
    if side == "server":
        return read("builtin.server").replace("{builtin}", "{builtin} --fault " + fault)
    return faulty_client(fault)


def command_line(folder, side, protocol, fault, exchanges):
    if fault.startswith("program:"):
        name = fault[len("program:"):]
        program = next(path for path in (os.path.join(folder, name) for folder in PROGRAMS)
                       if os.path.exists(path))
        return [BINARY, side, *exchanges, *OPTIONS, "--", "python3", os.path.abspath(program)]
    file, path = tempfile.mkstemp(f".{side}", dir=folder)
    with open(file, "w", encoding="utf-8") as adapter:
        adapter.write(implementation(side, protocol, fault))
    return [BINARY, side, path, *exchanges, *OPTIONS]


def play(command):
    """What was found, by exchange: whether anything is FAIL or WARN, and the text of all."""
    run = subprocess.run(command, env=dict(os.environ, PEERSPEC_SUITES=SOURCE),
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
                         errors="replace")
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
    rows = table()
    for exchange, side in sorted(set(wanted()) ^ {(row.exchange, row.side) for row in rows}):
        failures += 1
        print(f"{exchange}: no specimen for the {side}, or no such exchange")
    for row in rows:
        if re.search(pattern, "\t".join(row)):
            groups[row.side, row.exchange.split("/")[0], row.fault].append(row)
    with tempfile.TemporaryDirectory() as folder, ThreadPool(WORKERS) as pool:
        commands = [command_line(folder, *group, [row.exchange for row in rows])
                    for group, rows in groups.items()]
        for ((side, _, fault), rows), (found, output) in zip(groups.items(), pool.imap(play, commands)):
            for row in rows:
                # A server that does not even greet is told of before the first case.
                bad, text = found.get(row.exchange, (side == "server", output))
                if bad and row.text in unescape(text):
                    continue
                failures += 1
                print(f"{row.exchange} with the {side}'s {fault}: no finding with '{row.text}'")
                print("    " + text.strip().replace("\n", "\n    "))
    print(f"{sum(map(len, groups.values()))} specimens, {failures} failures")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
