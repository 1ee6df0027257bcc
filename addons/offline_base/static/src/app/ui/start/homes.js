/**
 * A shared tablet changes hands: each person has a home of their own, with its own key, PIN and device, and none reads
 * another's.
 *
 * Which homes there are, and whose, is all that is known before one of them is opened.
 */

const FIRST = "offline";
const LIST = "offline_homes";
const PRESENT = "offline_home";

export class Homes {
    #kept;

    /** @param {Storage} kept */
    constructor(kept = globalThis.localStorage) {
        this.#kept = kept;
    }

    /** `[{name, who}]`, who was here first first. @returns {{name: string, who: string}[]} */
    get all() {
        return this.#read(LIST, []);
    }

    /** The name of the home that is open in this browser. */
    get present() {
        return this.#read(PRESENT, FIRST);
    }

    /** The homes of other people. */
    get others() {
        return this.all.filter(({ name }) => name !== this.present);
    }

    /** Note whose the present home is; null takes it off the list. */
    note(who) {
        const { present } = this;
        const others = this.all.filter(({ name }) => name !== present);
        const at = this.all.findIndex(({ name }) => name === present);
        if (who !== null) {
            others.splice(at < 0 ? others.length : at, 0, { name: present, who });
        }
        this.#write(LIST, others);
    }

    /** The next start of the app opens this home. */
    turnTo(name) {
        this.#write(PRESENT, name);
    }

    /** The next start of the app opens a home that nobody has yet. */
    turnToNew() {
        const names = new Set([...this.all.map(({ name }) => name), this.present]);
        let number = 2;
        while (names.has(`${FIRST}.${number}`)) {
            number += 1;
        }
        this.turnTo(names.has(FIRST) ? `${FIRST}.${number}` : FIRST);
    }

    #read(key, missing) {
        try {
            return JSON.parse(this.#kept.getItem(key)) ?? missing;
        } catch {
            return missing;
        }
    }

    #write(key, value) {
        this.#kept.setItem(key, JSON.stringify(value));
    }
}
