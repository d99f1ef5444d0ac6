"""First party or which library: by package prefix, script file and module. Knows no check."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from appscan.checks.pack import Vocabulary

PLATFORM = "platform"
"""Origin of classes that are referred to but not part of the artifact."""

_VENDORS = frozenset({"com/tencent", "com/baidu", "com/alibaba", "com/alipay", "com/taobao", "com/huawei", "com/xiaomi",
                      "com/iflytek", "com/bytedance", "com/sina", "com/microsoft", "com/netease"})
"""Companies that ship libraries and also build apps for offices: their name space alone does not tell which."""


class Origins:
    """Tells origins; "" is first party. `own_package` (the manifest's) always counts as first party, with its
    siblings under the same first components, unless they are a listed library."""

    def __init__(self, vocabulary: Vocabulary, own_package: str, components: Iterable[str] = ()) -> None:
        """`components`: class names of the manifest. One under a vendor's bare name space (com.tencent.grid) makes its
        package first party: an SDK's components lie under a listed prefix."""
        self._own = own_package.replace(".", "/")
        listed = {name.replace(".", "/").strip("/"): library for name, library in vocabulary.libraries.items()}
        self._prefixes: Mapping[str, str] = {path: library for path, library in listed.items()
                                             if not self._is_own_vendor(path)}
        self._declared = frozenset(name.rpartition(".")[0].replace(".", "/") for name in components
                                   if self._by_vendor_alone(name.replace(".", "/")))
        self._of_script: dict[tuple[str, str], str] = {}
        self._scripts = [(re.compile(pattern), library) for pattern, library in vocabulary.library_scripts]
        self._modules = [re.compile(pattern) for pattern in vocabulary.library_modules]

    def _by_vendor_alone(self, path: str) -> bool:
        """Whether the only listed prefix of a class is the whole name space of a vendor that also builds apps."""
        parts = path.split("/")
        listed = [depth for depth in range(1, len(parts)) if "/".join(parts[:depth]) in self._prefixes]
        return listed == [2] and "/".join(parts[:2]) in _VENDORS

    def _is_own_vendor(self, path: str) -> bool:
        """A vendor's whole name space (com.tencent) is no library in its own apps; its listed SDKs still are."""
        return path.count("/") < 2 and self._own.startswith(path + "/")

    def of_class(self, descriptor: str) -> str:
        """Origin of a class descriptor (Lcom/foo/Bar;)."""
        path = descriptor[1:-1] if descriptor.startswith("L") else descriptor
        if (self._own and path.startswith(self._own + "/")) or path.rpartition("/")[0] in self._declared:
            return ""
        end = path.find("/")
        found = ""
        while end >= 0:
            library = self._prefixes.get(path[:end])
            if library is not None:
                found = library or path[:end]
            end = path.find("/", end + 1)
        return found

    def of_classes(self, descriptors: Iterable[str]) -> list[str]:
        """Origins of many classes; classes of one package are looked up once."""
        known: dict[str, str] = {}
        origins = []
        for descriptor in descriptors:
            package = descriptor.rpartition("/")[0]
            origin = known.get(package)
            if origin is None:
                origin = known[package] = self.of_class(descriptor)
            origins.append(origin)
        return origins

    def of_script(self, file: str, module: str) -> str:
        """Origin of a script by the name of its file or of its module."""
        known = self._of_script.get((file, module))
        if known is None:
            known = self._of_script[file, module] = self._script_origin(file, module)
        return known

    def _script_origin(self, file: str, module: str) -> str:
        for pattern, library in self._scripts:
            if pattern.search(file):
                return library
        if module and any(pattern.search(module) for pattern in self._modules):
            return "node_modules"
        return ""
