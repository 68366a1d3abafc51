"""Takes one connection at 127.0.0.1:5000, sends back what comes first, and ends."""
import socket

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", 5000))
server.listen(1)
connection, peer = server.accept()
connection.sendall(connection.recv(1024))
connection.close()
