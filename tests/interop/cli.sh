#!/bin/sh
# The command line as a user meets it: exit statuses and messages, good input and bad.
# Prints one line a check; the exit status is the number of checks that failed.
set -u
bin=$PEERSPEC_BINARY
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
failed=0

# expect STATUS TEXT COMMAND...: the command ends with STATUS and prints TEXT somewhere.
expect() {
    status=$1 text=$2
    shift 2
    out=$(timeout 60 "$@" 2>&1 </dev/null)
    got=$?
    if [ "$got" -ne "$status" ]; then
        echo "not ok: status $got instead of $status: $*"
        printf '%s\n' "$out" | sed 's/^/    /' | head -n 8
        failed=$((failed + 1))
    elif ! printf '%s\n' "$out" | grep -qF -- "$text"; then
        echo "not ok: '$text' is not printed by: $*"
        printf '%s\n' "$out" | sed 's/^/    /' | head -n 8
        failed=$((failed + 1))
    else
        echo "ok: $*"
    fi
}

# expect_nothing STATUS COMMAND...: the command ends with STATUS and has nothing for standard output.
expect_nothing() {
    status=$1
    shift
    out=$(timeout 60 "$@" 2>/dev/null </dev/null)
    got=$?
    if [ "$got" -ne "$status" ] || [ -n "$out" ]; then
        echo "not ok: status $got instead of $status, or something is printed: $*"
        printf '%s\n' "$out" | sed 's/^/    /' | head -n 8
        failed=$((failed + 1))
    else
        echo "ok, and nothing is printed: $*"
    fi
}

cat >"$work/good.exchange" <<'EOF'
title: the client fetches a file
spec:  RFC 959 4.1.3
client: get a.txt
files: a.txt = "hello\r\n"

C> RETR a.txt
S> 150 Here it comes.
S> 226 Done.
EOF
cat >"$work/bad.exchange" <<'EOF'
title: a word that is none
spec:  RFC 959 4.1.3

C> NOOP
S> 200 Yes.
expct client exits 0
EOF
echo 'FTP-REPLY-CRLF  ftp://127.0.0.1:1/  it is known' >"$work/known.baseline"
cat >"$work/absent.server" <<'EOF'
[server]
install = apt-get install absent
start = sh -c 'echo nothing is here; exit 127'
EOF
cat >"$work/files.server" <<'EOF'
[server]
program = sh
start = {program} -c 'test "$(cat {accounts})" = peer:{root} && test "$(cat {config})" = {port} &&
    test "$(stat -c %a {accounts})" = 600 && exec {builtin} server {host} {port} peer secret {root}'
config = {port}
accounts = peer:{root}
user = peer
password = secret
EOF
head -c 10 /dev/zero >"$work/garbage.pcap"
: >"$work/empty.pcap"
# One packet, raw IP: 192.0.2.1:21 > 192.0.2.2:40000, "220 Hi", CR LF.
{
    printf '\324\303\262\241\002\000\004\000\000\000\000\000\000\000\000\000\000\000\004\000\145\000\000\000'
    printf '\001\000\000\000\000\000\000\000\060\000\000\000\060\000\000\000'
    printf '\105\000\000\060\000\001\000\000\100\006\000\000\300\000\002\001\300\000\002\002'
    printf '\000\025\234\100\000\000\000\001\000\000\000\001\120\030\020\000\000\000\000\000220 Hi\r\n'
} >"$work/small.pcap"

