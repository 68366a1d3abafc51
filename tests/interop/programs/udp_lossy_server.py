"""Answers about half of the datagrams at 127.0.0.1:5001, each with itself."""
import random
import socket

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 5001))
while True:
    payload, peer = server.recvfrom(1024)
    if random.random() < 0.5:
        server.sendto(payload, peer)
