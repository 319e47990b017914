"""Simulated candidates, invigilators and cameras over real HTTP, WebSocket and WebRTC.

Knows only what a browser knows: pages, the candidate interface, the socket, the media plane. The
one look behind is the audit at the end, which compares the clients' logs with what is stored.
"""
