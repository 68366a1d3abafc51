"""What `peerspec check` costs, beside a bare read of the same capture: medians of several runs.

Usage: bench_check.py BUILD [RUNS [bare|tshark|sessions]...]. BUILD is a build folder in which the target
`bench` was built. Needs 3 GiB of room for temporary files; tshark for its part.
Commands that are compared take turns, so that a busy machine is busy for all of them; seconds are those
of the processors (user and system) unless it says otherwise. Nothing here is a test: figures depend on
the machine, and only those of one run compare.
"""
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

BUILD = os.path.abspath(sys.argv[1])
RUNS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
PEERSPEC = os.path.join(BUILD, "peerspec")
BARE = os.path.join(BUILD, "tests/bench/bare_loop")
MAKE = os.path.join(BUILD, "tests/bench/make_capture")
GIB = 1 << 30


class Cost:
    """Of one run of a command."""

    def __init__(self, command):
        start = time.monotonic()
        pid = os.posix_spawnp(command[0], command, os.environ, file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0)])
        _, status, usage = os.wait4(pid, 0)
        self.wall = time.monotonic() - start
        self.cpu = usage.ru_utime + usage.ru_stime
        if status != 0:
            raise SystemExit(f"{' '.join(command)}: ended with status {os.waitstatus_to_exitcode(status)}")


def take_turns(commands, runs=RUNS):
    """Costs of each command; the first round, in which the file comes into memory, does not count."""
    costs = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            cost = Cost(command)
            if turn > 0:
                costs[name].append(cost)
    return costs


def median(costs, what):
    return statistics.median(getattr(cost, what) for cost in costs)


def ratio(costs, yardstick, what):
    """The median of the ratios of runs that came one after the other."""
    return statistics.median(getattr(one, what) / getattr(other, what)
                             for one, other in zip(costs, yardstick))


def line(what, value, unit, aim=""):
    print(f"  {what:62} {value:9.3f} {unit}{'   aim: ' + aim if aim else ''}", flush=True)


def make(path, *size):
    made = json.loads(subprocess.run([MAKE, path, *size], stdout=subprocess.PIPE, check=True).stdout)
    print(f"{os.path.basename(path)}: {made['file'] / GIB:.2f} GiB, {made['packets']} packets, "
          f"{made['sessions']} sessions, {made['commands']} commands, {made['transfers']} transfers of "
          f"{made['octets'] / GIB:.2f} GiB; load {os.getloadavg()[0]:.1f}", flush=True)
    return made


def memory(command):
    """MiB at most."""
    said = subprocess.run(["/usr/bin/time", "-v", *command], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, check=True).stderr
    return int(re.search(r"Maximum resident set size \(kbytes\): (\d+)", said).group(1)) / 1024


def beside_bare(work):
    path = os.path.join(work, "mixed.pcap")
    make(path, "1G")
    check = [PEERSPEC, "check", "--quiet", path]
    costs = take_turns({
        "bare": [BARE, path],
        "check": check,
        "hash": [*check, "--hash"],
        "json": [*check, "--json", "/dev/null"],
    })
    line("a bare pcap_next_ex loop", median(costs["bare"], "cpu"), "s")
    line("check", median(costs["check"], "cpu"), "s")
    line("check / bare", ratio(costs["check"], costs["bare"], "cpu"), "", "1.25, at most 1.5")
    line("check / bare, by the wall's clock", ratio(costs["check"], costs["bare"], "wall"), "",
         "1.25, at most 1.5")
    line("check --hash / check", ratio(costs["hash"], costs["check"], "cpu"), "")
    line("check --json / check", ratio(costs["json"], costs["check"], "cpu"), "")
    line("memory of check", memory(check), "MiB", "64 MiB")
    os.unlink(path)


def beside_tshark(work):
    if shutil.which("tshark") is None:
        print("  (tshark is not installed)")
        return
    path = os.path.join(work, "slice.pcap")
    make(path, "64M")
    tshark = ["tshark", "-r", path, "-q", "-z", "io,stat,0"]
    costs = take_turns({"check": [PEERSPEC, "check", "--quiet", path], "tshark": tshark})
    line("tshark -q -z io,stat,0", median(costs["tshark"], "cpu"), "s")
    line("check", median(costs["check"], "cpu"), "s")
    line("tshark / check", ratio(costs["tshark"], costs["check"], "cpu"), "", "50")
    line("memory of tshark", memory(tshark), "MiB")
    os.unlink(path)


def by_sessions(work):
    """Microseconds a session: the same, however many there are."""
    for count in (25000, 50000, 100000):
        path = os.path.join(work, f"{count // 1000}k.pcap")
        make(path, "--sessions", str(count))
        check = [PEERSPEC, "check", "--quiet", path]
        costs = take_turns({"bare": [BARE, path], "check": check})
        line(f"check of {count} small sessions, a session",
             1e6 * median(costs["check"], "cpu") / count, "us")
        line("check / bare", ratio(costs["check"], costs["bare"], "cpu"), "")
        line("memory of check", memory(check), "MiB", "64 MiB")
        os.unlink(path)


PARTS = {"bare": beside_bare, "tshark": beside_tshark, "sessions": by_sessions}


def main():
    print(f"medians of {RUNS} runs")
    with tempfile.TemporaryDirectory(prefix="peerspec-bench-") as work:
        for part in sys.argv[3:] or PARTS:
            PARTS[part](work)


main()
