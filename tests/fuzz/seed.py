#!/usr/bin/env python3
"""seed.py WIRETEXT: makes the corpora that are not text: packet, savefile, timeline, fragment,
stream, pages. WIRETEXT is build/tests/support/wiretext, which makes captures from readable text.

What a fuzzer found on top of that has its own file in the corpus, with a name that says what it is.
"""
import pathlib
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
CORPUS = HERE / "corpus"
SPECIMENS = HERE.parent / "specimens"

# As fuzz_packet.c counts the link types.
LINKS = {"ethernet": 0, "vlan": 0, "qinq": 0, "sll": 1, "sll2": 2, "null": 3, "loop": 4, "raw": 7,
         "ip": 8}
ADDRESSES = {"ip4": "", "ip6": "client [2001:db8::2]:40000\nserver [2001:db8::1]:21\n"}
PACKETS = {"tcp": "C> NOOP\n", "options": "options 8\nC> NOOP\n", "udp": 'udp C "abc"\n',
           "unreachable": 'udp C "abc"\nicmp S 3 3\n',
           "fragment": '! fragment 16\nudp C "a datagram in pieces"\n'}
SESSION = ("S> 220 Ready.\nC> PASV\nS> 227 (192,0,2,1,156,65)\nC> LIST\nS> 150 Here.\n"
           'data passive 40001 S "one\\r\\n"\nS> 226 Done.\n')

# Conversations of many kinds.
TIMELINES = ["FTP-ABOR-SEQUENCE.bad", "FTP-ABOR-TELNET-ORDER.bad", "FTP-AUTH-CLIENTHELLO.good",
             "FTP-EPRT-SYNTAX.good", "FTP-MLST-FORMAT.good", "FTP-OPTS-MLST-REPLY.bad",
             "FTP-FEAT-TLS.good", "FTP-ABOR-DATA-CLOSED.bad", "ICMP-03.bad", "ICMP-11.bad",
             "TCP-01.bad", "TCP-15.bad", "TCP-16.good", "TCP-19.bad", "UDP-01.bad", "UDP-02.bad",
             "UDP-04.bad", "UDP-07.bad", "UDP-10.bad"]


def capture(text):
    """The pcap file that wiretext makes of `text`."""
    with tempfile.TemporaryDirectory() as folder:
        source, made = pathlib.Path(folder, "x.wire"), pathlib.Path(folder, "x.pcap")
        source.write_text(text)
        subprocess.run([sys.argv[1], source, made], check=True)
        return made.read_bytes()


def frames(pcap):
    at = 24
    while at < len(pcap):
        kept = struct.unpack_from("<I", pcap, at + 8)[0]
        yield pcap[at + 16:at + 16 + kept]
        at += 16 + kept


def seed(target, name, octets):
    folder = CORPUS / target
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(octets)


def packets():
    for link, number in LINKS.items():
        for family, addresses in ADDRESSES.items():
            for kind, lines in PACKETS.items():
                if kind != "tcp" and link not in ("ethernet", "raw"):
                    continue
                if kind == "unreachable" and family == "ip6":
                    lines = lines.replace("3 3", "1 4")
                last = list(frames(capture(f"link {link}\n{addresses}no handshake\n{lines}")))[-1]
                seed("packet", f"{link}-{family}-{kind}", bytes([number]) + last)


def block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def interface(linktype, options=b""):
    return block(1, struct.pack("<HHI", linktype, 0, 262144) + options)


def record(number, frame):
    return block(6, struct.pack("<IIIII", number, 0, 0, len(frame), len(frame)) + frame)


SECTION = block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1))


def pcapng(frames_of, interfaces):
    """A section whose packets come from its interfaces in turn."""
    return (SECTION + b"".join(interfaces) +
            b"".join(record(n % len(interfaces), frame) for n, frame in enumerate(frames_of)))


def savefiles():
    for link in LINKS:
        seed("savefile", f"{link}.pcap", capture(f"link {link}\n{SESSION}"))
    seed("savefile", "cut.pcap", capture(f"snaplen 60\n{SESSION}"))
    seed("savefile", "datagrams.pcap", capture('! fragment 16\nudp C "a datagram in pieces"\n'
                                               "icmp S 3 3\n"))
    ethernet = list(frames(capture(SESSION)))
    comment = struct.pack("<HH4sHH", 1, 4, b"text", 0, 0)
    nanoseconds = struct.pack("<HHB3xHH", 9, 1, 9, 0, 0)
    seed("savefile", "one.pcapng", pcapng(ethernet, [interface(1, comment)]))
    seed("savefile", "two.pcapng", pcapng(ethernet, [interface(1), interface(1, nanoseconds)]))
    seed("savefile", "mixed.pcapng", pcapng(ethernet, [interface(1), interface(101)]))
    seed("savefile", "unknown.pcapng", pcapng(ethernet, [interface(1) + block(0xbad, b"what")]))
    seed("savefile", "sections.pcapng", 2 * pcapng(ethernet[:9], [interface(1)]))


