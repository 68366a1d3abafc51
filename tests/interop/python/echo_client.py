"""A client of the echo service that takes care: echo_client.py udp|tcp HOST PORT TEXT [FAULT].

Over UDP it asks again after one second, and after two more, and takes for the answer what comes from
the server's own address and port. Either way what comes back has to be what was sent. With a FAULT it
takes less care: those are what clients are found to do.
"""
import socket
import sys
import time

PATIENCE = 1, 2, 4
IMPATIENCE = 0.2, 0.2, 1
IMPATIENT = "hasty", "gives-up-quietly"
LONGEST = 65536
UNCHECKED = "no-check", "as-text", "first-kilobyte", "resets-are-ends"


def family(host):
    return socket.AF_INET6 if ":" in host else socket.AF_INET


class Client:
    def __init__(self, host, port, text, fault):
        self.server, self.text, self.fault = (host, port), text, fault
        self.family = family(host)

    def report(self, answer):
        if self.fault == "as-text":
            answer = answer.decode("ascii", "replace").encode()
        sys.stdout.buffer.write(answer)
        sys.stdout.flush()
        if self.fault not in UNCHECKED and answer != self.text:
            sys.exit("what came back is not what was sent")

    def udp_answer(self, client):
        """One datagram of the server's, and whatever else a fault takes for one."""
        while True:
            answer = client.recv(1024 if self.fault == "first-kilobyte" else LONGEST)
            if answer or self.fault != "deaf-to-empty":
                return answer

    def udp(self):
        client = socket.socket(self.family, socket.SOCK_DGRAM)
        if self.fault != "anybody":
            client.connect(self.server)
        for patience in IMPATIENCE if self.fault in IMPATIENT else PATIENCE:
            client.settimeout(patience)
            if self.fault == "anybody":
                client.sendto(self.text, self.server)
            else:
                client.send(self.text)
            try:
                return self.report(self.udp_answer(client))
            except socket.timeout:
                if self.fault == "asks-once":
                    break
        sys.exit(0 if self.fault == "gives-up-quietly" else "no answer")

    def tcp_answer(self, client):
        answer = b""
        while len(answer) < len(self.text) or self.fault == "as-text":
            try:
                chunk = client.recv(LONGEST)
            except ConnectionResetError:
                if self.fault != "resets-are-ends":
                    raise
                chunk = b""
            if not chunk and self.fault == "spins":
                time.sleep(60)
            if not chunk or self.fault == "one-read":
                return answer + chunk
            answer += chunk
        return answer

    def tcp(self):
        client = socket.create_connection(self.server, timeout=5)
        client.sendall(self.text)
        self.report(self.tcp_answer(client))
        client.close()


def main():
    protocol, host, port, text = sys.argv[1:5]
    fault = sys.argv[5] if len(sys.argv) > 5 else ""
    client = Client(host, int(port), text.encode(), fault)
    try:
        getattr(client, protocol)()
    except OSError as error:
        if fault != "exits-zero":
            sys.exit(str(error))


main()