expect 0 'server TARGET' "$bin"
expect 0 'peerspec 0' "$bin" version
expect 0 'Usage' "$bin" server --help
expect 2 'did you mean' "$bin" sever vsftpd
expect 2 'did you mean' "$bin" client builtin --evidnce x
expect 2 'selects no exchange' "$bin" client builtin ftp/no-such-thing
expect 2 'builtin' "$bin" client biultin
expect 2 'nearest' "$bin" explain FTP-REPLY-CRLFF
expect 3 "did you mean 'expect'" "$bin" client builtin "$work/bad.exchange"
expect 3 'bad.exchange:6:1' "$bin" lint "$work/bad.exchange"
expect 0 'no problem' "$bin" lint "$work/good.exchange"
expect 3 'missing.exchange' "$bin" lint "$work/missing.exchange"
expect 3 'missing.pcap' "$bin" check "$work/missing.pcap"
expect 3 'empty' "$bin" check "$work/empty.pcap"
expect 3 'garbage.pcap' "$bin" check "$work/garbage.pcap"
expect 0 '1 conversation (1 ftp), 0 with findings' "$bin" check "$work/small.pcap"
expect 0 '"code": 220' "$bin" check "$work/small.pcap" --json -
expect 5 'No space left' "$bin" check "$work/small.pcap" --json /dev/full
expect 2 "'port port' is no capture filter: " "$bin" check "$work/small.pcap" --read-filter 'port port'
expect 2 'selects no rule' "$bin" check "$work/small.pcap" --rules NO-SUCH-RULE
expect 0 '<-- 220 Hi ---' "$bin" show "$work/small.pcap"
expect 2 'none of which is asked for' "$bin" show "$work/small.pcap" --session 2
expect 3 'missing.pcap' "$bin" show "$work/missing.pcap"
expect 4 'cannot be resolved' "$bin" server ftp://no-such-host.invalid/
expect 4 'nobody listens' "$bin" server ftp://127.0.0.1:1/ --isolate none
expect_nothing 4 "$bin" server ftp://127.0.0.1:1/ --isolate none
expect_nothing 4 "$bin" server ftp://127.0.0.1:1/ --isolate none --baseline "$work/known.baseline"
expect 4 'Bail out!' "$bin" server ftp://127.0.0.1:1/ --isolate none --tap -
expect 4 'nobody listens' "$bin" server udp://127.0.0.1:9 --isolate none
expect 4 'no-such-program' "$bin" client "$work/good.exchange" -- no-such-program '{url}'
expect 0 '1 ' "$bin" client builtin "$work/good.exchange"
expect 1 '' "$bin" client "$work/good.exchange" -- true
expect 5 '/dev/full could not be written whole: No space left on device' \
    "$bin" client builtin "$work/good.exchange" --tap /dev/full
expect 5 '/dev/full could not be written whole: No space left on device' \
    "$bin" client builtin "$work/good.exchange" --junit /dev/full
expect 5 '/dev/full could not be written whole: No space left on device' \
    "$bin" client builtin "$work/good.exchange" --json /dev/full
expect 3 "$work/none/x.xml cannot be written: No such file or directory" \
    "$bin" client builtin "$work/good.exchange" --junit "$work/none/x.xml"
expect 2 '--junit and --json cannot both write to standard output' \
    "$bin" client builtin "$work/good.exchange" --junit - --json -
expect 0 '<testsuites name="client builtin" tests="1" failures="0" errors="0" skipped="0"' \
    "$bin" client builtin "$work/good.exchange" --junit -
expect 0 '"schema": "peerspec-run"' "$bin" client builtin "$work/good.exchange" --json -
expect 0 '1 PASS' "$bin" server builtin-tcp tcp/echo/again --isolate none
expect 0 '1 SKIP' "$bin" server builtin-udp udp/forged/checksum-wrong --isolate none
expect 0 '1 PASS' "$bin" server tcp/echo/again --isolate none -- \
    "$bin" play --as server --protocol tcp --listen '{host}:{port}' --quiet
