"""The steps from an empty database to the tables of today; an older database gets there without a loss."""
