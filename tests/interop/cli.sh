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
expect 5 '' "$bin" client builtin "$work/good.exchange" --tap /dev/full
expect 0 'RFC 959' "$bin" explain FTP-REPLY-CRLF
expect 0 'ftp/' "$bin" list
expect 0 'apt-get install vsftpd' "$bin" list
expect 4 'absent is not installed here: apt-get install absent' "$bin" server "$work/absent.server"
expect 0 '1 PASS' "$bin" server "$work/files.server" ftp/quit/closes
if command -v curl >/dev/null; then
    expect 0 '1 PASS' "$bin" client ftp/transfer/name-with-spaces -- \
        curl -sS -o '{local}' 'ftp://{user}:{password}@{host}:{port}/{remote}'
fi
echo "$failed failed"
exit "$failed"
