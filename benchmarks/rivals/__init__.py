"""What would be written instead: the same life on DBOS, and as rows of a table that a scanner looks at."""
