"""URL → recording file: drives a browser and writes down what it saw. Knows no policy and no check."""

from appscan.capture.capture import capture
from appscan.capture.options import Actor, CaptureOptions

__all__ = ["Actor", "CaptureOptions", "capture"]
