"""One operation with Python's ftplib: OPERATION HOST PORT USER PASSWORD [ARGUMENT...].

The exit status is 0 where it was done, 1 where the server refused or the connection broke,
2 where the command line is wrong. Each reply of interest goes to standard output.
"""
import fnmatch
import ftplib
import os
import sys


class LocalFile:
    """A file that comes about with its first octets, or where the transfer succeeds."""

    def __init__(self, name, mode="wb"):
        self.name, self.mode, self.out = name, mode, None

    def write(self, octets):
        if self.out is None:
            self.out = open(self.name, self.mode)
        self.out.write(octets)

    def finish(self):
        self.write(b"")
        self.out.close()


def get(ftp, remote, local):
    out = LocalFile(local)
    print(ftp.retrbinary(f"RETR {remote}", out.write))
    out.finish()


def get_active(ftp, remote, local):
    ftp.set_pasv(False)
    get(ftp, remote, local)


def put(ftp, local, remote):
    with open(local, "rb") as source:
        print(ftp.storbinary(f"STOR {remote}", source))


def append(ftp, local, remote):
    with open(local, "rb") as source:
        print(ftp.storbinary(f"APPE {remote}", source))


def resume(ftp, remote, local):
    out = LocalFile(local, "ab")
    print(ftp.retrbinary(f"RETR {remote}", out.write, rest=os.path.getsize(local)))
    out.finish()


def list_long(ftp, *folder):
    print(ftp.retrlines(" ".join(("LIST",) + folder)))


def list_names(ftp, *folder):
    print("\n".join(ftp.nlst(*folder)))


def list_facts(ftp, folder=""):
    for name, facts in ftp.mlsd(folder):
        print(name, facts)


def get_many(ftp, pattern):
    folder = os.path.dirname(pattern)
    names = ftp.nlst(folder) if folder else ftp.nlst()
    for name in names:
        base = os.path.basename(name)
        if base in ("", ".", ".."):
            continue
        if fnmatch.fnmatchcase(base, os.path.basename(pattern)):
            get(ftp, f"{folder}/{base}" if folder else base, base)


def size(ftp, name):
    ftp.voidcmd("TYPE I")
    print(ftp.size(name))


# How many arguments each takes: least, most.
OPERATIONS = {
    "get": (get, 2, 2),
    "get-active": (get_active, 2, 2),
    "put": (put, 2, 2),
    "append": (append, 2, 2),
    "resume": (resume, 2, 2),
    "list": (list_long, 0, 1),
    "nlst": (list_names, 0, 1),
    "mlsd": (list_facts, 0, 1),
    "delete": (lambda ftp, name: print(ftp.delete(name)), 1, 1),
    "rename": (lambda ftp, old, new: print(ftp.rename(old, new)), 2, 2),
    "mkdir": (lambda ftp, name: print(ftp.mkd(name)), 1, 1),
    "rmdir": (lambda ftp, name: print(ftp.rmd(name)), 1, 1),
    "size": (size, 1, 1),
    "mtime": (lambda ftp, name: print(ftp.voidcmd(f"MDTM {name}")), 1, 1),
    "mget": (get_many, 1, 1),
    "login": (lambda ftp: print(ftp.getwelcome()), 0, 0),
}


def main(argv):
    if len(argv) < 5 or argv[0] not in OPERATIONS:
        print(__doc__, file=sys.stderr)
        return 2
    name, host, port, user, password, *arguments = argv
    operation, least, most = OPERATIONS[name]
    if not least <= len(arguments) <= most:
        print(f"{name} takes {least} to {most} arguments", file=sys.stderr)
        return 2
    try:
        with ftplib.FTP(timeout=5) as ftp:  # sends QUIT at its end, after an error too
            ftp.connect(host, int(port))
            ftp.login(user, password)
            operation(ftp, *arguments)
    except ftplib.all_errors as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
