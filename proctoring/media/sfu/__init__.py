"""The embedded SFU: forwards encrypted video between browsers; knows nothing of Django."""
