/** The first step of the app: nothing else runs by being loaded. */
import { start } from "./start";

// `app_boot/boot.js` shows what is wrong when the app cannot.
start().then(window.offlineBoot.started, window.offlineBoot.failed);
