"""Finds, starts, renews and ends Chromium. Knows nothing of sites."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import threading
import time
import uuid
import warnings
from pathlib import Path
from types import TracebackType

from playwright.sync_api import Browser, Error, Playwright, ProxySettings, sync_playwright

from appscan.capture.drivers import begin_driver, end_driver
from appscan.capture.failures import CaptureError, Failure
from appscan.capture.gateway import USER, Gateway

SHELL_NAMES = ("chromium-headless-shell", "chrome-headless-shell")
"""Chromium without windows, tabs and bars to draw: a walk takes two thirds of the time."""
SYSTEM_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "chrome",
    "microsoft-edge-stable",
    "microsoft-edge",
    "msedge",
)
SYSTEM_PATHS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
    "C:/Program Files/Microsoft/Edge/Application/msedge.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
FLAGS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    "--block-new-web-contents",
    "--disable-dev-shm-usage",
    "--disable-site-isolation-trials",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--dns-prefetch-disable",
    "--disable-domain-reliability",
    "--mute-audio",
    "--hide-scrollbars",
    "--disable-shared-workers",
)
UNWANTED = (
    "IsolateOrigins,site-per-process,Translate,MediaRouter,OptimizationHints,AutofillServerCommunication,"
    "Prerender2,SpeculationRulesPrefetchFuture,Reporting,NetworkErrorLogging,PreconnectToSearch,"
    "InterestFeedContentSuggestions,CertificateTransparencyComponentUpdater,PrivateStateTokens,"
    "LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,"
    "FedCm,BackgroundFetch,DirectSockets"
)
UNWANTED_ABILITIES = (
    "FetchLaterAPI,FedCm,SpeculationRules,AttributionReporting,FencedFrames,Fledge,SharedStorageAPI,TopicsAPI,"
    "PrivateAggregation,BackgroundFetch,DirectSockets"
)
"""What would ask a server past the interception: by the browser itself, or after the page is gone."""


def find_chromium(window: bool = False) -> str | None:
    """Path of a Chromium of this machine, one with a `window` for a person or any: APPSCAN_CHROMIUM, else a system one;
    None leaves the choice to Playwright.

    Raises CaptureError (no_browser) where APPSCAN_CHROMIUM names nothing that can run."""
    named = os.environ.get("APPSCAN_CHROMIUM")
    if named:
        found = shutil.which(named)
        if not found:
            raise CaptureError(Failure.NO_BROWSER, named)
        return found
    names = SYSTEM_NAMES if window else (*SHELL_NAMES, *SYSTEM_NAMES)
    return next(filter(None, map(shutil.which, names)), None) or next(
        (path for path in SYSTEM_PATHS if Path(path).is_file()), None
    )


def is_installed() -> bool:
    """True where a browser is there to be started, one of the system or Playwright's own download."""
    try:
        if find_chromium():
            return True
    except CaptureError:
        return False
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).is_file()


def has_sandbox(root: bool) -> bool:
    """Chromium's sandbox stays on except for root, for whom Chromium refuses to start with it."""
    return not root


def arguments(hosts: frozenset[str], locale: str, mark: str, gateway: str = "") -> list[str]:
    """What Chromium is started with: it connects to `hosts` (with a port: only to that one) and nothing else; with a
    `gateway` (HOST:PORT) to that alone, which then connects to them. `mark` names its processes."""
    known = [gateway] if gateway else sorted(hosts)
    rules = ",".join([*(f"MAP {host} {host}" for host in known), "MAP * ~NOTFOUND"])
    way = ("--disable-quic",) if gateway else ("--no-proxy-server",)
    unwanted = (f"--disable-features={UNWANTED}", f"--disable-blink-features={UNWANTED_ABILITIES}")
    return [*FLAGS, *way, *unwanted, f"--host-resolver-rules={rules}", f"--lang={locale}", mark]


