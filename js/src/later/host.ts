/** What the page's session and the later-loaded `later.js` know of each other. */

import type { Emitter } from "../events";
import type { Listeners } from "../listen";
import type { Native } from "../native";
import type { Detect } from "../options";
import type { MakeDisplay } from "../paint/element";
import type { Painter } from "../paint/painter";
import type { Words } from "../paint/words";

/** An input that nobody tagged and that asks for something sensitive. Its value is not told. */
export interface Found {
  element: HTMLInputElement | HTMLTextAreaElement;
  /** The class by which it is masked. */
  class: string;
  /** How sure the finder is, 0 to 1. */
  score: number;
  /** Whether nothing but totals is captured of it from now on. */
  secret: boolean;
}

export interface Host {
  native: Native;
  /** The address of `later.js`, beside which the other files lie. */
  url: URL;
  /** Changed in place when the page's language has been loaded. */
  words: Words;
  /** What the page's author wrote instead. */
  ownWords: Partial<Words>;
  painter: Painter;
  listeners: Listeners;
  emitter: Emitter;
  /** What is done with untagged inputs: anything but `report` and `off` masks them. */
  detect: Detect;
}

export interface Started {
  /** The form of a value at a level; `null` where it has none, or while the module is not there. */
  show: MakeDisplay;
  /** Tells screen readers that fields were masked, or can be read again. */
  tell(masked: boolean): void;
  /** The page shows other fields than before. */
  changed(): void;
  /** Looks into a shadow root as well. */
  watch(root: Document | ShadowRoot): void;
  stop(): void;
}
