/**
 * Enrolment for who is signed in to Odoo in this browser: their session asks for a code, and the device uses it at
 * once.
 *
 * The session's cookie goes to Odoo's own routes and to no other; the protocol itself knows no cookies.
 */
import { DeviceError, Offline } from "./errors.js";

/** Nobody is signed in to Odoo here, or (`isSignedIn`) who is may not use the app; then the message is Odoo's. */
export class SignInNeeded extends DeviceError {
    constructor(message, isSignedIn = false) {
        super(message);
        this.isSignedIn = isSignedIn;
    }
}

/** Odoo's word for a session that has ended. */
const EXPIRED = 100;

/**
 * A code for a device of one's own.
 *
 * @param {string} server The address of Odoo: the one that this page comes from.
 * @param {{fetch?: typeof fetch}} [options]
 * @returns {Promise<string>}
 */
export async function askCode(server, { fetch = globalThis.fetch } = {}) {
    const call = async (route, params) => {
        const body = JSON.stringify({ jsonrpc: "2.0", method: "call", params });
        const headers = { "Content-Type": "application/json" };
        let answer;
        try {
            const response = await fetch(new URL(route, server), { method: "POST", headers, body, redirect: "error" });
            answer = await response.json();
        } catch (error) {
            throw new Offline("Odoo did not answer", null, { cause: error });
        }
        if (answer.error) {
            const message = answer.error.data?.message || answer.error.message || "Odoo refused";
            const isSignedIn = answer.error.code !== EXPIRED;
            throw new SignInNeeded(isSignedIn ? message : "sign in to Odoo first", isSignedIn);
        }
        return answer.result;
    };
    const { uid } = (await call("/web/session/get_session_info", {})) ?? {};
    if (!uid) {
        throw new SignInNeeded("sign in to Odoo first");
    }
    const asked = { model: "offline.device", method: "issue_enrolment_code", args: [uid], kwargs: {} };
    const issued = await call("/web/dataset/call_kw/offline.device/issue_enrolment_code", asked);
    if (typeof issued?.code !== "string") {
        throw new Offline("something that is not Odoo answered");
    }
    return issued.code;
}
