/** Text to search in: without case and accents. */

const TAG = /<[^>]*>/g;
/** Accents and points that letters of many scripts wear; not the vowel signs that Indic scripts write with. */
const MARKS = /[\p{Script=Inherited}\u0591-\u05c7]/gu;
const SEARCHED = new Set(["char", "text", "html", "selection"]);

/**
 * The form in which texts are compared when searching: `fold("Crème BRÛLÉE, Straße")` is `"creme brulee, strasse"`.
 *
 * @param {string} text
 */
export function fold(text) {
    // JavaScript knows no case folding; upper and lower case after one another bring ß to ss and the sigmas together.
    const apart = text.toUpperCase().normalize("NFKD").replace(MARKS, "");
    return apart.toUpperCase().toLowerCase().replaceAll("ς", "σ");
}

/** The words of a search, all of which must be found. */
export function words(text) {
    return fold(text).split(/\s+/).filter(Boolean);
}

/** The folded text of a record: its texts and the labels of its selections. `entity` is its profile, or null. */
export function searchable(entity, values) {
    if (!entity) {
        return fold(
            Object.values(values)
                .filter((value) => typeof value === "string")
                .join("\n"),
        );
    }
    const parts = [];
    for (const field of entity.fields) {
        const value = values[field.name];
        if (typeof value !== "string" || !SEARCHED.has(field.type)) {
            continue;
        }
        if (field.type === "selection") {
            parts.push(field.selection?.find(([key]) => key === value)?.[1] ?? value);
        } else {
            parts.push(field.type === "html" ? value.replace(TAG, " ") : value);
        }
    }
    return fold(parts.join("\n"));
}
