"""appscan: finds banned forced features in government apps and says what it could not see."""

__version__ = "0.1.0"
