"""The echo service as Python's standard library makes it: echo_server.py KIND HOST PORT."""
import asyncio
import socket
import socketserver
import sys

LONGEST = 65536


class Datagrams(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        self.transport.sendto(data, addr)


class DatagramHandler(socketserver.BaseRequestHandler):
    def handle(self):
        payload, receiver = self.request
        receiver.sendto(payload, self.client_address)


class StreamHandler(socketserver.BaseRequestHandler):
    def handle(self):
        while chunk := self.request.recv(LONGEST):
            self.request.sendall(chunk)


class DatagramServer(socketserver.UDPServer):
    max_packet_size = LONGEST


class StreamServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def family(host):
    return socket.AF_INET6 if ":" in host else socket.AF_INET


async def stream(reader, writer):
    while chunk := await reader.read(LONGEST):
        writer.write(chunk)
        await writer.drain()
    writer.close()


async def asyncio_udp(host, port):
    await asyncio.get_running_loop().create_datagram_endpoint(Datagrams, local_addr=(host, port))
    await asyncio.Event().wait()


async def asyncio_tcp(host, port):
    await (await asyncio.start_server(stream, host, port)).serve_forever()


def socketserver_serve(kind, handler, host, port):
    kind.address_family = family(host)
    kind((host, port), handler).serve_forever()


def main():
    kind, host, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
    kinds = {
        "asyncio-udp": lambda: asyncio.run(asyncio_udp(host, port)),
        "asyncio-tcp": lambda: asyncio.run(asyncio_tcp(host, port)),
        "socketserver-udp": lambda: socketserver_serve(DatagramServer, DatagramHandler, host, port),
        "socketserver-tcp": lambda: socketserver_serve(StreamServer, StreamHandler, host, port),
    }
    kinds[kind]()


main()
