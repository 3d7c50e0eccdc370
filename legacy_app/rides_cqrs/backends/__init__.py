"""SQL that is not the ORM's: one folder per database, one module per concept."""