expect 1 'udp/echo/basic' "$bin" client --protocol udp --timeout 1s --jobs 4 -- true
expect 0 'RFC 959' "$bin" explain FTP-REPLY-CRLF
expect 0 'ftp/' "$bin" list
# reports STATUS NAME SIDE ARGUMENT...: all reports of one run are there, and say the same.
reports() {
    status=$1 name=$2 side=$3
    shift 3
    # shellcheck disable=SC2016
    expect "$status" '' sh -c '"$@" >"$0"' "$work/$name.txt" "$bin" "$side" --tap "$work/$name.tap" \
        --junit "$work/$name.xml" --json "$work/$name.json" "$@"
    expect 0 '' python3 "$PEERSPEC_SOURCE/tests/report/junit.py" check \
        "$work/$name.xml" "$work/$name.json" "$work/$name.txt"
}
cat >"$work/true.baseline" <<'EOF'
ftp/abort/gone       *     not there any more
ftp/course/retrieve  true  it does nothing
FTP-NONE             true  not there either
FTP-522-LIST         true  is kept
EOF
reports 1 baseline client --jobs 4 --baseline "$work/true.baseline" -- true
expect 0 '"state": "known", "reason": "it does nothing"' cat "$work/baseline.json"
expect 0 '<skipped type="KNOWN" message="known: it does nothing">' cat "$work/baseline.xml"
expect 0 '# TODO known: it does nothing' cat "$work/baseline.tap"
expect 0 'name="FTP-522-LIST"' cat "$work/baseline.xml"
expect 0 'true.baseline:3 lists it, but there is no such case or rule' cat "$work/baseline.tap"
expect 0 '; 1 known from the baseline; 3 stale in the baseline' cat "$work/baseline.txt"
reports 0 shard client builtin 'ftp/transfer/*' --shard 2/9 --jobs 2 --strict
expect 0 '"shard": {"index": 2, "of": 9}' cat "$work/shard.json"

# Ctrl-C in the middle of a case: whole documents, which say so, and the status of the signal.
cat >"$work/interrupt" <<'EOF'
mkfifo "$1/started"
"$2" client "$1/good.exchange" --junit "$1/stop.xml" --json "$1/stop.json" -- \
    sh -c "echo >'$1/started'; exec sleep 60" >"$1/stop.txt" 2>&1 &
read -r _ <"$1/started"
kill -s INT $!
wait $!
EOF
expect 130 '' sh "$work/interrupt" "$work" "$bin"
expect 0 '' python3 "$PEERSPEC_SOURCE/tests/report/junit.py" check \
    "$work/stop.xml" "$work/stop.json" "$work/stop.txt"
expect 0 '"stopped": "interrupted"' cat "$work/stop.json"
expect 0 'the run was stopped after 0 of 1 cases: interrupted' cat "$work/stop.xml"
expect 0 'the command exits 127: not for me' "$bin" client "$work/good.exchange" -- \
    sh -c 'echo not for me; exit 127'
expect 4 'basic-ftp is not installed here: npm install' \
    env NODE_PATH="$work" PEERSPEC_IUT_ROOT="$work" "$bin" client basic-ftp
typed=$PEERSPEC_SOURCE/suites/iut/typed_commands.sh
expect 3 'get "a b" "c"' sh "$typed" binary , get 'a b' c -- sh -c 'cat; exit 3'
expect 127 'cannot be typed' sh "$typed" get "$(printf 'a\r\nDELE b')" -- cat
expect 127 'cannot be typed' sh "$typed" get 'a"b' -- cat
expect 2 'usage' sh "$typed" get a --
expect 0 'apt-get install ncftp' "$bin" list
expect 0 'apt-get install vsftpd' "$bin" list
expect 4 'absent is not installed here: apt-get install absent' "$bin" server "$work/absent.server"
expect 0 '1 PASS' "$bin" server "$work/files.server" ftp/quit/closes
if command -v curl >/dev/null; then
    # It leaves without QUIT there, which is practice and no more.
    expect 1 'FTP-CLIENT-QUIT' "$bin" client curl ftp/delete/missing --strict
    expect 0 '1 PASS' "$bin" client curl ftp/delete/missing --strict --level should
    expect 0 '1 PASS' "$bin" client ftp/transfer/name-with-spaces -- \
        curl -sS -o '{local}' 'ftp://{user}:{password}@{host}:{port}/{remote}'
fi
echo "$failed failed"
exit "$failed"
