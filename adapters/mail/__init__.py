"""Notices as mail: the texts in three languages, and the two ways out, a folder and a mail server."""
