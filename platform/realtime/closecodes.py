"""Close codes of the socket; the browser decides by them whether to come back (socket.ts)."""

from enum import IntEnum


class CloseCode(IntEnum):
    """Why the server closed a socket."""

    COME_BACK = 1012  # the server restarts, or rights have changed: come back, be checked anew
    SIGNED_OUT = 4401  # no session, or it has ended: do not come back
    FORBIDDEN = 4403  # this account may not use the socket: do not come back
    TOO_SLOW = 4408  # not writable for 10 s, or more than 1 MiB waiting: come back, resume
    REPLACED = 4409  # another tab of the same person took over: do not come back
    TOO_MANY = 4429  # too many messages or sockets: come back after a pause
