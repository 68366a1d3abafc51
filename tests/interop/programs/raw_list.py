"""Lists a directory with sockets alone, and waits for a reply too many: after the 227 it reads
once more before it opens the data connection, and the server has nothing more to say."""
import re
import socket

control = socket.create_connection(("127.0.0.1", 21))
replies = control.makefile("r", encoding="ascii", newline="\r\n")


def command(line):
    control.sendall(line.encode("ascii") + b"\r\n")


def reply():
    line = replies.readline()
    print(line.rstrip())
    return line


reply()
command("USER hudan")
reply()
command("PASS 123")
reply()
command("PASV")
numbers = re.search(r"(\d+),(\d+),(\d+),(\d+),(\d+),(\d+)", reply()).groups()
reply()
data = socket.create_connection((".".join(numbers[:4]), int(numbers[4]) * 256 + int(numbers[5])))
command("LIST")
reply()
print(data.makefile("r", encoding="utf-8").read())
reply()
command("QUIT")
reply()
