#!/bin/sh
# The programs of a networking course, each with its host and port written in, against the exchanges
# that were made for them. Prints a line a program; the exit status is the number that went wrong.
set -u
command -v python3 >/dev/null || { echo "python3 is not installed"; exit 77; }
python3 -c 'import socket; socket.gethostbyname("localhost")' 2>/dev/null ||
    { echo "localhost, which the programs name, has no address: /etc/hosts has no line for it"; exit 77; }
programs=$PEERSPEC_SOURCE/tests/interop/programs
failed=0

# run STATUS TEXT SIDE EXCHANGE PROGRAM [TIMEOUT]: the run ends with STATUS and prints TEXT.
run() {
    out=$("$PEERSPEC_BINARY" "$3" "$4" --timeout "${6:-20s}" -- python3 "$programs/$5.py" 2>&1 </dev/null)
    got=$?
    if [ "$got" -eq "$1" ] && printf '%s\n' "$out" | grep -qF -- "$2"; then
        echo "ok: $5 plays $4"
    else
        echo "not ok: $5 plays $4: status $got instead of $1, or '$2' is not printed"
        printf '%s\n' "$out" | sed 's/^/    /'
        failed=$((failed + 1))
    fi
}

run 0 '1 PASS' client ftp/course/welcome welcome
run 0 '1 PASS' client ftp/course/list welcome
run 0 '1 PASS' client ftp/course/retrieve retrieve
run 0 '1 PASS' client ftp/course/store store
run 0 '1 PASS' client ftp/course/delete delete
run 0 '1 PASS' client ftp/course/rename rename
run 0 '1 PASS' client ftp/course/mkd mkd
run 0 '1 PASS' client ftp/course/rmd rmd
run 0 '1 PASS' client ftp/course/mlsd mlsd
run 0 '1 PASS' client ftp/course/feat feat
run 0 '1 PASS' client ftp/course/raw-list hand_list
run 1 'stalled after' client ftp/course/raw-list raw_list 5s # it waits for ever
run 0 '1 PASS' client ftp/course/active active
run 0 '1 PASS' client ftp/course/firewall active
run 0 '1 PASS' server udp/course/echo udp_echo_server
run 0 '1 PASS' client udp/course/echo udp_echo_client
run 0 '1 PASS' client udp/course/retry udp_retry_client
run 0 '1 PASS' server udp/course/lossy udp_lossy_server
run 1 '1500 octets in the request, 1024 in the reply' server udp/course/long udp_echo_server
run 0 '1 PASS' server tcp/course/echo tcp_echo_server
run 0 '1 PASS' client tcp/course/echo tcp_echo_client
echo "$failed failed"
exit "$failed"
