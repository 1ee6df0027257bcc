/** The picture of a record, or a sign in its place; its bytes come from here, or from the server when there is one. */
import { Component, onWillDestroy, useState } from "@odoo/owl";
import { AnswerInvalid, DeviceError } from "../../../engine/errors";
import { Icon } from "../../kit/kit";
import { useApp, useLive } from "../../model/hooks";

/** The URL of a file for as long as the component lives; `url` is null until it is there, or where it is not. */
export function useFile(sha256, size = null) {
    const app = useApp();
    const state = useState({ url: null, isMissing: false });
    let shown = null;
    const show = (blob, name) => {
        URL.revokeObjectURL(state.url);
        state.url = blob && URL.createObjectURL(blob);
        state.isMissing = !blob;
        shown = blob && name;
    };
    useLive(
        async () => {
            const name = sha256();
            if (name && name !== shown) {
                fetchFile(app.device, name, size).then((blob) => show(blob, name));
            } else if (!name) {
                show(null, null);
            }
            return {};
        },
        () => [sha256()],
    );
    onWillDestroy(() => URL.revokeObjectURL(state.url));
    return state;
}

/** A file, or a small picture of it, or null where neither this device nor the network has it now. */
async function fetchFile(device, sha256, size) {
    try {
        return (await device.parts.files?.find(sha256)) ?? (await device.fetch(sha256, size));
    } catch (error) {
        if (!(error instanceof DeviceError || error instanceof AnswerInvalid)) {
            throw error;
        }
        return null;
    }
}

export class Picture extends Component {
    static template = "offline_base.Picture";
    static components = { Icon };
    static props = { value: { optional: true }, icon: String, name: String, size: { type: Number, optional: true }, isLarge: { type: Boolean, optional: true } };

    setup() {
        this.file = useFile(() => this.props.value?.sha256 ?? null, this.props.isLarge ? null : (this.props.size ?? 256));
    }
}
