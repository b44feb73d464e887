"""The command line: composes gateway and adapters, prints tables for people and JSON for programs."""
