"""What is left to do → tasks → reports, on this machine's processes or on a Dask cluster. Knows no rule and no table."""
