"""Thin steps over the ports: call, translate the failure, nothing more."""
