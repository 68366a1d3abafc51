"""Lists a directory with sockets alone: one reply is read for each command, and one more after the
data."""
import re
import socket

control = socket.create_connection(("127.0.0.1", 21), timeout=5)
replies = control.makefile("r", encoding="ascii", newline="\r\n")


def reply():
    line = first = replies.readline()
    while first[3:4] == "-" and line[:4] != first[:3] + " ":
        line = replies.readline()
    print(line.rstrip())
    return line


def command(line):
    control.sendall(line.encode("ascii") + b"\r\n")
    return reply()


reply()
command("USER hudan")
command("PASS 123")
numbers = re.search(r"(\d+),(\d+),(\d+),(\d+),(\d+),(\d+)", command("PASV")).groups()
port = int(numbers[4]) * 256 + int(numbers[5])
data = socket.create_connection((".".join(numbers[:4]), port), timeout=5)
command("LIST")
print(data.makefile("r", encoding="utf-8").read())
reply()
command("QUIT")
