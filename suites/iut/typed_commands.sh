#!/bin/sh
# Types commands to a program that reads them from its standard input:
#     typed_commands.sh COMMAND [ARGUMENT...] [, COMMAND [ARGUMENT...]]... -- PROGRAM [ARGUMENT...]
# Arguments come in quotes, so that they may hold blanks. The exit status is the program's own; it is
# 127 where an argument holds what would end the quotes or the line, so that nobody could type it.
set -u
return=$(printf '\r')
newline='
'
text='' line=''
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    case $1 in
    ,)
        text=$text$line$newline
        line=''
        ;;
    *\"* | *"$return"* | *"$newline"*)
        echo "an argument with a quote or a line end cannot be typed" >&2
        exit 127
        ;;
    *) line="${line:+$line \"}$1${line:+\"}" ;;
    esac
    shift
done
if [ $# -lt 2 ]; then
    echo "usage: typed_commands.sh COMMAND [ARGUMENT...] [, COMMAND...] -- PROGRAM [ARGUMENT...]" >&2
    exit 2
fi
shift
printf '%s' "$text$line$newline" | "$@"
