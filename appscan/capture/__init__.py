"""URL → recording file: drives a browser and writes down what it saw. Knows no policy and no check."""

from appscan.capture.capture import capture
from appscan.capture.drivers import one_driver
from appscan.capture.failures import Interrupted
from appscan.capture.options import Actor, CaptureOptions
from appscan.capture.pdf import print_pdf

__all__ = ["Actor", "CaptureOptions", "Interrupted", "capture", "one_driver", "print_pdf"]
