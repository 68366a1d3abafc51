"""Sends a greeting to 127.0.0.1:5000 and prints what comes back."""
import socket

client = socket.create_connection(("127.0.0.1", 5000), timeout=5)
client.sendall(b"Hi ...")
print(client.recv(1024).decode("ascii"))
client.close()
