"""Telling people outside, by mail. Only the worker sends; no subject carries personal data."""
