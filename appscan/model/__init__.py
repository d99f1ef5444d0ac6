"""The vocabulary of appscan: values shared by all rooms. No I/O, no policy, no parser."""
