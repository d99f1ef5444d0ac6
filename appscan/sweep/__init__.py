"""What is left to do → tasks → reports, by processes of this machine or of a cluster. Knows no rule and no table."""
