"""What peerspec costs, beside what it would cost without it: medians of several runs, as ratios.

Usage: bench.py PEERSPEC [RUNS [start|cases|bulk]...]. Needs root or user namespaces; iperf3 and curl for the bulk transfer.
Nothing here is a test: figures depend on the machine, and only those of one run compare.
"""
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

PEERSPEC = os.path.abspath(sys.argv[1])
RUNS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
GIB = 1 << 30


def run(*command, **options):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, **options).stdout


def wall(*command):
    start = time.monotonic()
    run(*command)
    return time.monotonic() - start


def median(values):
    return statistics.median(values)


def line(what, value, unit, aim=""):
    print(f"  {what:58} {value:9.3f} {unit}{'   aim: ' + aim if aim else ''}", flush=True)


def spawned(program, *words):
    """Milliseconds from posix_spawn(3) to the end, without what Python's pipes cost."""
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    start = time.monotonic()
    os.waitpid(os.posix_spawn(program, [program, *words], os.environ, file_actions=quiet), 0)
    return 1000 * (time.monotonic() - start)


def start_up():
    pairs = [(spawned(PEERSPEC, "version"), spawned(shutil.which("true"))) for _ in range(40 * RUNS)]
    line("peerspec version", median([ours for ours, _ in pairs]), "ms", "5 ms")
    line("true(1) beside it", median([theirs for _, theirs in pairs]), "ms")


def own_times(tap):
    return [float(own) for own in re.findall(r"^# [\d.]+ ms, ([\d.]+) ms of it our own$", tap, re.M)]


def cases(side):
    """Own time a case, and the whole set's wall time, without the cases that wait on purpose."""
    means, totals, whole = [], [], []
    for _ in range(RUNS):
        start = time.monotonic()
        tap = run(PEERSPEC, side, "builtin", "--jobs", "1", "--tap", "-")
        whole.append(time.monotonic() - start)
        times = re.findall(r"^# ([\d.]+) ms, ([\d.]+) ms of it our own$", tap, re.M)
        short = [(float(total), float(own)) for total, own in times if float(total) < 100]
        means.append(statistics.mean(own for _, own in short))
        totals.append(sum(total for total, _ in short) / 1000)
    line(f"{side} builtin: our own time a case, mean", median(means), "ms", "5 ms")
    line(f"{side} builtin: all cases that do not wait, --jobs 1", median(totals), "s", "2 s both sides")
    line(f"{side} builtin: the command, with those that wait", median(whole), "s")


BULK = """title: a bulk download
spec:  RFC 959 4.1.3
tests: client
client: get big.bin
root:  {root}
"""


def bulk(work):
    root = os.path.join(work, "root")
    os.mkdir(root)
    with open(os.path.join(root, "big.bin"), "wb") as big:
        big.truncate(GIB)
    with open(os.path.join(root, "big.bin"), "rb", buffering=0) as big:  # iperf3 reads no disk either
        while big.read(1 << 20):
            pass
    script = os.path.join(work, "bulk.exchange")
    with open(script, "w", encoding="ascii") as out:
        out.write(BULK.format(root=root))
    fetch = [PEERSPEC, "client", script, "--timeout", "60s", "--tap", "-", "--", "curl", "-sS", "-o",
             "/dev/null", "ftp://{user}:{password}@{host}:{port}/big.bin"]
    ours, theirs, memory = [], [], []
    for _ in range(RUNS):
        tap = run("/usr/bin/time", "-v", *fetch)
        if "\nok 1" not in tap and not tap.startswith("ok 1"):
            print(tap)
        total, own = re.search(r"^# ([\d.]+) ms, ([\d.-]+) ms of it our own$", tap, re.M).groups()
        ours.append((float(total) - float(own)) / 1000)
        memory.append(int(re.search(r"Maximum resident set size \(kbytes\): (\d+)", tap).group(1)))
        theirs.append(iperf(work))
    line("RETR of 1 GiB with the capture on: curl's lifetime", median(ours), "s")
    line("iperf3 for as much, in a namespace of the same settings", median(theirs), "s")
    line("ratio", median(a / b for a, b in zip(ours, theirs)), "", "1.5")
    line("memory of the largest process", median(memory) / 1024, "MiB", "100 MiB")


def iperf(work):
    """Seconds for 1 GiB over lo with an MTU of 1500 and without offload, as peerspec sets it up."""
    script = ("ip link set lo up mtu 1500; ethtool -K lo tso off gso off gro off >/dev/null 2>&1;"
              f"iperf3 -s -1 -D -I {work}/iperf.pid >/dev/null; "
              "for i in 1 2 3 4 5 6 7 8 9 10; do ss -ltn | grep -q :5201 && break; sleep 0.05; done;"
              f"iperf3 -c 127.0.0.1 -n {GIB} -f m")
    out = run("unshare", "-rn", "sh", "-c", script)
    found = re.search(r"0\.00-([\d.]+)\s+sec\s+[\d.]+ \w+\s+[\d.]+ Mbits/sec\s+receiver", out)
    if found is None:
        raise SystemExit("iperf3 gave no figure:\n" + out)
    return float(found.group(1))


def main():
    wanted = sys.argv[3:] or ["start", "cases", "bulk"]
    print(f"medians of {RUNS} runs")
    if "start" in wanted:
        start_up()
    for side in ("client", "server") if "cases" in wanted else ():
        cases(side)
    if "bulk" not in wanted:
        return
    if not all(shutil.which(tool) for tool in ("iperf3", "curl", "unshare", "ethtool", "ss")):
        print("  (no bulk transfer: iperf3, curl, unshare, ethtool or ss is not installed)")
        return
    with tempfile.TemporaryDirectory(prefix="peerspec-bench-") as work:
        bulk(work)


main()
