"""Renames old.txt on the server at localhost."""
from ftplib import FTP

ftp = FTP("localhost", timeout=5)
ftp.login("hudan", "123")
print(ftp.rename("old.txt", "new.txt"))
ftp.quit()
