/** What this engine calls itself to the server. */
export const APP_VERSION = "0.1.0";
