"""Logs in, and takes nothing for the end of a reply but three digits and a space."""
import re
import socket
import sys

server = socket.create_connection(("localhost", 21), timeout=5).makefile("rwb")
for command in (None, b"USER user", b"PASS secret", b"QUIT"):
    if command:
        server.write(command + b"\r\n")
        server.flush()
    while not re.match(rb"\d\d\d ", line := server.readline()):
        if not line:
            sys.exit("the server went away")
