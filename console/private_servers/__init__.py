"""Database servers of the machine's own software, on a free port of the loopback interface: to try things, and to test.

Nothing of the system's own servers is touched. A server keeps everything in one folder, and is stopped with its owner.
"""
