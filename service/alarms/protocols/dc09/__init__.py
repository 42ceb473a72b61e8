"""ANSI/SIA DC-09, what fixed units speak: `envelope` the frame, `cipher` AES, `events` the codes, `decoder` all."""
