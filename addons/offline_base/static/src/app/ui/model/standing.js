/**
 * How this device and the office stand to each other: what matters most, decided once for every place that says it.
 *
 * `name` is one of the keys below; the words belong to whoever shows it.
 */
const LOOKS = {
    stopped: { tone: "danger", icon: "ban", spin: false },
    syncing: { tone: "info", icon: "refresh", spin: true },
    offline: { tone: "warning", icon: "cloud", spin: false },
    failed: { tone: "warning", icon: "exclamation-triangle", spin: false },
    unsent: { tone: "info", icon: "cloud-upload", spin: false },
    fresh: { tone: "quiet", icon: "refresh", spin: false },
    synced: { tone: "good", icon: "check", spin: false },
};

/** `{name, tone, icon, spin}`. @param {Pick<import("./app").OfflineApp, "status" | "syncing" | "isOffline" | "counts">} app */
export function standingOf(app) {
    const name = mostUrgent(app);
    return { name, ...LOOKS[name] };
}

function mostUrgent({ status, syncing, isOffline, counts }) {
    if (status.locked_out) {
        return "stopped";
    }
    if (syncing) {
        return "syncing";
    }
    if (isOffline) {
        return "offline";
    }
    if (status.last_error) {
        return "failed";
    }
    if (counts.unsent) {
        return "unsent";
    }
    return status.last_sync_at ? "synced" : "fresh";
}
