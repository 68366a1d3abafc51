"""Removes note.txt from the server at localhost."""
from ftplib import FTP

ftp = FTP("localhost", timeout=5)
ftp.login("hudan", "123")
print(ftp.delete("note.txt"))
ftp.quit()
