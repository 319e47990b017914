"""Live video: the port to a media engine, its adapters, signalling and the embedded SFU."""
