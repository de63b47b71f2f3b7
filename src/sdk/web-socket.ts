import { SandglassError } from './sandglass-error.ts';

/**
 * As much of the standard WebSocket as a terminal needs; that of the `ws` package has it too. What its listeners get is
 * `never` here, so that every class fits whose events are richer than ours.
 */
export interface WebSocketLike {
  binaryType: unknown;
  readonly protocol: string;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(): void;
}

export type WebSocketClass = new (url: string, protocols: string[]) => WebSocketLike;

/** Throws `unsupported` where there is none and none is given: Node.js has one from 22 on. */
export function webSocketClass(given: WebSocketClass | undefined): WebSocketClass {
  const { WebSocket: ofPlatform } = globalThis as { WebSocket?: WebSocketClass };
  const found = given ?? ofPlatform;
  if (found !== undefined) return found;
  throw new SandglassError('unsupported', 'There is no WebSocket here.', {
    hint: "Give one: { webSocket: WebSocket } of the package 'ws', or run Node.js 22 or newer.",
  });
}
