/** Where the device is. */
import { formatNumber } from "@offline_base/app/ui/model/format";

/** As the office takes what the browser tells; tenths of a metre are enough. @param {{latitude: number, longitude: number, accuracy: number}} coords */
export function placeOf({ latitude, longitude, accuracy }) {
    return { latitude, longitude, accuracy_m: Math.round(accuracy * 10) / 10 };
}

/** A place in words. @param {{latitude: number, longitude: number, accuracy_m: number}} place */
export function placeText({ latitude, longitude, accuracy_m }) {
    return `${latitude.toFixed(5)}, ${longitude.toFixed(5)} (± ${formatNumber(accuracy_m, 0)} m)`;
}
