"""Downloads 2003.pdf in active mode, and does not wait longer than three seconds for the server."""
from ftplib import FTP

ftp = FTP("localhost", timeout=3)
ftp.login("hudan", "123")
ftp.set_pasv(False)
with open("2003.pdf", "wb") as out:
    print(ftp.retrbinary("RETR 2003.pdf", out.write))
ftp.quit()
