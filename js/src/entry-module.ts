/** `palet.js`: the ES module for script tags, which also exports the package's API. */

import { autoStart, scriptOf } from "./auto";
import { Palet } from "./index";

export * from "./index";

autoStart(scriptOf(import.meta.url), Palet.init);
