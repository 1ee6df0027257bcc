/**
 * What can go wrong on a device, told apart by what the person can do about it.
 *
 * An edit that does not fit its fields is refused by `Refusal` before it enters the outbox.
 */

/** Everything that the engine throws on purpose. */
export class DeviceError extends Error {
    get name() {
        return this.constructor.name;
    }
}

/** One edit is refused with a code of the catalogue; `fields` names what to correct: {field name: sentence}. */
export class Refusal extends DeviceError {
    constructor(code, message = code, fields = {}) {
        super(message);
        this.code = code;
        this.fields = fields;
    }
}

/** The home holds no device with a token: enrol it with a code first. */
export class NotEnrolled extends DeviceError {}

/** Another tab uses this home; one at a time. */
export class HomeBusy extends DeviceError {}

/** The store was written by a newer version, or is damaged; nothing was changed. */
export class HomeUnreadable extends DeviceError {}

/** The browser has no room left; nothing of this change was kept. */
export class HomeFull extends DeviceError {}

/** What is stored is under a PIN that nobody has given yet. */
export class HomeLocked extends DeviceError {}

/** The PIN is not taken. `retryAfterS`: how long until the next try is. */
export class PinWrong extends DeviceError {
    constructor(message, retryAfterS = 0) {
        super(message);
        this.retryAfterS = retryAfterS;
    }
}

/** The profile does not offer this mode, or the mode does not allow this step. */
export class ModeRefused extends DeviceError {}

/** The server answered something that the protocol does not allow; nothing of it was kept. */
export class AnswerInvalid extends DeviceError {}

/**
 * No usable answer came from the server: try again later.
 *
 * The request may have arrived nevertheless, which is why everything sent can be sent again.
 */
export class Offline extends DeviceError {
    /** @param {string} reason @param {number | null} retryAfterS */
    constructor(reason, retryAfterS = null) {
        super(reason);
        this.retryAfterS = retryAfterS;
    }
}

/**
 * The server refused the whole call. `code` stands in the error catalogue.
 *
 * `code` is `http_<status>` where no problem document came (a proxy, a wrong address).
 */
export class Refused extends DeviceError {
    /** @param {string} code @param {number} status @param {object | null} problem @param {number | null} retryAfterS */
    constructor(code, status, problem = null, retryAfterS = null) {
        const said = problem ? `${problem.title} ${problem.remedy}` : `The address answered with status ${status}.`;
        super(problem?.detail ? `${said} (${problem.detail})` : said);
        this.code = code;
        this.status = status;
        this.problem = problem;
        this.retryAfterS = retryAfterS;
    }

    /** Whether the same call can succeed later without anybody doing anything. */
    get transient() {
        return this.status === 429 || (this.status >= 500 && this.status !== 501);
    }
}
