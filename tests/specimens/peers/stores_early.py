"""Sends what it stores before the server has said that it takes it."""
import socket
from ftplib import FTP

ftp = FTP("localhost", timeout=5)
ftp.login("user", "secret")
with socket.create_connection(ftp.makepasv()) as data:
    ftp.putcmd("STOR note.txt")
    data.sendall(b"early")
print(ftp.getresp(), ftp.getresp())
ftp.quit()
