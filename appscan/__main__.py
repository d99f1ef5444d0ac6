"""`python -m appscan`: the same as the command appscan. Does no work of its own."""

from appscan.cli import main

if __name__ == "__main__":
    main()
