"""Lists names and types of what the server at localhost has, by MLSD."""
from ftplib import FTP

ftp = FTP("localhost", timeout=5)
ftp.login("hudan", "123")
for name, facts in ftp.mlsd():
    print(name, facts.get("type"))
ftp.quit()
