/** A signature: drawn with a finger or a pen, or typed by who cannot draw; kept as a picture. */
import { Component, onMounted, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Sheet } from "../kit/kit";
import { fields } from "../registries";
import { EditFile, ShowImage } from "./file";

const WIDTH = 900;
const HEIGHT = 360;
const PEN = 5;
/** Ink on paper, in any theme: the picture is looked at elsewhere, too. */
const INK = "#10233b";
const TYPED = "italic 96px cursive";

/** A sheet to sign on; closes with a picture. */
export class SignatureSheet extends Component {
    static template = "offline_base.SignatureSheet";
    static components = { Sheet };
    static props = { title: String, close: Function };

    setup() {
        this.canvas = useRef("canvas");
        this.state = useState({ isEmpty: true, name: "" });
        this.last = null;
        onMounted(() => {
            Object.assign(this.canvas.el, { width: WIDTH, height: HEIGHT });
            Object.assign(this.pen, { lineWidth: PEN, lineCap: "round", lineJoin: "round", strokeStyle: INK, fillStyle: INK });
        });
    }

    get pen() {
        return this.canvas.el.getContext("2d");
    }

    /** Where on the paper the finger is. */
    point({ clientX, clientY }) {
        const { left, top, width, height } = this.canvas.el.getBoundingClientRect();
        return [((clientX - left) / width) * WIDTH, ((clientY - top) / height) * HEIGHT];
    }

    begin(event) {
        event.preventDefault();
        this.canvas.el.setPointerCapture(event.pointerId);
        this.last = this.point(event);
        this.draw(event);
    }

    draw(event) {
        if (this.last === null) {
            return;
        }
        const to = this.point(event);
        this.pen.beginPath();
        this.pen.moveTo(...this.last);
        this.pen.lineTo(...to);
        this.pen.stroke();
        this.last = to;
        this.state.isEmpty = false;
    }

    end() {
        this.last = null;
    }

    clear() {
        this.pen.clearRect(0, 0, WIDTH, HEIGHT);
        Object.assign(this.state, { isEmpty: true, name: "" });
    }

    type({ target }) {
        this.clear();
        const name = target.value;
        Object.assign(this.pen, { font: TYPED, textAlign: "center", textBaseline: "middle" });
        this.pen.fillText(name, WIDTH / 2, HEIGHT / 2, WIDTH * 0.9);
        Object.assign(this.state, { name, isEmpty: name.trim() === "" });
    }

    done() {
        this.canvas.el.toBlob((blob) => this.props.close(blob), "image/png");
    }
}

class EditSignature extends EditFile {
    static template = "offline_base.EditSignature";

    get signLabel() {
        return this.props.value ? _t("Sign again") : _t("Sign");
    }

    async sign() {
        const blob = await this.app.messages.open(SignatureSheet, { title: String(this.props.field.label) });
        if (blob) {
            await this.keep(blob, "signature.png");
        }
    }
}

fields.add("signature", { Show: ShowImage, Edit: EditSignature });
