"""What monitoring is told: the service in figures, for Prometheus."""
