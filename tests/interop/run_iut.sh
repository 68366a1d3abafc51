#!/bin/sh
# Run all suites against one real implementation: run_iut.sh client|server NAME [OPTION...]
# Known deviations, each checked by hand in its capture, stand in NAME.baseline beside this file.
# Exit status 77: the implementation is not installed.
set -u
side=$1 name=$2
shift 2
here=$(dirname "$0")
baseline=$here/$name.baseline
[ -f "$baseline" ] && set -- "$@" --baseline "$baseline"
out=$("$PEERSPEC_BINARY" "$side" "$name" "$@" 2>&1 </dev/null)
status=$?
printf '%s\n' "$out"
case $status:$out in
4:*"is not installed here"*) exit 77 ;;
esac
exit $status
