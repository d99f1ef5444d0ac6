"""Public ids of the Android framework that the readers need by name (AOSP public.xml). Knows no file format."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ANDROID_NAMESPACE = "http://schemas.android.com/apk/res/android"

ATTRIBUTE_NAMES: Mapping[int, str] = MappingProxyType({
    0x01010000: "theme", 0x01010001: "label", 0x01010002: "icon", 0x01010003: "name", 0x01010006: "permission",
    0x01010007: "readPermission", 0x01010008: "writePermission", 0x01010009: "protectionLevel",
    0x0101000a: "permissionGroup", 0x0101000b: "sharedUserId", 0x0101000c: "hasCode", 0x0101000d: "persistent",
    0x0101000e: "enabled", 0x0101000f: "debuggable", 0x01010010: "exported", 0x01010011: "process",
    0x01010012: "taskAffinity", 0x01010013: "multiprocess", 0x01010017: "excludeFromRecents",
    0x01010018: "authorities", 0x01010019: "syncable", 0x0101001b: "grantUriPermissions", 0x0101001c: "priority",
    0x0101001d: "launchMode", 0x0101001e: "screenOrientation", 0x0101001f: "configChanges", 0x01010020: "description",
    0x01010021: "targetPackage", 0x01010024: "value", 0x01010025: "resource", 0x01010026: "mimeType",
    0x01010027: "scheme", 0x01010028: "host", 0x01010029: "port", 0x0101002a: "path", 0x0101002b: "pathPrefix",
    0x0101002c: "pathPattern", 0x0101002d: "action", 0x0101002e: "data", 0x0101002f: "targetClass",
    0x01010095: "textSize", 0x01010098: "textColor", 0x010100ab: "ellipsize", 0x010100af: "gravity",
    0x010100b2: "entries", 0x010100c4: "orientation", 0x010100d0: "id", 0x010100d1: "tag", 0x010100d4: "background",
    0x010100d5: "padding", 0x010100da: "focusable", 0x010100dc: "visibility", 0x010100e5: "clickable",
    0x010100e6: "longClickable", 0x010100f2: "layout", 0x010100f4: "layout_width", 0x010100f5: "layout_height",
    0x01010106: "checked", 0x01010119: "src", 0x01010124: "textOn", 0x01010125: "textOff", 0x0101014f: "text",
    0x01010150: "hint", 0x01010153: "maxLines", 0x0101015c: "password", 0x0101015d: "singleLine",
    0x01010160: "maxLength", 0x01010166: "digits", 0x0101017b: "prompt", 0x01010194: "visible", 0x01010199: "drawable",
    0x010101de: "menuCategory", 0x010101e1: "title", 0x010101e2: "titleCondensed", 0x010101e5: "checkable",
    0x010101e6: "selectable", 0x010101e8: "key", 0x010101e9: "summary", 0x010101ea: "order",
    0x010101eb: "widgetLayout", 0x010101ec: "dependency", 0x010101ed: "defaultValue", 0x010101ee: "shouldDisableView",
    0x010101ef: "summaryOn", 0x010101f0: "summaryOff", 0x010101f1: "disableDependentsState",
    0x010101f2: "dialogTitle", 0x010101f3: "dialogMessage", 0x010101f5: "positiveButtonText",
    0x010101f6: "negativeButtonText", 0x010101f7: "dialogLayout", 0x010101f8: "entryValues",
    0x01010202: "targetActivity", 0x01010203: "alwaysRetainTaskState", 0x01010204: "allowTaskReparenting",
    0x0101020c: "minSdkVersion", 0x0101021b: "versionCode", 0x0101021c: "versionName", 0x01010220: "inputType",
    0x01010225: "settingsActivity", 0x0101022b: "windowSoftInputMode", 0x01010251: "initialLayout",
    0x0101025d: "configure", 0x01010261: "sharedUserLabel", 0x01010264: "imeOptions", 0x01010265: "imeActionLabel",
    0x0101026f: "onClick", 0x01010270: "targetSdkVersion", 0x01010271: "maxSdkVersion",
    0x01010273: "contentDescription", 0x01010280: "allowBackup", 0x01010281: "glEsVersion", 0x0101028e: "required",
    0x010102b7: "installLocation", 0x010102be: "logo", 0x010102d3: "hardwareAccelerated", 0x010102d9: "showAsAction",
    0x010102e3: "fragment", 0x010102fb: "actionLayout", 0x010102fc: "actionViewClass", 0x01010358: "queryHint",
    0x0101036a: "stopWithTask", 0x0101036b: "switchTextOn", 0x0101036c: "switchTextOff",
    0x01010380: "accessibilityEventTypes", 0x01010385: "canRetrieveWindowContent", 0x010103a7: "parentActivityName",
    0x010103a9: "isolatedProcess", 0x010103d0: "requiredForAllUsers", 0x010103e3: "ssp", 0x010103e4: "sspPrefix",
    0x010103e5: "sspPattern", 0x010103f2: "banner", 0x010103f4: "isGame", 0x01010445: "documentLaunchMode",
    0x0101044d: "targetName", 0x010104ea: "extractNativeLibs", 0x010104ec: "usesCleartextTraffic",
    0x010104ee: "autoVerify", 0x01010505: "directBootAware", 0x01010527: "networkSecurityConfig",
    0x01010528: "shortcutId", 0x01010529: "shortcutShortLabel", 0x0101052a: "shortcutLongLabel",
    0x0101052b: "shortcutDisabledMessage", 0x0101052c: "roundIcon", 0x01010531: "visibleToInstantApps",
    0x01010534: "tooltipText", 0x01010549: "splitName", 0x01010556: "autofillHints", 0x0101055b: "isFeatureSplit",
    0x01010572: "compileSdkVersion", 0x01010573: "compileSdkVersionCodename", 0x0101057a: "appComponentFactory",
    0x0101057c: "accessibilityPaneTitle", 0x01010591: "isSplitRequired", 0x01010599: "foregroundServiceType",
    0x01010603: "requestLegacyExternalStorage",
})
"""Names of android: attributes; the framework itself goes by the ids, so blanked or false names do not matter."""

FRAMEWORK_TEXTS: Mapping[int, str] = MappingProxyType({
    0x01040000: "取消", 0x01040001: "复制", 0x01040003: "剪切", 0x01040009: "取消", 0x0104000A: "确定",
    0x0104000B: "粘贴", 0x0104000D: "全选", 0x01040013: "确定",
})
"""Chinese texts of the few public strings of the framework that layouts refer to (android:string/ok, cancel, …)."""
