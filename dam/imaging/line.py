"""What a worker and its nursery say to each other over their socket: a fixed order with three files, a fixed report."""

import struct

ORDER = struct.Struct("!d")
"""The wall time in seconds; with it go the files of the question, the answer and the complaints."""
REPORT = struct.Struct("!i?dq")
"""The exit status, whether the time ran out, processor seconds, peak memory in bytes."""
FILES = 3
