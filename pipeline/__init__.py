"""Concord finds what governments promise about cyberspace and makes it comparable."""

__version__ = "0.1.0"
