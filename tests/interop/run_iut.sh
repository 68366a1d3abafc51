#!/bin/sh
# Run all suites against one real implementation: run_iut.sh client|server NAME [OPTION...]
# NAME is one of suites/iut, or a file beside this one. Known deviations, each checked by hand in its
# capture, stand in NAME.SIDE.baseline, or in NAME.baseline, beside this file.
# Exit status 77: the implementation is not installed.
set -u
side=$1 name=$2
shift 2
here=$(dirname "$0")
iut=$name
[ -f "$here/python/$name.$side" ] && iut=$here/python/$name.$side
for baseline in "$here/$name.$side.baseline" "$here/$name.baseline"; do
    if [ -f "$baseline" ]; then
        set -- "$@" --baseline "$baseline"
        break
    fi
done
out=$("$PEERSPEC_BINARY" "$side" "$iut" "$@" 2>&1 </dev/null)
status=$?
printf '%s\n' "$out"
case $status:$out in
4:*"is not installed here"*) exit 77 ;;
esac
exit $status
