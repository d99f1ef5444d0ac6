// Stand-ins for kits that pages wait for: messengers, maps, players. They record what was asked and report success.
const KIT_ANSWERS = {
  getLocation: { latitude: PLACE.latitude, longitude: PLACE.longitude, accuracy: 30, speed: 0, address: "" }, chooseImage: { localIds: ["stand-in"], tempFilePaths: ["stand-in"], filePaths: ["stand-in"] },
  uploadImage: { serverId: "stand-in", filePaths: [] }, scanQRCode: { resultStr: "stand-in" }, scan: { text: "stand-in" }, getNetworkType: { networkType: "wifi" }, getSystemInfo: { platform: "android", model: "stand-in" },
  checkJsApi: { checkResult: {} }, getEnv: { miniprogram: false }, requestAuthCode: { code: "stand-in" }, getCurrentPosition: { position: { lng: PLACE.longitude, lat: PLACE.latitude }, point: { lng: PLACE.longitude, lat: PLACE.latitude }, longitude: PLACE.longitude, latitude: PLACE.latitude, accuracy: 30, addressComponent: {}, formattedAddress: "" },
};
const REFUSABLE = /location|position|geo|camera|image|photo|scan|record/i;
function serve(path, parts) {
  const name = path.split(".").pop();
  let wanted = "";
  try { wanted = native.stringify(parts[0], (key, value) => typeof value === "function" ? undefined : value) || ""; } catch { wanted = ""; }
  call(path, wanted.slice(0, 300));
  const refuse = REFUSABLE.test(path) && (refused("geolocation") || refused("camera"));
  const result = { errMsg: name + (refuse ? ":fail auth deny" : ":ok"), err_msg: name + ":ok", code: 0, ...(KIT_ANSWERS[name] || (/location|position|geo/i.test(path) ? KIT_ANSWERS.getCurrentPosition : {})) };
  later(() => {
    for (const part of parts) {
      if (typeof part === "function") { part(...(path.startsWith("AMap") ? [refuse ? "error" : "complete", result] : [result])); return; }
      if (part && typeof part === "object") {
        const done = refuse ? part.fail || part.onFail || part.error : part.success || part.onSuccess;
        if (typeof done === "function") done(result);
        const always = part.complete || part.onComplete;
        if (typeof always === "function") always(result);
      }
    }
  });
  return result;
}
function ghost(path, depth) {
  const known = {};
  return new Proxy(function () {}, {
    get(target, key) {
      if (typeof key === "symbol" || key === "then" || key === "toJSON") return key === Symbol.toPrimitive ? () => 0 : undefined;
      if (key === "prototype") return target.prototype;
      if (key === "getStatus" && /Geolocation/.test(path)) return () => 0;
      if (!(key in known)) known[key] = depth > 6 ? 0 : ghost(path + "." + key, depth + 1);
      return known[key];
    },
    set(target, key, value) { known[key] = value; if (/^on/.test(String(key)) && typeof value === "function") later(value); return true; },
    has: () => true,
    apply(target, self, parts) {
      const name = path.split(".").pop();
      if (name === "error" || name === "off" || /^un/.test(name)) return undefined;
      if (name === "ready" || name === "config" || name === "agentConfig" || name === "plugin" || name === "addEventListener" || name === "on") {
        call(path, typeof parts[0] === "string" ? parts[0] : "");
        for (const part of parts) if (typeof part === "function" && !(name === "on" && !/complete|load|ready/i.test(String(parts[0])))) later(() => part({ errMsg: "ok" }));
        if (parts[0] && typeof parts[0].success === "function") later(() => parts[0].success({ errMsg: "ok" }));
        return undefined;
      }
      if (name === "invoke") { serve(path.replace(/invoke$/, "") + String(parts[0]), parts.slice(1)); return undefined; }
      serve(path, parts);
      return depth > 6 ? undefined : ghost(path + "()", depth + 1);
    },
    construct(target, parts) { call("new " + path, typeof parts[0] === "string" ? parts[0].slice(0, 100) : ""); return depth > 6 ? {} : ghost(path, depth + 1); },
  });
}
appscan.kit = (name) => { const parts = name.split("."); let target = window; for (const part of parts.slice(0, -1)) target = target[part] = target[part] || {}; const last = parts.pop(); if (!target[last] || !target[last].appscanKit) { const made = ghost(name, 0); try { target[last] = made; } catch { define(target, last, made); } } };
appscan.loaded = (url) => { try { for (const [key, value] of new URL(url, location.href).searchParams) if (CALLBACK.test(key) && typeof window[value] === "function") later(() => window[value]()); } catch { /* no address */ } };
