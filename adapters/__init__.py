"""The outside world: records, calendars, payments, mail, settings, logs, and the connection to Temporal."""
