import type { Sandbox } from 'e2b';

export interface SdkTransfer {
  /** Both answer seconds, and throw when it was not all that was moved. */
  write(): Promise<number>;
  read(): Promise<number>;
}

const CHUNK = new Uint8Array(1024 * 1024).fill(0x73);

/** A large file by the SDK's own streams. */
export function sdkTransfer(sandbox: Sandbox, path: string, bytes: number): SdkTransfer {
  return {
    async write() {
      const beganMs = performance.now();
      await sandbox.files.write(path, streamOf(bytes), { useOctetStream: true, requestTimeoutMs: 120_000 });
      const seconds = (performance.now() - beganMs) / 1_000;
      const { size } = await sandbox.files.getInfo(path);
      if (size !== bytes) throw new Error(`the file has ${size} bytes, not ${bytes}`);
      return seconds;
    },
    async read() {
      const beganMs = performance.now();
      const reader = (await sandbox.files.read(path, { format: 'stream', requestTimeoutMs: 120_000 })).getReader();
      let got = 0;
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) got += piece.value.byteLength;
      if (got !== bytes) throw new Error(`${got} bytes came, not ${bytes}`);
      return (performance.now() - beganMs) / 1_000;
    },
  };
}

function streamOf(bytes: number): ReadableStream<Uint8Array> {
  let left = bytes;
  return new ReadableStream({
    pull(controller) {
      if (left <= 0) {
        controller.close();
        return;
      }
      const piece = CHUNK.subarray(0, Math.min(left, CHUNK.length));
      left -= piece.length;
      controller.enqueue(piece);
    },
  });
}