class Chromium:
    """A running browser that resolves only `hosts`; with a `gateway` it resolves nothing and asks there.

    A watchdog kills it when nothing came back for `stall_seconds`, and for good at `until` (monotonic clock). `stop` is
    set when someone interrupts: the next step raises KeyboardInterrupt.
    """

    def __init__(
        self,
        hosts: frozenset[str],
        locale: str,
        stall_seconds: float,
        until: float = float("inf"),
        stop: threading.Event | None = None,
        gateway: Gateway | None = None,
    ) -> None:
        self._hosts = hosts
        self._gateway = gateway
        self.stop = stop or threading.Event()
        self._until = until
        self._locale = locale
        self._stall = stall_seconds
        self._mark = f"--appscan-run={uuid.uuid4().hex}"
        self._beat = time.monotonic()
        self._watching = threading.Event()
        self._playwright: Playwright | None = None
        self._served = False
        self.browser: Browser | None = None
        self.kills = 0
        self._ran = False

    def __enter__(self) -> Chromium:
        self._playwright, self._served = begin_driver()
        try:
            self.start()
        except BaseException:
            end_driver(self._playwright)
            raise
        threading.Thread(target=self._watch, name="browser-watchdog", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watching.set()
        self.end()
        if self._playwright:
            end_driver(self._playwright)

    def start(self) -> Browser:
        """A fresh browser. Raises CaptureError: no_browser where none ever ran, browser_died where one did."""
        try:
            self.browser = self._launched()
        except Error as error:
            if not self._ran and not self._served:
                raise CaptureError(Failure.NO_BROWSER, "chromium", why=str(error).splitlines()[0][:200]) from error
            self.browser = self._revived()
        self._ran = True
        self.alive()
        return self.browser

    def _launched(self) -> Browser:
        assert self._playwright
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        return self._playwright.chromium.launch(
            executable_path=find_chromium(),
            headless=True,
            chromium_sandbox=has_sandbox(root),
            args=arguments(self._hosts, self._locale, self._mark, self._gateway.address if self._gateway else ""),
            proxy=self._proxy(),
        )

    def _proxy(self) -> ProxySettings | None:
        """For the browser and for what the driver asks itself, which is robots.txt."""
        if self._gateway is None:
            return None
        return {"server": f"http://{self._gateway.address}", "bypass": "<-loopback>", "username": USER,
                "password": self._gateway.token}

    def _revived(self) -> Browser:
        """A browser under a fresh driver: one that ran before and cannot be started any more has mostly lost its
        driver. Raises CaptureError (browser_died; no_browser where none of this run's ever ran)."""
        _hush()
        if self._playwright:
            end_driver(self._playwright, dead=True)
        self._kill()
        try:
            self._playwright, self._served = begin_driver()
            return self._launched()
        except Error as error:
            failure = Failure.BROWSER_DIED if self._ran else Failure.NO_BROWSER
            raise CaptureError(failure, "chromium", why=str(error).splitlines()[0][:200]) from error

    def end(self) -> None:
        """Close the browser, whatever state it is in."""
        if self.browser:
            try:
                self.browser.close()
            except Error:
                _hush()
                self._kill()
            self.browser = None

    def renew(self) -> Browser:
        """End this browser and start another one; memory that pages left behind goes with it.

        Raises CaptureError (browser_died) where its time is over."""
        self.end()
        if time.monotonic() > self._until:
            raise CaptureError(Failure.BROWSER_DIED, "chromium", why="max_minutes")
        return self.start()

    @property
    def version(self) -> str:
        return self.browser.version if self.browser else ""

    def alive(self) -> None:
        """Tell the watchdog that the browser answered just now. Raises KeyboardInterrupt where someone asked for it."""
        self._beat = time.monotonic()
        if self.stop.is_set():
            raise KeyboardInterrupt

    def _watch(self) -> None:
        while not self._watching.wait(1.0):
            now = time.monotonic()
            if self.browser and (now - self._beat > self._stall or now > self._until):
                self.kills += 1
                self._beat = now
                self._kill()

    def _kill(self) -> None:
        """End exactly the processes that carry this run's mark: a page that spins cannot be asked to stop."""
        for pid in _processes_with(self._mark):
            try:
                os.kill(pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
            except OSError:
                continue


def _hush() -> None:
    """What a dead driver leaves half done is no news for the user: the gap tells it."""
    warnings.filterwarnings("ignore", message="coroutine .* was never awaited", category=RuntimeWarning)
    logging.getLogger("asyncio").addFilter(_is_no_echo)


def _is_no_echo(record: logging.LogRecord) -> bool:
    return "Future exception was never retrieved" not in record.getMessage()


def _processes_with(mark: str) -> list[int]:
    if Path("/proc/self/cmdline").is_file():
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    if mark.encode() in (entry / "cmdline").read_bytes():
                        found.append(int(entry.name))
                except OSError:
                    continue
        return found
    listing = subprocess.run(["ps", "-axo", "pid=,command="], capture_output=True, text=True, check=False)  # noqa: S607
    return [int(row.split(None, 1)[0]) for row in listing.stdout.splitlines() if mark in row]
