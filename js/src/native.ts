/**
 * The browser's own functions, past whatever a framework laid over them.
 *
 * Zone.js (Angular) patches timers, listeners and sockets so that each call runs change detection; a mouse that moves
 * at 1,000 Hz must not. Its originals stay reachable under a symbol of its own. Never patches anything itself.
 */

interface ZoneLike {
  __symbol__?: (name: string) => string;
}

type Listen = (type: string, listener: EventListener, options?: AddEventListenerOptions) => void;

/** The originals that the SDK needs, looked up once when it starts. */
export interface Native {
  listen(target: EventTarget, type: string, listener: (event: never) => void, passive?: boolean): void;
  unlisten(target: EventTarget, type: string, listener: (event: never) => void): void;
  timeout(callback: () => void, ms: number): number;
  cancelTimeout(id: number): void;
  fetch: typeof fetch;
  WebSocket: typeof WebSocket;
  MutationObserver: typeof MutationObserver;
  /** Milliseconds of the page's monotonic clock, the one that events are stamped with. */
  now(): number;
}

function original<T>(holder: object, name: string): T {
  const zone = (globalThis as { Zone?: ZoneLike }).Zone;
  const symbol = zone?.__symbol__?.(name) ?? `__zone_symbol__${name}`;
  const members = holder as Record<string, unknown>;
  return (members[symbol] ?? members[name]) as T;
}

/** Looks the originals up. */
export function findNative(page: Window & typeof globalThis): Native {
  const add = original<Listen>(page.EventTarget.prototype, "addEventListener");
  const remove = original<Listen>(page.EventTarget.prototype, "removeEventListener");
  const setTimer = original<typeof setTimeout>(page, "setTimeout");
  const clearTimer = original<typeof clearTimeout>(page, "clearTimeout");
  const fetcher = original<typeof fetch>(page, "fetch");
  const { performance } = page;
  return {
    listen: (target, type, listener, passive = true) =>
      add.call(target, type, listener as EventListener, { capture: true, passive }),
    unlisten: (target, type, listener) => remove.call(target, type, listener as EventListener, { capture: true }),
    timeout: (callback, ms) => setTimer.call(page, callback, ms) as unknown as number,
    cancelTimeout: (id) => clearTimer.call(page, id),
    fetch: (input, init) => fetcher.call(page, input, init),
    WebSocket: original<typeof WebSocket>(page, "WebSocket"),
    MutationObserver: original<typeof MutationObserver>(page, "MutationObserver"),
    now: () => performance.now(),
  };
}
