"""Sends a datagram to 127.0.0.1:5000 and prints the answer."""
import socket

client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.settimeout(5)
client.sendto(b"Hi ...", ("127.0.0.1", 5000))
payload, server = client.recvfrom(1024)
print(payload.decode("ascii"), "from", server)
