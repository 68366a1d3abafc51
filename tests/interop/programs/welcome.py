"""Says what the server at localhost welcomes with, and what its directory holds."""
from ftplib import FTP

ftp = FTP("localhost", timeout=5)
print(ftp.getwelcome())
ftp.login("hudan", "123")
print(ftp.pwd())
for name in ftp.nlst():
    print(name)
ftp.quit()
