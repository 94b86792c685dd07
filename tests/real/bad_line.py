#!/usr/bin/env python3
"""A line between two nodes that a test makes bad, for scripts: bytes are carried from a port of the loopback to another.

    bad_line.py LISTEN TARGET DIRECTORY

While DIRECTORY/deaf exists, only the greeting of TLS comes back on a connection, and no answer. While DIRECTORY/cut exists,
nothing is carried.
"""
import os
import selectors
import socket
import sys

listen, target, directory = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
selector = selectors.DefaultSelector()
peers = {}  # socket: (the other one, is it the called side?)
greeted = {}  # caller: bytes that came back
GREETING = 900  # of the called side's first flight at least; it comes in one piece


def is_cut():
    return os.path.exists(os.path.join(directory, "cut"))


def is_deaf(caller):
    return greeted.get(caller, 0) >= GREETING and os.path.exists(os.path.join(directory, "deaf"))


def close(one):
    other, _ = peers.pop(one, (None, False))
    greeted.pop(one, None)
    selector.unregister(one)
    one.close()
    if other in peers:
        close(other)


def carry(one):
    other, is_called = peers[one]
    try:
        data = one.recv(65536)
        if not data or is_cut():
            close(one)
        elif not (is_called and is_deaf(other)):
            other.sendall(data)
        if is_called:
            greeted[other] = greeted.get(other, 0) + len(data)
    except OSError:
        close(one)


def take(server):
    caller, _ = server.accept()
    try:
        called = socket.create_connection(("127.0.0.1", target), timeout=5)
    except OSError:
        caller.close()
        return
    for one, other, is_called in ((caller, called, False), (called, caller, True)):
        peers[one] = (other, is_called)
        selector.register(one, selectors.EVENT_READ)


server = socket.create_server(("127.0.0.1", listen))
selector.register(server, selectors.EVENT_READ)
while True:
    for key, _ in selector.select():
        if key.fileobj is server:
            take(server)
        elif key.fileobj in peers:
            carry(key.fileobj)
