"""Downloads 2003.pdf from the server at localhost."""
from ftplib import FTP

ftp = FTP("localhost", timeout=5)
ftp.login("hudan", "123")
with open("2003.pdf", "wb") as out:
    print(ftp.retrbinary("RETR 2003.pdf", out.write))
ftp.quit()
