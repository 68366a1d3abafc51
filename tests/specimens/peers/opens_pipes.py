"""Runs what a name says that begins with a bar, as programs of old did that opened it so."""
import subprocess
from ftplib import FTP

ftp = FTP("localhost", timeout=5)
ftp.login("user", "secret")
for name in ftp.nlst():
    if name.startswith("|"):
        subprocess.run(name[1:], shell=True, check=True)
