/** What of a device calls its server, put together: see `Device.open`. */
import { Access } from "./access.js";
import { Api } from "./api.js";
import { Blobs } from "./blobs.js";
import { Boxes } from "./boxes.js";
import { NotEnrolled } from "./errors.js";
import { Files } from "./files.js";
import { HttpTransport } from "./transport.js";

/** The transport to the server that the settings name at the moment. */
class OwnTransport {
    #settings;
    #connect;
    #made = null;
    #to = null;

    constructor(settings, connect) {
        this.#settings = settings;
        this.#connect = connect;
    }

    send(...asked) {
        return this.#now.send(...asked);
    }

    exchange(...asked) {
        return this.#now.exchange(...asked);
    }

    get #now() {
        const { server, database } = this.#settings;
        if (server === null) {
            throw new NotEnrolled("this device is not enrolled: use an enrolment code");
        }
        const to = JSON.stringify([server, database]);
        if (this.#to !== to) {
            this.#made = this.#connect(server, database);
            this.#to = to;
        }
        return this.#made;
    }
}

/**
 * Makes `api`, `access`, `blobs`, `files` and `boxes` of the parts of a device, and `enrol`, which calls a server that
 * the device does not belong to yet.
 *
 * @param {object} [options]
 * @param {(server: string, database: string | null) => any} [options.connect] Gives the transport to a server.
 * @param {{name?: string, platform?: string}} [options.device] What the device says of itself when it enrols.
 */
export function network({ connect = toServer, device = {} } = {}) {
    const said = { name: device.name ?? "", platform: device.platform ?? "web" };
    return (given) => {
        const { store, settings, clock, checkpoint } = given;
        const files = new Files(store, clock);
        const boxes = new Boxes({ ...given, files });
        const api = new Api(new OwnTransport(settings, connect), settings);
        const access = new Access({ ...given, files, boxes }, api, said);
        const enrol = (server, code, { name = null, database = null } = {}) =>
            access.enrol(new Api(connect(server, database), settings), server, code, { name, database });
        return { api, access, enrol, files, boxes, blobs: new Blobs(files, store, settings, checkpoint) };
    };
}

function toServer(server, database) {
    return new HttpTransport(server, { database });
}
