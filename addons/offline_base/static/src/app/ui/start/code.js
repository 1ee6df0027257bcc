/** The enrolment code that an address brings: `/offline/app#ABCD-EFGH-JKMN-PQRS`, as the office shows it as a picture. */

const CODE = /^[2-9A-HJKMNP-Z]{4}(-?[2-9A-HJKMNP-Z]{4}){3}$/i;

/** The code in a text, be it the code alone or an address that ends with it; null where there is none. */
export function codeIn(text) {
    const code = text.trim().split("#").at(-1).replace(/\s/g, "");
    return CODE.test(code) ? code.toUpperCase() : null;
}

/** The server of an address with a code, or null. */
export function serverIn(text) {
    return URL.canParse(text.trim()) ? new URL(text.trim()).origin : null;
}

/** The code of this page's address, taken out of it: it is good once, and no part of a history. */
export function takeCode() {
    const code = codeIn(location.hash);
    if (code !== null) {
        history.replaceState(null, "", location.pathname);
    }
    return code;
}
