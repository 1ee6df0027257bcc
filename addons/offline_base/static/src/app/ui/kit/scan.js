/**
 * Reads a QR code or a barcode with the camera: `messages.open(Scan, {title})` closes with its text, or undefined.
 *
 * Browsers that can read codes do; for the others the reader that Odoo ships is loaded when it is first needed.
 */
import { Component, onMounted, onWillUnmount, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Sheet } from "./kit";

const LOOK_MS = 150;

/** Gives a function that looks at a video once and answers the text of a code, or null. */
async function makeReader() {
    if (globalThis.BarcodeDetector && (await BarcodeDetector.getSupportedFormats()).length) {
        const detector = new BarcodeDetector();
        return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
    }
    const { ZXing } = await loaded(document.documentElement.dataset.scanner);
    const reader = new ZXing.MultiFormatReader();
    const canvas = document.createElement("canvas");
    return async (video) => {
        Object.assign(canvas, { width: video.videoWidth, height: video.videoHeight });
        canvas.getContext("2d", { willReadFrequently: true }).drawImage(video, 0, 0);
        const source = new ZXing.HTMLCanvasElementLuminanceSource(canvas);
        try {
            return reader.decode(new ZXing.BinaryBitmap(new ZXing.HybridBinarizer(source))).getText();
        } catch (error) {
            if (["NotFoundException", "ChecksumException", "FormatException"].includes(error.name ?? error.constructor.name)) {
                return null;
            }
            throw error;
        }
    };
}

/** The window, once this script has run in it. */
function loaded(address) {
    return new Promise((resolve, reject) => {
        const script = Object.assign(document.createElement("script"), { src: address });
        script.onload = () => resolve(window);
        script.onerror = () => reject(new Error("the reader of codes was not loaded"));
        document.head.append(script);
    });
}

export class Scan extends Component {
    static template = "offline_base.Scan";
    static components = { Sheet };
    static props = { title: String, close: Function };

    setup() {
        this.video = useRef("video");
        this.state = useState({ error: null });
        this.isOver = false;
        onMounted(() => this.look());
        onWillUnmount(() => {
            this.isOver = true;
            this.stream?.getTracks().forEach((track) => track.stop());
        });
    }

    async look() {
        try {
            this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
            if (this.isOver) {
                this.stream.getTracks().forEach((track) => track.stop());
                return;
            }
            const video = this.video.el;
            video.srcObject = this.stream;
            await video.play();
            const read = await makeReader();
            while (!this.isOver) {
                const text = await read(video);
                if (text !== null) {
                    this.props.close(text);
                    return;
                }
                await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
            }
        } catch (error) {
            if (!this.isOver) {
                this.state.error =
                    error.name === "NotAllowedError"
                        ? _t("The browser does not let the app use the camera. Allow it for this address, or type the code.")
                        : _t("The camera cannot be used here. Type the code instead.");
            }
        }
    }
}
