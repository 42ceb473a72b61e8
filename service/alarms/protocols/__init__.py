"""One file a protocol: bytes in, signals out. No sockets, no rows, no clock of their own."""
