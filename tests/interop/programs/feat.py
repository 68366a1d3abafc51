"""Prints the features of the server at localhost."""
from ftplib import FTP

ftp = FTP("localhost", timeout=5)
ftp.login("hudan", "123")
print(ftp.sendcmd("FEAT"))
ftp.quit()
