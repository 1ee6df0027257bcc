/** Pictures and files: from the camera or the device, kept here at once. */
import { Component, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { HomeFull } from "../../engine/errors";
import { Icon } from "../kit/kit";
import { useApp } from "../model/hooks";
import { formatBytes } from "../model/format";
import { fields } from "../registries";
import { FileSheet } from "../screens/record/file";
import { Picture } from "../screens/record/picture";
import { editProps, showProps } from "./field";

/** A picture of a camera has more dots than anybody looks at; so much is sent at most. */
const PICTURE_EDGE = 1920;
const PICTURE_QUALITY = 0.85;

/** The picture, made smaller where it is larger than what is kept; as it is where the browser cannot read it. */
export async function fitted(blob) {
    let bitmap;
    try {
        bitmap = await createImageBitmap(blob);
    } catch {
        return blob; // a kind of picture that this browser does not know
    }
    const scale = PICTURE_EDGE / Math.max(bitmap.width, bitmap.height);
    if (scale >= 1) {
        bitmap.close();
        return blob;
    }
    const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const type = blob.type === "image/png" ? "image/png" : "image/jpeg";
    return canvas.convertToBlob({ type, quality: PICTURE_QUALITY });
}

export class ShowImage extends Component {
    static template = "offline_base.ShowImage";
    static components = { Picture };
    static props = showProps;
    static isWide = true;
}

class ShowFile extends Component {
    static template = "offline_base.ShowFile";
    static components = { Icon };
    static props = showProps;

    setup() {
        this.app = useApp();
    }

    get size() {
        return formatBytes(this.props.value.size ?? 0);
    }

    open() {
        const { field, value } = this.props;
        this.app.messages.open(FileSheet, { name: String(field.label), file: value, type: value.type });
    }
}

/** A file to choose; `keep` takes its bytes. */
export class EditFile extends Component {
    static template = "offline_base.EditFile";
    static components = { Icon, Picture };
    static props = editProps;
    isPicture = false;

    setup() {
        this.app = useApp();
        this.camera = useRef("camera");
        this.chooser = useRef("chooser");
        this.state = useState({ isBusy: false });
    }

    get size() {
        return formatBytes(this.props.value?.size ?? 0);
    }

    async take(event) {
        const [file] = event.target.files;
        event.target.value = "";
        if (file) {
            await this.keep(this.isPicture ? fitted(file) : file, file.name);
        }
    }

    keep(content, name) {
        const kept = this.kept(content, name);
        this.props.hold(kept);
        return kept;
    }

    /** The bytes stay here from now on; the form says only which they are. */
    async kept(content, name) {
        this.state.isBusy = true;
        try {
            this.props.onChange(await this.app.device.keepFile(await content, name));
            this.props.onProblem(null);
        } catch (error) {
            if (!(error instanceof HomeFull)) {
                throw error;
            }
            this.props.onProblem(_t("There is no room left on this device for this file."));
        } finally {
            this.state.isBusy = false;
        }
    }
}

class EditImage extends EditFile {
    isPicture = true;
}

fields.add("image", { Show: ShowImage, Edit: EditImage });
fields.add("binary", { Show: ShowFile, Edit: EditFile });
