"""Answers one datagram at 127.0.0.1:5000 with itself, as far as 1024 octets go, and ends."""
import socket

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 5000))
payload, peer = server.recvfrom(1024)
server.sendto(payload, peer)
