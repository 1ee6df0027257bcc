/**
 * What can go wrong on a device, told apart by what the person can do about it.
 */

/** Everything that the engine raises on purpose, besides `Refusal`. */
export class DeviceError extends Error {
    constructor(message, options) {
        super(message, options);
        this.name = new.target.name;
    }
}

/** The store holds no device with a token: enrol it first. */
export class NotEnrolled extends DeviceError {}

/** Another tab writes to this store; one at a time. */
export class HomeBusy extends DeviceError {}

/** The store was written by a newer version, or cannot be opened; nothing was changed. */
export class HomeUnreadable extends DeviceError {}

/**
 * The store is closed. `why`: `here` (whoever works here let it go), `newer` (a newer version of the app opened it),
 * `taken` (it was erased, or the browser took it away). What was kept is kept; what was not was not begun.
 */
export class HomeClosed extends DeviceError {
    /** @param {"here" | "newer" | "taken"} why */
    constructor(why, options = undefined) {
        super(`the store is closed: ${why}`, options);
        this.why = why;
    }
}

/** The browser has no room left; nothing of this change was kept. */
export class HomeFull extends DeviceError {}

/** What is stored is under a PIN that nobody has given yet. */
export class HomeLocked extends DeviceError {}

/** The PIN is not taken. `retry_after_s`: how long until the next try is. */
export class PinWrong extends DeviceError {
    /**
     * @param {string} message
     * @param {number} [retry_after_s]
     */
    constructor(message, retry_after_s = 0) {
        super(message);
        this.retry_after_s = retry_after_s;
    }
}

/** There is work that the server does not have: ask the person before it leaves this device. */
export class WorkUnsent extends DeviceError {
    /** `sealed`: whether the office can be given it in a box that only the office opens. */
    constructor(operations, files, sealed) {
        super(`${operations} operations and ${files} files were not sent`);
        this.operations = operations;
        this.files = files;
        this.sealed = sealed;
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
    /**
     * @param {string} reason
     * @param {number | null} [retry_after_s]
     */
    constructor(reason, retry_after_s = null, options = undefined) {
        super(reason, options);
        this.retry_after_s = retry_after_s;
    }
}

/**
 * The server refused the whole call. `code` stands in the error catalogue (docs/errors.md), or is `http_<status>` where
 * no problem document came (a proxy, a wrong address).
 */
export class Refused extends DeviceError {
    /**
     * @param {string} code
     * @param {number} status
     * @param {Record<string, any> | null} [problem] the problem document, as it came
     * @param {number | null} [retry_after_s]
     */
    constructor(code, status, problem = null, retry_after_s = null) {
        const said = problem ? `${problem.title} ${problem.remedy}` : `The address answered with status ${status}.`;
        super(problem?.detail ? `${said} (${problem.detail})` : said);
        this.code = code;
        this.status = status;
        this.problem = problem;
        this.retry_after_s = retry_after_s;
    }

    /** Whether the same call can succeed later without anybody doing anything. */
    get transient() {
        return this.status === 429 || (this.status >= 500 && this.status !== 501);
    }
}

/** An edit that cannot be taken: refused before it enters the outbox. `fields` is `{field: sentence}`. */
export class Refusal extends Error {
    /**
     * @param {string} code of the error catalogue
     * @param {string} message
     * @param {Record<string, string>} [fields]
     */
    constructor(code, message, fields = {}) {
        super(message);
        this.name = "Refusal";
        this.code = code;
        this.fields = fields;
    }
}
