"""A server of pyftpdlib with one user, who may do everything: HOST PORT USER PASSWORD ROOT.

It serves until it is stopped. The exit status is 127 where there is no pyftpdlib. With --version
alone it prints which one there is.
"""
import os
import sys

if os.environ.get("PEERSPEC_IUT_ROOT"):
    sys.path.append(os.path.join(os.environ["PEERSPEC_IUT_ROOT"], "usr/lib/python3/dist-packages"))
try:
    import pyftpdlib
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.servers import FTPServer
except ImportError as missing:
    print(missing)
    sys.exit(127)


class Handler(FTPHandler):
    """The library's own, but that a wrong password is not answered three seconds late."""

    auth_failed_timeout = 0


def main(arguments):
    if arguments == ["--version"]:
        print("pyftpdlib", pyftpdlib.__ver__)
        return
    host, port, user, password, root = arguments
    Handler.authorizer = DummyAuthorizer()
    Handler.authorizer.add_user(user, password, root, perm="elradfmwMT")
    FTPServer((host, int(port)), Handler).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
