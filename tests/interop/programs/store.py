"""Uploads note.txt to the server at localhost."""
from ftplib import FTP

ftp = FTP("localhost", timeout=5)
ftp.login("hudan", "123")
with open("note.txt", "rb") as source:
    print(ftp.storbinary("STOR note.txt", source))
ftp.quit()
