/**
 * The language of the app: what the person chose, else that of their browser, of those that the server has.
 *
 * The page names them with the addresses of their words. Nobody needs to be signed in for that, nor any network: the
 * service worker keeps them all. Screens are made in one language; another one takes a reload.
 */
import { translatedTerms, translatedTermsGlobal, translationLoaded } from "@web/core/l10n/translation";

/** Outside of the store: words are needed before it is opened, on the screen that asks for the PIN. */
const PLACE = "offline_lang";

/** `[{code, name, direction, terms}]` @returns {{code: string, name: string, direction: string, terms: string}[]} */
export function languages() {
    return JSON.parse(document.documentElement.dataset.languages);
}

/** `fr_BE` → `fr-BE`, `sr@latin` → `sr`: the tag that browsers know. */
export function tagOf(code) {
    return code.split("@")[0].replace("_", "-");
}

/** The first language that was asked for: exactly, else another one of its kind; else English, else any. */
export function pick(there, asked) {
    for (const wanted of asked.filter(Boolean).map((tag) => tagOf(tag).toLowerCase())) {
        const found =
            there.find(({ code }) => tagOf(code).toLowerCase() === wanted) ??
            there.find(({ code }) => code.slice(0, 2) === wanted.slice(0, 2));
        if (found) {
            return found;
        }
    }
    return there.find(({ code }) => code.startsWith("en")) ?? there[0];
}

/** The code that the person chose in this browser, or null. */
export function chosen() {
    return localStorage.getItem(PLACE);
}

/** The language that is spoken now. */
export function present() {
    return pick(languages(), [chosen(), ...navigator.languages]);
}

/** Speak this language from now on. */
export function choose(code) {
    localStorage.setItem(PLACE, code);
    location.reload();
}

/** Speak the person's language in Odoo unless they chose one here; reloads the page where that is another. */
export function follow(code) {
    const before = present();
    if (code && chosen() === null) {
        localStorage.setItem(PLACE, code);
        if (present().code !== before.code) {
            location.reload();
        }
    }
}

/** Load the words and set the page up; without them the app speaks English rather than nothing. */
export async function speak() {
    const language = present();
    try {
        const response = await fetch(language.terms);
        const { terms } = await response.json();
        for (const [addon, said] of Object.entries(terms)) {
            translatedTerms[addon] = said;
            Object.assign(translatedTermsGlobal, said);
        }
        Object.assign(document.documentElement, { lang: tagOf(language.code), dir: language.direction });
    } catch (error) {
        console.warn("the words of the app were not loaded", error);
    }
    translatedTerms[translationLoaded] = true;
}