def timelines():
    for specimen in TIMELINES:
        text = "link raw\n" + (SPECIMENS / f"{specimen}.wire").read_text()
        octets = b"".join(struct.pack("<H", min(len(frame), 1023)) + frame[:1023]
                          for frame in frames(capture(text)))
        seed("timeline", specimen, octets)


def pieces(*quadruples):
    return b"".join(bytes(quadruple) for quadruple in quadruples)


def streams():
    keep, fin, acks = 4, 3, 8
    seed("stream", "in-order", pieces((0, 10, 0, keep), (10, 5, 0, keep), (15, 0, 0, fin)))
    seed("stream", "early", pieces((10, 5, 0, keep), (0, 10, 0, keep)))
    seed("stream", "overlap", pieces((20, 30, 0, keep), (10, 30, 0, keep), (0, 60, 0, keep)))
    seed("stream", "hole", pieces((20, 5, 0, keep), (25, 0, 0, acks), (0, 20, 0, keep)))
    seed("stream", "wraps", pieces((0, 120, 0, keep), (120, 100, 0, keep), (220, 9, 0, fin)))
    seed("stream", "cut", pieces((0, 10, 4, keep), (14, 5, 3, 0), (22, 5, 0, keep)))
    seed("stream", "lengths", pieces((10, 5, 0, 0), (15, 5, 0, 0), (20, 5, 0, fin), (0, 9, 1, 0)))
    seed("stream", "again", pieces((0, 10, 0, keep), (0, 10, 0, keep), (5, 10, 0, keep | fin)))


def fragments():
    last, more, cut = 0, 1, 20
    seed("fragment", "in-order", pieces((0, 64, more, 0), (8, 64, more, 0), (16, 9, last, 0)))
    seed("fragment", "reversed", pieces((16, 9, last, 0), (8, 64, more, 0), (0, 64, more, 0)))
    seed("fragment", "overlap", pieces((0, 64, more, 0), (4, 64, more, 0), (8, 40, last, 0)))
    seed("fragment", "cut", pieces((0, 64, more, cut), (8, 64, last, 0)))
    seed("fragment", "two-ends", pieces((10, 0, 2, 0), (2, 10, 2, 0)))
    seed("fragment", "behind-the-end", pieces((1, 8, last, 0), (2, 8, more, 0)))
    seed("fragment", "two-packets", pieces((0, 64, more, 0), (0, 64, more | 4, 0),
                                           (8, 8, last | 4, 0), (8, 8, last, 0)))


CLIENT, SERVER, DATA, ECHO = 0, 1, 3, 4


def said(*lines):
    """As talk.c reads it: pieces of at most 31 octets."""
    octets = b""
    for who, text in lines:
        for at in range(0, len(text), 31):
            piece = text[at:at + 31]
            octets += bytes([len(piece) << 3 | who]) + piece
    return octets


def pages():
    seed("pages", "transfer", said((CLIENT, b"RETR a\r\n"), (SERVER, b"150 Here.\r\n"),
                                   (DATA, b"12345"), (SERVER, b"226 Done.\r\n")))
    seed("pages", "listing", said((CLIENT, b"LIST\r\n"), (SERVER, b"150 Here.\r\n"),
                                  (DATA, b"one\r\n\x1b[31mtwo\n"), (SERVER, b"226 Done.\r\n")))
    seed("pages", "escapes", said((CLIENT, b"CWD \x1b[2J\x07\r\n"), (SERVER, b"550 \x1b]0;x\x07\r\n")))
    seed("pages", "utf-8", said((CLIENT, "CWD żółw\r\n".encode()), (SERVER, b"250 \xc5\xff\r\n")))
    seed("pages", "nul", said((CLIENT, b"CWD a\0b\r\n"), (SERVER, b"250 a\0b\r\n")))
    seed("pages", "multi-line", said((CLIENT, b"FEAT\r\n"), (SERVER, b"211-A\r\n B\r\n211 End\r\n")))
    seed("pages", "no-reply", said((CLIENT, b"NOOP\r\n"), (SERVER, b"what?\r\n"), (SERVER, b"2\r\n")))
    seed("pages", "long", said((CLIENT, b"CWD " + b"x" * 300 + b"\r\n"), (SERVER, b"250 Yes.\r\n")))
    seed("pages", "datagrams", said((ECHO, b"\x1b\x00\xff\xc5\x9b"), (ECHO + 1, b"other")))
    seed("pages", "tls", said((CLIENT, b"AUTH TLS\r\n"), (SERVER, b"234 Go.\r\n"),
                              (CLIENT, b"\x16\x03\x01\x00\x04abcd")))


for make in (packets, savefiles, timelines, streams, fragments, pages):
    make()
