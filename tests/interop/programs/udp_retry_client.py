"""Asks 127.0.0.1:5001, and asks again after one second, and after two more."""
import socket
import sys

client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.connect(("127.0.0.1", 5001))
for patience in 1, 2, 4:
    client.settimeout(patience)
    client.send(b"Hi ...")
    try:
        print(client.recv(1024).decode("ascii"))
        break
    except socket.timeout:
        print("no answer after", patience, "s")
else:
    sys.exit("the server is down")
