import type { Socket } from 'node:net';

/** Connections to agents that were called once and wait for the call that follows, one for each endpoint. */
export interface KeptConnections {
  /** Holds it until it is taken, or the other side closes it. Closes the one it held for that endpoint. */
  keep(endpoint: string, socket: Socket): void;
  /** The connection, from here on the caller's; undefined where there is none that is open. */
  take(endpoint: string): Socket | undefined;
  close(): void;
}

export function keptConnections(): KeptConnections {
  const kept = new Map<string, { readonly socket: Socket; readonly letGo: () => void }>();
  const take = (endpoint: string) => {
    const held = kept.get(endpoint);
    held?.letGo();
    return held?.socket;
  };
  return {
    keep(endpoint, socket) {
      take(endpoint)?.destroy();
      if (socket.destroyed) return;
      const letGo = () => {
        kept.delete(endpoint);
        socket.off('close', letGo).off('error', ignore);
      };
      // An error is followed by the close.
      socket.on('close', letGo).on('error', ignore);
      kept.set(endpoint, { socket, letGo });
    },
    take,
    close() {
      for (const endpoint of [...kept.keys()]) take(endpoint)?.destroy();
    },
  };
}

function ignore(): void {}
