"""The parts of the workflow that waits until a refund that failed late is paid by hand."""
