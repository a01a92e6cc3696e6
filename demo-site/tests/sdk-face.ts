/**
 * Checked by the compiler alone: what this site expects of the SDK is what @palet/sdk offers. The site loads the SDK at
 * run time, so nothing else would notice that the two have parted.
 */

import type { Palet as RealPalet } from "../../js/src/index.ts";
import type { PaletOptions, PaletSession } from "../src/palet/sdk.ts";

type Expected = { init(options: PaletOptions): Promise<PaletSession> };

/** Fails to compile where the real SDK cannot stand where the site expects one. */
export function asExpected(real: typeof RealPalet): Expected {
  return real;
}
