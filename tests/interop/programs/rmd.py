"""Removes a directory from the server at localhost."""
from ftplib import FTP

ftp = FTP("localhost", timeout=5)
ftp.login("hudan", "123")
print(ftp.rmd("progjar"))
ftp.quit()
