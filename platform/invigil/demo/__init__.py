"""The demo school: made through the same services as a real one."""
