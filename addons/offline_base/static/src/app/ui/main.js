/** The first step of the app: nothing else runs by being loaded. */
import { start } from "./start";

start();
