"""What clients of servers under test have in common: they speak plain HTTP to this machine.

Without a context of its own every client of httpx reads all certificates of the world when it is made: 17 ms each, in
tests that make thousands.
"""

import ssl
from typing import Final

NO_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""To be given as `verify`; it trusts nobody, so a client with it meets no server that speaks TLS."""
