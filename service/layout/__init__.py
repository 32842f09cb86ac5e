"""The frame of every page that people see: one template, one small style, one set of security headers."""
