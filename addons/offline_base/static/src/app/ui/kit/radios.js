/** Arrow keys in a group of choices of which one counts: as everywhere, and turned round from right to left. */

const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

/** For `t-on-keydown` of a `radiogroup`: go to the next choice, and take it. */
export function arrows(event) {
    const step = STEPS[event.key];
    const radios = [...event.currentTarget.querySelectorAll("[role='radio']:not(:disabled)")];
    const at = radios.indexOf(event.target.closest("[role='radio']"));
    if (!step || at < 0) {
        return;
    }
    event.preventDefault();
    const isTurned = document.documentElement.dir === "rtl" && ["ArrowLeft", "ArrowRight"].includes(event.key);
    const next = radios.at((at + (isTurned ? -step : step)) % radios.length);
    next.focus();
    next.click();
}
