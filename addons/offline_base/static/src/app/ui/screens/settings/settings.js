/** What a person may set on this device, what the office set for it, and the way out. */
import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { APP_VERSION } from "../../../engine/version";
import { Card, Icon, Row, Screen } from "../../kit/kit";
import { arrows } from "../../kit/radios";
import { attempt } from "../../model/deeds";
import { isMetered } from "../../model/connection";
import { formatBytes, formatNumber, formatTime, formatUnit } from "../../model/format";
import { useApp, useLive } from "../../model/hooks";
import { wordsOfMode } from "../../model/words";
import { screens } from "../../registries";
import { choose, languages, present } from "../../start/languages";
import { exportWork } from "./export";
import { HandOver } from "./hand_over";
import { InstallSheet } from "./install_sheet";
import { leave } from "./leave";
import { PinSheet } from "./pin_sheet";

const MEGABYTE = 1024 * 1024;
const ROOMS = [64, 256, 1024, 4096];
const MINUTES = [1, 5, 15, 60, 0];

export class Settings extends Component {
    static template = "offline_base.Settings";
    static components = { Card, Icon, Row, Screen };
    static props = {};

    setup() {
        this.app = useApp();
        this.state = useState({ busy: false });
        this.live = useLive(async () => ({ mode: this.app.device.mode, cache: this.app.device.settings.cache_bytes }));
        this.language = present().code;
        this.languages = languages();
        this.arrows = arrows;
    }

    get profile() {
        return this.app.device.settings.profile;
    }

    // --- the mode ----------------------------------------------------------------------------------------------------

    get modes() {
        return this.profile.modes.map((name) => ({ name, ...wordsOfMode(name), isChosen: name === this.live.mode }));
    }

    async chooseMode(name) {
        await attempt(this.app, async () => {
            await this.app.device.chooseMode(name);
            this.app.look();
        });
    }

    /** When devices of this profile sync by themselves. */
    get schedule() {
        const { poll_interval_s, from_minute, to_minute } = this.profile.schedule;
        const [value, unit] = poll_interval_s >= 60 ? [poll_interval_s / 60, "minute"] : [poll_interval_s, "second"];
        const every = formatUnit(value, unit, { unitDisplay: "long", maximumFractionDigits: 1 });
        const allDay = from_minute === to_minute || to_minute - from_minute >= 1440;
        const hours = [from_minute, to_minute].map(timeOfDay);
        return allDay
            ? _t("About every %s, at any hour", every)
            : _t("About every %(every)s, from %(from)s to %(to)s", { every, from: hours[0], to: hours[1] });
    }

    get photos() {
        const { metered } = this.app.status;
        if (!this.profile.wifi_only_blobs) {
            return String(_t("Over any network"));
        }
        return String(metered ? _t("Only over a network that is not paid by its volume; this one is") : _t("Only over a network that is not paid by its volume"));
    }

    /** Where the browser does not tell whether the network is paid by its volume, the person may. */
    get canSayMetered() {
        return this.profile.wifi_only_blobs && isMetered() === null;
    }

    async sayMetered(metered) {
        const { store, settings } = this.app.device.parts;
        await store.change((change) => settings.put(change, { metered }));
    }

    // --- storage -----------------------------------------------------------------------------------------------------

    get rooms() {
        const chosen = this.live.cache;
        const sizes = ROOMS.map((size) => size * MEGABYTE);
        return (sizes.includes(chosen) ? sizes : [...sizes, chosen].sort((one, other) => one - other)).map((size) => ({
            size,
            label: formatBytes((size / MEGABYTE) * 1_000_000),
            isChosen: size === chosen,
        }));
    }

    async chooseRoom(size) {
        await attempt(this.app, () => this.app.device.keepAtMost(Number(size)));
    }

    // --- the PIN -----------------------------------------------------------------------------------------------------

    get canLock() {
        return !this.app.isSample && Boolean(this.app.opening?.vault);
    }

    get hasPin() {
        return this.app.lock.hasPin;
    }

    async setPin() {
        const lock = this.app.lock;
        const { hasPin } = lock;
        const set = await this.app.messages.open(PinSheet, { hasPin, act: (pin, before) => lock.setPin(pin, before) });
        if (set) {
            this.app.messages.say(hasPin ? _t("The PIN was changed.") : _t("The app asks for this PIN from now on."), { kind: "good" });
        }
    }

    async removePin() {
        const lock = this.app.lock;
        if (await this.app.messages.open(PinSheet, { hasPin: true, remove: true, act: (_pin, before) => lock.removePin(before) })) {
            this.app.messages.say(_t("The app asks for no PIN any more."));
        }
    }

    get minutes() {
        return MINUTES.map((value) => ({
            value,
            label: value ? String(_t("After %s minutes without a touch", formatNumber(value))) : String(_t("Only when I lock it")),
            isChosen: value === this.app.lock.minutes,
        }));
    }

    async chooseMinutes(value) {
        await this.app.lock.setMinutes(Number(value));
    }

    // --- language ----------------------------------------------------------------------------------------------------

    speak(code) {
        choose(code);
    }

    // --- work, and the way out ---------------------------------------------------------------------------------------

    get canExport() {
        return this.profile.escrow_key !== null;
    }

    async export() {
        await this.busily(() => exportWork(this.app));
    }

    get canInstall() {
        return !this.app.install.isInstalled;
    }

    /** By the browser's own question where it lets pages ask; else this says how. */
    install() {
        const { install, messages } = this.app;
        return install.canAsk ? install.ask() : messages.open(InstallSheet);
    }

    handOver() {
        return this.app.messages.open(HandOver);
    }

    async leave() {
        await this.busily(() => leave(this.app));
    }

    async busily(fn) {
        this.state.busy = true;
        await attempt(this.app, fn);
        this.state.busy = false;
    }

    // --- about -------------------------------------------------------------------------------------------------------

    get about() {
        const { status } = this.app;
        return [
            { label: _t("Person"), value: status.user },
            { label: _t("Office"), value: status.server },
            { label: _t("Profile"), value: status.profile },
            { label: _t("App"), value: APP_VERSION },
            { label: _t("Device"), value: status.device },
            { label: _t("Licence"), value: "LGPL-3" },
        ].map(({ label, value }) => ({ label: String(label), value: String(value ?? "") }));
    }

    has(screen) {
        return screens.contains(screen);
    }
}

/** 510 → "8:30 AM", as people of the language write it. */
function timeOfDay(minute) {
    return formatTime(new Date(2000, 0, 1, 0, minute % 1440));
}

screens.add("settings", { path: "/settings", component: Settings });
