"""The managers of the founding documents as a JSON interface under /api/v1/: docs/adr/0018."""
